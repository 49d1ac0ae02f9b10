//! Puts plain text in place of a template's functions. Never makes up a value: one that only the stack knows becomes a text that names
//! nothing, and its place is recorded.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::lint::Facts;
use super::super::super::tree::{Member, Node, Span, Value};
use super::super::unknown::{UNKNOWN, Unknown};

/// Which branch of `Fn::If` is taken.
#[derive(Debug, Clone)]
pub(super) enum Choice {
    /// The first that is there: what a switch is for.
    FirstThere,
    /// As if these conditions held, or not. Those that are not named do as `others` says.
    Given { named: BTreeMap<String, bool>, others: bool },
}

/// The template, and what was noticed while its values were resolved.
pub(super) struct Values<'a> {
    root: &'a Node,
    known: &'a Facts,
    choice: Choice,
    /// The values that only the stack knows.
    pub unknown: Vec<Unknown>,
    /// The conditions that were asked about.
    pub conditions: BTreeSet<String>,
}

/// Values refer to defaults and mappings alone, so that they cannot go on for ever; this is more than any template has.
const DEEPEST: usize = 64;

/// More bytes than IAM takes of any policy. A few nested calls can make a text that does not fit into memory.
const LONGEST: usize = 1 << 16;

/// What a text has in it that is only looked up when the stack is made.
const DYNAMIC: &str = "{{resolve:";

impl<'a> Values<'a> {
    pub(super) fn new(root: &'a Node, known: &'a Facts, choice: Choice) -> Self {
        Self { root, known, choice, unknown: Vec::new(), conditions: BTreeSet::new() }
    }

    /// The value as IAM gets it, as far as the template says. `None`: there is no value.
    pub(super) fn plain(&mut self, node: &Node) -> Option<Node> {
        self.within(node, DEEPEST)
    }

    fn within(&mut self, node: &Node, depth: usize) -> Option<Node> {
        let Some(depth) = depth.checked_sub(1) else { return Some(self.unknown(node, "a call this deep")) };
        let value = match &node.value {
            Value::Object(members) => match members.as_slice() {
                [Member { name, value, .. }] if name == "Ref" || name.starts_with("Fn::") => return self.called(name, value, node, depth),
                _ => {
                    let plain = |Member { name, name_span, value }: &Member| {
                        Some(Member { name: name.clone(), name_span: *name_span, value: self.within(value, depth)? })
                    };
                    Value::Object(members.iter().filter_map(plain).collect())
                }
            },
            Value::List(items) => Value::List(items.iter().filter_map(|item| self.within(item, depth)).collect()),
            Value::Text(text) if text.contains(DYNAMIC) => return Some(self.unknown(node, "a dynamic reference")),
            other => other.clone(),
        };
        Some(Node { value, span: node.span })
    }

    /// What is not known in the place of this node, which is plain already.
    pub(super) fn unknown_at(&self, plain: &Node) -> Option<&Unknown> {
        plain.text().and_then(|_| self.unknown.iter().find(|unknown| unknown.span == plain.span))
    }

    fn unknown(&mut self, node: &Node, name: &str) -> Node {
        self.text(node, (UNKNOWN.to_owned(), false), name)
    }

    /// A text, and whether all of it is known.
    fn text(&mut self, node: &Node, (text, is_known): (String, bool), name: &str) -> Node {
        if !is_known || text.contains(DYNAMIC) {
            // Only the name of a function is quoted.
            let what = if name.starts_with(char::is_uppercase) { format!("`{name}`") } else { name.to_owned() };
            let reason = format!("the template does not say what {what} gives here");
            let cure = "give a parameter a default, or check what is deployed: \
                        `aws iam get-account-authorization-details | vault policy check -`";
            self.unknown.push(Unknown::new(node.span, reason, cure));
        }
        Node { value: Value::Text(text), span: node.span }
    }

