//! Takes keys out of the text of a file that holds them in plain text, and keeps every other byte. Never takes out a key that it was not
//! given, and never writes a file.

use std::ops::Range;
use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::header::SectionKind;
use super::index::{IndexedFile, Span, text_start};
use super::property::{Property, properties, speaking_lines};
use super::{FileKind, SourceFile, keys};
use crate::model::AccessKeyId;

/// A key that is in a safer place by now.
pub struct MovedKey<'a> {
    /// The section that it was found in.
    pub section: &'a str,
    pub key_id: &'a AccessKeyId,
    pub secret: &'a SecretString,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scrubbing {
    Removed,
    /// It was no longer there: another run, or a person, has removed it.
    Gone,
    /// The section holds another key by now, or several.
    Changed,
    /// Without these lines, the file would say something else.
    Entangled,
}

/// The text without the keys, and what became of each of them.
pub struct Scrubbed {
    // Security: other keys may be in it.
    pub text: Zeroizing<Vec<u8>>,
    pub outcomes: Vec<Scrubbing>,
}

/// Takes the keys out, each with its lines, and the header of a section that is empty afterwards.
#[must_use]
pub fn scrub(kind: FileKind, bytes: &[u8], moved: &[MovedKey<'_>]) -> Scrubbed {
    let mut text = Zeroizing::new(bytes.to_vec());
    let outcomes = moved.iter().map(|key| scrub_one(kind, &mut text, key)).collect();
    Scrubbed { text, outcomes }
}

/// Whether the secret is anywhere in the text.
#[must_use]
pub fn holds(text: &[u8], secret: &SecretString) -> bool {
    let secret = secret.expose_secret().as_bytes();
    !secret.is_empty() && text.windows(secret.len()).any(|window| window == secret)
}

fn scrub_one(kind: FileKind, text: &mut Zeroizing<Vec<u8>>, key: &MovedKey<'_>) -> Scrubbing {
    let before = read(kind, text);
    let Some(cuts) = cuts(&before, key) else {
        let id = key.key_id.as_str().as_bytes();
        let is_gone = !holds(text, key.secret) && !text.windows(id.len()).any(|window| window == id);
        return if is_gone { Scrubbing::Gone } else { Scrubbing::Changed };
    };
    for sections_too in [true, false] {
        let cuts = cuts.iter().map(|cut| if sections_too { cut.clone().whole() } else { cut.lines.clone() }).collect::<Vec<_>>().concat();
        let after = Zeroizing::new(without(text, &cuts));
        if says_the_same(&before, &read(kind, &after), key.section.as_bytes()) {
            *text = after;
            return Scrubbing::Removed;
        }
    }
    Scrubbing::Entangled
}

/// What is cut out of one section.
#[derive(Clone)]
struct Cut {
    /// The lines of the key.
    lines: Vec<Range<usize>>,
    /// The rest of the section, where nothing but the key is in it.
    rest: Vec<Range<usize>>,
}

impl Cut {
    fn whole(self) -> Vec<Range<usize>> {
        let mut all = [self.lines, self.rest].concat();
        all.sort_by_key(|range| range.start);
        all
    }
}

/// `None` where the sections hold something other than this key.
fn cuts(file: &IndexedFile, key: &MovedKey<'_>) -> Option<Vec<Cut>> {
    let mut cuts = Vec::new();
    let (mut ids, mut secrets) = (0, 0);
    for span in file.profile_sections(key.section.as_bytes()) {
        let body = file.body(span);
        let (mut lines, mut is_left) = (Vec::new(), false);
        for property in properties(file.bytes(), body.start, body.end) {
            let Ok(property) = property else {
                is_left = true;
                continue;
            };
            let is = |name: &str| property.key.eq_ignore_ascii_case(name);
            let expected = if is(keys::AWS_ACCESS_KEY_ID) {
                ids += 1;
                key.key_id.as_str()
            } else if is(keys::AWS_SECRET_ACCESS_KEY) {
                secrets += 1;
                key.secret.expose_secret()
            } else if is(keys::AWS_SESSION_TOKEN) || is(keys::AWS_SECURITY_TOKEN) {
                return None;
            } else {
                is_left = true;
                continue;
            };
            if !bool::from(property.value().ok()?.as_bytes().ct_eq(expected.as_bytes())) {
                return None;
            }
            lines.extend(lines_of(file.bytes(), &property));
        }
        if !lines.is_empty() {
            let rest = if is_left { Vec::new() } else { rest_of(file, span, &lines) };
            cuts.push(Cut { lines, rest });
        }
    }
    (ids > 0 && secrets > 0).then_some(cuts)
}

/// The lines of a property, without the comments in between.
fn lines_of(bytes: &[u8], property: &Property<'_>) -> Vec<Range<usize>> {
    let more = speaking_lines(bytes, property.line.next, property.end).map(|line| line.start..line.next);
    std::iter::once(property.line.start..property.line.next).chain(more).collect()
}

/// The header and the blank lines of a section that holds nothing but these lines. Comments stay, with the blank lines that set them off:
/// those at the end are mostly about the section below.
fn rest_of(file: &IndexedFile, span: &Span, lines: &[Range<usize>]) -> Vec<Range<usize>> {
    let bytes = file.bytes();
    let body = file.body(span);
    let header = bytes[..span.name.start].iter().rposition(|byte| *byte == b'\n').map_or_else(|| text_start(bytes), |at| at + 1);
    let is_blank = |range: Range<usize>| bytes[range].iter().all(u8::is_ascii_whitespace);
    let mut gaps = Vec::new();
    let mut at = body.start;
    for line in lines {
        gaps.push(at..line.start);
        at = line.end;
    }
    gaps.push(at..body.end);
    std::iter::once(header..body.start).chain(gaps.into_iter().filter(|gap| is_blank(gap.clone()))).collect()
}

/// `cuts` are in order and apart.
fn without(bytes: &[u8], cuts: &[Range<usize>]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut kept = 0;
    for cut in cuts {
        text.extend_from_slice(&bytes[kept..cut.start.max(kept)]);
        kept = cut.end.max(kept);
    }
    text.extend_from_slice(&bytes[kept..]);
    text
}

/// What a section says: what it is, its name, and its lines.
type Said = (SectionKind, Zeroizing<Vec<u8>>, Vec<Zeroizing<String>>);

/// Whether every section says what it said before, the key of these sections aside.
fn says_the_same(before: &IndexedFile, after: &IndexedFile, name: &[u8]) -> bool {
    let all = |file: &IndexedFile| -> Vec<Said> {
        let mut sections: Vec<_> = file
            .sections()
            .map(|span| {
                let is_ours = matches!(span.kind, SectionKind::Profile { .. }) && file.name(span) == name;
                let body = file.body(span);
                let said = properties(file.bytes(), body.start, body.end).filter_map(|property| match property {
                    Ok(property) if is_ours && is_part_of_key(&property) => None,
                    Ok(property) => Some(property.value().map_or_else(
                        |bad| Zeroizing::new(format!("{}: {:?}", property.key, bad.fault)),
                        |value| Zeroizing::new(format!("{}={value}", property.key)),
                    )),
                    Err(bad) => Some(Zeroizing::new(format!("{:?}", bad.fault))),
                });
                (span.kind, Zeroizing::new(file.name(span).to_vec()), said.collect::<Vec<_>>(), is_ours)
            })
            .collect();
        sections.retain(|(_, _, said, is_ours)| !is_ours || !said.is_empty());
        sections.into_iter().map(|(kind, name, said, _)| (kind, name, said)).collect()
    };
    all(before) == all(after) && before.header_errors().len() == after.header_errors().len()
}

fn is_part_of_key(property: &Property<'_>) -> bool {
    [keys::AWS_ACCESS_KEY_ID, keys::AWS_SECRET_ACCESS_KEY].iter().any(|key| property.key.eq_ignore_ascii_case(key))
}

fn read(kind: FileKind, bytes: &[u8]) -> IndexedFile {
    IndexedFile::new(kind, SourceFile { path: PathBuf::new(), bytes: bytes.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";

    fn scrubbed(kind: FileKind, text: &str, section: &str) -> (String, Scrubbing) {
        let (key_id, secret) = (AccessKeyId::parse_long_term(ID).unwrap(), SecretString::from("S"));
        let text = text.replace("ID", ID);
        let done = scrub(kind, text.as_bytes(), &[MovedKey { section, key_id: &key_id, secret: &secret }]);
        (String::from_utf8(done.text.to_vec()).unwrap().replace(ID, "ID"), done.outcomes[0])
    }

    #[test]
    fn the_key_goes_and_every_other_byte_stays() {
        const KEY: &str = "aws_access_key_id = ID\naws_secret_access_key = S\n";
        let text = |text: &str| text.replace("KEY", KEY);
        for (before, after, why) in [
            (text("[a]\nKEY"), String::new(), "nothing else was there"),
            (text("[a]\nKEYregion = x\n"), "[a]\nregion = x\n".to_owned(), "another setting"),
            (text("[b]\nregion = x\n\n[a]\nKEY"), "[b]\nregion = x\n\n".to_owned(), "the last section"),
            (text("[a]\nKEY\n[b]\nregion = x\n"), "[b]\nregion = x\n".to_owned(), "with the blank line below it"),
            (text("# mine\n[a]\nKEY\n# yours\n[b]\nx = y\n"), "# mine\n\n# yours\n[b]\nx = y\n".to_owned(), "comments stay"),
            (text("[a]\n# old\nKEY"), "# old\n".to_owned(), "also within"),
            (text("[a]\nKEY").replace('\n', "\r\n") + "[b]\r\nx=y\r\n", "[b]\r\nx=y\r\n".to_owned(), "CRLF"),
            (text("\u{feff}[a]\nKEY[b]\nx=y"), "\u{feff}[b]\nx=y".to_owned(), "a byte order mark, and no last line feed"),
            (text("[a]\nKEY").trim_end().to_owned(), String::new(), "no last line feed"),
            (text("[a]\naws_access_key_id = ID\n[b]\nx = y\n[a]\naws_secret_access_key = S\n"), "[b]\nx = y\n".to_owned(), "two sections"),
            (text("[a]\nKEYKEY"), String::new(), "the same key twice"),
            ("[a]\nAws_Access_Key_Id: ID ; mine\naws_secret_access_key=S\n".to_owned(), String::new(), "in any spelling"),
        ] {
            assert_eq!(scrubbed(FileKind::Credentials, &before, "a"), (after, Scrubbing::Removed), "{why}");
        }
        let config = text("[profile \"a b\"]\nKEYregion = x\n[profile c]\nKEY");
        assert_eq!(
            scrubbed(FileKind::Config, &config, "a b"),
            (text("[profile \"a b\"]\nregion = x\n[profile c]\nKEY"), Scrubbing::Removed)
        );
    }

    #[test]
    fn what_is_not_the_moved_key_stays() {
        for (text, why) in [
            ("[a]\naws_access_key_id = ID\naws_secret_access_key = T\n", "another secret by now"),
            ("[a]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = S\n", "another id"),
            ("[a]\naws_access_key_id = ID\naws_secret_access_key = T\naws_secret_access_key = S\n", "an earlier one that was never read"),
            ("[a]\naws_access_key_id = ID\naws_secret_access_key = S\naws_session_token = T\n", "temporary by now"),
            ("[a]\naws_access_key_id = ID\n", "half a key"),
            ("[b]\naws_access_key_id = ID\naws_secret_access_key = S\n", "of another name"),
        ] {
            assert_eq!(scrubbed(FileKind::Credentials, text, "a"), (text.to_owned(), Scrubbing::Changed), "{why}");
        }
    }

    #[test]
    fn a_key_that_is_not_there_any_more_is_gone() {
        for text in ["", "[b]\nx = y\n", "[a]\nregion = x\n", "[a]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = T\n"]
        {
            assert_eq!(scrubbed(FileKind::Credentials, text, "a"), (text.to_owned(), Scrubbing::Gone), "{text}");
        }
        let text = "# aws_secret_access_key = S\n";
        assert_eq!(scrubbed(FileKind::Credentials, text, "a").1, Scrubbing::Changed, "it is still in the file");
    }

    /// Without the section, the indented header would continue the value above it.
    #[test]
    fn no_other_section_says_anything_else_afterwards() {
        let text = "[b]\nx = y\n[a]\naws_access_key_id = ID\naws_secret_access_key = S\n  [c]\nx = z\n";
        // Here it continues the secret, which is another one thereby.
        let (after, outcome) = scrubbed(FileKind::Credentials, text, "a");
        assert_eq!((after.as_str(), outcome), (text, Scrubbing::Changed));
        let text = "[b]\nx = y\n[a]\n  aws_access_key_id = ID\n  aws_secret_access_key = S\n  [c]\nx = z\n";
        let (after, outcome) = scrubbed(FileKind::Credentials, text, "a");
        assert_eq!((after.as_str(), outcome), ("[b]\nx = y\n[a]\n  [c]\nx = z\n", Scrubbing::Removed));
    }
}
