//! Decides which calls turn a profile into credentials, as a value that can be printed. Never does any of it: no files, no clock,
//! no environment, no network.

mod base;
mod canonical;
mod chain;
mod client;
mod connection;
mod credential_plan;
mod effective;
mod endpoint;
mod error;
mod explain;
mod forecast;
mod from_default;
mod inventory;
mod limits;
mod profile_summary;
mod recursion;
mod request;
mod resolve;
mod resume;
mod role;
mod session_key;
mod source;
mod start;
mod step;
mod steps;
mod words;

pub use base::{Base, Source, WebIdentity};
pub use chain::profiles_behind;
pub use client::{ClientVariables, carried};
pub use connection::{Connection, RetryMode, Said, Variant, switch};
pub use credential_plan::{CodeSource, Continuation, CredentialPlan, Mfa, Note, Wanted};
pub use endpoint::{Service, endpoint_url};
pub use error::PlanError;
pub use explain::{as_json, as_text};
pub use forecast::Forecast;
pub use from_default::FromDefault;
pub use inventory::Inventory;
pub use profile_summary::{ProfileSummary, profile_summary};
pub use request::PlanRequest;
pub use resolve::resolve;
pub use resume::{Freshness, Resume, Unused, WhyUnused, cached_from_the_end, of_use_until, resume};
pub use session_key::SessionKey;
pub use source::{Program, ProgramKind, TokenFrom, WebIdentityToken};
pub use step::{AssumeRole, Call, CallKind, NamedAfter, SessionName, Step, StsEndpoint, WhyStep};
pub use words::note_in_words;
