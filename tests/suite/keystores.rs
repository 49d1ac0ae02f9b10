//! The keystores with real backends: age files, gpg and `pass`, GNOME Keyring. Their interplay is tested here; each has a separate file too.

mod agreed;
mod file;
mod pass;
mod secret_service;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use vault::keystore::{KeystoreSettings, Keystores, NoPassphrasePrompt, PassphrasePrompt};
use vault::model::{AccessKeyId, Backend, LongTermCredentials, ProfileName, Timestamp};
use vault::os::dirs::Directories;
use vault::os::env::Environment;
use vault::os::files;
use vault::ports::{KeyStore, KeyStoreError, PromptError};

use crate::support::identity;

const PASSPHRASE: &str = "correct horse";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

/// A separate home without D-Bus and password store.
struct World {
    root: TempDir,
    directories: Directories,
    env: Environment,
}

impl World {
    /// With an identity that costs nothing to unlock.
    fn new() -> Self {
        let world = Self::with_passphrase(PASSPHRASE);
        identity::seed(&world.directories.data, PASSPHRASE);
        world
    }

    fn with_passphrase(passphrase: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let directories = Directories::under(root.path());
        let home = root.path().to_str().unwrap();
        let env =
            Environment::of([("AWS_VAULT_FILE_PASSPHRASE", passphrase), ("HOME", home), ("XDG_RUNTIME_DIR", home), ("PATH", &path())]);
        Self { root, directories, env }
    }

    fn keystores(&self, backend: impl Into<Option<Backend>>) -> Keystores<'_> {
        self.prompting(&NoPassphrasePrompt, backend)
    }

    fn prompting<'a>(&'a self, prompt: &'a dyn PassphrasePrompt, backend: impl Into<Option<Backend>>) -> Keystores<'a> {
        Keystores::new(&self.directories, &self.env, prompt, KeystoreSettings { backend: backend.into(), ..KeystoreSettings::default() })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directories.data.join("keys").join(name)
    }

    fn assert_nothing_in_the_clear(&self) {
        let mut seen = 0;
        for file in files_under(self.root.path()) {
            let content = std::fs::read(&file).unwrap();
            for secret in [SECRET, PASSPHRASE, "AGE-SECRET-KEY"] {
                assert!(!content.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} in {}", file.display());
            }
            seen += 1;
        }
        assert!(seen > 1, "there is nothing to look at");
    }
}

/// The answers that a person types, and the number of prompts.
struct Typed(RefCell<Vec<&'static str>>);

impl Typed {
    fn new(mut answers: Vec<&'static str>) -> Self {
        answers.reverse();
        Self(RefCell::new(answers))
    }

    fn left(&self) -> usize {
        self.0.borrow().len()
    }
}

impl PassphrasePrompt for Typed {
    fn ask(&self, _question: &str, _complaint: Option<&str>) -> Result<SecretString, PromptError> {
        self.0.borrow_mut().pop().map(SecretString::from).ok_or(PromptError::Cancelled)
    }
}

fn path() -> String {
    Environment::capture().text("PATH").unwrap().to_owned()
}

/// Fails if a program that the test needs is missing: a test that skips itself proves nothing.
fn require(program: &str) {
    let there = path().split(':').any(|directory| Path::new(directory).join(program).exists());
    assert!(there, "`{program}` is missing: run tests/run, which installs what the tests need");
}

fn files_under(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files
}

fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).unwrap()
}

fn credentials(key_id: &str) -> LongTermCredentials {
    LongTermCredentials { key_id: AccessKeyId::parse_long_term(key_id).unwrap(), secret: SecretString::from(SECRET) }
}

fn secret(result: Result<LongTermCredentials, KeyStoreError>) -> String {
    result.unwrap_or_else(|error| panic!("{error}")).secret.expose_secret().to_owned()
}

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

#[test]
fn without_a_desktop_auto_chooses_files_and_says_so_once() {
    let world = World::new();
    let choice = world.keystores(None).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    assert!(choice.is_news && choice.backend == Backend::File);
    assert_eq!(
        choice.reason.as_deref(),
        Some("the keychain is not available: there is no D-Bus session here, so there is no Secret Service")
    );
    // A run that could not show the message does not count.
    assert!(world.keystores(None).choice(&name("a")).is_news);
    world.keystores(None).told(&choice);
    assert!(!world.keystores(None).choice(&name("a")).is_news);
    assert_eq!(secret(world.keystores(None).long_term_credentials(&name("a"))), SECRET);
}

