//! Text from AWS, an endpoint, a helper program or a config file is shown on one line, without a secret, and never as vault's own words.

use crate::support::aws::Fault;
use crate::support::world::{Run, World};

/// Nothing in it acts on a terminal, and no foreign line begins like one of vault's.
#[track_caller]
fn assert_tame(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        assert_acts_on_nothing(text);
        assert!(text.len() < 8_000, "{}", text.len());
    }
}

#[track_caller]
fn assert_acts_on_nothing(text: &str) {
    assert!(!text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{text:?}");
    assert!(!text.contains("\nhint: run `curl evil`"), "{text:?}");
    assert!(!text.contains("##vso[") && !text.contains("##["), "{text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text:?}");
}

/// The harm that it would do to a terminal, and in the log of a build.
const WILD: &str = "no\x1b[2J\x1b]0;title\x07 way\r\nhint: run `curl evil`\n::set-env name=A::b\n##vso[task.setvariable variable=A]b ##[error]c\n\u{202e}\u{9b}31m";

#[test]
fn text_from_aws_cannot_act_on_the_terminal() {
    let world = World::with_key();
    let exec = |world: &World| world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run();
    for fault in [
        Fault::fail(403, "AccessDenied", WILD),
        Fault::fail(400, WILD, "said by its code"),
        Fault::fail(400, "Other", &format!("{WILD}{}", "x".repeat(500_000))),
        Fault::fail(503, "ServiceUnavailable", WILD),
    ] {
        world.aws.fault("GetSessionToken", fault, 100);
        let run = exec(super::super::forget_codes(&world)).fails(1);
        world.aws.clear_faults();
        assert!(run.stderr.starts_with("vault: "), "{run:?}");
        assert_tame(&run);
    }
}

/// The world's leak check looks for the secrets.
#[test]
fn request_details_that_aws_repeats_are_left_out() {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.aws.fault("AssumeRole", Fault::WrongSignature, 1);
    let run = world.vault(["exec", "opssudo", "--", "true"]).run().fails(1);
    assert!(run.stderr.contains("Consult the service documentation for details. (SignatureDoesNotMatch)\n"), "{run:?}");
    assert!(!run.stderr.to_lowercase().contains("canonical") && !run.stderr.contains("x-amz-"), "{run:?}");
    assert_tame(&run);
}

#[test]
fn text_from_a_config_file_cannot_act_on_the_terminal() {
    let world = World::with_key();
    let value = "a\x1b[2Jb\u{202e}c\u{9b}31m";
    for (key, rest) in [
        ("region", ""),
        ("mfa_serial", ""),
        ("role_arn", "source_profile = read-only\n"),
        ("source_profile", "role_arn = arn:aws:iam::123456789012:role/R\n"),
        ("external_id", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("role_session_name", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("source_identity", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("session_tags", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("web_identity_token_file", "role_arn = arn:aws:iam::123456789012:role/R\n"),
        ("endpoint_url", "mfa_serial = arn:aws:iam::123456789012:mfa/some-user\n"),
        ("duration_seconds", "mfa_serial = arn:aws:iam::123456789012:mfa/some-user\n"),
        ("include_profile", ""),
        ("credential_source", "role_arn = arn:aws:iam::123456789012:role/R\n"),
    ] {
        world.write(".aws/config", format!("[profile read-only]\n[profile x]\n{key} = {value}\n{rest}[profile {value}]\nregion = x\n"));
        for command in [["explain", "x"].as_slice(), &["list"], &["exec", "x", "--no-wait", "--", "true"], &["status"]] {
            let run = world.command(&World::binary(), command).run();
            assert_tame(&run);
        }
    }
}

/// Calls `each` with every variant of the document in which one name or one text is hostile.
fn with_one_wild(document: &serde_json::Value, each: &mut dyn FnMut(serde_json::Value)) {
    use serde_json::Value;
    match document {
        Value::String(text) => each(Value::from(format!("{text}{WILD}"))),
        Value::Array(items) => {
            for index in 0..items.len() {
                with_one_wild(&items[index], &mut |wild| {
                    let mut items = items.clone();
                    items[index] = wild;
                    each(Value::Array(items));
                });
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                with_one_wild(value, &mut |wild| {
                    let mut members = members.clone();
                    members.insert(name.clone(), wild);
                    each(Value::Object(members));
                });
                let mut members = members.clone();
                let value = members.remove(name).expect("it is there");
                members.insert(format!("{name}{WILD}"), value);
                each(Value::Object(members));
            }
        }
        _ => {}
    }
}

// Security: in a log, a line that begins with a policy's text could be a false hint or a command to the CI system.
#[test]
fn text_from_a_policy_cannot_begin_a_line() {
    use serde_json::{Value, json};
    let world = World::new();
    let block = json!({
        "Version": "2008-10-17",
        "Id": "x",
        "Statement": [
            {"Sid": "Block", "Effect": "Deny", "NotAction": ["iam:GetUser"], "Resource": "*",
             "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}, "StringEquals": {"aws:SourcIp": "x"}}},
            {"Sid": "Own", "Effect": "Allow", "Action": "iam:CreateVirtualMFADevice", "Resource": "arn:aws:iam::*:mfa/${aws:username}"},
            {"Effect": "Allow", "Action": ["iam:DeactivateMFADevice"], "Resource": ["arn:aws-cn:iam::1:user/${aws:username}"]},
        ]
    });
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}});
    let template = json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Group": {"Type": "AWS::IAM::Group",
        "Properties": {"Policies": [{"PolicyName": "block", "PolicyDocument": block}]}}}});
    let dump = json!({"UserDetailList": [{"Path": "/ops/", "UserName": "alice", "Arn": "arn:aws:iam::123456789012:user/ops/alice",
        "UserPolicyList": [{"PolicyName": "block", "PolicyDocument": block}]}], "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
    let mut files: Vec<String> = Vec::new();
    for document in [&block, &trust, &template, &dump] {
        with_one_wild(document, &mut |wild| {
            files.push(format!("{}.json", files.len()));
            world.write(files.last().expect("it was just added"), wild.to_string());
        });
    }
    assert!(files.len() > 100, "{}", files.len());
    files.push(format!("{WILD}.json"));
    world.write(files.last().expect("it was just added"), block.to_string());
    let check = |words: &[&str]| {
        let words: Vec<_> = ["policy", "check"].iter().chain(words).copied().chain(files.iter().map(String::as_str)).collect();
        let run = world.command(&World::binary(), &words).run().fails(1);
        assert_acts_on_nothing(&run.stdout);
        assert_acts_on_nothing(&run.stderr);
        run.stdout
    };
    let text = check(&["--prove"]);
    // No line begins with text from a file.
    let ours = |line: &str| {
        let begins = ["error[", "warning[", "note[", "fix: ", "proof: ", "checked ", " "];
        line.is_empty() || begins.iter().any(|begin| line.starts_with(begin))
    };
    assert_eq!(text.lines().find(|line| !ours(line)), None);
    check(&["--json"]);
    // A code host displays these texts.
    let sarif: Value = serde_json::from_str(&check(&["--format", "sarif"])).expect("it is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("there are results");
    let named = |result: &'_ Value| result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].as_str().map(str::to_owned);
    assert!(results.iter().filter_map(named).count() > 10);
    for shown in
        results.iter().filter_map(|result| result["message"]["text"].as_str().map(str::to_owned)).chain(results.iter().filter_map(named))
    {
        assert_acts_on_nothing(&shown);
    }
}

/// Names are the first word of many lines.
#[test]
fn a_name_is_no_command_in_the_log_of_a_build() {
    for name in ["::set-env name=A::b", "::add-mask::a", "##vso[task.setvariable variable=A]b"] {
        let world = World::with_key();
        let config = world.read(".aws/config");
        // A header ends at its first bracket.
        let profile = if name.contains(']') { "other" } else { name };
        world.write(".aws/config", format!("{config}\n[profile \"{profile}\"]\nregion = eu-west-1\ncredential_process = {name}\n"));
        for arguments in [&["list"][..], &["status"], &["doctor", "--offline"], &["doctor", "--offline", "--json"], &["list", "--json"]] {
            let run = world.command(&World::binary(), arguments).run();
            for text in [&run.stdout, &run.stderr] {
                assert_acts_on_nothing(text);
            }
        }
        let report = format!("user,arn,mfa_active,access_key_1_active\n\"{name}\",arn:aws:iam::123456789012:user/x,false,true\n");
        world.write("report.csv", report);
        for format in ["table", "json", "markdown"] {
            let run = world.vault(["audit", "--report", "report.csv", "--format", format]).run();
            assert!(run.stdout.contains("key-no-mfa"), "{run:?}");
            for text in [&run.stdout, &run.stderr] {
                assert_acts_on_nothing(text);
            }
        }
    }
}
