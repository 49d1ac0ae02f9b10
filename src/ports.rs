//! The few traits that the engine calls, and the failures they may answer with. Never implements one.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::model::{
    Backend, Credentials, ForeignText, LongTermCredentials, MfaSerial, ProfileName, SessionCredentials, SessionDuration, Timestamp,
    TokenCode,
};
use crate::plan::{Base, SessionKey, Step};

/// Where long-term keys are.
pub trait KeyStore {
    /// # Errors
    /// See [`KeyStoreError`]; nothing is asked of the network.
    fn long_term_credentials(&self, name: &ProfileName) -> Result<LongTermCredentials, KeyStoreError>;
}

/// Why a keystore did not do what it was asked. Each state has its own variant, since each has its own cure.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The keystore works and holds no such item. `elsewhere` are the keystores that are known to hold one of that name.
    #[error("the {backend} keystore holds no item `{item}`{}", elsewhere_clause(elsewhere))]
    NotFound { backend: Backend, item: String, elsewhere: Vec<Backend> },
    /// The keystore is there, but locked, and could not be unlocked now.
    #[error("the {backend} keystore is locked: {reason}")]
    Locked { backend: Backend, reason: String },
    /// The person gave up when asked to unlock it.
    #[error("the {backend} keystore was not unlocked: {reason}")]
    Cancelled { backend: Backend, reason: String },
    /// The person or the system said no: a wrong passphrase, a refused permission.
    #[error("the {backend} keystore refused: {reason}")]
    Denied { backend: Backend, reason: String },
    /// The command that was to give the passphrase did not.
    #[error("the {backend} keystore refused: {reason}")]
    NoPassphrase { backend: Backend, reason: String },
    /// There is no such keystore on this machine, or it does not answer.
    #[error("the {backend} keystore is not available: {reason}")]
    Unavailable { backend: Backend, reason: String },
    /// What tells which keys are stored cannot be written: nothing was changed, since it would go on claiming another key.
    #[error("cannot write the index of stored keys, so no key was changed: {reason}")]
    IndexNotWritten { path: PathBuf, reason: String },
    /// What tells which keys are stored cannot be read, whichever keystore they are in.
    #[error("the index of stored keys cannot be read: {reason}")]
    Index { path: PathBuf, reason: String },
    /// A file or a folder of ours is not in this user's hands alone. `cure` says in the imperative what makes it so.
    #[error("{reason}")]
    Untrusted { reason: String, cure: String },
    /// The item is there, and is not what was stored.
    #[error("the item `{item}` in the {backend} keystore is damaged: {reason}")]
    Corrupt { backend: Backend, item: String, reason: String },
    /// What every item is sealed to is there, and is not what was stored.
    #[error("the item `{item}` in the {backend} keystore is damaged: {reason}")]
    CorruptIdentity { backend: Backend, item: &'static str, reason: String },
}

fn elsewhere_clause(elsewhere: &[Backend]) -> String {
    match elsewhere {
        [] => String::new(),
        [one] => format!("; the {one} keystore does"),
        several => format!("; these keystores do: {}", several.iter().map(|backend| backend.as_str()).collect::<Vec<_>>().join(", ")),
    }
}

/// Where sessions are kept between runs.
pub trait SessionCache {
    /// When the session cached under `key` expires; `None` where there is none that could be opened.
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp>;
    /// The session, where it can still be opened. Whatever is wrong with it, the answer is `None`: it is made anew.
    fn load(&self, key: &SessionKey) -> Option<SessionCredentials>;
    /// Keeps the session. A failure costs only the next run a call, so it is a warning and not an error.
    fn store(&self, key: &SessionKey, step: &Step, session: &SessionCredentials);
}

/// The AWS Security Token Service.
pub trait Sts {
    /// Whether the call could be made as far as this machine is concerned, found out without making it: nobody should type a code for a
    /// call that cannot be sent.
    ///
    /// # Errors
    /// [`AwsFaultKind::Unusable`], as `call` would answer.
    fn ready(&self, _step: &Step) -> Result<(), AwsFault> {
        Ok(())
    }
    /// Makes the call that `step` describes, signed by `signer`.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn call(&self, step: &Step, signer: &Signer, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault>;
}

/// What signs a call.
#[derive(Debug, Clone)]
pub enum Signer {
    Credentials(Credentials),
    /// `AssumeRoleWithWebIdentity` is not signed: this token is its proof.
    WebIdentityToken(SecretString),
}

/// Credentials that another program or service hands out: what a plan's base is, when it is no stored key.
pub trait SourceProviders {
    /// # Errors
    /// When the program or service fails, with what it said.
    fn credentials(&self, base: &Base) -> Result<Signer, SourceFailure>;
}

/// A profile's own source of credentials failed.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed: {reason}")]
pub struct SourceFailure {
    /// What was asked, such as `` `credential_process` of profile `ci` ``.
    pub what: String,
    pub reason: String,
    pub hint: Option<String>,
}

/// How a code is asked of the person.
pub trait MfaPrompt {
    /// Asks once for a code of `request.serial`.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError>;
    /// Whether there is anybody to ask, found out without asking: nobody should wait for a code that cannot be given.
    ///
    /// # Errors
    /// [`PromptError::Unavailable`], as `ask` would answer.
    fn ready(&self) -> Result<(), PromptError> {
        Ok(())
    }
    /// Whether anybody still waits for what the code is for.
    ///
    /// # Errors
    /// [`PromptError::ClientGone`], as `ask` would answer.
    fn wanted(&self) -> Result<(), PromptError> {
        Ok(())
    }
    /// Tells the person something while they wait, on the terminal and never on stdout.
    fn tell(&self, message: &str);
    /// Shows the seconds of a wait go by, where there is a terminal to show them on.
    fn progress(&self, seconds_left: u32);
    /// What asking again after a refused code can bring.
    fn again(&self) -> Again;
    /// Where the question is put: one is enough for each place, and none waits for another's.
    fn place(&self) -> Place;
}

