//! `syntax`: what makes a document no policy. Never finds what IAM would take.

use super::super::document::Reading;
use super::finding::{Finding, Id};

pub(super) fn find(reading: &Reading, found: &mut Vec<Finding>) {
    found.extend(reading.faults.iter().map(|fault| Finding {
        id: Id::Syntax,
        statement: fault.statement.clone(),
        span: fault.span,
        message: format!("IAM does not accept this: {}", fault.reason),
        effect: None,
        corrected: None,
        fix: "correct this place".to_owned(),
    }));
}
