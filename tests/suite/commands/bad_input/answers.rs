//! Incomplete answers: refused, never cached, and requested again if that costs no code.

use crate::support::aws::{Fault, StandIn};
use crate::support::world::{TWO_PROFILES, World, usual_aws};

use super::super::forget_codes;
use super::Kept;

type Edit = fn(&str) -> String;

/// How an endpoint may damage an answer, and the resulting message.
const BROKEN: [(Edit, &str); 12] = [
    (|answer| with(answer, "SecretAccessKey", ""), "it contains no secret access key"),
    (|answer| with(answer, "SecretAccessKey", " "), "it contains no secret access key"),
    (|answer| without(answer, "SecretAccessKey"), "it contains no secret access key"),
    (|answer| with(answer, "SessionToken", ""), "it contains no session token"),
    (|answer| without(answer, "SessionToken"), "it contains no session token"),
    (|answer| without(answer, "AccessKeyId"), "an access key id holds only"),
    (|answer| without(answer, "Expiration"), "it does not say when the credentials expire"),
    (|answer| with(answer, "Expiration", "2001-01-01T00:00:00Z"), "its credentials expired at"),
    (|answer| without(answer, "Credentials"), "it contains no credentials"),
    (|answer| cut_at(answer, "<RequestId>"), "it is cut short"),
    (|answer| cut_at(answer, "Expiration>"), "it is cut short"),
    (|_| "<html><body>Sign in to this network</body></html>".to_owned(), "it is incomplete, or it comes from another program"),
];

fn cut_at(answer: &str, place: &str) -> String {
    answer.split(place).next().unwrap_or_default().to_owned()
}

fn without(answer: &str, element: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let (before, rest) = answer.split_once(&open).expect("the element is there");
    let (_, after) = rest.split_once(&close).expect("it has an end tag");
    format!("{before}{after}")
}

fn with(answer: &str, element: &str, value: &str) -> String {
    let at = answer.find(&format!("<{element}>")).expect("the element is there");
    let shorter = without(answer, element);
    format!("{}<{element}>{value}</{element}>{}", &shorter[..at], &shorter[at..])
}

#[test]
fn incomplete_answers_are_refused_and_not_cached() {
    let world = World::with_key();
    for (calls, (broken, said)) in BROKEN.into_iter().enumerate() {
        world.aws.fault("GetSessionToken", Fault::Edit(broken), 1);
        let stderr = Kept::in_(&world).by(&forget_codes(&world).vault(["exec", "read-only", "--", "true"]).code_of("some-user").run(), 1);
        assert!(
            stderr.starts_with(&format!("vault: profile `read-only`: the answer to `GetSessionToken` cannot be used: {said}")),
            "{stderr}"
        );
        assert!(stderr.contains("\nhint: give the device's next code, since AWS may have used this one\n"), "{stderr}");
        assert_eq!(world.aws.calls("GetSessionToken"), calls + 1, "a code is sent once, and nothing is taken from the cache");
    }
}

#[test]
fn a_request_without_a_code_is_retried() {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    for (minutes, (broken, said)) in (15..).zip(BROKEN) {
        world.aws.forget_requests();
        world.aws.fault("AssumeRole", Fault::Edit(broken), 2);
        // A different duration is a different session.
        let run = world.vault(["exec", "opssudo", "-d", &format!("{minutes}m"), "--", "true"]).run();
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{said}");
        assert_eq!(world.aws.calls("AssumeRole"), 3, "{said}");
    }
}

#[test]
fn a_web_identity_request_is_no_exception() {
    let aws = StandIn::builder().user("some-user", |user| user).role("Web", |role| role.web_identity("some-web-token")).start();
    let config = "[profile web]\nrole_arn = arn:aws:iam::123456789012:role/Web\nweb_identity_token_file = token\n";
    let world = World::with(aws, config);
    world.write("token", "some-web-token");
    for (broken, said) in BROKEN {
        world.aws.forget_requests();
        world.aws.fault("AssumeRoleWithWebIdentity", Fault::Edit(broken), 3);
        let run = world.vault(["exec", "web", "--", "true"]).run().fails(1);
        assert!(run.stderr.contains(&format!("cannot be used: {said}")), "{run:?}");
        assert_eq!(world.aws.calls("AssumeRoleWithWebIdentity"), 3);
    }
    world.vault(["exec", "web", "--", "true"]).run().ok();
}

#[test]
fn a_truncated_answer_may_have_used_the_code() {
    let world = World::with_key();
    world.aws.fault("GetSessionToken", Fault::CutShort, 1);
    let run = world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().fails(1);
    assert!(run.stderr.contains("AWS's first answer to this code was lost, and the code cannot be used again"), "{run:?}");
}

#[test]
fn an_answer_that_never_ends_is_not_read_forever() {
    let world = World::with(usual_aws(), TWO_PROFILES);
    world.add("read-only", "some-user");
    world.aws.fault("GetSessionToken", Fault::Endless, 100);
    let run = world.vault(["exec", "read-only", "--", "true"]).env("AWS_MAX_ATTEMPTS", "1").code_of("some-user").run().fails(1);
    assert!(run.stderr.contains("the answer to `GetSessionToken` cannot be used: it broke off: "), "{run:?}");
}
