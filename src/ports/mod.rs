//! The traits through which the world is reached, a file for each family, and their failures: most for the engine, `Browser`,
//! `CredentialReports` and `RefusalDetails` for commands. Never implements one.

mod aws_fault;
mod browser;
mod clock;
mod enroll;
mod flight;
mod holder;
mod iam;
mod key_entry;
mod keys;
mod notices;
mod prompt;
mod refusals;
mod route;
mod sessions;
mod sources;
mod sts;

pub use aws_fault::{AwsFault, AwsFaultKind, CallSetting};
pub use browser::{Browser, BrowserError};
pub use clock::Clock;
pub use enroll::{Authenticator, DeviceNote, PairRequest};
pub use flight::{DeviceGuard, NotWaited, Sent, SessionGuard, SingleFlight, TurnGuard, Waiting};
pub use holder::Holder;
pub use iam::{
    AccessKey, AccessKeys, CodePair, CredentialReports, KeyStatus, LastUse, MfaDevices, NewDevice, QUARANTINE_POLICY, ReportAnswer,
    ReportState,
};
pub use key_entry::KeyEntry;
pub use keys::{GpgRecipientFault, KeyStore, KeyStoreError};
pub use notices::{NoNotices, Notices};
pub use prompt::{Again, CodeRequest, MfaPrompt, Place, PromptError};
pub use refusals::{KeptPolicy, KeptRefusal, RefusalDetails};
pub use route::Route;
pub use sessions::{Expirations, SessionCache};
pub use sources::{SourceFailure, SourceProviders};
pub use sts::{CallerIdentity, Sts, StsRequest};
