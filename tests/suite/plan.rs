//! A profile leads to the calls in the planning table, and to no others. Never calls anything.

#![expect(clippy::unwrap_used, reason = "what these tests are made of is written down in them, and valid")]

mod connections;
mod generated;
mod options;
mod properties;
mod resuming;
mod session_keys;
mod table;

use vault::config::{ProfileSet, Settings, SourceFile};
use vault::model::{AccessKeyId, EndpointFrom, EndpointUrl, ProfileName};
use vault::plan::{CredentialPlan, Inventory, PlanError, PlanRequest, resolve};

/// A key id in the older format, which does not contain its account.
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).expect("the tests use valid names")
}

fn request(profile: &str) -> PlanRequest {
    PlanRequest::of(name(profile))
}

/// The endpoint that the environment names.
fn variable_url(text: &str) -> EndpointUrl {
    EndpointUrl { text: text.to_owned(), from: EndpointFrom::Variable("AWS_ENDPOINT_URL".to_owned()) }
}

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.into(), bytes: text.into() }
}

fn inventory<'a>(keys: impl IntoIterator<Item = (&'a str, &'a str)>) -> Inventory {
    Inventory::of(keys.into_iter().map(|(profile, id)| (name(profile), AccessKeyId::parse_any(id).expect("the tests use valid ids"))))
}

// Security: if only the name of a key is known, the plan must use neither that key nor the profile's other credentials.
#[test]
fn a_key_with_an_unknown_id_must_be_read_first() {
    for config in [
        "[profile read-only]\n",
        "[profile read-only]\ncredential_process = somebody-else\n",
        "[profile read-only]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = R\n",
        "[profile read-only]\nsource_profile = other\n[profile other]\ncredential_process = somebody-else\n",
        "[profile read-only]\nrole_arn = arn:aws:iam::123456789012:role/R\n",
        "[profile read-only]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = other\n[profile other]\nsource_profile = read-only\n",
    ] {
        let profiles = ProfileSet::index(Some(file("~/.aws/config", config)), None);
        let keys = Inventory::as_known([(name("read-only"), None), (name("other"), None)]);
        let planned = resolve(&profiles, &Settings::default(), &keys, &request("read-only"));
        assert!(matches!(planned, Err(PlanError::KeyIdNotKnown { .. })), "{config}: {planned:?}");
    }
}

/// Resolves with one config file, no settings, and one key, stored for `read-only`.
fn plan(config: &str, request: &PlanRequest) -> Result<CredentialPlan, PlanError> {
    plan_with(config, "", request)
}

fn plan_with(config: &str, settings: &str, request: &PlanRequest) -> Result<CredentialPlan, PlanError> {
    let profiles = ProfileSet::index(Some(file("~/.aws/config", config)), None);
    let settings = Settings::parse(Some(file("config.toml", settings))).expect("the tests use valid settings");
    resolve(&profiles, &settings, &inventory([("read-only", KEY)]), request)
}
