//! `why` asks AWS for the details of a refusal, by id or with the encoded message. Without an answer, it says so and uses the text alone.

use serde_json::Value;

use crate::support::aws::{Fault, Keys, StandIn, client};
use crate::support::steps::signed_in_at;
use crate::support::world::{Run, World};

/// A world whose AWS keeps the details of refusals.
fn world() -> World {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa().deny("ec2:RunInstances"))
        .role("OpsSudo", |role| role.require_mfa())
        .bucket("some-bucket")
        .keep_refusals()
        .start();
    signed_in_at(aws)
}

/// S3's refusal of a long-term key.
fn refused(world: &World) -> String {
    let (status, text) = client::list_buckets(&world.aws.url(), "us-east-1", &world.aws.keys("some-user"));
    assert!(status == 403 && text.contains("authorization id: "), "{text}");
    text
}

/// The credentials of a profile.
fn keys(world: &World, profile: &str) -> Keys {
    let json: Value = serde_json::from_str(&world.vault(["export", "--format", "json", profile]).hands_over().run().ok()).expect("JSON");
    let of = |name: &str| json[name].as_str().expect("it is there").to_owned();
    Keys { id: of("AccessKeyId"), secret: of("SecretAccessKey"), token: Some(of("SessionToken")) }
}

fn found(run: &Run) -> Vec<Value> {
    run.json().as_array().unwrap_or_else(|| panic!("{run:?}")).clone()
}

fn ids(run: &Run) -> Vec<String> {
    found(run).iter().map(|finding| finding["id"].as_str().expect("it has one").to_owned()).collect()
}

