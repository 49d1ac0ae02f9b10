//! Runs the tables of cases under `cases/`: config, keys and flags as input, the whole plan or the whole refusal as output.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use vault::config::{ProfileSet, Settings};
use vault::model::{Region, SessionDuration};
use vault::plan::{
    AssumeRole, Base, Call, CodeSource, CredentialPlan, PlanError, PlanRequest, Program, ProgramKind, Source, Step, TokenFrom,
    WebIdentityToken, note_in_words, resolve,
};

use super::{file, inventory, request};

/// A file of cases. Values at the top are defaults for all cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    config: Option<String>,
    #[serde(default)]
    keys: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The purpose of the case, in one line.
    why: String,
    config: Option<String>,
    credentials: Option<String>,
    settings: Option<String>,
    keys: Option<BTreeMap<String, String>>,
    profile: String,
    #[serde(default)]
    flags: Flags,
    /// The plan or the refusal, as `shown` and `refused` write them.
    outcome: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Flags {
    duration: Option<String>,
    region: Option<String>,
    no_session: bool,
    expose_long_term_key: bool,
    read_only: bool,
    endpoint_url: Option<String>,
    ignore_configured_endpoint_urls: Option<bool>,
    use_fips_endpoint: Option<bool>,
    use_dualstack_endpoint: Option<bool>,
}

impl Flags {
    fn request(&self, profile: &str) -> PlanRequest {
        PlanRequest {
            duration: self.duration.as_deref().map(|text| SessionDuration::parse(text).unwrap()),
            region: self.region.as_deref().map(|text| Region::parse(text).unwrap()),
            no_session: self.no_session,
            expose_long_term_key: self.expose_long_term_key,
            endpoint_url: self.endpoint_url.as_deref().map(super::variable_url),
            ignore_configured_endpoints: self.ignore_configured_endpoint_urls,
            use_fips_endpoint: self.use_fips_endpoint,
            use_dualstack_endpoint: self.use_dualstack_endpoint,
            read_only: self.read_only,
            ..request(profile)
        }
    }
}

