//! The `keychain` keystore: the operating system's store for secrets. Never waits longer than a person would, and never shows what was
//! read.

#[cfg(all(feature = "keychain", any(unix, windows)))]
mod faults;
#[cfg(all(feature = "keychain", any(unix, windows)))]
mod items;
#[cfg_attr(all(feature = "keychain", all(unix, not(target_os = "macos"))), path = "secret_service.rs")]
#[cfg_attr(all(feature = "keychain", target_os = "macos"), path = "macos.rs")]
#[cfg_attr(all(feature = "keychain", windows), path = "windows.rs")]
#[cfg_attr(not(all(feature = "keychain", any(unix, windows))), path = "none.rs")]
mod native;
mod platform;
mod unavailable;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::SecretSlice;

#[cfg(all(feature = "keychain", all(unix, not(target_os = "macos"))))]
pub(crate) use self::native::failed as secret_service_failure;
pub use self::platform::KeychainState;
use self::platform::Platform;
use self::unavailable::unavailable;
use super::time_limit::{self, within};
use super::{Before, ItemName, ItemState, SecretStore};
use crate::model::Backend;
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

/// How long a keychain may take to report its state before it counts as not answering.
const ANSWER: Duration = Duration::from_secs(3);

/// The keychain of the platform.
pub struct KeychainStore {
    platform: &'static dyn Platform,
    /// Why there cannot be a keychain, known without asking it.
    absent: Option<String>,
    /// Whether the keychain has a screen for its prompts.
    desktop: bool,
    state: OnceLock<Result<KeychainState, String>>,
    /// Whether the last request got no answer.
    is_unanswered: AtomicBool,
}

impl KeychainStore {
    /// Does not contact the keychain yet.
    #[must_use]
    pub fn new(env: &Environment) -> Self {
        Self::of(&native::Native, env)
    }

    fn of(platform: &'static dyn Platform, env: &Environment) -> Self {
        let desktop = !platform.needs_screen() || env.has_screen();
        Self { platform, absent: platform.absent(env), desktop, state: OnceLock::new(), is_unanswered: AtomicBool::new(false) }
    }

    /// The state of the keychain; asked once. Takes at most three seconds and never prompts.
    ///
    /// # Errors
    /// `Unavailable` if there is none or it does not answer.
    pub fn state(&self) -> Result<KeychainState, KeyStoreError> {
        let platform = self.platform;
        let state = self.state.get_or_init(|| match &self.absent {
            Some(reason) => Err(reason.clone()),
            None => within(ANSWER, || platform.state()).unwrap_or_else(|| Err(silent())).map_err(reason_of),
        });
        state.clone().map_err(unavailable)
    }

    /// Whether a key can be stored now, or after a prompt that somebody can see.
    ///
    /// # Errors
    /// Why not.
    pub fn usable(&self) -> Result<(), KeyStoreError> {
        match self.state()? {
            KeychainState::Unlocked => Ok(()),
            _ if self.desktop => Ok(()),
            state => Err(no_screen(state)),
        }
    }

    /// Whether there is such an item, as far as can be seen without unlocking anything. Some keychains do not list locked items.
    #[must_use]
    pub fn shows(&self, item: &ItemName) -> bool {
        self.state().is_ok() && self.searched(item).unwrap_or(false)
    }

    fn searched(&self, item: &ItemName) -> Result<bool, KeyStoreError> {
        let (platform, item) = (self.platform, item.clone());
        within(ANSWER, move || platform.shows(&item)).unwrap_or_else(|| Err(silent()))
    }

    /// The state of the item, found by its name and never opened.
    pub(super) fn look(&self, item: &ItemName) -> ItemState {
        match self.state().and_then(|state| Ok((state, self.searched(item)?))) {
            Ok((_, true)) => ItemState::Present,
            Ok((KeychainState::Unlocked | KeychainState::Empty, false)) => ItemState::Missing,
            Ok((KeychainState::Locked, false)) => ItemState::Unseen("the keychain is locked, and shows no item of that name".to_owned()),
            Err(error) => ItemState::Unseen(reason_of(error)),
        }
    }

    /// Whether it runs, and must be unlocked first.
    pub(super) fn is_locked(&self) -> bool {
        self.state().is_ok_and(|state| state == KeychainState::Locked)
    }

