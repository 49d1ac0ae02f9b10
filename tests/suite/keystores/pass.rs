//! The `pass` keystore, with the real `pass` and a temporary gpg key.

use std::process::Stdio;

use vault::os::process;

use super::*;
use crate::support::password_store::KIND_OF_KEY;

/// A password store and a gpg home. Dropping it ends the agent.
pub(super) struct Store {
    pub(super) world: World,
    pub(super) env: Environment,
}

impl Store {
    pub(super) fn new(gpg_passphrase: &str) -> Self {
        for program in ["pass", "gpg", "gpgconf"] {
            require(program);
        }
        let world = World::new();
        let at = |name: &str| world.root.path().join(name).to_str().unwrap().to_owned();
        std::fs::create_dir(at("gnupg")).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(at("gnupg"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let env = Environment::of([
            ("HOME", &*at("")),
            ("GNUPGHOME", &at("gnupg")),
            ("PASSWORD_STORE_DIR", &at("store")),
            ("PATH", &path()),
            ("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE),
        ]);
        let store = Self { world, env };
        let key = [
            "--batch",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            gpg_passphrase,
            "--quick-generate-key",
            "t@example.com",
            KIND_OF_KEY,
            "default",
            "never",
        ];
        store.run("gpg", &key);
        store.run("pass", &["init", "t@example.com"]);
        store
    }

    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = process::helper(&self.env, program).args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(super) fn keystores(&self, backend: impl Into<Option<Backend>>) -> Keystores<'_> {
        Keystores::new(
            &self.world.directories,
            &self.env,
            &NoPassphrasePrompt,
            KeystoreSettings { backend: backend.into(), ..KeystoreSettings::default() },
        )
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = process::helper(&self.env, "gpgconf").args(["--kill", "all"]).status();
    }
}

#[test]
fn a_key_is_stored_read_listed_and_removed() {
    let store = Store::new("");
    let keystores = store.keystores(Backend::Pass);
    for profile in ["read-only", "a/../b", "Prod"] {
        keystores.store(&name(profile), &credentials(KEY), None, NOW).unwrap();
        assert_eq!(secret(keystores.long_term_credentials(&name(profile))), SECRET);
    }
    // The person can read the key with `pass` alone.
    assert!(store.run("pass", &["show", "vault/read-only"]).contains(SECRET));
    store.world.assert_nothing_in_the_clear();

    std::fs::remove_file(store.world.directories.data.join("index.json")).unwrap();
    let names: Vec<_> = keystores.entries().unwrap().into_iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["Prod", "a/../b", "read-only"]);

    keystores.remove(&name("read-only")).unwrap();
    let error = keystores.long_term_credentials(&name("read-only")).unwrap_err();
    assert_eq!(error.to_string(), "the pass keystore has no item `read-only`");
}

/// The index still has the key.
#[test]
fn a_key_that_another_program_removed_is_reported_and_dropped_from_the_index() {
    let store = Store::new("");
    let remove = |backend| match backend {
        Backend::Pass => drop(store.run("pass", &["rm", "-f", "vault/a"])),
        _ => std::fs::remove_file(store.world.file("a.age")).unwrap(),
    };
    for backend in [Backend::Pass, Backend::File] {
        store.keystores(backend).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
        remove(backend);
        let error = store.keystores(None).long_term_credentials(&name("a")).unwrap_err();
        assert!(matches!(&error, KeyStoreError::NotFound { backend: named, .. } if *named == backend), "{error}");
        assert_eq!(store.keystores(None).entries().unwrap(), []);
    }
    // A key that is in another keystore too is read from there.
    store.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let later = Timestamp::from_unix(NOW.as_unix() + 1);
    store.keystores(Backend::Pass).store(&name("a"), &credentials("AKIAI44QH8DHBEXAMPLE"), None, later).unwrap();
    remove(Backend::Pass);
    assert_eq!(store.keystores(None).long_term_credentials(&name("a")).unwrap().key_id.as_str(), KEY);
    let left: Vec<_> = store.keystores(None).entries().unwrap().into_iter().map(|entry| entry.backend).collect();
    assert_eq!(left, [Backend::File]);
}

/// `pass` looks for the recipients from the item's folder upwards.
#[test]
fn recipients_are_found_wherever_pass_finds_them() {
    let store = Store::new("");
    let root = store.world.root.path().join("store");
    std::fs::create_dir_all(root.join("team/vault")).unwrap();
    let mut place = root.join(".gpg-id");
    for next in ["team/.gpg-id", "team/vault/.gpg-id"] {
        std::fs::rename(&place, root.join(next)).unwrap();
        place = root.join(next);
        let settings =
            KeystoreSettings { backend: Some(Backend::Pass), pass_prefix: Some("team/vault".to_owned()), ..KeystoreSettings::default() };
        let keystores = Keystores::new(&store.world.directories, &store.env, &NoPassphrasePrompt, settings);
        keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap();
        assert_eq!(secret(keystores.long_term_credentials(&name("a"))), SECRET, "{next}");
    }
    let elsewhere = store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), None, NOW).unwrap_err();
    assert!(matches!(elsewhere, KeyStoreError::Unavailable { .. }), "{elsewhere}");
}

