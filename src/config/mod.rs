//! Reads the text of `~/.aws/config`, the shared credentials file and our `config.toml`. Never opens a file or asks the environment.
//!
//! The AWS CLI (botocore's `configloader.py` over Python's `configparser`) and the SDKs (`aws-runtime`'s `env_config`) read the
//! same files in different ways. If one of them refuses a line that the other reads, we read it, so that a person who can use the
//! file with one tool can use it here; if both read it differently, we follow the SDKs, which publish their rules
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>). A line that neither reads is an error, but only of the
//! profile that contains it.

pub mod added;
mod aws_vault_line;
pub mod client_settings;
pub mod edit;
mod error;
mod find;
mod followed;
mod glued;
mod header;
mod ignored;
mod index;
pub mod keys;
mod known_keys;
mod lines;
pub mod plaintext;
mod process_line;
mod profile;
mod profile_set;
mod property;
pub mod scrub;
pub mod settings;

pub use aws_vault_line::aws_vault_profile;
pub use error::ConfigError;
pub use followed::{LinkedSource, SignInKey, linked_source};
pub use known_keys::nearly;
pub use process_line::{credential_process_line, linked_profile, words};
pub use profile::{PlaintextKey, Profile, Section, Setting};
pub use profile_set::ProfileSet;
pub use settings::{EffectiveSettings, Settings};

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::Origin;

/// A file as it was read.
#[derive(Clone)]
pub struct SourceFile {
    /// As the user would name it, such as `~/.aws/config`: errors show it.
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// The file, if its encoding can be read: every AWS tool reads UTF-8.
    ///
    /// # Errors
    /// When it is UTF-16, as Windows programs write it: no section would be found in it.
    pub fn new(path: PathBuf, bytes: Vec<u8>) -> Result<Self, ConfigError> {
        match bytes.get(..2) {
            // A byte order mark, or an ASCII letter in a two-byte unit.
            Some([0xff, 0xfe] | [0xfe, 0xff] | [0, _] | [_, 0]) => {
                Err(ConfigError::new("the file is written in UTF-16, which no AWS tool reads")
                    .at(Origin { file: Arc::new(path), line: 1 })
                    .hint("save it in UTF-8: `iconv -f UTF-16 -t UTF-8`, or `Set-Content -Encoding utf8` in PowerShell"))
            }
            _ => Ok(Self { path, bytes }),
        }
    }
}

impl fmt::Debug for SourceFile {
    // Security: the credentials file is full of secrets, so its bytes are counted, not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({}, {} bytes)", self.path.display(), self.bytes.len())
    }
}

/// Which of the two files contains a section: they name profiles differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `[default]`, `[profile NAME]`, `[sso-session NAME]`, `[services NAME]`.
    Config,
    /// `[NAME]`.
    Credentials,
}
