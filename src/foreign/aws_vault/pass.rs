//! aws-vault's `pass` store: items below a folder of the user's password-store, or at its root. Reads only, through the user's own `pass`.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;

use super::item::{found, is_session, unwrapped};
use super::{Contents, StoreFault};
use crate::foreign::{Held, StoreKind};
use crate::keystore::{PassStore, PassphrasePrompt};
use crate::model::shown;
use crate::os::env::Environment;
use crate::os::{dirs, files};
use crate::ports::KeyStoreError;

/// Where aws-vault's items are.
pub struct Place {
    pub directory: PathBuf,
    /// The folder below it; empty at the root.
    pub prefix: String,
}

impl Place {
    /// The file of an item there.
    #[must_use]
    pub fn file_of(&self, name: &str) -> PathBuf {
        self.directory.join(&self.prefix).join(format!("{name}.gpg"))
    }
}

/// Which items are looked at.
pub enum Wanted<'a> {
    /// All of them, since nothing but aws-vault's is there.
    All,
    /// All of them, and what is none of aws-vault's is passed over.
    Any,
    /// Those of these names: a password-store holds other secrets too, which are none of ours to open.
    Named(&'a dyn Fn(&str) -> bool),
}

/// The password-store: the folder that is given, else as aws-vault and `pass` find it.
#[must_use]
pub fn directory(env: &Environment, given: Option<&Path>) -> Option<PathBuf> {
    given
        .map(Path::to_owned)
        .or_else(|| env.path("AWS_VAULT_PASS_PASSWORD_STORE_DIR"))
        .or_else(|| env.path("PASSWORD_STORE_DIR"))
        .or_else(|| Some(dirs::home()?.join(".password-store")))
        .and_then(dirs::without_tilde)
}

/// Whether there is anything at the place.
#[must_use]
pub fn is_there(place: &Place) -> bool {
    files::is_directory(&place.directory.join(&place.prefix))
}

/// What is in it. `on_item` is called before each item, with how many were read so far.
///
/// # Errors
/// When there is no such place, or vault can open nothing in it.
pub fn read(
    env: &Environment,
    prompt: &dyn PassphrasePrompt,
    place: &Place,
    wanted: &Wanted<'_>,
    mut on_item: impl FnMut(usize),
) -> Result<Contents, StoreFault> {
    if !is_there(place) {
        let path = shown(&dirs::with_tilde(&place.directory.join(&place.prefix)));
        return Err(StoreFault::NotThere { kind: StoreKind::Pass, place: format!("`{path}`") });
    }
    let store = PassStore::of_another(env, prompt, place.directory.clone());
    let (mut contents, mut refused) = (Contents::default(), None);
    for path in store.paths_below(&place.prefix)? {
        let name = path.strip_prefix(&place.prefix).unwrap_or(&path).trim_start_matches('/');
        if is_session(name) {
            contents.sessions += 1;
            continue;
        }
        if matches!(wanted, Wanted::Named(is_wanted) if !is_wanted(name)) {
            continue;
        }
        on_item(contents.found.len());
        // After one that nobody unlocks, the next would ask again.
        let held = match refused.as_ref().map_or_else(|| store.show(&path), |why: &String| Err(locked(why))) {
            Ok(content) => match unwrapped(content.expose_secret().trim_ascii()) {
                Some(held) => held,
                None if matches!(wanted, Wanted::All) => Held::Unreadable("it does not hold what aws-vault stores".to_owned()),
                None => continue,
            },
            Err(error) => {
                if is_refusal(&error) {
                    if contents.found.is_empty() {
                        return Err(error.into());
                    }
                    refused = Some("gpg was not unlocked for an earlier item".to_owned());
                } else if !matches!(wanted, Wanted::All) {
                    continue;
                }
                Held::Unreadable(error.to_string())
            }
        };
        contents.found.push(found(StoreKind::Pass, name, held));
    }
    Ok(contents)
}

fn locked(reason: &str) -> KeyStoreError {
    KeyStoreError::Locked { backend: crate::model::Backend::Pass, reason: reason.to_owned() }
}

/// Whether the next item would fail alike.
fn is_refusal(error: &KeyStoreError) -> bool {
    matches!(
        error,
        KeyStoreError::Locked { .. }
            | KeyStoreError::InUse { .. }
            | KeyStoreError::NoPinentry
            | KeyStoreError::NoGpgAgent
            | KeyStoreError::Cancelled { .. }
            | KeyStoreError::Denied { .. }
            | KeyStoreError::WrongPassphrase { .. }
            | KeyStoreError::Unavailable { .. }
    )
}
