//! The command itself: where the text comes from, which profile it is about, and which calls it makes.

use crate::support::world::{Run, World};

const DENIED: &str = "An error occurred (AccessDenied) when calling the ListBuckets operation: User: arn:aws:iam::123456789012:user/some-user is not authorized to perform: s3:ListAllMyBuckets with an explicit deny in an identity-based policy";

fn verdict(run: &Run) -> String {
    run.json()[0]["id"].as_str().unwrap_or_else(|| panic!("{run:?}")).to_owned()
}

#[test]
fn the_text_comes_as_words_or_on_stdin_and_the_first_word_may_be_the_profile() {
    let world = World::with_key();
    for run in [
        world.vault(["why", "--json", "read-only", DENIED]).run(),
        world.vault(["why", "--json", DENIED]).run(),
        world.vault(["why", "--json", "read-only"]).stdin(DENIED).run(),
        world.vault(["why", "--json"]).stdin(DENIED).run(),
        world
            .vault([
                "why",
                "--json",
                "An",
                "error",
                "occurred",
                "(AccessDenied)",
                "when",
                "calling",
                "the",
                "X",
                "operation:",
                "User:",
                "x",
                "with",
                "an",
                "explicit",
                "deny",
            ])
            .run(),
        world.vault(["why", "--json"]).env("AWS_PROFILE", "opssudo").stdin(DENIED).run(),
    ] {
        assert_eq!((run.status, verdict(&run).as_str()), (0, "explicit-deny"), "{run:?}");
    }
    let of_profile = world.vault(["why", "--json", "opssudo", DENIED]).run().ok();
    assert!(of_profile.contains("other-identity"), "the user made the request, and the profile is a role: {of_profile}");
    assert_eq!(world.aws.requests().len(), 0, "AWS is asked only if it kept details");
}

#[test]
fn a_text_without_an_aws_error_is_reported() {
    let world = World::new();
    let run = world.vault(["why", "read-only", "permission", "denied"]).run().fails(1);
    assert!(run.stdout.contains("not-recognised") && run.stdout.contains("this is not an AWS error that vault knows"), "{run:?}");
    let run = world.vault(["why", "--json"]).stdin("hello").run().fails(1);
    assert_eq!(verdict(&run), "not-recognised");
    let run = world.vault(["why"]).stdin("").run().fails(2);
    assert!(run.stderr.contains("there is no text to explain"), "{run:?}");
}

/// vault's own error about a refusal, piped into `why`.
#[test]
fn why_understands_vaults_own_error() {
    let world = World::with_key();
    let refused = world.vault(["exec", "read-only", "-t", "000000", "--", "true"]).run().fails(1);
    let run = world.vault(["why", "--json", "read-only"]).stdin(&refused.stderr).run();
    assert_eq!((run.status, verdict(&run).as_str()), (0, "mfa-code"), "{refused:?} {run:?}");
}

#[test]
fn a_text_that_is_too_long_is_refused_and_not_truncated() {
    let world = World::new();
    // Long output of a program, with its error at the end.
    let filled = |length: usize| format!("{}{DENIED}", "x\n".repeat(length / 2).split_off(DENIED.len()));
    assert_eq!(verdict(&world.vault(["why", "--json"]).stdin(&filled(1 << 20)).run()), "explicit-deny");
    let run = world.vault(["why", "--json"]).stdin(&filled((1 << 20) + 2)).run().fails(1);
    assert!(run.stdout.is_empty() && run.stderr.contains("cannot read `-`: it has more than 1 MiB"), "{run:?}");
}
