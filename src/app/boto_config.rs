//! Keeps a key in a file of boto, the AWS library before boto3, from a client that should ask an endpoint. Never shows what such a file holds.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::config::keys::AWS_ACCESS_KEY_ID;
use crate::os::env::Environment;
use crate::os::{dirs, files};

use super::Context;

/// Names the one file that is read instead of the usual ones.
const VARIABLE: &str = "BOTO_CONFIG";

/// A file with this word may hold a key.
const KEY: &[u8] = AWS_ACCESS_KEY_ID.as_bytes();

/// The variable that keeps botocore from reading these files, which it reads before it asks an endpoint. Only if one of them has an AWS
/// key: Google's `gsutil` has its own settings there.
#[must_use]
pub fn variable(context: &Context) -> Option<(&'static str, Zeroizing<String>)> {
    let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
    read_by_botocore(&context.env).is_none_or(|paths| paths.iter().any(|path| may_hold_a_key(path))).then(|| {
        tracing::info!("a boto file has a key, so the command gets an empty file in its place");
        (VARIABLE, Zeroizing::new(nothing.to_owned()))
    })
}

/// The files, as `BotoProvider` in botocore's `credentials.py` has them. None if that cannot be known: it expands variables in the path.
fn read_by_botocore(env: &Environment) -> Option<Vec<PathBuf>> {
    if !env.is_set(VARIABLE) {
        let of_user = dirs::home().map(|home| home.join(".boto"));
        return Some([PathBuf::from("/etc/boto.cfg")].into_iter().chain(of_user).collect());
    }
    let Some(path) = env.path(VARIABLE) else { return Some(Vec::new()) };
    if path.to_string_lossy().contains('$') {
        return None;
    }
    dirs::without_tilde(path).map(|path| vec![path])
}

fn may_hold_a_key(path: &Path) -> bool {
    if !files::exists(path) || files::is_directory(path) || path == Path::new("/dev/null") {
        return false;
    }
    // A file that cannot be read now may be readable later.
    files::read(path).map(Zeroizing::new).map_or(true, |bytes| bytes.windows(KEY.len()).any(|part| part.eq_ignore_ascii_case(KEY)))
}
