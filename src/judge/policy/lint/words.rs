//! `mfa-value`, `condition-key`: values and names of keys that AWS does not know, so that a condition is never what it seems.

use super::super::document::{Base, Effect, Operator, Statement, Test};
use super::super::evaluate::Mfa;
use super::cases::mfa_cases;
use super::finding::{Finding, Id};
use super::mfa_keys::looks_like_mfa;
use super::rewrite::{with_operator, without};
use super::subject::Subject;

/// The keys of every service
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
const GLOBAL: &[&str] = &[
    "aws:AssumedRoot",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:Ec2InstanceSourceVpc",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:IsMcpServiceAction",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalOrgMasterAccountId",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalType",
    "aws:referer",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:userid",
    "aws:username",
    "aws:ViaAWSService",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
];

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined() {
        for (block, test) in statement.tests() {
            if test.asks(Mfa::PRESENT) && (block.operator.base == Base::Bool || block.operator.base == Base::Null) {
                found.extend(value(statement, block.operator, test));
            }
            found.extend(key(statement, block.operator, test));
        }
    }
}

fn value(statement: &Statement, operator: Operator, test: &Test) -> Option<Finding> {
    let wrong = test.values.iter().find(|value| !["true", "false"].iter().any(|known| value.value.eq_ignore_ascii_case(known)))?;
    let message = format!("`{}` is neither `true` nor `false`: AWS treats every other value as false, and reports no error", wrong.value);
    // What was meant: a Deny without MFA, an Allow with it.
    let (fitting, value) = match statement.effect {
        Effect::Deny => (Operator::BOOL_IF_EXISTS, "false"),
        Effect::Allow => (Operator::BOOL, "true"),
    };
    let operator = if operator.base == Base::Bool { fitting } else { operator };
    let fix = format!("write `\"{operator}\": {{\"aws:MultiFactorAuthPresent\": \"{value}\"}}`");
    let corrected = with_operator(statement, operator, test, value);
    Some(Finding::new(Id::MfaValue, statement, wrong.span, message, fix).effect(mfa_cases(statement)).corrected(corrected))
}

fn key(statement: &Statement, operator: Operator, test: &Test) -> Option<Finding> {
    let right = meant(&test.key.value, operator)?;
    let message = format!(
        "there is no condition key `{}`: AWS accepts the name, but no request has such a key, so the condition does not check what you meant",
        test.key.value
    );
    let fix = format!("write `{right}`");
    let is_there = statement.tests().any(|(block, other)| block.operator == operator && other.asks(right));
    // The condition that looks at the key already says what counts.
    let corrected = if is_there { without(statement, test) } else { renamed(statement, test, right) };
    Some(Finding::new(Id::ConditionKey, statement, test.key.span, message, fix).effect(mfa_cases(statement)).corrected(corrected))
}

fn renamed(statement: &Statement, test: &Test, right: &str) -> Statement {
    let mut corrected = statement.clone();
    for other in corrected.conditions.iter_mut().flat_map(|block| &mut block.tests) {
        if other.span == test.span && other.key == test.key {
            right.clone_into(&mut other.key.value);
        }
    }
    corrected
}

/// The key that was meant by one that does not exist.
fn meant(key: &str, operator: Operator) -> Option<&'static str> {
    if looks_like_mfa(key) {
        let about_age = operator.base.is_numeric() || key.to_ascii_lowercase().contains("age");
        return Some(if about_age { Mfa::AGE } else { Mfa::PRESENT });
    }
    let lower = key.to_ascii_lowercase();
    if lower.contains('/') || GLOBAL.iter().any(|known| known.eq_ignore_ascii_case(key)) {
        return None;
    }
    if !lower.contains(':') {
        let without_prefix = |known: &&&str| known.strip_prefix("aws:").is_some_and(|name| name.eq_ignore_ascii_case(key));
        return GLOBAL.iter().find(without_prefix).copied();
    }
    if !lower.starts_with("aws:") {
        return None;
    }
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_ascii_lowercase(), &lower);
    GLOBAL.iter().copied().find(|known| distance(known) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_nobody_has_is_told_from_one_that_is_new() {
        for (key, expected) in [
            ("aws:MultiFactorAuthPresent", None),
            ("AWS:multifactorauthpresent", None),
            ("aws:MultifactorAuthPresence", Some(Mfa::PRESENT)),
            ("aws:MultiFactorAuthPresnt", Some(Mfa::PRESENT)),
            ("aws:MFAPresent", Some(Mfa::PRESENT)),
            ("MultiFactorAuthPresent", Some(Mfa::PRESENT)),
            ("iam:MultiFactorAuthPresent", Some(Mfa::PRESENT)),
            ("aws:MultiFactorAuth", Some(Mfa::PRESENT)),
            ("aws:MultiFactorAge", Some(Mfa::AGE)),
            ("aws:SourceIP", None),
            ("aws:SourcIp", Some("aws:SourceIp")),
            ("SourceIp", Some("aws:SourceIp")),
            ("aws:RequestTag/mfapresent", None),
            ("aws:SomethingQuiteNew", None),
            ("s3:prefix", None),
        ] {
            assert_eq!(meant(key, Operator::BOOL), expected, "{key}");
        }
        // No key that exists is near another one that exists.
        for key in GLOBAL {
            assert_eq!(meant(key, Operator::BOOL), None, "{key}");
        }
    }
}
