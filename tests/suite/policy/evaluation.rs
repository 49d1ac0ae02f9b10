//! The evaluator against AWS's documentation, row by row with its page, and properties that hold for all policies.

use proptest::prelude::*;

use vault::judge::policy::document::{self, Base, Effect, Kind, Operator, Policy, Principal, SetOperator, Statement, policy_node};
use vault::judge::policy::evaluate::{Caller, Context, Decision, Lacking, Mfa, Policies, Request, applying, decide};
use vault::judge::policy::json;

/// Pages of the IAM user guide, below <https://docs.aws.amazon.com/IAM/latest/UserGuide/>.
const OPERATORS: &str = "reference_policies_elements_condition_operators.html";
const SETS: &str = "reference_policies_condition-single-vs-multi-valued-context-keys.html";
const VARIABLES: &str = "reference_policies_variables.html";
const LOGIC: &str = "reference_policies_evaluation-logic.html";
const MFA: &str = "id_credentials_mfa_configure-api-require.html";

fn policy(text: &str) -> Policy {
    let tree = json::read(text).unwrap_or_else(|fault| panic!("{fault:?}: {text}"));
    let reading = document::read(&tree, None);
    assert_eq!(reading.faults, [], "{text}");
    reading.policy
}

fn request(action: &str, resource: &str, context: Context) -> Request {
    Request { action: action.to_owned(), resource: resource.to_owned(), caller: Caller::user("aws", "123456789012", "alice"), context }
}

fn allows(policy: &Policy, request: &Request) -> bool {
    decide(Policies { identity: &[policy], ..Policies::default() }, request).is_allowed()
}

/// Whether `"Condition": …` holds for these keys.
fn holds(condition: &str, keys: &[(&str, &[&str])]) -> bool {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}}}"#
    );
    let context = keys.iter().fold(Context::default(), |context, (key, values)| context.with_all(key, values));
    allows(&policy(&text), &request("s3:GetObject", "*", context))
}

