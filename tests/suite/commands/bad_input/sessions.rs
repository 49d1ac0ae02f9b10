//! Cached sessions that cannot be opened: dropped, renewed, and never a reason to fail.

use std::fs;
use std::path::PathBuf;

use crate::support::world::{World, usual_aws};

use super::super::{forget_codes, sign_in, signed_in};
use super::assert_key;

/// The files of the cached sessions.
pub(super) fn session_files(world: &World) -> Vec<PathBuf> {
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries(world.path(".cache/vault/sessions")).flat_map(entries).collect()
}

#[test]
fn a_damaged_session_is_dropped_and_renewed() {
    let world = signed_in();
    let [file] = &session_files(&world)[..] else { panic!("there is one session") };
    let sound = fs::read(file).expect("it can be read");
    let flipped = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let mut calls = 1;
    for (damage, what) in [
        (Vec::new(), "empty"),
        (sound[..sound.len() / 2].to_vec(), "cut short"),
        (sound[..sound.len() - 1].to_vec(), "one byte short"),
        (flipped(sound.len() - 1), "changed at its end"),
        (flipped(sound.len() / 2), "changed in the middle"),
        (flipped(0), "changed at its start"),
        ([&sound[..], b"x"].concat(), "too long"),
        (b"{\"AccessKeyId\":\"ASIAIOSFODNN7EXAMPLE\"}".to_vec(), "something else"),
    ] {
        fs::write(file, damage).expect("it can be written");
        let run = forget_codes(&world).vault(["exec", "read-only", "--", "true"]).run();
        assert!(run.status == 1 && run.stderr.contains("there is no way to ask"), "{what}: vault asks for a code: {run:?}");
        let run = forget_codes(&world).vault(["exec", "read-only", "--", "true"]).code_of("some-user").run();
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{what}");
        calls += 1;
        assert_eq!(world.aws.calls("GetSessionToken"), calls, "{what}: renewed once");
        world.vault(["exec", "read-only", "--", "true"]).run().ok();
        assert_eq!(session_files(&world), std::slice::from_ref(file), "{what}: the new one replaces it");
    }
    assert_key(&world, "read-only");
}

#[test]
fn a_directory_in_place_of_a_session_only_disables_the_cache() {
    let world = signed_in();
    let [file] = &session_files(&world)[..] else { panic!("there is one session") };
    fs::remove_file(file).expect("it can be removed");
    fs::create_dir(file).expect("a directory can be made");
    let run = forget_codes(&world).vault(["exec", "read-only", "--", "echo", "ran"]).code_of("some-user").run();
    assert_eq!((run.status, run.stdout.as_str()), (0, "ran\n"));
    assert!(run.stderr.starts_with("vault: warning: the session is not cached, so the next command asks again: "), "{run:?}");
}

#[test]
fn a_session_of_another_home_cannot_be_opened_here() {
    let (mine, theirs) = (signed_in(), World::with(usual_aws(), crate::support::world::TWO_PROFILES));
    let [file] = &session_files(&mine)[..] else { panic!("there is one session") };
    let relative = file.strip_prefix(mine.home()).expect("it is in the home").to_str().expect("a plain path");
    theirs.add("read-only", "some-user");
    sign_in(&theirs, "read-only");
    let before = theirs.aws.calls("GetSessionToken");
    // The same request with another key has another file name; a file copied to the right name does not open.
    let [own] = &session_files(&theirs)[..] else { panic!("there is one session") };
    assert_ne!(own.file_name(), file.file_name());
    fs::copy(file, own).expect("it can be copied");
    theirs.write(relative, fs::read(file).expect("it can be read"));
    sign_in(forget_codes(&theirs), "read-only");
    assert_eq!(theirs.aws.calls("GetSessionToken"), before + 1);
}

#[test]
fn a_lost_cache_key_is_an_empty_cache() {
    let world = signed_in();
    crate::support::steps::forget_cache_key(&super::directories(&world));
    sign_in(forget_codes(&world), "read-only");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
    world.vault(["exec", "read-only", "--", "true"]).run().ok();
}

#[test]
fn old_leftovers_of_a_killed_run_are_deleted() {
    let world = signed_in();
    let [file] = &session_files(&world)[..] else { panic!("there is one session") };
    let (old, young) = (file.with_file_name(".vault-oldAndKilled"), file.with_file_name(".vault-youngWriter2"));
    for left in [&old, &young] {
        fs::write(left, "").expect("it can be written");
    }
    let two_hours_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7_200);
    let opened = fs::File::options().write(true).open(&old).expect("it can be opened");
    opened.set_modified(two_hours_ago).expect("a file can be made older");
    world.vault(["exec", "read-only", "--", "true"]).run().ok();
    assert!(old.exists(), "a run with a cache hit deletes nothing");
    forget_codes(&world).vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run().ok();
    assert!(!old.exists() && young.exists(), "a recent file may still be being written");
}
