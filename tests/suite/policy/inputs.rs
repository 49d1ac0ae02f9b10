//! Files of every kind: policies inside templates, plans and dumps are found with their names and places; other files are reported.

use proptest::prelude::*;
use serde_json::{Value, json};

use vault::judge::policy::input::gather;
use vault::judge::policy::lint::Facts;

use super::{Options, Report, ids};

fn statement() -> Value {
    json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})
}

fn document() -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement()]})
}

/// The findings by policy, with the text at their place.
fn found<'a>(report: &'a Report<'_>) -> Vec<(Option<&'a str>, &'static str, String)> {
    report
        .findings()
        .map(|(checked, finding)| {
            let text = report.text[finding.span.start..].chars().take(8).collect();
            (checked.policy.as_deref(), finding.id.as_str(), text)
        })
        .collect()
}

#[test]
fn a_template_in_yaml_is_read_with_its_functions() {
    let text = r#"AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Bucket: {Type: String}
Resources:
  Group:
    Type: AWS::IAM::Group
    Properties:
      Policies:
        - PolicyName: block
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - Effect: Deny
                Action: "*"
                Resource: !Sub "arn:${AWS::Partition}:s3:::${Bucket}/*"
                Condition:
                  Bool: {"aws:MultiFactorAuthPresent": false}
  Own:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - !If
            - IsOn
            - Effect: Allow
              Action: iam:CreateVirtualMFADevice
              Resource: !Join ["", ["arn:", !Ref "AWS::Partition", ":iam::*:mfa/${aws:username}"]]
            - !Ref AWS::NoValue
  Ops:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
          Action: sts:AssumeRole
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement: {Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/${aws:username}/*"}
  Bucket1:
    Type: AWS::S3::Bucket
"#;
    let report = Report::of("t.yaml", text, &Options::default());
    assert_eq!(
        found(&report),
        [
            (Some("Group/block"), "deny-bool", "Bool: {\"".to_owned()),
            (Some("Own"), "create-device-name", "!Join [\"".to_owned()),
            (Some("Ops"), "role-without-mfa", "Principa".to_owned()),
            (Some("Ops/own"), "username-of-role", "\"arn:aws".to_owned()),
        ]
    );
    let (_, first) = report.findings().next().expect("there is one");
    assert_eq!(report.place(first.span).line, 17);
    assert_eq!(ids("Resources:\n  X:\n   - [", &Options::default()), ["syntax"]);
}

#[test]
fn a_template_in_json_and_a_plan_have_the_same_findings() {
    let template = json!({"Resources": {"P": {"Type": "AWS::IAM::Policy", "Properties": {"Users": ["x"], "PolicyDocument": document()}}}});
    let text = format!("{template:#}");
    assert_eq!(found(&Report::of("t.json", &text, &Options::default())), [(Some("P"), "deny-bool", "\"Bool\": ".to_owned())]);
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}]});
    let resource = |kind: &str, name: &str, values: Value| json!({"address": format!("{kind}.{name}"), "type": kind, "values": values});
    let plan = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {
            "resources": [
                resource("aws_iam_policy", "p", json!({"policy": document().to_string()})),
                resource("aws_iam_policy", "later", json!({"name": "x"})),
                resource("aws_s3_bucket", "b", json!({"policy": "x"})),
                resource("aws_iam_role_policy", "broken", json!({"policy": "{\"Version\": }"})),
            ],
            "child_modules": [{"resources": [
                resource("aws_iam_role", "r", json!({"assume_role_policy": trust.to_string(),
                                                     "inline_policy": [{"name": "in", "policy": document().to_string()}]})),
            ]}],
        }},
    });
    let text = plan.to_string();
    assert_eq!(
        found(&Report::of("plan.json", &text, &Options::default())),
        [
            (Some("aws_iam_policy.p"), "deny-bool", "\\\"Bool\\\"".to_owned()),
            (Some("aws_iam_policy.later"), "unchecked", "\"aws_iam".to_owned()),
            (Some("aws_iam_role_policy.broken"), "syntax", "}\"}}]}}}".to_owned()),
            (Some("aws_iam_role.r"), "role-without-mfa", "\\\"Princi".to_owned()),
            (Some("aws_iam_role.r/in"), "deny-bool", "\\\"Bool\\\"".to_owned()),
        ]
    );
}

/// An account with a user under a path, a group, a role, and policies of its own and of AWS.
fn dump(own: &Value) -> Value {
    let version = |document: &Value| json!([{"VersionId": "v1", "IsDefaultVersion": false, "Document": {}}, {"IsDefaultVersion": true, "Document": document}]);
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws-cn:iam::999999999999:root"}, "Action": "sts:AssumeRole",
         "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]});
    let long: Vec<_> = (0..400).map(|number| format!("s3:GetSome{number}")).collect();
    let long = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": long, "Resource": "*"}]});
    json!({
        "UserDetailList": [{"Path": "/team/", "UserName": "alice", "Arn": "arn:aws-cn:iam::123456789012:user/team/alice",
                            "UserPolicyList": [{"PolicyName": "in", "PolicyDocument": document()}], "AttachedManagedPolicies": []}],
        "GroupDetailList": [{"GroupName": "g", "Arn": "arn:aws-cn:iam::123456789012:group/g", "GroupPolicyList": []}],
        "RoleDetailList": [{"RoleName": "Ops", "Arn": "arn:aws-cn:iam::123456789012:role/Ops", "AssumeRolePolicyDocument": trust,
                            "RolePolicyList": [], "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": "arn:aws-cn:iam::123456789012:policy/own"}]}],
        "Policies": [
            {"Arn": "arn:aws-cn:iam::123456789012:policy/own", "PolicyVersionList": version(own)},
            {"Arn": "arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "PolicyVersionList": version(&long)},
            {"Arn": "arn:aws-cn:iam::123456789012:policy/long", "PolicyVersionList": version(&long)},
        ],
    })
}

#[test]
fn a_dump_gives_the_account_and_the_users_of_a_policy() {
    let own = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws-cn:iam::*:user/${aws:username}"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]});
    let text = dump(&own).to_string();
    let report = Report::of("dump.json", &text, &Options::default());
    let found: Vec<_> = found(&report).into_iter().map(|(policy, id, _)| (policy.unwrap_or_default().to_owned(), id)).collect();
    let own = "arn:aws-cn:iam::123456789012:policy/own".to_owned();
    let mut expected = vec![
        ("arn:aws-cn:iam::123456789012:user/team/alice/in".to_owned(), "deny-bool"),
        ("arn:aws-cn:iam::123456789012:role/Ops".to_owned(), "foreign-mfa"),
        (own.clone(), "username-of-role"),
        (own.clone(), "user-path"),
        (own, "partition"),
        ("arn:aws-cn:iam::123456789012:policy/long".to_owned(), "size"),
    ];
    let mut sorted = found.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected, "{found:?}");
    // IAM's API returns documents as encoded text.
    let encoded: String = document().to_string().bytes().map(|b| format!("%{b:02X}")).collect();
    let text = json!({"Policies": [], "GroupDetailList": [{"Arn": "arn:aws:iam::123456789012:group/g", "GroupPolicyList": [{"PolicyName": "in", "PolicyDocument": encoded}]}]});
    let text = text.to_string();
    let report = Report::of("dump.json", &text, &Options::default());
    assert_eq!(self::found(&report), [(Some("arn:aws:iam::123456789012:group/g/in"), "deny-bool", "\"%7B%22%".to_owned())]);
}

#[test]
fn limits_depend_on_the_place() {
    let actions = |number: usize| (0..number).map(|number| format!("s3:GetSome{number:04}")).collect::<Vec<_>>();
    let policy =
        |number: usize| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions(number), "Resource": "*"}]});
    let template = |kind: &str, to: &str, number: usize| {
        json!({"Resources": {"P": {"Type": kind, "Properties": {to: ["x"], "PolicyDocument": policy(number)}}}}).to_string()
    };
    for (kind, to, fits, too_many) in [
        ("AWS::IAM::Policy", "Users", 110, 125),
        ("AWS::IAM::Policy", "Groups", 290, 310),
        ("AWS::IAM::Policy", "Roles", 590, 610),
        ("AWS::IAM::ManagedPolicy", "Users", 350, 370),
    ] {
        assert_eq!(ids(&template(kind, to, fits), &Options::default()), [""; 0], "{kind} {to}");
        assert_eq!(ids(&template(kind, to, too_many), &Options::default()), ["size"], "{kind} {to}");
    }
}

/// The text with one part of it changed.
fn mutated(text: &str, at: usize, change: usize) -> String {
    let mut at = at % text.len();
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (before, after) = text.split_at(at);
    let mut rest = after.chars();
    match change % 6 {
        0 => {
            rest.next();
            format!("{before}{}", rest.as_str())
        }
        1 => format!("{before}\"{after}"),
        2 => format!("{before}{{{after}"),
        3 => before.to_owned(),
        4 => format!("{before}\u{e9}*,{after}"),
        _ => format!("{before}{after}{before}"),
    }
}

/// Every finding has a place inside the text.
fn is_placed(text: &str) {
    let report = Report::of("x", text, &Options::default());
    for (_, finding) in report.findings() {
        assert!(finding.span.start <= finding.span.end && finding.span.end <= text.len(), "{finding:?} in {text}");
        let place = report.place(finding.span);
        assert!(place.line >= 1 && place.column >= 1, "{finding:?}");
    }
    let _ = vault::judge::policy::sarif::sarif(&[report], "0");
}

proptest! {
    #[test]
    fn no_text_causes_a_panic(text in "[\\PC\n\\t{}\\[\\]\",:*$]{0,200}") {
        is_placed(&text);
    }

    #[test]
    fn json_is_accepted_exactly_if_another_parser_accepts_it(text in "[\\[\\]{}\",:0-9a-e.\\-+ trufalsn\\\\u']{0,24}") {
        // Numbers that are too large for the other parser are skipped.
        let other: Result<Value, _> = serde_json::from_str(&text);
        let ours = vault::judge::policy::json::read(&text);
        if let Err(error) = &other && error.to_string().contains("out of range") {
            return Ok(());
        }
        prop_assert_eq!(ours.is_ok(), other.is_ok(), "{:?} {:?}", ours, other);
    }

    #[test]
    fn no_mutated_document_causes_a_panic(at in 0_usize..5000, change in 0_usize..6, again in 0_usize..5000, which in 0_usize..4) {
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["123456789012", "arn:aws:iam::999999999999:role/x"]},
            "Action": "sts:AssumeRole", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}}]});
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "A", "Effect": "Deny", "NotAction": ["iam:*", "sts:Get*"], "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
            {"Effect": "Allow", "Action": ["iam:CreateAccessKey"], "Resource": ["arn:aws:iam::*:user/${aws:username, 'x'}"]}, statement()]});
        let text = match which {
            0 => policy.to_string(),
            1 => format!("{trust:#}"),
            2 => dump(&policy).to_string(),
            _ => format!("Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: {policy}\n"),
        };
        let once = mutated(&text, at, change);
        is_placed(&once);
        if !once.is_empty() {
            is_placed(&mutated(&once, again, change + again));
        }
        let _ = gather(&once, &Facts::default());
    }
}
