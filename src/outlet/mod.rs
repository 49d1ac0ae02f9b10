//! Hands credentials over: to a child process, as JSON, as shell text, or through an endpoint. Never keeps or logs them.

pub mod child_env;
pub mod exec;
pub mod format;
mod neutral;
pub mod process_json;
pub mod server;
