//! Reads JSON into a tree with places, and writes a tree as JSON. Never takes what RFC 8259 does not.

use std::borrow::Cow;
use std::fmt::Write as _;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::tree::{Member, Node, Span, Value};
use crate::model::in_json;

/// Why a text is not a tree, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// A lower-case clause.
    pub reason: String,
    pub span: Span,
}

/// JSON and nothing that is only like it.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// # Errors
/// When the text is not JSON, is empty, or is nested more than five hundred deep.
pub fn read(text: &str) -> Result<Node, Unreadable> {
    match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(result) => result.value.map(node).ok_or_else(|| {
            let end = text.trim_end().len();
            Unreadable { reason: "there is no JSON in it".to_owned(), span: Span { start: end, end } }
        }),
        Err(error) => {
            let range = error.range();
            let span = Span { start: range.start.min(text.len()), end: range.end.min(text.len()) };
            Err(Unreadable { reason: reason(error.kind()), span })
        }
    }
}

fn reason(kind: &ParseErrorKind) -> String {
    use ParseErrorKind as Kind;
    match kind {
        Kind::CommentsNotAllowed => "JSON has no comments, and IAM takes none".to_owned(),
        Kind::TrailingCommasNotAllowed => "a comma is followed by nothing".to_owned(),
        Kind::ExpectedComma => "a comma is missing here".to_owned(),
        Kind::ExpectedColonAfterObjectKey => "a colon is missing after this name".to_owned(),
        Kind::ExpectedObjectValue => "a value is missing after this colon".to_owned(),
        Kind::ExpectedStringObjectProperty => "a name needs double quotes".to_owned(),
        Kind::SingleQuotedStringsNotAllowed => "a string needs double quotes".to_owned(),
        Kind::UnterminatedArray => "this list does not end: a `]` is missing".to_owned(),
        Kind::UnterminatedObject => "this object does not end: a `}` is missing".to_owned(),
        Kind::MultipleRootJsonValues => "more text follows the end of the JSON".to_owned(),
        Kind::NestingDepthExceeded => "it is nested too deep".to_owned(),
        Kind::UnexpectedWord => "this word is not JSON: a string needs double quotes".to_owned(),
        other => {
            let text = other.to_string();
            let mut chars = text.chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}

fn node(value: ast::Value<'_>) -> Node {
    let range = value.range();
    let span = Span { start: range.start, end: range.end };
    let value = match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
        ast::Value::NumberLit(literal) => Value::Number(literal.value.to_owned()),
        ast::Value::StringLit(literal) => Value::Text(literal.value.into_owned()),
        ast::Value::Array(array) => Value::List(array.elements.into_iter().map(node).collect()),
        ast::Value::Object(object) => Value::Object(
            object
                .properties
                .into_iter()
                .map(|property| {
                    let range = property.name.range();
                    let name_span = Span { start: range.start, end: range.end };
                    Member { name: property.name.into_string(), name_span, value: node(property.value) }
                })
                .collect(),
        ),
    };
    Node { value, span }
}

/// With line ends, two blanks for each level. No character in it acts on a terminal.
#[must_use]
pub fn pretty(node: &Node) -> String {
    let mut out = String::new();
    write(&mut out, node, Some(0));
    match in_json(&out) {
        Cow::Borrowed(_) => out,
        Cow::Owned(out) => out,
    }
}

/// In one line, without blanks.
#[must_use]
pub fn compact(node: &Node) -> String {
    let mut out = String::new();
    write(&mut out, node, None);
    out
}

/// A string as JSON writes it, quotes included.
#[must_use]
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write(out: &mut String, node: &Node, depth: Option<usize>) {
    let line = |out: &mut String, more: usize| {
        if let Some(depth) = depth {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth + more));
        }
    };
    let deeper = depth.map(|depth| depth + 1);
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{value}");
        }
        Value::Number(number) => out.push_str(number),
        Value::Text(text) => out.push_str(&quoted(text)),
        Value::List(items) if items.is_empty() => out.push_str("[]"),
        Value::Object(members) if members.is_empty() => out.push_str("{}"),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                line(out, 1);
                write(out, item, deeper);
            }
            line(out, 0);
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, member) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                line(out, 1);
                out.push_str(&quoted(&member.name));
                out.push_str(if depth.is_some() { ": " } else { ":" });
                write(out, &member.value, deeper);
            }
            line(out, 0);
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_said_at_its_place() {
        for (text, start, reason) in [
            ("", 0, "there is no JSON in it"),
            ("{\"a\": 1,}", 7, "a comma is followed by nothing"),
            ("{\"a\": 1 \"b\": 2}", 7, "a comma is missing here"),
            ("{\"a\": 1} // why", 9, "JSON has no comments, and IAM takes none"),
            ("{'a': 1}", 1, "a string needs double quotes"),
            ("{a: 1}", 1, "a name needs double quotes"),
            ("{\"a\": [1, 2}", 11, ""),
            ("{\"a\": 1", 0, "this object does not end: a `}` is missing"),
            ("{} {}", 3, "more text follows the end of the JSON"),
        ] {
            let fault = read(text).expect_err(text);
            assert_eq!(fault.span.start, start, "{text}: {fault:?}");
            assert!(fault.reason == reason || reason.is_empty() && !fault.reason.is_empty(), "{text}: {fault:?}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn writing_and_reading_keep_the_order_and_every_value() {
        let text = r#"{"b":[1,2.50,true,null,"ü\n\"\u0001"],"a":{},"c":[],"a":{"x":"y"}}"#;
        let tree = read(text).expect("it is JSON");
        assert_eq!(compact(&tree), text);
        assert_eq!(read(&pretty(&tree)), Ok(tree));
    }
}
