//! The operating system: environment, files, clock, processes, terminal, kernel keyring. Nothing outside this folder uses them directly,
//! except `prompt::Terminal`, which opens the terminal that it asks on; `clippy.toml` enforces that.

pub mod answer;
pub mod browser;
pub mod child;
pub mod client;
pub mod clock;
pub mod dirs;
pub mod env;
pub mod exec;
pub mod file_limit;
pub mod files;
mod hearing;
pub mod hidden;
pub mod interrupts;
#[cfg(unix)]
mod jobs;
pub mod kept_file;
pub mod kernel_keyring;
pub mod keys;
pub mod pager;
pub mod panics;
pub mod process;
pub mod relay;
pub mod screen;
pub mod shared_tty;
#[cfg(unix)]
mod signal_masks;
pub mod signed_locks;
#[cfg(unix)]
pub mod sigpipe;
pub mod stdin;
pub mod tty;
pub mod waiting;
#[cfg(unix)]
mod witness;
