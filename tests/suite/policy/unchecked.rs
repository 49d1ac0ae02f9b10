//! Everything that a file does not say about a policy is reported as unchecked, and never looks clean.

use serde_json::{Value, json};

use vault::judge::policy::check::Extent;
use vault::judge::policy::json as writer;
use vault::judge::policy::sarif::sarif;

use super::{Id, Options, Report};

/// Policy, id and place of each finding. Checks on the way that JSON and SARIF agree.
fn found(text: &str) -> Vec<(String, &'static str, String)> {
    let report = Report::of("file", text, &Options::default());
    let found: Vec<_> = report
        .findings()
        .map(|(checked, finding)| {
            let at = text[finding.span.start..finding.span.end].to_owned();
            (checked.policy.clone().unwrap_or_default(), finding.id.as_str(), at)
        })
        .collect();
    // JSON and SARIF have the same findings.
    let nodes: Value = serde_json::from_str(&writer::compact(&report.nodes().into())).expect("it is JSON");
    let ids: Vec<_> = nodes.as_array().expect("a list").iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, found.iter().map(|(_, id, _)| *id).collect::<Vec<_>>());
    let unchecked = found.iter().filter(|(_, id, _)| *id == "unchecked").count();
    let extents = report.policies.iter().filter(|checked| matches!(checked.extent, Extent::Part | Extent::Nothing)).count();
    assert_eq!(unchecked > 0, extents > 0, "{found:?}");
    let sarif: Value = serde_json::from_str(&writer::compact(&sarif(&[report], "0"))).expect("it is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("there are results");
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "unchecked" && result["level"] == "warning").count(), unchecked);
    found
}

/// Expects `unchecked` at places that begin with these texts, and no other finding.
#[track_caller]
fn unchecked(text: &str, expected: &[&str]) {
    let found = found(text);
    let fits = |((_, id, at), expected): (&(String, &str, String), &&str)| *id == "unchecked" && at.starts_with(*expected);
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(fits),
        "{expected:?} is expected, and this is found: {found:?}\n{text}"
    );
}

fn block(value: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": value}}}]})
}

/// A template in YAML with this document, indented by eight.
fn template(document: &str) -> String {
    let document: String = document.lines().map(|line| format!("          {line}\n")).collect();
    format!(
        "Parameters:\n  Free: {{Type: String}}\n  Set: {{Type: String, Default: alice}}\nConditions:\n  IsOn: !Equals [!Ref Set, x]\n\
         Resources:\n  Bucket: {{Type: 'AWS::S3::Bucket'}}\n  Boss: {{Type: 'AWS::IAM::Role'}}\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n{document}"
    )
}

fn statement(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    template(&format!("Version: \"2012-10-17\"\nStatement:\n  - Effect: Allow\n{lines}"))
}

