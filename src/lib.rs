//! `vault`: one MFA code, then everything you run has the right AWS credentials.
//!
//! Decide, then do. One `vault exec` takes these steps, from top to bottom:
//!
//! ```text
//! main.rs ─► cli        the command line becomes a command and its arguments
//!            commands   one file or folder for each: asks the rooms below, in this order
//!            app        what commands share: the context, the request, the path from a profile to credentials
//!            os         the environment, files, the clock, processes
//!            config     text of the config files becomes a profile set and settings
//!            keystore   which names have a stored key: the inventory, from the index, without a secret
//!            plan       profile set, inventory and request become a credential plan: a value that `vault explain` prints
//!            engine     finds the last cached step of the plan, and runs the steps after it, through the traits in `ports`
//!              ├─ sessions   cached sessions, encrypted; locks and the ledger of codes
//!              ├─ keystore   the key itself: keychain, file, pass
//!              ├─ aws        STS and IAM through the SDK
//!              └─ prompt     asks for a code
//!            foreign    keys in the stores of other tools, for `vault import`
//!            outlet     hands the credentials over: a child process, JSON, shell text
//!            ui         one place where output is written, failures too
//! ```
//!
//! `docs/architecture.md` follows one `vault exec` through the files. A file imports only from its own row or a row above; "may touch" is
//! the part of the outside world that a row reaches directly:
//!
//! | row | folder | holds | may touch |
//! |---|---|---|---|
//! | 0 | [`model`] | values: names, ARNs, credentials, codes, durations; how a word is quoted for each shell | nothing |
//! | 1 | [`config`] | text of the config files → profile set, settings; edits that keep every other byte; the names of the config keys | nothing |
//! | 2 | [`plan`] [`judge`] | resolve, resume, explain; facts → findings | nothing: no clock, no environment |
//! | 3 | [`ports`] | the traits through which the world is reached, and their failures | nothing |
//! | 4 | [`engine`] | the one loop over the steps; one code at a time | nothing: the ports do |
//! | 5 | [`os`] [`keystore`] [`sessions`] [`aws`] [`prompt`] [`foreign`] | adapters to the world | the world |
//! | 6 | [`outlet`] | child process, JSON, shell formats | os |
//! | 7 | [`app`] | what commands share: context, request, plan, obtain, failures as text and exit status | rows above |
//! | 8 | [`cli`] [`commands`] [`ui`] | the command line; one file or folder per command and nothing else; output, log | all |
//!
//! To add a command, read a neighbour in `commands/`; to add a prompt driver, one in `prompt/`; to add a keystore, one in `keystore/`.

#![forbid(unsafe_code)]

pub mod app;
pub mod aws;
pub mod cli;
pub mod commands;
pub mod config;
pub mod engine;
pub mod foreign;
pub mod judge;
pub mod keystore;
pub mod model;
pub mod os;
pub mod outlet;
pub mod plan;
pub mod ports;
pub mod prompt;
pub mod sessions;
pub mod ui;

// The properties of the fuzz targets are checked here, where no nightly compiler is needed: some of what they call is in no other build.
#[cfg(test)]
extern crate self as vault;
#[cfg(test)]
#[path = "../tests/properties/replay.rs"]
mod replay;