    /// Does the work on a separate thread, since a keychain that waits for a prompt can wait forever.
    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Platform) -> Result<T, KeyStoreError> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        let platform = self.platform;
        let state = self.state()?;
        // This only avoids waiting for a prompt that nobody can see.
        if state == KeychainState::Locked && !self.desktop {
            return Err(no_screen(state));
        }
        let limit =
            if state == KeychainState::Unlocked && platform.needs_screen() && !self.desktop { ANSWER * 3 } else { time_limit::OF_A_PERSON };
        let answer = within(limit, move || work(platform));
        // A lost connection says nothing about what was done.
        let is_unanswered = matches!(answer, None | Some(Err(KeyStoreError::Unavailable { .. })));
        self.is_unanswered.store(is_unanswered, Ordering::Relaxed);
        answer.unwrap_or_else(|| {
            Err(KeyStoreError::Locked {
                backend: Backend::Keychain,
                reason: format!("nobody answered its prompt within {} seconds", limit.as_secs()),
            })
        })
    }

    /// Whether the last request failed, but may still succeed.
    #[must_use]
    pub fn may_have_done_it(&self) -> bool {
        self.is_unanswered.load(Ordering::Relaxed)
    }

    /// Asks the user to unlock it or to create a collection, if necessary: nothing is then left to ask when an item changes.
    fn open_to_change(&self) -> Result<(), KeyStoreError> {
        match self.state()? {
            KeychainState::Unlocked => Ok(()),
            KeychainState::Locked => self.ask(|platform| platform.unlock()),
            KeychainState::Empty => {
                self.usable()?;
                self.ask(|platform| platform.prepare())
            }
        }
    }
}

impl SecretStore for KeychainStore {
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError> {
        let wanted = item.clone();
        match self.ask(move |platform| platform.open()?.load(&wanted)) {
            // "Locked" and "missing" are different, but some keychains do not list locked items.
            Err(KeyStoreError::NotFound { .. }) if self.state()? == KeychainState::Locked && !self.shows(item) => {
                let wanted = item.clone();
                self.ask(move |platform| platform.unlock().and_then(|()| platform.open()?.load(&wanted)))
            }
            result => result,
        }
    }

    fn get_ready_to_save(&self, _item: &ItemName) -> Result<(), KeyStoreError> {
        self.open_to_change()
    }

    fn get_ready_to_delete(&self) -> Result<(), KeyStoreError> {
        if self.state()? == KeychainState::Empty { Ok(()) } else { self.open_to_change() }
    }

    fn save_after(&self, item: &ItemName, secret: &SecretSlice<u8>, before: Before<'_>) -> Result<(), KeyStoreError> {
        self.get_ready_to_save(item)?;
        before()?;
        let (item, secret) = (item.clone(), secret.clone());
        self.ask(move |platform| platform.open()?.save(&item, &secret))
    }

    fn delete_after(&self, item: &ItemName, before: Before<'_>) -> Result<(), KeyStoreError> {
        self.get_ready_to_delete()?;
        before()?;
        let item = item.clone();
        self.ask(move |platform| platform.open()?.delete(&item))
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        self.state()?;
        let platform = self.platform;
        within(ANSWER, || platform.list()).unwrap_or_else(|| Err(silent()))
    }
}

fn no_screen(state: KeychainState) -> KeyStoreError {
    let reason = match state {
        KeychainState::Empty => "it has no collection yet, and without a screen it cannot ask for a password to create one",
        _ => "it cannot ask for its password without a screen",
    };
    KeyStoreError::Locked { backend: Backend::Keychain, reason: reason.to_owned() }
}

fn silent() -> KeyStoreError {
    unavailable(format!("it does not answer within {} seconds", ANSWER.as_secs()))
}

