//! The `pass` keystore, with the real `pass` and a throw-away gpg key.

use std::process::Stdio;

use vault::os::process;

use super::*;

/// A password-store and a gpg home, whose agent ends with it.
struct Store {
    world: World,
    env: Environment,
}

impl Store {
    fn new(gpg_passphrase: &str) -> Self {
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
            "default",
            "default",
            "never",
        ];
        store.run("gpg", &key);
        store.run("pass", &["init", "t@example.com"]);
        store
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = process::helper(&self.env, program).args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn keystores(&self, backend: impl Into<Option<Backend>>) -> Keystores<'_> {
        Keystores::new(&self.world.directories, &self.env, &NoPassphrasePrompt, Settings { backend: backend.into(), ..Settings::default() })
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
        keystores.store(&name(profile), &credentials(KEY), NOW).unwrap();
        assert_eq!(secret(keystores.long_term_credentials(&name(profile))), SECRET);
    }
    // The person can read it without us.
    assert!(store.run("pass", &["show", "vault/read-only"]).contains(SECRET));
    store.world.assert_nothing_in_the_clear();

    std::fs::remove_file(store.world.directories.data.join("index.json")).unwrap();
    let names: Vec<_> = keystores.entries().unwrap().into_iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["Prod", "a/../b", "read-only"]);

    keystores.remove(&name("read-only")).unwrap();
    let error = keystores.long_term_credentials(&name("read-only")).unwrap_err();
    assert_eq!(error.to_string(), "the pass keystore holds no item `read-only`");
}

#[test]
fn a_change_of_keystore_hides_no_key() {
    let store = Store::new("");
    store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), NOW).unwrap();
    // Not asked for by name, it is read from where it is.
    assert_eq!(secret(store.keystores(None).long_term_credentials(&name("a"))), SECRET);
    let error = store.keystores(Backend::File).long_term_credentials(&name("a")).unwrap_err();
    assert_eq!(error.to_string(), "the file keystore holds no item `a`; the pass keystore does");

    let later = Timestamp::from_unix(NOW.as_unix() + 1);
    store.keystores(Backend::File).store(&name("a"), &credentials("AKIAI44QH8DHBEXAMPLE"), later).unwrap();
    let entries = store.keystores(None).entries().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.backend).collect::<Vec<_>>(), [Backend::File, Backend::Pass]);
    // The one stored last counts, unless one is asked for by name.
    let read = |backend| store.keystores(backend).long_term_credentials(&name("a")).unwrap().key_id;
    assert_eq!(read(None).as_str(), "AKIAI44QH8DHBEXAMPLE");
    assert_eq!(read(Some(Backend::Pass)).as_str(), KEY);

    let removal = store.keystores(Backend::File).remove(&name("a")).unwrap();
    let removed: Vec<_> = removal.removed.iter().map(|entry| entry.backend).collect();
    assert_eq!((removed, removal.still_in), (vec![Backend::File], vec![Backend::Pass]));
    assert_eq!(read(None).as_str(), KEY);
}

