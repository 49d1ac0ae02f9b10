//! The `pass` store, with a real `pass` and gpg.

use crate::support::password_store::PasswordStore;

use super::super::{Elsewhere, rows, section};
use super::{NAMES, SESSIONS, payload, sorted, wrapped};

/// Inserts items below the prefix, and an unrelated password.
fn insert(here: &Elsewhere, store: &PasswordStore, prefix: &str) {
    let path = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
    let put = |name: &str, content: &str| {
        here.world.write("item", content);
        let script = format!("pass insert -m -f '{}' < '{}' >/dev/null", path(name), here.world.path("item").display());
        store.run("sh", &["-c", &script]);
        std::fs::remove_file(here.world.path("item")).expect("it was made just now");
    };
    for (name, user) in NAMES {
        put(name, &wrapped(name, &payload(here, user)));
    }
    for name in SESSIONS.iter().filter(|name| !name.contains("//")) {
        put(name, "{}");
    }
    here.world.write("item", "hunter2\nlogin: me");
    store.run("sh", &["-c", &format!("pass insert -m -f web/site < '{}' >/dev/null", here.world.path("item").display())]);
}

#[test]
fn keys_below_any_prefix_are_imported_under_their_names() {
    let here = Elsewhere::new();
    let store = PasswordStore::init(&here.world, "");
    let expected = sorted(NAMES.map(|(name, _)| format!("aws-vault pass {name} skipped")).to_vec());
    for (prefix, words) in [
        ("some/folder of mine", &["--prefix", "some/folder of mine"][..]),
        ("", &["--store", "pass", "--prefix", "/"]),
        ("aws-vault", &["--store", "pass"]),
    ] {
        insert(&here, &store, prefix);
        let run = here.import(&[&["aws-vault", "--dry-run", "--json"], words].concat()).run();
        assert_eq!((run.status, sorted(rows(&run))), (0, expected.clone()), "{prefix}: {run:?}");
        let run = here.import(&[&["aws-vault", "--yes", "--no-verify", "--scrub"], words].concat()).run();
        let place = if prefix.is_empty() { String::new() } else { format!(" --pass-prefix={}", vault::model::in_shell(prefix)) };
        assert!(run.stderr.contains(&format!("`aws-vault --backend=pass{place} remove ")), "{prefix}: {run:?}");
        let run = here.import(&[&["aws-vault", "--yes", "--scrub"], words].concat()).env("AWS_VAULT_PASS_PREFIX", prefix).run();
        assert!(run.stderr.contains("`aws-vault --backend=pass remove "), "aws-vault reads this from the variable: {prefix}: {run:?}");
        for (name, _) in NAMES {
            here.world.vault(["remove", "-f", name]).run().ok();
        }
        if !prefix.is_empty() {
            store.run("pass", &["rm", "-r", "-f", prefix.split('/').next().expect("a folder")]);
        }
    }
    // At the root, other passwords are not opened: only the names of profiles are read.
    here.world.write(".aws/config", "[profile jon]\n");
    std::fs::remove_dir_all(here.world.path(".password-store/aws-vault")).ok();
    let run = here.import(&["--yes", "--json"]).run();
    assert_eq!((run.status, rows(&run)), (0, vec!["aws-vault pass jon imported".to_owned()]), "{run:?}");
    assert!(here.uses("jon", "alice"));
}

#[test]
fn locked_and_missing_stores_have_different_errors() {
    let mut here = Elsewhere::new();
    let store = PasswordStore::init(&here.world, "gpg passphrase of the test");
    insert(&here, &store, "aws");
    here.world.keep_secret("gpg passphrase of the test");
    store.lock(&here.world);
    let run = here.import(&["aws-vault", "--prefix", "aws", "--yes"]).run();
    assert!(run.status == 1 && run.stderr.contains("pass keystore is locked"), "{run:?}");
    let run = here.import(&["aws-vault", "--prefix", "other", "--yes"]).run();
    assert!(run.status == 1 && run.stderr.contains("there is no pass store of aws-vault"), "{run:?}");
}