fn reason_of(error: KeyStoreError) -> String {
    match error {
        KeyStoreError::Locked { reason, .. }
        | KeyStoreError::IndexNotWritten { reason, .. }
        | KeyStoreError::Denied { reason, .. }
        | KeyStoreError::NoPassphrase { reason, .. }
        | KeyStoreError::Cancelled { reason, .. }
        | KeyStoreError::Unavailable { reason, .. }
        | KeyStoreError::Corrupt { reason, .. }
        | KeyStoreError::CorruptIdentity { reason, .. } => reason,
        KeyStoreError::NotFound { .. }
        | KeyStoreError::Changed { .. }
        | KeyStoreError::InUse { .. }
        | KeyStoreError::MadeElsewhere { .. }
        | KeyStoreError::WrongPassphrase { .. }
        | KeyStoreError::NoGpgKey { .. }
        | KeyStoreError::GpgRecipient { .. }
        | KeyStoreError::NoPinentry
        | KeyStoreError::NoGpgAgent
        | KeyStoreError::Index { .. }
        | KeyStoreError::Obstructed { .. }
        | KeyStoreError::Untrusted { .. } => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    use secrecy::ExposeSecret as _;

    use super::platform::Items;
    use super::*;

    /// A keychain in memory that does not list locked items.
    #[derive(Default, Clone)]
    struct Fake {
        is_open: Arc<AtomicBool>,
        content: Arc<Mutex<Option<Vec<u8>>>>,
    }

    impl Platform for Fake {
        fn state(&self) -> Result<KeychainState, KeyStoreError> {
            Ok(if self.is_open.load(Ordering::SeqCst) { KeychainState::Unlocked } else { KeychainState::Locked })
        }

        fn open(&self) -> Result<Box<dyn Items>, KeyStoreError> {
            Ok(Box::new(self.clone()))
        }

        fn unlock(&self) -> Result<(), KeyStoreError> {
            self.is_open.store(true, Ordering::SeqCst);
            Ok(())
        }

        fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
            Ok(self.load(&item()).map(|_| vec![item()]).unwrap_or_default())
        }
    }

    impl Items for Fake {
        fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError> {
            let content = self.content.lock().unwrap().clone().filter(|_| self.is_open.load(Ordering::SeqCst));
            let missing = KeyStoreError::NotFound { backend: Backend::Keychain, item: item.to_string(), elsewhere: Vec::new() };
            content.map(SecretSlice::from).ok_or(missing)
        }

        fn save(&self, _item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
            *self.content.lock().unwrap() = Some(secret.expose_secret().to_vec());
            Ok(())
        }

        fn delete(&self, _item: &ItemName) -> Result<(), KeyStoreError> {
            *self.content.lock().unwrap() = None;
            Ok(())
        }
    }

    fn item() -> ItemName {
        ItemName::reserved("test")
    }

    #[test]
    fn what_a_locked_keychain_does_not_show_is_looked_for_once_it_is_unlocked() {
        let platform: &'static Fake = Box::leak(Box::default());
        let store = KeychainStore::of(platform, &Environment::of([]));
        *platform.content.lock().unwrap() = Some(b"secret".to_vec());
        assert!(!store.shows(&item()) && store.list().unwrap().is_empty());
        assert_eq!(store.load(&item()).unwrap().expose_secret(), b"secret");
        assert!(platform.is_open.load(Ordering::SeqCst), "the person was asked to unlock it");
        store.delete(&item()).unwrap();
        assert!(matches!(store.load(&item()), Err(KeyStoreError::NotFound { .. })));
    }

    #[test]
    fn what_changes_an_item_begins_when_nothing_is_left_to_ask() {
        type Change = fn(&KeychainStore, Before<'_>) -> Result<(), KeyStoreError>;
        let save: Change = |store, before| store.save_after(&item(), &SecretSlice::from(b"new".to_vec()), before);
        let delete: Change = |store, before| store.delete_after(&item(), before);
        for change in [save, delete] {
            let platform: &'static Fake = Box::leak(Box::default());
            *platform.content.lock().unwrap() = Some(b"old".to_vec());
            let content = || platform.content.lock().unwrap().clone();
            let store = KeychainStore::of(platform, &Environment::of([]));
            let begun = change(&store, &mut || {
                assert!(platform.is_open.load(Ordering::SeqCst), "the person was asked to unlock it before");
                assert_eq!(content().as_deref(), Some(&b"old"[..]));
                Ok(())
            });
            begun.unwrap();
            assert_ne!(content().as_deref(), Some(&b"old"[..]));

            // Where nobody can be asked, or what comes first fails, nothing changes.
            *platform.content.lock().unwrap() = Some(b"old".to_vec());
            platform.is_open.store(false, Ordering::SeqCst);
            let no_screen = KeychainStore { desktop: false, ..KeychainStore::of(platform, &Environment::of([])) };
            let refused = change(&no_screen, &mut || panic!("it begins although nobody can be asked"));
            assert!(matches!(refused, Err(KeyStoreError::Locked { .. })));
            let failed = KeyStoreError::Changed { backend: Backend::Keychain, item: item().to_string() };
            let mut failed = Some(failed);
            assert!(change(&store, &mut || Err(failed.take().unwrap())).is_err());
            assert_eq!(content().as_deref(), Some(&b"old"[..]));
        }
    }

    #[test]
    fn only_what_was_not_answered_may_still_be_done() {
        let platform: &'static Fake = Box::leak(Box::default());
        let store = KeychainStore::of(platform, &Environment::of([]));
        let backend = Backend::Keychain;
        for (answer, may) in [
            (Ok(()), false),
            (Err(KeyStoreError::Unavailable { backend, reason: "the connection was lost".to_owned() }), true),
            (Err(KeyStoreError::Locked { backend, reason: "it says so".to_owned() }), false),
            (Err(KeyStoreError::Denied { backend, reason: "it says so".to_owned() }), false),
        ] {
            let mut answer = Some(answer);
            let answer = answer.take().unwrap();
            let said = format!("{answer:?}");
            let _ = store.ask(move |_| answer);
            assert_eq!(store.may_have_done_it(), may, "{said}");
        }
    }
}