fn check(text: &str) {
    let table: Table = toml::from_str(text).unwrap_or_else(|error| panic!("the cases cannot be read: {error}"));
    let mut wrong = String::new();
    for case in &table.case {
        let config = case.config.as_ref().or(table.config.as_ref()).expect("a case has a config");
        let profiles = ProfileSet::index(
            Some(file("~/.aws/config", config)),
            case.credentials.as_ref().map(|credentials| file("~/.aws/credentials", credentials)),
        );
        let settings = Settings::parse(case.settings.as_ref().map(|settings| file("config.toml", settings))).unwrap();
        let keys = case.keys.as_ref().unwrap_or(&table.keys);
        let inventory = inventory(keys.iter().map(|(name, id)| (name.as_str(), id.as_str())));
        let outcome = match resolve(&profiles, &settings, &inventory, &case.flags.request(&case.profile)) {
            Ok(plan) => shown(&plan),
            Err(error) => refused(&error),
        };
        if outcome.trim() != case.outcome.trim() {
            let _ = writeln!(wrong, "── {}\nexpected:\n{}\nfound:\n{}", case.why, case.outcome.trim(), outcome.trim());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Everything in a plan, one line per item.
fn shown(plan: &CredentialPlan) -> String {
    let mut lines = vec![format!("from {}", base(&plan.base))];
    lines.extend(plan.region.as_ref().map(|region| format!("region {region}")));
    lines.extend(plan.mfa.as_ref().map(|mfa| match &mfa.code {
        CodeSource::Prompt | CodeSource::ChosenPrompt => format!("code of {} by prompt", mfa.serial),
        CodeSource::Process { command } => format!("code of {} by {}", mfa.serial, command.as_str()),
    }));
    for (index, step) in plan.steps().into_iter().enumerate() {
        lines.push(format!("{}. {}", index + 1, line(step)));
        lines.extend(step.call.role().map(role));
    }
    lines.extend(plan.notes.iter().map(|note| format!("note: {}", note_in_words(note))));
    lines.join("\n")
}

fn base(base: &Base) -> String {
    match base {
        Base::StoredKey { name, key_id } => format!("key {key_id} of {name}"),
        Base::Source(Source::Program(Program { profile, kind })) => match kind {
            ProgramKind::CredentialProcess { command, .. } => format!("credential_process of {profile}: {}", command.as_str()),
            ProgramKind::AwsCli { key, identity } => {
                let identity: Vec<_> = identity.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("the AWS CLI's {} of {profile}: {}", key.as_str(), identity.join(" "))
            }
        },
        Base::Source(Source::WebIdentity(identity)) => {
            let WebIdentityToken { profile, from } = &identity.token;
            match from {
                TokenFrom::File { path } => format!("web identity file of {profile}: {path}"),
                TokenFrom::Process { command } => format!("web identity process of {profile}: {}", command.as_str()),
            }
        }
    }
}

fn line(step: &Step) -> String {
    let subject = match &step.call {
        Call::GetSessionToken => String::new(),
        Call::AssumeRole(role) | Call::AssumeRoleWithWebIdentity { role, .. } => format!(" {}", role.arn),
    };
    let code = step.with_code.as_ref().map_or("", |_| " with code");
    let url = step.endpoint.url.as_ref().map_or_else(String::new, |url| format!(" through {url}"));
    let variant = step.endpoint.variant;
    let over =
        [(variant.fips, " FIPS"), (variant.dualstack, " dual-stack")].map(|(is_used, name)| if is_used { name } else { "" }).concat();
    format!("{}{subject} {}{code} at {} {}{over}{url}", step.call.name(), step.duration, step.endpoint.partition, step.endpoint.region)
}

fn role(role: &AssumeRole) -> String {
    let mut parts = vec![format!("as {}", role.session_name.text)];
    parts.extend(role.external_id.as_ref().map(|id| format!("external id {id}")));
    parts.extend(role.source_identity.as_ref().map(|identity| format!("source identity {identity}")));
    parts.extend(role.tags.iter().map(|(key, value)| format!("tag {key}={value}")));
    parts.extend(role.transitive_tags.iter().map(|key| format!("transitive {key}")));
    parts.extend(role.policy.as_ref().map(|policy| format!("policy {policy}")));
    parts.extend(role.policy_arns.iter().map(|arn| format!("policy {arn}")));
    format!("   {}", parts.join(", "))
}

fn refused(error: &PlanError) -> String {
    let mut lines = vec![error.to_string()];
    lines.extend(error.origin().map(|origin| format!("--> {origin}")));
    lines.extend(error.hint().map(|hint| format!("hint: {hint}")));
    lines.join("\n")
}

macro_rules! tables {
    ($($test:ident: $file:literal,)*) => {
        $(#[test]
        fn $test() {
            check(include_str!(concat!("cases/", $file)));
        })*

        #[test]
        fn every_file_of_cases_is_run() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/plan/cases");
            let mut there: Vec<_> =
                folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            there.sort();
            assert_eq!(there, [$($file),*]);
        }
    };
}

tables! {
    profiles_inherit_as_aws_vault_had_it: "aws_vault.toml",
    a_chain_that_leads_nowhere_is_refused: "chains.toml",
    durations_are_what_aws_accepts: "durations.toml",
    calls_go_where_they_are_told: "endpoints.toml",
    a_malformed_value_is_refused_with_its_line: "malformed.toml",
    the_device_is_the_identitys: "mfa.toml",
    a_role_can_be_narrowed_and_never_widened: "narrowing.toml",
    every_partition_is_served_by_itself: "partitions.toml",
    other_sources_are_used_as_they_are: "sources.toml",
    the_planning_table_holds: "table.toml",
}
