//! Lets the user choose from a list on the terminal by typing a part of a name. Never writes to stdout, and removes the list from the screen.

mod state;

use std::fmt::Write as _;

use crate::os::env::Environment;
use crate::os::interrupts::Interrupts;
use crate::os::keys::{Keys, NoKey};
use crate::os::screen::AlternateScreen;
use crate::ports::PromptError;

use super::Terminal;
use super::moot::{self, moot};

use state::{Outcome, State};

pub use state::Choice;

/// The size of a terminal that does not report it.
const USUAL: (usize, usize) = (80, 24);

impl Terminal {
    /// Whether a list can be drawn there and its keys read.
    #[must_use]
    pub fn can_pick(env: &Environment) -> bool {
        Keys::EXIST && AlternateScreen::is_there(env)
    }

    /// The index of the one that the user chooses. `question` ends with a blank.
    ///
    /// # Errors
    /// [`PromptError::Cancelled`] after Escape or Ctrl-D. A signal, such as that of Ctrl-C, takes effect after the terminal is restored.
    pub fn pick(&self, question: &str, choices: &[Choice]) -> Result<usize, PromptError> {
        let mut state = State::new(question, choices);
        let is_moot = moot(&|| false);
        loop {
            // Before the terminal is changed, so that no signal ends this process in between.
            let signals = Interrupts::noticed_with_stops();
            let over = || (signals.seen().is_some() || is_moot()).then_some(NoKey::Over);
            let outcome = self.picked(&mut state, &over);
            let cleared = self.draw("\r\x1b[J");
            if let Some(signal) = signals.over() {
                signal.heed();
                if signal.is_stop() {
                    continue;
                }
                return Err(PromptError::Cancelled);
            }
            cleared?;
            return match outcome? {
                Some(Outcome::Chosen(index)) => {
                    self.tell(&format!("{question}{}", choices[index].name));
                    Ok(index)
                }
                Some(Outcome::Cancelled) => Err(PromptError::Cancelled),
                None => Err(moot::why()),
            };
        }
    }

    /// `None` once nobody waits for it.
    fn picked(&self, state: &mut State, over: &dyn Fn() -> Option<NoKey>) -> Result<Option<Outcome>, PromptError> {
        let failed = |error: std::io::Error| self.failed(error.into());
        let mut keys = Keys::of(self.input()).map_err(failed)?;
        loop {
            let (columns, rows) = self.room().unwrap_or(USUAL);
            let (lines, cursor) = state.drawn(columns, rows);
            self.draw(&page(&lines, cursor))?;
            match keys.next(over) {
                Ok(key) => {
                    if let Some(outcome) = state.press(key) {
                        return Ok(Some(outcome));
                    }
                }
                Err(NoKey::Redraw) => {}
                Err(NoKey::Over) => return Ok(None),
                Err(NoKey::Failed(error)) => return Err(failed(error)),
            }
        }
    }
}

/// The lines from the current one on, and the cursor back in the first one.
fn page(lines: &[String], cursor: usize) -> String {
    let mut page = format!("\r\x1b[J{}", lines.join("\r\n"));
    // Writing to a string cannot fail. A movement by 0 would move by 1.
    if lines.len() > 1 {
        let _ = write!(page, "\x1b[{}A", lines.len() - 1);
    }
    page.push('\r');
    if cursor > 0 {
        let _ = write!(page, "\x1b[{cursor}C");
    }
    page
}
