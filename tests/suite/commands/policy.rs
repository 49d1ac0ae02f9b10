//! `policy` prints policies and checks them: output for people, output for scripts, and the exit status for CI.

use serde_json::Value;

use crate::support::world::World;

use super::shown;

const BLOG: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Block",
      "Effect": "Deny",
      "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:GetUser", "iam:ListMFADevices",
                    "iam:ListVirtualMFADevices", "iam:ResyncMFADevice", "iam:ChangePassword", "iam:GetAccountPasswordPolicy"],
      "Resource": "*",
      "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
    }
  ]
}
"#;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_finding_shows_the_line_the_three_cases_and_the_corrected_statement() {
    let world = World::new();
    world.write("policy.json", BLOG);
    let run = world.vault(["policy", "check", "policy.json"]).run().fails(1);
    let text = shown(&world, &run);
    for part in [
        "error[deny-bool]: a stolen access key gets past this `Deny`",
        "  --> policy.json:10:21, statement `Block`",
        " 10 |       \"Condition\": {\"Bool\": {\"aws:MultiFactorAuthPresent\": \"false\"}}\n    |                     ^^^^^^\n",
        "= long-term key (no MFA information): not denied\n",
        "= session without MFA: denied\n",
        "= session with MFA: not denied\n",
        "\"BoolIfExists\": {",
        "error[not-action-missing]: users without MFA cannot get it: without `sts:GetSessionToken`, no session with MFA can be made",
        "checked 1 policy: 2 errors\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(run.stderr.is_empty(), "{run:?}");
    let proof = world.vault(["policy", "check", "--prove", "policy.json"]).run().fails(1).stdout;
    let line = proof.lines().find(|line| line.trim_start().starts_with("sts:GetSessionToken")).expect("it is in the table");
    assert_eq!(line.split_whitespace().collect::<Vec<_>>().join(" "), "sts:GetSessionToken any not denied denied not denied");
}