#[test]
fn a_key_is_in_the_way_wherever_it_would_be_replaced_or_hidden() {
    const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
    let store = Store::new("");
    let unlock = std::cell::Cell::new(true);
    let in_the_way = |backend: Option<Backend>, key: &str| {
        let found = store.keystores(backend).in_the_way(&name("a"), &credentials(key).key_id, unlock.get()).unwrap();
        found.map(|entry| (entry.backend, entry.key_id.map(|id| id.to_string())))
    };
    assert_eq!(in_the_way(None, KEY), None);
    store.keystores(Backend::File).store(&name("a"), &credentials(KEY), NOW).unwrap();
    let later = Timestamp::from_unix(NOW.as_unix() + 1);
    store.keystores(Backend::Pass).store(&name("a"), &credentials(OTHER), later).unwrap();
    // There is no keychain here, so `auto` stores to `file`: that the newer key is the same one helps the older one nothing.
    assert_eq!(in_the_way(None, OTHER), Some((Backend::File, Some(KEY.to_owned()))));
    assert_eq!(in_the_way(None, KEY), Some((Backend::Pass, Some(OTHER.to_owned()))));
    assert_eq!(in_the_way(Some(Backend::Pass), OTHER), None);
    assert_eq!(in_the_way(Some(Backend::File), OTHER), Some((Backend::File, Some(KEY.to_owned()))));

    // What the index does not know of is seen in the keystore itself, and which key it is, too.
    std::fs::write(store.world.directories.data.join("index.json"), r#"{"version": 1, "entries": []}"#).unwrap();
    assert_eq!(in_the_way(Some(Backend::Pass), KEY), Some((Backend::Pass, Some(OTHER.to_owned()))));
    assert_eq!(in_the_way(Some(Backend::File), OTHER), Some((Backend::File, Some(KEY.to_owned()))));
    assert_eq!((in_the_way(Some(Backend::Pass), OTHER), in_the_way(Some(Backend::File), KEY)), (None, None));
    // Unless nothing is to be unlocked for it.
    unlock.set(false);
    assert_eq!(in_the_way(Some(Backend::Pass), OTHER), Some((Backend::Pass, None)));
    assert_eq!(in_the_way(Some(Backend::File), KEY), Some((Backend::File, None)));
}

#[test]
fn a_name_may_have_a_keystore_of_its_own() {
    let store = Store::new("");
    let settings = || Settings {
        backend: Some(Backend::File),
        of_names: [(name("a"), Some(Backend::Pass)), (name("c"), None)].into(),
        ..Settings::default()
    };
    let keystores = Keystores::new(&store.world.directories, &store.env, &NoPassphrasePrompt, settings());
    let chosen: Vec<_> = ["a", "b", "c"].map(|key| keystores.choice(&name(key)).backend).into();
    assert_eq!(chosen, [Backend::Pass, Backend::File, Backend::File], "`auto` is `file` here");
    keystores.store(&name("a"), &credentials(KEY), NOW).unwrap();
    assert_eq!(keystores.long_term_credentials(&name("a")).unwrap().key_id.as_str(), KEY);
    assert_eq!(keystores.asked_for(&name("c")), None);
}

#[test]
fn the_folder_is_the_one_named_by_the_environment_else_the_one_named_by_the_setting() {
    let mut store = Store::new("");
    let settings = || Settings { backend: Some(Backend::Pass), pass_prefix: Some("work/aws".to_owned()), ..Settings::default() };
    let at = |store: &Store, place: &str| store.run("pass", &["show", place]).contains(SECRET);
    Keystores::new(&store.world.directories, &store.env, &NoPassphrasePrompt, settings())
        .store(&name("a"), &credentials(KEY), NOW)
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
        .store(&name("a"), &credentials(KEY), NOW)
        .unwrap();
    assert!(at(&store, "mine/a"));
}

#[test]
fn a_key_removed_with_pass_itself_is_looked_for_elsewhere() {
    let store = Store::new("");
    store.keystores(Backend::File).store(&name("a"), &credentials(KEY), NOW).unwrap();
    let later = Timestamp::from_unix(NOW.as_unix() + 1);
    store.keystores(Backend::Pass).store(&name("a"), &credentials(KEY), later).unwrap();
    store.run("pass", &["rm", "-f", "vault/a"]);
    assert_eq!(secret(store.keystores(None).long_term_credentials(&name("a"))), SECRET);
    // What is gone already is no reason to refuse a removal.
    store.keystores(None).remove(&name("a")).unwrap();
    assert_eq!(store.keystores(None).entries().unwrap(), []);
}

#[test]
fn locked_damaged_and_absent_are_told_apart() {
    let store = Store::new("gpg passphrase");
    let keystores = store.keystores(Backend::Pass);
    keystores.store(&name("a"), &credentials(KEY), NOW).unwrap();
    let home = store.world.root.path();
    std::fs::write(home.join("gnupg/gpg-agent.conf"), "pinentry-program /nonexistent\n").unwrap();
    store.run("gpgconf", &["--kill", "gpg-agent"]);
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::Locked { .. }), "{error}");

    std::fs::write(home.join("store/vault/a.gpg"), "not gpg").unwrap();
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::Corrupt { .. }), "{error}");

    std::fs::remove_dir_all(home.join("store")).unwrap();
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::Unavailable { .. }), "{error}");
}
