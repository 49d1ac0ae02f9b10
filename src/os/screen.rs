//! The alternate screen of a terminal, on which what is drawn leaves nothing in the scrollback. Never leaves the terminal on it.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Mutex, Once, PoisonError};

use super::tty::undisturbed;
use super::{env::Environment, panics};

/// The terminal whose alternate screen is shown now.
static SHOWN: Mutex<Option<File>> = Mutex::new(None);
static BEFORE_PANICS: Once = Once::new();

const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[H";
/// Wiped first: not every terminal forgets what was on it.
const LEAVE: &[u8] = b"\x1b[0m\x1b[2J\x1b[H\x1b[?1049l";

/// As long as this lives, the terminal shows its alternate screen.
pub struct AlternateScreen(());

impl AlternateScreen {
    /// Whether the terminal has one, as far as its name tells.
    #[must_use]
    pub fn is_there(env: &Environment) -> bool {
        env.text("TERM").is_some_and(|name| !name.is_empty() && name != "dumb") || cfg!(windows)
    }

    /// Shows it, empty.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn show(terminal: &File) -> io::Result<Self> {
        BEFORE_PANICS.call_once(|| panics::end_after(leave));
        *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(terminal.try_clone()?);
        let shown = Self(());
        write(terminal, ENTER)?;
        Ok(shown)
    }
}

impl Drop for AlternateScreen {
    fn drop(&mut self) {
        leave();
    }
}

fn leave() {
    if let Some(terminal) = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // A closed terminal shows nothing.
        let _ = write(&terminal, LEAVE);
    }
}

fn write(mut terminal: &File, bytes: &[u8]) -> io::Result<()> {
    undisturbed(|| terminal.write_all(bytes))
}