#[test]
fn conditions_hold_as_the_documentation_says() {
    type Row = (&'static str, &'static str, &'static [(&'static str, &'static [&'static str])], bool);
    const ROWS: &[Row] = &[
        // "a logical OR" of the values, "a logical AND" of the keys and of the operators.
        (OPERATORS, r#"{"StringEquals": {"aws:a": ["x", "y"]}}"#, &[("aws:a", &["y"])], true),
        (OPERATORS, r#"{"StringEquals": {"aws:a": "x", "aws:b": "y"}}"#, &[("aws:a", &["x"]), ("aws:b", &["z"])], false),
        (OPERATORS, r#"{"StringEquals": {"aws:a": "x"}, "StringLike": {"aws:b": "y*"}}"#, &[("aws:a", &["x"]), ("aws:b", &["yes"])], true),
        // "a logical NOR" of the values of negated operators.
        (OPERATORS, r#"{"StringNotEquals": {"aws:a": ["x", "y"]}}"#, &[("aws:a", &["y"])], false),
        (OPERATORS, r#"{"StringNotEquals": {"aws:a": ["x", "y"]}}"#, &[("aws:a", &["z"])], true),
        // "If the key that you specify in a policy condition is not present in the request context, the values do not match" …
        (OPERATORS, r#"{"StringEquals": {"aws:a": "x"}}"#, &[], false),
        (OPERATORS, r#"{"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}"#, &[], false),
        // … "if you use a negated matching condition operator …, the condition is true".
        (OPERATORS, r#"{"StringNotEquals": {"aws:a": "x"}}"#, &[], true),
        (OPERATORS, r#"{"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}"#, &[], true),
        (OPERATORS, r#"{"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#, &[], true),
        // `IfExists`: "If the key is not present, evaluate the condition element as true."
        (OPERATORS, r#"{"StringLikeIfExists": {"aws:a": "x"}}"#, &[], true),
        (OPERATORS, r#"{"StringLikeIfExists": {"aws:a": "x"}}"#, &[("aws:a", &["y"])], false),
        // `Null`: "true (the key doesn't exist …) or false (the key exists and its value is not null)".
        (OPERATORS, r#"{"Null": {"aws:TokenIssueTime": "true"}}"#, &[], true),
        (OPERATORS, r#"{"Null": {"aws:TokenIssueTime": "false"}}"#, &[("aws:TokenIssueTime", &["x"])], true),
        (OPERATORS, r#"{"Null": {"aws:TokenIssueTime": "true"}}"#, &[("aws:TokenIssueTime", &["x"])], false),
        // Keys ignore case, values of `StringEquals` do not.
        (OPERATORS, r#"{"StringEquals": {"AWS:A": "x"}}"#, &[("aws:a", &["x"])], true),
        (OPERATORS, r#"{"StringEquals": {"aws:a": "X"}}"#, &[("aws:a", &["x"])], false),
        (OPERATORS, r#"{"StringEqualsIgnoreCase": {"aws:a": "X"}}"#, &[("aws:a", &["x"])], true),
        (OPERATORS, r#"{"Bool": {"aws:SecureTransport": "FALSE"}}"#, &[("aws:SecureTransport", &["false"])], true),
        (
            OPERATORS,
            r#"{"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}"#,
            &[("aws:TokenIssueTime", &["2020-01-01T00:00:02Z"])],
            true,
        ),
        // "Each of the six colon-delimited components of the ARN is checked separately".
        (
            OPERATORS,
            r#"{"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}}"#,
            &[("aws:SourceArn", &["arn:aws:sns:us-east-1:123456789012:t:x"])],
            true,
        ),
        (
            OPERATORS,
            r#"{"ArnLike": {"aws:SourceArn": "arn:aws:sns:*"}}"#,
            &[("aws:SourceArn", &["arn:aws:sns:us-east-1:123456789012:t"])],
            false,
        ),
        // `ForAllValues`: "every member of the request set is a subset of the condition key set", "also returns true if there are no keys".
        (SETS, r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}"#, &[("aws:TagKeys", &["a", "b"])], true),
        (SETS, r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}"#, &[("aws:TagKeys", &["a", "c"])], false),
        (SETS, r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}"#, &[], true),
        // `ForAnyValue`: "at least one member", "For no matching key …, the condition returns false".
        (SETS, r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}}"#, &[("aws:TagKeys", &["c", "b"])], true),
        (SETS, r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}}"#, &[], false),
        (SETS, r#"{"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}}"#, &[], false),
        // Variables, their defaults, and escapes.
        (
            VARIABLES,
            r#"{"StringLike": {"s3:prefix": "home/${aws:username}/*"}}"#,
            &[("s3:prefix", &["home/alice/x"]), ("aws:username", &["alice"])],
            true,
        ),
        (VARIABLES, r#"{"StringLike": {"s3:prefix": "home/${aws:username}/*"}}"#, &[("s3:prefix", &["home//x"])], false),
        (
            VARIABLES,
            r#"{"StringEquals": {"s3:prefix": "${aws:PrincipalTag/team, 'company-wide'}"}}"#,
            &[("s3:prefix", &["company-wide"])],
            true,
        ),
        (VARIABLES, r#"{"StringLike": {"s3:prefix": "${*}x"}}"#, &[("s3:prefix", &["ax"])], false),
        (VARIABLES, r#"{"StringLike": {"s3:prefix": "${*}x"}}"#, &[("s3:prefix", &["*x"])], true),
        // "The key is not present when the user … uses long-term credentials".
        (MFA, r#"{"Bool": {"aws:MultiFactorAuthPresent": "false"}}"#, &[], false),
        (MFA, r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}"#, &[], true),
        (MFA, r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}"#, &[("aws:MultiFactorAuthPresent", &["true"])], false),
        (MFA, r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#, &[("aws:MultiFactorAuthPresent", &["true"])], true),
    ];
    for (page, condition, keys, expected) in ROWS {
        assert_eq!(holds(condition, keys), *expected, "{condition} with {keys:?}: {page}");
    }
}

#[test]
fn actions_and_resources_match_as_the_documentation_says() {
    for (statement, action, resource, expected) in [
        (r#""Action": "iam:Get*", "Resource": "*""#, "IAM:getuser", "*", true),
        (r#""Action": "iam:?etUser", "Resource": "*""#, "iam:GetUser", "*", true),
        (r#""NotAction": "iam:*", "Resource": "*""#, "s3:GetObject", "*", true),
        (r#""NotAction": "iam:*", "Resource": "*""#, "iam:GetUser", "*", false),
        (r#""Action": "s3:*", "NotResource": "arn:aws:s3:::a/*""#, "s3:GetObject", "arn:aws:s3:::b/x", true),
        (r#""Action": "s3:*", "NotResource": "arn:aws:s3:::a/*""#, "s3:GetObject", "arn:aws:s3:::a/x", false),
        (r#""Action": "s3:*", "Resource": "arn:aws:s3:::A/*""#, "s3:GetObject", "arn:aws:s3:::a/x", false),
        (
            r#""Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:username}""#,
            "iam:GetUser",
            "arn:aws:iam::123456789012:user/alice",
            true,
        ),
        (
            r#""Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:username}""#,
            "iam:GetUser",
            "arn:aws:iam::123456789012:user/bob",
            false,
        ),
    ] {
        let with = |version: &str| policy(&format!(r#"{{"Version": "{version}", "Statement": [{{"Effect": "Allow", {statement}}}]}}"#));
        let request = request(action, resource, Context::default().with("aws:username", "alice"));
        assert_eq!(allows(&with("2012-10-17"), &request), expected, "{statement} for {action} on {resource}: {VARIABLES}");
        if statement.contains("${") {
            assert!(!allows(&with("2008-10-17"), &request), "in the old version, a variable is plain text");
        }
    }
}

#[test]
fn policies_of_several_kinds_limit_each_other() {
    let all = policy(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#);
    let s3 = policy(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#);
    let no_s3 = policy(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}"#);
    let (of_s3, of_ec2) = (request("s3:GetObject", "*", Context::default()), request("ec2:RunInstances", "*", Context::default()));
    let identity: &[&Policy] = &[&all];
    // LOGIC: "an explicit deny in any of these policies overrides the allow"; a boundary and a session policy limit, and grant nothing.
    assert_eq!(decide(Policies { identity: &[], ..Policies::default() }, &of_s3), Decision::NotAllowed(Lacking::Identity), "{LOGIC}");
    assert!(decide(Policies { identity, boundary: Some(&[&s3]), ..Policies::default() }, &of_s3).is_allowed());
    assert_eq!(
        decide(Policies { identity, boundary: Some(&[&s3]), ..Policies::default() }, &of_ec2),
        Decision::NotAllowed(Lacking::Boundary),
        "{LOGIC}"
    );
    assert_eq!(
        decide(Policies { identity, session: Some(&[&s3]), ..Policies::default() }, &of_ec2),
        Decision::NotAllowed(Lacking::Session),
        "{LOGIC}"
    );
    assert!(!decide(Policies { identity: &[], boundary: Some(identity), ..Policies::default() }, &of_s3).is_allowed());
    assert!(matches!(decide(Policies { identity: &[&all, &no_s3], ..Policies::default() }, &of_s3), Decision::Denied(_)));
    assert!(matches!(decide(Policies { identity, session: Some(&[&all, &no_s3]), ..Policies::default() }, &of_s3), Decision::Denied(_)));
}

#[test]
fn a_trust_policy_is_needed_and_is_enough_if_it_names_a_caller_in_its_own_account() {
    let allow = policy(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}"#);
    let trust = |principal: &str| {
        policy(&format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole"}}]}}"#
        ))
    };
    let alice = Caller::user("aws", "123456789012", "alice");
    for (principal, account, with_identity, alone) in [
        (r#"{"AWS": "arn:aws:iam::123456789012:user/alice"}"#, "123456789012", true, true),
        (r#"{"AWS": "arn:aws:iam::123456789012:root"}"#, "123456789012", true, false),
        (r#"{"AWS": "123456789012"}"#, "123456789012", true, false),
        // From another account, both sides must allow it.
        (r#"{"AWS": "arn:aws:iam::123456789012:user/alice"}"#, "999999999999", true, false),
        (r#"{"AWS": "arn:aws:iam::123456789012:user/bob"}"#, "123456789012", false, false),
        (r#"{"Service": "ec2.amazonaws.com"}"#, "123456789012", false, false),
        (r#""*""#, "123456789012", true, true),
    ] {
        let trust = trust(principal);
        let request = Request {
            action: "sts:AssumeRole".to_owned(),
            resource: format!("arn:aws:iam::{account}:role/x"),
            caller: alice.clone(),
            context: Context::default(),
        };
        let identities: [(&[&Policy], bool); 2] = [(&[&allow], with_identity), (&[], alone)];
        for (identity, expected) in identities {
            let decision = decide(Policies { identity, trust: Some((&trust, account)), ..Policies::default() }, &request);
            assert_eq!(decision.is_allowed(), expected, "{principal} of {account}: {LOGIC}");
        }
    }
    let session = trust(r#"{"AWS": "arn:aws:sts::123456789012:assumed-role/First/me"}"#);
    let by = |caller: Caller| {
        applying(&session, &Request { caller, ..request("sts:AssumeRole", "*", Context::default()) }, Effect::Allow).count()
    };
    assert_eq!(
        (by(Caller::role("aws", "123456789012", "team/First")), by(Caller::role("aws", "123456789012", "Second")), by(alice)),
        (1, 0, 0)
    );
}

const ACTIONS: [&str; 6] =
    ["s3:GetObject", "s3:PutObject", "iam:GetUser", "iam:CreateAccessKey", "sts:GetSessionToken", "ec2:RunInstances"];
const PATTERNS: [&str; 8] = ["*", "s3:*", "s3:Get*", "iam:GetUser", "iam:*Key", "sts:Get?essionToken", "ec2:RunInstances", "iam:*"];
const RESOURCES: [&str; 4] = ["*", "arn:aws:iam::*:user/${aws:username}", "arn:aws:s3:::bucket/*", "arn:aws:iam::123456789012:user/bob"];
const ARNS: [&str; 3] = ["arn:aws:iam::123456789012:user/alice", "arn:aws:s3:::bucket/x", "arn:aws:iam::123456789012:user/bob"];

fn operators() -> impl Strategy<Value = Operator> {
    let sets = prop_oneof![4 => Just(None), 1 => Just(Some(SetOperator::ForAnyValue)), 1 => Just(Some(SetOperator::ForAllValues))];
    (proptest::sample::select(Base::ALL.to_vec()), sets, any::<bool>())
        .prop_map(|((base, _), set, if_exists)| if base == Base::Null { base.into() } else { Operator { set, base, if_exists } })
}

fn statements(effect: Effect) -> impl Strategy<Value = Statement> {
    let patterns = proptest::sample::subsequence(PATTERNS.to_vec(), 1..4);
    let resources = proptest::sample::subsequence(RESOURCES.to_vec(), 1..3);
    let keys = proptest::sample::select(vec![Mfa::PRESENT, Mfa::AGE, "aws:SourceIp", "aws:TagKeys", "aws:username"]);
    let values = proptest::sample::subsequence(vec!["true", "false", "3600", "203.0.113.0/24", "alice", "${aws:username}"], 1..3);
    let conditions = proptest::collection::vec((operators(), keys, values), 0..3);
    (patterns, resources, conditions, any::<bool>(), any::<bool>()).prop_map(
        move |(patterns, resources, conditions, not_action, not_resource)| {
            let mut statement = Statement::new("S", effect, &patterns).on(&resources);
            statement.sid = None;
            statement.action.negated = not_action;
            if let Some(resource) = &mut statement.resource {
                resource.negated = not_resource;
            }
            conditions.into_iter().enumerate().fold(statement, |statement, (index, (operator, key, values))| {
                // A key occurs once per operator.
                let is_there = statement.tests().any(|(block, test)| block.operator == operator && test.asks(key));
                if is_there || index > 2 { statement } else { statement.when(operator, key, &values) }
            })
        },
    )
}

fn policies() -> impl Strategy<Value = Policy> {
    let either = prop_oneof![statements(Effect::Allow), statements(Effect::Deny)];
    proptest::collection::vec(either, 1..5).prop_map(|statements| {
        Policy::of(statements.into_iter().enumerate().map(|(index, statement)| Statement { index, ..statement }).collect())
    })
}

fn requests() -> impl Strategy<Value = Request> {
    let context = (proptest::sample::select(Mfa::ALL.to_vec()), any::<bool>(), any::<bool>()).prop_map(|(mfa, named, tagged)| {
        let context = mfa.context().with("aws:SourceIp", "203.0.113.9");
        let context = if named { context.with("aws:username", "alice") } else { context };
        if tagged { context.with_all("aws:TagKeys", &["true", "alice"]) } else { context }
    });
    (proptest::sample::select(ACTIONS.to_vec()), proptest::sample::select(ARNS.to_vec()), context)
        .prop_map(|(action, resource, context)| request(action, resource, context))
}

fn with(policy: &Policy, statement: Statement) -> Policy {
    Policy { statements: [policy.statements.clone(), vec![statement]].concat(), ..policy.clone() }
}

proptest! {
    #[test]
    fn a_further_deny_never_allows(policy in policies(), deny in statements(Effect::Deny), request in requests()) {
        prop_assert!(allows(&policy, &request) || !allows(&with(&policy, deny), &request));
    }

    #[test]
    fn a_further_allow_never_denies(policy in policies(), allow in statements(Effect::Allow), request in requests()) {
        prop_assert!(!allows(&policy, &request) || allows(&with(&policy, allow), &request));
    }

    #[test]
    fn the_order_of_statements_never_matters(policy in policies(), request in requests(), by in 0_usize..5) {
        let mut turned = policy.clone();
        turned.statements.rotate_left(by % policy.statements.len());
        turned.statements.reverse();
        prop_assert_eq!(allows(&policy, &request), allows(&turned, &request));
    }

    #[test]
    fn not_elements_are_the_complement(statement in statements(Effect::Allow), request in requests()) {
        let mut plain = statement;
        plain.conditions.clear();
        let mut turned = plain.clone();
        turned.action.negated = !turned.action.negated;
        let everywhere = |mut statement: Statement| {
            statement.resource = Some(vault::judge::policy::document::Patterns::of(&["*"]));
            Policy::of(vec![statement])
        };
        prop_assert_ne!(allows(&everywhere(plain), &request), allows(&everywhere(turned), &request));
    }

    #[test]
    fn writing_and_reading_back_keeps_the_meaning(policy in policies(), request in requests(), pretty in any::<bool>()) {
        let node = policy_node(&policy);
        let text = if pretty { json::pretty(&node) } else { json::compact(&node) };
        let reading = document::read(&json::read(&text).expect("it is JSON"), Some(Kind::Identity));
        prop_assert_eq!(&reading.faults, &[]);
        prop_assert_eq!(&reading.policy, &policy);
        prop_assert_eq!(allows(&reading.policy, &request), allows(&policy, &request));
    }
}

#[test]
fn every_kind_of_principal_is_written_back() {
    for text in [
        r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"a b","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#,
        r#"{"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":["123456789012","*"],"Service":"ec2.amazonaws.com"},"Action":["sts:TagSession"]}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"ForAnyValue:StringLike":{"a:b":["x"]},"Null":{"c:d":"true"}}}]}"#,
    ] {
        assert_eq!(json::compact(&policy_node(&policy(text))), text);
    }
    let trust = Statement::new("S", Effect::Allow, &["sts:AssumeRole"]).by(Principal::aws(&["123456789012"]));
    assert_eq!(policy(&json::compact(&policy_node(&Policy::of(vec![trust.clone()])))).statements, [trust]);
}
