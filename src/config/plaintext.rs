//! Reads the keys that a file holds in plain text, secrets included, so that they can be moved to a safer place. Never shows a secret, and
//! never changes the file.

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::header::SectionKind;
use super::index::{IndexedFile, Span};
use super::profile::bad_line;
use super::property::{BadLine, Property, properties};
use super::{ConfigError, FileKind, SourceFile, keys};
use crate::model::Origin;

/// What aws-mfa calls `mfa_serial`.
const AWS_MFA_DEVICE: &str = "aws_mfa_device";

/// What a file holds of keys.
pub struct PlaintextFile {
    pub sections: Vec<PlaintextSection>,
    /// The headers that cannot be read: keys may be below them.
    pub broken_headers: Vec<ConfigError>,
}

/// What the sections of one name hold of a key.
pub struct PlaintextSection {
    /// As in the header.
    pub name: String,
    /// The header of the first of them.
    pub origin: Origin,
    /// As it is in the file: nothing has checked its shape.
    pub key_id: Option<String>,
    pub secret: Option<SecretString>,
    /// Whether a session token comes with it.
    pub temporary: bool,
    /// `mfa_serial`, or what aws-mfa has in its place.
    pub mfa_serial: Option<String>,
    /// A line that cannot be read.
    pub fault: Option<ConfigError>,
}

/// The sections that hold a key or a part of one, in the order of the file.
#[must_use]
pub fn read(kind: FileKind, file: SourceFile) -> PlaintextFile {
    let file = IndexedFile::new(kind, file);
    file.sort_names();
    let mut names: Vec<&[u8]> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for section in file.sections().filter(|section| matches!(section.kind, SectionKind::Profile { .. })) {
        let name = file.name(section);
        if seen.insert(name) {
            names.push(name);
        }
    }
    let sections = names.into_iter().filter_map(|name| read_name(&file, name)).collect();
    PlaintextFile { sections, broken_headers: file.header_errors() }
}

fn read_name(file: &IndexedFile, name: &[u8]) -> Option<PlaintextSection> {
    let spans: Vec<&Span> = file.profile_sections(name).collect();
    let mut read = PlaintextSection {
        name: String::from_utf8_lossy(name).into_owned(),
        origin: file.origin(spans.first()?),
        key_id: None,
        secret: None,
        temporary: false,
        mfa_serial: None,
        fault: None,
    };
    for span in spans {
        let body = file.body(span);
        for property in properties(file.bytes(), body.start, body.end) {
            if let Err(bad) = property.and_then(|property| read.take(&property)) {
                read.fault.get_or_insert_with(|| bad_line(file, span, bad));
            }
        }
    }
    (read.key_id.is_some() || read.secret.is_some() || read.temporary).then_some(read)
}

impl PlaintextSection {
    /// Where a key is set twice, the last one counts.
    fn take(&mut self, property: &Property<'_>) -> Result<(), BadLine> {
        let is = |key: &str| property.key.eq_ignore_ascii_case(key);
        if is(keys::AWS_SECRET_ACCESS_KEY) {
            self.secret = Some(secret(property)?);
        } else if is(keys::AWS_ACCESS_KEY_ID) {
            self.key_id = Some(property.value()?.into_owned());
        } else if is(keys::AWS_SESSION_TOKEN) || is(keys::AWS_SECURITY_TOKEN) {
            self.temporary = true;
        } else if is(keys::MFA_SERIAL) || is(AWS_MFA_DEVICE) {
            self.mfa_serial = Some(property.value()?.into_owned());
        }
        Ok(())
    }
}

// Security: every value is wiped.
fn secret(property: &Property<'_>) -> Result<SecretString, BadLine> {
    let value = property.value()?;
    let secret = SecretString::from(&*value);
    if let std::borrow::Cow::Owned(value) = value {
        drop(Zeroizing::new(value));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use secrecy::ExposeSecret as _;

    use super::*;

    type Row = (String, Option<String>, Option<String>, bool, Option<String>);

    fn sections(kind: FileKind, text: &str) -> Vec<Row> {
        let file = SourceFile { path: PathBuf::from("f"), bytes: text.as_bytes().to_vec() };
        let plain = |section: PlaintextSection| {
            let secret = section.secret.map(|secret| secret.expose_secret().to_owned());
            (section.name, section.key_id, secret, section.temporary, section.mfa_serial)
        };
        read(kind, file).sections.into_iter().map(plain).collect()
    }

    #[test]
    fn what_the_sections_hold() {
        let some = |text: &str| Some(text.to_owned());
        let row = |name: &str, id, secret, temporary, serial| (name.to_owned(), id, secret, temporary, serial);
        for (text, expected, why) in [
            ("[a]\naws_access_key_id=I\naws_secret_access_key=S\n", vec![row("a", some("I"), some("S"), false, None)], "the plain case"),
            (
                "[a b/ü]\nAWS_ACCESS_KEY_ID = I\nAws_Secret_Access_Key : S # why\n",
                vec![row("a b/ü", some("I"), some("S"), false, None)],
                "any case, and either mark",
            ),
            ("[a]\nregion = x\n", vec![], "no key at all"),
            ("[a]\naws_access_key_id = I\n", vec![row("a", some("I"), None, false, None)], "half a key is shown"),
            (
                "[a]\naws_access_key_id = I\naws_secret_access_key = S\naws_session_token = T\n",
                vec![row("a", some("I"), some("S"), true, None)],
                "temporary",
            ),
            (
                "[a]\naws_access_key_id = I\naws_secret_access_key = S\naws_security_token = T\n",
                vec![row("a", some("I"), some("S"), true, None)],
                "by its old name too",
            ),
            (
                "[a]\naws_access_key_id = I\n[b]\n[a]\naws_secret_access_key = S\n",
                vec![row("a", some("I"), some("S"), false, None)],
                "sections of one name are one",
            ),
            (
                "[a]\naws_access_key_id = I\naws_access_key_id = J\naws_secret_access_key = S\n",
                vec![row("a", some("J"), some("S"), false, None)],
                "the last one counts",
            ),
            (
                "[a-long-term]\naws_access_key_id = I\naws_secret_access_key = S\naws_mfa_device = M\n",
                vec![row("a-long-term", some("I"), some("S"), false, some("M"))],
                "aws-mfa",
            ),
            (
                "\u{feff}[a]\r\naws_access_key_id = I\r\naws_secret_access_key = S\r\n",
                vec![row("a", some("I"), some("S"), false, None)],
                "a mark, and CRLF",
            ),
        ] {
            assert_eq!(sections(FileKind::Credentials, text), expected, "{why}");
        }
        let config = "[profile \"a b\"]\naws_access_key_id = I\naws_secret_access_key = S\n[other]\naws_access_key_id = J\n";
        assert_eq!(sections(FileKind::Config, config), [row("a b", some("I"), some("S"), false, None)]);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_the_rest_is_read() {
        let text = "[a]\naws_access_key_id = I\naws_secret_access_key\n[b\n[c]\naws_access_key_id = J\naws_secret_access_key = S\n";
        let read = read(FileKind::Credentials, SourceFile { path: PathBuf::from("f"), bytes: text.as_bytes().to_vec() });
        assert_eq!(read.sections.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert!(read.sections[0].fault.is_some() && read.sections[1].fault.is_none());
        assert_eq!(read.broken_headers.len(), 1);
    }
}
