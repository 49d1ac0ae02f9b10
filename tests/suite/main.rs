//! All tests, in one binary.

#[path = "../support/mod.rs"]
mod support;

mod config;
mod first_use;
mod keystores;
mod stand_in;
