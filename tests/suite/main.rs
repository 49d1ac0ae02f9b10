//! All tests, in one binary.

#![forbid(unsafe_code)]
// The program's rules on ambient access and output do not apply to its tests, which should be plain rather than polished.
#![allow(
    clippy::disallowed_methods,
    clippy::duration_suboptimal_units,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::print_stdout,
    clippy::redundant_closure_for_method_calls,
    clippy::similar_names,
    clippy::unused_self,
    clippy::unwrap_used
)]

#[path = "../support/mod.rs"]
mod support;

mod at_once;
mod commands;
mod config;
mod dependencies;
mod engine;
mod enrolment;
mod first_use;
mod freshness;
mod import;
mod keystores;
mod layers;
mod linking;
mod login;
mod narrowed;
mod pictures;
mod plan;
mod policy;
mod prompts;
mod protected;
mod quoting;
mod real_world;
mod rotate;
mod server;
mod stand_in;
mod status;
mod terminal;
mod warm_path;
