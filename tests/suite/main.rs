//! All tests, in one binary.

#[path = "../support/mod.rs"]
mod support;

mod at_once;
mod commands;
mod config;
mod first_use;
mod keystores;
mod linking;
mod prompts;
mod protected;
mod real_world;
mod plan;
mod server;
mod stand_in;
mod status;
mod terminal;