/// Where a question for a code is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The terminal with this number, whose foreground this process is in.
    Terminal(u64),
    /// A window on the person's screen.
    Window,
    /// A program that knows codes: nobody sees a question.
    Program,
    /// There is nobody to ask.
    Nowhere,
    /// The code was given beforehand.
    Given,
}

/// What a prompt needs to say.
pub struct CodeRequest<'a> {
    pub serial: &'a MfaSerial,
    /// What was wrong with the code before, where this is not the first time.
    pub complaint: Option<&'a str>,
    /// Whether another process has what the code is for by now: the prompt looks now and then, and takes the question back.
    pub made_elsewhere: &'a dyn Fn() -> bool,
}

/// What asking again can bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// A person may type another code at once.
    AtOnce,
    /// A program gives the same code until the next step begins.
    NextStep,
    /// There is only this one code.
    Never,
}

/// Why no code was given. "Could not ask" and "the person said no" are different.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    #[error("cancelled")]
    Cancelled,
    /// Nobody was there, or nobody wanted to: what waited for the answer goes on without.
    #[error("nobody answered within two minutes")]
    Unanswered,
    #[error("nobody can be asked here: {0}")]
    Unavailable(String),
    /// The question was taken back: see [`CodeRequest::made_elsewhere`].
    #[error("the code was given to another process")]
    MadeElsewhere,
    /// Nobody waits for the credentials any more.
    #[error("the program that asked for the credentials has ended")]
    ClientGone,
    /// The profile's `mfa_process` gave no code.
    #[error("`mfa_process` gave no code: {0}")]
    OfProcess(String),
    #[error("{0}")]
    Failed(String),
}

/// The wall clock.
pub trait Clock {
    fn now(&self) -> Timestamp;
    /// The time of day of a moment, as the person's own clock shows it.
    fn in_words(&self, moment: Timestamp) -> String {
        format!("{} UTC", moment.time_of_day())
    }
    fn sleep(&self, duration: SessionDuration);
}

/// One at a time: every process of the user goes through these locks before it asks or calls.
///
/// Dropping a guard lets the next one in, and so does the death of the process. Where the file system has no locks, a guard guards nothing.
pub trait SingleFlight {
    /// The turn to ask for a code of the device in a place, held for as long as a person takes. Nobody waits here for a question in another
    /// place, except who has nobody to ask: that one waits until nobody asks for the device any more, and then it gets the turn without
    /// being asked. A question that nobody sees, since its process is in the background of the terminal, is not waited for either.
    ///
    /// `wait` is called again and again while another process asks, and ends the waiting with what is wrong.
    ///
    /// # Errors
    /// What `wait` answered.
    fn turn(&self, serial: &MfaSerial, place: Place, wait: &mut Waiting<'_>) -> Result<Box<dyn TurnGuard>, NotWaited>;
    /// Held across re-check of the cache, a look into the ledger and the STS call together, and never while anybody is asked.
    fn device(&self, serial: &MfaSerial) -> Box<dyn DeviceGuard>;
    /// Held across re-check of the cache and an STS call that needs no code. With a place, the keystore may ask there for a passphrase
    /// meanwhile: then only those wait that would ask in the same place.
    fn session(&self, key: &SessionKey, place: Option<Place>) -> Box<dyn SessionGuard>;
    /// In place of that, where the call is signed by a source of the profile's own: held while the source is asked, too.
    fn source(&self, base: &Base) -> Box<dyn SessionGuard>;
}

/// Decides whether another process that asks is waited for, again and again while it does. Its end is not waited for after an error.
pub type Waiting<'a> = dyn FnMut(&Holder) -> Result<(), NotWaited> + 'a;

/// The process that asks, where it said which one it is: good enough for a message and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: Option<u32>,
    /// Whether what is written on this process's terminal would come between its question and the answer.
    pub on_same_terminal: bool,
}

/// Why another process that asks was not waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWaited {
    /// The person did not want to.
    NoWait(Holder),
    /// It took too long.
    TooLong(Holder),
    /// Nobody waits for the credentials any more.
    ClientGone,
}

/// The turn to ask in one place.
pub trait TurnGuard {}

/// The lock of one session, or of one source.
pub trait SessionGuard {}

/// The lock of an MFA device, with the ledger of the codes that were sent to AWS.
pub trait DeviceGuard {
    /// The last TOTP step (Unix time divided by 30) in which AWS took a code of this device, or may have.
    fn last_spent_step(&self) -> Option<u64>;
    /// Whether this very code was sent in the steps around `step`, and how that ended.
    fn sent_before(&self, code: &TokenCode, step: u64) -> Option<Sent>;
    /// Whether AWS ever took a code of this device, or refused one as wrong: it knows the device then.
    fn has_worked(&self) -> bool;
    /// Until when AWS takes no code of this device, where it is over its budget.
    fn closed_until(&self) -> Option<Timestamp>;
    /// Writes that down.
    fn close_until(&mut self, until: Timestamp);
    /// Writes down what becomes of a code that is sent in `step`, before and after.
    fn record(&mut self, code: &TokenCode, step: u64, what: Sent);
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way, or its answer does not say what became of it: AWS may have taken it.
    Pending,
    /// AWS took it: the step is spent.
    Taken,
    /// AWS refused it.
    Refused,
    /// It never reached AWS, or AWS did not look at it: nothing is spent.
    Unanswered,
}

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
