//! How a code is asked of the person: one file per way. Never checks a code with AWS, and never writes to stdout.

mod any;
mod fixed;
mod process;
mod terminal;

pub use any::AnyPrompt;
pub use fixed::FixedCode;
pub use process::CodeProcess;
pub use terminal::{Terminal, TerminalPrompt};
