//! `add` and `remove` while another run changes the same name: during a call to AWS, a passphrase prompt or a confirmation.
#![cfg(unix)]

use std::time::Duration;

use crate::support::aws::{Fault, StandIn};
use crate::support::password_store::PasswordStore;
use crate::support::pty::Terminal;
use crate::support::world::{Invocation, PASSPHRASE, TWO_PROFILES, World, finish, status_of};

use super::{forget_key_id, lock_keystore, sign_in};

const INDEX: &str = ".local/share/vault/index.json";

fn two_users() -> World {
    let aws = StandIn::builder().user("some-user", |user| user.mfa("some-user")).user("other-user", |user| user).start();
    let world = World::with(aws, TWO_PROFILES);
    world.seed_identity();
    world
}

fn add<'a>(world: &'a World, user: &str, options: &[&str]) -> Invocation<'a> {
    let (id, secret) = world.aws.user(user).access_key();
    let words = [&["add", "read-only", "--env"], options].concat();
    world.command(&World::binary(), &words).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret)
}

fn id(world: &World, user: &str) -> String {
    world.aws.user(user).access_key().0
}

/// The output without the terminal's line breaks.
fn said(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_key_stored_during_the_call_to_aws_is_not_replaced_without_asking() {
    for (options, is_replaced) in [(&[][..], false), (&["--force"][..], true)] {
        // The first delay is enough, unless the machine is very busy.
        let outcome = [2, 8, 32].into_iter().find_map(|seconds| {
            let world = two_users();
            world.aws.fault("GetCallerIdentity", Fault::Delay(Duration::from_secs(seconds)), 1);
            let mut slow = add(&world, "other-user", options).start();
            while world.aws.calls("GetCallerIdentity") == 0 && slow.try_wait().is_ok_and(|ended| ended.is_none()) {
                std::thread::sleep(Duration::from_millis(5));
            }
            add(&world, "some-user", &["--no-verify"]).run().ok();
            let was_in_time = slow.try_wait().expect("its status can be read").is_none();
            let (status, _, stderr) = finish(slow);
            was_in_time.then(|| (status_of(status), stderr, world))
        });
        let (status, stderr, world) = outcome.expect("the other run finished in time");
        let first = id(&world, "some-user");
        assert_eq!(status, i32::from(!is_replaced), "{stderr}");
        if is_replaced {
            assert!(stderr.contains(&format!("it replaces key {first}")), "{stderr}");
        } else {
            assert!(stderr.contains(&format!("key {first} is already stored as `read-only`, in the file keystore")), "{stderr}");
            assert!(stderr.contains("vault add --force read-only --env"), "{stderr}");
            sign_in(&world, "read-only");
        }
    }
}

#[test]
fn a_key_stored_elsewhere_during_the_passphrase_prompt_is_not_hidden_without_asking() {
    let mut world = two_users();
    let _store = PasswordStore::init(&world, "");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let mut terminal = Terminal::run(add(&world, "other-user", &["--no-verify", "--backend", "file"]).no_env("AWS_VAULT_BACKEND"));
    terminal.expect("Passphrase of the file keystore: ");
    add(&world, "some-user", &["--no-verify", "--backend", "pass"]).run().ok();
    terminal.type_line(PASSPHRASE);
    let ended = terminal.wait();
    assert_eq!(ended.status, 1, "{ended:?}");
    let there = format!("key {} is already stored as `read-only`, in the pass keystore", id(&world, "some-user"));
    assert!(said(&ended.screen).contains(&there), "{ended:?}");
    assert!(!world.path(".local/share/vault/keys/read-only.age").exists());
}

#[test]
fn a_key_that_changed_during_the_confirmation_is_not_removed() {
    let world = two_users();
    add(&world, "some-user", &["--no-verify"]).run().ok();
    let mut terminal = Terminal::run(world.vault(["remove", "read-only", "--backend", "file"]));
    terminal.expect(&format!("Remove key {} in the file keystore", id(&world, "some-user")));
    terminal.expect("[y/N] ");
    add(&world, "other-user", &["--no-verify", "--force"]).run().ok();
    terminal.type_line("y");
    let ended = terminal.wait();
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        said(&ended.screen).contains("the key `read-only` in the file keystore changed while you were asked, so vault keeps it"),
        "{ended:?}"
    );
    assert!(world.read(INDEX).contains(&id(&world, "other-user")));
    let run = world.vault(["remove", "-f", "read-only"]).run();
    assert!(run.stderr.contains(&format!("removed key {} in the file keystore", id(&world, "other-user"))), "{run:?}");
}

#[test]
fn ctrl_c_at_the_passphrase_leaves_everything_as_it_was() {
    let mut world = two_users();
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    add(&world, "some-user", &["--no-verify"]).run().ok();
    sign_in(&world, "read-only");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let before = world.read(INDEX);
    let (id, secret) = world.aws.user("other-user").access_key();
    for words in [&["add", "another", "--env", "--no-verify"][..], &["add", "read-only", "--env", "--no-verify", "--force"]] {
        let command = world.command(&World::binary(), words).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
        let mut terminal = Terminal::run(command);
        terminal.expect("Passphrase of the file keystore: ");
        terminal.press_ctrl(b'c');
        assert_eq!(terminal.wait().status, 130, "{words:?}");
        assert_eq!(world.read(INDEX), before, "{words:?}");
    }
    world.vault(["exec", "read-only", "--", "true"]).run().ok();
    assert!(!world.vault(["list"]).run().ok().contains("another"));
}

