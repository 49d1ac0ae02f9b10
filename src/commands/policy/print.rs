//! `vault policy KIND`: prints policies that are proved. Never prints one that does not do what its kind is for.

use clap::{Args, ValueEnum};

use crate::app::Failure;
use crate::judge::policy::document::Fault;
use crate::judge::policy::generate::formats::{as_json, cdk, cloudformation, terraform};
use crate::judge::policy::generate::{
    Bastion, ForceMfa, From, SelfManage, ServiceAccount, SudoRole, Switch, Target, Users, Wanted, generate,
};
use crate::model::{AccountId, Malformed, Partition, RoleArn, SessionDuration};
use crate::ui;

/// How it is printed, for every kind.
#[derive(Args)]
pub(super) struct Form {
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The partition of the account, such as aws-cn, for JSON
    #[arg(long, default_value = "aws", value_parser = Partition::parse)]
    partition: Partition,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As IAM takes it
    #[default]
    Json,
    /// A template in YAML, with the group
    Cloudformation,
    /// HCL, with the group
    Terraform,
    /// TypeScript for CDK v2: a construct with the group
    Cdk,
}

/// Print what lets users manage their own credentials, and nobody else's
///
/// Without a switch, all of them are on.
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy self-manage > policy.json
  vault policy self-manage --mfa --access-keys --block-without-mfa --format cloudformation
  vault policy self-manage --format cdk > self-editing.ts")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct SelfManageArguments {
    /// Their own password
    #[arg(long)]
    password: bool,
    /// Their own access keys
    #[arg(long)]
    access_keys: bool,
    /// Their own SSH keys
    #[arg(long)]
    ssh_keys: bool,
    /// Their own X.509 signing certificates
    #[arg(long)]
    signing_certificates: bool,
    /// Their own credentials of single services, for Git and Keyspaces
    #[arg(long)]
    service_credentials: bool,
    /// Their own MFA devices
    #[arg(long)]
    mfa: bool,
    /// Deny everything but enrolment without MFA
    #[arg(long)]
    block_without_mfa: bool,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "self-managing", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print what denies everything without MFA but getting it
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy force-mfa > policy.json
  vault policy force-mfa --format terraform > force-mfa.tf")]
pub(super) struct ForceMfaArguments {
    /// Block the console alone: long-term access keys keep every right
    #[arg(long)]
    console_only: bool,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "mfa-required", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print a role that users of an account assume with MFA, and the group that may
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy sudo-role --account 123456789012 --role OpsSudo --max-mfa-age 1h
  vault policy sudo-role --account 123456789012 --format cloudformation > sudo.yaml")]
pub(super) struct SudoRoleArguments {
    /// The account of the role and of its users
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    account: AccountId,
    /// The name of the role
    #[arg(long, value_name = "NAME", default_value = "OpsSudo", value_parser = name)]
    role: String,
    /// How old a code may be, such as 1h
    #[arg(long, value_name = "DURATION", value_parser = SessionDuration::parse)]
    max_mfa_age: Option<SessionDuration>,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "sudoers", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print what lets users of one account assume roles in others, with MFA
///
/// The group's policy, and what each role trusts: MFA alone is not enough there,
/// because the users' account decides what counts as MFA.
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy bastion --account 111122223333 --role arn:aws:iam::123456789012:role/OpsSudo
  vault policy bastion --account 111122223333 --user alice --role arn:aws:iam::123456789012:role/OpsSudo")]
pub(super) struct BastionArguments {
    /// The roles that may be assumed
    #[arg(long = "role", value_name = "ARN", required = true, num_args = 1.., value_parser = RoleArn::parse)]
    roles: Vec<RoleArn>,
    /// The account of the users
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    account: Option<AccountId>,
    /// Trust users of this name alone
    #[arg(long = "user", value_name = "NAME", num_args = 1.., value_parser = name)]
    users: Vec<String>,
    /// The external id that users give, where none is trusted by name
    #[arg(long, value_name = "ID", default_value = "bastion", conflicts_with = "users", value_parser = external_id)]
    external_id: String,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "bastion", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print the rights of one program, from known places alone
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy service-account --action s3:GetObject --resource 'arn:aws:s3:::bucket/*' --source-ip 203.0.113.0/24
  vault policy service-account --action sqs:SendMessage --resource '*' --vpc-endpoint vpce-1a2b3c4d")]
pub(super) struct ServiceAccountArguments {
    /// What it may do: actions such as s3:GetObject
    #[arg(long = "action", value_name = "A", required = true, num_args = 1.., value_parser = action)]
    actions: Vec<String>,
    /// On what: ARNs, or *
    #[arg(long = "resource", value_name = "R", required = true, num_args = 1.., value_parser = resource)]
    resources: Vec<String>,
    /// Public addresses that it calls from
    #[arg(long = "source-ip", value_name = "CIDR", num_args = 1.., value_parser = network, required_unless_present = "endpoints")]
    addresses: Vec<String>,
    /// VPC endpoints that it calls through
    #[arg(long = "vpc-endpoint", value_name = "ID", num_args = 1.., value_parser = endpoint)]
    endpoints: Vec<String>,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "service-accounts", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// A name of IAM's: of a group, a role or a user.
fn name(text: &str) -> Result<String, Malformed> {
    let fits = !text.is_empty() && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Malformed(format!("`{}` is not a name of IAM's: letters, digits and `_+=,.@-`", text.escape_debug())))
    }
}

fn external_id(text: &str) -> Result<String, Malformed> {
    let fits = (2..=1224).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Malformed(format!("`{}` is not an external id: 2 to 1224 letters, digits and `_+=,.@:/-`", text.escape_debug())))
    }
}

