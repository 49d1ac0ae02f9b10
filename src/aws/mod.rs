//! AWS through its SDK: builds clients, makes STS and IAM calls, and sorts what goes wrong. Never reads profiles through the SDK, and never
//! lets it look for credentials itself.

mod client;
mod fault;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod iam;
mod refusals;
mod reply;
#[cfg_attr(not(all(target_os = "linux", target_env = "gnu", target_feature = "crt-static")), path = "resolver_libc.rs")]
mod resolver;
mod signin;
mod sources;
mod sts;
mod unconnected;

pub use client::AwsClients;
pub use iam::IamClient;
pub use refusals::RefusalClient;
pub use sources::{ProfileSources, source_of};
