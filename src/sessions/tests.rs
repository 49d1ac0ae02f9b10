//! The session files while their key changes: two processes at once are two `SessionFiles` over one keyring, one keystore and one folder.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;
use std::{fs, thread};

use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::cache_key::Keyring;
use super::seal::{self, Label};
use super::{CacheKey, CacheKeyHolder, Scope, SessionFiles};
use crate::model::{AccessKeyId, Partition, Region, SessionCredentials, SessionDuration, Timestamp};
use crate::os::clock;
use crate::os::dirs::Directories;
use crate::os::files::{self, FileLock};
use crate::os::kernel_keyring::KeyringUnusable;
use crate::plan::{Call, CallKind, Connection, SessionKey, Step, StsEndpoint, Variant, WhyStep};
use crate::ports::{Expirations as _, SessionCache as _};

type Hook = Mutex<Option<Box<dyn FnOnce() + Send>>>;

/// A keyring that can be made to refuse a key, as if it were full.
#[derive(Default)]
struct Kernel {
    key: Mutex<Option<Vec<u8>>>,
    is_full: AtomicBool,
    /// Runs once, after the key was read.
    after_get: Hook,
    /// Runs once, after a key was stored.
    after_put: Hook,
}

fn happens(hook: &Hook) {
    let happens = hook.lock().unwrap().take();
    if let Some(happens) = happens {
        happens();
    }
}

impl Keyring for Kernel {
    fn get(&self, _description: &str) -> Option<SecretSlice<u8>> {
        let key = self.key.lock().unwrap().clone();
        happens(&self.after_get);
        key.map(SecretSlice::from)
    }

    fn put(&self, _description: &str, secret: &SecretSlice<u8>) -> Result<(), KeyringUnusable> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(KeyringUnusable("it is full"));
        }
        *self.key.lock().unwrap() = Some(secret.expose_secret().to_vec());
        happens(&self.after_put);
        Ok(())
    }

    fn forget(&self, _description: &str) -> Result<(), KeyringUnusable> {
        *self.key.lock().unwrap() = None;
        Ok(())
    }
}

#[derive(Default)]
struct Keystore(Mutex<Option<Vec<u8>>>);

impl CacheKeyHolder for Keystore {
    fn load(&self) -> Option<CacheKey> {
        self.0.lock().unwrap().clone().map(SecretSlice::from).and_then(CacheKey::from_secret)
    }

    fn save(&self, key: &CacheKey) -> Result<(), String> {
        *self.0.lock().unwrap() = Some(key.as_secret().expose_secret().to_vec());
        Ok(())
    }

    fn forget(&self) -> Result<(), String> {
        *self.0.lock().unwrap() = None;
        Ok(())
    }
}

struct World {
    root: tempfile::TempDir,
    kernel: Kernel,
    keystore: Keystore,
}

impl World {
    /// With these sessions, sealed with a key that the kernel holds, or the keystore.
    fn with(sessions: &[&SessionKey], is_full: bool) -> Self {
        let world = Self { root: tempfile::tempdir().unwrap(), kernel: Kernel::default(), keystore: Keystore::default() };
        world.kernel.is_full.store(is_full, Ordering::Relaxed);
        for key in sessions {
            store(&world.process(), key, "ASIAFIRST");
        }
        world
    }

    fn directories(&self) -> Directories {
        Directories::under(self.root.path())
    }

    fn process(&self) -> SessionFiles<'_> {
        SessionFiles::with_keyring(&self.directories(), &self.kernel, &self.keystore, &|_| ())
    }

    fn file(&self, key: &SessionKey) -> std::path::PathBuf {
        self.directories().cache.join("sessions").join(&key.as_str()[..2]).join(key.as_str())
    }

    /// The key id of the session, as found by a process that starts now.
    fn found(&self, key: &SessionKey) -> Option<String> {
        Some(self.process().load(key)?.key_id.to_string())
    }

    /// As another process does while it changes the key.
    fn lock(&self) -> FileLock {
        files::lock(&self.directories().state.join("locks/cache-key"), "nobody").unwrap()
    }

    /// Puts a new key into the kernel, as another process does under the lock.
    fn change_key(&self) -> CacheKey {
        let key = CacheKey::generate();
        *self.kernel.key.lock().unwrap() = Some(key.as_secret().expose_secret().to_vec());
        key
    }

    /// Writes a session that is sealed with this key, as another process does under the lock.
    fn write(&self, key: &SessionKey, cache_key: &CacheKey) {
        let label = Label { profile: "p".into(), call: CallKind::GetSessionToken, role_arn: None, mfa_serial: None, base: "b".into() };
        files::write_public(&self.file(key), &seal::seal(cache_key, key, &session("ASIASEALEDANEW"), &label).unwrap()).unwrap();
    }

    /// Signals the next read of the key from the kernel.
    fn next_get(&self) -> mpsc::Receiver<()> {
        let (say, hear) = mpsc::channel();
        *self.kernel.after_get.lock().unwrap() = Some(Box::new(move || say.send(()).unwrap_or_default()));
        hear
    }
}