#[test]
fn what_a_template_does_not_say_is_named_where_a_check_would_look() {
    for (lines, expected) in [
        // A check would have to know these.
        ("Action: !Ref Free\nResource: '*'", &["!Ref Free"][..]),
        ("Action: [!ImportValue x, 's3:*']\nResource: '*'", &["!ImportValue x"]),
        ("Action: iam:CreateAccessKey\nResource: !Ref Free", &["!Ref Free"]),
        ("Action: iam:CreateAccessKey\nResource: !Sub 'arn:aws:iam::*:${Free}'", &["!Sub 'arn:aws:iam::*:${Free}'"]),
        ("NotAction: s3:*\nResource: !ImportValue x", &["!ImportValue x"]),
        ("Action: 's3:*'\nResource: '*'\nCondition: {Bool: {'aws:MultiFactorAuthPresent': !Ref Free}}", &["!Ref Free"]),
        ("Action: 's3:*'\nResource: '*'\nCondition: !Ref Free", &["!Ref Free"]),
        ("Action: 's3:*'\nResource: '*'\nCondition: {Bool: !Ref Free}", &["!Ref Free"]),
        ("Action: 's3:*'\nResource: '*'\nCondition: {IpAddress: {'aws:SourceIp': !Ref Free}}", &["!Ref Free"]),
        ("Action: iam:CreateAccessKey\nResource: '{{resolve:ssm:/a}}'", &["'{{resolve:ssm:/a}}'"]),
        ("Action: !FindInMap [A, B, C]\nResource: '*'", &["!FindInMap [A, B, C"]),
        ("Action: !Select [0, !Ref Free]\nResource: '*'", &["!Select [0, !Ref Free"]),
        ("Action: !Select [0, [!ImportValue x]]\nResource: '*'", &["!Select [0, [!ImportValue x"]),
        ("Action: !Join ['', !If [IsOn, ['s3:', !Ref Free], ['s3:*']]]\nResource: '*'", &["!Join ['', !If [IsOn"]),
        ("Action: {'Fn::Transform': {Name: x}}\nResource: '*'", &["{'Fn::Transform': {Name: x"]),
        // No check has to know these.
        ("Action: s3:GetObject\nResource: !ImportValue x", &[]),
        ("Action: s3:GetObject\nResource: [!GetAtt Bucket.Arn, !Sub '${Bucket.Arn}/*', !Sub 'arn:aws:s3:::${Free}/*']", &[]),
        ("Action: iam:PassRole\nResource: !GetAtt Boss.Arn", &[]),
        ("Action: iam:GetUser\nResource: !Sub 'arn:aws:iam::${Free}:user/alice'", &[]),
        ("Action: iam:GetUser\nResource: !Sub 'arn:aws:iam::${AWS::AccountId}:user/${Set}'", &[]),
        ("Action: iam:GetUser\nResource: !Join [':', [arn, !Ref 'AWS::Partition', iam, '', !Ref 'AWS::AccountId', user/x]]", &[]),
        ("Action: 's3:*'\nResource: '*'\nCondition: {StringEquals: {'aws:ResourceAccount': !Ref Free}}", &[]),
        ("Sid: !Ref Free\nAction: 's3:*'\nResource: '*'", &[]),
    ] {
        unchecked(&statement(lines), expected);
    }
    unchecked(&template("Fn::Transform: {Name: AWS::Include}"), &["Fn::Transform: {Name: AWS::Include"]);
    unchecked(&template("Version: \"2012-10-17\"\nStatement: !Ref Free"), &["!Ref Free"]);
    unchecked(
        &template("Version: \"2012-10-17\"\nStatement:\n  - !Ref Free\n  - {Effect: Allow, Action: 's3:*', Resource: '*'}"),
        &["!Ref Free"],
    );
}