#[test]
fn a_lost_or_damaged_index_loses_no_key() {
    let world = World::new();
    let index = world.directories.data.join("index.json");
    for content in [None, Some(""), Some("{"), Some("[]")] {
        world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
        match content {
            None => std::fs::remove_file(&index).unwrap(),
            Some(text) => std::fs::write(&index, text).unwrap(),
        }
        let keystores = world.keystores(None);
        let entries = keystores.entries().unwrap();
        assert_eq!((entries.len(), entries[0].name.as_str(), entries[0].key_id.as_ref()), (1, "a", None), "{content:?}");
        assert_eq!(secret(keystores.long_term_credentials(&name("a"))), SECRET);
        // Once the key has been read, the index has its id again.
        assert_eq!(keystores.entry(&name("a")).unwrap().unwrap().key_id.unwrap().as_str(), KEY);
    }
}

#[test]
fn a_key_missing_from_the_index_is_found_and_added() {
    let world = World::new();
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    std::fs::write(world.directories.data.join("index.json"), r#"{"version":1,"entries":[]}"#).unwrap();
    assert_eq!(world.keystores(None).entry(&name("a")).unwrap(), None);
    assert_eq!(secret(world.keystores(None).long_term_credentials(&name("a"))), SECRET);
    assert_eq!(world.keystores(None).entry(&name("a")).unwrap().unwrap().backend, Backend::File);
}

#[test]
fn an_unreadable_index_hides_no_key() {
    let world = World::new();
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let index = world.directories.data.join("index.json");
    std::fs::remove_file(&index).unwrap();
    std::fs::create_dir(&index).unwrap();
    assert!(world.keystores(None).entries().unwrap_err().to_string().contains("index.json`: it is a directory"));
    assert_eq!(secret(world.keystores(None).long_term_credentials(&name("a"))), SECRET);
}

const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";

/// The key id of `a` in the index, and the key stored as `a`.
fn claimed_and_stored(world: &World) -> (Option<String>, Option<String>) {
    // In this order: reading the key corrects the index.
    let entries = world.keystores(Backend::File).indexed().unwrap_or_default();
    let claimed = entries.into_iter().find(|entry| entry.name == name("a")).and_then(|entry| entry.key_id);
    let stored = world.keystores(Backend::File).long_term_credentials(&name("a")).ok();
    (claimed.map(|id| id.to_string()), stored.map(|key| key.key_id.to_string()))
}

// If the index kept the old key's id, the old key's sessions would be handed over as the new key's.
#[test]
fn if_the_index_cannot_be_written_no_key_is_changed() {
    let lock = |world: &World, name: &str| world.directories.state.join("locks").join(name);
    let index = |world: &World| world.directories.data.join("index.json");
    for (what, path) in [
        ("the index is a directory", &index as &dyn Fn(&World) -> PathBuf),
        ("the lock of the index cannot be opened", &|world| lock(world, "index.lock")),
        ("the lock of the keystore cannot be opened", &|world| lock(world, "keys-file.lock")),
    ] {
        for stored_before in [true, false] {
            let world = World::new();
            let of = if stored_before { "a" } else { "b" };
            world.keystores(Backend::File).store(&name(of), &credentials(KEY), None, NOW).unwrap();
            let path = path(&world);
            std::fs::remove_file(&path).unwrap();
            std::fs::create_dir(&path).unwrap();
            let keystores = world.keystores(Backend::File);
            let store = keystores.store(&name("a"), &credentials(OTHER), None, NOW).err();
            let remove = keystores.remove(&name(of)).err();
            for error in [store.unwrap(), remove.unwrap()] {
                let refused = matches!(&error, KeyStoreError::IndexNotWritten { .. } | KeyStoreError::Index { .. });
                assert!(refused && error.to_string().contains(path.to_str().unwrap()), "{what}: {error}");
            }
            std::fs::remove_dir(&path).unwrap();
            let key = stored_before.then(|| KEY.to_owned());
            assert_eq!(claimed_and_stored(&world).1, key, "{what}");
        }
    }
}

#[test]
fn after_simultaneous_writers_the_index_matches_the_stored_key() {
    let world = World::new();
    let ids: Vec<_> = (0..4).map(|n| format!("AKIAIOSFODNN7EXAMP{n}E")).collect();
    for round in 0..25 {
        std::thread::scope(|scope| {
            for (n, id) in ids.iter().enumerate() {
                let world = &world;
                scope.spawn(move || {
                    let keystores = world.keystores(Backend::File);
                    match (round + n) % 5 {
                        0 => drop(keystores.remove(&name("a"))),
                        1 => drop(keystores.long_term_credentials(&name("a"))),
                        _ => drop(keystores.store(&name("a"), &credentials(id), None, NOW).unwrap()),
                    }
                });
            }
        });
        let (claimed, stored) = claimed_and_stored(&world);
        assert_eq!(claimed, stored, "round {round}");
    }
}

/// The index while a writer is replacing `a` with the key `to`, or after that writer was killed.
fn begun(world: &World, to: &str) {
    let index = format!(r#"{{"version":1,"entries":[{{"name":"a","backend":"file","changing_to":"{to}"}}]}}"#);
    std::fs::write(world.directories.data.join("index.json"), index).unwrap();
}

#[test]
fn a_reader_leaves_the_index_to_an_active_writer() {
    let world = World::new();
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    begun(&world, OTHER);
    let at_work = files::lock(&world.directories.state.join("locks/keys-file.lock"), "nobody").unwrap();
    for _ in 0..2 {
        // The item may change to the other key at any moment.
        assert_eq!(claimed_and_stored(&world), (None, Some(KEY.to_owned())));
    }
    drop(at_work);
    assert_eq!(claimed_and_stored(&world), (None, Some(KEY.to_owned())));
    assert_eq!(claimed_and_stored(&world).0.as_deref(), Some(KEY));
}

#[test]
fn leftovers_of_a_killed_writer_are_repaired_by_the_next_reader_or_writer() {
    for (stored, to) in [(Some(KEY), OTHER), (Some(OTHER), OTHER), (None, OTHER)] {
        let world = World::new();
        let keystores = world.keystores(Backend::File);
        keystores.store(&name("other"), &credentials(KEY), None, NOW).unwrap();
        if let Some(stored) = stored {
            keystores.store(&name("a"), &credentials(stored), None, NOW).unwrap();
        }
        begun(&world, to);
        assert_eq!(claimed_and_stored(&world), (None, stored.map(str::to_owned)));
        assert_eq!(claimed_and_stored(&world).0.as_deref(), stored, "the reader repaired it");

        begun(&world, to);
        let id = credentials(to).key_id;
        assert_eq!(keystores.in_the_way(&name("a"), &id, true).unwrap(), None, "the same key is simply stored again");
        keystores.store(&name("a"), &credentials(to), None, NOW).unwrap();
        assert_eq!(claimed_and_stored(&world), (Some(to.to_owned()), Some(to.to_owned())));
    }
}

// For example, a colleague's key from a `git pull`.
#[test]
fn reading_a_key_that_another_program_replaced_updates_the_index() {
    let (world, other) = (World::new(), World::new());
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    other.keystores(Backend::File).store(&name("a"), &credentials(OTHER), None, NOW).unwrap();
    for file in ["a.age", "identity.age"] {
        std::fs::copy(other.file(file), world.file(file)).unwrap();
    }
    assert_eq!(claimed_and_stored(&world), (Some(KEY.to_owned()), Some(OTHER.to_owned())));
    assert_eq!(claimed_and_stored(&world).0.as_deref(), Some(OTHER));
}

#[test]
fn our_own_items_never_collide_with_a_profile() {
    let world = World::new();
    let keystores = world.keystores(Backend::File);
    let bytes: Vec<u8> = (0..32).collect();
    keystores.save_reserved("cache-key", &bytes.clone().into()).unwrap();
    keystores.store(&name("cache-key"), &credentials(KEY), None, NOW).unwrap();
    assert_eq!(world.keystores(Backend::File).load_reserved("cache-key").unwrap().expose_secret(), bytes);
    assert_eq!(keystores.entries().unwrap().len(), 1);
    assert!(matches!(keystores.load_reserved("other"), Err(KeyStoreError::NotFound { .. })));
}
