//! All tests, in one binary.

#[path = "../support/mod.rs"]
mod support;

mod config;
mod stand_in;