/// Each level doubles the text, and the work.
#[test]
fn nested_calls_do_not_fill_the_memory() {
    let mut value = json!("x");
    for _ in 0..50 {
        value = json!({"Fn::Sub": ["${a}${a}", {"a": value}]});
    }
    let statement = json!({"Effect": "Allow", "Action": value, "Resource": "*"});
    let properties = json!({"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}});
    let text = json!({"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}}}).to_string();
    unchecked(&text, &["{\"Fn::Sub\""]);
}

#[test]
fn who_is_trusted_has_to_be_known() {
    let role = |principal: &str| {
        format!(
            "Parameters:\n  Free: {{Type: String}}\nResources:\n  Boss: {{Type: 'AWS::IAM::Role'}}\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: \"2012-10-17\"\n        Statement: {{Effect: Allow, Action: 'sts:AssumeRole', Principal: {{AWS: {principal}}}}}\n"
        )
    };
    unchecked(&role("!Ref Free"), &["!Ref Free"]);
    unchecked(&role("!Sub 'arn:aws:iam::123456789012:${Free}'"), &["!Sub 'arn:aws:iam::123456789012:${Free}'"]);
    unchecked(&role("!GetAtt Boss.Arn"), &[]);
    let ids: Vec<_> = found(&role("!Sub 'arn:aws:iam::${Free}:root'")).into_iter().map(|(_, id, _)| id).collect();
    assert_eq!(ids, ["role-without-mfa"], "whose account it is, is another question");
}

/// Neither branch of a condition is left out.
#[test]
fn both_branches_of_a_condition_are_checked() {
    let bad = "{Effect: Deny, Action: 's3:*', Resource: '*', Condition: {Bool: {'aws:MultiFactorAuthPresent': 'false'}}}";
    let good = "{Effect: Allow, Action: 's3:*', Resource: '*'}";
    for list in [
        format!("[!If [IsOn, {bad}, {good}]]"),
        format!("[!If [IsOn, {good}, {bad}]]"),
        format!("[{good}, !If [IsOn, !Ref 'AWS::NoValue', {bad}]]"),
        format!("!If [IsOn, [{good}], [{bad}]]"),
    ] {
        let found = found(&template(&format!("Version: \"2012-10-17\"\nStatement: {list}")));
        let ids: Vec<_> = found.iter().map(|(_, id, _)| *id).collect();
        assert_eq!(ids, ["deny-bool"], "{list}");
    }
    // With many switches, each one separately.
    let switches: String =
        (0..6).map(|number| format!("\n  - !If [Is{number}, {good}, {}]", if number == 4 { bad } else { good })).collect();
    let found_here = found(&template(&format!("Version: \"2012-10-17\"\nStatement:{switches}")));
    assert_eq!(found_here.iter().map(|(_, id, _)| *id).collect::<Vec<_>>(), ["deny-bool"]);
    // Whole policies may be there or not.
    let text = format!(
        "Resources:\n  G:\n    Type: AWS::IAM::Group\n    Properties:\n      Policies:\n        - !If [IsOn, !Ref 'AWS::NoValue', {{PolicyName: in, PolicyDocument: {{Version: '2012-10-17', Statement: {bad}}}}}]\n"
    );
    let found_here = found(&text);
    assert_eq!(found_here.iter().map(|(policy, id, _)| (policy.as_str(), *id)).collect::<Vec<_>>(), [("G/in", "deny-bool")]);
    // A branch that only the stack knows.
    unchecked(&template(&format!("Version: \"2012-10-17\"\nStatement: [!If [IsOn, {good}, !ImportValue x]]")), &["!ImportValue x"]);
}

#[test]
fn what_is_in_other_files_is_named() {
    let resources = |text: &str| {
        format!(
            "Transform: AWS::LanguageExtensions\nResources:\n  Own: {{Type: 'AWS::IAM::ManagedPolicy', Properties: {{PolicyDocument: {}}}}}\n{text}",
            block("false")
        )
    };
    for (text, expected) in [
        ("  S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: ./s.yaml}}\n", &["S"][..]),
        ("  S: {Type: 'AWS::Serverless::Application', Properties: {Location: ./s.yaml}}\n", &["S"]),
        ("  M: {Type: 'My::IAM::Role::MODULE', Properties: {}}\n", &["M"]),
        ("  Fn::ForEach::Roles: [Name, [a, b], {'${Name}': {Type: 'AWS::IAM::Role'}}]\n", &["Fn::ForEach::Roles"]),
        (
            "  R: {Type: 'AWS::IAM::Role', Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess', !Ref Own, 'arn:aws:iam::123456789012:policy/x']}}\n",
            &["'arn:aws:iam::123456789012:policy/x'"],
        ),
        ("  U: {Type: 'AWS::IAM::User', Properties: {PermissionsBoundary: !ImportValue b}}\n", &["!ImportValue b"]),
        ("  U: {Type: 'AWS::IAM::User', Properties: {Policies: !ImportValue p}}\n", &["!ImportValue p"]),
        ("  S: {Type: 'AWS::SSO::PermissionSet', Properties: {CustomerManagedPolicyReferences: [{Name: own}]}}\n", &["{Name: own"]),
        ("  B: {Type: 'AWS::S3::Bucket'}\n", &[]),
    ] {
        unchecked(&resources(text), expected);
    }
    let sam = resources("").replace("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31");
    unchecked(&sam, &["AWS::Serverless-2016-10-31"]);
    // The parts that SAM's resources state themselves are checked.
    let function = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Policies:\n        - Version: '2012-10-17'\n          Statement: {Effect: Deny, Action: 's3:*', Resource: '*', Condition: {Bool: {'aws:MultiFactorAuthPresent': 'false'}}}\n";
    assert_eq!(found(function).iter().map(|(_, id, _)| *id).collect::<Vec<_>>(), ["deny-bool"]);
}

/// A plan whose module `m` has these resources.
fn plan(resources: &Value, changes: &Value, configured: &Value) -> String {
    json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"child_modules": [{"address": "module.m", "resources": resources}]}},
        "resource_changes": changes,
        "configuration": {"root_module": {"module_calls": {"m": {"module": {"resources": configured}}}}},
    })
    .to_string()
}

