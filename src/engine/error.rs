//! Why a plan could not be run. Never printed here, and never holds a secret.

use crate::model::{AccessKeyId, AccountId, MfaSerial, ProfileName, REFUSED_CODE, REFUSED_DEVICE, Timestamp, spoken_offset};
use crate::plan::{PlanError, Step};
use crate::ports::{AwsFault, Holder, KeyStoreError, PromptError, SourceFailure};

/// The call that failed.
#[derive(Debug, Clone)]
pub struct FailedCall {
    pub step: Step,
    /// The profile that was asked for.
    pub profile: ProfileName,
    /// The name of the stored key that the plan starts from.
    pub stored_as: Option<ProfileName>,
    /// Whether the session of a role signed it.
    pub behind_role: bool,
}

/// Why a plan did not finish.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    KeyStore(KeyStoreError),
    #[error(transparent)]
    Source(#[from] SourceFailure),
    /// AWS refused a step, or could not be reached.
    #[error("{fault}")]
    Aws { fault: AwsFault, call: Box<FailedCall> },
    #[error("{why}")]
    Code { why: CodeRefusal, serial: MfaSerial },
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// Another process makes a session with a code of the device, and this run does not wait for it, or no longer.
    #[error("{}{}", making_a_session(holder, serial), if *.waited { ", and nobody has answered it for five minutes" } else { "" })]
    DeviceInUse { serial: MfaSerial, holder: Holder, waited: bool },
    /// The keystore holds another key than the one in the plan. No code is spent.
    #[error("the key stored for profile `{name}` is now {found}, no longer {planned}: it was replaced meanwhile")]
    OtherKey { name: ProfileName, planned: AccessKeyId, found: AccessKeyId },
    /// Why a long-term key from a source is refused.
    #[error(transparent)]
    Plan(PlanError),
    #[error(
        "the `credential_process` of profile `{profile}` returned a key of account {key_account}, but the MFA device {serial} belongs to another account"
    )]
    OtherAccount { profile: ProfileName, key_account: AccountId, serial: MfaSerial },
    /// A source that should return temporary credentials returned a long-term key.
    #[error("the credentials of profile `{profile}` cannot make the next call: their source returned a long-term key, not a session")]
    LongTermKeyFromSource { profile: ProfileName },
}

/// What the other process is doing, as far as its lock shows: it asks for the code, or for the passphrase of a keystore before that.
pub(super) fn making_a_session(holder: &Holder, serial: &MfaSerial) -> String {
    format!("{} is making a session with a code of {serial}", holder.in_words())
}

/// Why a code was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    #[error("this code was already used: each code works once")]
    Spent { seconds_to_next: u32 },
    #[error("the code that the device shows now was already used")]
    StepSpent { seconds_to_next: u32 },
    #[error("{}, and this machine's clock is {}", REFUSED_CODE, spoken_offset(*.ahead))]
    ClockOff { ahead: i64 },
    #[error("AWS's first answer to this code was lost, and the code cannot be used again")]
    Lost { seconds_to_next: u32 },
    #[error("{}", REFUSED_CODE)]
    Wrong,
    #[error("{} for now: it got too many within three minutes", REFUSED_DEVICE)]
    OverBudget { until: Timestamp },
}
