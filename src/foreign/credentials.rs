//! Keys in plaintext credentials files, with the layouts of the tools that keep a long-term key next to a temporary one. Never changes a
//! file.

use crate::config::plaintext::{PlaintextSection, read};
use crate::config::{ConfigError, FileKind, SourceFile};
use crate::model::MfaSerial;

use super::{Found, Held, Tool};

/// What follows the name of a profile where another section has its temporary key: with aws-mfa, and with jhandguy's aws-mfa.
const SUFFIXES: [&str; 2] = ["-long-term", "-noauth"];

/// What a file holds, and what of it cannot be read.
#[must_use]
pub fn found(tool: Tool, kind: FileKind, file: SourceFile) -> (Vec<Found>, Vec<ConfigError>) {
    let read = read(kind, file);
    let own_key = |name: &str| read.sections.iter().any(|section| section.name == name && !section.temporary && section.secret.is_some());
    let names: Vec<_> = read
        .sections
        .iter()
        .map(|section| match SUFFIXES.iter().find_map(|suffix| section.name.strip_suffix(suffix)) {
            // Where that name has a long-term key too, they are two profiles.
            Some(name) if !name.is_empty() && !section.temporary && !own_key(name) => name.to_owned(),
            _ => section.name.clone(),
        })
        .collect();
    let found = read.sections.into_iter().zip(names).map(|(section, name)| Found {
        tool,
        name,
        serial: section.mfa_serial.as_deref().and_then(|serial| MfaSerial::parse(serial).ok()),
        held: held(&section),
        place: section.name,
    });
    (found.collect(), read.broken_headers)
}

fn held(section: &PlaintextSection) -> Held {
    if let Some(fault) = &section.fault {
        return Held::Unreadable(fault.origin.as_ref().map_or_else(|| fault.message.clone(), |origin| format!("{fault} ({origin})")));
    }
    if section.temporary {
        return Held::Skipped("its key is temporary: it comes with a session token".to_owned());
    }
    match (&section.key_id, &section.secret) {
        (Some(id), Some(secret)) => Held::of(id, secret.clone()),
        (None, _) => Held::Unreadable("it has a secret and no id".to_owned()),
        (Some(_), None) => Held::Unreadable("it has an id and no secret".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn names(text: &str) -> Vec<(String, String, &'static str)> {
        let file = SourceFile { path: PathBuf::from("f"), bytes: text.as_bytes().to_vec() };
        let held = |held: &Held| match held {
            Held::Key(_) => "key",
            Held::Skipped(_) => "skipped",
            Held::Unreadable(_) => "unreadable",
        };
        found(Tool::Credentials, FileKind::Credentials, file).0.into_iter().map(|f| (f.place, f.name, held(&f.held))).collect()
    }

    #[test]
    fn layouts_lead_to_the_name_of_the_profile() {
        const KEY: &str = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = S\n";
        const TEMPORARY: &str = "aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = S\naws_session_token = T\n";
        let text = |text: &str| text.replace("KEY", KEY).replace("TEMP", TEMPORARY);
        let row = |place: &str, name: &str, held| (place.to_owned(), name.to_owned(), held);
        for (text, expected, why) in [
            (text("[a]\nKEY"), vec![row("a", "a", "key")], "plain"),
            (text("[a-long-term]\nKEY[a]\nTEMP"), vec![row("a-long-term", "a", "key"), row("a", "a", "skipped")], "aws-mfa"),
            (text("[a-noauth]\nKEY[a]\nTEMP"), vec![row("a-noauth", "a", "key"), row("a", "a", "skipped")], "the other aws-mfa"),
            (text("[a-long-term]\nKEY"), vec![row("a-long-term", "a", "key")], "before its first use"),
            (text("[a-long-term]\nKEY[a]\nKEY"), vec![row("a-long-term", "a-long-term", "key"), row("a", "a", "key")], "two profiles"),
            (text("[-long-term]\nKEY"), vec![row("-long-term", "-long-term", "key")], "no name is left"),
            (text("[a-long-term]\nTEMP"), vec![row("a-long-term", "a-long-term", "skipped")], "no long-term key"),
            (
                text("[a]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = S\n"),
                vec![row("a", "a", "skipped")],
                "its token is lost",
            ),
            (text("[a]\naws_access_key_id = minio\naws_secret_access_key = S\n"), vec![row("a", "a", "skipped")], "of another service"),
            (text("[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"), vec![row("a", "a", "unreadable")], "half a key"),
            (
                text("[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = a b\n"),
                vec![row("a", "a", "unreadable")],
                "no secret",
            ),
        ] {
            assert_eq!(names(&text), expected, "{why}");
        }
    }
}
