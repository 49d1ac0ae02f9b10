//! Asks in a window of KDE's `kdialog`. Never decides whether there is a desktop.

use secrecy::SecretString;

use crate::os::env::Environment;
use crate::os::process;
use crate::ports::PromptError;

use super::dialog::{self, Question, TITLE};

pub(super) fn ask(env: &Environment, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let mut command = process::helper(env, "kdialog");
    command.args(["--title", TITLE, if question.hidden { "--password" } else { "--inputbox" }, &question.whole_text()]);
    // Only its output shows whether there is no display or the user cancelled: the status is 1 for both.
    dialog::answer("kdialog", command, question, |ending| {
        ending.status.code() == Some(1) && !ending.errors.to_lowercase().contains("display")
    })
}
