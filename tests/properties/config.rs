//! The config reader gives one answer for one text, however its lines end, and says only where things are that are there.

use std::fmt::Write as _;

use vault::config::{FileKind, ProfileSet, SourceFile, aws_vault_profile, credential_process_line, linked_profile, plaintext, words};
use vault::foreign::{Tool, credentials};
use vault::model::ProfileName;

use super::{assert_shown, with_crlf};

/// Reading more of them tells no more, and takes long where there are thousands.
const MOST: usize = 40;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub fn check(data: &[u8]) {
    if SourceFile::new("f".into(), data.to_vec()).is_err() {
        return;
    }
    let whole = said(data);
    assert_eq!(whole, said(data), "it is read in the same way again");
    if !data.contains(&b'\r') {
        assert_eq!(whole, said(&with_crlf(data)), "with the line ends of Windows");
    }
    if !data.starts_with(BYTE_ORDER_MARK) && !data.is_empty() {
        assert_eq!(whole, said(&[BYTE_ORDER_MARK, data].concat()), "with a byte order mark");
    }
    if !data.ends_with(b"\n") && !data.ends_with(b"\r") {
        assert_eq!(whole, said(&[data, b"\n"].concat()), "with a line end at its end");
    }
}

pub fn file(data: &[u8]) -> SourceFile {
    SourceFile { path: "f".into(), bytes: data.to_vec() }
}

/// Everything that is read, as a text to compare.
fn said(data: &[u8]) -> String {
    let lines = data.split(|byte| *byte == b'\n').count();
    let mut out = String::new();
    for (config, credentials) in [(true, false), (false, true), (true, true)] {
        let set = ProfileSet::index(config.then(|| file(data)), credentials.then(|| file(data)));
        let faults = [set.faults(), set.all_ignored_sections(), set.broken_headers()].concat();
        for fault in &faults {
            assert_shown(&fault.message);
            fault.hint.iter().for_each(|hint| assert_shown(hint));
            let origin = fault.origin.as_ref().expect("a fault of a file has a place");
            assert!((1..=lines).contains(&origin.line), "line {} of {lines}", origin.line);
            let _ = writeln!(out, "{fault} {:?} {}", fault.hint, origin.line);
        }
        for name in set.names().iter().take(MOST) {
            assert!(set.is_defined(name), "what is listed is defined");
            let readings = set.readings(name).map_err(|error| (error.message, error.hint));
            let first = set.profile(name).map_err(|error| (error.message, error.hint));
            match (&first, &readings) {
                (Ok(Some(first)), Ok(readings)) => assert_eq!(format!("{first:?}"), format!("{:?}", readings[0])),
                (Err(one), Err(other)) => assert_eq!(one, other),
                other => panic!("a listed profile is read, or is not: {other:?}"),
            }
            for (key, setting) in readings.iter().flatten().flat_map(vault::config::Profile::iter) {
                let is_secret = ["aws_secret_access_key", "aws_session_token", "aws_security_token"].contains(&key.to_lowercase().as_str());
                assert!(!is_secret, "a secret became a setting");
                assert!((1..=lines).contains(&setting.origin.line), "line {} of {lines}", setting.origin.line);
                let _ = writeln!(out, "{name} {key} {:?} {:?} {}", setting.value, setting.nested, setting.origin.line);
                check_process(&setting.value);
            }
            let _ = writeln!(out, "{name} {:?} {:?}", readings.map(|all| all.len()), set.ignored_sections(name.as_str()));
            let _ = writeln!(out, "{:?}", set.services(name.as_str()).map(|section| format!("{section:?}")));
            let _ = writeln!(out, "{:?}", set.sso_session(name.as_str()).map(|section| format!("{section:?}")));
        }
    }
    for (kind, tool) in [(FileKind::Config, Tool::Config), (FileKind::Credentials, Tool::Credentials)] {
        for section in plaintext::read(kind, file(data)).sections {
            assert!((1..=lines).contains(&section.origin.line));
            let id = section.key_id.filter(|id| id.len() < 200);
            let _ = writeln!(out, "{:?} {id:?} {} {:?}", section.name, section.secret.is_some(), section.mfa_serial);
        }
        let (found, faults) = credentials::found(tool, kind, file(data));
        let held = found.iter().filter(|found| found.held.key().is_some()).count();
        let _ = writeln!(out, "{} {held} {}", found.len(), faults.len());
    }
    out
}

/// A value may be a command line, and a name may get one.
fn check_process(value: &str) {
    let _ = (words(value), aws_vault_profile(value));
    if let Some(profile) = linked_profile(value) {
        assert!(value.ends_with(&*vault::model::quote::in_config_line(profile.as_str())), "it is the last word");
    }
    for text in [value, value.trim()] {
        // On Windows, nothing can quote a quote.
        if let Ok(name) = ProfileName::parse(text)
            && !(cfg!(windows) && text.contains('"'))
        {
            let line = credential_process_line("/opt/my tools/vault".as_ref(), &name).expect("the path is plain");
            assert_eq!(linked_profile(&line), Some(name), "{line}");
        }
    }
}