#[test]
fn each_gpg_decryption_failure_has_its_own_fix() {
    let store = Store::new("of gpg");
    let keystores = store.keystores(Backend::Pass);
    keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let configure = |file: &str, line: &str| {
        std::fs::write(store.world.root.path().join("gnupg").join(file), line).unwrap();
        let _ = process::helper(&store.env, "gpgconf").args(["--kill", "all"]).status();
    };
    let mut cures = Vec::new();
    let mut read = || {
        let error = keystores.long_term_credentials(&name("a")).unwrap_err();
        let kind = format!("{error:?}");
        cures.extend(vault::app::Failure::from(error).hints);
        kind
    };
    configure("gpg-agent.conf", "pinentry-program /nonexistent\n");
    assert_eq!(read(), "NoPinentry");
    configure("gpg.conf", "agent-program /nonexistent\n");
    assert_eq!(read(), "NoGpgAgent");
    configure("gpg.conf", "");
    let keys = store.run("gpg", &["--list-keys", "--with-colons", "t@example.com"]);
    let fingerprint = keys.lines().find_map(|line| line.strip_prefix("fpr:")).expect("a key has one").trim_matches(':').to_owned();
    store.run("gpg", &["--batch", "--yes", "--delete-secret-keys", &fingerprint]);
    assert!(read().starts_with("NoGpgKey"));
    cures.dedup();
    assert_eq!(cures.len(), 3, "{cures:?}");
}

#[test]
fn a_change_of_keystore_hides_no_key() {
    let store = Store::new("");
    store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    // Without a keystore named, the key is read from where it is.
    assert_eq!(secret(store.keystores(None).long_term_credentials(&name("a"))), SECRET);
    let error = store.keystores(Backend::File).long_term_credentials(&name("a")).unwrap_err();
    assert_eq!(error.to_string(), "the file keystore has no item `a`; the pass keystore does");

    let later = Timestamp::from_unix(NOW.as_unix() + 1);
    store.keystores(Backend::File).store(&name("a"), &credentials("AKIAI44QH8DHBEXAMPLE"), None, later).unwrap();
    let entries = store.keystores(None).entries().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.backend).collect::<Vec<_>>(), [Backend::File, Backend::Pass]);
    // The key that was stored last counts, unless a keystore is named.
    let read = |backend| store.keystores(backend).long_term_credentials(&name("a")).unwrap().key_id;
    assert_eq!(read(None).as_str(), "AKIAI44QH8DHBEXAMPLE");
    assert_eq!(read(Some(Backend::Pass)).as_str(), KEY);

    let removal = store.keystores(Backend::File).remove(&name("a")).unwrap();
    let removed: Vec<_> = removal.removed.iter().map(|entry| entry.backend).collect();
    assert_eq!((removed, removal.still_in), (vec![Backend::File], vec![Backend::Pass]));
    assert_eq!(read(None).as_str(), KEY);
}

