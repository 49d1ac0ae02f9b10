//! A rotation among other keys and other runs: it deletes nothing that it did not make, no name keeps the old key, and no secret is lost.

use std::time::Duration;

use super::{assert_usable, entry, ids, rotate, stored};
use crate::support::aws::{Fault, StandIn};
use crate::support::password_store::PasswordStore;
use crate::support::pty::Terminal;
use crate::support::steps::{forget_codes, signed_in};
use crate::support::world::{Invocation, PASSPHRASE, Run, World, finish};

/// A well-formed secret that belongs to no key.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const INDEX: &str = ".local/share/vault/index.json";

/// A user without MFA, whose key is stored as `bare`.
fn bare(config: &str) -> World {
    let aws = StandIn::builder().user("bare", |user| user).start();
    let mut world = World::with(aws, &format!("[profile bare]\nregion = eu-west-1\n{config}"));
    world.own_clock();
    world.add("bare", "bare");
    world
}

fn add<'a>(world: &'a World, name: &str, key: (&str, &str), options: &[&str]) -> Invocation<'a> {
    let words = [&["add", name, "--env", "--no-verify"], options].concat();
    world.command(&World::binary(), &words).env("AWS_ACCESS_KEY_ID", key.0).env("AWS_SECRET_ACCESS_KEY", key.1)
}

fn store(world: &World, name: &str, options: &[&str]) {
    let (id, secret) = world.aws.user("bare").access_key();
    add(world, name, (&id, &secret), options).run().ok();
}

/// Starts a run that waits for AWS's late answer to this call.
fn held_at(world: &World, call: &str, words: &[&str]) -> std::process::Child {
    world.aws.forget_requests();
    world.aws.fault(call, Fault::Hang(Duration::from_secs(60)), 1);
    let child = world.command(&World::binary(), words).start();
    wait_for(world, call, 1);
    child
}

/// The same for its second call.
fn held_at_second(world: &World, call: &str, words: &[&str]) -> std::process::Child {
    world.aws.forget_requests();
    world.aws.fault(call, Fault::Delay(Duration::from_millis(1)), 1);
    world.aws.fault(call, Fault::Hang(Duration::from_secs(60)), 1);
    let child = world.command(&World::binary(), words).start();
    wait_for(world, call, 2);
    child
}

