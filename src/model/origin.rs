//! A place in the user's files, so that an error can point at it. Never opens the file.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::shown;

/// A line of a file: what an error shows after `-->`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The file as the user would name it.
    pub file: Arc<PathBuf>,
    /// Counted from 1.
    pub line: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", shown(&self.file), self.line)
    }
}