    fn called(&mut self, name: &str, argument: &Node, node: &Node, depth: usize) -> Option<Node> {
        let found = match name {
            "Ref" => match argument.text() {
                Some("AWS::NoValue") => return None,
                Some(name) => self.named(name, node.span),
                None => None,
            },
            "Fn::If" => {
                return match self.branch(argument) {
                    Some(branch) => self.within(branch, depth),
                    None => Some(self.unknown(node, name)),
                };
            }
            "Fn::Sub" => {
                let text = self.substituted(argument, depth);
                return Some(self.text(node, text, name));
            }
            "Fn::Join" => {
                let text = self.joined(argument, depth);
                return Some(self.text(node, text, name));
            }
            "Fn::GetAtt" => {
                let path = match (argument.text(), argument.items()) {
                    (Some(path), _) => Some(path.to_owned()),
                    (None, [resource, attribute]) => resource.text().zip(attribute.text()).map(|(one, two)| format!("{one}.{two}")),
                    _ => None,
                };
                path.and_then(|path| self.attribute(&path)).map(Value::Text)
            }
            "Fn::FindInMap" => return Some(self.looked_up(argument, node, depth)),
            "Fn::Select" => return Some(self.selected(argument, node, depth)),
            _ => None,
        };
        Some(self.found(found, node, name))
    }

    /// The value that the function has in the place of this node.
    fn found(&mut self, value: Option<Value>, node: &Node, name: &str) -> Node {
        match value {
            Some(Value::Text(text)) if text.contains(DYNAMIC) => self.unknown(node, "a dynamic reference"),
            Some(value) => Node { value, span: node.span },
            None => self.unknown(node, name),
        }
    }

