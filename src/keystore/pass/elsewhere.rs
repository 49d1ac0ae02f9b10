//! Items that another program keeps in the same password-store. Reads only.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use secrecy::SecretSlice;

use super::{PassStore, SUFFIX, unavailable};
use crate::keystore::{PassphrasePrompt, payload};
use crate::os::env::Environment;
use crate::os::files;
use crate::ports::KeyStoreError;

/// No password-store is deeper than this, unless a link in it leads back.
const DEEPEST: usize = 32;

impl<'a> PassStore<'a> {
    /// The password-store in this folder, all of it.
    #[must_use]
    pub fn of_another(env: &'a Environment, prompt: &'a dyn PassphrasePrompt, directory: PathBuf) -> Self {
        Self { env, prompt, directory: Some(directory), prefix: String::new(), left_aside: RefCell::default() }
    }

    /// The paths of the items below a folder, as `pass` takes them, in order.
    ///
    /// # Errors
    /// When there is no such store, or it cannot be listed.
    pub fn paths_below(&self, prefix: &str) -> Result<Vec<String>, KeyStoreError> {
        let mut paths = Vec::new();
        walk(self.directory()?, prefix, DEEPEST, &mut paths)?;
        paths.sort_unstable();
        Ok(paths)
    }

    /// What the item holds.
    ///
    /// # Errors
    /// See [`KeyStoreError`].
    pub fn show(&self, path: &str) -> Result<SecretSlice<u8>, KeyStoreError> {
        let run = self.run(&["show", "--", path], None)?;
        if run.success { Ok(payload::exact(run.output.trim_ascii())) } else { Err(self.why_not_read(path, &run)) }
    }
}

fn walk(root: &Path, below: &str, depth: usize, paths: &mut Vec<String>) -> Result<(), KeyStoreError> {
    for name in files::names_in(&root.join(below)).map_err(|error| unavailable(error.to_string()))? {
        // `.git`, `.gpg-id`, `.extensions`.
        if name.starts_with('.') {
            continue;
        }
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if let Some(item) = path.strip_suffix(SUFFIX) {
            paths.push(item.to_owned());
        } else if depth > 0 && files::is_directory(&root.join(&path)) {
            walk(root, &path, depth - 1, paths)?;
        }
    }
    Ok(())
}
