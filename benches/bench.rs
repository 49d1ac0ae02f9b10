//! `cargo bench`: what a cached run costs, as ratios against `true` taken in the same run. Prints a table with the targets. Asserts
//! nothing, except with `--check`, which compares instruction counts with the committed ones. `docs/speed.md` says how to read it.
//!
//! usage: `cargo bench`, or `cargo bench -- --check [BINARY]`, or `cargo bench -- --update [BINARY]`, or
//! `cargo bench -- --others [BINARY]`, or `cargo bench -- --names BINARY`

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

mod builds;
mod cold;
mod instructions;
mod measure;
mod names;
mod others;
mod parts;
mod scenes;
#[path = "../tests/support/mod.rs"]
mod support;
mod warm;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| arguments.iter().position(|argument| argument == name);
    let binary = |at: usize| {
        arguments
            .get(at + 1)
            .filter(|word| !word.starts_with('-'))
            .map_or_else(builds::ordinary, |word| std::path::absolute(word).expect("there is a working folder"))
    };
    if let Some(at) = asked("--check") {
        return instructions::check(&binary(at));
    }
    if let Some(at) = asked("--names") {
        return names::check(&binary(at));
    }
    if let Some(at) = asked("--others") {
        let binary = binary(at);
        scenes::table(&binary);
        others::table(&binary);
        return ExitCode::SUCCESS;
    }
    if let Some(at) = asked("--update") {
        return instructions::update(&binary(at));
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--peak-of") {
        return measure::print_peak_of(&arguments[at + 1..]);
    }
    for build in builds::all() {
        warm::table(&build);
        cold::table(&build);
        instructions::table(&build);
    }
    parts::table();
    ExitCode::SUCCESS
}
