//! An edit of the config file makes the change that it is for and no other, whatever is in the file.

use vault::config::edit::{MADE, can_write, ensure_section, remove_key, remove_section_of, set_key};
use vault::config::{ProfileSet, added};
use vault::model::ProfileName;

use super::config::file;

/// Each name is edited by itself.
const MOST: usize = 4;

pub fn check(data: &[u8]) {
    let names = set(data).names();
    let mut edited: Vec<ProfileName> = names.iter().take(MOST).cloned().collect();
    edited.extend(["default", "brand new"].into_iter().filter_map(|name| ProfileName::parse(name).ok()));
    for name in &edited {
        check_section(data, name, &names);
        check_key(data, name, &names);
        check_lines(data, name, &names);
    }
}

fn set(data: &[u8]) -> ProfileSet {
    ProfileSet::index(Some(file(data)), None)
}

fn shown(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

type Settings = Vec<(String, String)>;

fn settings(data: &[u8], name: &ProfileName) -> Result<Option<Settings>, String> {
    let read = set(data).profile(name).map_err(|error| error.message)?;
    Ok(read.map(|profile| profile.iter().map(|(key, setting)| (key.to_owned(), setting.value.clone())).collect()))
}

fn value(data: &[u8], name: &ProfileName, key: &str) -> Option<String> {
    settings(data, name).ok()??.into_iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

fn assert_others_are_the_same(before: &[u8], after: &[u8], edited: &ProfileName, names: &[ProfileName]) {
    for other in names.iter().filter(|other| *other != edited).take(2 * MOST) {
        assert_eq!(settings(before, other), settings(after, other), "profile {other:?}\n{}\n=>\n{}", shown(before), shown(after));
    }
    let others = |data: &[u8]| -> Vec<_> { set(data).names().into_iter().filter(|name| name != edited).collect() };
    assert_eq!(others(before), others(after), "{}\n=>\n{}", shown(before), shown(after));
}

/// Whether `whole` is `part` with something added.
fn is_part(part: &[u8], whole: &[u8]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|byte| rest.any(|other| other == byte))
}

fn check_section(data: &[u8], name: &ProfileName, names: &[ProfileName]) {
    let wanted = [("region", "us-east-1"), ("mfa_serial", "arn:aws:iam::123456789012:mfa/x")];
    let Ok(with) = ensure_section(data, name, Some(MADE), &wanted) else { return };
    if set(data).is_defined(name) {
        assert_eq!(shown(&with), shown(data), "there is one");
        return;
    }
    assert!(with.starts_with(data), "what was there stays\n{}\n=>\n{}", shown(data), shown(&with));
    for (key, expected) in wanted {
        assert_eq!(value(&with, name, key).as_deref(), Some(expected), "{}\n=>\n{}", shown(data), shown(&with));
    }
    assert_others_are_the_same(data, &with, name, names);
    let without = remove_section_of(&with, name, &["region", "mfa_serial"]).expect("its header is readable").expect("it is only ours");
    assert_eq!(shown(&without), shown(data), "no trace is left");
}

fn check_key(data: &[u8], name: &ProfileName, names: &[ProfileName]) {
    let before = settings(data, name);
    for (key, new) in [("region", "eu-west-1"), ("s3", "a=b"), ("new_key", "some value")] {
        assert!(can_write(key, new));
        let Ok(edited) = set_key(data, name, key, new) else {
            assert!(!matches!(before, Ok(Some(_))), "a profile that can be read can be edited\n{}", shown(data));
            continue;
        };
        if let Ok(Some(before)) = &before {
            let mut expected: Settings = before.clone();
            match expected.iter_mut().find(|(known, _)| known == key) {
                Some((_, value)) => new.clone_into(value),
                None => expected.push((key.to_owned(), new.to_owned())),
            }
            let (mut after, mut expected) = (settings(&edited, name).expect("it is readable").expect("it is there"), expected);
            after.sort();
            expected.sort();
            assert_eq!(after, expected, "{key}\n{}\n=>\n{}", shown(data), shown(&edited));
        }
        assert_others_are_the_same(data, &edited, name, names);
        assert_eq!(shown(&set_key(&edited, name, key, new).expect("it was edited before")), shown(&edited), "once is enough");
        let without = remove_key(&edited, name, key).expect("its header is readable");
        assert!(is_part(&without, &edited), "nothing is added");
        if key == "new_key" && before.as_ref().is_ok_and(|said| said.iter().flatten().all(|(known, _)| known != key)) {
            assert_eq!(shown(&without), shown(data), "no trace is left");
        }
    }
    if let Ok(Some(said)) = &before {
        for (key, _) in said.iter().take(MOST) {
            let without = remove_key(data, name, key).expect("the profile is readable");
            assert_eq!(value(&without, name, key), None, "{key}\n{}\n=>\n{}", shown(data), shown(&without));
            assert!(is_part(&without, data), "nothing is added");
            assert_others_are_the_same(data, &without, name, names);
        }
    }
}

fn check_lines(data: &[u8], name: &ProfileName, names: &[ProfileName]) {
    const UNTIL: &str = "new_key";
    if data.windows(added::ADDED.len()).any(|window| window == added::ADDED.as_bytes()) || value(data, name, UNTIL).is_some() {
        return;
    }
    let lines = [("new_s3", "\na = b\nC = d"), ("new_region", "x")];
    let Ok(with_lines) = added::add(data, name, &lines, UNTIL) else { return };
    let Ok(with) = set_key(&with_lines, name, UNTIL, "v") else { return };
    assert_others_are_the_same(data, &with, name, names);
    if let Ok(Some(_)) = settings(data, name) {
        for (key, expected) in lines {
            assert_eq!(value(&with, name, key).as_deref(), Some(expected), "{}\n=>\n{}", shown(data), shown(&with));
        }
    }
    let without = added::remove(&with, name, UNTIL).expect("its header is readable");
    let expected = set_key(data, name, UNTIL, "v").expect("it was edited before");
    assert_eq!(shown(&without), shown(&expected), "only the key is left\n{}\n=>\n{}", shown(data), shown(&with));
}
