//! Writes a bundle in the form of each tool that deploys it. Never changes what a policy says.

mod cdk;
mod cloudformation;
mod hcl;
mod terraform;

pub use cdk::cdk;
pub use cloudformation::cloudformation;
pub use terraform::terraform;

use super::super::document::policy_node;
use super::super::json;
use super::super::tree::Node;
use super::Bundle;

/// The document, or an object with one for each name.
#[must_use]
pub fn document(bundle: &Bundle, partition: &str) -> Node {
    let documents = bundle.documents(partition);
    match documents.as_slice() {
        [(_, policy)] => policy_node(policy),
        several => Node::object(several.iter().map(|(name, policy)| (name.as_str(), policy_node(policy)))),
    }
}

#[must_use]
pub fn as_json(bundle: &Bundle, partition: &str) -> String {
    json::pretty(&document(bundle, partition)) + "\n"
}

/// Words of at most so many characters a line, after a mark such as `# `.
fn comment(out: &mut String, indent: usize, mark: &str, text: &str) {
    const WIDEST: usize = 96;
    let mut line = String::new();
    let mut end = |line: &mut String| {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(mark);
        out.push_str(line);
        out.push('\n');
        line.clear();
    };
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + mark.len() + line.len() + word.len() >= WIDEST {
            end(&mut line);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    end(&mut line);
}

/// `SelfEditingPolicy` as `self_editing_policy`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let ends_an_acronym = before.is_ascii_uppercase() && chars.peek().is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && before != '_' && (!before.is_ascii_uppercase() || ends_an_acronym) {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        before = c;
    }
    out
}

/// `mfaManagementAllowed` as `MfaManagementAllowed`.
fn pascal(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_each_language_writes_them() {
        for (name, expected) in [
            ("SelfEditingPolicy", "self_editing_policy"),
            ("blockNonMFAAccess", "block_non_mfa_access"),
            ("mfaManagementAllowed", "mfa_management_allowed"),
            ("Role2", "role2"),
        ] {
            assert_eq!(snake(name), expected);
        }
        assert_eq!(pascal("mfaManagementAllowed"), "MfaManagementAllowed");
        let mut out = String::new();
        comment(&mut out, 2, "# ", &"word ".repeat(40));
        assert!(out.lines().count() > 1 && out.lines().all(|line| line.len() <= 96 && line.starts_with("  # word")), "{out}");
    }
}
