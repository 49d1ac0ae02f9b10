//! A rotation costs nobody a session: the old key's sessions stay valid, and serve the rotation itself.

use std::time::Duration;

use super::{ids, rotate, stored};
use crate::support::aws::Fault;
use crate::support::steps::{forget_codes, sign_in, signed_in};
use crate::support::world::{World, finish};

#[test]
fn jobs_continue_with_the_old_keys_session() {
    let world = signed_in();
    let before = world.vault(["exec", "read-only", "--", "printenv", "AWS_ACCESS_KEY_ID"]).run().ok();
    world.vault(["rotate", "read-only"]).run().ok();
    for finish in [false, true] {
        if finish {
            world.vault(["rotate", "read-only", "--finish"]).run().ok();
        }
        let after = world.vault(["exec", "read-only", "--", "printenv", "AWS_ACCESS_KEY_ID"]).run().ok();
        assert_eq!(after, before, "the same session, without a code");
        // A role's session is new, but costs no code either.
        world.vault(["exec", "opssudo", "--fresh", "--", "true"]).run().fails(1);
        world.vault(["exec", "opssudo", "--", "true"]).run().ok();
        let status = world.vault(["status", "read-only", "--short"]).run().ok();
        assert!(status.starts_with("read-only "), "{status}");
        let shown = world.vault(["list"]).run().ok();
        assert!(shown.lines().any(|line| line.starts_with("read-only") && line.contains('h')), "its session is listed: {shown}");
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
    // The next code is for the new key.
    forget_codes(&world);
    world.vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run().ok();
    assert_eq!(world.aws.last("GetSessionToken").key_id.as_deref(), Some(&*stored(&world, "read-only")));
    let newer = world.vault(["exec", "read-only", "--", "printenv", "AWS_ACCESS_KEY_ID"]).run().ok();
    assert_ne!(newer, before, "once it exists, the new key's session is used");
}

#[test]
fn a_session_that_ended_early_is_replaced_by_one_from_the_new_key() {
    let world = signed_in();
    world.vault(["rotate", "read-only"]).run().ok();
    world.aws.expire_sessions();
    forget_codes(&world);
    // Assuming a role shows that the session has ended at AWS.
    let run = world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run();
    assert_eq!(run.status, 0, "{run:?}");
    world.aws.expire_sessions();
    let run = rotate(&world, ["read-only", "--finish"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
}

#[test]
fn removing_the_key_deletes_the_old_keys_sessions() {
    let world = signed_in();
    world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
    world.vault(["remove", "-f", "read-only"]).run().ok();
    let files = walk(&world.path(".cache/vault/sessions"));
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn a_session_in_progress_on_top_of_the_old_keys_is_deleted_with_the_others() {
    std::thread::scope(|scope| {
        for (drops, is_signed_in_anew) in [
            (&["remove", "-f", "read-only"][..], false),
            (&["remove", "-f", "read-only"], true),
            (&["clear", "read-only"], false),
            (&["clear", "read-only"], true),
            (&["clear", "opssudo"], true),
        ] {
            scope.spawn(move || {
                let world = signed_in();
                world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
                world.aws.fault("AssumeRole", Fault::Delay(Duration::from_secs(8)), 1);
                let making = world.vault(["exec", "opssudo", "--", "true"]).start();
                while world.aws.calls("AssumeRole") == 0 {
                    std::thread::sleep(Duration::from_millis(20));
                }
                if is_signed_in_anew {
                    forget_codes(&world).vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run().ok();
                }
                world.command(&World::binary(), drops).run().ok();
                assert_eq!(world.aws.answered("AssumeRole"), 0, "the call is still in progress");
                let (status, _, stderr) = finish(making);
                assert!(status.success(), "{drops:?}: {stderr}");
                let files = walk(&world.path(".cache/vault/sessions"));
                assert!(files.is_empty(), "{drops:?} {is_signed_in_anew}: {files:?} {stderr}");
            });
        }
    });
}

#[test]
fn clearing_a_profile_deletes_the_mfa_session_of_each_of_its_keys() {
    let world = World::with_key();
    sign_in(&world, "opssudo");
    world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
    forget_codes(&world).vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run().ok();
    assert_eq!(walk(&world.path(".cache/vault/sessions")).len(), 3, "one of each key, and the role's");
    world.vault(["clear", "read-only"]).run().ok();
    let files = walk(&world.path(".cache/vault/sessions"));
    assert_eq!(files.len(), 1, "the session of the role belongs to another profile: {files:?}");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
