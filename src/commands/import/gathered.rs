//! What the sources gave, all together. Never looks into one.

use std::path::{Path, PathBuf};

use crate::app::Failure;
use crate::config::FileKind;
use crate::foreign::aws_vault::pass::Place;
use crate::foreign::{Found, Tool};
use crate::model::shown;
use crate::os::dirs;

/// What was found, and where it was looked for.
#[derive(Default)]
pub(super) struct Gathered {
    pub found: Vec<Found>,
    /// The plaintext files that keys were found in.
    pub files: Vec<PlainFile>,
    /// The places, as a person would write them.
    pub looked_in: Vec<String>,
    /// What kept one of several sources from being read.
    pub troubles: Vec<Failure>,
    /// Where aws-vault's items are in the password-store.
    pub in_pass: Option<Place>,
}

/// A file that holds keys in plain text.
pub(super) struct PlainFile {
    pub tool: Tool,
    pub path: PathBuf,
    pub kind: FileKind,
}

impl Gathered {
    /// Notes that a file was looked into.
    pub fn looked(&mut self, path: &Path) {
        self.looked_in.push(format!("`{}`", shown(&dirs::with_tilde(path))));
    }
}
