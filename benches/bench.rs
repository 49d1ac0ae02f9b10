//! `cargo bench`: what a cached run costs, as ratios against `true` taken in the same run. Prints a table with each target; measures, never asserts,
//! except with `--check`, which compares instruction counts with the committed ones.

// The program is shared with the tests, whose rules on ambient access do not bind it.
#![allow(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::duration_suboptimal_units,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::print_stdout,
    clippy::redundant_closure_for_method_calls,
    clippy::unwrap_used
)]

mod instructions;
mod measure;
#[path = "../tests/support/mod.rs"]
mod support;
mod warm;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    if asked("--check") {
        return instructions::check();
    }
    if asked("--update") {
        return instructions::update();
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--peak-of") {
        return measure::print_peak_of(&arguments[at + 1..]);
    }
    warm::table();
    instructions::table();
    ExitCode::SUCCESS
}
