//! Walks through the properties of one section: which line starts one, which lines continue it, what the value is. Never decides what a
//! key means.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::lines::{Line, LineFault, indent, place, says_nothing, split, statement, trim};

/// A line that cannot be read, and where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadLine {
    pub start: usize,
    pub fault: LineFault,
}

/// Keeps track of which lines continue the property above them.
///
/// For the SDKs, any indented line does. For the AWS CLI, only one that is indented *deeper* than the property does, so that a section whose
/// properties are all indented can be read; the SDKs refuse such a file. For properties that are not indented, both rules are the same.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Indentation {
    property: Option<usize>,
}

impl Indentation {
    /// Processes the next line that is not blank or a comment, and returns whether it continues the property above it.
    pub fn continues(&mut self, text: &[u8]) -> bool {
        let depth = indent(text);
        let deeper = self.property.is_some_and(|property| depth > property);
        if !deeper {
            self.property = Some(depth);
        }
        deeper
    }
}

/// A property in its section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property<'a> {
    bytes: &'a [u8],
    /// As written; keys ignore case.
    pub key: &'a str,
    /// The text on the first line.
    first: &'a str,
    /// The first line.
    pub line: Line,
    /// The end of the last line that continues the value, including its line end.
    pub end: usize,
}

impl<'a> Property<'a> {
    /// The value as the SDKs return it: further lines are joined by line feeds, so a value of sub-properties starts with one.
    pub fn value(&self) -> Result<Cow<'a, str>, BadLine> {
        if self.end == self.line.next {
            return Ok(Cow::Borrowed(self.first));
        }
        // Allocated in one step: growing would leave copies of a secret in memory.
        let mut value = String::with_capacity(self.end - self.line.start);
        value.push_str(self.first);
        for line in speaking_lines(self.bytes, self.line.next, self.end) {
            let bad = |fault| BadLine { start: line.start, fault };
            let text = std::str::from_utf8(line.text(self.bytes)).map_err(|_| bad(LineFault::NotUtf8))?;
            if self.first.is_empty() {
                statement(text.as_bytes()).and_then(split_sub_property).map_err(bad)?;
            }
            value.push('\n');
            // Comments stay in continuation lines and sub-properties: both readers keep them.
            value.push_str(trim(text));
        }
        Ok(Cow::Owned(value))
    }

    /// The position of the value on its first line; `None` if there is none.
    pub fn first_place(&self) -> Option<Range<usize>> {
        (!self.first.is_empty()).then(|| place(self.first.as_bytes(), self.bytes))
    }

    /// The position of the `=` or `:`.
    pub fn divider(&self) -> usize {
        let key_end = place(self.key.as_bytes(), self.bytes).end;
        key_end + indent(&self.bytes[key_end..self.line.text_end])
    }
}

/// The sub-properties in a value; their keys keep their case. Empty for an ordinary value.
pub(super) fn sub_properties(value: &str) -> BTreeMap<String, String> {
    let Some(lines) = value.strip_prefix('\n') else { return BTreeMap::new() };
    lines.lines().filter_map(|line| split_sub_property(line).ok()).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Only `=` is a separator here, for either reader.
fn split_sub_property(statement: &str) -> Result<(&str, &str), LineFault> {
    let (key, value) = statement.split_once('=').ok_or(LineFault::NoSubProperty)?;
    let key = trim(key);
    if key.is_empty() { Err(LineFault::NoSubProperty) } else { Ok((key, trim(value))) }
}

/// The lines from `start` to `end` that are neither blank nor comments.
pub(super) fn speaking_lines(bytes: &[u8], start: usize, end: usize) -> impl Iterator<Item = Line> {
    std::iter::successors(Line::at(bytes, start, end), move |line| Line::at(bytes, line.next, end))
        .filter(move |line| !says_nothing(line.text(bytes)))
}

/// The properties from `start` to `end`, in order; a bad line does not stop the walk.
pub(super) fn properties(bytes: &[u8], start: usize, end: usize) -> impl Iterator<Item = Result<Property<'_>, BadLine>> {
    let mut lines = speaking_lines(bytes, start, end).peekable();
    let mut indentation = Indentation::default();
    std::iter::from_fn(move || {
        let line = lines.next()?;
        indentation.continues(line.text(bytes));
        let mut last = line;
        while let Some(more) = lines.next_if(|more| indentation.continues(more.text(bytes))) {
            last = more;
        }
        Some(
            statement(line.text(bytes))
                .and_then(split)
                .map(|(key, first)| Property { bytes, key, first, line, end: last.next })
                .map_err(|fault| BadLine { start: line.start, fault }),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<(String, String), LineFault>> {
        properties(text.as_bytes(), 0, text.len())
            .map(|property| {
                let property = property.map_err(|bad| bad.fault)?;
                Ok((property.key.to_owned(), property.value().map_err(|bad| bad.fault)?.into_owned()))
            })
            .collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn what_belongs_to_a_value() {
        for (text, expected, why) in [
            ("a = b\n  c\n\td\n", vec![Ok(pair("a", "b\nc\nd"))], "indented lines continue"),
            ("a = b\n\n# x\n  c\n", vec![Ok(pair("a", "b\nc"))], "blank lines and comments between do not end it"),
            ("a = b\n  # x\n  c", vec![Ok(pair("a", "b\nc"))], "an indented comment is a comment, as for the AWS CLI"),
            ("a = b\n  c # x\n", vec![Ok(pair("a", "b\nc # x"))], "a continued line keeps its comment, as for both"),
            ("a = b\n  c = d\n", vec![Ok(pair("a", "b\nc = d"))], "after a value, `=` is text"),
            ("s3 =\n  c = d\n  E=f\n", vec![Ok(pair("s3", "\nc = d\nE=f"))], "sub-properties"),
            ("s3 = # x\n  c = d", vec![Ok(pair("s3", "\nc = d"))], "a comment is not a value"),
            ("s3 =\n  c\n", vec![Err(LineFault::NoSubProperty)], "a sub-property needs its `=`"),
            ("s3 =\n  c # = d\n", vec![Err(LineFault::NoSubProperty)], "and not in a comment"),
            ("s3 =\n  [x]\n", vec![Err(LineFault::NoSubProperty)], "an indented header is none"),
            ("  a = b\n  c = d\n   e\n", vec![Ok(pair("a", "b")), Ok(pair("c", "d\ne"))], "an indented section, as the AWS CLI reads it"),
            ("a\n  c\nd = e\n", vec![Err(LineFault::NoEquals), Ok(pair("d", "e"))], "a bad line takes its continuation along"),
            ("a =\n\nb = c", vec![Ok(pair("a", "")), Ok(pair("b", "c"))], "an empty value"),
        ] {
            assert_eq!(read(text), expected, "{why}");
        }
    }

    #[test]
    fn sub_properties_are_split() {
        let nested = sub_properties("\nc = d\nE=f = g\nc = last");
        assert_eq!(nested.into_iter().collect::<Vec<_>>(), [("E".into(), "f = g".into()), ("c".into(), "last".into())]);
        assert!(sub_properties("a\nb = c").is_empty(), "the lines continue a value");
    }
}