#[test]
fn what_terraform_does_not_know_yet_is_named() {
    let resource = |kind: &str, values: Value| json!({"address": format!("module.m.{kind}.r[0]"), "type": kind, "values": values});
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    for (kind, attribute) in [
        ("aws_iam_policy", "policy"),
        ("aws_iam_user_policy", "policy"),
        ("aws_iam_group_policy", "policy"),
        ("aws_iam_role_policy", "policy"),
        ("aws_iam_role", "assume_role_policy"),
        ("aws_ssoadmin_permission_set_inline_policy", "inline_policy"),
    ] {
        let change = json!([{"address": format!("module.m.{kind}.r[0]"), "change": {"after_unknown": {attribute: true}}}]);
        for values in [json!({}), json!({attribute: null})] {
            unchecked(&plan(&json!([resource(kind, values)]), &change, &json!([])), &[&format!("\"module.m.{kind}.r[0]\"")]);
        }
    }
    // A role without an inline policy, and one whose inline policies contain unknown values.
    let role = resource("aws_iam_role", json!({"assume_role_policy": trust.to_string()}));
    let change = json!([{"address": "module.m.aws_iam_role.r[0]", "change": {"after_unknown": {"inline_policy": true, "managed_policy_arns": true}}}]);
    let configured = |expressions: Value| json!([{"address": "aws_iam_role.r", "type": "aws_iam_role", "expressions": expressions}]);
    unchecked(&plan(&json!([role]), &change, &configured(json!({}))), &[]);
    unchecked(&plan(&json!([role]), &change, &configured(json!({"inline_policy": [{"policy": {}}]}))), &["\"module.m.aws_iam_role.r[0]\""]);
    let inline = json!({"assume_role_policy": trust.to_string(), "inline_policy": [{"name": "in"}]});
    let change = json!([{"address": "module.m.aws_iam_role.r[0]", "change": {"after_unknown": {"inline_policy": [{"policy": true}]}}}]);
    unchecked(&plan(&json!([resource("aws_iam_role", inline)]), &change, &json!([])), &["\"module.m.aws_iam_role.r[0]\""]);
    // Policies by ARN: AWS's own, one of this plan, and one of neither.
    let attached = |arn: &str| resource("aws_iam_role_policy_attachment", json!({"policy_arn": arn}));
    let own = resource("aws_iam_policy", json!({"arn": "arn:aws:iam::123456789012:policy/own", "policy": block("false").to_string()}));
    let resources = json!([
        own,
        attached("arn:aws:iam::123456789012:policy/own"),
        attached("arn:aws:iam::aws:policy/ReadOnlyAccess"),
        attached("arn:aws:iam::123456789012:policy/x")
    ]);
    unchecked(&plan(&resources, &json!([]), &json!([])), &["\"arn:aws:iam::123456789012:policy/x\""]);
}

#[test]
fn an_expression_of_terraform_is_no_policy() {
    let text = json!({"resource": {
        "aws_iam_policy": {"a": {"policy": "${jsonencode({\"Version\" = \"2012-10-17\"})}"}, "b": {"policy": block("false").to_string()}, "c": {}},
        "aws_iam_role": {"r": {"assume_role_policy": "${data.aws_iam_policy_document.x.json}"}},
    }})
    .to_string();
    unchecked(&text, &["\"${jsonencode({\\\"Version\\\" = \\\"2012-10-17\\\"})}\"", "\"c\"", "\"${data.aws_iam_policy_document.x.json}\""]);
    let hcl = "resource \"aws_iam_policy\" \"a\" {\n  policy = jsonencode({ Statement = [] })\n}\n";
    let report = Report::of("main.tf", hcl, &Options::default());
    let (_, finding) = report.findings().next().expect("it is found");
    assert!(finding.id == Id::Syntax && finding.fix.contains("terraform show -json"), "{finding:?}");
}

#[test]
fn an_account_has_to_be_whole() {
    let user = json!({"Arn": "arn:aws:iam::123456789012:user/alice", "UserPolicyList": [],
                      "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::123456789012:policy/x"}, {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
                      "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/limit"}});
    let text = json!({"UserDetailList": [user], "Policies": [], "IsTruncated": true}).to_string();
    unchecked(&text, &["\"arn:aws:iam::123456789012:policy/x\"", "\"arn:aws:iam::123456789012:policy/limit\"", "true"]);
    // `aws iam list-policies` lists policies without their documents.
    unchecked(r#"{"Policies": [{"Arn": "arn:aws:iam::123456789012:policy/x"}]}"#, &[r#"{"Arn": "arn:aws:iam::123456789012:policy/x"}"#]);
    unchecked(
        r#"{"Policy": {"Arn": "arn:aws:iam::123456789012:policy/x", "DefaultVersionId": "v1"}}"#,
        &[r#"{"Arn": "arn:aws:iam::123456789012:policy/x", "DefaultVersionId": "v1"}"#],
    );
}

/// The output of single IAM calls is read too.
#[test]
fn answers_of_single_calls_are_checked() {
    let bad = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]});
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}]});
    let role = json!({"Arn": "arn:aws:iam::123456789012:role/r", "AssumeRolePolicyDocument": trust});
    for (answer, id) in [
        (json!({"UserName": "u", "PolicyName": "p", "PolicyDocument": bad}), "deny-bool"),
        (json!({"PolicyVersion": {"Document": bad, "VersionId": "v1"}}), "deny-bool"),
        (json!({"Role": role}), "role-without-mfa"),
        (json!({"Roles": [role]}), "role-without-mfa"),
    ] {
        assert_eq!(found(&answer.to_string()).iter().map(|(_, id, _)| *id).collect::<Vec<_>>(), [id], "{answer}");
    }
}
