//! aws-vault's `file` store: a folder with an encrypted file for each item. Reads only, and never keeps the passphrase.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::item::{found, is_session, wrapped};
use super::jwe::{JweFault, Sealed};
use super::{Contents, StoreFault};
use crate::foreign::{Held, StoreKind};
use crate::model::shown;
use crate::os::env::Environment;
use crate::os::{dirs, files};

/// More than any item of aws-vault takes, in bytes.
const MOST: usize = 64 * 1024;

/// How many items a wrong passphrase is tried on. One of them may be damaged, or of another passphrase.
const TRIED: usize = 3;

/// The items of a store before they are opened.
pub struct LockedStore {
    items: Vec<(String, Item)>,
    sessions: usize,
}

enum Item {
    Sealed(Sealed),
    /// Why it cannot be opened at all.
    Unreadable(String),
}

/// Where it is: in the folder that is given, else as aws-vault finds it.
#[must_use]
pub fn directory(env: &Environment, given: Option<&Path>) -> Option<PathBuf> {
    match given.map(Path::to_owned).or_else(|| env.path("AWS_VAULT_FILE_DIR")) {
        Some(path) => dirs::without_tilde(path),
        None => Some(dirs::home()?.join(".awsvault").join("keys")),
    }
}

/// Whether there is such a folder.
#[must_use]
pub fn is_there(directory: &Path) -> bool {
    files::is_directory(directory)
}

impl LockedStore {
    /// Reads the folder, and opens nothing.
    ///
    /// # Errors
    /// When it is not there, or cannot be listed.
    pub fn read(directory: &Path) -> Result<Self, StoreFault> {
        if !is_there(directory) {
            let place = format!("`{}`", shown(&dirs::with_tilde(directory)));
            return Err(StoreFault::NotThere { kind: StoreKind::File, place });
        }
        let mut store = Self { items: Vec::new(), sessions: 0 };
        for file in files::names_in(directory)? {
            let path = directory.join(&file);
            if files::is_directory(&path) {
                continue;
            }
            let name = name_of(&file);
            if is_session(&name) {
                store.sessions += 1;
            } else {
                store.items.push((name, item(&path)));
            }
        }
        Ok(store)
    }

    /// Whether a passphrase is of any use.
    #[must_use]
    pub fn needs_passphrase(&self) -> bool {
        self.sealed().next().is_some()
    }

    fn sealed(&self) -> impl Iterator<Item = &Sealed> {
        self.items.iter().filter_map(|(_, item)| match item {
            Item::Sealed(sealed) => Some(sealed),
            Item::Unreadable(_) => None,
        })
    }

    /// Whether the passphrase opens the store. Where it opens no item, it is a wrong one.
    #[must_use]
    pub fn opens_with(&self, passphrase: &SecretString) -> bool {
        let mut cheapest: Vec<&Sealed> = self.sealed().collect();
        cheapest.sort_by_key(|sealed| sealed.iterations);
        cheapest.iter().take(TRIED).any(|sealed| !matches!(sealed.open(passphrase), Err(JweFault::WrongPassphrase)))
    }

    /// What is in it. `on_item` is called before each item, with how many were read so far.
    pub fn open(self, passphrase: &SecretString, mut on_item: impl FnMut(usize)) -> Contents {
        let read = |(done, (name, item)): (usize, (String, Item))| {
            on_item(done);
            let held = match item {
                Item::Unreadable(why) => Held::Unreadable(why),
                Item::Sealed(sealed) => match sealed.open(passphrase) {
                    Ok(content) => wrapped(&content),
                    Err(JweFault::WrongPassphrase) => {
                        Held::Unreadable("the passphrase does not open it, though it opens others".to_owned())
                    }
                    Err(_) => Held::Unreadable("its file is damaged".to_owned()),
                },
            };
            found(StoreKind::File, &name, held)
        };
        Contents { found: self.items.into_iter().enumerate().map(read).collect(), sessions: self.sessions }
    }
}

/// What the file of this name is called in aws-vault, which writes two characters in another way.
pub(super) fn name_of(file: &str) -> String {
    let mut name = String::with_capacity(file.len());
    let mut rest = file;
    while let Some((before, after)) = rest.split_once('%') {
        name.push_str(before);
        let (c, skipped) = match after.get(..2) {
            Some("2F" | "2f") => ('/', 2),
            Some("25") => ('%', 2),
            _ => ('%', 0),
        };
        name.push(c);
        rest = &after[skipped..];
    }
    name + rest
}

fn item(path: &Path) -> Item {
    let content = match files::read(path) {
        Ok(content) => content,
        Err(error) => return Item::Unreadable(error.to_string()),
    };
    if content.len() > MOST {
        return Item::Unreadable("its file is too large to be a file of aws-vault".to_owned());
    }
    let parsed = std::str::from_utf8(&content).map_err(|_| JweFault::Malformed).and_then(Sealed::parse);
    match parsed {
        Ok(sealed) => Item::Sealed(sealed),
        Err(JweFault::TooCostly) => Item::Unreadable("its passphrase takes more work to check than one of aws-vault's".to_owned()),
        Err(JweFault::Unsupported) => Item::Unreadable("its file is encrypted in another way than aws-vault's".to_owned()),
        Err(_) => Item::Unreadable("its file is damaged, or is not a file of aws-vault".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_lead_back_to_names() {
        for (file, name) in
            [("jon", "jon"), ("team a%2Fprod", "team a/prod"), ("100%25", "100%"), ("%252F", "%2F"), ("größe", "größe"), ("a%20b", "a%20b")]
        {
            assert_eq!(name_of(file), name);
        }
    }
}
