//! What several commands share: what a run knows, what a person asked for, and the way from there to credentials. Never parses a command
//! line, and never writes to stdout or stderr itself.

pub mod aws_files;
pub mod aws_vault;
pub mod boto_config;
pub mod choice;
pub mod choices;
pub mod config_file;
pub mod console_csv;
pub mod context;
pub mod failure;
pub mod from_default;
pub mod iam_route;
pub mod key_age;
pub mod keystores;
pub mod linked;
pub mod listing;
pub mod mfa_session;
pub mod obtain;
pub mod passphrase;
pub mod pick;
pub mod prepare;
pub mod protect;
pub mod request;
pub mod said_once;
mod sealed_sessions;
pub mod session_cache;
pub mod stray_settings;
pub mod target_profile;
pub mod unfinished_setup;
pub mod uses;
pub mod variable;

pub use choices::Choices;
pub use context::Context;
pub use failure::Failure;