#[test]
fn scripts_and_code_hosts_read_the_same_findings() {
    let world = World::new();
    world.write("dir/a policy.json", BLOG);
    let found = parsed(&world.vault(["policy", "check", "--json", "dir/a policy.json"]).run().fails(1).stdout);
    assert_eq!(found, parsed(&world.vault(["policy", "check", "--format", "json", "dir/a policy.json"]).run().fails(1).stdout));
    let first = found.as_array().and_then(|list| list.iter().find(|finding| finding["id"] == "deny-bool")).expect("there is a finding");
    let names: Vec<_> = first.as_object().expect("it is an object").keys().map(String::as_str).collect();
    let expected = ["column", "corrected", "effect", "file", "fix", "id", "line", "message", "policy", "severity", "statement"];
    assert_eq!(names, expected);
    assert_eq!((&first["severity"], &first["file"], &first["policy"]), (&"error".into(), &"dir/a policy.json".into(), &Value::Null));
    assert_eq!((&first["statement"], &first["line"], &first["column"]), (&"Block".into(), &10.into(), &21.into()));
    assert_eq!(first["effect"], parsed(r#"{"absent": "not denied", "false": "denied", "true": "not denied"}"#));
    assert_eq!(first["corrected"]["Condition"], parsed(r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}"#));
    let sarif = parsed(&world.vault(["policy", "check", "--format", "sarif", "dir/a policy.json"]).run().fails(1).stdout);
    let run = &sarif["runs"][0];
    assert_eq!((&sarif["version"], &run["tool"]["driver"]["name"]), (&"2.1.0".into(), &"vault".into()));
    let results = run["results"].as_array().expect("there are results");
    assert_eq!(results.len(), found.as_array().map_or(0, Vec::len));
    for result in results {
        let rule =
            &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("a small number")];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "dir/a%20policy.json");
        assert!(
            place["region"]["startLine"].as_u64() >= Some(1)
                && result["message"]["text"].as_str().is_some_and(|text| text.contains("Fix: "))
        );
    }
}

#[test]
fn the_status_says_whether_there_is_an_error() {
    let world = World::new();
    world.write(
        "warning.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}}"#,
    );
    world.write("bad.json", BLOG);
    world.write("clean.json", r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#);
    assert_eq!(world.vault(["policy", "check", "clean.json"]).run().ok(), "checked 1 policy: nothing found\n");
    assert_eq!(world.vault(["policy", "check", "--json", "clean.json"]).run().ok(), "[]\n");
    world.vault(["policy", "check", "warning.json"]).run().ok();
    world.vault(["policy", "check", "--strict", "warning.json"]).run().fails(1);
    world.vault(["policy", "check", "--strict", "--allow", "role-without-mfa", "warning.json"]).run().ok();
    world.vault(["policy", "check", "--allow", "deny-bool", "--allow", "not-action-missing", "bad.json"]).run().ok();
    let both = world.vault(["policy", "check", "clean.json", "bad.json"]).run().fails(1).stdout;
    assert!(both.contains("--> bad.json:") && both.ends_with("checked 2 policies: 2 errors\n"), "{both}");
    let piped = world.vault(["policy", "check", "-"]).stdin(BLOG).run().fails(1).stdout;
    assert!(piped.contains("--> -:10:21"), "{piped}");
    let unknown = world.vault(["policy", "check", "--allow", "deny-boole", "bad.json"]).run().fails(2);
    assert!(unknown.stderr.contains("did you mean `deny-bool`?"), "{unknown:?}");
    let missing = world.vault(["policy", "check", "nowhere.json"]).run().fails(1);
    assert!(missing.stderr.contains("cannot read `nowhere.json`") && missing.stdout.is_empty(), "{missing:?}");
    assert!(missing.stderr.contains("hint: check the name: `ls .` shows what is there"), "{missing:?}");
    world.write("latin", [b'{', b'\n', 0xfc]);
    let latin = world.vault(["policy", "check", "latin"]).run().fails(1);
    assert!(latin.stderr.contains("line 2 has other bytes"), "{latin:?}");
}

#[test]
fn what_was_not_checked_never_looks_clean() {
    let world = World::new();
    let plan = r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
        {"address": "aws_iam_policy.later", "type": "aws_iam_policy", "values": {"name": "x"}}]}}}"#;
    world.write("plan.json", plan);
    let text = world.vault(["policy", "check", "plan.json"]).run().ok();
    for part in [
        "warning[unchecked]: not checked: terraform knows this policy only once it is applied\n  --> plan.json:2:21, policy `aws_iam_policy.later`\n",
        "fix: check the state once it is applied: `terraform show -json | vault policy check -`\n",
        "checked 0 policies, 1 not checked: 1 warning\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    world.vault(["policy", "check", "--strict", "plan.json"]).run().fails(1);
    let allowed = world.vault(["policy", "check", "--strict", "--allow", "unchecked", "plan.json"]).run().ok();
    assert_eq!(allowed, "checked 0 policies, 1 not checked: nothing found\n");
    world.write("part.yaml", "Parameters: {Arn: {Type: String}}\nResources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: '2012-10-17'\n        Statement: {Sid: A, Effect: Allow, Action: 'iam:GetUser', Resource: !Ref Arn}\n");
    let text = world.vault(["policy", "check", "part.yaml"]).run().ok();
    assert!(
        text.contains("  --> part.yaml:8:77, policy `P`, statement `A`\n")
            && text.ends_with("checked 1 policy (1 only in part): 1 warning\n"),
        "{text}"
    );
}