#[test]
fn the_details_that_aws_kept_name_the_cause_and_the_deciding_statement_is_printed_corrected() {
    let world = world();
    let text = refused(&world);
    let run = world.vault(["why", "read-only", "--json", &text]).run();
    assert_eq!(ids(&run), ["mfa-absent", "matched-statement", "first-password"], "{run:?}");
    let trap = &found(&run)[2];
    assert_eq!(trap["subject"], "arn:aws:iam::123456789012:policy/ForceMFA");
    assert!(trap["message"].as_str().is_some_and(|text| text.starts_with("the deciding statement `DenyAllWithoutMFA` has a fault: ")));
    let fix = trap["fix"].as_str().expect("there is a fix");
    let corrected: Value = serde_json::from_str(&fix[fix.find('{').expect("the statement")..]).expect("it is JSON");
    let exceptions: Vec<_> = corrected["NotAction"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(exceptions.contains(&"sts:GetSessionToken") && exceptions.contains(&"iam:ChangePassword"), "{exceptions:?}");
    assert_eq!(corrected["Condition"]["BoolIfExists"]["aws:MultiFactorAuthPresent"], "false");

    let shown = world.vault(["why", "read-only", &text]).run().ok();
    let (_, statement) =
        shown.split_once("statement of arn:aws:iam::123456789012:policy/ForceMFA, corrected for `first-password`:\n").expect("it is there");
    assert_eq!(serde_json::from_str::<Value>(statement).expect("it is JSON"), corrected);
    assert_eq!((world.aws.answered("GetRequestAuthorizationDetails"), world.aws.answered("GetRequestAuthorizationPolicy")), (2, 2));
    let last = world.aws.last("GetRequestAuthorizationPolicy");
    assert_eq!((last.service.as_str(), last.region.as_str()), ("iam", "us-east-1"));
}

/// AWS keeps details only in the region of the refusal.
#[test]
fn the_details_are_requested_in_the_region_that_the_text_names() {
    let world = world();
    let (_, text) = client::list_buckets(&world.aws.url(), "eu-west-3", &world.aws.keys("some-user"));
    let run = world.vault(["why", "read-only", "--json", &text]).run();
    assert_eq!(
        (ids(&run)[0].as_str(), world.aws.last("GetRequestAuthorizationDetails").region.as_str()),
        ("mfa-absent", "eu-west-3"),
        "{run:?}"
    );
}

#[test]
fn without_an_answer_only_the_text_counts_and_a_note_says_why() {
    let world = world();
    let text = refused(&world);
    let nothing: fn(&str) -> String = |_| "<html>a proxy</html>".to_owned();
    let empty: fn(&str) -> String = |_| "{}".to_owned();
    let kinds: fn(&str) -> String = |_| r#"{"requestContext": [], "evaluations": [[7]], "policies": {}}"#.to_owned();
    let why = || world.vault(["why", "read-only", "--json", &text]).run();
    for (what, fault) in [
        ("denied", Fault::fail(403, "AccessDeniedException", "User: x is not authorized to perform: iam:GetRequestAuthorizationDetails")),
        ("forgotten", Fault::fail(404, "ResourceNotFoundException", "The requested authorization details do not exist in this region.")),
        ("refused", Fault::fail(400, "ValidationException", "no")),
        ("broken", Fault::fail(500, "InternalServerException", "no")),
        ("gone", Fault::Drop),
        ("cut short", Fault::CutShort),
        ("endless", Fault::Endless),
        ("of another program", Fault::Edit(nothing)),
        ("of other kinds", Fault::Edit(kinds)),
    ] {
        world.aws.fault("GetRequestAuthorizationDetails", fault, 9);
        let run = why();
        world.aws.clear_faults();
        assert_eq!((run.status, ids(&run)[0].as_str()), (0, "explicit-deny"), "{what}: {run:?}");
        assert!(run.stderr.contains("AWS gave no details, so vault judges by the text alone"), "{what}: {run:?}");
    }
    // An empty answer: no MFA information, as for a long-term key, and no policy to check.
    world.aws.fault("GetRequestAuthorizationDetails", Fault::Edit(empty), 1);
    let run = why();
    assert_eq!((run.status, ids(&run)), (0, vec!["mfa-absent".to_owned()]), "{run:?}");

    for (what, fault) in [
        ("denied", Fault::fail(403, "AccessDeniedException", "no")),
        ("gone", Fault::Drop),
        ("of another program", Fault::Edit(nothing)),
        ("empty", Fault::Edit(empty)),
    ] {
        world.aws.fault("GetRequestAuthorizationPolicy", fault, 9);
        let run = why();
        world.aws.clear_faults();
        assert_eq!(ids(&run), ["mfa-absent", "matched-statement"], "{what}: {run:?}");
        assert!(run.stderr.contains("the policy that decided is not checked"), "{what}: {run:?}");
    }
    world.aws.fault("GetRequestAuthorizationPolicy", Fault::Edit(|_| r#"{"policyDocument": {"Statement": [7]}}"#.to_owned()), 1);
    assert_eq!(ids(&why()), ["mfa-absent", "matched-statement"], "an invalid policy has no statement to correct");

    for call in ["GetRequestAuthorizationDetails", "GetRequestAuthorizationPolicy"] {
        world.aws.fault(call, Fault::fail(500, "InternalServerException", "no"), 1);
        let run = why();
        assert_eq!(ids(&run), ["mfa-absent", "matched-statement", "first-password"], "{call} is called again: {run:?}");
    }

    world.aws.forget_requests();
    let run = world.vault(["why", "read-only", "--offline", "--json", &text]).run();
    assert_eq!((ids(&run)[0].as_str(), world.aws.requests().len()), ("explicit-deny", 0), "{run:?}");
}

/// EC2's refusal of these credentials.
fn of_ec2(world: &World, keys: &Keys) -> String {
    let (status, text) = client::call(&world.aws.url(), ("us-east-1", "ec2"), keys, "Action=RunInstances&Version=2016-11-15");
    assert!(status == 403 && text.contains("Encoded authorization failure message: "), "{text}");
    text
}

#[test]
fn an_encoded_message_is_decoded_with_a_role_and_shows_whether_mfa_was_present() {
    let world = world();
    let bare = of_ec2(&world, &world.aws.keys("some-user"));
    let run = world.vault(["why", "opssudo", "--json", &bare]).run();
    assert_eq!(ids(&run)[..2], ["mfa-absent", "matched-statement"], "the refused request was signed by a key: {run:?}");
    let with_mfa = of_ec2(&world, &keys(&world, "read-only"));
    let run = world.vault(["why", "opssudo", "--json", &with_mfa]).run();
    assert_eq!(ids(&run)[0], "not-allowed", "{run:?}");
    assert!(found(&run)[0]["message"].as_str().is_some_and(|text| text.contains("`ec2:RunInstances`")), "{run:?}");
    assert_eq!(world.aws.answered("DecodeAuthorizationMessage"), 2);

    for fault in [
        Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: sts:DecodeAuthorizationMessage"),
        Fault::fail(400, "InvalidAuthorizationMessageException", "Message is not valid"),
        Fault::Drop,
        Fault::Edit(|_| "<html>a proxy</html>".to_owned()),
        Fault::Edit(|answer| answer.replace("explicitDeny", "x").replace("context", "y")),
    ] {
        world.aws.fault("DecodeAuthorizationMessage", fault.clone(), 9);
        let run = world.vault(["why", "opssudo", "--json", &bare]).run();
        world.aws.clear_faults();
        assert_eq!((run.status, ids(&run)[0].as_str()), (0, "encoded-message"), "{fault:?}: {run:?}");
    }
    let spoilt = bare.replace("failure message: ", "failure message: 0");
    let run = world.vault(["why", "opssudo", "--json", &spoilt]).run();
    assert!(ids(&run)[0] == "encoded-message" && run.stderr.contains("Message is not valid"), "{run:?}");
}

/// A session from `GetSessionToken` may call only two STS operations.
#[test]
fn an_encoded_message_is_not_sent_with_a_session_that_may_not_decode_it() {
    let world = world();
    let bare = of_ec2(&world, &world.aws.keys("some-user"));
    let run = world.vault(["why", "read-only", "--json", &bare]).run();
    assert!(ids(&run)[0] == "encoded-message" && run.stderr.contains("name a profile with a role"), "{run:?}");
    let session = keys(&world, "read-only");
    let call = "Action=DecodeAuthorizationMessage&Version=2011-06-15&EncodedMessage=x";
    let (status, text) = client::call(&world.aws.url(), ("us-east-1", "sts"), &session, call);
    assert!(status == 403 && text.contains("Cannot call DecodeAuthorizationMessage"), "{text}");
}
