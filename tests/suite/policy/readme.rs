//! The README's "Enforcing MFA for a team", followed line by line: moto is the AWS that the templates are deployed to.
//!
//! Moto lacks two things. It deploys no `AWS::IAM::Group`, so the test creates the two groups itself and deploys the rest, after cfn-lint has
//! checked the whole template. It evaluates no conditions, so the test gives the documents that moto returns to our evaluator.

use vault::judge::policy::document::{Policy, read};
use vault::judge::policy::evaluate::{Caller, Context, Mfa, Policies, Request, decide};
use vault::judge::policy::input::gather;
use vault::judge::policy::lint::Facts;

use crate::support::moto::Moto;
use crate::support::readme::consoles;
use crate::support::tools;
use crate::support::world::{Run, World, tools as folder_of_tools};

fn run(world: &World, line: &str) -> Run {
    world.command("/bin/sh".as_ref(), &["-c", line]).run()
}

/// Creates the group of a template, and removes it from the template.
fn make_group(world: &World, template: &str) {
    let text = world.read(template);
    let group = text.split("\n\n").find(|part| part.contains("    Type: AWS::IAM::Group\n")).expect("there is a group").to_owned();
    let head = "Resources:\n";
    let rest = if group.starts_with(head) {
        text.replacen(&format!("{group}\n\n"), head, 1)
    } else {
        text.replacen(&format!("{group}\n\n"), "", 1)
    };
    assert!(rest.contains("- !Ref Group\n") && !rest.contains("AWS::IAM::Group"), "{rest}");
    world.write(template, rest.replace("- !Ref Group\n", "- !Ref GroupName\n"));
    let name =
        text.split("  GroupName:\n").nth(1).and_then(|rest| rest.split("Default: \"").nth(1)?.split('"').next()).expect("it has a name");
    run(world, &format!("aws iam create-group --group-name {name}")).ok();
}

/// The policies that the account has now, by name.
fn deployed(world: &World) -> Vec<(String, Policy)> {
    let dump = run(world, "aws iam get-account-authorization-details --output json").ok();
    let found = gather(&dump, &Facts::default()).expect("it is a dump");
    let policy = |found: &vault::judge::policy::input::Found| {
        let document = found.document.as_ref().expect("the document is there");
        (found.name.clone().unwrap_or_default(), read(document, found.kind).policy)
    };
    found.iter().map(policy).collect()
}

#[test]
fn it_leads_to_a_group_that_manages_itself_and_needs_mfa() {
    let mut world = World::new();
    let moto = Moto::start(&world);
    moto.enter(&mut world);
    moto.reset(&world);
    let path = std::env::var("PATH").expect("there is one");
    let folder = World::binary().parent().expect("it is in a folder").display().to_string();
    world.set("PATH", &format!("{folder}:{}:{path}", folder_of_tools().display()));
    for (name, value) in [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_DEFAULT_REGION", "us-east-1")] {
        world.set(name, value);
    }
    run(&world, "aws iam create-user --user-name alice").ok();
    let consoles = consoles("Enforcing MFA for a team");
    let [team, check] = consoles.as_slice() else { panic!("{consoles:?}") };
    let mut followed = 0;
    for line in team {
        let command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("`{line}` is a command"));
        if let Some(template) = command.split("--template-file ").nth(1) {
            world.command(&tools::program("cfn-lint"), &[template]).run().ok();
            make_group(&world, template);
        }
        let run = run(&world, command);
        assert_eq!(run.status, 0, "{command}: {run:?}");
        followed += 1;
    }
    assert!(followed >= 7, "{team:?}");

    // The deployed policies decide what alice may do.
    let groups = run(&world, "aws iam list-groups-for-user --user-name alice --query 'Groups[].GroupName' --output text").ok();
    let mut names = Vec::new();
    for group in groups.split_whitespace() {
        let attached =
            format!("aws iam list-attached-group-policies --group-name {group} --query 'AttachedPolicies[].PolicyArn' --output text");
        names.extend(run(&world, &attached).ok().split_whitespace().map(str::to_owned));
    }
    assert_eq!(names.len(), 2, "one of each group: {names:?}");
    let all = deployed(&world);
    let of_alice: Vec<_> = all.iter().filter(|(name, _)| names.contains(name)).map(|(_, policy)| policy).collect();
    let (_, trust) = all.iter().find(|(name, _)| name.ends_with(":role/OpsSudo")).expect("the role is there");
    let allowed = |action: &str, resource: &str, mfa: Mfa, trust: Option<(&Policy, &str)>| {
        let context = mfa.added_to(Context::default().with("aws:username", "alice"));
        let caller = Caller::user("aws", "123456789012", "alice");
        let request = Request { action: action.to_owned(), resource: resource.to_owned(), caller, context };
        decide(Policies { identity: &of_alice, trust, ..Policies::default() }, &request).is_allowed()
    };
    let user = |name: &str| format!("arn:aws:iam::123456789012:user/{name}");
    let role = "arn:aws:iam::123456789012:role/OpsSudo";
    for (action, resource, trust, expected) in [
        ("iam:CreateVirtualMFADevice", "arn:aws:iam::123456789012:mfa/phone".to_owned(), None, [true, true, true]),
        ("iam:EnableMFADevice", user("alice"), None, [true, true, true]),
        ("iam:EnableMFADevice", user("bob"), None, [false, false, false]),
        ("iam:CreateAccessKey", user("alice"), None, [false, false, true]),
        ("iam:CreateAccessKey", user("bob"), None, [false, false, false]),
        ("iam:DeactivateMFADevice", user("alice"), None, [false, false, true]),
        ("sts:AssumeRole", role.to_owned(), Some((trust, "123456789012")), [false, false, true]),
    ] {
        assert_eq!(Mfa::ALL.map(|mfa| allowed(action, &resource, mfa, trust)), expected, "{action} on {resource}");
    }

    // The account has no findings. With the policy that many help pages recommend, it has those that the README shows.
    let [command, shown] = check.as_slice() else { panic!("{check:?}") };
    let command = command.strip_prefix("$ ").expect("it is a command");
    assert_eq!(run(&world, command).ok(), "checked 4 policies: nothing found\n");
    let block = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}}"#;
    run(&world, &format!("aws iam put-user-policy --user-name alice --policy-name block --policy-document '{block}'")).ok();
    let found = run(&world, command).fails(1).stdout;
    let shown = shown.strip_suffix('…').expect("the README shortens it").trim();
    assert!(found.starts_with(shown), "{found}");
}
