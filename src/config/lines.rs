//! Decides what one line of an AWS file is: where it ends, whether it is a comment, where its own comment starts. Never looks at
//! the lines around it.

use std::ops::Range;

use super::find::find;

/// A line of a file, as offsets into its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub start: usize,
    /// The end of the text.
    pub text_end: usize,
    /// The end of the line including its line end: where the next line starts.
    pub next: usize,
}

impl Line {
    /// The line that starts at `start`; `None` at or after `limit`.
    pub fn at(bytes: &[u8], start: usize, limit: usize) -> Option<Self> {
        if start >= limit {
            return None;
        }
        let (text_end, next) = match find(b'\n', &bytes[start..limit]) {
            Some(length) => (start + length, start + length + 1),
            None => (limit, limit),
        };
        // CRLF, and a stray CR before it or at the end of the file: no value should end in one.
        let kept = bytes[start..text_end].iter().rev().take_while(|byte| **byte == b'\r').count();
        Some(Self { start, text_end: text_end - kept, next })
    }

    pub fn text(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.text_end]
    }
}

/// A line's indentation in bytes: a tab counts as one, as in `configparser`.
pub(super) fn indent(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_space(**byte)).count()
}

/// Whether a line is blank or a comment.
///
/// The SDKs read an indented `#` as part of the value above it, the AWS CLI as a comment. As part of a value, it is never
/// wanted: AWS refuses an ARN with a second line of `# old device`.
pub(super) fn says_nothing(text: &[u8]) -> bool {
    matches!(text.get(indent(text)), None | Some(b'#' | b';'))
}

/// Only blank and tab, as in the SDKs: a no-break space belongs to the value.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

pub(super) fn trim_bytes(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The position of `part`, a slice of `whole`, in it.
pub(super) fn place(part: &[u8], whole: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

/// Why a line of a section cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFault {
    NoEquals,
    NoKey,
    NotUtf8,
    /// An indented line below a key without a value, which is no `key = value` pair.
    NoSubProperty,
}

/// The line without its comment and the white space around it.
///
/// A comment starts at `#` or `;` after white space. (The AWS CLI keeps it in the value, which then is wrong everywhere else.)
/// Bytes after that point may be in any encoding.
pub(super) fn statement(text: &[u8]) -> Result<&str, LineFault> {
    let (readable, whole) = match std::str::from_utf8(text) {
        Ok(readable) => (readable, true),
        Err(fault) => {
            let readable = std::str::from_utf8(&text[..fault.valid_up_to()]).expect("checked up to here just now");
            (readable, false)
        }
    };
    match comment_start(readable) {
        Some(start) => Ok(trim(&readable[..start])),
        None if whole => Ok(trim(readable)),
        None => Err(LineFault::NotUtf8),
    }
}

/// Whether a comment starts in the line, as far as the line can be read.
pub(super) fn has_comment(text: &[u8]) -> bool {
    let readable = match std::str::from_utf8(text) {
        Ok(readable) => readable,
        Err(fault) => std::str::from_utf8(&text[..fault.valid_up_to()]).expect("checked up to here just now"),
    };
    comment_start(readable).is_some()
}

fn comment_start(text: &str) -> Option<usize> {
    let mut after_space = false;
    for (at, char) in text.char_indices() {
        if after_space && matches!(char, '#' | ';') {
            return Some(at);
        }
        // Any Unicode white space here, although only blank and tab are trimmed, as in the SDKs.
        after_space = char.is_whitespace();
    }
    None
}

/// Splits a statement into key and value, both trimmed.
///
/// The AWS CLI also reads `key: value`, the SDKs only `=`; so `:` counts if there is no `=`, and only after a single word, so that
/// `mfa_serial arn:aws:…` with a forgotten `=` is not read as a key.
pub(super) fn split(statement: &str) -> Result<(&str, &str), LineFault> {
    let (key, value) = match statement.split_once('=') {
        Some(both) => both,
        None => match statement.split_once(':') {
            Some((key, value)) if !trim(key).contains([' ', '\t']) => (key, value),
            _ => return Err(LineFault::NoEquals),
        },
    };
    let key = trim(key);
    if key.is_empty() { Err(LineFault::NoKey) } else { Ok((key, trim(value))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_says() {
        for (text, expected, why) in [
            ("a = b", Ok(("a", "b")), "the plain case"),
            ("\ta=b \t", Ok(("a", "b")), "white space around says nothing"),
            ("a = b # c", Ok(("a", "b")), "a comment after white space"),
            ("a = b ; c", Ok(("a", "b")), "either mark starts one"),
            ("a = b#c", Ok(("a", "b#c")), "no white space, no comment"),
            ("a = b\u{3000}#c", Ok(("a", "b\u{3000}")), "any white space counts before the mark, but only blanks are trimmed"),
            ("a = # c", Ok(("a", "")), "a value of nothing but a comment is empty"),
            ("a = b=c==", Ok(("a", "b=c==")), "the first `=` divides, so base64 survives"),
            ("a: b", Ok(("a", "b")), "the AWS CLI reads `:` as well"),
            ("a:b = c", Ok(("a:b", "c")), "but `=` wins, as in the SDKs"),
            ("mfa_serial arn:aws:iam::1:mfa/x", Err(LineFault::NoEquals), "a forgotten `=` is not hidden by a `:`"),
            ("a", Err(LineFault::NoEquals), "a word alone"),
            ("= b", Err(LineFault::NoKey), "a value alone"),
            (": b", Err(LineFault::NoKey), "the same with `:`"),
            ("a # = b", Err(LineFault::NoEquals), "the `=` is in the comment"),
        ] {
            assert_eq!(statement(text.as_bytes()).and_then(split), expected, "{why}");
        }
    }

    #[test]
    fn encoding_matters_only_where_something_is_said() {
        assert_eq!(statement(b"a = b # caf\xe9"), Ok("a = b"));
        assert_eq!(statement(b"a = caf\xe9"), Err(LineFault::NotUtf8));
        assert_eq!(statement(b"a = caf\xe9 # b"), Err(LineFault::NotUtf8));
    }

    #[test]
    fn line_ends() {
        let bytes = b"a\r\nb\n\r\nc\r";
        let mut texts = Vec::new();
        let mut at = 0;
        while let Some(line) = Line::at(bytes, at, bytes.len()) {
            texts.push(line.text(bytes));
            at = line.next;
        }
        assert_eq!(texts, [b"a".as_slice(), b"b", b"", b"c"]);
    }
}
