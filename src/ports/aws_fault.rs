//! Why AWS did not do what it was asked, sorted by cure. Never puts it into words for the person.

use crate::model::ForeignText;

/// Why AWS did not do what it was asked, sorted by what the person can do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct AwsFault {
    /// Such as `GetSessionToken`.
    pub operation: &'static str,
    pub kind: AwsFaultKind,
    /// AWS's own words, or the network's.
    pub message: ForeignText,
    /// How far this machine's clock is ahead of the `Date` of AWS's reply, in seconds; `None` where there was no reply.
    pub clock_ahead: Option<i64>,
}

impl AwsFault {
    /// Whether AWS may have done what it was asked although it did not say so.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        matches!(self.kind, AwsFaultKind::NoAnswer | AwsFaultKind::Server | AwsFaultKind::NotWhole)
    }
}

/// The causes that have different cures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsFaultKind {
    /// The code is wrong, was used before, or this machine's clock is off.
    InvalidCode,
    /// Nothing was sent: what is configured for calls cannot be used.
    NotSent,
    /// Nothing was sent: the kernel gives this process no more files.
    NoFiles,
    /// Nothing was sent: this setting cannot be used.
    Unusable(CallSetting),
    /// The code was refused after an attempt of the same call that AWS never answered: that one may have used it up.
    CodeMayBeUsed,
    /// The serial is not a device of this user, or the device is over its budget: AWS has one text for both.
    UnknownSerial,
    /// The key is unknown, inactive, too new, or of another partition; or a session without MFA called IAM.
    InvalidKey,
    /// The secret does not belong to the key id.
    WrongSecret,
    /// This machine's clock is more than five minutes off.
    ClockSkew,
    /// The signing session has expired.
    Expired,
    AccessDenied,
    /// AWS found a key of this user leaked, and its policy denies what was asked.
    Quarantined,
    /// IAM does not know the user, key or device, or does not know it yet.
    NoSuchEntity,
    /// There are as many as there may be.
    LimitExceeded,
    /// IAM is still busy with an earlier change.
    TemporarilyUnmodifiable,
    /// A parameter is outside what AWS accepts.
    Invalid,
    /// More time was asked than the role's own maximum.
    TooLong,
    RegionDisabled,
    Throttled,
    /// AWS had an error of its own.
    Server,
    /// The answer is no refusal, and not what an answer must be: cut short, or without a secret, a token or an end that is to come.
    NotWhole,
    /// Nothing was sent: name not found, connection refused, TLS.
    Unreachable,
    /// It was sent, and no answer came: AWS may have done what it was asked.
    NoAnswer,
    /// Nothing was sent: the server shows a certificate that is not trusted.
    Untrusted,
    Other,
}

/// A setting of how calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSetting {
    pub variable: &'static str,
    /// The key of a profile that says the same.
    pub key: &'static str,
    /// Whether a profile says it, and not the environment.
    pub in_profile: bool,
}
