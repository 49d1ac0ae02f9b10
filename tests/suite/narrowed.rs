//! Profiles that may do less than their role: the policies reach AWS, and no session made for one request serves another.

use crate::support::world::World;

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const OTHER: &str = "arn:aws:iam::123456789012:policy/Ops";

fn world() -> World {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world
}

impl World {
    fn policy(&self, policy: &str) {
        self.write(".config/vault/config.toml", format!("[profile.opssudo]\nsession_policy = {policy}\n"));
    }

    /// The key id that a command gets with these flags.
    fn key_id(&self, flags: &[&str]) -> String {
        let arguments = [&["exec", "opssudo"], flags, &["--", "printenv", "AWS_ACCESS_KEY_ID"]].concat();
        self.command(&World::binary(), &arguments).run().ok()
    }
}

#[test]
fn policies_from_settings_and_flags_reach_the_call_that_assumes_the_role() {
    let world = world();
    let asked = |world: &World| {
        let request = world.aws.last("AssumeRole");
        (request.policy, request.policy_arns)
    };
    world.key_id(&[]);
    assert_eq!(asked(&world), (None, vec![]));
    world.key_id(&["--read-only"]);
    assert_eq!(asked(&world), (None, vec![READ_ONLY.to_owned()]));
    world.policy(&format!("'{POLICY}'"));
    world.key_id(&[]);
    assert_eq!(asked(&world), (Some(POLICY.to_owned()), vec![]));
    world.policy(&format!("[\"{OTHER}\", \"{READ_ONLY}\"]"));
    world.key_id(&[]);
    assert_eq!(asked(&world), (None, vec![OTHER.to_owned(), READ_ONLY.to_owned()]));
    assert_eq!(world.aws.answered("AssumeRole"), 4);
}

#[test]
fn a_session_serves_the_request_that_made_it_and_no_other() {
    let world = world();
    let plain = world.key_id(&[]);
    let read_only = world.key_id(&["--read-only"]);
    world.policy(&format!("'{POLICY}'"));
    let by_document = world.key_id(&[]);
    world.policy(&format!("'{}'", POLICY.replace("s3:ListAllMyBuckets", "s3:*")));
    let by_other_document = world.key_id(&[]);
    world.policy(&format!("[\"{OTHER}\"]"));
    let by_arn = world.key_id(&[]);
    let mut all = vec![&plain, &read_only, &by_document, &by_other_document, &by_arn];
    all.sort();
    all.dedup();
    assert_eq!((all.len(), world.aws.calls("AssumeRole")), (5, 5));
    // Each of them again, from the cache.
    assert_eq!(world.key_id(&[]), by_arn);
    world.policy(&format!("'{POLICY}'"));
    assert_eq!(world.key_id(&[]), by_document);
    world.write(".config/vault/config.toml", "");
    assert_eq!((world.key_id(&["--read-only"]), world.key_id(&[])), (read_only, plain));
    assert_eq!(world.aws.calls("AssumeRole"), 5);
}

#[test]
fn a_flag_does_not_widen_what_a_setting_narrows() {
    let world = world();
    world.policy(&format!("'{POLICY}'"));
    let run = world.vault(["exec", "opssudo", "--read-only", "--", "true"]).run().fails(2);
    assert!(run.stderr.contains("profile `opssudo` already has a `session_policy`"), "{run:?}");
    assert_eq!(world.aws.calls("AssumeRole"), 0);
}

#[test]
fn without_a_role_nothing_can_be_narrowed_and_nothing_is_handed_out() {
    let world = world();
    world.write(".config/vault/config.toml", format!("[profile.read-only]\nsession_policy = [\"{OTHER}\"]\n"));
    for flags in [&[][..], &["--read-only"]] {
        let arguments = [&["exec", "read-only"], flags, &["--", "echo", "ran"]].concat();
        let run = world.command(&World::binary(), &arguments).run().fails(if flags.is_empty() { 1 } else { 2 });
        assert_eq!(run.stdout, "");
    }
    world.write(".config/vault/config.toml", "");
    let run = world.vault(["exec", "read-only", "--read-only", "--", "echo", "ran"]).run().fails(2);
    assert!(run.stderr.contains("profile `read-only` has no role to limit"), "{run:?}");
}
