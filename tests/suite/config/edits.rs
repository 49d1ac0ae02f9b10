//! An edit makes the requested change and nothing else. Never assumes that a file is well-formed.

use proptest::prelude::*;
use proptest::sample::select;
use vault::config::edit::{MADE, ensure_section, remove_key, remove_section_of, set_key};
use vault::config::{ProfileSet, Section, added};

use super::texts::{NAMES, any_text, orderly_config};
use super::{config, name, reading};

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![orderly_config().prop_map(String::into_bytes), any_text()]
}

fn value_of(text: &[u8], profile: &str, key: &str) -> Option<String> {
    config(text).profile(&name(profile)).ok()??.get(key).map(|setting| setting.value.clone())
}

fn services(set: &ProfileSet, section: &str) -> Result<Option<Vec<(String, String)>>, String> {
    let copy = |section: Section| section.iter().map(|(key, setting)| (key.to_owned(), setting.value.clone())).collect();
    set.services(section).map(|section| section.map(copy)).map_err(|error| error.message)
}

/// All profiles but one are unchanged.
fn assert_others_are_the_same(before: &[u8], after: &[u8], edited: &str) -> Result<(), TestCaseError> {
    let (before, after) = (config(before), config(after));
    for other in NAMES.into_iter().filter(|other| *other != edited) {
        prop_assert_eq!(reading(&before, other), reading(&after, other), "profile {}", other);
    }
    for section in ["a", "b"] {
        prop_assert_eq!(services(&before, section), services(&after, section));
    }
    Ok(())
}

/// Whether `whole` contains all lines of `part` in order.
fn keeps_lines(part: &[u8], whole: &[u8]) -> bool {
    let mut lines = whole.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    part.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).all(|wanted| wanted.is_empty() || lines.any(|line| line == wanted))
}

/// The text with this program's mark below the header of a profile.
fn marked(text: &[u8], profile: &str) -> Vec<u8> {
    let header = format!("[profile {profile}]\n");
    match text.windows(header.len()).position(|window| window == header.as_bytes()) {
        Some(at) => [&text[..at + header.len()], MADE.as_bytes(), b"\n", &text[at + header.len()..]].concat(),
        None => text.to_vec(),
    }
}

