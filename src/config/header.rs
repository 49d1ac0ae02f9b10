//! Decides what a section header names. Never reads the lines below it.

use std::ops::Range;

use super::FileKind;
use super::find::find;
use super::lines::{is_space, place, trim_bytes};
use crate::model::ProfileName;

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SectionKind {
    /// `explicit`: written `[profile default]`, which replaces `[default]` in the config file entirely (as in the SDKs; for the AWS
    /// CLI, the last one wins).
    Profile {
        explicit: bool,
    },
    SsoSession,
    Services,
    /// A section of another tool or of a newer AWS CLI, or `[NAME]` in the config file: ignored by all.
    Other,
    Broken(HeaderFault),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderFault {
    NoBracket,
    TextBehind,
    NoName,
    NeedsQuotes,
    OddQuotes,
}

/// A header line, the name as an offset into the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub kind: SectionKind,
    /// Empty if the header is broken.
    pub name: Range<usize>,
}

/// The header of the profile's section: a name with a blank in it is quoted.
#[must_use]
pub fn header_of(name: &ProfileName) -> String {
    match name.as_str() {
        "default" => "[default]".to_owned(),
        name if name.contains([' ', '\t']) => format!("[profile \"{name}\"]"),
        name => format!("[profile {name}]"),
    }
}

/// Reads a line whose first byte that is not white space is `[`.
///
/// The name ends at the first `]`, so a comment after it may contain another.
pub(super) fn read(line: &[u8], file: FileKind) -> Header {
    match parts(line) {
        Err(fault) => Header { kind: SectionKind::Broken(fault), name: 0..0 },
        Ok(inner) => name_section(inner, file).map_or_else(
            |fault| Header { kind: SectionKind::Broken(fault), name: 0..0 },
            |(kind, name)| Header { kind, name: place(name, line) },
        ),
    }
}

fn parts(line: &[u8]) -> Result<&[u8], HeaderFault> {
    let text = trim_bytes(line);
    let close = find(b']', text).ok_or(HeaderFault::NoBracket)?;
    // `[profile a] # why` is fine in both readers. Other text there stops the SDKs, and the AWS CLI drops it: if it were a setting,
    // it would be lost silently.
    if !matches!(trim_bytes(&text[close + 1..]).first(), None | Some(b'#' | b';')) {
        return Err(HeaderFault::TextBehind);
    }
    Ok(trim_bytes(&text[1..close]))
}

fn name_section(inner: &[u8], file: FileKind) -> Result<(SectionKind, &[u8]), HeaderFault> {
    let (prefix, rest) = split_prefix(inner);
    if file == FileKind::Credentials {
        return Ok(match prefix {
            // Both readers ignore these here.
            Some(b"profile" | b"sso-session" | b"services") => (SectionKind::Other, inner),
            // `aws configure --profile "with space"` writes `[with space]` without quotes into this file, and reads it back.
            _ => (SectionKind::Profile { explicit: false }, inner),
        });
    }
    match prefix {
        None if inner == b"default" => Ok((SectionKind::Profile { explicit: false }, inner)),
        Some(b"profile") => Ok((SectionKind::Profile { explicit: true }, unquote(rest)?)),
        Some(b"sso-session") => Ok((SectionKind::SsoSession, unquote(rest)?)),
        Some(b"services") => Ok((SectionKind::Services, unquote(rest)?)),
        _ => Ok((SectionKind::Other, inner)),
    }
}

/// `profile` and `a` of `profile   a`.
pub(super) fn split_prefix(inner: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match inner.iter().position(|byte| is_space(*byte)) {
        Some(end) => (Some(&inner[..end]), trim_bytes(&inner[end..])),
        None => (None, inner),
    }
}

/// The AWS CLI reads names as a shell would (`shlex`) and writes `[profile 'with space']`; the SDKs ignore quoted names.
pub(super) fn unquote(name: &[u8]) -> Result<&[u8], HeaderFault> {
    match name {
        [first @ (b'"' | b'\''), inner @ .., last] if first == last => {
            if inner.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'\\')) {
                Err(HeaderFault::OddQuotes)
            } else if trim_bytes(inner).is_empty() {
                Err(HeaderFault::NoName)
            } else {
                Ok(inner)
            }
        }
        _ if name.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'\\')) => Err(HeaderFault::OddQuotes),
        // Neither reader knows `[profile a b]`.
        _ if name.iter().any(|byte| is_space(*byte)) => Err(HeaderFault::NeedsQuotes),
        _ => Ok(name),
    }
}