#[test]
fn a_key_that_would_be_replaced_or_hidden_is_in_the_way() {
    const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
    let store = Store::new("");
    let unlock = std::cell::Cell::new(true);
    let in_the_way = |backend: Option<Backend>, key: &str| {
        let found = store.keystores(backend).in_the_way(&name("a"), &credentials(key).key_id, unlock.get()).unwrap();
        found.map(|entry| (entry.backend, entry.key_id.map(|id| id.to_string())))
    };
    assert_eq!(in_the_way(None, KEY), None);
    store.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let later = Timestamp::from_unix(NOW.as_unix() + 1);
    store.keystores(Backend::Pass).store(&name("a"), &credentials(OTHER), None, later).unwrap();
    // Without a keychain, `auto` stores to `file`. The newer key is the same one, but the older key would still be hidden.
    assert_eq!(in_the_way(None, OTHER), Some((Backend::File, Some(KEY.to_owned()))));
    assert_eq!(in_the_way(None, KEY), Some((Backend::Pass, Some(OTHER.to_owned()))));
    assert_eq!(in_the_way(Some(Backend::Pass), OTHER), None);
    assert_eq!(in_the_way(Some(Backend::File), OTHER), Some((Backend::File, Some(KEY.to_owned()))));

    // A key that the index does not have is found in the keystore, with its id.
    std::fs::write(store.world.directories.data.join("index.json"), r#"{"version": 1, "entries": []}"#).unwrap();
    assert_eq!(in_the_way(Some(Backend::Pass), KEY), Some((Backend::Pass, Some(OTHER.to_owned()))));
    assert_eq!(in_the_way(Some(Backend::File), OTHER), Some((Backend::File, Some(KEY.to_owned()))));
    assert_eq!((in_the_way(Some(Backend::Pass), OTHER), in_the_way(Some(Backend::File), KEY)), (None, None));
    // Unless that would unlock something.
    unlock.set(false);
    assert_eq!(in_the_way(Some(Backend::Pass), OTHER), Some((Backend::Pass, None)));
    assert_eq!(in_the_way(Some(Backend::File), KEY), Some((Backend::File, None)));
}

#[test]
fn a_name_may_have_a_separate_keystore() {
    let store = Store::new("");
    let settings = || KeystoreSettings {
        backend: Some(Backend::File),
        of_names: [(name("a"), Some(Backend::Pass)), (name("c"), None)].into(),
        ..KeystoreSettings::default()
    };
    let keystores = Keystores::new(&store.world.directories, &store.env, &NoPassphrasePrompt, settings());
    let chosen: Vec<_> = ["a", "b", "c"].map(|key| keystores.choice(&name(key)).backend).into();
    assert_eq!(chosen, [Backend::Pass, Backend::File, Backend::File], "`auto` is `file` here");
    keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    assert_eq!(keystores.long_term_credentials(&name("a")).unwrap().key_id.as_str(), KEY);
    assert_eq!(keystores.asked_for(&name("c")), None);
}

#[test]
fn the_folder_comes_from_the_environment_or_else_from_the_setting() {
    let mut store = Store::new("");
    let settings =
        || KeystoreSettings { backend: Some(Backend::Pass), pass_prefix: Some("work/aws".to_owned()), ..KeystoreSettings::default() };
    let at = |store: &Store, place: &str| store.run("pass", &["show", place]).contains(SECRET);
    Keystores::new(&store.world.directories, &store.env, &NoPassphrasePrompt, settings())
        .store(&name("a"), &credentials(KEY), None, NOW)
        .unwrap();
    assert!(at(&store, "work/aws/a"));
    store.env = Environment::of([
        ("HOME", store.env.text("HOME").unwrap()),
        ("GNUPGHOME", store.env.text("GNUPGHOME").unwrap()),
        ("PASSWORD_STORE_DIR", store.env.text("PASSWORD_STORE_DIR").unwrap()),
        ("PATH", store.env.text("PATH").unwrap()),
        ("AWS_VAULT_PASS_PREFIX", "mine"),
    ]);
    Keystores::new(&store.world.directories, &store.env, &NoPassphrasePrompt, settings())
        .store(&name("a"), &credentials(KEY), None, NOW)
        .unwrap();
    assert!(at(&store, "mine/a"));
}

#[test]
fn a_key_removed_with_pass_is_searched_for_elsewhere() {
    let store = Store::new("");
    store.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let later = Timestamp::from_unix(NOW.as_unix() + 1);
    store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), None, later).unwrap();
    store.run("pass", &["rm", "-f", "vault/a"]);
    assert_eq!(secret(store.keystores(None).long_term_credentials(&name("a"))), SECRET);
    // A key that is gone already does not make a removal fail.
    store.keystores(None).remove(&name("a")).unwrap();
    assert_eq!(store.keystores(None).entries().unwrap(), []);
}

