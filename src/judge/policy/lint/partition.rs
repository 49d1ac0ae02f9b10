//! `partition`: ARNs of another partition than the account's. Never guesses the account's partition.

use crate::model::{Partition, Region};

use super::super::document::{Statement, Text, arn_parts};
use super::cases::Cases;
use super::finding::{Finding, Id};
use super::subject::Subject;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined() {
        let wrong: Vec<_> = texts(statement).filter_map(|text| Some((text, right(subject, &text.value)?))).collect();
        let Some((first, (there, should))) = wrong.first() else { continue };
        let message =
            format!("`{}` is an ARN of the partition `{there}`, and the account is in `{should}`: it matches nothing there", first.value);
        let mut corrected = statement.clone();
        for text in texts_of(&mut corrected) {
            if let Some((there, should)) = right(subject, &text.value) {
                text.value = text.value.replacen(&format!("arn:{there}:"), &format!("arn:{should}:"), 1);
            }
        }
        let fix = format!("write `arn:{should}:`; templates have `AWS::Partition`, `data.aws_partition` and `Aws.PARTITION` for it");
        let cases = Cases::always(statement.effect, false);
        found.push(Finding::new(Id::Partition, statement, first.span, message, fix).effect(cases).corrected(corrected));
    }
}

fn texts(statement: &Statement) -> impl Iterator<Item = &Text> {
    let principals = statement.principal.iter().flat_map(|principal| &principal.who).map(|who| &who.name);
    let resources = statement.resource.iter().flat_map(|patterns| &patterns.patterns);
    let values = statement.tests().flat_map(|(_, test)| &test.values);
    principals.chain(resources).chain(values)
}

fn texts_of(statement: &mut Statement) -> impl Iterator<Item = &mut Text> {
    let principals = statement.principal.iter_mut().flat_map(|principal| &mut principal.who).map(|who| &mut who.name);
    let resources = statement.resource.iter_mut().flat_map(|patterns| &mut patterns.patterns);
    let tests = statement.conditions.iter_mut().flat_map(|block| &mut block.tests);
    principals.chain(resources).chain(tests.flat_map(|test| &mut test.values))
}

/// The partition that a fixed one should be, where it is another: the account's, else that of the ARN's own region.
fn right(subject: &Subject<'_>, text: &str) -> Option<(String, String)> {
    let parts = arn_parts(text);
    let ["arn", there, _, region, ..] = parts.as_slice() else { return None };
    let fixed = |text: &str| !text.is_empty() && !text.contains(['*', '?', '$']);
    if parts.len() < 6 || !fixed(there) {
        return None;
    }
    let of_region = || {
        let region = Region::parse(region).ok().filter(|_| fixed(region))?;
        let of = Partition::of_region(&region);
        // Every region that is unknown counts as one of `aws`.
        (of != Partition::Aws).then(|| of.as_str().to_owned())
    };
    let should = subject.facts.partition.clone().or_else(of_region)?;
    (should != *there).then(|| ((*there).to_owned(), should))
}