fn wait_for(world: &World, call: &str, times: usize) {
    while world.aws.calls(call) < times {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A run that announced a key, and was killed before AWS made it.
fn killed_before_it_made_one() -> World {
    let world = bare("");
    let mut run = held_at(&world, "CreateAccessKey", &["rotate", "bare"]);
    run.kill().and_then(|()| run.wait()).expect("it is ours");
    world.aws.clear_faults();
    assert_eq!(entry(&world, "bare")["rotation"]["stage"], "creating");
    world
}

#[test]
fn a_key_that_another_person_made_meanwhile_is_not_deleted() {
    for (what, words) in [
        ("stored", "--undo"),
        ("stored", "--no-wait"),
        ("unknown to the index", "--undo"),
        ("unknown to the index", "--no-wait"),
        ("later", "--undo"),
        ("later", "--no-wait"),
    ] {
        for on_terminal in [false, true] {
            let world = killed_before_it_made_one();
            if what == "later" {
                world.later(3_600);
            }
            let made = world.aws.make_key("bare");
            if what != "later" {
                add(&world, "ci", (&made, SECRET), &[]).run().ok();
            }
            if what == "unknown to the index" {
                std::fs::remove_file(world.path(".local/share/vault/index.json")).expect("it is there");
            }
            let before = ids(&world.aws, "bare");
            let run = world.vault(["rotate", "bare", words]);
            let (status, said) = if on_terminal {
                let ended = Terminal::run(run).wait();
                (ended.status, ended.screen)
            } else {
                let run = run.run();
                (run.status, run.stderr)
            };
            assert_eq!(ids(&world.aws, "bare"), before, "{what} {words}: {said}");
            assert!(said.contains(&made), "{what} {words}: {said}");
            if words == "--undo" {
                assert!(status == 0 && said.contains("was not made by this rotation, and stays"), "{what}: {said}");
            } else {
                let whose = if what == "later" { "not made by `vault rotate`" } else { "stored as `ci`" };
                assert!(status == 1 && said.replace('\n', "").contains(whose), "{what}: {said}");
            }
            assert!(entry(&world, "bare")["rotation"].is_null(), "{what} {words}");
        }
    }
}

/// All entries hold the user's only key.
#[track_caller]
fn assert_one_key(world: &World, names: &[&str], why: &str) {
    let now = world.aws.key_statuses("bare");
    assert!(matches!(&now[..], [(_, true)]), "{why}: {now:?}");
    for name in names {
        assert_eq!(stored(world, name), now[0].0, "{why}: {name}");
        let run = world.vault(["exec", name, "--fresh", "--", "true"]).run();
        assert_eq!(run.status, 0, "{why}: {name} {run:?}");
    }
}

#[test]
fn a_key_with_several_names_is_replaced_under_each_of_them() {
    let config = "[profile other]\nregion = eu-west-1\n";
    for how in ["as it is", "an index without ids"] {
        let world = bare(config);
        store(&world, "other", &[]);
        if how != "as it is" {
            std::fs::remove_file(world.path(".local/share/vault/index.json")).expect("it is there");
        }
        world.vault(["rotate", "bare", "--grace", "0s"]).run().ok();
        assert_one_key(&world, &["bare", "other"], how);
    }
    let mut world = bare(config);
    let _store = PasswordStore::init(&world, "");
    store(&world, "bare", &["--backend", "pass", "--force"]);
    world.vault(["rotate", "bare", "--backend", "file", "--grace", "0s"]).run().ok();
    for backend in ["file", "pass"] {
        world.set("AWS_VAULT_BACKEND", backend);
        assert_one_key(&world, &["bare"], backend);
    }
}

#[test]
fn two_names_of_one_key_are_not_rotated_at_once() {
    let world = bare("[profile other]\nregion = eu-west-1\n");
    store(&world, "other", &[]);
    let runs = ["bare", "other"].map(|name| world.vault(["rotate", name]).start()).map(finish);
    let mut failed: Vec<_> = runs.iter().filter(|(status, _, _)| !status.success()).map(|(_, _, stderr)| stderr).collect();
    let stderr = failed.pop().expect("one of them fails");
    assert!(failed.is_empty() && stderr.contains("this key is already being replaced, as `"), "{runs:?}");
    // The command in the hint finishes the rotation, and so does `--all`.
    let going = ["bare", "other"].into_iter().find(|name| !entry(&world, name)["rotation"].is_null()).expect("a rotation is in progress");
    assert!(stderr.contains(&format!("`vault --backend file rotate {going}`")), "{stderr}");
    world.vault(["rotate", "--all", "--finish"]).run().ok();
    assert_one_key(&world, &["bare", "other"], "after --all --finish");
}

#[test]
fn a_key_that_is_stored_again_in_the_middle_keeps_its_rotation() {
    for (stage, is_indexed) in [("switched", true), ("grace", true), ("grace", false)] {
        let world = bare("");
        let (old, _) = world.aws.user("bare").access_key();
        if stage == "switched" {
            world.aws.fault("UpdateAccessKey", Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: this"), 9);
        }
        rotate_bare(&world);
        world.aws.clear_faults();
        let new = stored(&world, "bare");
        assert_eq!(entry(&world, "bare")["rotation"]["stage"], stage);
        let (id, secret) = world.aws.user("bare").last_access_key();
        assert_eq!(id, new);
        if !is_indexed {
            world.write(".local/share/vault/index.json", r#"{"version": 1, "entries": []}"#);
        }
        add(&world, "bare", (&new, &secret), &[]).run().ok();
        assert_eq!(entry(&world, "bare")["rotation"]["stage"], stage);
        world.vault(["rotate", "bare", "--undo"]).run().ok();
        assert_eq!(stored(&world, "bare"), old);
        assert_one_key(&world, &["bare"], stage);
    }
}

fn rotate_bare(world: &World) -> Run {
    world.vault(["rotate", "bare"]).run()
}

#[test]
fn a_command_that_would_lose_both_keys_of_a_rotation_names_both() {
    let world = bare("");
    let (old, _) = world.aws.user("bare").access_key();
    rotate_bare(&world).ok();
    let new = stored(&world, "bare");
    let other = ("AKIAIOSFODNN7EXAMPLE", SECRET);
    let named = |text: &str| text.contains(&new) && text.contains(&old);
    let refused = add(&world, "bare", other, &[]).run().fails(1);
    assert!(named(&refused.stderr), "{refused:?}");
    let mut terminal = Terminal::run(world.vault(["remove", "bare"]));
    let asked = terminal.expect("AWS will not show");
    terminal.type_line("n");
    terminal.wait();
    assert!(named(&asked.replace('\n', "")), "{asked}");
    let replaced = add(&world, "bare", other, &["--force"]).run();
    assert!(replaced.status == 0 && named(&replaced.stderr), "{replaced:?}");
}

/// A rotation that stopped at this stage.
fn stopped_at(stage: &str) -> World {
    let world = bare("");
    let denied = || Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: this");
    match stage {
        "pending" => {
            // The first request is about the old key, the second about the new one.
            let mut run = held_at_second(&world, "GetCallerIdentity", &["rotate", "bare"]);
            run.kill().and_then(|()| run.wait()).expect("it is ours");
        }
        "switched" => {
            world.aws.fault("UpdateAccessKey", denied(), 9);
            rotate_bare(&world).fails(1);
        }
        "undoing" => {
            rotate_bare(&world).ok();
            world.aws.fault("DeleteAccessKey", denied(), 9);
            world.vault(["rotate", "bare", "--undo"]).run().fails(1);
        }
        _ => drop(rotate_bare(&world).ok()),
    }
    world.aws.clear_faults();
    assert_eq!(entry(&world, "bare")["rotation"]["stage"], stage);
    world
}

/// If somebody removes the current key, a run may only make the other one current, and must not lose it.
#[test]
fn if_somebody_removed_the_current_key_the_other_one_is_safe() {
    for stage in ["pending", "switched", "grace", "undoing"] {
        for words in [&["rotate", "bare"][..], &["rotate", "bare", "--finish"], &["rotate", "bare", "--undo"]] {
            let world = stopped_at(stage);
            let current = stored(&world, "bare");
            let other = entry(&world, "bare")["rotation"]["other"].as_str().expect("there is another one").to_owned();
            world.aws.deactivate_key(&current);
            world.aws.activate_key(&other);
            // The grace period is over.
            world.later(2 * 86_400);
            let why = format!("{stage} {words:?}");
            let run = world.command(&World::binary(), words).run();
            let takes_back = words.contains(&"--undo");
            if matches!((stage, takes_back), ("pending", false) | ("switched" | "grace", true)) {
                assert_eq!((run.status, stored(&world, "bare")), (0, other), "{why}: {run:?}");
                world.vault(["exec", "bare", "--fresh", "--", "true"]).run().ok();
                continue;
            }
            assert_eq!(run.status, 1, "{why}: {run:?}");
            assert!(world.aws.key_statuses("bare").contains(&(other.clone(), true)), "{why}: it still works: {run:?}");
            assert_eq!(entry(&world, "bare")["rotation"]["other"], *other, "{why}: its secret is still there");
            if stage != "undoing" {
                let way_out = if takes_back { "`vault rotate bare` makes it" } else { "`vault rotate bare --undo` makes it" };
                assert!(run.stderr.contains(way_out) && !run.stderr.contains("vault add"), "{why}: {run:?}");
            }
        }
    }
}

#[test]
fn a_session_or_an_administrator_brings_the_old_key_back() {
    let world = signed_in();
    let (old, _) = world.aws.user("some-user").access_key();
    rotate(&world, ["read-only"]).ok();
    world.aws.deactivate_key(&stored(&world, "read-only"));
    let run = world.vault(["rotate", "read-only", "--undo", "--no-wait"]).run();
    assert_eq!((run.status, stored(&world, "read-only")), (0, old), "{run:?}");
    assert_usable(&world, "read-only", "some-user");

    let world = bare("");
    let (old, _) = world.aws.user("bare").access_key();
    rotate_bare(&world).ok();
    world.aws.deactivate_key(&stored(&world, "bare"));
    let run = world.vault(["rotate", "bare", "--undo"]).run().fails(1);
    assert!(run.stderr.contains(&format!("key {old} is stored too")) && !run.stderr.contains("vault add"), "{run:?}");
    world.aws.activate_key(&old);
    world.vault(["rotate", "bare", "--undo"]).run().ok();
    assert_eq!(stored(&world, "bare"), old);
    assert_one_key(&world, &["bare"], "brought back");
}

#[test]
fn an_unreadable_key_elsewhere_does_not_stop_a_rotation() {
    let world = bare("[profile other]\nregion = eu-west-1\n");
    add(&world, "other", ("AKIAIOSFODNN7EXAMPLE", SECRET), &[]).run().ok();
    std::fs::remove_file(world.path(".local/share/vault/index.json")).expect("it is there");
    world.write(".local/share/vault/keys/other.age", "damaged");
    let run = world.vault(["rotate", "bare", "--grace", "0s"]).run();
    assert!(run.status == 0 && run.stderr.contains("cannot tell whether `other` in the file keystore is the same key"), "{run:?}");
    assert_one_key(&world, &["bare"], "an unreadable one beside it");
}

#[test]
fn without_a_grace_period_the_old_key_is_deleted_at_once_whatever_the_clock_says() {
    let world = bare("");
    world.later(2 * 86_400);
    world.aws.set_clock_offset(-2 * 86_400);
    let run = world.vault(["rotate", "bare", "--grace", "0s"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(world.aws.calls("GetAccessKeyLastUsed"), 0, "nobody can have used it meanwhile");
    world.aws.set_clock_offset(0);
    assert_one_key(&world, &["bare"], "deleted");
}

#[test]
fn a_clock_that_is_ahead_does_not_shorten_the_grace_period() {
    let world = bare("");
    rotate_bare(&world).ok();
    let before = ids(&world.aws, "bare");
    // Only the local clock moves.
    world.later(2 * 86_400);
    world.aws.set_clock_offset(-2 * 86_400);
    let run = rotate_bare(&world);
    assert!(run.status == 0 && run.stderr.contains("is inactive, and `vault rotate bare` deletes it after"), "{run:?}");
    assert_eq!(ids(&world.aws, "bare"), before);
    world.aws.set_clock_offset(0);
    rotate_bare(&world).ok();
    assert_one_key(&world, &["bare"], "two days later");
}

#[test]
fn a_run_that_waits_for_a_person_delays_no_other() {
    let world = World::with_key();
    let mut forgotten = Terminal::run(world.vault(["rotate", "read-only"]));
    forgotten.expect("code");
    let code = world.aws.fresh_code("some-user");
    let run = world.vault(["rotate", "read-only", "--mfa-token", &code]).run();
    assert_eq!(run.status, 0, "{run:?}");
    forgotten.press_ctrl(b'c');
    forgotten.wait();
    forget_codes(&world);
    // With `--no-wait`, or with a code that would expire, a run does not wait for another that is changing keys.
    let session = ["rotate", "read-only", "--finish"];
    let mut at_work = held_at(&world, "DeleteAccessKey", &session);
    let run = world.vault(["rotate", "read-only", "--no-wait"]).run().fails(1);
    assert!(run.stderr.contains("another vault is replacing a key"), "{run:?}");
    at_work.kill().and_then(|()| at_work.wait()).expect("it is ours");
    world.aws.clear_faults();
}

#[test]
fn an_unanswered_question_delays_no_other_key() {
    let aws = StandIn::builder().user("bare", |user| user).user("second", |user| user).start();
    let world = World::with(aws, "[profile bare]\nregion = eu-west-1\n[profile second]\nregion = eu-west-1\n");
    world.add("bare", "bare");
    world.add("second", "second");
    world.aws.fault("CreateAccessKey", Fault::DropAfter, 1);
    let mut forgotten = Terminal::run(world.vault(["rotate", "bare", "--grace", "0s"]));
    forgotten.expect("Delete that key and continue? [y/N] ");
    world.vault(["rotate", "second", "--no-wait", "--grace", "0s"]).run().ok();
    forgotten.type_line("y");
    let ended = forgotten.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_one_key(&world, &["bare"], "answered at last");
}

/// A person may leave that prompt open for as long as they like.
#[test]
fn a_passphrase_is_asked_for_before_other_rotations_have_to_wait() {
    for is_known in [true, false] {
        let mut world = bare("");
        let _store = PasswordStore::init(&world, "");
        store(&world, "bare", &["--backend", "pass"]);
        if !is_known {
            let mut index: serde_json::Value = serde_json::from_str(&world.read(INDEX)).expect("the index is JSON");
            let entries = index["entries"].as_array_mut().expect("it has entries");
            let in_file = entries.iter_mut().find(|entry| entry["backend"] == "file").expect("the key is in both");
            in_file.as_object_mut().expect("an entry is an object").remove("key_id");
            world.write(INDEX, index.to_string());
        }
        world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
        world.set("AWS_VAULT_BACKEND", "pass");
        world.unset("AWS_VAULT_FILE_PASSPHRASE");
        super::super::commands::lock_keystore(&world);
        let mut terminal = Terminal::run(world.vault(["rotate", "bare", "--grace", "0s"]));
        terminal.expect("Passphrase of the file keystore: ");
        let lock = std::fs::File::open(world.path(".local/state/vault/locks/rotate.lock"));
        assert!(lock.is_err() || lock.is_ok_and(|lock| lock.try_lock().is_ok()), "known: {is_known}");
        terminal.type_line(PASSPHRASE);
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.screen.matches("Passphrase of").count()), (0, 1), "known: {is_known}: {ended:?}");
        let index: serde_json::Value = serde_json::from_str(&world.read(INDEX)).expect("the index is JSON");
        let [new] = &ids(&world.aws, "bare")[..] else { panic!("the user has one key") };
        assert!(index["entries"].as_array().expect("it has entries").iter().all(|entry| entry["key_id"] == new.as_str()), "{index}");
    }
}
