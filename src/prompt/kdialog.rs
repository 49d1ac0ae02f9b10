//! Asks in a window of `kdialog`, KDE's. Never decides whether there is a desktop.

use secrecy::SecretString;

use crate::os::env::Environment;
use crate::os::process;
use crate::ports::PromptError;

use super::dialog::{self, Question, TITLE};

pub(super) fn ask(env: &Environment, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let mut command = process::helper(env, "kdialog");
    command.args(["--title", TITLE, if question.hidden { "--password" } else { "--inputbox" }, &question.whole_text()]);
    // Only its words tell whether there is no display or the person said no: both end it with 1.
    dialog::answer("kdialog", command, question, |ending| {
        ending.status.code() == Some(1) && !ending.errors.to_lowercase().contains("display")
    })
}
