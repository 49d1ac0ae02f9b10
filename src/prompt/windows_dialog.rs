//! Asks in a window on Windows, through its built-in PowerShell. Never puts the question into the script: it is in a
//! variable.

use secrecy::{ExposeSecret, SecretString};

use crate::os::env::Environment;
use crate::os::process;
use crate::ports::PromptError;

use super::dialog::{self, Question};

const VISIBLE: &str = "\
Add-Type -AssemblyName Microsoft.VisualBasic; \
$typed = [Microsoft.VisualBasic.Interaction]::InputBox($env:PROMPT_TEXT, 'vault')";

/// The input box shows what is typed; the sign-in box does not.
const HIDDEN: &str = "\
$answer = $Host.UI.PromptForCredential('vault', $env:PROMPT_TEXT, 'vault', ''); \
$typed = if ($answer) { $answer.GetNetworkCredential().Password } else { '' }";

/// As bytes: text would go through the code page of the console, which lacks many letters, and setting another one would change the
/// console of the process that started this one.
const WRITE: &str = "\
$bytes = [Text.Encoding]::UTF8.GetBytes($typed); \
[Console]::OpenStandardOutput().Write($bytes, 0, $bytes.Length)";

pub(super) fn ask(env: &Environment, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let mut command = process::helper(env, "powershell.exe");
    let ask = if question.hidden { HIDDEN } else { VISIBLE };
    // Not `-NonInteractive`, which forbids the sign-in box.
    command.args(["-NoProfile", "-Command", &format!("{ask}; {WRITE}")]);
    command.env("PROMPT_TEXT", question.whole_text());
    let typed = dialog::answer("powershell", command, question, |_| false)?;
    // A closed window is an empty answer there.
    if typed.expose_secret().is_empty() { Err(PromptError::Cancelled) } else { Ok(typed) }
}
