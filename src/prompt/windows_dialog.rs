//! Asks in a window of Windows, through the PowerShell that every Windows has. Never puts the question into the script: it comes in a
//! variable.

use secrecy::{ExposeSecret, SecretString};

use crate::os::env::Environment;
use crate::os::process;
use crate::ports::PromptError;

use super::dialog::{self, Question};

const VISIBLE: &str = "\
Add-Type -AssemblyName Microsoft.VisualBasic; \
[Console]::Out.Write([Microsoft.VisualBasic.Interaction]::InputBox($env:PROMPT_TEXT, 'vault'))";

/// The box above shows what is typed; the one for signing in does not.
const HIDDEN: &str = "\
$typed = $Host.UI.PromptForCredential('vault', $env:PROMPT_TEXT, 'vault', ''); \
if ($typed) { [Console]::Out.Write($typed.GetNetworkCredential().Password) }";

pub(super) fn ask(env: &Environment, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let mut command = process::helper(env, "powershell.exe");
    command.args(["-NoProfile", "-NonInteractive", "-Command", if question.hidden { HIDDEN } else { VISIBLE }]);
    command.env("PROMPT_TEXT", question.whole_text());
    let typed = dialog::answer("powershell", command, |_| false)?;
    // A closed window is an empty answer there.
    if typed.expose_secret().is_empty() { Err(PromptError::Cancelled) } else { Ok(typed) }
}