#[test]
fn locked_damaged_and_absent_stores_have_different_errors() {
    let store = Store::new("gpg passphrase");
    let keystores = store.keystores(Backend::Pass);
    let home = store.world.root.path();
    std::fs::write(home.join("gnupg/gpg-agent.conf"), "pinentry-program /nonexistent\n").unwrap();
    store.run("gpgconf", &["--kill", "gpg-agent"]);
    // A name's first key is not read back, so it needs no passphrase: if it is damaged, no other key is lost.
    keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::NoPinentry), "{error}");
    let sealed = std::fs::read(home.join("store/vault/a.gpg")).unwrap();
    let error = keystores.store(&name("a"), &credentials("AKIAI44QH8DHBEXAMPLE"), None, NOW).unwrap_err();
    assert!(matches!(error, KeyStoreError::NoPinentry), "{error}");
    assert_eq!(std::fs::read(home.join("store/vault/a.gpg")).unwrap(), sealed, "a key that cannot be read back replaces none");

    std::fs::write(home.join("store/vault/a.gpg"), "not gpg").unwrap();
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::Corrupt { .. }), "{error}");

    std::fs::remove_dir_all(home.join("store")).unwrap();
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::Unavailable { .. }), "{error}");
}

/// `pass` moves an item into a folder of the same name, and claims that anything else in its place is not there.
#[test]
fn what_is_no_file_in_the_place_of_an_item_is_named_and_nothing_is_written() {
    type Maker<'a> = (&'a str, &'a dyn Fn(&Path));
    let store = Store::new("");
    let home = store.world.root.path();
    for backend in [Backend::Pass, Backend::File] {
        store.keystores(backend).store(&name("b"), &credentials(KEY), None, NOW).unwrap();
    }
    let (passes, items) = (home.join("store/vault"), store.world.directories.data.join("keys"));
    let seen = || {
        let names = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        let mut seen = [names(&passes), names(&items)].concat();
        seen.sort();
        seen
    };
    let socket = |at: &Path| drop(std::os::unix::net::UnixListener::bind(at).unwrap());
    let pipe = |at: &Path| drop(store.run("mkfifo", &[at.to_str().unwrap()]));
    let folder = |at: &Path| std::fs::create_dir(at).unwrap();
    let makes: [Maker<'_>; 3] = [("a folder", &folder), ("a named pipe", &pipe), ("a socket", &socket)];
    for (backend, at) in
        [(Backend::Pass, passes.join("a.gpg")), (Backend::Pass, passes.join("a~new.gpg")), (Backend::File, items.join("a.age"))]
    {
        for (what, make) in makes {
            make(&at);
            let before = seen();
            let keystores = store.keystores(backend);
            assert_eq!(keystores.in_the_way(&name("a"), &credentials(KEY).key_id, true).unwrap(), None, "{what} is no key");
            let mut errors = vec![keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap_err()];
            if !at.ends_with("a~new.gpg") {
                errors.push(keystores.long_term_credentials(&name("a")).unwrap_err());
            }
            for error in errors {
                assert!(error.to_string().starts_with(&format!("{what} is in the place of an item of the {backend} keystore")), "{error}");
                let hints = vault::app::Failure::from(error).hints;
                assert!(hints.iter().any(|hint| hint.contains("`mv ") && hint.contains(at.to_str().unwrap())), "{hints:?}");
            }
            assert_eq!(seen(), before, "{what} at {}", at.display());
            let names: Vec<_> = keystores.entries().unwrap().into_iter().map(|entry| entry.name.to_string()).collect();
            assert_eq!(names, ["b", "b"]);
            let _ = std::fs::remove_file(&at).or_else(|_| std::fs::remove_dir(&at));
        }
        // Once the place is free, the key is stored.
        store.keystores(backend).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
        store.keystores(backend).remove(&name("a")).unwrap();
    }
}

#[test]
fn an_item_that_is_longer_than_any_key_is_damaged_and_pass_is_not_called_missing() {
    let store = Store::new("");
    store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let env = store.with_fault("show:says too much");
    let settings = KeystoreSettings { backend: Some(Backend::Pass), ..KeystoreSettings::default() };
    let keystores = Keystores::new(&store.world.directories, &env, &NoPassphrasePrompt, settings);
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert_eq!(error.to_string(), "the item `a` in the pass keystore is damaged: it is longer than any key");
}

/// A wrapper around `pass` that applies `FAULT` to the run of `pass` named before the colon.
const FAULTY: &str = r#"#!/bin/sh
for last; do :; done
case "$FAULT" in
    "$1:fails") exit 1 ;;
    "$1:does nothing") cat >/dev/null; exit 0 ;;
    "$1:cuts short") head -c 20 | pass "$@" ;;
    "$1:writes half") cat >/dev/null; echo half > "$PASSWORD_STORE_DIR/$last.gpg"; exit 1 ;;
    "$1:says too much") head -c 100000 /dev/zero ;;
    "$1:says half") pass "$@" | head -c 20 ;;
    "$1:fails afterwards") pass "$@"; exit 1 ;;
    "$1:encrypts anew") pass "$@" && pass show "$last" | pass insert -m -f "$last" >/dev/null ;;
    "$1:encrypts half anew") pass "$@" && pass show "$last" | head -c 20 | pass insert -m -f "$last" >/dev/null ;;
    "$1:is overtaken")
        pass "$@"
        cp "$PASSWORD_STORE_DIR/vault/b.gpg" "$PASSWORD_STORE_DIR/vault/a.gpg"
        cp "$HOME/overtaken.json" "$HOME/data/vault/index.json"
        ;;
    *) exec pass "$@" ;;
