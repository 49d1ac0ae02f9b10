//! The code that a profile's `mfa_process` prints. Never shows what it printed.

use std::process::Stdio;

use zeroize::Zeroizing;

use crate::model::{MfaSerial, TokenCode};
use crate::os::env::Environment;
use crate::os::process;
use crate::ports::{Again, CodeRequest, MfaPrompt, PromptError};

/// A command whose trimmed stdout is the code.
pub struct CodeProcess<'a> {
    pub env: &'a Environment,
    pub command: String,
    /// Where messages go.
    pub tell: &'a dyn Fn(&str),
}

/// What the command is run for.
#[must_use]
pub fn code_of(serial: &MfaSerial) -> String {
    format!("code {serial}")
}

impl MfaPrompt for CodeProcess<'_> {
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        if let Some(complaint) = request.complaint {
            (self.tell)(complaint);
        }
        let failed = |reason: String| PromptError::Failed(format!("`mfa_process` gave no code: {reason}"));
        let output = process::shell_for(self.env, &self.command, &code_of(request.serial))
            .stdin(Stdio::inherit())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        let stdout = Zeroizing::new(output.stdout);
        if !output.status.success() {
            return Err(failed(format!("it ended with {}", output.status)));
        }
        let text = std::str::from_utf8(&stdout).map_err(|_| failed("what it printed is not text".to_owned()))?;
        TokenCode::parse(text).map_err(|fault| failed(fault.0))
    }

    fn tell(&self, message: &str) {
        (self.tell)(message);
    }

    fn progress(&self, _seconds_left: u32) {}

    fn again(&self) -> Again {
        Again::NextStep
    }
}
