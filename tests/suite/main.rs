//! All tests, in one binary.

#[path = "../support/mod.rs"]
mod support;

mod at_once;
mod commands;
mod config;
mod engine;
mod first_use;
mod freshness;
mod keystores;
mod linking;
mod narrowed;
mod plan;
mod prompts;
mod protected;
mod real_world;
mod server;
mod stand_in;
mod status;
mod terminal;
mod warm_path;
