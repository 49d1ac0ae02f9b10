//! A key that was moved goes from the file that held it in plain text, and nothing else does.

use secrecy::ExposeSecret as _;
use vault::config::plaintext::{PlaintextSection, read};
use vault::config::scrub::{MovedKey, Scrubbing, scrub};
use vault::config::{FileKind, ProfileSet};
use vault::foreign::{Tool, credentials};

use super::config::file;

const MOST: usize = 6;

pub fn check(data: &[u8]) {
    for (kind, tool) in [(FileKind::Config, Tool::Config), (FileKind::Credentials, Tool::Credentials)] {
        let (found, _) = credentials::found(tool, kind, file(data));
        let keys: Vec<_> = found.iter().filter_map(|found| Some((found.place.as_str(), found.held.key()?))).take(MOST).collect();
        for (section, key) in keys {
            let moved = || [MovedKey { section, key_id: &key.key_id, secret: &key.secret }];
            let done = scrub(kind, data, &moved());
            let (before, after) = (sections(kind, data), sections(kind, &done.text));
            match done.outcomes[..] {
                [Scrubbing::Removed] => {
                    assert!(after.iter().all(|(name, said)| name != section || !said.contains(key.secret.expose_secret())));
                    let others = |all: &[(String, String)]| -> Vec<_> { all.iter().filter(|(name, _)| name != section).cloned().collect() };
                    assert_eq!(others(&before), others(&after), "the other keys stay");
                    assert!(is_part(&done.text, data), "nothing is added");
                    let again = scrub(kind, &done.text, &moved());
                    assert!(!matches!(again.outcomes[..], [Scrubbing::Removed]), "it is gone");
                    assert_eq!(*again.text, *done.text);
                    check_profiles(kind, data, &done.text, section);
                }
                [Scrubbing::Gone] => panic!("it is there"),
                [Scrubbing::Changed | Scrubbing::Entangled] => assert_eq!(*done.text, data, "what is not removed stays"),
                _ => panic!("one key has one outcome"),
            }
        }
    }
}

fn is_part(part: &[u8], whole: &[u8]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|byte| rest.any(|other| other == byte))
}

fn sections(kind: FileKind, data: &[u8]) -> Vec<(String, String)> {
    let said = |section: &PlaintextSection| {
        let secret = section.secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        format!("{:?} {secret:?} {} {:?} {}", section.key_id, section.temporary, section.mfa_serial, section.fault.is_some())
    };
    read(kind, file(data)).sections.iter().map(|section| (section.name.clone(), said(section))).collect()
}

/// What the profiles say besides the key.
fn check_profiles(kind: FileKind, before: &[u8], after: &[u8], section: &str) {
    let index = |data: &[u8]| match kind {
        FileKind::Config => ProfileSet::index(Some(file(data)), None),
        FileKind::Credentials => ProfileSet::index(None, Some(file(data))),
    };
    let (before, after) = (index(before), index(after));
    for name in before.names().iter().take(MOST) {
        let said = |set: &ProfileSet| -> Option<Vec<(String, String)>> {
            let profile = set.profile(name).ok()??;
            let said = profile.iter().filter(|(key, _)| *key != "aws_access_key_id" || name.as_str() != section);
            Some(said.map(|(key, setting)| (key.to_owned(), setting.value.clone())).collect())
        };
        let (before, after) = (said(&before), said(&after));
        if name.as_str() == section {
            assert_eq!(before.unwrap_or_default(), after.unwrap_or_default(), "the rest of profile {name:?}");
        } else {
            assert_eq!(before, after, "profile {name:?}");
        }
    }
}
