//! Finds the policies in a file, whatever kind of file it is, and names those that it mentions without saying what they are. Never reads a
//! file from the disk, and never decides what is wrong with a policy.

mod answers;
mod cloudformation;
mod dump;
mod embedded;
mod terraform;
mod unknown;
mod yaml;

use super::document::Kind;
use super::json::{self, Unreadable};
use super::lint::{Attached, Facts};
use super::tree::{Node, Span};

pub use terraform::OF_PLAN;
pub use unknown::{Gaps, Unknown};

/// A policy in a file.
#[derive(Debug, Clone)]
pub struct Found {
    /// The one of several: a logical id, an address or an ARN.
    pub name: Option<String>,
    /// With the places of the file.
    pub document: Result<Node, Unread>,
    /// What it is under other conditions of its template.
    pub alternatives: Vec<Node>,
    /// What it is, where the file says so.
    pub kind: Option<Kind>,
    pub facts: Facts,
    /// What the file does not say of it.
    pub unknown: Vec<Unknown>,
    /// Why it cannot be read as it is under other conditions.
    pub alternatives_unread: Vec<Unknown>,
}

/// Why there is no document.
#[derive(Debug, Clone)]
pub enum Unread {
    /// It is not JSON.
    Fault(Unreadable),
    /// It is not in the file.
    Unknown(Unknown),
}

impl Found {
    fn of(name: Option<String>, document: Result<Node, Unread>) -> Self {
        Self {
            name,
            document,
            alternatives: Vec::new(),
            kind: None,
            facts: Facts::default(),
            unknown: Vec::new(),
            alternatives_unread: Vec::new(),
        }
    }

    /// The document that is in this node of the file, or in a string there.
    fn read(name: Option<String>, node: &Node, file: &str, attached: Attached, known: &Facts) -> Self {
        let kind = if attached == Attached::Trust { Kind::Trust } else { Kind::Identity };
        let document = embedded::read(node, file).map_err(Unread::Fault);
        Self { kind: Some(kind), facts: Facts { attached, ..known.clone() }, ..Self::of(name, document) }
    }

    fn unknown(name: Option<String>, unknown: Unknown) -> Self {
        Self::of(name, Err(Unread::Unknown(unknown)))
    }

    /// The same policy under other conditions. If its statement list is then empty, it could not be deployed, and does not count.
    fn also(&mut self, other: Self) {
        match other.document {
            Err(Unread::Unknown(unknown)) => self.alternatives_unread.push(unknown),
            Err(Unread::Fault(Unreadable { reason, span })) => {
                self.alternatives_unread.push(Unknown::new(span, format!("this is not JSON: {reason}"), "correct this place"));
            }
            Ok(document) => {
                let has_statements = document.get("Statement").is_some_and(|list| list.is_object() || !list.items().is_empty());
                let is_new = |document: &Node| self.document.as_ref().ok() != Some(document) && !self.alternatives.contains(document);
                if has_statements && is_new(&document) {
                    self.alternatives.push(document);
                }
            }
        }
        self.unknown.extend(other.unknown);
        for known in [&mut self.unknown, &mut self.alternatives_unread] {
            let mut seen = Vec::new();
            known.retain(|unknown| {
                let is_new = !seen.contains(&unknown.span);
                seen.push(unknown.span);
                is_new
            });
        }
    }

    /// The gaps in one of its documents.
    #[must_use]
    pub fn gaps(&self, document: &Node) -> Gaps {
        Gaps::of(document, &self.unknown.iter().map(|unknown| unknown.span).collect::<Vec<_>>())
    }
}

/// A policy that something refers to by its ARN. Those that AWS publishes need no check.
fn by_arn(arn: &str, span: Span) -> Option<Unknown> {
    let account = arn.split(':').nth(4)?;
    (account != "aws").then(|| not_here(arn, span))
}

fn not_here(name: &str, span: Span) -> Unknown {
    let cure = "check it too: `aws iam get-account-authorization-details --filter LocalManagedPolicy | vault policy check -`";
    Unknown::new(span, format!("the policy `{name}` is used here, and is not in this file"), cure)
}

/// The policies in the text of one file.
///
/// # Errors
/// When the text is neither JSON nor a template in YAML.
pub fn gather(text: &str, known: &Facts) -> Result<Vec<Found>, Unreadable> {
    let root = match json::read(text) {
        Ok(root) => root,
        // If it is not a template, the JSON fault says more.
        Err(_) if cloudformation::looks_like_template(text) => yaml::read(text)?,
        Err(fault) => return Err(fault),
    };
    Ok(if cloudformation::is_template(&root) {
        cloudformation::policies(&root, text, known)
    } else if terraform::is_plan(&root) {
        terraform::policies(&root, text, known)
    } else if terraform::is_configuration(&root) {
        terraform::configured(&root, text, known)
    } else if dump::is_dump(&root) {
        dump::policies(&root, text, known)
    } else if let Some(found) = answers::policies(&root, text, known) {
        found
    } else {
        documents(root, known)
    })
}

/// Whether a text that is not JSON is a terraform configuration.
#[must_use]
pub fn looks_like_terraform(text: &str) -> bool {
    let starts = ["resource \"", "data \"", "module \"", "variable \"", "provider \"", "locals {", "terraform {"];
    text.lines().any(|line| starts.iter().any(|start| line.starts_with(start)))
}

/// One document, or an object of several by their names, as `vault policy` prints them.
fn documents(root: Node, known: &Facts) -> Vec<Found> {
    let several = root.get("Statement").is_none()
        && !root.members().is_empty()
        && root.members().iter().all(|member| member.value.get("Statement").is_some());
    let found = |name: Option<String>, document: Node| Found { facts: known.clone(), ..Found::of(name, Ok(document)) };
    if several {
        root.members().iter().map(|member| found(Some(member.name.clone()), member.value.clone())).collect()
    } else {
        vec![found(None, root)]
    }
}
