//! Asks in a window of GNOME's `zenity`. Never shows a window without a display: the program itself refuses.

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
    // Only its output shows whether there is no display or the user cancelled: the status is 1 for both.
    dialog::answer("zenity", command, question, |ending| {
        ending.status.code() == Some(1) && !ending.errors.to_lowercase().contains("display")
    })
}

/// Its label treats backslashes as escapes and an underscore as the mark of a shortcut.
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
