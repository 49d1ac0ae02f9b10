//! Generates profiles with any links between them, and requests for them: mostly sensible ones, and every kind of nonsense.

use proptest::option;
use proptest::prelude::*;
use vault::config::{ProfileSet, Settings};
use vault::model::{Region, SessionDuration};
use vault::plan::{CredentialPlan, PlanError, PlanRequest, resolve};

use super::{KEY, file, inventory, request};

/// How many profiles there are.
pub const PROFILES: usize = 6;

pub const PHONE: &str = "arn:aws:iam::123456789012:mfa/phone";
pub const ROOT: &str = "arn:aws:iam::123456789012:mfa/root-account-mfa-device";

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line that is there or not")]
struct Profile {
    source: Option<usize>,
    include: Option<usize>,
    role: bool,
    serial: Option<&'static str>,
    seconds: Option<u32>,
    process: Option<String>,
    web_identity: bool,
    region: Option<&'static str>,
    key: bool,
    /// From the settings, in minutes.
    session: Option<u32>,
    role_duration: Option<u32>,
    protect: bool,
}

/// The input of one planner run.
#[derive(Debug, Clone)]
pub struct World {
    profiles: Vec<Profile>,
    pub request: PlanRequest,
}

prop_compose! {
    fn profile()(
        source in option::weighted(0.6, 0..PROFILES),
        include in option::weighted(0.1, 0..PROFILES),
        role in prop::bool::weighted(0.6),
        serial in prop_oneof![3 => Just(None), 3 => Just(Some(PHONE)), 1 => Just(Some("GAHT12345678")), 1 => Just(Some(ROOT))],
        seconds in option::weighted(0.3, 900..=43_200_u32),
        process in option::weighted(0.15, prop_oneof![
            Just("other-tool print".to_owned()),
            (0..PROFILES).prop_map(|index| format!("vault credential-process p{index}")),
        ]),
        web_identity in prop::bool::weighted(0.1),
        region in option::weighted(0.4, prop_oneof![Just("us-east-1"), Just("eu-west-1"), Just("cn-north-1")]),
        key in prop::bool::weighted(0.6),
        session in option::weighted(0.2, 15..=2_160_u32),
        role_duration in option::weighted(0.2, 15..=720_u32),
        protect in prop::bool::weighted(0.1),
    ) -> Profile {
        Profile { source, include, role, serial, seconds, process, web_identity, region, key, session, role_duration, protect }
    }
}

prop_compose! {
    pub fn world()(
        profiles in prop::collection::vec(profile(), PROFILES),
        asked in 0..PROFILES,
        duration in option::weighted(0.4, 0..=140_000_u32),
        region in option::weighted(0.2, prop_oneof![Just("us-west-2"), Just("us-gov-west-1")]),
        no_session in prop::bool::weighted(0.2),
        expose_long_term_key: bool,
        read_only in prop::bool::weighted(0.2),
    ) -> World {
        let request = PlanRequest {
            duration: duration.map(SessionDuration::from_secs),
            region: region.map(|text| Region::parse(text).unwrap()),
            no_session,
            expose_long_term_key,
            read_only,
            ..request(&format!("p{asked}"))
        };
        World { profiles, request }
    }
}

impl World {
    pub fn resolve(&self) -> Result<CredentialPlan, PlanError> {
        let profiles = ProfileSet::index(Some(file("~/.aws/config", &self.config())), None);
        let settings = Settings::parse(Some(file("config.toml", &self.settings()))).unwrap();
        let names: Vec<_> = (0..PROFILES).map(|index| format!("p{index}")).collect();
        let keys = self.profiles.iter().zip(&names).filter(|(profile, _)| profile.key).map(|(_, name)| (name.as_str(), KEY));
        resolve(&profiles, &settings, &inventory(keys), &self.request)
    }

    /// Whether any profile includes another.
    pub fn includes(&self) -> bool {
        self.profiles.iter().any(|profile| profile.include.is_some())
    }

    fn config(&self) -> String {
        let mut text = String::new();
        for (index, profile) in self.profiles.iter().enumerate() {
            let mut lines = vec![format!("[profile p{index}]")];
            lines.extend(profile.source.map(|source| format!("source_profile = p{source}")));
            lines.extend(profile.include.map(|include| format!("include_profile = p{include}")));
            lines.extend(profile.role.then(|| format!("role_arn = arn:aws:iam::123456789012:role/R{index}")));
            lines.extend(profile.serial.map(|serial| format!("mfa_serial = {serial}")));
            lines.extend(profile.seconds.map(|seconds| format!("duration_seconds = {seconds}")));
            lines.extend(profile.process.as_ref().map(|process| format!("credential_process = {process}")));
            lines.extend(profile.web_identity.then(|| "web_identity_token_file = /var/run/token".to_owned()));
            lines.extend(profile.region.map(|region| format!("region = {region}")));
            text.push_str(&lines.join("\n"));
            text.push('\n');
        }
        text
    }

    fn settings(&self) -> String {
        let mut text = String::new();
        for (index, profile) in self.profiles.iter().enumerate() {
            let mut lines = vec![format!("[profile.p{index}]"), format!("protect = {}", profile.protect)];
            lines.extend(profile.session.map(|minutes| format!("session_duration = \"{minutes}m\"")));
            lines.extend(profile.role_duration.map(|minutes| format!("role_duration = \"{minutes}m\"")));
            text.push_str(&lines.join("\n"));
            text.push('\n');
        }
        text
    }
}
