//! The code of an OATH account on a `YubiKey`, through `ykman`, as in aws-vault. Never hides that the key waits for a touch.

use std::process::Stdio;

use crate::model::{ForeignText, TokenCode};
use crate::os::answer::{Heard, NoAnswer};
use crate::os::env::Environment;
use crate::os::{answer, process};
use crate::ports::{CodeRequest, Notices, PromptError};

use super::moot::{self, moot};

/// The account to ask for, before `ykman_account` of the settings; by default, the one named like the device's serial.
const ACCOUNT: &str = "YKMAN_OATH_CREDENTIAL_NAME";
/// Which of several keys.
pub(super) const DEVICE: &str = "YKMAN_OATH_DEVICE_SERIAL";

/// One code and its line end; anything longer is not a code.
const MOST: usize = 256;

/// The code; the output of `ykman` goes to `notices` line by line, since it says when to touch the key.
pub(super) fn ask(
    env: &Environment,
    account: Option<&str>,
    request: &CodeRequest<'_>,
    notices: &dyn Notices,
) -> Result<TokenCode, PromptError> {
    if let Some(complaint) = request.complaint {
        notices.tell(complaint);
    }
    let account = env.text(ACCOUNT).or(account).unwrap_or(request.serial.as_str());
    code_of_account(env, account, notices, request.made_elsewhere)
}

/// The code of this account, unless it is not wanted any more.
pub(super) fn code_of_account(
    env: &Environment,
    account: &str,
    notices: &dyn Notices,
    made_elsewhere: &dyn Fn() -> bool,
) -> Result<TokenCode, PromptError> {
    let mut command = process::helper(env, "ykman");
    if let Some(device) = env.text(DEVICE) {
        command.args(["--device", device]);
    }
    command.args(["oath", "accounts", "code", "--single", account]);
    let mut last = None;
    let over = moot(made_elsewhere);
    let heard = |heard: Heard<'_>| {
        if let Some(line) = heard.line().map(ForeignText::of).filter(|line| !line.is_empty()) {
            notices.tell(&format!("`ykman` says: {line}"));
            last = Some(line);
        }
    };
    let answer = answer::unless("`ykman`", command.stdin(Stdio::null()), MOST, heard, &over)
        .map_err(|error| match error {
            NoAnswer::NotStarted(_) => PromptError::Unavailable(format!("`ykman` {error}")),
            error => PromptError::Failed(format!("`ykman` {error}")),
        })?
        .ok_or_else(moot::why)?;
    if !answer.status.success() {
        let reason = last.map_or_else(|| "it did not say why".to_owned(), |line| line.to_string());
        return Err(PromptError::Failed(format!("`ykman` gave no code for the account `{account}`: {reason}")));
    }
    let text = std::str::from_utf8(&answer.text).map_err(|_| PromptError::Failed("what `ykman` printed is not text".to_owned()))?;
    TokenCode::parse(text).map_err(|fault| PromptError::Failed(format!("`ykman` gave no code: {fault}")))
}