fn action(text: &str) -> Result<String, Malformed> {
    Fault::of_action(text).map_or_else(|| Ok(text.to_owned()), |reason| Err(Malformed(reason)))
}

fn resource(text: &str) -> Result<String, Malformed> {
    Fault::of_resource(text).map_or_else(|| Ok(text.to_owned()), |reason| Err(Malformed(reason)))
}

fn network(text: &str) -> Result<String, Malformed> {
    From::address(text).map_err(Malformed)
}

fn endpoint(text: &str) -> Result<String, Malformed> {
    let fits = text.strip_prefix("vpce-").is_some_and(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric()));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Malformed(format!("`{}` is not the id of a VPC endpoint, such as `vpce-1a2b3c4d`", text.escape_debug())))
    }
}

impl SelfManageArguments {
    pub(super) fn print(&self) -> Result<u8, Failure> {
        let asked = [
            (Switch::Password, self.password),
            (Switch::AccessKeys, self.access_keys),
            (Switch::SshKeys, self.ssh_keys),
            (Switch::SigningCertificates, self.signing_certificates),
            (Switch::ServiceCredentials, self.service_credentials),
            (Switch::Mfa, self.mfa),
        ];
        let none = asked.iter().all(|(_, on)| !on);
        let managed = asked.into_iter().filter(|(_, on)| *on || none).map(|(switch, _)| switch);
        // Asked for by itself, it says nothing of what is managed.
        let block = self.block_without_mfa.then_some(Switch::Block);
        let on = managed.chain(block).collect();
        print(&Wanted::SelfManage(SelfManage { on, group: self.group.clone() }), &self.form)
    }
}

impl ForceMfaArguments {
    pub(super) fn print(&self) -> Result<u8, Failure> {
        if self.console_only {
            ui::warn(
                "`--console-only` leaves long-term access keys every right of their users, without MFA: it is what `vault policy check` reports as \
                 `deny-bool`",
            );
        }
        print(&Wanted::ForceMfa(ForceMfa { console_only: self.console_only, group: self.group.clone() }), &self.form)
    }
}

impl SudoRoleArguments {
    pub(super) fn print(&self) -> Result<u8, Failure> {
        let wanted = SudoRole {
            account: self.account.to_string(),
            role: self.role.clone(),
            max_mfa_age: self.max_mfa_age.map(|age| u64::from(age.as_secs())),
            group: self.group.clone(),
        };
        print(&Wanted::SudoRole(wanted), &self.form)
    }
}

/// No account of AWS's has this number: IAM refuses a policy that trusts it.
const NO_ACCOUNT: &str = "000000000000";

impl BastionArguments {
    pub(super) fn print(&self) -> Result<u8, Failure> {
        if self.account.is_none() {
            ui::warn(&format!("the roles trust account `{NO_ACCOUNT}`, which is none: give the account of the users with `--account`"));
        }
        let target = |arn: &RoleArn| Target {
            account: arn.account().to_string(),
            path_and_name: arn.as_str().rsplit_once(":role/").map_or("", |(_, name)| name).to_owned(),
        };
        let wanted = Bastion {
            roles: self.roles.iter().map(target).collect(),
            account: self.account.as_ref().map_or_else(|| NO_ACCOUNT.to_owned(), ToString::to_string),
            users: if self.users.is_empty() { Users::ExternalId(self.external_id.clone()) } else { Users::Named(self.users.clone()) },
            group: self.group.clone(),
        };
        let form = Form { partition: self.roles.first().map_or(self.form.partition, RoleArn::partition), ..self.form };
        print(&Wanted::Bastion(wanted), &form)
    }
}

impl ServiceAccountArguments {
    pub(super) fn print(&self) -> Result<u8, Failure> {
        let wanted = ServiceAccount {
            actions: self.actions.clone(),
            resources: self.resources.clone(),
            from: From { addresses: self.addresses.clone(), endpoints: self.endpoints.clone() },
            group: self.group.clone(),
        };
        print(&Wanted::ServiceAccount(wanted), &self.form)
    }
}

fn print(wanted: &Wanted, form: &Form) -> Result<u8, Failure> {
    let (bundle, _proof) = generate(wanted, form.partition.as_str()).map_err(|mismatch| {
        Failure::new(format!("this is a fault of vault: the policy does not do what it is for, and is not printed: {mismatch}"))
            .hint("report it with the command that you ran")
    })?;
    let text = match form.format {
        Format::Json => as_json(&bundle, form.partition.as_str()),
        Format::Cloudformation => cloudformation(&bundle),
        Format::Terraform => terraform(&bundle),
        Format::Cdk => cdk(&bundle),
    };
    ui::data(text.as_bytes())?;
    Ok(0)
}
