//! Finds section headers that are part of a value because they are not on a separate line. Never reads the settings below them.
//!
//! A tool that appends to a file without a line feed at its end makes `id = 1111[profile new]`, and an editor that indents makes a header
//! continue the value above it. Every AWS tool then gives what is below to the section above, which may be another account's role.

use std::ops::Range;

use super::FileKind;
use super::header::{self, SectionKind, meant_profile};
use super::lines::{has_comment, is_space, place, says_nothing, trim_bytes};

/// The most bytes of a header: profile names have at most 128 characters.
const LONGEST: usize = 600;

/// More of them make no difference.
const MOST: usize = 100;

/// A header within a line.
#[derive(Debug, Clone)]
pub(super) struct Glued {
    /// Where its `[` is.
    pub start: usize,
    /// Where its `]` ends.
    pub end: usize,
    /// What it would be on a separate line.
    pub kind: SectionKind,
    pub name: Range<usize>,
}

/// Scans the brackets of a file from front to back.
pub(super) struct Finder<'a> {
    bytes: &'a [u8],
    file: FileKind,
    /// The line of the last scanned bracket, and whether its comment has begun.
    line_start: usize,
    looked_at: usize,
    in_comment: bool,
    pub found: Vec<Glued>,
}

impl<'a> Finder<'a> {
    pub fn new(bytes: &'a [u8], file: FileKind, text_start: usize) -> Self {
        Self { bytes, file, line_start: text_start, looked_at: text_start, in_comment: false, found: Vec::new() }
    }

    /// Processes a bracket that starts no section.
    pub fn look_at(&mut self, bracket: usize) {
        let Some(found) = self.would_be(bracket) else { return };
        if self.found.len() < MOST && !self.is_text(bracket) {
            self.found.push(found);
        }
    }

    /// The header that the bracket would start.
    fn would_be(&self, bracket: usize) -> Option<Glued> {
        let rest = &self.bytes[bracket..];
        let rest = &rest[..rest.len().min(LONGEST)];
        if self.file == FileKind::Config {
            let inner = trim_bytes(&rest[1..]);
            // Other brackets are common enough in values.
            if ![&b"profile"[..], b"default", b"sso-session", b"services"].into_iter().any(|word| inner.starts_with(word)) {
                return None;
            }
        }
        let close = rest.iter().position(|byte| matches!(byte, b']' | b'\n')).filter(|at| rest[*at] == b']')?;
        let after = rest[close + 1..].iter().find(|byte| !is_space(**byte));
        let ends_the_line = matches!(after, None | Some(b'\n' | b'\r' | b'#' | b';'));
        let touches = bracket > 0 && self.bytes[bracket - 1].is_ascii_alphanumeric();
        let text = &rest[..=close];
        let header = header::read(text, self.file);
        let by_name = |name: &[u8]| {
            let name = place(name, self.bytes);
            Some(Glued { start: bracket, end: bracket + close + 1, kind: SectionKind::Profile { explicit: false }, name })
        };
        match (self.file, header.kind) {
            (FileKind::Config, SectionKind::Other) => None,
            (FileKind::Config, _) if !ends_the_line && !touches => None,
            // Any name may be in brackets there, but so may the end of a password.
            (FileKind::Credentials, _) if !ends_the_line || !is_name(&text[1..close]) => None,
            (FileKind::Config, kind @ (SectionKind::SsoSession | SectionKind::Services)) => {
                let name = bracket + header.name.start..bracket + header.name.end;
                Some(Glued { start: bracket, end: bracket + close + 1, kind, name })
            }
            _ => by_name(meant_profile(text, self.file)).filter(|found| !found.name.is_empty()),
        }
    }

    /// Whether it is part of a comment, or of a value that may contain brackets.
    fn is_text(&mut self, bracket: usize) -> bool {
        if let Some(at) = self.bytes[self.looked_at..bracket].iter().rposition(|byte| *byte == b'\n') {
            self.line_start = self.looked_at + at + 1;
            self.in_comment = false;
        }
        self.looked_at = bracket;
        let before = &self.bytes[self.line_start..bracket];
        self.in_comment = self.in_comment || says_nothing(&self.bytes[self.line_start..=bracket]) || has_comment(before);
        self.in_comment || self.file == FileKind::Credentials && !is_glued(before)
    }
}

/// Whether a bracket of the credentials file that comes after this text is glued to a value, or continues the one above.
fn is_glued(before: &[u8]) -> bool {
    if before.iter().all(|byte| is_space(*byte)) {
        return true;
    }
    let mut parts = before.splitn(2, |byte| *byte == b'=');
    let (key, value) = (parts.next().map(trim_bytes), parts.next().map(trim_bytes));
    // A command may contain anything, and a list is a value.
    before.last().is_some_and(|byte| !is_space(*byte))
        && !key.is_some_and(|key| key.ends_with(b"_process"))
        && !value.is_some_and(<[u8]>::is_empty)
}

/// Whether the text in the brackets looks like a profile name: `["a"]` and `[1, 2]` are lists.
fn is_name(text: &[u8]) -> bool {
    let text = trim_bytes(text);
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_-.@+/: ".contains(byte))
}
