//! The `keychain` keystore: what the operating system offers for secrets. Never waits longer than a person would, and never shows what was
//! read.

#[cfg(all(feature = "keychain", any(unix, windows)))]
mod faults;
#[cfg(all(feature = "keychain", any(unix, windows)))]
mod items;
#[cfg_attr(all(feature = "keychain", all(unix, not(target_os = "macos"))), path = "secret_service.rs")]
#[cfg_attr(all(feature = "keychain", target_os = "macos"), path = "macos.rs")]
#[cfg_attr(all(feature = "keychain", windows), path = "windows.rs")]
mod platform;

use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use secrecy::SecretSlice;

use super::{ItemName, SecretStore};
use crate::model::Backend;
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

/// How long a keychain may take to say how it is, before it counts as one that does not answer.
const ANSWER: Duration = Duration::from_secs(3);

/// How long a person may take over the keychain's own prompt.
const PATIENCE: Duration = Duration::from_mins(2);

/// How the keychain is found to be, without unlocking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeychainState {
    /// It can be used as it is.
    Unlocked,
    /// It asks the person to unlock it first.
    Locked,
    /// It runs and has nowhere to put anything yet.
    Empty,
}

/// The keychain of the platform.
pub struct KeychainStore {
    context: Arc<Context>,
    state: OnceLock<Result<KeychainState, String>>,
}

/// What the work on other threads needs to know of the environment.
struct Context {
    /// Why there can be no keychain at all, known without asking anything.
    absent: Option<String>,
    /// Whether the keychain has a screen to ask on.
    desktop: bool,
}

impl KeychainStore {
    /// Asks nothing of the keychain yet.
    #[must_use]
    pub fn new(env: &Environment) -> Self {
        let desktop = !platform::NEEDS_SCREEN || env.os("DISPLAY").is_some() || env.os("WAYLAND_DISPLAY").is_some();
        Self { context: Arc::new(Context { absent: platform::absent(env), desktop }), state: OnceLock::new() }
    }

    /// How the keychain is; asked once. Takes three seconds at most and prompts for nothing.
    ///
    /// # Errors
    /// `Unavailable` where there is none or it does not answer.
    pub fn state(&self) -> Result<KeychainState, KeyStoreError> {
        let state = self.state.get_or_init(|| match &self.context.absent {
            Some(reason) => Err(reason.clone()),
            None => within(ANSWER, platform::state).unwrap_or_else(|| Err(silent())).map_err(reason_of),
        });
        state.clone().map_err(unavailable)
    }

    /// Whether a key could be stored now, or after a prompt that somebody can see.
    ///
    /// # Errors
    /// Why not.
    pub fn usable(&self) -> Result<(), KeyStoreError> {
        match self.state()? {
            KeychainState::Unlocked => Ok(()),
            _ if self.context.desktop => Ok(()),
            state => Err(no_screen(state)),
        }
    }

    /// Whether there is such an item, as far as can be seen without unlocking anything. Some keychains show nothing of what is locked.
    #[must_use]
    pub fn shows(&self, item: &ItemName) -> bool {
        let item = item.clone();
        self.state().is_ok() && within(ANSWER, move || platform::shows(&item)).unwrap_or(false)
    }

    /// Does the work on a thread of its own, since a keychain that waits for a prompt can wait for ever.
    fn ask<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, KeyStoreError> + Send + 'static) -> Result<T, KeyStoreError> {
        let state = self.state()?;
        // This only saves waiting for a prompt that nobody sees.
        if state == KeychainState::Locked && !self.context.desktop {
            return Err(no_screen(state));
        }
        let limit = if state == KeychainState::Unlocked && platform::NEEDS_SCREEN && !self.context.desktop { ANSWER * 3 } else { PATIENCE };
        within(limit, work).unwrap_or_else(|| {
            Err(KeyStoreError::Locked {
                backend: Backend::Keychain,
                reason: format!("nobody answered its prompt within {} seconds", limit.as_secs()),
            })
        })
    }
}

impl SecretStore for KeychainStore {
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError> {
        let wanted = item.clone();
        match self.ask(move || platform::items()?.load(&wanted)) {
            // "Locked" and "not there" are different, and some keychains show nothing of what is locked.
            Err(KeyStoreError::NotFound { .. }) if self.state()? == KeychainState::Locked && !self.shows(item) => {
                let wanted = item.clone();
                self.ask(move || platform::unlock().and_then(|()| platform::items()?.load(&wanted)))
            }
            result => result,
        }
    }

    fn save(&self, item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        if self.state()? == KeychainState::Empty {
            self.usable()?;
            self.ask(platform::prepare)?;
        }
        let (item, secret) = (item.clone(), secret.clone());
        self.ask(move || platform::items()?.save(&item, &secret))
    }

    fn delete(&self, item: &ItemName) -> Result<(), KeyStoreError> {
        let item = item.clone();
        self.ask(move || platform::items()?.delete(&item))
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        self.state()?;
        within(ANSWER, platform::list).unwrap_or_else(|| Err(silent()))
    }
}

/// What the work gave, or `None` where it took longer. The thread is then left to itself: it holds nothing that anybody waits for.
fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (send, receive) = mpsc::sync_channel(1);
    let worker = thread::Builder::new().name("keychain".to_owned()).spawn(move || {
        let _ = send.send(work());
    });
    if worker.is_err() {
        return None;
    }
    receive.recv_timeout(limit).ok()
}

fn no_screen(state: KeychainState) -> KeyStoreError {
    let reason = match state {
        KeychainState::Empty => "it has no collection yet, and there is no screen here on which it could ask for a password to make one",
        _ => "there is no screen here on which it could ask for its password",
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
        | KeyStoreError::InUse { .. }
        | KeyStoreError::NoGpgKey { .. }
        | KeyStoreError::NoPinentry
        | KeyStoreError::NoGpgAgent
        | KeyStoreError::Index { .. }
        | KeyStoreError::Untrusted { .. } => error.to_string(),
    }
}

fn unavailable(reason: impl Into<String>) -> KeyStoreError {
    KeyStoreError::Unavailable { backend: Backend::Keychain, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_hangs_is_not_waited_for() {
        assert_eq!(within(Duration::from_secs(10), || 7), Some(7));
        assert_eq!(within(Duration::from_millis(20), || thread::sleep(Duration::from_mins(1))), None);
    }
}
