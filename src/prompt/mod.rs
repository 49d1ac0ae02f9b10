//! How to ask the user for a code: one file per way. Never checks a code with AWS, and never writes to stdout.

mod any;
mod authenticator;
mod choose;
mod dialog;
mod fixed;
mod kdialog;
mod moot;
mod osascript;
mod picker;
mod pinentry;
mod process;
mod remembering;
mod terminal;
mod terminal_turn;
mod windows_dialog;
mod ykman;
mod zenity;

pub use any::AnyPrompt;
pub use authenticator::{TerminalAuthenticator, TypedPair, YkmanAuthenticator};
pub use fixed::FixedCode;
pub use picker::Choice;
pub use process::{CodeProcess, code_of};
pub use remembering::Remembering;
pub use terminal::Terminal;
pub use terminal_turn::TerminalTurn;
