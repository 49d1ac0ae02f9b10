//! What the policy checks say of the statements that decided. Never looks at the other statements of their policies.

use crate::judge::Finding;
use crate::judge::policy::check::{Options, Report};
use crate::judge::policy::document::statement_node;
use crate::judge::policy::lint;
use crate::judge::policy::tree::Node;

use super::seen::SeenPolicy;

/// A trap in a statement that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Trap {
    pub finding: Finding,
    /// The statement as it should be.
    pub corrected: Option<Node>,
}

/// The traps in the statements that decided.
#[must_use]
pub fn traps(policies: &[SeenPolicy]) -> Vec<Trap> {
    policies.iter().flat_map(of_policy).collect()
}

fn of_policy(policy: &SeenPolicy) -> Vec<Trap> {
    let report = Report::of(&policy.name, &policy.document, &Options::default());
    let named = report.policies.iter().filter_map(|checked| checked.read.as_ref()).flat_map(|(_, reading)| &reading.policy.statements);
    let named: Vec<_> = named.filter_map(|statement| statement.sid.as_ref()).map(|sid| sid.value.as_str()).collect();
    // AWS makes up a name for a statement without a Sid.
    let is_made_up = policy.sids.iter().any(|sid| !named.contains(&sid.as_str()));
    let decided = |finding: &lint::Finding| match &finding.statement {
        // AWS applied the statement: if this program cannot read it, that is not a fault in the policy.
        _ if finding.id == lint::Id::Syntax => false,
        Some((_, Some(sid))) => policy.sids.contains(sid),
        Some((_, None)) => is_made_up,
        None => false,
    };
    report.findings().filter(|(_, finding)| decided(finding)).map(|(_, finding)| trap(&policy.name, finding)).collect()
}

fn trap(policy: &str, found: &lint::Finding) -> Trap {
    let statement = match &found.statement {
        Some((_, Some(sid))) => format!("statement `{sid}`"),
        Some((index, None)) => format!("statement {}", index + 1),
        None => "the policy".to_owned(),
    };
    Trap {
        finding: Finding::new(found.id.kind(), policy, format!("the deciding {statement} has a fault: {}", found.message)).fix(&found.fix),
        corrected: found.corrected.as_ref().map(statement_node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"Version": "2012-10-17", "Statement": [
        {"Sid": "Block", "Effect": "Deny", "NotAction": ["iam:*MFADevice*", "iam:GetUser"], "Resource": "*",
         "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Sid": "Mine", "Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*"}]}"#;

    fn ids(document: &str, sids: &[&str]) -> Vec<&'static str> {
        let sids = sids.iter().map(|sid| (*sid).to_owned()).collect();
        let found = traps(&[SeenPolicy { name: "arn:aws:iam::123456789012:policy/P".to_owned(), sids, document: document.to_owned() }]);
        found.iter().map(|trap| trap.finding.kind.id).collect()
    }

    #[test]
    fn only_the_statements_that_decided_are_checked() {
        assert_eq!(ids(DOCUMENT, &["Block"]), ["not-action-missing", "first-password"]);
        assert_eq!(ids(DOCUMENT, &["statement-2-of-3"]), ["deny-bool"], "AWS made up this name");
        assert!(ids(DOCUMENT, &[]).is_empty());
        for nonsense in ["", "{", "[]", "{\"Statement\": 3}", "null"] {
            assert!(ids(nonsense, &["Block"]).is_empty(), "{nonsense}");
        }
    }

    #[test]
    fn the_statement_is_there_as_it_should_be() {
        let policy = SeenPolicy { name: "P".to_owned(), sids: vec!["Block".to_owned()], document: DOCUMENT.to_owned() };
        let trap = &traps(&[policy])[0];
        let corrected = crate::judge::policy::json::compact(trap.corrected.as_ref().unwrap());
        assert!(
            corrected.starts_with(r#"{"Sid":"Block","Effect":"Deny","NotAction":["#) && corrected.contains("sts:GetSessionToken"),
            "{corrected}"
        );
        assert!(
            trap.finding.message.starts_with("the deciding statement `Block` has a fault: users without MFA cannot get it"),
            "{trap:?}"
        );
    }
}
