//! Writes a Terraform module, with the documents built by `jsonencode`. Never says what is in a policy.

use std::fmt::Write as _;

use super::super::super::document::{VERSION, statement_node};
use super::super::super::json::quoted;
use super::super::super::tree::{Member, Node, Value};
use super::super::{Bundle, Line, To};
use super::hcl::{self, EXPRESSION};
use super::{comment, snake};

// Writing to a string cannot fail.
#[must_use]
pub fn terraform(bundle: &Bundle) -> String {
    let mut out = String::new();
    for line in &bundle.about {
        comment(&mut out, 0, "# ", line);
    }
    out.push_str("\nterraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n    }\n  }\n}\n");
    out.push_str("\ndata \"aws_partition\" \"current\" {}\n");
    if bundle.account.is_some() {
        out.push_str("\ndata \"aws_caller_identity\" \"current\" {}\n");
    }
    if let Some(group) = &bundle.group {
        variable(&mut out, "group_name", "string", &quoted(group), "The group that the policies are for.");
    }
    for (switch, on) in &bundle.switches {
        variable(&mut out, &snake(switch.property()), "bool", &on.to_string(), switch.about());
    }
    let here = |account: &str| expression(&format!("data.aws_caller_identity.current.account_id == \"{account}\" ? 1 : 0"));
    let group_count = bundle.account.as_deref().map(here);
    let counted = |count: &Option<Node>, members: Vec<(&str, Node)>| -> Vec<Member> {
        let count = count.iter().map(|count| ("count", count.clone()));
        Node::object(count.chain(members)).members().to_vec()
    };
    let (group, each) = if group_count.is_some() { ("aws_iam_group.group[0]", "[0]") } else { ("aws_iam_group.group", "") };
    if bundle.group.is_some() {
        resource(&mut out, "aws_iam_group", "group", &counted(&group_count, vec![("name", expression("var.group_name"))]), "");
    }
    for role in &bundle.roles {
        let count = role.account.as_deref().map(here);
        let members = vec![("name", role.role_name.as_str().into()), ("path", role.path.as_str().into())];
        resource(&mut out, "aws_iam_role", &snake(&role.id), &counted(&count, members), &document("assume_role_policy", &role.trust));
    }
    for policy in &bundle.policies {
        let id = snake(&policy.id);
        let (count, each) = match policy.to {
            To::Group => (group_count.clone(), each),
            To::Role(_) => (None, ""),
        };
        let name = match &bundle.group {
            Some(_) => expression(&format!("\"${{var.group_name}}-{}\"", id.replace('_', "-"))),
            None => id.replace('_', "-").into(),
        };
        resource(&mut out, "aws_iam_policy", &id, &counted(&count, vec![("name", name)]), &document("policy", &policy.lines));
        let arn = expression(&format!("aws_iam_policy.{id}{each}.arn"));
        let (kind, to) = match policy.to {
            To::Group => ("aws_iam_group_policy_attachment", ("group", expression(&format!("{group}.name")))),
            To::Role(index) => {
                ("aws_iam_role_policy_attachment", ("role", expression(&format!("aws_iam_role.{}.name", snake(&bundle.roles[index].id)))))
            }
        };
        resource(&mut out, kind, &id, &counted(&count, vec![to, ("policy_arn", arn)]), "");
    }
    out
}

fn expression(text: &str) -> Node {
    format!("{EXPRESSION}{text}").into()
}

fn variable(out: &mut String, name: &str, kind: &str, default: &str, about: &str) {
    let members = [("description", about.into()), ("type", expression(kind)), ("default", expression(default))];
    let _ = write!(out, "\nvariable \"{name}\" {{\n{}}}\n", hcl::members(Node::object(members).members(), 2));
}

fn resource(out: &mut String, kind: &str, name: &str, members: &[Member], document: &str) {
    let _ = write!(out, "\nresource \"{kind}\" \"{name}\" {{\n{}{document}}}\n", hcl::members(members, 2));
}

/// `jsonencode` of the document; statements with a switch are there where it is on.
fn document(name: &str, lines: &[Line]) -> String {
    let mut out = format!("  {name} = jsonencode({{\n    Version = \"{VERSION}\"\n");
    let switched = lines.iter().any(|line| line.switch.is_some());
    out.push_str(if switched { "    Statement = [for line in [\n" } else { "    Statement = [\n" });
    for line in lines {
        comment(&mut out, 6, "# ", &line.why);
        let statement = statement_node(&line.statement);
        let node = if switched {
            let on = line.switch.map_or_else(|| "true".to_owned(), |switch| format!("var.{}", snake(switch.property())));
            Node::object([("on", expression(&on)), ("statement", statement)])
        } else {
            statement
        };
        debug_assert!(matches!(node.value, Value::Object(_)));
        let _ = writeln!(out, "      {},", hcl::value(&node, 6));
    }
    out.push_str(if switched { "    ] : line.statement if line.on]\n  })\n" } else { "    ]\n  })\n" });
    out
}
