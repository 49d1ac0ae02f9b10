//! `clear` deletes cached sessions, including the shared MFA session, and nothing else.

use std::fmt::Write as _;

use crate::support::world::{World, finish, status_of};

use super::{forget_codes, forget_key_id, shown, sign_in, signed_in};

fn asks_again(world: &World, profile: &str) -> bool {
    let run = world.vault(["exec", profile, "--no-wait", "--", "true"]).run();
    assert!(run.status == 0 || run.status == 1, "{run:?}");
    run.status == 1
}

#[test]
fn clear_deletes_a_profiles_sessions_and_the_shared_mfa_session() {
    let world = signed_in();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    assert!(!asks_again(&world, "opssudo") && !asks_again(&world, "read-only"));
    let run = world.vault(["clear", "opssudo"]).run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: 2 cached sessions of `opssudo` dropped\n");
    assert!(asks_again(&world, "opssudo") && asks_again(&world, "read-only"));
    let run = world.vault(["clear", "opssudo"]).run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: 0 cached sessions of `opssudo` dropped\n");
}

#[test]
fn clearing_the_source_keeps_the_roles_sessions() {
    let world = signed_in();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    let run = world.vault(["clear", "read-only"]).run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: 1 cached session of `read-only` dropped\n");
    assert!(!asks_again(&world, "opssudo"), "its own session is still good");
}

#[test]
fn without_a_profile_every_session_is_deleted() {
    let world = signed_in();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    let run = world.vault(["clear"]).run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: 2 cached sessions dropped\n");
    assert!(asks_again(&world, "read-only"));
    // `AWS_PROFILE` does not limit it: only the command line decides.
    sign_in(forget_codes(&world), "read-only");
    let run = world.vault(["clear"]).env("AWS_PROFILE", "opssudo").run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: 1 cached session dropped\n");
}

#[test]
fn sessions_made_with_other_flags_are_deleted_too() {
    let world = signed_in();
    world.vault(["exec", "opssudo", "--duration", "30m", "--", "true"]).run().ok();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    let run = world.vault(["clear", "opssudo"]).run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: 3 cached sessions of `opssudo` dropped\n");
}

#[test]
fn every_mfa_session_that_the_profile_could_start_from_is_deleted() {
    let world = signed_in();
    // From the same key, for another profile and another duration.
    forget_codes(&world).vault(["exec", "read-only", "--duration", "2h", "--", "true"]).code_of("some-user").run().ok();
    let run = world.vault(["clear", "opssudo"]).run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: 2 cached sessions of `opssudo` dropped\n");
    assert_eq!(world.vault(["clear"]).run().stderr, "vault: 0 cached sessions dropped\n");
}

#[test]
fn the_mfa_session_is_deleted_even_if_its_key_is_unknown() {
    for way in 0..3 {
        let world = World::with_key();
        // It carries the name of the profile that it was made for.
        sign_in(&world, "opssudo");
        forget_key_id(&world, way);
        world.vault(["clear", "read-only"]).run().ok();
        assert!(asks_again(&world, "read-only"), "{way}");
        assert!(!asks_again(&world, "opssudo"), "{way}: the role's own session stays");
    }
}

#[test]
fn deleting_several_sessions_at_once_takes_no_other() {
    let world = signed_in();
    let config = world.read(".aws/config");
    let role = config.lines().find(|line| line.starts_with("role_arn")).expect("a profile has a role");
    let roles = ["r0", "r1", "r2", "stays"];
    let mut config = config.clone();
    for name in roles {
        // Writing to a string cannot fail.
        let _ = write!(config, "\n[profile {name}]\nsource_profile = read-only\n{role}\nrole_session_name = {name}\n");
    }
    world.write(".aws/config", config);
    for round in 0..3 {
        for name in roles {
            sign_in(forget_codes(&world), name);
        }
        let clears: Vec<_> = roles[..3].iter().map(|name| world.vault(["clear", name]).start()).collect();
        for (status, _, errors) in clears.into_iter().map(finish) {
            assert_eq!(status_of(status), 0, "{errors}");
        }
        assert!(!asks_again(&world, "stays"), "round {round}");
        assert!(roles[..3].iter().all(|name| asks_again(&world, name)), "round {round}");
    }
}

/// The files of all cached sessions, with contents.
fn session_files(world: &World) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let folders = std::fs::read_dir(world.path(".cache/vault/sessions")).expect("the folder is there").flatten();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).expect("it can be listed").flatten().collect::<Vec<_>>());
    files.map(|file| (file.path(), std::fs::read(file.path()).expect("it can be read"))).collect()
}

// Security: a backup or another program of the user may restore the file.
#[test]
fn a_restored_session_file_does_not_open() {
    for how in [&["clear"][..], &["clear", "read-only"], &["lock", "--sessions"], &["remove", "--force", "read-only"]] {
        let world = signed_in();
        let copies = session_files(&world);
        assert_eq!(copies.len(), 1);
        world.command(&World::binary(), how).run().ok();
        for (file, content) in copies {
            std::fs::write(file, content).expect("it can be put back");
        }
        if how[0] == "remove" {
            world.add("read-only", "some-user");
        }
        assert!(asks_again(&world, "read-only"), "{how:?}");
        sign_in(forget_codes(&world), "read-only");
        assert!(!asks_again(&world, "read-only"), "{how:?}: the new session is cached");
    }
}

#[test]
fn remaining_sessions_still_work_and_deleted_ones_do_not() {
    let world = signed_in();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    let copies = session_files(&world);
    // Only the shared session is deleted; the role's is sealed again.
    world.vault(["clear", "read-only"]).run().ok();
    assert!(!asks_again(&world, "opssudo") && asks_again(&world, "read-only"));
    for (file, content) in copies {
        std::fs::write(file, content).expect("it can be put back");
    }
    assert!(asks_again(&world, "opssudo") && asks_again(&world, "read-only"), "no file from before opens");
}

#[test]
fn keys_and_config_stay() {
    let world = World::with_key();
    let (config, keys) = (world.read(".aws/config"), world.vault(["list"]).run().ok());
    sign_in(&world, "read-only");
    world.vault(["clear"]).run().ok();
    assert_eq!(world.read(".aws/config"), config);
    assert_eq!(world.vault(["list"]).run().ok(), keys);
    sign_in(forget_codes(&world), "read-only");
}

#[test]
fn an_undefined_profile_is_an_error() {
    let world = signed_in();
    let run = world.vault(["clear", "opsudo"]).run();
    insta::assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: profile `opsudo` is not defined
    hint: did you mean `opssudo`? `vault list` shows all
    ");
    assert!(!asks_again(&world, "read-only"), "nothing is deleted");
}
