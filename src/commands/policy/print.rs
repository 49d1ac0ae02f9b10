//! `vault policy KIND`: prints policies that are proved. Never prints one that does not do what its kind is for.

use clap::{ArgGroup, Args, ValueEnum};

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
    /// The partition of the account, such as aws-cn, for JSON; aws unless given
    #[arg(long, value_parser = Partition::parse)]
    partition: Option<Partition>,
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

/// Print a policy that lets users manage their own credentials, and nobody else's
///
/// Without one of the first six switches, it covers all six kinds of credentials.
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy self-manage > policy.json
  vault policy self-manage --mfa --access-keys --block-without-mfa \\
      --format cloudformation
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
    /// Without MFA, deny everything except setting up MFA
    #[arg(long)]
    block_without_mfa: bool,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "self-managing", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print a policy that denies everything without MFA, except setting MFA up
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy force-mfa > policy.json
  vault policy force-mfa --format terraform > force-mfa.tf")]
pub(super) struct ForceMfaArguments {
    /// Block only the console: long-term access keys keep every right
    #[arg(long)]
    console_only: bool,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "mfa-required", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print a role that users of an account assume with MFA, and the group that may assume it
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy sudo-role --account 123456789012 --role OpsSudo --max-mfa-age 1h
  vault policy sudo-role --account 123456789012 --format cloudformation \\
      > sudo.yaml")]
pub(super) struct SudoRoleArguments {
    /// The account of the role and of its users
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    account: AccountId,
    /// The name of the role
    #[arg(long, value_name = "NAME", default_value = "OpsSudo", value_parser = name)]
    role: String,
    /// How old the last code may be, such as 1h; set `max_mfa_age` to the same for the
    /// role's profile, so that vault asks for a new code in time
    #[arg(long, value_name = "DURATION", value_parser = age)]
    max_mfa_age: Option<SessionDuration>,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "sudoers", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print what lets users of one account assume roles in others, with MFA
///
/// Prints the group's policy, and the trust policy of each role. MFA alone is not
/// enough there, because the users' account decides what counts as MFA.
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy bastion --account 111122223333 \\
      --role arn:aws:iam::123456789012:role/OpsSudo
  vault policy bastion --account 111122223333 --user alice \\
      --role arn:aws:iam::123456789012:role/OpsSudo")]
pub(super) struct BastionArguments {
    /// The roles that may be assumed
    #[arg(long = "role", value_name = "ARN", required = true, num_args = 1.., value_parser = RoleArn::parse)]
    roles: Vec<RoleArn>,
    /// The account of the users
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    account: Option<AccountId>,
    /// Trust only users of this name
    #[arg(long = "user", value_name = "NAME", num_args = 1.., value_parser = name)]
    users: Vec<String>,
    /// The external id that users give, if no user is trusted by name
    #[arg(long, value_name = "ID", default_value = "bastion", conflicts_with = "users", value_parser = external_id)]
    external_id: String,
    /// The name of the group
    #[arg(long, value_name = "NAME", default_value = "bastion", value_parser = name)]
    group: String,
    #[command(flatten)]
    form: Form,
}

/// Print the rights of one program, which works only from known places
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy service-account --action s3:GetObject \\
      --resource 'arn:aws:s3:::bucket/*' --source-ip 203.0.113.0/24
  vault policy service-account --action sqs:SendMessage \\
      --resource '*' --vpc-endpoint vpce-1a2b3c4d")]
#[command(group = ArgGroup::new("places").args(["addresses", "endpoints"]).required(true).multiple(true))]
#[command(override_usage = service_account_usage())]
pub(super) struct ServiceAccountArguments {
    /// What the program may do: actions such as s3:GetObject
    #[arg(long = "action", value_name = "A", required = true, num_args = 1.., value_parser = action)]
    actions: Vec<String>,
    /// What it may do this on: ARNs, or *
    #[arg(long = "resource", value_name = "R", required = true, num_args = 1.., value_parser = resource)]
    resources: Vec<String>,
    /// Public addresses that it calls from
    #[arg(long = "source-ip", value_name = "CIDR", num_args = 1.., value_parser = network)]
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

/// In two lines: clap would write one that is too long for a terminal.
fn service_account_usage() -> String {
    let program = ui::program();
    format!(
        "{program} policy service-account [OPTIONS] --action <A>... --resource <R>...\n       \
         <--source-ip <CIDR>...|--vpc-endpoint <ID>...>"
    )
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

/// No code has an age of zero.
fn age(text: &str) -> Result<SessionDuration, Malformed> {
    SessionDuration::parse(text)
        .and_then(|age| if age.as_secs() > 0 { Ok(age) } else { Err(Malformed("no code is that new: give at least `1s`".to_owned())) })
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
                "with `--console-only`, long-term access keys keep all rights of their users without MFA: `vault policy check` reports this as \
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
            ui::warn(&format!("the roles trust account `{NO_ACCOUNT}`, a placeholder: give the account of the users with `--account`"));
        }
        let partition = self.partition()?;
        let mut roles: Vec<Target> = Vec::new();
        for arn in &self.roles {
            let account = arn.account().to_string();
            let path_and_name = arn.as_str().rsplit_once(":role/").map_or("", |(_, name)| name).to_owned();
            let role = Target { account, path_and_name };
            if let Some(other) = roles.iter().find(|other| other.account == role.account && other.name() == role.name()) {
                if *other == role {
                    continue;
                }
                return Err(Failure::usage(format!(
                    "role names are unique in an account: `{}` and `{}` cannot both be in `{}`",
                    other.path_and_name, role.path_and_name, role.account
                ))
                .hint("give the role that exists: `aws iam get-role` shows its path"));
            }
            roles.push(role);
        }
        let wanted = Bastion {
            roles,
            account: self.account.as_ref().map_or_else(|| NO_ACCOUNT.to_owned(), ToString::to_string),
            users: if self.users.is_empty() { Users::ExternalId(self.external_id.clone()) } else { Users::Named(self.users.clone()) },
            group: self.group.clone(),
        };
        print(&Wanted::Bastion(wanted), &Form { partition: Some(partition), ..self.form })
    }

    /// The partition of all the roles: no role can be assumed from another partition.
    fn partition(&self) -> Result<Partition, Failure> {
        let given = self.form.partition.map(|partition| (partition, format!("`--partition {}`", partition.as_str())));
        let of_roles = self.roles.iter().map(|role| (role.partition(), format!("`{role}`")));
        let mut all = given.into_iter().chain(of_roles);
        let Some((partition, first)) = all.next() else { return Ok(Partition::Aws) };
        match all.find(|(other, _)| *other != partition) {
            None => Ok(partition),
            Some((_, other)) => {
                Err(Failure::usage(format!("{first} and {other} are in different partitions, and roles cannot cross partitions"))
                    .hint("print a bastion for each partition"))
            }
        }
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
    let partition = form.partition.unwrap_or(Partition::Aws).as_str();
    let (bundle, _proof) = generate(wanted, partition).map_err(|mismatch| {
        Failure::new(format!("this is a bug in vault: the policy does not do what it is for, and is not printed: {mismatch}"))
            .hint("report it with the command that you ran")
    })?;
    let text = match form.format {
        Format::Json => as_json(&bundle, partition),
        Format::Cloudformation => cloudformation(&bundle),
        Format::Terraform => terraform(&bundle),
        Format::Cdk => cdk(&bundle),
    };
    ui::data(text.as_bytes())?;
    Ok(0)
}
