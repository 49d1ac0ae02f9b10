//! One file or folder per command: arguments become a request, the request is carried out, the outcome is printed. Never has what another
//! command needs, which is in `app/`, and decides little: what is judged from facts is in `judge/`.

pub mod add;
pub mod audit;
pub mod clear;
pub mod completions;
pub mod credential_process;
pub mod doctor;
pub mod exec;
pub mod explain;
pub mod export;
pub mod greet;
pub mod help;
pub mod import;
pub mod link;
pub mod list;
pub mod lock;
pub mod login;
pub mod man;
pub mod mfa;
pub mod policy;
pub mod remove;
pub mod rotate;
pub mod setup;
pub mod status;
pub mod unlink;
pub mod why;
