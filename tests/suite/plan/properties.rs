//! Properties of every plan, whatever the config file says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vault::model::MfaSerial;
use vault::plan::{Base, Call, CredentialPlan, PlanError, Source};

use super::generated::{PROFILES, ROOT, world};
use super::{plan, request};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn every_profile_gives_a_sound_plan_or_an_error_with_a_hint(world in world()) {
        match world.resolve() {
            Ok(plan) => {
                sound(&plan)?;
                let roles: Vec<_> = plan.steps().into_iter().filter_map(|step| step.call.role()).map(|role| role.arn.as_str()).collect();
                prop_assert!(roles.len() <= PROFILES);
                // Each profile has a different role, so a role that appears twice was reached twice, or was included.
                let distinct = roles.iter().collect::<BTreeSet<_>>().len();
                prop_assert!(world.includes() || distinct == roles.len(), "{roles:?}");
                prop_assert!(!world.request.no_session || plan.steps().into_iter().all(|step| step.call != Call::GetSessionToken));
                prop_assert_eq!(plan, world.resolve().unwrap());
            }
            Err(PlanError::Cycle { path, .. }) => {
                let (last, before) = path.split_last().unwrap();
                prop_assert!(before.contains(last), "{path:?}");
            }
            Err(error) => prop_assert!(error.hint().is_some(), "{error}"),
        }
    }

    /// One code: whatever a role's profile says, it uses the same session as `read-only` itself.
    #[test]
    fn every_role_shares_the_mfa_session_of_its_source(
        region in prop::option::of(prop_oneof![Just("us-east-1"), Just("eu-west-1")]),
        own_region in prop::option::of(prop_oneof![Just("us-east-1"), Just("eu-west-1")]),
        seconds in prop::option::of(900..=3_600_u32),
        external in prop::option::of("[a-z]{2,8}"),
        tag in prop::option::of("[a-z]{1,8}=[a-z]{1,8}"),
        endpoint in prop::option::of(Just("https://sts.example.com")),
        same_serial: bool,
        hops in 1..4_usize,
        read_only: bool,
    ) {
        let serial = "mfa_serial = arn:aws:iam::123456789012:mfa/phone";
        let mut config = format!("[profile read-only]\n{serial}\n");
        let mut source = "read-only".to_owned();
        for hop in 0..hops {
            let mut lines = vec![format!("[profile r{hop}]"), format!("source_profile = {source}"),
                format!("role_arn = arn:aws:iam::123456789012:role/R{hop}")];
            lines.extend(own_region.map(|region| format!("region = {region}")));
            lines.extend(seconds.map(|seconds| format!("duration_seconds = {seconds}")));
            lines.extend(external.as_ref().map(|id| format!("external_id = {id}")));
            lines.extend(tag.as_ref().map(|tag| format!("session_tags = {tag}")));
            lines.extend(endpoint.map(|url| format!("endpoint_url = {url}")));
            lines.extend(same_serial.then(|| serial.to_owned()));
            config.push_str(&lines.join("\n"));
            config.push('\n');
            source = format!("r{hop}");
        }
        let mut asked = request(&source);
        asked.region = region.map(|text| vault::model::Region::parse(text).unwrap());
        asked.read_only = read_only;
        let role = plan(&config, &asked).unwrap();
        let plain = plan(&config, &request("read-only")).unwrap();
        prop_assert_eq!(role.steps().len(), hops + 1);
        prop_assert_eq!(&role.steps()[0].session_key, &plain.steps()[0].session_key);
        prop_assert!(role.steps()[1..].iter().all(|step| step.with_code.is_none()));
    }
}

fn sound(plan: &CredentialPlan) -> Result<(), TestCaseError> {
    let stored = matches!(plan.base, Base::StoredKey { .. });
    let web_identity = matches!(plan.base, Base::Source(Source::WebIdentity(_)));
    for (index, step) in plan.steps().into_iter().enumerate() {
        let first = index == 0;
        let seconds = step.duration.as_secs();
        let most = match &step.call {
            Call::GetSessionToken => {
                prop_assert!(first && stored, "GetSessionToken takes a long-term key only");
                if step.with_code.as_ref().is_some_and(MfaSerial::is_root) { 3_600 } else { 129_600 }
            }
            Call::AssumeRoleWithWebIdentity { .. } => {
                prop_assert!(first && web_identity, "a token is for one role only");
                43_200
            }
            Call::AssumeRole(_) if first && stored => 43_200,
            Call::AssumeRole(_) => {
                prop_assert!(!(first && web_identity), "a token signs nothing");
                3_600
            }
        };
        prop_assert!((900..=most).contains(&seconds), "step {index}: {seconds} s, but AWS allows 900 to {most}");
        prop_assert!(step.with_code.is_none() || (first && stored), "a code needs a long-term key");
    }
    let codes: Vec<_> = plan.steps().into_iter().filter_map(|step| step.with_code.as_ref()).collect();
    prop_assert!(codes.len() <= 1, "one code at most");
    prop_assert_eq!(codes.first().copied(), plan.mfa.as_ref().map(|mfa| &mfa.serial));

    let keys: BTreeSet<_> = plan.steps().into_iter().map(|step| &step.session_key).collect();
    prop_assert_eq!(keys.len(), plan.steps().len(), "each step has a separate session");
    let narrowed = plan.steps().into_iter().filter_map(|step| step.call.role()).filter(|role| !role.policy_arns.is_empty()).count();
    prop_assert!(narrowed <= 1);
    Ok(())
}

#[test]
fn a_root_device_is_distinguished_from_others() {
    assert!(MfaSerial::parse(ROOT).unwrap().is_root());
    assert!(!MfaSerial::parse("arn:aws:iam::123456789012:mfa/not-root-account-mfa-device2").unwrap().is_root());
}