fn comments(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| matches!(line.first(), Some(b'#' | b';'))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_added_section_can_be_removed_again(text in text()) {
        let (added, keys) = (name("brand new"), ["region"]);
        prop_assert_eq!(remove_section_of(&text, &added, &keys).ok().flatten(), None);
        let with = ensure_section(&text, &added, Some(MADE), &[("region", "us-east-1")]).expect("no similar header exists");
        let without = remove_section_of(&with, &added, &keys).expect("the header is readable").expect("it has only added lines");
        prop_assert_eq!(String::from_utf8_lossy(&without), String::from_utf8_lossy(&text));
        assert_others_are_the_same(&text, &without, "brand new")?;
    }

    #[test]
    fn a_section_with_other_lines_is_not_removed(text in text(), profile in select(&NAMES[..])) {
        prop_assert!(!matches!(remove_section_of(&text, &name(profile), &["region"]), Ok(Some(_))), "it lacks the mark");
        let text = marked(&text, profile);
        let Ok(Some(without)) = remove_section_of(&text, &name(profile), &["region"]) else { return Ok(()) };
        let said = reading(&config(text.as_slice()), profile).expect("it was readable").expect("it was there");
        prop_assert!(said.iter().all(|(key, _, _)| key == "region"), "{:?}", said);
        prop_assert_eq!(reading(&config(without.as_slice()), profile), Ok(None));
        assert_others_are_the_same(&text, &without, profile)?;
        let kept: Vec<_> = comments(&text).into_iter().filter(|comment| *comment != MADE.as_bytes()).collect();
        prop_assert_eq!(kept, comments(&without));
    }

    #[test]
    fn a_set_value_is_read_back(text in text(), profile in select(&NAMES[..]), key in select(vec!["region", "s3", "role_arn", "new_key"])) {
        let readable = config(text.as_slice()).profile(&name(profile));
        let Ok(edited) = set_key(&text, &name(profile), key, "new value=1") else {
            // Refused: there is no section to edit, or not a readable header.
            prop_assert!(!matches!(readable, Ok(Some(_))));
            return Ok(());
        };
        if let Ok(Some(before)) = readable {
            prop_assert_eq!(value_of(&edited, profile, key), Some("new value=1".to_owned()));
            let after = config(edited.as_slice()).profile(&name(profile)).unwrap().unwrap();
            for (other, setting) in before.iter().filter(|(other, _)| *other != key) {
                prop_assert_eq!(&setting.value, &after.get(other).unwrap().value);
            }
            prop_assert_eq!(after.iter().filter(|(other, _)| *other != key).count(), before.iter().filter(|(other, _)| *other != key).count());
        }
        assert_others_are_the_same(&text, &edited, profile)?;
    }

    #[test]
    fn setting_and_removing_a_value_leaves_no_trace(text in text(), profile in select(&NAMES[..])) {
        if let Ok(edited) = set_key(&text, &name(profile), "new_key", "v") {
            prop_assert!(keeps_lines(&text, &edited));
            let restored = remove_key(&edited, &name(profile), "new_key").unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&restored), String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn lines_added_with_a_key_are_read_back_and_leave_no_trace(text in text(), profile in select(&NAMES[..])) {
        let (profile_name, settings) = (name(profile), [("new_s3", "\na = b\nC = d"), ("new_pager", ""), ("new_region", "x")]);
        let add = |text: &[u8]| set_key(&added::add(text, &profile_name, &settings, "new_key")?, &profile_name, "new_key", "v");
        let remove = |text: &[u8]| added::remove(text, &profile_name, "new_key").unwrap();
        let Ok(with) = add(&text) else { return Ok(()) };
        prop_assert!(keeps_lines(&text, &with));
        assert_others_are_the_same(&text, &with, profile)?;
        if matches!(config(text.as_slice()).profile(&profile_name), Ok(Some(_))) {
            for (key, value) in settings {
                prop_assert_eq!(value_of(&with, profile, key), Some(value.to_owned()));
            }
        }
        // The key stays where it is, and its companion lines are inserted above it again.
        let key_alone = remove(&with);
        let expected = set_key(&text, &profile_name, "new_key", "v").unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&key_alone), String::from_utf8_lossy(&expected));
        let again = add(&key_alone).unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&with));
        let restored = remove_key(&key_alone, &profile_name, "new_key").unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&restored), String::from_utf8_lossy(&text));
    }

    #[test]
    fn setting_an_unchanged_value_changes_no_byte(text in text(), profile in select(&NAMES[..])) {
        let value = value_of(&text, profile, "region").filter(|value| !value.is_empty() && !value.contains('\n'));
        if let Some(Ok(edited)) = value.map(|value| set_key(&text, &name(profile), "region", &value)) {
            prop_assert_eq!(String::from_utf8_lossy(&edited), String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn a_removed_key_is_gone(text in text(), profile in select(&NAMES[..]), key in select(vec!["region", "s3", "role_arn"])) {
        let Ok(edited) = remove_key(&text, &name(profile), key) else { return Ok(()) };
        prop_assert_eq!(value_of(&edited, profile, key), None);
        prop_assert!(keeps_lines(&edited, &text));
        assert_others_are_the_same(&text, &edited, profile)?;
    }

    #[test]
    fn a_missing_section_is_added_at_the_end(text in text(), profile in select(&NAMES[..])) {
        let settings = [("region", "eu-west-1"), ("mfa_serial", "arn:aws:iam::123456789012:mfa/x")];
        let before = reading(&config(text.as_slice()), profile);
        let Ok(edited) = ensure_section(&text, &name(profile), None, &settings) else {
            prop_assert!(before.is_err());
            return Ok(());
        };
        prop_assert!(edited.starts_with(&text));
        if before == Ok(None) {
            prop_assert_eq!(value_of(&edited, profile, "region"), Some("eu-west-1".to_owned()));
            prop_assert_eq!(value_of(&edited, profile, "mfa_serial"), Some("arn:aws:iam::123456789012:mfa/x".to_owned()));
        } else {
            prop_assert_eq!(&edited, &text);
        }
        assert_others_are_the_same(&text, &edited, profile)?;
    }
}

#[test]
fn edits_look_as_expected() {
    let set = |text: &str, value: &str| String::from_utf8(set_key(text.as_bytes(), &name("a"), "region", value).unwrap()).unwrap();
    for (text, expected, why) in [
        ("[profile a]\nregion=x # why\n", "[profile a]\nregion=y # why\n", "the comment and the spacing stay"),
        ("[profile a]\nREGION : x\n", "[profile a]\nREGION : y\n", "the spelling and the divider stay too"),
        ("[profile a]\nregion =\n", "[profile a]\nregion = y\n", "an empty value is filled"),
        ("[profile a]\nregion =\t# why\n", "[profile a]\nregion = y\t# why\n", "before its comment"),
        (
            "[profile a]\nregion = x\n  more\n# why\n  more\nb = c\n",
            "[profile a]\nregion = y\n# why\nb = c\n",
            "continuation lines are removed, comments stay",
        ),
        ("[profile a]\nregion = x\nregion = z\n", "[profile a]\nregion = x\nregion = y\n", "of two keys, the effective one changes"),
        (
            "[profile a]\nb = c\n  d\n\n# next\n[profile b]\n",
            "[profile a]\nb = c\n  d\nregion = y\n\n# next\n[profile b]\n",
            "a new key goes below the last",
        ),
        ("[profile a]\r\n\tb = c", "[profile a]\r\n\tb = c\r\n\tregion = y", "its neighbour's indentation and line end"),
        (
            "[profile a]\n  [profile b]\n  region = x\n",
            "[profile a]\n  region = y\n  [profile b]\n  region = x\n",
            "an indented header stays indented",
        ),
        ("[profile a]", "[profile a]\nregion = y", "no final newline, none added"),
        ("[default]\n[profile a]\n[profile b]\n", "[default]\n[profile a]\nregion = y\n[profile b]\n", "an empty section"),
        ("[profile a]\nregion: # b = c\n", "[profile a]\nregion: y # b = c\n", "a divider in a comment does not count"),
    ] {
        assert_eq!(set(text, "y"), expected, "{why}");
    }

    assert_eq!(set("[profile a]\nregion: x\n", "y=z"), "[profile a]\nregion= y=z\n", "`=` separates before `:` does");

    let removed = remove_key(
        b"[profile a]\nREGION = x\n  more\n# why\n  more\nb = c\n[profile b]\nregion = z\n[profile a]\nregion = w",
        &name("a"),
        "region",
    );
    let expected = "[profile a]\n# why\nb = c\n[profile b]\nregion = z\n[profile a]";
    assert_eq!(String::from_utf8(removed.unwrap()).unwrap(), expected, "all of them are removed with all their lines; comments stay");

    let ensure = |text: &str, profile: &str| {
        String::from_utf8(ensure_section(text.as_bytes(), &name(profile), None, &[("b", "c")]).unwrap()).unwrap()
    };
    for (text, profile, expected, why) in [
        ("", "a", "[profile a]\nb = c\n", "into an empty file"),
        ("[x]", "default", "[x]\n\n[default]\nb = c\n", "the default needs no prefix; the line above is ended first"),
        ("[x]\r\n\r\n", "q r", "[x]\r\n\r\n[profile \"q r\"]\r\nb = c\r\n", "quotes for the space, line ends as they are"),
        ("\u{feff}", "a", "\u{feff}[profile a]\nb = c\n", "the byte-order mark stays in front"),
        ("[profile 'a']\n", "a", "[profile 'a']\n", "the section exists, in other quotes"),
    ] {
        assert_eq!(ensure(text, profile), expected, "{why}");
    }
}

#[test]
fn a_persons_lines_among_added_ones_stay() {
    let text = format!("[profile a]\nx = y\n{ADDED}\nregion = z\n  more\n# mine\n  more\n\nk = v\nb = c\n", ADDED = added::ADDED);
    let removed = added::remove(text.as_bytes(), &name("a"), "k").unwrap();
    assert_eq!(String::from_utf8(removed).unwrap(), "[profile a]\nx = y\n# mine\n\nk = v\nb = c\n");
    for key in ["other", "x"] {
        let removed = added::remove(text.as_bytes(), &name("a"), key).unwrap();
        assert_eq!(removed, text.as_bytes(), "its end is unknown");
    }
}

#[test]
fn multi_line_and_empty_settings_are_read_back_and_nothing_else_is_written() {
    let ensure = |key: &str, value: &str| ensure_section(b"", &name("a"), Some(MADE), &[(key, value)]);
    for value in ["", "x", "\na = b\nC = d # e", "x\ny = z", "\nendpoint_url = https://example.com/#x"] {
        let text = ensure("s3", value).unwrap();
        assert_eq!(value_of(&text, "a", "s3").as_deref(), Some(value), "{}", String::from_utf8_lossy(&text));
    }
    for value in ["a #b", " a", "a\n b", "a\n\nb", "\na", "a\rb", "a\n[profile x]\n", "\n# a = b"] {
        assert!(ensure("s3", value).is_err(), "{value:?}");
    }
    assert!(ensure("s 3", "x").is_err());
}

#[test]
fn a_value_that_cannot_be_read_back_is_not_written() {
    for (value, why) in [
        ("", "an empty value is a key to remove"),
        ("a\nb", "a second line could be a setting"),
        ("a\rb", "so could this one, for the AWS CLI"),
        (" a", "white space around is lost"),
        ("a #b", "a comment is lost"),
    ] {
        let error = set_key(b"[profile a]\n", &name("a"), "region", value).unwrap_err();
        assert_eq!(error.message, "this value of `region` cannot be written to the config file", "{why}");
    }
    assert!(set_key(b"[profile a]\n", &name("a"), "a b", "v").is_err());
    assert!(set_key(b"[profile a]\n", &name("a"), "[x]\na", "v").is_err());
    let error = set_key(b"", &name("a"), "region", "v").unwrap_err();
    assert_eq!(error.message, "profile `a` has no section in the config file");
}
