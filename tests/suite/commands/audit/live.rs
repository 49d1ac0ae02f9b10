//! The live report: generated, waited for, several accounts. A refusal by AWS is reported and never taken for an empty result.

use serde_json::Value;

use crate::support::aws::Fault;
use crate::support::moto::Moto;
use crate::support::steps::{sign_in, signed_in_at};
use crate::support::world::{World, usual_aws};

fn found(document: &Value) -> Vec<(String, String)> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    document["findings"].as_array().unwrap().iter().map(|finding| (text(finding, "id"), text(finding, "user"))).collect()
}

/// Turns off the device look-up, which other tests cover.
fn deny_devices(world: &World) {
    world.aws.fault(
        "ListVirtualMFADevices",
        Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: iam:ListVirtualMFADevices"),
        99,
    );
}

#[test]
fn the_report_is_generated_judged_and_completed_by_other_calls() {
    let world = World::with_key();
    sign_in(&world, "read-only");
    deny_devices(&world);
    world.aws.order_reports(|reports| {
        reports.pending = 1;
        reports.service_credentials.push(("some-user".to_owned(), "ACCAEXAMPLE".to_owned(), "bedrock.amazonaws.com".to_owned(), None));
    });
    let run = world.vault(["audit", "read-only", "--json"]).run();
    let document = run.json();
    assert_eq!((run.status, &document["account"], &document["users"]), (0, &Value::from("123456789012"), &Value::from(2)), "{run:?}");
    assert!(found(&document).contains(&("bearer-key".to_owned(), "some-user".to_owned())), "{run:?}");
    assert!(document["generated_at"].as_str().is_some(), "{run:?}");
    for said in [
        "AWS is making the credential report",
        "credential report of account 123456789012: 2 users, made 20",
        "kinds of MFA devices are not checked (`fido-only`, `root-virtual-mfa`)",
    ] {
        assert!(run.stderr.contains(said), "{said}: {run:?}");
    }
    assert_eq!((world.aws.calls("GenerateCredentialReport"), world.aws.calls("GetCredentialReport")), (2, 1));
    let several = world.vault(["audit", "read-only", "opssudo", "--json"]).run();
    let documents = several.json();
    assert_eq!(documents.as_array().map(Vec::len), Some(2), "{several:?}");
    assert_eq!(documents[0]["account"], documents[1]["account"]);
}

#[test]
fn a_user_without_mfa_is_found_and_the_status_follows() {
    let aws = crate::support::aws::StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .user("bob", |user| user)
        .start();
    let world = signed_in_at(aws);
    deny_devices(&world);
    let run = world.vault(["audit", "read-only", "--json", "--fail-on", "high"]).run().fails(1);
    assert!(found(&run.json()).contains(&("key-no-mfa".to_owned(), "bob".to_owned())), "{run:?}");
}

#[test]
fn a_refusal_by_aws_is_not_an_empty_report() {
    for (call, fault, said) in [
        ("GetCredentialReport", Fault::fail(409, "LimitExceeded", "Cannot exceed quota for users."), "LimitExceeded"),
        (
            "GenerateCredentialReport",
            Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: iam:GenerateCredentialReport"),
            "`iam:GenerateCredentialReport`",
        ),
        (
            "GetCredentialReport",
            Fault::Edit(|_| {
                "<GetCredentialReportResponse><GetCredentialReportResult><Content></Content></GetCredentialReportResult></GetCredentialReportResponse>".to_owned()
            }),
            "the credential report is empty",
        ),
    ] {
        let world = World::with_key();
        sign_in(&world, "read-only");
        world.aws.fault(call, fault, 9);
        let run = world.vault(["audit", "read-only", "--json"]).run().fails(1);
        assert!(run.stdout.is_empty() && run.stderr.contains(said), "{said}: {run:?}");
    }
    let world = World::with(usual_aws(), crate::support::world::TWO_PROFILES);
    world.vault(["audit", "--json"]).run().fails(2);
}

#[test]
fn moto_is_audited_too() {
    let mut world = World::with(usual_aws(), crate::support::world::TWO_PROFILES);
    let moto = Moto::start(&world);
    moto.enter(&mut world);
    let add = world.vault(["add", "read-only", "--env", "--no-verify"]);
    add.env("AWS_ACCESS_KEY_ID", &moto.key.0).env("AWS_SECRET_ACCESS_KEY", &moto.key.1).run().ok();
    let run = world.vault(["audit", "read-only", "--json", "-t", "123456"]).run();
    let document = run.json();
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(document["account"], "123456789012", "{run:?}");
    assert!(document["users"].as_u64().is_some_and(|users| users >= 1), "{run:?}");
}
