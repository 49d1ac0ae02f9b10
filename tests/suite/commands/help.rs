//! `--help` of every command: eighty columns at most, an example, and the same text for everybody.

use crate::support::world::World;

/// The command line of every command's help.
fn commands() -> Vec<Vec<String>> {
    let grammar = vault::cli::grammar();
    let mut commands = vec![Vec::new()];
    let mut open: Vec<(Vec<String>, clap::Command)> = vec![(Vec::new(), grammar)];
    while let Some((path, command)) = open.pop() {
        for sub in command.get_subcommands() {
            let path = [&path[..], &[sub.get_name().to_owned()]].concat();
            commands.push(path.clone());
            open.push((path, sub.clone()));
        }
    }
    commands
}

#[test]
fn every_help_fits_into_eighty_columns_and_shows_an_example() {
    let world = World::new();
    let commands = commands();
    assert!(commands.len() > 10);
    for path in commands {
        for flag in ["--help", "-h"] {
            let mut words: Vec<_> = path.iter().map(String::as_str).collect();
            words.push(flag);
            // A wide terminal makes no wider lines.
            let run = world.command(&World::binary(), &words).env("COLUMNS", "200").run();
            assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{words:?}");
            for line in run.stdout.lines() {
                assert!(line.chars().count() <= 80, "{words:?}: {} columns: {line}", line.chars().count());
            }
            assert!(run.stdout.contains("Example"), "{words:?} shows no example:\n{}", run.stdout);
            assert!(run.stdout.contains("Usage: vault"), "{words:?}");
        }
    }
}

#[test]
fn the_examples_are_valid_command_lines() {
    let grammar = vault::cli::grammar();
    let mut seen = 0;
    let below = grammar.get_subcommands().flat_map(clap::Command::get_subcommands);
    for command in std::iter::once(&grammar).chain(grammar.get_subcommands()).chain(below) {
        let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in examples.lines().filter_map(|line| line.trim().strip_prefix("vault ")) {
            // A remark follows after two blanks.
            let line =
                line.split("  ").next().unwrap_or_default().split(" | ").next().unwrap_or_default().split(" > ").next().unwrap_or_default();
            let words = std::iter::once("vault".to_owned()).chain(vault::config::words(line));
            let parsed = vault::cli::grammar().try_get_matches_from(words);
            assert!(parsed.is_ok(), "`vault {line}`: {}", parsed.err().map(|error| error.to_string()).unwrap_or_default());
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} examples were found");
}

#[test]
fn vault_alone_lists_the_commands() {
    let world = World::new();
    let run = world.vault([]).run();
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("\n  exec ") && run.stderr.contains("Examples:"), "{run:?}");
    assert_eq!(world.vault(["--version"]).run().ok(), format!("vault {}\n", env!("CARGO_PKG_VERSION")));
}
