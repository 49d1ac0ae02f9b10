//! The `keychain` keystore on Linux: a real GNOME Keyring on a separate D-Bus session.
//!
//! The bus is found through the environment of the process, so each test runs itself again inside `dbus-run-session`.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use vault::keystore::{KeychainState, KeychainStore};
use vault::os::process;

use super::*;

const UNLOCK: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ";
const LOCK: &str = "gdbus call --session -d org.freedesktop.secrets -o /org/freedesktop/secrets \
                    -m org.freedesktop.Secret.Service.Lock \"['/org/freedesktop/secrets/collection/login']\" >/dev/null";

/// In the original process, runs the same test again, each `session` in a separate D-Bus session and all in one home, and returns `None`.
/// In those runs, returns the part to run.
fn part(test: &str, sessions: &[(&str, &str)]) -> Option<String> {
    const PART: &str = "KEYRING_TEST_PART";
    let env = Environment::capture();
    if let Some(part) = env.text(PART) {
        return Some(part.to_owned());
    }
    for program in ["dbus-run-session", "gnome-keyring-daemon", "gdbus"] {
        require(program);
    }
    let home = tempfile::tempdir().unwrap();
    for (part, before) in sessions {
        let script = format!("{before} exec \"$0\" \"$@\"");
        let me = std::env::current_exe().unwrap();
        let output = process::helper(&env, "dbus-run-session")
            .args(["--", "sh", "-c", &script])
            .arg(me)
            .args([&format!("keystores::secret_service::{test}"), "--exact", "--nocapture"])
            .env(PART, part)
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_CACHE_HOME", home.path().join("cache"))
            .env("XDG_STATE_HOME", home.path().join("state"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{part}: {text}");
    }
    None
}

struct Session {
    env: Environment,
    directories: Directories,
}

impl Session {
    fn new() -> Self {
        Self { env: Environment::capture(), directories: Directories::of_user().unwrap() }
    }

    fn state(&self) -> KeychainState {
        let start = Instant::now();
        let state = KeychainStore::new(&self.env).state().unwrap();
        assert!(start.elapsed() < Duration::from_secs(3));
        state
    }

    fn keystores(&self, backend: impl Into<Option<Backend>>) -> Keystores<'_> {
        Keystores::new(
            &self.directories,
            &self.env,
            &NoPassphrasePrompt,
            KeystoreSettings { backend: backend.into(), ..KeystoreSettings::default() },
        )
    }
}

#[test]
fn a_key_is_stored_read_listed_and_removed() {
    let Some(_) = part("a_key_is_stored_read_listed_and_removed", &[("unlocked", UNLOCK)]) else { return };
    let session = Session::new();
    assert_eq!(session.state(), KeychainState::Unlocked);
    let keystores = session.keystores(None);
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert_eq!(error.to_string(), "the keychain keystore has no item `a`");
    let choice = keystores.store(&name("a"), &credentials("AKIAI44QH8DHBEXAMPLE"), None, NOW).unwrap();
    assert_eq!((choice.backend, choice.reason.as_deref()), (Backend::Keychain, Some("the keychain answers")));
    // Stored again, it replaces the old one.
    keystores.store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    keystores.save_reserved("cache-key", &vec![7; 32].into()).unwrap();
    assert_eq!(session.keystores(None).load_reserved("cache-key").unwrap().expose_secret(), [7; 32]);
    assert_eq!(session.keystores(None).long_term_credentials(&name("a")).unwrap().key_id.as_str(), KEY);

    std::fs::remove_file(session.directories.data.join("index.json")).unwrap();
    let names: Vec<_> = keystores.entries().unwrap().into_iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["a"]);
    keystores.remove(&name("a")).unwrap();
    assert!(matches!(keystores.long_term_credentials(&name("a")), Err(KeyStoreError::NotFound { .. })));
}

#[test]
fn a_locked_keychain_is_neither_absent_nor_empty() {
    let sessions = [("store", UNLOCK), ("lock", &*format!("{UNLOCK}{LOCK};")), ("never unlocked", "")];
    let Some(part) = part("a_locked_keychain_is_neither_absent_nor_empty", &sessions) else { return };
    let session = Session::new();
    if part == "store" {
        session.keystores(None).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
        return;
    }
    assert_eq!(session.state(), KeychainState::Locked);
    let error = session.keystores(None).long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::Locked { backend: Backend::Keychain, .. }), "{error}");
    // A lost index does not hide it either, although new keys now go elsewhere.
    std::fs::remove_file(session.directories.data.join("index.json")).unwrap();
    let keystores = session.keystores(None);
    assert_eq!(keystores.choice(&name("a")).backend, Backend::File);
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::Locked { backend: Backend::Keychain, .. }), "{error}");
    let error = keystores.long_term_credentials(&name("b")).unwrap_err();
    assert!(matches!(error, KeyStoreError::NotFound { backend: Backend::File, .. }), "{error}");
}

#[test]
fn a_service_without_a_collection_is_not_chosen_if_nobody_can_create_one() {
    let Some(_) = part("a_service_without_a_collection_is_not_chosen_if_nobody_can_create_one", &[("fresh", "")]) else { return };
    let session = Session::new();
    assert_eq!(session.state(), KeychainState::Empty);
    assert_eq!(session.keystores(None).choice(&name("a")).backend, Backend::File);
    let error = session.keystores(Backend::Keychain).store(&name("a"), &credentials(KEY), None, NOW).unwrap_err();
    assert!(matches!(&error, KeyStoreError::Locked { reason, .. } if reason.contains("no collection yet")), "{error}");
    let error = session.keystores(Backend::Keychain).long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::NotFound { .. }), "{error}");
}

#[test]
fn an_unresponsive_bus_costs_three_seconds() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("bus");
    let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let test = "an_unresponsive_bus_costs_three_seconds";
    let address = format!("DBUS_SESSION_BUS_ADDRESS=unix:path={}; export DBUS_SESSION_BUS_ADDRESS;", socket.display());
    let Some(_) = part(test, &[("silent", &address)]) else { return };
    let session = Session::new();
    let start = Instant::now();
    let choice = session.keystores(None).choice(&name("a"));
    assert_eq!(choice.reason.as_deref(), Some("the keychain is not available: it does not answer within 3 seconds"));
    assert!((3..5).contains(&start.elapsed().as_secs()));
}

/// It has no display to prompt on.
#[test]
fn a_locked_keychain_that_refuses_leaves_the_index_unchanged() {
    let sessions = [("store", UNLOCK), ("lock", &*format!("{UNLOCK}{LOCK};"))];
    let Some(part) = part("a_locked_keychain_that_refuses_leaves_the_index_unchanged", &sessions) else { return };
    let session = Session::new();
    let keystores = || session.keystores(Backend::Keychain);
    if part == "store" {
        keystores().store(&name("a"), &credentials(KEY), None, NOW).unwrap();
        return;
    }
    let before = keystores().entries().unwrap();
    assert_eq!(before[0].key_id.as_ref().unwrap().as_str(), KEY);
    let refusals = [
        keystores().store(&name("a"), &credentials(OTHER), None, NOW).err(),
        keystores().store(&name("b"), &credentials(OTHER), None, NOW).err(),
        keystores().remove(&name("a")).err(),
    ];
    for error in refusals {
        assert!(matches!(error, Some(KeyStoreError::Locked { backend: Backend::Keychain, .. })), "{error:?}");
        assert_eq!(keystores().entries().unwrap(), before);
    }
}