/// The new item is in the store under a temporary name while gpg asks for its passphrase.
#[test]
fn ctrl_c_at_the_prompt_of_gpg_leaves_everything_as_it_was() {
    let mut world = two_users();
    let store = PasswordStore::init(&world, "");
    world.set("AWS_VAULT_BACKEND", "pass");
    add(&world, "some-user", &["--no-verify"]).run().ok();
    let before = world.read(INDEX);
    // Replaces gpg's own prompt.
    world.write("asker", "#!/bin/sh\n[ \"$1\" = show ] && { echo asked > /dev/tty; exec sleep 600; }\nexec pass \"$@\"\n");
    std::fs::set_permissions(world.path("asker"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("the mode can be set");
    let asker = world.path("asker").display().to_string();
    let mut terminal = Terminal::run(add(&world, "other-user", &["--no-verify", "--force"]).env("AWS_VAULT_PASS_CMD", &asker));
    terminal.expect("asked");
    assert!(world.path(".password-store/vault/read-only~new.gpg").exists());
    terminal.press_ctrl(b'c');
    assert_eq!(terminal.wait().status, 130);
    assert_eq!(world.read(INDEX), before);
    assert!(!world.path(".password-store/vault/read-only~new.gpg").exists());
    assert!(store.run("pass", &["show", "vault/read-only"]).contains(&id(&world, "some-user")));
}

#[test]
fn a_hint_repeats_every_flag_of_the_command() {
    let world = two_users();
    let _store = PasswordStore::init(&world, "");
    for fault in [Fault::internal(), Fault::not_yet_visible()] {
        world.aws.fault("GetCallerIdentity", fault, 9);
        let run = add(&world, "some-user", &["--backend", "pass", "--region", "eu-west-1"]).run().fails(1);
        let again = "`vault add read-only --env --backend pass --region eu-west-1 --no-verify`";
        assert!(run.stderr.contains(again) && !run.stderr.contains("vault add --force"), "{run:?}");
        let run = add(&world, "some-user", &["--force"]).run().fails(1);
        assert!(run.stderr.contains("`vault add --force read-only --env --no-verify`"), "{run:?}");
        world.aws.clear_faults();
    }
    // The hint's command replaces the key in question or leaves it.
    add(&world, "some-user", &["--no-verify", "--backend", "pass"]).run().ok();
    let other = || add(&world, "other-user", &["--no-verify"]).no_env("AWS_VAULT_BACKEND").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/-");
    let refused = other().run().fails(1);
    assert!(refused.stderr.contains("replace it with `vault add --force read-only --env --backend pass --no-verify`"), "{refused:?}");
    assert!(refused.stderr.contains("from the file keystore instead: `vault add --force read-only --env --no-verify`"), "{refused:?}");
    add(&world, "other-user", &["--backend", "pass", "--no-verify", "--force"]).run().ok();
    let list = world.vault(["list", "--json"]).run().ok();
    assert!(list.contains(&id(&world, "other-user")) && !list.contains(&id(&world, "some-user")), "{list}");
    let run = world.vault(["remove", "read-only", "--backend", "pass"]).run().fails(1);
    assert!(run.stderr.contains("`vault remove --force read-only --backend pass`"), "{run:?}");
}

#[test]
fn a_key_of_another_account_than_the_device_is_not_stored() {
    for (answer, status, says) in [
        ((|text| text.replace("123456789012", "999999999999")) as fn(&str) -> String, 1, "belongs to account 999999999999"),
        (|text| text.to_owned(), 0, "is stored as"),
    ] {
        let world = two_users();
        world.aws.fault("GetCallerIdentity", Fault::Edit(answer), 1);
        let run = add(&world, "some-user", &[]).run().fails(status);
        assert!(run.stderr.contains(says), "{run:?}");
        assert_eq!(world.path(".local/share/vault/keys/read-only.age").exists(), status == 0);
    }
}

/// The config file was read before the question.
#[test]
fn changes_to_the_config_file_during_a_prompt_stay() {
    const BARE: &str = "[profile read-only]\noutput = json\n";
    const OWN: &str = "[profile read-only]\noutput = json\nregion = eu-west-1\nmfa_serial = arn:aws:iam::123456789012:mfa/another\n";
    let mut world = two_users();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    world.write(".aws/config", BARE);
    let mut terminal = Terminal::run(add(&world, "some-user", &["--region", "us-east-1"]));
    terminal.expect("Passphrase of the file keystore: ");
    world.write(".aws/config", OWN);
    terminal.type_line(PASSPHRASE);
    let ended = terminal.wait();
    assert_eq!((ended.status, world.read(".aws/config").as_str()), (0, OWN), "{ended:?}");

    // `link` unlocks a key whose id the index does not know.
    forget_key_id(&world, 2);
    lock_keystore(&world);
    let other = format!("{OWN}\n[profile ops]\ncredential_process = /usr/bin/other\n");
    let mut terminal = Terminal::run(world.vault(["link", "read-only", "--as", "ops"]));
    terminal.expect("Passphrase of the file keystore: ");
    world.write(".aws/config", &other);
    terminal.type_line(PASSPHRASE);
    let ended = terminal.wait();
    assert_eq!((ended.status, world.read(".aws/config")), (1, other), "{ended:?}");
    assert!(said(&ended.screen).contains("profile `ops` already has another `credential_process`"), "{ended:?}");
}