/// A fake `pass`: after `LEFT` calls of this kind, gpg reports that its prompt was cancelled.
fn locks_after(here: &mut Elsewhere, kind: &str, left: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    let count = here.world.path("count").display().to_string();
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = {kind} ]; then\n  echo >> '{count}'\n  if [ \"$(wc -l < '{count}')\" -gt {left} ]; then\n    \
         echo '[GNUPG:] ERROR pkdecrypt_failed 83886179' >&2\n    exit 1\n  fi\nfi\nexec pass \"$@\"\n"
    );
    here.world.write("locking-pass", script);
    std::fs::set_permissions(here.world.path("locking-pass"), std::fs::Permissions::from_mode(0o755)).expect("the file is ours");
    let path = here.world.path("locking-pass").display().to_string();
    here.world.set("AWS_VAULT_PASS_CMD", &path);
}

#[test]
fn a_store_that_locks_half_way_keeps_its_imports_and_does_not_prompt_again() {
    let mut here = Elsewhere::new();
    let store = PasswordStore::init(&here.world, "");
    insert(&here, &store, "aws");
    locks_after(&mut here, "show", 1);
    let run = here.import(&["aws-vault", "--prefix", "aws", "--yes", "--json"]).run();
    let of = |outcome: &str| rows(&run).iter().filter(|row| row.ends_with(outcome)).count();
    assert_eq!((run.status, of(" imported"), of(" failed")), (1, 1, 2), "{run:?}");
    assert_eq!(here.world.read("count").lines().count(), 2, "a prompt that was cancelled does not come again");
}

#[test]
fn a_keystore_that_locks_half_way_keeps_the_keys_that_it_stored() {
    let mut here = Elsewhere::new();
    let _store = PasswordStore::init(&here.world, "");
    here.world.set("AWS_VAULT_BACKEND", "pass");
    let text = ["alice", "bob", "carol"].map(|user| section(user, user)).concat();
    let text = here.write("credentials", &text);
    locks_after(&mut here, "insert", 1);
    let run = here.import(&["credentials", "--yes", "--scrub", "--json"]).run();
    let of = |outcome: &str| rows(&run).iter().filter(|row| row.ends_with(outcome)).count();
    assert_eq!((run.status, of(" imported"), of(" failed")), (1, 1, 2), "{run:?}");
    assert_eq!(here.world.read("count").lines().count(), 2, "a prompt that was cancelled does not come again");
    assert_eq!(here.read("credentials"), text[text.find("[bob]").expect("it is there")..], "only keys that are safely stored are removed");
    assert!(here.uses("alice", "alice"));
}

/// One variable sets the prefix of both programs.
#[test]
fn aws_vaults_own_items_are_not_overwritten() {
    let mut here = Elsewhere::new();
    let store = PasswordStore::init(&here.world, "");
    insert(&here, &store, "shared");
    here.world.set("AWS_VAULT_PASS_PREFIX", "shared");
    here.world.set("AWS_VAULT_BACKEND", "pass");
    // A temporary key is skipped because it is temporary, not because of its target.
    let temporary = format!(r#"{{"AccessKeyID":"ASIA{}","SecretAccessKey":"{}"}}"#, "A".repeat(16), "x".repeat(40));
    here.world.write("item", wrapped("temp", &temporary));
    let script = format!("pass insert -m -f shared/temp < '{}' >/dev/null", here.world.path("item").display());
    store.run("sh", &["-c", &script]);
    let before = store.run("pass", &["show", "shared/jon"]);
    let run = here.import(&["aws-vault", "--store", "pass", "--yes", "--force", "--json"]).run();
    assert!(run.status == 1 && rows(&run).contains(&"aws-vault pass jon failed".to_owned()), "{run:?}");
    assert!(rows(&run).contains(&"aws-vault pass temp skipped".to_owned()), "{run:?}");
    assert!(run.stderr.contains("--backend file"), "{run:?}");
    assert_eq!(store.run("pass", &["show", "shared/jon"]), before);
}