/// The profile that a broken header was evidently meant for: its text without prefix, quotes and comment. Always part of `line`.
pub(super) fn meant_profile(line: &[u8], file: FileKind) -> &[u8] {
    let text = trim_bytes(line).strip_prefix(b"[").unwrap_or(line);
    let end = (0..text.len()).find(|at| match text[*at] {
        b']' => true,
        b'#' | b';' => *at > 0 && is_space(text[*at - 1]),
        _ => false,
    });
    let inner = trim_bytes(&text[..end.unwrap_or(text.len())]);
    let name = match (split_prefix(inner), file) {
        ((Some(b"profile"), rest), _) => rest,
        ((Some(_), _), FileKind::Config) => &line[..0],
        (_, FileKind::Credentials) => inner,
        ((None, rest), FileKind::Config) => {
            if rest == b"default" {
                rest
            } else {
                &line[..0]
            }
        }
    };
    let quote = |byte: &u8| matches!(byte, b'"' | b'\'');
    let start = name.iter().take_while(|byte| quote(byte)).count();
    let length = name[start..].iter().rev().skip_while(|byte| quote(byte)).count();
    trim_bytes(&name[start..start + length])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: SectionKind = SectionKind::Profile { explicit: false };
    const EXPLICIT: SectionKind = SectionKind::Profile { explicit: true };

    fn reads(line: &str, file: FileKind) -> (SectionKind, &str) {
        let header = read(line.as_bytes(), file);
        (header.kind, &line[header.name])
    }

    #[test]
    fn headers_of_the_config_file() {
        for (line, kind, name, why) in [
            ("[default]", PLAIN, "default", "the one profile that needs no prefix"),
            ("[ default\t]", PLAIN, "default", "white space inside the brackets"),
            ("[profile default]", EXPLICIT, "default", "the stronger spelling"),
            ("[profile \t a ]  # why", EXPLICIT, "a", "any white space between, comment after it"),
            ("[profile a]# see [docs]", EXPLICIT, "a", "the comment may hold a bracket"),
            ("  [profile a]", EXPLICIT, "a", "indented, as the AWS CLI allows"),
            ("[profile \"a b\"]", EXPLICIT, "a b", "quoted for the white space"),
            ("[profile 'a b']", EXPLICIT, "a b", "as `aws configure` writes it"),
            ("[profile a#b]", EXPLICIT, "a#b", "no white space before `#`: the AWS CLI reads it so"),
            ("[sso-session a]", SectionKind::SsoSession, "a", "known kind"),
            ("[services a]", SectionKind::Services, "a", "known kind"),
            ("[a]", SectionKind::Other, "a", "lacks the prefix: ignored by all"),
            ("[plugins]", SectionKind::Other, "plugins", "the AWS CLI's own"),
            ("[Profile a]", SectionKind::Other, "Profile a", "the prefix is lower case in both readers"),
            ("[profile]", SectionKind::Other, "profile", "no name, no profile"),
            ("[]", SectionKind::Other, "", "nothing at all"),
            ("[profile a", SectionKind::Broken(HeaderFault::NoBracket), "", "not closed"),
            ("[profile a] b = c", SectionKind::Broken(HeaderFault::TextBehind), "", "a setting would be lost"),
            ("[profile a b]", SectionKind::Broken(HeaderFault::NeedsQuotes), "", "ignored by all, and surely meant"),
            ("[profile \"a]", SectionKind::Broken(HeaderFault::OddQuotes), "", "half a quote"),
            ("[profile \"\"]", SectionKind::Broken(HeaderFault::NoName), "", "quoted nothing"),
        ] {
            assert_eq!(reads(line, FileKind::Config), (kind, name), "{why}");
        }
    }

    #[test]
    fn headers_of_the_credentials_file() {
        for (line, kind, name, why) in [
            ("[a]", PLAIN, "a", "the name alone"),
            ("[ a ] ; why", PLAIN, "a", "white space and comment"),
            ("[a b]", PLAIN, "a b", "as `aws configure` writes it"),
            ("[profile a]", SectionKind::Other, "profile a", "the prefix belongs into the other file"),
            ("[sso-session a]", SectionKind::Other, "sso-session a", "so does this"),
        ] {
            assert_eq!(reads(line, FileKind::Credentials), (kind, name), "{why}");
        }
    }

    #[test]
    fn whom_a_broken_header_meant() {
        for (line, file, name) in [
            ("[profile foo", FileKind::Config, "foo"),
            ("[profile foo # why", FileKind::Config, "foo"),
            ("[profile \"a b]", FileKind::Config, "a b"),
            ("[profile a b]", FileKind::Config, "a b"),
            ("[default", FileKind::Config, "default"),
            ("[foo", FileKind::Config, ""),
            ("[services foo", FileKind::Config, ""),
            ("[foo", FileKind::Credentials, "foo"),
            ("[profile foo", FileKind::Credentials, "foo"),
            ("[", FileKind::Config, ""),
        ] {
            assert_eq!(meant_profile(line.as_bytes(), file), name.as_bytes(), "{line}");
        }
    }
}
