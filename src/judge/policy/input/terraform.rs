//! Finds the policies of IAM in a terraform plan, as `terraform show -json` prints one, and in its configuration as JSON. Never reads HCL.

use std::collections::BTreeSet;

use super::super::lint::{Attached, Facts};
use super::super::tree::{Member, Node, Span, Value};
use super::unknown::Unknown;
use super::{Found, by_arn};

/// The types of resources with a document, and the attribute that holds it.
const DOCUMENTS: [(&str, &str, Attached); 6] = [
    ("aws_iam_policy", "policy", Attached::Managed { to_role: false }),
    ("aws_iam_user_policy", "policy", Attached::InUser),
    ("aws_iam_group_policy", "policy", Attached::InGroup),
    ("aws_iam_role_policy", "policy", Attached::InRole),
    ("aws_iam_role", "assume_role_policy", Attached::Trust),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", Attached::InRole),
];

/// The attributes that name policies by their ARNs.
const ARNS: [&str; 3] = ["policy_arn", "managed_policy_arns", "permissions_boundary"];

/// The cure where terraform's own files say too little.
pub const OF_PLAN: &str = "check the plan: `terraform plan -out PLAN`, then `terraform show -json PLAN | vault policy check -`";

const AFTER: &str = "check the state once it is applied: `terraform show -json | vault policy check -`";

pub(super) fn is_plan(root: &Node) -> bool {
    root.get("format_version").is_some() && (root.get("planned_values").is_some() || root.get("values").is_some())
}

/// `main.tf.json`, as the CDK for Terraform writes it.
pub(super) fn is_configuration(root: &Node) -> bool {
    let typed = |of: &Node| of.is_object() && of.members().iter().all(|kind| kind.value.is_object());
    root.get("Statement").is_none() && root.get("resource").is_some_and(|resources| !resources.members().is_empty() && typed(resources))
}

/// The documents of each resource of IAM's, by address.
pub(super) fn policies(root: &Node, text: &str, known: &Facts) -> Vec<Found> {
    let mut plan = Plan { root, text, known, found: Vec::new(), here: BTreeSet::new(), seen: BTreeSet::new() };
    for values in ["planned_values", "values"] {
        if let Some(module) = root.at(&[values, "root_module"]) {
            plan.policies_here(module);
            plan.module(module);
        }
    }
    plan.found
}

struct Plan<'a> {
    root: &'a Node,
    text: &'a str,
    known: &'a Facts,
    found: Vec<Found>,
    /// The ARNs of the policies that are in the file.
    here: BTreeSet<&'a str>,
    seen: BTreeSet<&'a str>,
}

impl<'a> Plan<'a> {
    fn policies_here(&mut self, module: &'a Node) {
        for resource in module.get("resources").map(Node::items).unwrap_or_default() {
            if resource.get("type").and_then(Node::text) == Some("aws_iam_policy") {
                self.here.extend(resource.at(&["values", "arn"]).and_then(Node::text));
            }
        }
        module.get("child_modules").map(Node::items).unwrap_or_default().iter().for_each(|child| self.policies_here(child));
    }

    fn module(&mut self, module: &'a Node) {
        for resource in module.get("resources").map(Node::items).unwrap_or_default() {
            let field = |name: &str| resource.get(name).and_then(Node::text);
            if let (Some(kind), Some(address), Some(values)) = (field("type"), field("address"), resource.get("values")) {
                let span = resource.get("address").map_or(resource.span, |address| address.span);
                self.resource(kind, address, span, values);
            }
        }
        module.get("child_modules").map(Node::items).unwrap_or_default().iter().for_each(|child| self.module(child));
    }

