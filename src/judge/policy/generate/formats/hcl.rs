//! Writes a value as HCL, aligned as `terraform fmt` does it. Never lets `${` in a text begin an expression.

use std::fmt::Write as _;

use super::super::super::json::quoted;
use super::super::super::tree::{Member, Node, Value};
use super::super::PARTITION;

/// A name or a value of terraform's own in a value, such as `var.group_name`.
pub(super) const EXPRESSION: char = '\u{e001}';

/// A string as HCL has it, quotes included.
pub(super) fn string(text: &str) -> String {
    if let Some(expression) = text.strip_prefix(EXPRESSION) {
        return expression.to_owned();
    }
    quoted(&text.replace("${", "$${").replace("%{", "%%{")).replace(PARTITION, "${data.aws_partition.current.partition}")
}

/// The value, whose first line is written at this depth already.
pub(super) fn value(node: &Node, indent: usize) -> String {
    let blanks = " ".repeat(indent);
    match &node.value {
        Value::Object(list) => format!("{{\n{}{blanks}}}", members(list, indent + 2)),
        Value::List(items) if items.len() < 2 => {
            let items: Vec<_> = items.iter().map(|item| value(item, indent)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| format!("{blanks}  {},\n", value(item, indent + 2))).collect();
            format!("[\n{}{blanks}]", items.concat())
        }
        _ => string(node.text().unwrap_or_default()),
    }
}

pub(super) fn members(members: &[Member], indent: usize) -> String {
    let name = |name: &str| {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if plain { name.to_owned() } else { quoted(name) }
    };
    let written: Vec<_> = members.iter().map(|member| (name(&member.name), value(&member.value, indent))).collect();
    let mut out = String::new();
    for (index, (name, value)) in written.iter().enumerate() {
        // Neighbours in one line each are aligned; a value of several lines is not, and parts them.
        let single = |(_, value): &&(String, String)| !value.contains('\n');
        let width = if value.contains('\n') {
            name.len()
        } else {
            let before = written[..index].iter().rev().take_while(single);
            before.chain(written[index..].iter().take_while(single)).map(|(name, _)| name.len()).max().unwrap_or(0)
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}{name:<width$} = {value}", " ".repeat(indent));
    }
    out
}
