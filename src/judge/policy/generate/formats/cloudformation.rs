//! Writes a template in YAML. Never leaves a string unquoted, which YAML could take for something else.

use std::fmt::Write as _;

use super::super::super::document::{VERSION, statement_node};
use super::super::super::json::quoted;
use super::super::super::tree::{Node, Value};
use super::super::{Bundle, Line, PARTITION, To};
use super::{comment, pascal};

// Writing to a string cannot fail.
#[must_use]
pub fn cloudformation(bundle: &Bundle) -> String {
    let mut out = String::new();
    for line in &bundle.about {
        comment(&mut out, 0, "# ", line);
    }
    comment(
        &mut out,
        0,
        "# ",
        "Deploy with: aws cloudformation deploy --capabilities CAPABILITY_NAMED_IAM --stack-name NAME --template-file FILE",
    );
    let _ = writeln!(out, "AWSTemplateFormatVersion: \"2010-09-09\"");
    let _ = writeln!(out, "Description: {}", quoted(&bundle.about[0]));
    parameters(&mut out, bundle);
    conditions(&mut out, bundle);
    out.push_str("\nResources:\n");
    let in_users_account = if bundle.account.is_some() { "    Condition: InUsersAccount\n" } else { "" };
    if bundle.group.is_some() {
        let _ = write!(out, "  Group:\n    Type: AWS::IAM::Group\n{in_users_account}    Properties:\n      GroupName: !Ref GroupName\n");
    }
    for role in &bundle.roles {
        let condition = role.account.as_ref().map_or_else(String::new, |account| format!("    Condition: InAccount{account}\n"));
        let _ = write!(out, "\n  {}:\n    Type: AWS::IAM::Role\n{condition}    Properties:\n", role.id);
        let _ = writeln!(out, "      RoleName: {}\n      Path: {}", quoted(&role.role_name), quoted(&role.path));
        document(&mut out, "AssumeRolePolicyDocument", &role.trust);
    }
    for policy in &bundle.policies {
        let (to, condition) = match policy.to {
            To::Group => ("Groups:\n        - !Ref Group".to_owned(), in_users_account),
            To::Role(index) => (format!("Roles:\n        - !Ref {}", bundle.roles[index].id), ""),
        };
        let _ = write!(out, "\n  {}:\n    Type: AWS::IAM::ManagedPolicy\n{condition}    Properties:\n      {to}\n", policy.id);
        document(&mut out, "PolicyDocument", &policy.lines);
    }
    out
}

fn parameters(out: &mut String, bundle: &Bundle) {
    if bundle.group.is_none() && bundle.switches.is_empty() {
        return;
    }
    out.push_str("\nParameters:\n");
    if let Some(group) = &bundle.group {
        let _ = write!(
            out,
            "  GroupName:\n    Type: String\n    Default: {}\n    Description: The group that the policies are for.\n",
            quoted(group)
        );
    }
    for (switch, on) in &bundle.switches {
        let _ = write!(
            out,
            "  {}:\n    Type: String\n    AllowedValues: [\"true\", \"false\"]\n    Default: \"{on}\"\n    Description: {}\n",
            pascal(switch.property()),
            quoted(switch.about())
        );
    }
}

fn conditions(out: &mut String, bundle: &Bundle) {
    if bundle.switches.is_empty() && bundle.account.is_none() {
        return;
    }
    out.push_str("\nConditions:\n");
    for (switch, _) in &bundle.switches {
        let name = pascal(switch.property());
        let _ = writeln!(out, "  {name}On: !Equals [!Ref {name}, \"true\"]");
    }
    if let Some(account) = &bundle.account {
        let _ = writeln!(out, "  InUsersAccount: !Equals [!Ref \"AWS::AccountId\", \"{account}\"]");
    }
    let mut accounts: Vec<_> = bundle.roles.iter().filter_map(|role| role.account.as_ref()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        let _ = writeln!(out, "  InAccount{account}: !Equals [!Ref \"AWS::AccountId\", \"{account}\"]");
    }
}

fn document(out: &mut String, name: &str, lines: &[Line]) {
    let _ = writeln!(out, "      {name}:\n        Version: \"{VERSION}\"\n        Statement:");
    for line in lines {
        comment(out, 10, "# ", &line.why);
        let statement = statement_node(&line.statement);
        match line.switch {
            None => item(out, &statement, 10),
            Some(switch) => {
                let _ = writeln!(out, "          - !If\n            - {}On", pascal(switch.property()));
                item(out, &statement, 12);
                out.push_str("            - !Ref \"AWS::NoValue\"\n");
            }
        }
    }
}

/// An item of a list.
fn item(out: &mut String, node: &Node, indent: usize) {
    let blanks = " ".repeat(indent);
    match &node.value {
        Value::Object(_) => {
            let mut object = String::new();
            members(&mut object, node, indent + 2);
            let _ = write!(out, "{blanks}- {}", object.trim_start());
        }
        _ => {
            let _ = writeln!(out, "{blanks}- {}", scalar(node));
        }
    }
}

fn members(out: &mut String, node: &Node, indent: usize) {
    for member in node.members() {
        let plain = member.name.chars().all(|c| c.is_ascii_alphanumeric());
        let name = if plain { member.name.clone() } else { quoted(&member.name) };
        let _ = write!(out, "{}{name}:", " ".repeat(indent));
        match &member.value.value {
            Value::Object(_) => {
                out.push('\n');
                members(out, &member.value, indent + 2);
            }
            Value::List(items) => {
                out.push('\n');
                for node in items {
                    item(out, node, indent + 2);
                }
            }
            _ => {
                let _ = writeln!(out, " {}", scalar(&member.value));
            }
        }
    }
}

fn scalar(node: &Node) -> String {
    let text = node.text().unwrap_or_default();
    if text.contains(PARTITION) {
        // Within `!Sub`, `${!…}` is what stays `${…}`.
        format!("!Sub {}", quoted(&text.replace("${", "${!").replace(PARTITION, "${AWS::Partition}")))
    } else {
        quoted(text)
    }
}
