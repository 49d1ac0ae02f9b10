//! Asks in a window of Windows, through the PowerShell that every Windows has. Never puts the question into the script: it comes in a
//! variable.

use secrecy::{ExposeSecret, SecretString};

use crate::os::env::Environment;
use crate::os::process;
use crate::ports::PromptError;

use super::dialog::{self, Question};

const VISIBLE: &str = "\
Add-Type -AssemblyName Microsoft.VisualBasic; \
$typed = [Microsoft.VisualBasic.Interaction]::InputBox($env:PROMPT_TEXT, 'vault')";

/// The box above shows what is typed; the one for signing in does not.
const HIDDEN: &str = "\
$answer = $Host.UI.PromptForCredential('vault', $env:PROMPT_TEXT, 'vault', ''); \
$typed = if ($answer) { $answer.GetNetworkCredential().Password } else { '' }";

/// As bytes: text would go through the code page of the console, which cannot hold every letter, and to set another one would change the
/// console of the process that started this one.
const WRITE: &str = "\
$bytes = [Text.Encoding]::UTF8.GetBytes($typed); \
[Console]::OpenStandardOutput().Write($bytes, 0, $bytes.Length)";

pub(super) fn ask(env: &Environment, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let mut command = process::helper(env, "powershell.exe");
    let ask = if question.hidden { HIDDEN } else { VISIBLE };
    // Not `-NonInteractive`, which forbids the box for signing in.
    command.args(["-NoProfile", "-Command", &format!("{ask}; {WRITE}")]);
    command.env("PROMPT_TEXT", question.whole_text());
    let typed = dialog::answer("powershell", command, question, |_| false)?;
    // A closed window is an empty answer there.
    if typed.expose_secret().is_empty() { Err(PromptError::Cancelled) } else { Ok(typed) }
}