    /// The branch of `[condition, where it holds, else]`.
    fn branch<'n>(&mut self, argument: &'n Node) -> Option<&'n Node> {
        let [condition, holds, fails] = argument.items() else { return None };
        let condition = condition.text()?;
        self.conditions.insert(condition.to_owned());
        let holds_here = match &self.choice {
            Choice::FirstThere => holds.get("Ref").and_then(Node::text) != Some("AWS::NoValue"),
            Choice::Given { named, others } => named.get(condition).copied().unwrap_or(*others),
        };
        Some(if holds_here { holds } else { fails })
    }

    /// A parameter by its default, a resource by its name, or what AWS itself defines.
    fn named(&self, name: &str, span: Span) -> Option<Value> {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        match name {
            "AWS::Partition" => return text(self.partition()),
            "AWS::AccountId" => return text(self.account()),
            "AWS::URLSuffix" => return text("amazonaws.com"),
            "AWS::Region" => return text("us-east-1"),
            _ if name.starts_with("AWS::") => return text(name),
            _ => {}
        }
        if let Some(parameter) = self.root.at(&["Parameters", name]) {
            let kind = parameter.get("Type").and_then(Node::text).unwrap_or_default();
            // Of a parameter in the parameter store, the default is the name.
            let default = parameter.get("Default").filter(|_| !kind.starts_with("AWS::SSM::"))?;
            return match (&default.value, kind) {
                (Value::Text(all), "CommaDelimitedList") => {
                    Some(Value::List(all.split(',').map(|one| Node { value: Value::Text(one.trim().to_owned()), span }).collect()))
                }
                (Value::Text(text) | Value::Number(text), _) => Some(Value::Text(text.clone())),
                (Value::Bool(value), _) => Some(Value::Text(value.to_string())),
                _ => None,
            };
        }
        match self.type_of(name)? {
            // Only the stack knows its `Ref`, which is not a name in IAM.
            kind if kind.starts_with("Custom::") || kind.starts_with("AWS::CloudFormation::") => None,
            "AWS::IAM::ManagedPolicy" => Some(Value::Text(self.arn("iam", "", &format!("policy/{name}")))),
            _ => text(name),
        }
    }

    /// `Resource.Attribute`.
    fn attribute(&self, path: &str) -> Option<String> {
        let (name, attribute) = path.split_once('.')?;
        let kind = self.type_of(name)?;
        let mut words = kind.split("::");
        let (Some("AWS"), Some(service), Some(thing)) = (words.next(), words.next(), words.next()) else { return None };
        if service == "CloudFormation" {
            return None;
        }
        if !attribute.ends_with("Arn") {
            return Some(name.to_owned());
        }
        Some(match (service, thing) {
            ("IAM", _) => self.arn(
                "iam",
                "",
                &format!("{}/{name}", if thing == "ManagedPolicy" { "policy".to_owned() } else { thing.to_lowercase() }),
            ),
            ("S3", _) => format!("arn:{}:s3:::{}", self.partition(), name.to_lowercase()),
            _ => self.arn(&service.to_lowercase(), "us-east-1", name),
        })
    }

    fn type_of(&self, resource: &str) -> Option<&'a str> {
        self.root.at(&["Resources", resource, "Type"])?.text()
    }

    fn partition(&self) -> &str {
        self.known.partition.as_deref().unwrap_or("aws")
    }

    fn account(&self) -> &str {
        self.known.account.as_deref().unwrap_or("123456789012")
    }

    fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{}:{resource}", self.partition(), self.account())
    }

    /// The text of an argument that a text is made of.
    fn part(&mut self, node: &Node, depth: usize) -> (String, bool) {
        let before = self.unknown.len();
        // An item of a list that was made plain before may be a text in place of one that is not known.
        let was_known = self.unknown_at(node).is_none();
        let plain = self.within(node, depth);
        let is_known = was_known && self.unknown.len() == before;
        // The place is that of the whole text.
        self.unknown.truncate(before);
        match plain.map(|node| node.value) {
            Some(Value::Text(text) | Value::Number(text)) => (text, is_known),
            Some(Value::Bool(value)) => (value.to_string(), is_known),
            _ => (UNKNOWN.to_owned(), false),
        }
    }

    fn joined(&mut self, argument: &Node, depth: usize) -> (String, bool) {
        let [separator, parts] = argument.items() else { return (UNKNOWN.to_owned(), false) };
        // The list itself may be a parameter.
        let parts = if parts.items().is_empty() { self.within(parts, depth).unwrap_or_else(|| parts.clone()) } else { parts.clone() };
        if parts.items().is_empty() {
            return (UNKNOWN.to_owned(), false);
        }
        let (mut out, mut is_known) = (String::new(), true);
        for (number, part) in parts.items().iter().enumerate() {
            if number > 0 {
                out.push_str(separator.text().unwrap_or_default());
            }
            let (text, known) = self.part(part, depth);
            out.push_str(&text);
            is_known &= known;
            if out.len() > LONGEST {
                return (UNKNOWN.to_owned(), false);
            }
        }
        (out, is_known)
    }

    /// `${Name}` filled in, and `${!Name}` as the `${Name}` that IAM gets.
    fn substituted(&mut self, argument: &Node, depth: usize) -> (String, bool) {
        let own = argument.items().get(1);
        let template = argument.text().or_else(|| argument.items().first().and_then(Node::text));
        let Some(mut rest) = template else { return (UNKNOWN.to_owned(), false) };
        let (mut out, mut is_known) = (String::new(), true);
        // Each of its own names is worked out once: with nested calls, the work would double at every level.
        let mut parts = BTreeMap::new();
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { break };
            out.push_str(before);
            if let Some(variable) = name.strip_prefix('!') {
                out.extend(["${", variable, "}"]);
            } else {
                let (text, known) = if let Some(value) = own.and_then(|own| own.get(name)) {
                    parts.entry(name).or_insert_with(|| self.part(value, depth)).clone()
                } else if let Some(Value::Text(text)) = self.attribute(name).map(Value::Text).or_else(|| self.named(name, argument.span)) {
                    (text, true)
                } else {
                    (UNKNOWN.to_owned(), false)
                };
                out.push_str(&text);
                is_known &= known;
            }
            if out.len() > LONGEST {
                return (UNKNOWN.to_owned(), false);
            }
            rest = after;
        }
        (out + rest, is_known)
    }

    fn looked_up(&mut self, argument: &Node, node: &Node, depth: usize) -> Node {
        let names: Vec<_> = argument.items().iter().take(3).map(|item| self.part(item, depth)).collect();
        let path: Vec<_> = names.iter().filter(|(_, is_known)| *is_known).map(|(name, _)| name.as_str()).collect();
        let found = if path.len() == 3 { self.root.get("Mappings").and_then(|all| all.at(&path)) } else { None };
        self.found(found.map(|found| found.value.clone()), node, "Fn::FindInMap")
    }

    fn selected(&mut self, argument: &Node, node: &Node, depth: usize) -> Node {
        let [index, list] = argument.items() else { return self.unknown(node, "Fn::Select") };
        let index = self.part(index, depth).0.parse::<usize>().ok();
        let list = self.within(list, depth);
        let item = list.as_ref().zip(index).and_then(|(list, index)| list.items().get(index));
        let Some(item) = item else { return self.unknown(node, "Fn::Select") };
        // If the item is not known, neither is what is in the place of the call.
        let unknown = self.unknown_at(item).map(|unknown| Unknown { span: node.span, ..unknown.clone() });
        self.unknown.extend(unknown);
        Node { value: item.value.clone(), span: node.span }
    }
}