fn key(digits: &str) -> SessionKey {
    SessionKey::parse(&format!("{digits}{}", "0".repeat(64 - digits.len()))).unwrap()
}

fn session(id: &str) -> SessionCredentials {
    SessionCredentials {
        key_id: AccessKeyId::parse_any(id).unwrap(),
        secret: SecretString::from("s"),
        token: SecretString::from("t"),
        expiration: Some(Timestamp::from_unix(clock::now().as_unix() + 3_600)),
        assumed_role: None,
        stated_account: None,
    }
}

fn store(process: &SessionFiles<'_>, key: &SessionKey, id: &str) {
    let endpoint =
        StsEndpoint { region: Region::parse("us-east-1").unwrap(), partition: Partition::Aws, url: None, variant: Variant::default() };
    let step = Step {
        call: Call::GetSessionToken,
        duration: SessionDuration::from_secs(3_600),
        with_code: None,
        endpoint,
        connection: Connection::default(),
        protected: false,
        session_key: key.clone(),
        why: WhyStep::SessionWithoutMfa,
    };
    process.store(key, &step, &session(id));
}

#[test]
fn a_session_that_is_stored_while_the_key_changes_is_sealed_with_the_new_one() {
    let world = World::with(&[&key("aa")], false);
    let lock = world.lock();
    let has_old_key = world.next_get();
    thread::scope(|scope| {
        scope.spawn(|| store(&world.process(), &key("bb"), "ASIASECOND"));
        has_old_key.recv().unwrap();
        world.change_key();
        drop(lock);
    });
    assert_eq!(world.found(&key("bb")).as_deref(), Some("ASIASECOND"));
}

#[test]
fn a_session_that_is_read_while_the_key_changes_is_read_again() {
    let world = World::with(&[&key("aa")], false);
    let lock = world.lock();
    let new = world.change_key();
    let has_new_key = world.next_get();
    thread::scope(|scope| {
        let found = scope.spawn(|| world.found(&key("aa")));
        has_new_key.recv().unwrap();
        world.write(&key("aa"), &new);
        drop(lock);
        assert_eq!(found.join().unwrap().as_deref(), Some("ASIASEALEDANEW"));
    });
}

#[test]
fn two_that_change_the_key_at_once_lose_no_session() {
    let world = World::with(&[&key("aa"), &key("bb"), &key("cc")], false);
    let lock = world.lock();
    let takes_old_key = world.next_get();
    thread::scope(|scope| {
        scope.spawn(|| world.process().remove(Scope::All, &[key("aa")], |_| false));
        // It may take the old key before it has the lock, but it must not use it.
        let _ = takes_old_key.recv_timeout(Duration::from_millis(300));
        let new = world.change_key();
        world.write(&key("cc"), &new);
        drop(lock);
    });
    assert_eq!(world.found(&key("aa")), None);
    assert_eq!(world.found(&key("cc")).as_deref(), Some("ASIASEALEDANEW"));
}

#[test]
fn who_has_the_lock_finds_key_and_files_together() {
    let many: Vec<_> = (0..200).map(|number| key(&format!("{number:02x}"))).collect();
    let world = World::with(&many.iter().collect::<Vec<_>>(), false);
    let (say, hear) = mpsc::channel();
    *world.kernel.after_put.lock().unwrap() = Some(Box::new(move || say.send(()).unwrap_or_default()));
    thread::scope(|scope| {
        let (world, many) = (&world, &many);
        let next = scope.spawn(move || {
            hear.recv().unwrap();
            let _lock = world.lock();
            let cache_key = CacheKey::from_secret(SecretSlice::from(world.kernel.key.lock().unwrap().clone().unwrap())).unwrap();
            many[1..].iter().filter(|key| seal::open(&cache_key, key, &files::read(&world.file(key)).unwrap()).is_none()).count()
        });
        world.process().remove(Scope::All, &many[..1], |_| false);
        assert_eq!(next.join().unwrap(), 0, "sealed with a key that is gone");
    });
}

#[test]
fn what_another_process_stored_is_not_replaced_by_what_was_read_before() {
    let world = World::with(&[&key("aa"), &key("bb")], false);
    let process = world.process();
    assert_eq!(process.all().len(), 2);
    store(&world.process(), &key("bb"), "ASIASECOND");
    process.remove(Scope::All, &[key("aa")], |_| false);
    assert_eq!(world.found(&key("bb")).as_deref(), Some("ASIASECOND"));
}

#[test]
fn a_long_run_seals_with_the_key_that_the_keystore_holds_now() {
    let world = World::with(&[&key("aa"), &key("bb")], true);
    let long = world.process();
    assert!(long.load(&key("aa")).is_some());
    assert_eq!(world.process().remove(Scope::All, &[key("aa")], |_| false).key_kept, None);
    assert!(long.load(&key("bb")).is_some(), "it is sealed again");
    store(&long, &key("cc"), "ASIASECOND");
    assert_eq!(world.found(&key("cc")).as_deref(), Some("ASIASECOND"));
}

