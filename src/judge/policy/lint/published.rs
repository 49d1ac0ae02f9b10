//! Decides whether a document is one that AWS itself publishes and that is longer than anyone else's may be. Never decides by a name.

use sha2::{Digest as _, Sha256};

use super::super::json;
use super::super::tree::{Node, Value};

/// Fingerprints, one a line: made from the managed policies that moto carries (`tests/suite/policy/corpus.rs`).
const PUBLISHED: &str = include_str!("published.txt");

pub(super) fn is_of_aws(document: &Node) -> bool {
    let own = fingerprint(document);
    PUBLISHED.lines().any(|line| line == own)
}

/// The same for documents that differ in white space and in the order of elements alone.
#[must_use]
pub fn fingerprint(document: &Node) -> String {
    let digest = Sha256::digest(json::compact(&sorted(document)));
    hex::encode(&digest[..12])
}

fn sorted(node: &Node) -> Node {
    match &node.value {
        Value::List(items) => items.iter().map(sorted).collect::<Vec<_>>().into(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|member| (member.name.as_str(), sorted(&member.value))).collect();
            members.sort_by(|one, other| one.0.cmp(other.0));
            Node::object(members)
        }
        _ => node.clone(),
    }
}
