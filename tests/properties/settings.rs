//! The settings are within their bounds, whatever the file says.

use vault::config::settings::{SessionPolicy, table_of};
use vault::config::{EffectiveSettings, Settings, SourceFile};
use vault::model::ProfileName;

use super::assert_shown;

pub fn check(data: &[u8]) {
    let read = |bytes: &[u8]| SourceFile::new("f".into(), bytes.to_vec()).and_then(|file| Settings::parse(Some(file)));
    let settings = match (read(data), read(data)) {
        (Ok(settings), Ok(again)) => {
            assert_eq!(settings, again);
            settings
        }
        (Err(error), Err(again)) => {
            assert_eq!(error, again);
            assert_shown(&error.message);
            error.hint.iter().for_each(|hint| assert_shown(hint));
            let lines = data.split(|byte| *byte == b'\n').count();
            let line = error.origin.expect("a fault of a file has a place").line;
            assert!((1..=lines).contains(&line), "line {line} of {lines}");
            return;
        }
        _ => panic!("it is read in the same way again"),
    };
    within(&settings.global());
    assert!(!settings.pass_prefix().split('/').any(|part| part.is_empty() || part == ".."), "it does not lead out of the store");
    for name in settings.profile_names() {
        let name = ProfileName::parse(name).expect("a table has the name of a profile");
        within(&settings.for_profile(&name));
        let alone = format!("{}\nprotect = true\n", table_of(name.as_str()));
        let alone = read(alone.as_bytes()).expect("its header can be written");
        assert!(alone.for_profile(&name).protect, "it is the same name");
    }
}

fn within(settings: &EffectiveSettings) {
    let seconds = settings.session_duration.as_secs();
    assert!((900..=129_600).contains(&seconds), "session_duration {seconds}");
    let role = settings.role_duration.as_secs();
    assert!((900..=43_200).contains(&role), "role_duration {role}");
    assert!(settings.expiry_window.as_secs() < seconds.min(role), "expiry_window");
    assert!(settings.max_mfa_age.is_none_or(|age| (60..=129_600).contains(&age.as_secs())), "max_mfa_age");
    assert!(settings.key_max_age.is_none_or(|age| age.as_secs() > 0), "key_max_age");
    match &settings.session_policy {
        Some(SessionPolicy::Document(text)) => assert!(serde_json::from_str::<serde_json::Value>(text).is_ok_and(|json| json.is_object())),
        Some(SessionPolicy::Arns(arns)) => assert!((1..=10).contains(&arns.len())),
        None => {}
    }
}