/// For every place of the old key and of the new one.
#[test]
fn no_old_key_stays_where_the_new_one_is_held_elsewhere() {
    for (was_full, is_full) in [(false, true), (true, false), (true, true), (false, false)] {
        let world = World::with(&[&key("aa"), &key("bb")], was_full);
        let copy = files::read(&world.file(&key("aa"))).unwrap();
        world.kernel.is_full.store(is_full, Ordering::Relaxed);
        let dropped = world.process().remove(Scope::All, &[key("aa")], |_| false);
        assert_eq!((dropped.removed, dropped.key_kept), (1, None));
        assert!(world.found(&key("bb")).is_some(), "{was_full} {is_full}: the others stay good");
        files::write_public(&world.file(&key("aa")), &copy).unwrap();
        assert_eq!(world.found(&key("aa")), None, "{was_full} {is_full}: a copy does not open");
        let held = (world.kernel.key.lock().unwrap().is_some(), world.keystore.0.lock().unwrap().is_some());
        assert_eq!(held, (!is_full, is_full));
    }
}

#[test]
fn what_else_lies_among_the_sessions_is_no_matter() {
    let world = World::with(&[&key("aa"), &key("bb")], false);
    let folder = world.directories().cache.join("sessions");
    for name in [".DS_Store", "desktop.ini", "a", "AA", "notes"] {
        files::write_public(&folder.join(name), b"").unwrap();
    }
    let dropped = world.process().remove(Scope::All, &[key("aa")], |_| false);
    assert!(dropped.failures.is_empty() && dropped.key_kept.is_none() && dropped.removed == 1, "{dropped:?}");
    let dropped = world.process().remove_all();
    assert!(dropped.failures.is_empty() && dropped.removed == 1, "{dropped:?}");
}

#[test]
fn where_not_every_session_can_be_listed_their_key_stays_and_that_is_said() {
    let world = World::with(&[&key("aa"), &key("bb")], false);
    let folder = world.directories().cache.join("sessions");
    // A file in its place, since root can read everything.
    fs::rename(folder.join("bb"), folder.join("away")).unwrap();
    files::write_public(&folder.join("bb"), b"").unwrap();
    let dropped = world.process().remove(Scope::All, &[key("aa")], |_| false);
    assert!(dropped.removed == 1 && dropped.failures.len() == 1 && dropped.key_kept.is_some(), "{dropped:?}");
    fs::remove_file(folder.join("bb")).unwrap();
    fs::rename(folder.join("away"), folder.join("bb")).unwrap();
    assert!(world.found(&key("bb")).is_some(), "it is as good as before");
}

/// The call began before: its session is of a key, or of a code, that is not to be used any more.
#[test]
fn a_session_is_not_kept_that_was_begun_before_others_were_dropped() {
    type Drop = fn(&World);
    let all: Drop = |world| drop(world.process().remove_all());
    let of_base: Drop = |world| drop(world.process().remove(Scope::Bases(&["b".to_owned()]), &[], |_| false));
    let of_another: Drop = |world| drop(world.process().remove(Scope::Bases(&["c".to_owned()]), &[], |_| false));
    let named: Drop = |world| drop(world.process().remove(Scope::All, &[key("aa")], |_| false));
    for (what, dropped, is_kept) in
        [("all", all, false), ("those of the base", of_base, false), ("those of another", of_another, true), ("a single one", named, false)]
    {
        // Also where nothing was cached before.
        for cached in [&[][..], &[&key("aa")]] {
            let world = World::with(cached, false);
            files::create_private_directory(&world.directories().state).unwrap();
            let begin = || {
                let mut process = world.process();
                process.owner.base = "b".to_owned();
                let _ = process.expiration(&key("dd"));
                process
            };
            let before = begin();
            dropped(&world);
            store(&before, &key("bb"), "ASIASECOND");
            assert_eq!(world.found(&key("bb")).is_some(), is_kept, "{what}");
            store(&before, &key("cc"), "ASIASECOND");
            assert_eq!(world.found(&key("cc")).is_some(), is_kept, "{what}: nor what was made from it");
            dropped(&world);
            store(&begin(), &key("bb"), "ASIASECOND");
            assert!(world.found(&key("bb")).is_some(), "{what}: one that began later is");
        }
    }
}

/// A keystore that has to be unlocked for the key gives others the time to make one.
#[test]
fn a_session_that_was_made_since_the_others_were_looked_at_is_dropped_with_them() {
    let world = World::with(&[&key("aa")], false);
    let lock = world.lock();
    let has_old_key = world.next_get();
    thread::scope(|scope| {
        let dropped = scope.spawn(|| world.process().remove(Scope::All, &[], |cached| cached.label.base == "b").removed);
        has_old_key.recv().unwrap();
        let old = CacheKey::from_secret(SecretSlice::from(world.kernel.key.lock().unwrap().clone().unwrap())).unwrap();
        world.write(&key("aab"), &old);
        drop(lock);
        assert_eq!(dropped.join().unwrap(), 1);
    });
    assert!(world.found(&key("aab")).is_none() && world.found(&key("aa")).is_some());
}
