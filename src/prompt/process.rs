//! The code that a profile's `mfa_process` prints. Never shows what it printed.

use crate::model::{MfaSerial, TokenCode};
use crate::os::env::Environment;
use crate::os::relay::Relay;
use crate::os::{answer, process};
use crate::ports::{Again, CodeRequest, MfaPrompt, Notices, Place, PromptError};

use super::moot::{self, moot};

/// A code with white space around it is far shorter, in bytes.
const MOST: usize = 256;

/// Its name in messages.
const NAME: &str = "`mfa_process`";

/// A command whose trimmed stdout is the code.
pub struct CodeProcess<'a> {
    pub env: &'a Environment,
    pub command: String,
    pub notices: &'a dyn Notices,
}

/// What the command is run for.
#[must_use]
pub fn code_of(serial: &MfaSerial) -> String {
    format!("code {serial}")
}

impl MfaPrompt for CodeProcess<'_> {
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        if let Some(complaint) = request.complaint {
            self.notices.tell(complaint);
        }
        let failed = |reason: String| PromptError::OfProcess(reason);
        let mut command = process::shell_for(self.env, &self.command, &code_of(request.serial));
        let over = moot(request.made_elsewhere);
        let mut relay = Relay::of(NAME, self.notices);
        let answer = answer::unless(NAME, &mut command, MOST, |heard| relay.hear(heard), &over);
        let answer = answer.map_err(|error| failed(format!("it {error}")))?.ok_or_else(moot::why)?;
        if !answer.status.success() {
            return Err(failed(relay.with_last_words(format!("it ended with {}", answer.status))));
        }
        let text = std::str::from_utf8(&answer.text).map_err(|_| failed("what it printed is not text".to_owned()))?;
        TokenCode::parse(text).map_err(|fault| failed(fault.0))
    }

    fn again(&self) -> Again {
        Again::NextStep
    }

    fn place(&self) -> Place {
        Place::Program
    }

    fn wanted(&self) -> Result<(), PromptError> {
        moot::wanted()
    }
}
