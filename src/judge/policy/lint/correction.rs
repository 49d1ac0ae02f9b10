//! Makes the corrected statement of a finding fit to paste: cures everything else that is wrong in it and can be cured there, and names what
//! remains. Never changes another statement.

use crate::model::ticked;

use super::super::document::{Policy, Statement, policy_node, read};
use super::super::json;
use super::finding::{Finding, Id};
use super::subject::{Facts, Subject};
use super::{Kind, find};

/// No statement needs this many rounds: each cures one trap.
const ROUNDS: usize = 24;

/// Completes every correction. All findings of one statement show the same one.
pub(super) fn complete(subject: &Subject<'_>, found: &mut [Finding]) {
    for (at, statement) in subject.policy.statements.iter().enumerate() {
        let is_here = |finding: &Finding| finding.statement.as_ref().is_some_and(|(index, _)| *index == statement.index);
        let mut here: Vec<_> = found.iter_mut().filter(|finding| is_here(finding)).collect();
        let Some(first) = here.iter().find_map(|finding| finding.corrected.clone()) else { continue };
        let (corrected, remaining) = cured(subject, at, first);
        let cured: Vec<_> = here.iter().map(|finding| finding.id).filter(|id| remaining.iter().all(|left| left.id != *id)).collect();
        for finding in here.iter_mut().filter(|finding| finding.corrected.is_some()) {
            finding.corrected = Some(corrected.clone());
            finding.remaining = remaining.iter().map(|left| left.id).collect();
            finding.fix.push_str(&rest(finding.id, &cured, &remaining));
        }
    }
}

/// The statement with everything cured that can be cured in it, starting from the first correction, and the findings that are left.
fn cured(subject: &Subject<'_>, at: usize, first: Statement) -> (Statement, Vec<Finding>) {
    let mut seen = vec![first];
    loop {
        let last = seen.last().expect("there is one from the beginning");
        let left = findings(subject.policy, subject.kind, subject.facts, at, last);
        let next = left.iter().find_map(|finding| finding.corrected.clone().filter(|next| !seen.contains(next)));
        match next {
            Some(next) if seen.len() < ROUNDS => seen.push(next),
            _ => return (last.clone(), left),
        }
    }
}

/// The findings about this statement, in the place of the policy's own one.
fn findings(policy: &Policy, kind: Kind, facts: &Facts, at: usize, statement: &Statement) -> Vec<Finding> {
    let mut policy = policy.clone();
    policy.statements[at] = statement.clone();
    // Read again: places tell two conditions on one key apart.
    let Ok(document) = json::read(&json::compact(&policy_node(&policy))) else { return Vec::new() };
    let reading = read(&document, Some(kind));
    // The others are as they were: to examine them again for every statement would take minutes where there are hundreds.
    let mut found = find(&Subject::new(&document, &reading, facts).only(at), &reading);
    // What is about the document, or about the first statement of a kind, is found all the same.
    found.retain(|finding| finding.statement.as_ref().is_some_and(|(index, _)| *index == at));
    found
}

/// What the correction cures besides the finding, and what it leaves.
fn rest(own: Id, gone: &[Id], remaining: &[Finding]) -> String {
    let mut others: Vec<_> = gone.iter().filter(|id| **id != own).map(|id| id.as_str()).collect();
    others.sort_unstable();
    others.dedup();
    let also = if others.is_empty() { String::new() } else { format!("; the corrected statement also cures {}", ticked(&others)) };
    let left = remaining.iter().map(|left| format!("; `{}` remains in the corrected statement: {}", left.id.as_str(), left.fix));
    std::iter::once(also).chain(left).collect()
}
