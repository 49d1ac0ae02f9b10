//! Finds the policies in a file, whatever kind of file it is. Never reads one from the disk, and never decides what is wrong with them.

mod cloudformation;
mod dump;
mod embedded;
mod terraform;
mod yaml;

use super::document::Kind;
use super::json::{self, Unreadable};
use super::lint::Facts;
use super::tree::Node;

/// A policy in a file.
#[derive(Debug, Clone)]
pub struct Found {
    /// The one of several: a logical id, an address or an ARN.
    pub name: Option<String>,
    /// With the places of the file.
    pub document: Result<Node, Unreadable>,
    /// What it is, where the file says so.
    pub kind: Option<Kind>,
    pub facts: Facts,
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
        cloudformation::policies(&root, known)
    } else if terraform::is_plan(&root) {
        terraform::policies(&root, text, known)
    } else if dump::is_dump(&root) {
        dump::policies(&root, text, known)
    } else {
        documents(root, known)
    })
}

/// One document, or an object of several by their names, as `vault policy` prints them.
fn documents(root: Node, known: &Facts) -> Vec<Found> {
    let several = root.get("Statement").is_none()
        && !root.members().is_empty()
        && root.members().iter().all(|member| member.value.get("Statement").is_some());
    let found = |name: Option<String>, document: Node| Found { name, document: Ok(document), kind: None, facts: known.clone() };
    if several {
        root.members().iter().map(|member| found(Some(member.name.clone()), member.value.clone())).collect()
    } else {
        vec![found(None, root)]
    }
}
