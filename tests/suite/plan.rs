//! A profile leads to the calls that the planning table promises, and to nothing else. Never calls anything.

#![expect(clippy::unwrap_used, reason = "what these tests are made of is written down in them, and valid")]

mod generated;
mod options;
mod properties;
mod resuming;
mod session_keys;
mod table;

use vault::config::{ProfileSet, Settings, SourceFile};
use vault::model::{AccessKeyId, ProfileName};
use vault::plan::{CredentialPlan, Inventory, PlanError, PlanRequest, resolve};

/// A key id of the older kind, which does not tell its account.
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).expect("the tests use valid names")
}

fn request(profile: &str) -> PlanRequest {
    PlanRequest::of(name(profile))
}

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.into(), bytes: text.into() }
}

fn inventory<'a>(keys: impl IntoIterator<Item = (&'a str, &'a str)>) -> Inventory {
    Inventory::of(keys.into_iter().map(|(profile, id)| (name(profile), AccessKeyId::parse_any(id).expect("the tests use valid ids"))))
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
