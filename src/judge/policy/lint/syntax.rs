//! `syntax`: what makes a document no policy. Never finds what IAM would take.

use super::super::document::Reading;
use super::finding::{Finding, Id};

pub(super) fn find(reading: &Reading, found: &mut Vec<Finding>) {
    found.extend(reading.faults.iter().map(|fault| Finding {
        statement: fault.statement.clone(),
        ..Finding::of_document(Id::Syntax, fault.span, format!("IAM does not accept this: {}", fault.reason), "correct this place")
    }));
}
