//! Sees whether aws-vault keeps anything on this machine. Opens no item, starts no program, and asks no keychain.

use std::path::PathBuf;

use crate::os::env::Environment;
use crate::os::{dirs, files};

use super::{file, pass};

/// Where many keep aws-vault's items in their password-store.
pub const USUAL_PREFIX: &str = "aws-vault";

/// The stores that can be seen from their files.
#[must_use]
pub fn seen(env: &Environment) -> Vec<PathBuf> {
    let has_some = |path: &PathBuf| files::names_in(path).is_ok_and(|names| !names.is_empty());
    let of_files = file::directory(env, None).filter(has_some);
    let prefix = env.text("AWS_VAULT_PASS_PREFIX").unwrap_or(USUAL_PREFIX);
    // At the root of a password-store, any item could be aws-vault's.
    let of_pass = pass::directory(env, None).filter(|_| !prefix.is_empty()).map(|store| store.join(prefix)).filter(has_some);
    let keychain = || Some(dirs::home()?.join("Library").join("Keychains").join("aws-vault.keychain-db"));
    let of_macos = if cfg!(target_os = "macos") { keychain().filter(|path| files::exists(path)) } else { None };
    [of_files, of_pass, of_macos].into_iter().flatten().collect()
}
