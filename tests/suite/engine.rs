//! The loop over a plan's steps, with fakes behind the ports: prompts, calls and cache writes in their order, by a clock that moves only
//! during waits.

#![expect(clippy::unwrap_used, reason = "what these tests are made of is written down in them, and valid")]

mod codes;
mod enrolment;
mod fakes;
mod open;
mod replaced;
mod sessions;
mod sources;
mod turns;

use vault::config::{ProfileSet, Settings, SourceFile};
use vault::model::{AccessKeyId, ProfileName};
use vault::plan::{CredentialPlan, Inventory, PlanRequest, resolve};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SERIAL: &str = "arn:aws:iam::123456789012:mfa/some-user";

const CONFIG: &str = "\
[profile read-only]
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
[profile opssudo]
source_profile = read-only
role_arn = arn:aws:iam::123456789012:role/OpsSudo
[profile second]
source_profile = opssudo
role_arn = arn:aws:iam::123456789012:role/Second
[profile long]
source_profile = read-only
role_arn = arn:aws:iam::123456789012:role/Long
duration_seconds = 7200
[profile process]
credential_process = other-tool print
[profile on-process]
source_profile = process
role_arn = arn:aws:iam::123456789012:role/OnProcess
[profile on-on-process]
source_profile = on-process
role_arn = arn:aws:iam::123456789012:role/Second
[profile keyed]
credential_process = other-tool print
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
[profile on-keyed]
source_profile = keyed
role_arn = arn:aws:iam::123456789012:role/OnKeyed
[profile pod]
role_arn = arn:aws:iam::123456789012:role/Pod
web_identity_token_file = /var/run/token
[profile no-mfa]
region = us-east-1
";

fn plan(profile: &str) -> CredentialPlan {
    plan_of(&PlanRequest::of(ProfileName::parse(profile).unwrap()))
}

fn plan_of(request: &PlanRequest) -> CredentialPlan {
    let profiles = ProfileSet::index(Some(SourceFile { path: "config".into(), bytes: CONFIG.into() }), None);
    let keys = ["read-only", "no-mfa"].map(|name| (ProfileName::parse(name).unwrap(), AccessKeyId::parse_any(KEY).unwrap()));
    resolve(&profiles, &Settings::default(), &Inventory::of(keys), request).expect("these profiles resolve")
}