#[test]
fn printed_policies_have_no_findings_and_no_unrequested_parts() {
    let world = World::new();
    let lines: [&[&str]; 6] = [
        &["self-manage"],
        &["self-manage", "--mfa", "--block-without-mfa"],
        &["force-mfa"],
        &["sudo-role", "--account", "123456789012", "--role", "Ops", "--max-mfa-age", "30m"],
        &[
            "bastion",
            "--account",
            "111122223333",
            "--role",
            "arn:aws:iam::123456789012:role/team/Ops",
            "arn:aws:iam::999999999999:role/Ops",
        ],
        &["service-account", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/*", "--source-ip", "203.0.113.0/24"],
    ];
    for line in lines {
        let words = [&["policy"], line].concat();
        let binary = World::binary();
        let printed = world.command(&binary, &words).run().ok();
        let checked = world.vault(["policy", "check", "--strict", "-"]).stdin(&printed).run();
        assert_eq!(checked.status, 0, "{words:?}\n{printed}\n{checked:?}");
        let template = world.command(&binary, &[&words[..], &["--format", "cloudformation"]].concat()).run().ok();
        let checked = world.vault(["policy", "check", "--strict", "-"]).stdin(&template).run();
        assert_eq!(checked.status, 0, "{words:?}\n{template}\n{checked:?}");
    }
    let chinese = world.vault(["policy", "self-manage", "--password", "--partition", "aws-cn"]).run().ok();
    assert!(chinese.contains("arn:aws-cn:iam::*:user/${aws:username}") && !chinese.contains("AccessKey"), "{chinese}");
    let console = world.vault(["policy", "force-mfa", "--console-only"]).run();
    assert!(console.stdout.contains("\"Bool\"") && console.stderr.contains("`deny-bool`"), "{console:?}");
    let found = world.vault(["policy", "check", "-"]).stdin(&console.stdout).run().fails(1).stdout;
    assert!(found.contains("error[deny-bool]"), "{found}");
    let sudo = parsed(&world.vault(["policy", "sudo-role", "--account", "123456789012"]).run().ok());
    let names: Vec<_> = sudo.as_object().expect("several documents").keys().map(String::as_str).collect();
    assert_eq!(names, ["group-policy", "permissions-policy", "trust-policy"]);
    for line in [["--source-ip", "10.0.0.0/8"], ["--source-ip", "2001:db8::1/32"], ["--vpc-endpoint", "vpc-1"]] {
        let run = world.vault(["policy", "service-account", "--action", "s3:*", "--resource", "*", line[0], line[1]]).run().fails(2);
        assert!(run.stdout.is_empty() && run.stderr.contains("hint: "), "{run:?}");
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/Ops";

#[test]
fn a_bastion_names_each_document_once_and_stays_in_one_partition() {
    let world = World::new();
    let names = |words: &[&str]| {
        let printed =
            parsed(&world.command(&World::binary(), &[&["policy", "bastion", "--account", "111122223333"], words].concat()).run().ok());
        printed.as_object().expect("several documents").keys().cloned().collect::<Vec<_>>()
    };
    let refused = |words: &[&str]| {
        let run = world.command(&World::binary(), &[&["policy", "bastion", "--account", "111122223333"], words].concat()).run().fails(2);
        assert!(run.stdout.is_empty() && run.stderr.contains("hint: "), "{run:?}");
        run.stderr
    };
    assert_eq!(names(&["--role", ROLE]), ["group-policy", "trust-policy"]);
    assert_eq!(names(&["--role", ROLE, ROLE, "--role", ROLE]), ["group-policy", "trust-policy"]);
    let (dev, other) = ("arn:aws:iam::123456789012:role/team/Dev", "arn:aws:iam::999999999999:role/Ops");
    assert_eq!(names(&["--role", ROLE, other, ROLE]), ["group-policy", "trust-policy-123456789012", "trust-policy-999999999999"]);
    assert_eq!(
        names(&["--role", ROLE, dev, dev, other]),
        ["group-policy", "trust-policy-123456789012-Dev", "trust-policy-123456789012-Ops", "trust-policy-999999999999"]
    );
    let twice = refused(&["--role", dev, "--role", "arn:aws:iam::123456789012:role/Dev"]);
    assert!(twice.contains("role names are unique in an account: `team/Dev` and `Dev`"), "{twice}");

    let chinese = "arn:aws-cn:iam::123456789012:role/Ops";
    for words in [
        &["--role", ROLE, chinese][..],
        &["--role", chinese, other],
        &["--role", chinese, "--partition", "aws"],
        &["--partition", "aws-us-gov", "--role", other],
    ] {
        assert!(refused(words).contains("different partitions"), "{words:?}");
    }
    for words in [&["--role", chinese][..], &["--role", chinese, "--partition", "aws-cn"]] {
        let printed = world.command(&World::binary(), &[&["policy", "bastion", "--account", "111122223333"], words].concat()).run().ok();
        assert!(
            printed.contains(chinese) && printed.contains("arn:aws-cn:iam::111122223333:root") && !printed.contains("arn:aws:"),
            "{printed}"
        );
    }
}

/// Every valid request is printed and never reported as a fault.
#[test]
fn every_valid_request_is_proved_and_printed() {
    let world = World::new();
    let service = ["service-account", "--action", "s3:GetObject"];
    for words in [
        &[&service[..], &["--resource", "*", "--source-ip", "192.0.0.0/16"]].concat()[..],
        &[&service[..], &["--resource", "arn:aws:s3:::b/${aws:username}/*", "--source-ip", "203.0.113.0/24"]].concat(),
        &[&service[..], &["--resource", "arn:aws:s3:::b/${aws:PrincipalTag/team}/*", "--source-ip", "203.0.113.0/24"]].concat(),
        &["bastion", "--account", "123456789012", "--user", "alice", "--role", ROLE],
        &["bastion", "--account", "123456789012", "--user", "alice", "--role", ROLE, "arn:aws:iam::123456789012:role/Ops-2"],
        &["sudo-role", "--account", "123456789012", "--role", "another-role"],
        &["sudo-role", "--account", "123456789012", "--max-mfa-age", "30s"],
    ] {
        let printed = world.command(&World::binary(), &[&["policy"], words].concat()).run().ok();
        assert!(parsed(&printed).is_object(), "{words:?}");
    }
    let never = world.vault(["policy", "sudo-role", "--account", "123456789012", "--max-mfa-age", "0s"]).run().fails(2);
    assert!(never.stderr.contains("no code is that new: give"), "{never:?}");
}
