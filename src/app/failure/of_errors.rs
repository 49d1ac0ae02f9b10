//! Turns the errors of the rooms above into the one form for the user. Never prints one.

use crate::config::ConfigError;
use crate::engine::{CodeRefusal, EngineError};
use crate::model::{Malformed, Partition, ProfileName};
use crate::os::clock;
use crate::os::files::FileError;
use crate::plan::{CodeSource, PlanError};
use crate::ports::{AwsFault, KeyStoreError, PromptError};

use super::{Failure, advice};

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = error.hint.or_else(|| error.origin.as_ref().map(|_| "correct that line".to_owned()));
        Self::new(error.message).at(error.origin.as_ref()).maybe_hint(hint)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let failure = Self::new(error.to_string()).at(error.origin()).maybe_hint(error.hint());
        if error.is_usage() { failure.status(Self::USAGE) } else { failure }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::new(error.to_string()).hint(advice::on_file(&error))
    }
}

impl From<Malformed> for Failure {
    fn from(fault: Malformed) -> Self {
        Self::usage(fault.0)
    }
}

impl From<KeyStoreError> for Failure {
    fn from(error: KeyStoreError) -> Self {
        let failure = Self::new(error.to_string()).maybe_hint(advice::on_keystore(&error));
        match error {
            KeyStoreError::Cancelled { .. } => failure.status(Self::INTERRUPTED),
            _ => failure,
        }
    }
}

impl From<PromptError> for Failure {
    fn from(error: PromptError) -> Self {
        Self::of_prompt(error, "PROFILE")
    }
}

impl Failure {
    /// `profile`: the one to name in a command that would ask on another terminal.
    fn of_prompt(error: PromptError, profile: &str) -> Self {
        match error {
            PromptError::Cancelled => Self::new("cancelled").status(Self::INTERRUPTED),
            PromptError::ClientGone | PromptError::MadeElsewhere => Self::new(error.to_string()),
            PromptError::Unanswered => Self::new(error.to_string()).status(Self::INTERRUPTED),
            PromptError::Unavailable(_) => Self::new(error.to_string()).hint(format!(
                "give the code with `--mfa-token 123456`, set `mfa_process` in the profile, or run `vault exec {profile} -- true` on a terminal first"
            )),
            PromptError::InUse(_) => Self::new(error.to_string()).hint("answer that prompt first, or leave out `--no-wait`"),
            PromptError::OfProcess(_) => Self::new(error.to_string()).hint("run its command directly to see what it prints"),
            PromptError::Failed(reason) => Self::new(reason),
        }
    }
}

impl Failure {
    /// What AWS refused, as cause and cure. `partition` and `stored_as`: of the key that signed, where they are known.
    #[must_use]
    pub fn of_fault(fault: &AwsFault, partition: Option<Partition>, stored_as: Option<&ProfileName>) -> Self {
        Self::new(advice::explained(fault)).maybe_hint(advice::on_fault_alone(fault, partition, stored_as))
    }

    /// A plan of `profile` that did not finish. `codes`: where its codes come from.
    #[must_use]
    pub fn of_run(error: EngineError, profile: &ProfileName, codes: Option<&CodeSource>) -> Self {
        match error {
            EngineError::KeyStore(error) => error.into(),
            EngineError::Prompt(error @ PromptError::Unavailable(_)) if codes == Some(&CodeSource::ChosenPrompt) => {
                Self::new(error.to_string()).hint(format!(
                    "remove the choice of a prompt (`--prompt`, `AWS_VAULT_PROMPT`, `prompt` in the settings), so that `mfa_process` gives the code; or run `vault exec {} -- true` on a terminal first",
                    profile.in_shell()
                ))
            }
            EngineError::Prompt(error) => Self::of_prompt(error, &profile.in_shell()),
            EngineError::Source(failure) => Self::new(failure.to_string()).maybe_hint(failure.hint),
            EngineError::Aws { fault, call } => advice::on_fault(&fault, &call),
            EngineError::Code { why, serial } => {
                let hint = match &why {
                    CodeRefusal::Spent { seconds_to_next }
                    | CodeRefusal::StepSpent { seconds_to_next }
                    | CodeRefusal::Lost { seconds_to_next } => {
                        format!("wait {seconds_to_next} s for the device's next code")
                    }
                    CodeRefusal::ClockOff { .. } => {
                        format!("set this machine's clock with {}, and check the clock of the device", clock::CURE)
                    }
                    CodeRefusal::OverBudget { until } => format!(
                        "wait until {}, then give the code that the device shows; if AWS still refuses it, correct `mfa_serial`",
                        clock::in_words(*until)
                    ),
                    CodeRefusal::Wrong => {
                        format!(
                            "check that the code comes from {serial}, that it was not used elsewhere, and that the device's clock is right"
                        )
                    }
                };
                Self::new(format!("{why} (device {serial})")).hint(hint)
            }
            EngineError::DeviceInUse { waited, .. } => {
                let wait = if waited { "" } else { ", leave out `--no-wait`" };
                Self::new(error.to_string())
                    .hint(format!("answer its prompt{wait}, or give a code here with `--mfa-token 123456`, which does not wait for it"))
            }
            EngineError::OtherKey { .. } => {
                Self::new(error.to_string()).hint("if you trust that change, run the same command again: it starts from the new key")
            }
            EngineError::Plan(error) => error.into(),
            EngineError::OtherAccount { .. } => Self::new(error.to_string())
                .hint("correct `mfa_serial` in the config file, or have the command return a key of that account"),
            EngineError::LongTermKeyFromSource { .. } => Self::new(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Backend;

    #[test]
    fn giving_up_at_a_prompt_is_an_interruption_and_needs_no_advice() {
        let reason = "the prompt for the passphrase was cancelled".to_owned();
        for failure in [
            Failure::from(KeyStoreError::Cancelled { backend: Backend::File, reason: reason.clone() }),
            Failure::of_run(
                EngineError::KeyStore(KeyStoreError::Cancelled { backend: Backend::File, reason }),
                &ProfileName::parse("p").unwrap(),
                None,
            ),
            PromptError::Cancelled.into(),
        ] {
            assert_eq!((failure.status, failure.hints.len()), (Failure::INTERRUPTED, 0), "{failure:?}");
        }
        let refused = KeyStoreError::WrongPassphrase { backend: Backend::File, given_by: None };
        assert_eq!(Failure::from(refused).status, 1);
    }
}
