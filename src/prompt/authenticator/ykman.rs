//! Stores a seed on a `YubiKey` through `ykman`, and takes two codes from it. Never puts the seed into arguments.

use std::cell::Cell;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretSlice};
use zeroize::Zeroizing;

use crate::model::{ForeignText, TokenCode};
use crate::os::answer::Heard;
use crate::os::env::Environment;
use crate::os::{answer, clock, process};
use crate::ports::{Authenticator, CodePair, NewDevice, Notices, PairRequest, PromptError};
use crate::prompt::ykman::{DEVICE, code_of_account};

/// What `ykman` says on stdout while it stores an account is not needed, and short.
const MOST: usize = 4096;

/// An OATH account on a `YubiKey`.
pub struct YkmanAuthenticator<'a> {
    env: &'a Environment,
    account: &'a str,
    notices: &'a dyn Notices,
    stored: Cell<bool>,
}

impl<'a> YkmanAuthenticator<'a> {
    #[must_use]
    pub fn new(env: &'a Environment, account: &'a str, notices: &'a dyn Notices) -> Self {
        Self { env, account, notices, stored: Cell::new(false) }
    }

    fn store(&self, device: &NewDevice) -> Result<(), PromptError> {
        let mut command = process::helper(self.env, "ykman");
        if let Some(serial) = self.env.text(DEVICE) {
            command.args(["--device", serial]);
        }
        // Without a secret among the arguments, `ykman` reads it from stdin.
        command.args(["oath", "accounts", "add", self.account]).stdin(Stdio::piped());
        let mut input = Zeroizing::new(Vec::with_capacity(256));
        input.extend_from_slice(device.seed.expose_secret().as_bytes());
        input.push(b'\n');
        let input = SecretSlice::from(input.to_vec());
        let mut last = None;
        let heard = |heard: Heard<'_>| {
            // Security: what it repeats of its input is not shown.
            let line = heard.line().map(ForeignText::of).map(|line| line.without([device.seed.expose_secret()]));
            if let Some(line) = line.filter(|line| !line.is_empty()) {
                self.notices.tell(&format!("`ykman` says: {line}"));
                last = Some(line);
            }
        };
        let answer = answer::of("`ykman`", &mut command, MOST, Some(&input), heard)
            .map_err(|error| PromptError::Failed(format!("`ykman` {error}")))?;
        if answer.status.success() {
            self.stored.set(true);
            return Ok(());
        }
        let reason = last.map_or_else(|| "it did not say why".to_owned(), |line| line.to_string());
        Err(PromptError::Failed(format!("`ykman` did not store the account `{}`: {reason}", self.account)))
    }

    fn code(&self) -> Result<TokenCode, PromptError> {
        code_of_account(self.env, self.account, self.notices, &|| false)
    }
}

impl Authenticator for YkmanAuthenticator<'_> {
    fn uses_our_clock(&self) -> bool {
        true
    }

    fn codes(&self, request: &PairRequest<'_>) -> Result<CodePair, PromptError> {
        if let Some(complaint) = request.complaint {
            self.notices.tell(complaint);
        }
        if !self.stored.get() {
            self.store(request.device)?;
        }
        self.pair()
    }
}

impl YkmanAuthenticator<'_> {
    /// Two codes in a row, once the second one is there.
    ///
    /// # Errors
    /// See [`PromptError`].
    pub fn pair(&self) -> Result<CodePair, PromptError> {
        let first = self.code()?;
        let seconds = TokenCode::seconds_left(clock::now());
        self.notices.tell(&format!("waiting {seconds} s for the next code of the YubiKey"));
        for left in (1..=seconds).rev() {
            self.notices.progress(left);
            thread::sleep(Duration::from_secs(1));
        }
        Ok(CodePair { first, second: self.code()? })
    }
}
