//! Decides which keystore `auto` means on this machine, and whether the user knows that yet. Never asked about a key that is known to be
//! somewhere.

use std::path::PathBuf;

use crate::model::Backend;
use crate::os::dirs::Directories;
use crate::os::files;
use crate::ports::KeyStoreError;

/// The keystore that new keys go to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub backend: Backend,
    /// A clause for the user, such as `the keychain answers`; `None` if the keystore was chosen by name.
    pub reason: Option<String>,
    /// Whether the user has not been told about this choice yet.
    pub is_news: bool,
}

impl Choice {
    /// The keystore that was chosen by name.
    #[must_use]
    pub fn asked_for(backend: Backend) -> Self {
        Self { backend, reason: None, is_news: false }
    }

    /// The keychain if it can be used, else encrypted files, which work everywhere.
    #[must_use]
    pub fn automatic(keychain: Result<(), KeyStoreError>) -> Self {
        let (backend, reason) = match keychain {
            Ok(()) => (Backend::Keychain, "the keychain answers".to_owned()),
            Err(KeyStoreError::Locked { reason, .. }) => (Backend::File, format!("the keychain is locked: {reason}")),
            Err(KeyStoreError::Unavailable { reason, .. }) => (Backend::File, format!("the keychain is not available: {reason}")),
            Err(error) => (Backend::File, error.to_string()),
        };
        Self { backend, reason: Some(reason), is_news: false }
    }

    /// The same choice, and whether it is new to the user.
    #[must_use]
    pub(super) fn compared(mut self, directories: &Directories) -> Self {
        let said = files::read_private(&note(directories)).ok().flatten();
        self.is_news = self.reason.is_some() && said.as_deref() != Some(self.backend.as_str().as_bytes());
        self
    }

    /// Records that the user was told. If that cannot be recorded, they are told again.
    pub(super) fn remember(&self, directories: &Directories) {
        let remembered = files::create_private_directory(&directories.state)
            .and_then(|()| files::write_private(&note(directories), self.backend.as_str().as_bytes()));
        if let Err(error) = remembered {
            tracing::info!("the choice of keystore is not remembered: {error}");
        }
    }
}

fn note(directories: &Directories) -> PathBuf {
    directories.state.join("chosen-keystore")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keychain_is_taken_where_it_can_be_used() {
        let backend = Backend::Keychain;
        let reason = || "why".to_owned();
        for (keychain, expected, words) in [
            (Ok(()), Backend::Keychain, "the keychain answers"),
            (Err(KeyStoreError::Locked { backend, reason: reason() }), Backend::File, "the keychain is locked: why"),
            (Err(KeyStoreError::Unavailable { backend, reason: reason() }), Backend::File, "the keychain is not available: why"),
        ] {
            let choice = Choice::automatic(keychain);
            assert_eq!((choice.backend, choice.reason.as_deref()), (expected, Some(words)));
        }
    }

    #[test]
    fn a_choice_is_news_once() {
        let root = tempfile::tempdir().unwrap();
        let directories = Directories::under(root.path());
        let news = |choice: Choice| {
            let choice = choice.compared(&directories);
            if choice.is_news {
                choice.remember(&directories);
            }
            choice.is_news
        };
        assert!(news(Choice::automatic(Ok(()))));
        assert!(!news(Choice::automatic(Ok(()))));
        assert!(!news(Choice::asked_for(Backend::Pass)));
        let gone = Err(KeyStoreError::Unavailable { backend: Backend::Keychain, reason: String::new() });
        assert!(news(Choice::automatic(gone)));
        assert!(news(Choice::automatic(Ok(()))));
    }
}