esac
"#;

impl Store {
    fn with_fault(&self, fault: &str) -> Environment {
        let script = self.world.root.path().join("faulty-pass");
        std::fs::write(&script, FAULTY).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let of = |name: &str| self.env.text(name).unwrap();
        Environment::of([
            ("HOME", of("HOME")),
            ("GNUPGHOME", of("GNUPGHOME")),
            ("PASSWORD_STORE_DIR", of("PASSWORD_STORE_DIR")),
            ("PATH", of("PATH")),
            ("AWS_VAULT_PASS_CMD", script.to_str().unwrap()),
            ("FAULT", fault),
        ])
    }

    fn claimed(&self) -> Option<String> {
        self.keystores(Backend::Pass).entry(&name("a")).unwrap().unwrap().key_id.map(|id| id.to_string())
    }
}

#[test]
fn a_key_is_replaced_only_by_one_that_was_read_back_whole() {
    let store = Store::new("");
    store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let settings = || KeystoreSettings { backend: Some(Backend::Pass), ..KeystoreSettings::default() };
    for fault in [
        "insert:fails",
        "insert:does nothing",
        "insert:cuts short",
        "insert:writes half",
        "show:fails",
        "show:does nothing",
        "show:says half",
        "mv:fails",
        "mv:does nothing",
    ] {
        let env = store.with_fault(fault);
        let faulty = Keystores::new(&store.world.directories, &env, &NoPassphrasePrompt, settings());
        let error = faulty.store(&name("a"), &credentials(OTHER), None, NOW).unwrap_err();
        assert!(matches!(error, KeyStoreError::Unavailable { .. }), "{fault}: {error}");
        assert_eq!(store.claimed().as_deref(), Some(KEY), "{fault}");
        assert_eq!(store.keystores(Backend::Pass).long_term_credentials(&name("a")).unwrap().key_id.as_str(), KEY, "{fault}");
        let names = std::fs::read_dir(store.world.root.path().join("store/vault")).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["a.gpg"], "{fault}: no temporary item is left");
    }
    // For example a failing git hook: the key is in its place already.
    let env = store.with_fault("mv:fails afterwards");
    Keystores::new(&store.world.directories, &env, &NoPassphrasePrompt, settings())
        .store(&name("a"), &credentials(OTHER), None, NOW)
        .unwrap();
    assert_eq!(store.claimed().as_deref(), Some(OTHER));
    assert_eq!(store.keystores(Backend::Pass).long_term_credentials(&name("a")).unwrap().key_id.as_str(), OTHER);
}

