//! The reference in `docs/` and the scripts in `completions/` are the program's own output. `UPDATE=1` rewrites them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};

use crate::support::world::World;

/// Fails if the file is not current, or rewrites it.
#[track_caller]
fn is_current(relative: &str, expected: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(relative);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        std::fs::write(&path, expected).expect("the file can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    if found != expected {
        let differs = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
        let line = differs.unwrap_or_else(|| found.lines().count().min(expected.lines().count()));
        panic!(
            "`{relative}` is not current from line {}: run `UPDATE=1 cargo nextest run reference`\n  there:  {}\n  should: {}",
            line + 1,
            found.lines().nth(line).unwrap_or("(its end)"),
            expected.lines().nth(line).unwrap_or("(its end)"),
        );
    }
}

#[test]
fn the_reference_is_current() {
    is_current("docs/reference.md", &reference());
}

#[test]
fn the_completion_scripts_are_current() {
    let world = World::new();
    for (shell, file) in [
        ("bash", "vault.bash"),
        ("zsh", "_vault"),
        ("fish", "vault.fish"),
        ("powershell", "vault.ps1"),
        ("elvish", "vault.elv"),
        ("nushell", "vault.nu"),
    ] {
        is_current(&format!("completions/{file}"), &world.vault(["completions", shell]).run().ok());
    }
}

#[test]
fn the_list_of_findings_is_current() {
    is_current("docs/findings.md", &findings());
}

#[test]
fn no_two_findings_of_a_command_share_an_id() {
    for (command, kinds) in vault::judge::catalogue() {
        let mut ids: Vec<_> = kinds.iter().map(|kind| kind.id).collect();
        assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit())), "{ids:?}");
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{command}");
        assert!(kinds.iter().all(|kind| kind.about.ends_with('.')), "{command}");
    }
}

fn findings() -> String {
    let mut out = String::from(
        "# Findings\n\nWhat `vault` reports, by id. Ids never change. Made from the program by `UPDATE=1 cargo nextest run reference`; edit the sources, not this file.\n",
    );
    for (command, kinds) in vault::judge::catalogue() {
        let _ = writeln!(out, "\n## `vault {command}`\n");
        if command == "audit" {
            out.push_str("| id | severity | finding | CIS 5.0 / 6.0 / 7.0 | Security Hub |\n|---|---|---|---|---|\n");
            for check in vault::judge::report::ALL {
                let cis =
                    if check.cis == [None; 3] { "–".to_owned() } else { check.cis.map(|number| number.unwrap_or("–")).join(" / ") };
                let vault::judge::Kind { id, severity, about } = &check.kind;
                let _ = writeln!(out, "| `{id}` | {severity} | {about} | {cis} | {} |", check.security_hub.unwrap_or("–"));
            }
            continue;
        }
        out.push_str("| id | severity | finding |\n|---|---|---|\n");
        for vault::judge::Kind { id, severity, about } in kinds {
            let _ = writeln!(out, "| `{id}` | {severity} | {about} |");
        }
    }
    out
}

fn reference() -> String {
    let grammar = vault::cli::grammar();
    let mut out = String::from(
        "# Command line reference\n\nMade from the program's own grammar by `UPDATE=1 cargo nextest run reference`; edit the sources, not this file.\n",
    );
    let _ = writeln!(out, "\n{}\n", about(&grammar));
    let visible: Vec<_> = grammar.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let _ = writeln!(out, "| command | does |\n|---|---|");
    for command in &visible {
        let name = command.get_name();
        let _ = writeln!(out, "| [`vault {name}`](#vault-{name}) | {} |", command.get_about().map(ToString::to_string).unwrap_or_default());
    }
    let global: Vec<_> = grammar.get_arguments().filter(|argument| argument.get_help_heading() == Some("Global options")).collect();
    assert!(global.len() > 2);
    out.push_str("\n## Options of every command\n\n");
    list(&mut out, global.iter().copied());
    for command in visible {
        section(&mut out, command);
    }
    out
}

fn section(out: &mut String, command: &Command) {
    part(out, command, &format!("## `vault {}`", command.get_name()));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        part(out, below, &format!("### `vault {} {}`", command.get_name(), below.get_name()));
    }
}

fn part(out: &mut String, command: &Command, title: &str) {
    let _ = writeln!(out, "\n{title}\n\n{}\n", about(command));
    let usage = command.clone().render_usage().to_string();
    let _ = writeln!(out, "```text\n{}\n```\n", usage.trim_start_matches("Usage: ").trim());
    let own =
        |argument: &&Arg| !argument.is_global_set() && !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version");
    list(out, command.get_arguments().filter(own));
    if let Some(more) = command.get_after_help() {
        let _ = writeln!(out, "\n```text\n{more}\n```");
    }
}

fn about(command: &Command) -> String {
    let text = command.get_long_about().or_else(|| command.get_about()).map(ToString::to_string).unwrap_or_default();
    // The first line is a title, the rest are whole sentences.
    match text.split_once('\n') {
        Some((title, rest)) => format!("{}.\n{}", title.trim_end_matches('.'), rest.trim_end()),
        None => format!("{}.", text.trim_end_matches('.')),
    }
}

fn list<'a>(out: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    for argument in arguments {
        let help = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
        let mut text = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let values: Vec<_> = argument
            .get_possible_values()
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let takes_values = argument.get_action().takes_values();
        if takes_values && !values.is_empty() {
            let _ = write!(text, ": {}", values.join(", "));
        }
        let defaults: Vec<_> = argument.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
        if takes_values && !defaults.is_empty() {
            let _ = write!(text, " (default {})", defaults.join(", "));
        }
        let short = argument.get_short().map_or_else(String::new, |short| format!("-{short}, "));
        let _ = writeln!(out, "- `{short}{}`: {text}", argument.to_string().trim_end_matches("..."));
    }
}