    fn resource(&mut self, kind: &str, address: &str, span: Span, values: &'a Node) {
        if let Some((_, attribute, attached)) = DOCUMENTS.iter().find(|(of, ..)| *of == kind) {
            self.add(address.to_owned(), values.get(attribute), span, *attached);
        }
        if kind == "aws_iam_role" {
            let inline = values.get("inline_policy").map(Node::items).unwrap_or_default();
            for (index, inline) in inline.iter().enumerate() {
                // The provider writes an empty block for a role that is to have none.
                if inline.get("name").is_none_or(|name| name.value == Value::Null)
                    && inline.get("policy").is_none_or(|policy| policy.value == Value::Null)
                    && self.after_unknown(address, "inline_policy").is_none()
                {
                    continue;
                }
                let name = inline.get("name").and_then(Node::text).map_or_else(|| index.to_string(), str::to_owned);
                self.add(format!("{address}/{name}"), inline.get("policy"), span, Attached::InRole);
            }
            // A role without inline policies has this attribute unknown too: only one that is written has them.
            let is_unknown = self.after_unknown(address, "inline_policy").is_some_and(|unknown| unknown.value == Value::Bool(true));
            if is_unknown && inline.is_empty() && self.is_configured(address, "inline_policy") {
                self.add(format!("{address}/inline_policy"), None, span, Attached::InRole);
            }
        }
        if kind.starts_with("aws_iam_") {
            for listed in ARNS.iter().filter_map(|name| values.get(name)) {
                for arn in listed.one_or_more() {
                    // This plan makes a policy that is not known yet. It is found by its own resource.
                    let Some(text) = arn.text().filter(|text| !self.here.contains(text) && self.seen.insert(*text)) else { continue };
                    self.found.extend(by_arn(text, arn.span).map(|unknown| Found::unknown(Some(address.to_owned()), unknown)));
                }
            }
        }
    }

    fn add(&mut self, name: String, document: Option<&Node>, span: Span, attached: Attached) {
        self.found.push(match document.filter(|document| document.text().is_some()) {
            Some(document) => Found::read(Some(name), document, self.text, attached, self.known),
            None => Found::unknown(Some(name), Unknown::new(span, "terraform knows this policy only once it is applied", AFTER)),
        });
    }

    /// The parts of an attribute that the plan does not know yet.
    fn after_unknown(&self, address: &str, attribute: &str) -> Option<&'a Node> {
        let changes = self.root.get("resource_changes").map(Node::items).unwrap_or_default();
        let change = changes.iter().find(|change| change.get("address").and_then(Node::text) == Some(address))?;
        change.at(&["change", "after_unknown", attribute]).filter(|unknown| unknown.value != Value::Bool(false))
    }

    /// Whether the configuration writes the attribute of this resource.
    fn is_configured(&self, address: &str, attribute: &str) -> bool {
        // `module.a["x"].aws_iam_role.r[0]`: the configuration has neither keys nor numbers.
        let mut plain = String::new();
        let mut depth = 0_usize;
        for c in address.chars() {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                c if depth == 0 => plain.push(c),
                _ => {}
            }
        }
        let mut rest = plain.as_str();
        let mut module = self.root.at(&["configuration", "root_module"]);
        while let Some((name, after)) = rest.strip_prefix("module.").and_then(|rest| rest.split_once('.')) {
            module = module.and_then(|module| module.at(&["module_calls", name, "module"]));
            rest = after;
        }
        let resources = module.and_then(|module| module.get("resources")).map(Node::items).unwrap_or_default();
        let resource = resources.iter().find(|resource| resource.get("address").and_then(Node::text) == Some(rest));
        resource.is_some_and(|resource| resource.at(&["expressions", attribute]).is_some())
    }
}

/// The documents of a configuration as JSON, as far as they are not expressions.
pub(super) fn configured(root: &Node, text: &str, known: &Facts) -> Vec<Found> {
    let mut found = Vec::new();
    for (kind, attribute, attached) in DOCUMENTS {
        for Member { name, name_span, value } in root.at(&["resource", kind]).map(Node::members).unwrap_or_default() {
            let address = Some(format!("{kind}.{name}"));
            found.push(match value.get(attribute) {
                Some(document) if document.text().is_some_and(|text| text.trim_start().starts_with('{')) => {
                    Found::read(address, document, text, attached, known)
                }
                document => {
                    let span = document.map_or(*name_span, |document| document.span);
                    Found::unknown(address, Unknown::new(span, "only terraform can say what this expression is", OF_PLAN))
                }
            });
        }
    }
    found
}
