//! Asks in a window of `zenity`, GNOME's. Never shows a window where there is no display: the program itself refuses.

use secrecy::SecretString;

use crate::os::env::Environment;
use crate::os::process;
use crate::ports::PromptError;

use super::dialog::{self, Question, TITLE};

pub(super) fn ask(env: &Environment, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let mut command = process::helper(env, "zenity");
    command.args(["--entry", "--title", TITLE, "--text", &as_label(&question.whole_text())]);
    if question.hidden {
        command.arg("--hide-text");
    }
    // Only its words tell whether there is no display or the person said no: both end it with 1.
    dialog::answer("zenity", command, question, |ending| {
        ending.status.code() == Some(1) && !ending.errors.to_lowercase().contains("display")
    })
}

/// Its label takes backslashes for escapes and an underscore for the mark of a short cut.
fn as_label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('_', "__")
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_underscore_in_a_serial_is_shown() {
        assert_eq!(super::as_label(r"mfa/some_user\x"), r"mfa/some__user\\x");
    }
}
