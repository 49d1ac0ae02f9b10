//! CDK v2 in TypeScript: one construct, with the switches as properties. The ids within it never change, so that what is deployed stays.

use std::fmt::Write as _;

use super::super::super::document::statement_node;
use super::super::super::json::quoted;
use super::super::super::tree::{Node, Value};
use super::super::{Bundle, Line, PARTITION, To};
use super::comment;

// Writing to a string cannot fail.
#[must_use]
pub fn cdk(bundle: &Bundle) -> String {
    let mut out = String::new();
    for line in &bundle.about {
        comment(&mut out, 0, "// ", line);
    }
    let body = body(bundle);
    let lib: Vec<_> = ["Aws", "CfnCondition", "CfnResource", "Fn"].into_iter().filter(|name| mentions(&body, name)).collect();
    if !lib.is_empty() {
        let _ = writeln!(out, "import {{ {} }} from 'aws-cdk-lib';", lib.join(", "));
    }
    out.push_str("import * as iam from 'aws-cdk-lib/aws-iam';\nimport { Construct } from 'constructs';\n\n");
    out + &body
}

fn mentions(body: &str, name: &str) -> bool {
    [".", "("].iter().any(|after| body.contains(&format!("{name}{after}"))) || body.contains(&format!("as {name})"))
}

fn body(bundle: &Bundle) -> String {
    let mut out = String::new();
    let name = bundle.name;
    let _ = writeln!(out, "export interface {name}Props {{");
    if let Some(group) = &bundle.group {
        let _ = writeln!(
            out,
            "  /**\n   * The group that the policies are for.\n   * @default {}\n   */\n  readonly groupName?: string;",
            string(group)
        );
    }
    for (switch, on) in &bundle.switches {
        let _ = writeln!(out, "  /**\n   * {}\n   * @default {on}\n   */\n  readonly {}?: boolean;", switch.about(), switch.property());
    }
    let _ = writeln!(out, "}}\n\nexport class {name} extends Construct {{");
    if bundle.group.is_some() {
        out.push_str("  public readonly group: iam.Group;\n");
    }
    let _ = writeln!(out, "\n  constructor(scope: Construct, id: string, props: {name}Props = {{}}) {{\n    super(scope, id);\n");
    if let Some(account) = &bundle.account {
        let _ = writeln!(out, "    const inUsersAccount = {};", condition("InUsersAccount", account));
    }
    if let Some(group) = &bundle.group {
        let _ = writeln!(out, "    this.group = new iam.Group(this, 'Group', {{ groupName: props.groupName ?? {} }});", string(group));
        if bundle.account.is_some() {
            out.push_str("    (this.group.node.defaultChild as CfnResource).cfnOptions.condition = inUsersAccount;\n");
        }
    }
    for role in &bundle.roles {
        let variable = lower(&role.id);
        let statements = statements(&mut out, &format!("{variable}Trust"), &role.trust, bundle);
        let _ = write!(
            out,
            "    const {variable} = new iam.CfnRole(this, '{}', {{\n      roleName: {},\n      path: {},\n      assumeRolePolicyDocument: \
             new iam.PolicyDocument({{ statements: {statements}, minimize: false }}),\n    }});\n",
            role.id,
            string(&role.role_name),
            string(&role.path)
        );
        if let Some(account) = &role.account {
            let _ = writeln!(out, "    {variable}.cfnOptions.condition = {};", condition(&format!("{}Here", role.id), account));
        }
    }
    for policy in &bundle.policies {
        let variable = lower(&policy.id);
        let statements = statements(&mut out, &format!("{variable}Statements"), &policy.lines, bundle);
        let to = match policy.to {
            To::Group => "groups: [this.group.groupName]".to_owned(),
            To::Role(index) => format!("roles: [{}.ref]", lower(&bundle.roles[index].id)),
        };
        let is_conditional = bundle.account.is_some() && policy.to == To::Group;
        // Declare a name only if something refers to it.
        let name = if is_conditional { format!("const {variable} = ") } else { String::new() };
        let _ = write!(
            out,
            "    {name}new iam.CfnManagedPolicy(this, '{}', {{\n      {to},\n      policyDocument: new iam.PolicyDocument({{ \
             statements: {statements}, minimize: false }}),\n    }});\n",
            policy.id
        );
        if is_conditional {
            let _ = writeln!(out, "    {variable}.cfnOptions.condition = inUsersAccount;");
        }
    }
    out.push_str("  }\n}\n");
    out
}

fn condition(id: &str, account: &str) -> String {
    format!("new CfnCondition(this, '{id}', {{ expression: Fn.conditionEquals(Aws.ACCOUNT_ID, '{account}') }})")
}

/// Builds the list of statements, and answers with its name.
fn statements(out: &mut String, name: &str, lines: &[Line], bundle: &Bundle) -> String {
    let _ = writeln!(out, "\n    // In the order of the JSON form.\n    const {name}: iam.PolicyStatement[] = [];");
    for line in lines {
        comment(out, 4, "// ", &line.why);
        let indent = if line.switch.is_some() { 6 } else { 4 };
        if let Some(switch) = line.switch {
            let _ = writeln!(out, "    if (props.{} ?? {}) {{", switch.property(), bundle.is_on(line.switch));
        }
        let statement = value(&statement_node(&line.statement), indent);
        let _ = writeln!(out, "{}{name}.push(iam.PolicyStatement.fromJson({statement}));", " ".repeat(indent));
        if line.switch.is_some() {
            out.push_str("    }\n");
        }
    }
    name.to_owned()
}

fn value(node: &Node, indent: usize) -> String {
    let blanks = " ".repeat(indent);
    match &node.value {
        Value::Object(members) => {
            let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric());
            let name = |name: &str| if plain(name) { name.to_owned() } else { string(name) };
            let members: Vec<_> =
                members.iter().map(|member| format!("{blanks}  {}: {},\n", name(&member.name), value(&member.value, indent + 2))).collect();
            format!("{{\n{}{blanks}}}", members.concat())
        }
        Value::List(items) if items.len() < 2 => format!("[{}]", items.iter().map(|item| value(item, indent)).collect::<String>()),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| format!("{blanks}  {},\n", value(item, indent + 2))).collect();
            format!("[\n{}{blanks}]", items.concat())
        }
        _ => string(node.text().unwrap_or_default()),
    }
}

/// A string of TypeScript's.
fn string(text: &str) -> String {
    if text.contains(PARTITION) {
        let escaped = text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${");
        return format!("`{}`", escaped.replace(PARTITION, "${Aws.PARTITION}"));
    }
    let json = quoted(text);
    format!("'{}'", json[1..json.len() - 1].replace("\\\"", "\"").replace('\'', "\\'"))
}

fn lower(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
