//! Reads YAML into a tree with places; `!Sub x` and the like become `{"Fn::Sub": "x"}`, as templates in JSON have them. Never follows an
//! alias: a few lines of them can expand to more than fits into memory.

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks, Tag};

use super::super::json::Unreadable;
use super::super::tree::{Member, Node, Span, Value};

/// Deeper than any template, and far from the end of the stack.
const DEEPEST: usize = 200;

/// # Errors
/// When the text is not YAML, has aliases, or is nested too deep.
pub(super) fn read(text: &str) -> Result<Node, Unreadable> {
    // Marks count characters.
    let bytes: Vec<usize> = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
    let byte = |index: usize| if text.is_ascii() { index.min(text.len()) } else { bytes.get(index).copied().unwrap_or(text.len()) };
    let span = |marks: Marks| Span { start: byte(marks.start.index()), end: byte(marks.end.index()) };
    let mut builder = Builder { open: Vec::new(), root: None };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, marks) = event.map_err(|error| {
            let at = byte(error.marker().index());
            Unreadable { reason: error.info().to_owned(), span: Span { start: at, end: at } }
        })?;
        let span = span(marks);
        builder.take(event, span).map_err(|reason| Unreadable { reason: reason.to_owned(), span })?;
    }
    builder.root.ok_or_else(|| Unreadable { reason: "there is nothing in it".to_owned(), span: Span::default() })
}

struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
}

/// A list or an object whose end has not come yet.
struct Open {
    tag: Option<String>,
    span: Span,
    of: Of,
}

enum Of {
    List(Vec<Node>),
    Object(Vec<Member>, Option<(String, Span)>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), &'static str> {
        match event {
            Event::Alias(_) => return Err("aliases are not read"),
            Event::Scalar(text, style, _, tag) => {
                let value = scalar(&text, style);
                return self.add(Node { value, span }, own_tag(tag.as_deref()));
            }
            Event::SequenceStart(_, tag) => self.open(own_tag(tag.as_deref()), span, Of::List(Vec::new()))?,
            Event::MappingStart(_, tag) => self.open(own_tag(tag.as_deref()), span, Of::Object(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { tag, span: start, of }) = self.open.pop() else { return Ok(()) };
                let value = match of {
                    Of::List(items) => Value::List(items),
                    Of::Object(members, _) => Value::Object(members),
                };
                let end = span.end.max(start.end);
                return self.add(Node { value, span: Span { start: start.start, end } }, tag);
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, tag: Option<String>, span: Span, of: Of) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            return Err("it is nested too deep");
        }
        self.open.push(Open { tag, span, of });
        Ok(())
    }

    fn add(&mut self, node: Node, tag: Option<String>) -> Result<(), &'static str> {
        let node = match tag {
            Some(tag) => called(&tag, node),
            None => node,
        };
        match self.open.last_mut() {
            None if self.root.is_some() => return Err("more than one document is in it"),
            None => self.root = Some(node),
            Some(Open { of: Of::List(items), .. }) => items.push(node),
            Some(Open { of: Of::Object(members, name), .. }) => {
                if let Some((name, name_span)) = name.take() {
                    members.push(Member { name, name_span, value: node });
                } else {
                    let text = match &node.value {
                        Value::Text(text) | Value::Number(text) => text.clone(),
                        Value::Bool(value) => value.to_string(),
                        Value::Null => "null".to_owned(),
                        _ => return Err("a name is a list or an object"),
                    };
                    *name = Some((text, node.span));
                }
            }
        }
        Ok(())
    }
}

/// A tag such as `!Sub`; YAML's own, such as `!!str`, are left out.
fn own_tag(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| tag.handle == "!").map(|tag| tag.suffix.clone())
}

fn called(tag: &str, node: Node) -> Node {
    let name = if matches!(tag, "Ref" | "Condition") { tag.to_owned() } else { format!("Fn::{tag}") };
    let span = node.span;
    Node { value: Value::Object(vec![Member { name, name_span: span, value: node }]), span }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && text.parse::<f64>().is_ok() => {
            Value::Number(text.to_owned())
        }
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_of_functions_are_the_long_ones_and_places_count_bytes() {
        let text = "ä: !Sub 'arn:${AWS::Partition}:x'\nb:\n  - !GetAtt [A, B]\n  - 2012-10-17\n  - true\n";
        let tree = read(text).unwrap();
        assert_eq!(tree.at(&["ä", "Fn::Sub"]).and_then(Node::text), Some("arn:${AWS::Partition}:x"));
        let items = tree.get("b").unwrap().items();
        assert_eq!(items[0].get("Fn::GetAtt").unwrap().items().len(), 2);
        assert_eq!((items[1].text(), &items[2].value), (Some("2012-10-17"), &Value::Bool(true)));
        assert_eq!(&text[items[1].span.start..items[1].span.end], "2012-10-17");
    }

    #[test]
    fn what_could_fill_the_memory_is_refused() {
        assert!(read("a: &a [x]\nb: *a\n").is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read("a: b\n---\nc: d\n").is_err());
        assert!(read("a: 'x").is_err());
        assert!(read("").is_err());
    }
}
