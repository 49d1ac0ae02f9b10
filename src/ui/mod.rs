//! What people and programs read: data to stdout, everything else to stderr. The only folder that writes to either, except for
//! clap's help. Never decides what is done.

mod findings;
mod listing;
pub mod log;
mod notices;
mod output;
mod page;
mod report;
mod steps;
mod table;
mod time_left;
mod wrap;

pub use anstream::ColorChoice;
pub use findings::{Head, finding_by_finding, findings};
pub use listing::listing;
pub use notices::{OnStderr, OnTerminal};
pub use output::{data, document, hint, json, lines, note, pieces, program, started_as, unwritten, warn};
pub use page::page;
pub use report::report;
pub use steps::steps;
pub use table::{Table, color};
pub use time_left::time_left;
