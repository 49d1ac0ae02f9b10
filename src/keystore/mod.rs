//! Where long-term keys are: the platform's keychain, encrypted files, or `pass`. Never writes a secret unencrypted.

mod changes;
mod choose;
mod claims;
mod condition;
mod entry;
mod file;
mod index;
mod item;
mod keychain;
mod keystores;
mod pass;
mod payload;
mod place;
mod read_back;
mod rotating;
mod store;
pub(crate) mod time_limit;
mod unwritten;
mod warned;

pub use self::changes::{Over, Removal, Stored};
pub(crate) use self::choose::Choice;
pub use self::condition::ItemState;
pub use self::entry::Entry;
pub use self::file::{FileStore, NoPassphrasePrompt, PassphrasePrompt};
pub(crate) use self::item::ItemName;
#[cfg(all(feature = "keychain", all(unix, not(target_os = "macos"))))]
pub(crate) use self::keychain::secret_service_failure;
pub use self::keychain::{KeychainState, KeychainStore};
pub use self::keystores::{KeystoreSettings, Keystores, Lasting};
pub use self::pass::PassStore;
pub use self::rotating::RotatingEntry;
pub(crate) use self::store::{Before, SecretStore};