/// `pass` does this if the recipients of the folder have changed.
#[test]
fn a_key_that_is_reencrypted_during_the_move_is_read_back_again() {
    let store = Store::new("");
    let stored = |fault: &str| {
        let env = store.with_fault(fault);
        let settings = KeystoreSettings { backend: Some(Backend::Pass), ..KeystoreSettings::default() };
        Keystores::new(&store.world.directories, &env, &NoPassphrasePrompt, settings).store(&name("a"), &credentials(KEY), None, NOW)
    };
    stored("mv:encrypts anew").unwrap();
    assert_eq!(store.keystores(Backend::Pass).long_term_credentials(&name("a")).unwrap().key_id.as_str(), KEY);
    let error = stored("mv:encrypts half anew").unwrap_err();
    assert!(
        matches!(error, KeyStoreError::Unavailable { .. }) && error.to_string().contains("returned something other than what was stored"),
        "{error}"
    );
}

#[test]
fn a_reader_overtaken_by_a_writer_notes_the_writers_key() {
    let store = Store::new("");
    let keystores = store.keystores(Backend::Pass);
    keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    keystores.store(&name("b"), &credentials(OTHER), None, NOW).unwrap();
    let index = |of_a: &str| {
        let b = format!(r#"{{"name":"b","backend":"pass","key_id":"{OTHER}"}}"#);
        format!(r#"{{"version":1,"entries":[{{"name":"a","backend":"pass",{of_a}}},{b}]}}"#)
    };
    std::fs::write(store.world.directories.data.join("index.json"), index(&format!(r#""changing_to":"{OTHER}""#))).unwrap();
    std::fs::write(store.world.root.path().join("overtaken.json"), index(&format!(r#""key_id":"{OTHER}""#))).unwrap();
    let env = store.with_fault("show:is overtaken");
    let settings = KeystoreSettings { backend: Some(Backend::Pass), ..KeystoreSettings::default() };
    let reader = Keystores::new(&store.world.directories, &env, &NoPassphrasePrompt, settings);
    // The first answer of `pass` was the old key.
    assert_eq!(reader.long_term_credentials(&name("a")).unwrap().key_id.as_str(), OTHER);
    assert_eq!(store.claimed().as_deref(), Some(OTHER));
}

#[test]
fn a_folder_in_place_of_a_key_is_refused() {
    let store = Store::new("");
    std::fs::create_dir_all(store.world.root.path().join("store/vault/a")).unwrap();
    let error = store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), None, NOW).unwrap_err();
    assert!(error.to_string().contains("store/vault/a"), "{error}");
    assert_eq!(store.keystores(Backend::Pass).entries().unwrap(), []);
}

#[test]
fn a_leftover_temporary_item_is_not_a_key_and_is_removed_with_the_key() {
    let store = Store::new("");
    let keystores = store.keystores(Backend::Pass);
    keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let place = store.world.root.path().join("store/vault");
    std::fs::copy(place.join("a.gpg"), place.join("a~new.gpg")).unwrap();
    std::fs::remove_file(store.world.directories.data.join("index.json")).unwrap();
    assert_eq!(keystores.entries().unwrap().len(), 1);
    keystores.remove(&name("a")).unwrap();
    assert!(!place.join("a~new.gpg").exists() && !place.join("a.gpg").exists());
}

#[test]
fn the_error_says_why_gpg_does_not_encrypt() {
    let store = Store::new("");
    let key = ["--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--faked-system-time", "20200101T000000"];
    store.run("gpg", &[&key[..], &["--quick-generate-key", "old@example.com", KIND_OF_KEY, "default", "1d"]].concat());
    for (recipient, words) in [
        ("old@example.com", "`old@example.com`, a recipient of the password store: it has expired"),
        ("nobody@invalid", "`nobody@invalid`, a recipient of the password store: the key ring has no usable key of that name"),
    ] {
        std::fs::write(store.world.root.path().join("store/.gpg-id"), format!("{recipient}\n")).unwrap();
        let error = store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), None, NOW).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
