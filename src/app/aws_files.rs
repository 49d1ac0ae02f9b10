//! Finds and reads the files of the AWS tools. Never writes one.

use std::path::{Path, PathBuf};

use crate::config::SourceFile;
use crate::os::env::Environment;
use crate::os::{dirs, files};

use super::Failure;

/// A file that AWS tools read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsFile {
    Config,
    Credentials,
}

impl AwsFile {
    /// Its path: from its variable, else in `~/.aws`.
    ///
    /// # Errors
    /// When the path needs a home folder, and there is none.
    pub fn path(self, env: &Environment) -> Result<PathBuf, Failure> {
        self.place(env).ok_or_else(|| Failure::new("there is no home folder").hint("set `HOME` to your home folder"))
    }

    /// The file as it is now; `None` if there is no file.
    ///
    /// # Errors
    /// When it exists and cannot be read.
    pub fn read(self, env: &Environment) -> Result<Option<SourceFile>, Failure> {
        let path = self.path(env)?;
        source(&path, files::read_optional(&path)?)
    }

    /// The same path, without the reason if there is none.
    ///
    /// The AWS CLI and the SDKs expand a leading `~` in the variable, because no shell does so in a quoted value.
    #[must_use]
    pub fn place(self, env: &Environment) -> Option<PathBuf> {
        let (variable, name) = match self {
            Self::Config => ("AWS_CONFIG_FILE", "config"),
            Self::Credentials => ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        };
        match env.path(variable) {
            Some(path) => dirs::without_tilde(path),
            None => Some(dirs::home()?.join(".aws").join(name)),
        }
    }
}

/// What was read at `path` as text, under the name that messages give it; `None` if there is no file.
///
/// # Errors
/// When it is not text.
pub(super) fn source(path: &Path, bytes: Option<Vec<u8>>) -> Result<Option<SourceFile>, Failure> {
    Ok(bytes.map(|bytes| SourceFile::new(dirs::with_tilde(path), bytes)).transpose()?)
}
