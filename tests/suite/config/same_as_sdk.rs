//! Config files are read as the SDKs read them. The tests leave out intended differences:
//!
//! - quoted names, and names with a space in the credentials file: only the AWS CLI reads them
//! - keys that are not identifiers: the SDKs drop them, and nobody needs them
//! - indented comments: the SDKs add them to the value above
//! - sections with only indented properties, `key: value`, and a byte-order mark: the SDKs refuse them

use std::collections::BTreeSet;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_types::os_shim_internal::{Env, Fs};
use proptest::prelude::*;
use vault::config::ProfileSet;

use super::texts::{KEYS, orderly_config, orderly_credentials};
use super::{file, name};

fn sdk(config: &str, credentials: &str) -> aws_config::profile::ProfileSet {
    let files = EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, config)
        .with_contents(EnvConfigFileKind::Credentials, credentials)
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing");
    runtime
        .block_on(aws_config::profile::load(&Fs::from_slice(&[]), &Env::from_slice(&[]), &files, None))
        .expect("the SDK reads the generated files")
}

/// Only the AWS CLI reads these names.
fn only_ours(name: &str) -> bool {
    name.contains(' ')
}

fn is_identifier(key: &str) -> bool {
    !key.contains(' ')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn profiles_are_read_as_the_sdk_reads_them(config in orderly_config(), credentials in orderly_credentials()) {
        let theirs = sdk(&config, &credentials);
        let ours = ProfileSet::index(file("config", config.as_str()), file("credentials", credentials.as_str()));

        let our_names: BTreeSet<_> = ours.names().into_iter().map(|name| name.to_string()).filter(|name| !only_ours(name)).collect();
        prop_assert_eq!(our_names, theirs.profiles().map(str::to_owned).collect::<BTreeSet<_>>());

        for profile in theirs.profiles() {
            let their_profile = theirs.get_profile(profile).unwrap();
            let our_profile = ours.profile(&name(profile)).unwrap().unwrap();
            for key in KEYS.into_iter().filter(|key| is_identifier(key)) {
                let our_value = our_profile.get(key).map(|setting| setting.value.as_str());
                if key == "aws_secret_access_key" {
                    prop_assert_eq!(our_value, None, "secrets are skipped");
                    let theirs_is_whole = their_profile.get(key).is_some() && their_profile.get("aws_access_key_id").is_some_and(|id| !id.is_empty());
                    prop_assert_eq!(our_profile.plaintext_key().is_some(), theirs_is_whole, "the key of {}", profile);
                } else {
                    prop_assert_eq!(our_value, their_profile.get(key), "{} of {}", key, profile);
                }
            }
        }
    }

    #[test]
    fn other_sections_are_read_as_the_sdk_reads_them(config in orderly_config()) {
        let theirs = sdk(&config, "");
        let ours = ProfileSet::index(file("config", config.as_str()), None);

        let our_session = ours.sso_session("a").unwrap();
        prop_assert_eq!(our_session.is_some(), theirs.sso_session("a").is_some());
        for key in KEYS.into_iter().filter(|key| is_identifier(key) && *key != "aws_secret_access_key") {
            let our_value = our_session.as_ref().and_then(|session| session.get(key)).map(|setting| setting.value.as_str());
            prop_assert_eq!(our_value, theirs.sso_session("a").and_then(|session| session.get(key)));
        }
        for service in ["a", "b"] {
            let Some(section) = ours.services(service).unwrap() else { continue };
            for (key, setting) in section.iter().filter(|(key, _)| is_identifier(key)) {
                for (sub_key, value) in &setting.nested {
                    let place = PropertiesKey::builder().section_key("services").section_name(service);
                    let place = place.property_name(key).sub_property_name(sub_key).build().unwrap();
                    prop_assert_eq!(Some(value), theirs.other_sections().get(&place), "{} of {} of {}", sub_key, key, service);
                }
            }
        }
    }

    /// A file that the SDK can read has no faults.
    #[test]
    fn no_false_alarms(config in orderly_config(), credentials in orderly_credentials()) {
        let ours = ProfileSet::index(file("config", config), file("credentials", credentials));
        prop_assert_eq!(ours.faults(), []);
    }
}
