//! Reads JSON that is a string in other JSON, and gives every part its place in the outer text. Never loses the fault of a text that is not JSON.

use super::super::json::{self, Unreadable};
use super::super::tree::{Node, Span, Value};

/// The document in a string of `outer`, which may be percent-encoded as IAM's API has it.
pub(super) fn read(node: &Node, outer: &str) -> Result<Node, Unreadable> {
    let Some(text) = node.text() else { return Ok(node.clone()) };
    if text.trim_start().starts_with("%7B") {
        let decoded = percent_decoded(text.trim());
        return json::read(&decoded).map(|inner| placed(inner, &|_| node.span)).map_err(|fault| Unreadable { span: node.span, ..fault });
    }
    let offsets = offsets(outer, node.span, text.len());
    let byte = |inner: usize| offsets.get(inner).copied().unwrap_or(node.span.end);
    let at = |span: Span| Span { start: byte(span.start), end: byte(span.end) };
    json::read(text).map(|inner| placed(inner, &at)).map_err(|fault| Unreadable { span: at(fault.span), ..fault })
}

/// For each byte of the decoded string, where it is in the text.
fn offsets(outer: &str, span: Span, length: usize) -> Vec<usize> {
    let Some(written) = outer.get(span.start..span.end).filter(|written| written.starts_with('"')) else {
        return vec![span.start; length + 1];
    };
    let mut offsets = Vec::with_capacity(length + 1);
    let mut chars = written.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        let bytes = match c {
            '"' => break,
            '\\' => match chars.next() {
                Some((_, 'u')) => {
                    let code = written.get(at + 2..at + 6).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
                    chars.nth(3);
                    // Half of a surrogate pair: both make four bytes.
                    char::from_u32(code).map_or(2, char::len_utf8)
                }
                _ => 1,
            },
            c => c.len_utf8(),
        };
        offsets.extend(std::iter::repeat_n(span.start + at, bytes));
    }
    offsets.push(span.end.saturating_sub(1));
    offsets
}

fn placed(mut node: Node, at: &dyn Fn(Span) -> Span) -> Node {
    place(&mut node, at);
    node
}

fn place(node: &mut Node, at: &dyn Fn(Span) -> Span) {
    node.span = at(node.span);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| place(item, at)),
        Value::Object(members) => {
            for member in members {
                member.name_span = at(member.name_span);
                place(&mut member.value, at);
            }
        }
        _ => {}
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = || std::str::from_utf8(after.get(..2)?).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let code = if *first == b'%' { hex() } else { None };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_string_is_a_place_in_the_file() {
        let outer = r#"{"policy": "{\"a\":\u0031,\n \"ü\": [2]}"}"#;
        let tree = json::read(outer).unwrap();
        let inner = read(tree.get("policy").unwrap(), outer).unwrap();
        let list = inner.get("ü").unwrap();
        assert_eq!(&outer[list.span.start..list.span.end], "[2]");
        let broken = r#"{"policy": "{\"a\" 1}"}"#;
        let tree = json::read(broken).unwrap();
        let fault = read(tree.get("policy").unwrap(), broken).unwrap_err();
        assert!(fault.span.start > broken.find("a\\").unwrap() && fault.span.start < broken.len(), "{fault:?}");
        let encoded = json::read(r#""%7B%22a%22%3A%20%22x+y%22%7D""#).unwrap();
        assert_eq!(read(&encoded, "").unwrap().get("a").and_then(Node::text), Some("x+y"));
    }
}
