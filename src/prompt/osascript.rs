//! Asks in a window on macOS, through `osascript`. Never puts the question into the script: it is an argument.

use secrecy::SecretString;

use crate::os::env::Environment;
use crate::os::process;
use crate::ports::PromptError;

use super::dialog::{self, Question, TITLE};

pub(super) fn ask(env: &Environment, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let hidden = if question.hidden { " with hidden answer" } else { "" };
    let show = format!(
        "set shown to display dialog (item 1 of argv) with title \"{TITLE}\" default answer \"\"{hidden} \
         buttons {{\"Cancel\", \"OK\"}} default button \"OK\" cancel button \"Cancel\""
    );
    let mut command = process::helper(env, "osascript");
    for line in ["on run argv", &show, "return text returned of shown", "end run"] {
        command.args(["-e", line]);
    }
    command.arg(question.whole_text());
    // AppleScript's `userCanceledErr`, which the exit status does not distinguish from other errors.
    dialog::answer("osascript", command, question, |ending| ending.errors.contains("-128"))
}
