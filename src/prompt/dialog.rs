//! The common parts of all dialogs: the question, and how to read a program's answer. Never puts an answer into an argument.

use std::process::{Command, ExitStatus, Stdio};

use secrecy::SecretString;

use crate::os::answer::{self, Answer, Heard, NoAnswer};
use crate::ports::PromptError;

use super::moot::{self, moot};

pub(super) const TITLE: &str = "vault";

/// The longest answer in bytes: a passphrase may be long.
const MOST: usize = 4096;

/// The content of a window.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// The text, such as `MFA code for GAHT12345678`.
    pub text: &'a str,
    /// What was wrong with the previous answer.
    pub complaint: Option<&'a str>,
    /// Whether the input is hidden.
    pub hidden: bool,
    /// Whether a program that has no window may ask on the terminal.
    pub on_terminal: bool,
    /// Whether somebody else has answered meanwhile.
    pub made_elsewhere: &'a dyn Fn() -> bool,
}

impl Question<'_> {
    /// For windows with a single text.
    pub(super) fn whole_text(&self) -> String {
        match self.complaint {
            Some(complaint) => format!("{complaint}\n\n{}", self.text),
            None => self.text.to_owned(),
        }
    }
}

/// The answer in a window, as in "waiting for …".
pub(super) fn awaited(program: &str) -> String {
    format!("an answer in the window of `{program}`")
}

/// How a dialog program ended.
pub(super) struct DialogEnd<'a> {
    pub status: ExitStatus,
    pub errors: &'a str,
}

/// Runs a program that shows one window and prints the input. `cancelled` distinguishes a closed window from one that never opened. The window
/// is closed once nobody waits for the answer any more, and before a signal ends this process.
///
/// # Errors
/// [`PromptError::Cancelled`] if the user closed the window, [`PromptError::Unavailable`] if there was none.
pub(super) fn answer(
    name: &str,
    mut command: Command,
    question: &Question<'_>,
    cancelled: impl Fn(&DialogEnd<'_>) -> bool,
) -> Result<SecretString, PromptError> {
    let mut errors = String::new();
    let over = moot(question.made_elsewhere);
    let heard = |heard: Heard<'_>| errors.extend(heard.line().into_iter().flat_map(|line| [line, "\n"]));
    let answer = answer::unless(&awaited(name), command.stdin(Stdio::null()), MOST, heard, &over);
    let Answer { status, text: output } = answer
        .map_err(|error| match error {
            NoAnswer::Interrupted => PromptError::Cancelled,
            error => PromptError::Unavailable(format!("`{name}` {error}")),
        })?
        .ok_or_else(moot::why)?;
    if status.success() {
        return text(&output).ok_or_else(|| PromptError::Failed(format!("what `{name}` printed is not text")));
    }
    let ending = DialogEnd { status, errors: &errors };
    if cancelled(&ending) {
        return Err(PromptError::Cancelled);
    }
    let said = errors.lines().map(str::trim).rfind(|line| !line.is_empty()).map_or_else(|| status.to_string(), str::to_owned);
    Err(PromptError::Unavailable(format!("`{name}` could not show a window: {said}")))
}

/// The answer without the line end.
fn text(output: &[u8]) -> Option<SecretString> {
    let text = std::str::from_utf8(output).ok()?;
    Some(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}
