//! `size`: documents that AWS does not take because they are too long. Never looks at what they say.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use super::super::document::{Kind, size};
use crate::judge::Severity;

use super::finding::{Finding, Id};
use super::subject::{Attached, Subject};

/// The most characters of a managed policy, without white space.
pub const MANAGED: usize = 6144;
pub const IN_USER: usize = 2048;
pub const IN_GROUP: usize = 5120;
pub const IN_ROLE: usize = 10240;
pub const TRUST: usize = 2048;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let (most, of) = match (subject.facts.attached, subject.kind) {
        // AWS's own policies may exceed every limit, in any version.
        (Attached::OfAws, _) => return,
        (Attached::InUser, _) => (IN_USER, "an inline policy of a user"),
        (Attached::InGroup, _) => (IN_GROUP, "an inline policy of a group"),
        (Attached::InRole, _) => (IN_ROLE, "an inline policy of a role"),
        (Attached::Trust, _) | (_, Kind::Trust) => (TRUST, "a trust policy"),
        _ => (MANAGED, "a managed policy"),
    };
    let size = size(subject.document);
    if size <= most {
        return;
    }
    let message = format!("it has {size} characters without white space, but AWS allows {most} for {of}");
    let fix = match subject.kind {
        Kind::Trust => "name fewer principals, or ask AWS for a higher quota".to_owned(),
        Kind::Identity => format!("split it into managed policies of {MANAGED} characters at most"),
    };
    let mut finding = Finding::of_document(Id::Size, subject.policy.span, message, fix);
    if subject.kind == Kind::Identity && subject.facts.attached == Attached::Unknown {
        // It may be an inline policy of a role, or one that AWS publishes, as far as the document says.
        finding.severity = Severity::Warning;
    }
    found.push(finding);
}
