//! Sees whether aws-vault keeps anything on this machine. Opens no item, starts no program, and asks no keychain.

use std::path::PathBuf;

use crate::os::env::Environment;
use crate::os::{dirs, files};

use super::{file, pass};

/// Where many keep aws-vault's items in their password-store.
pub const USUAL_PREFIX: &str = "aws-vault";

/// The variable that names another place in it.
pub const PASS_PREFIX: &str = "AWS_VAULT_PASS_PREFIX";

/// What aws-vault calls its keychain on macOS, unless the user chose another name.
const KEYCHAIN: &str = "aws-vault";

/// The stores that can be seen from their files.
#[must_use]
pub fn seen(env: &Environment) -> Vec<PathBuf> {
    let has_some = |path: &PathBuf| files::names_in(path).is_ok_and(|names| !names.is_empty());
    let of_files = file::directory(env, None).filter(has_some);
    let prefix = env.text(PASS_PREFIX).unwrap_or(USUAL_PREFIX).trim_matches('/');
    // At the root of a password-store, any item could be aws-vault's.
    let of_pass = pass::directory(env, None).filter(|_| !prefix.is_empty()).map(|store| store.join(prefix)).filter(has_some);
    let of_macos = if cfg!(target_os = "macos") { keychain(env).filter(|path| files::exists(path)) } else { None };
    [of_files, of_pass, of_macos].into_iter().flatten().collect()
}

/// Where aws-vault's keychain is on macOS; `None` without a home folder.
pub(super) fn keychain(env: &Environment) -> Option<PathBuf> {
    let name = env.text("AWS_VAULT_KEYCHAIN_NAME").unwrap_or(KEYCHAIN);
    Some(dirs::home()?.join("Library").join("Keychains").join(format!("{name}.keychain-db")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_around_a_prefix_mean_nothing_and_one_alone_is_the_root() {
        let store = tempfile::tempdir().unwrap();
        let ours = store.path().join("a").join("b");
        std::fs::create_dir_all(ours.join("item")).unwrap();
        for (prefix, expected) in [("a/b", Some(&ours)), ("/a/b/", Some(&ours)), ("a/c", None), ("/", None)] {
            let env = Environment::of([
                ("AWS_VAULT_FILE_DIR", "/nonexistent"),
                ("AWS_VAULT_KEYCHAIN_NAME", "nonexistent"),
                ("AWS_VAULT_PASS_PASSWORD_STORE_DIR", store.path().to_str().unwrap()),
                (PASS_PREFIX, prefix),
            ]);
            assert_eq!(seen(&env).first(), expected, "{prefix}");
        }
    }
}
