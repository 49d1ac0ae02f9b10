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
        // A line that is broken to fit is another command when it is copied. Another name of the program is a letter longer.
        let long = examples.lines().find(|line| line.chars().count() > 79);
        assert_eq!(long, None, "{}", command.get_name());
        let examples = examples.replace(" \\\n      ", " ");
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

/// The names of the pages, as completion and `vault help --help` have them.
fn pages() -> Vec<String> {
    let grammar = vault::cli::grammar();
    let page = grammar.find_subcommand("help").and_then(|help| help.get_positionals().next()).expect("`help` takes a page");
    page.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
}

#[test]
fn every_page_is_printed_as_text_that_fits() {
    let world = World::new();
    let pages = pages();
    assert!(pages.len() > 15, "{pages:?}");
    for page in pages {
        let text = world.vault(["help", &page]).run().ok();
        assert!(text.lines().count() > 10, "{page}: {text}");
        for line in text.lines() {
            let outside_code: String = line.split('`').step_by(2).collect();
            assert!(!["](", "**", "```", "|---"].iter().any(|markup| outside_code.contains(markup)), "{page}: {line}");
            let is_one_word = line.split('`').count() > 2 || line.trim().split(' ').filter(|word| word.len() > 30).count() > 0;
            assert!(line.chars().count() <= 80 || line.starts_with("    ") || is_one_word, "{page}: {line}");
        }
        // A link to another page is a command, which works.
        for linked in text.split("`vault help ").skip(1).filter_map(|rest| rest.split('`').next()) {
            world.vault(["help", linked]).run().ok();
        }
    }
    let security = world.vault(["help", "security"]).run().ok().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(security.contains("protected profiles (`vault help planning`)"), "{security}");
}

#[test]
fn a_page_never_hides_the_help_of_a_command() {
    let world = World::new();
    let grammar = vault::cli::grammar();
    for command in grammar.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help") {
        assert!(!pages().contains(&command.to_owned()), "{command}");
        assert_eq!(world.vault(["help", command]).run().ok(), world.vault([command, "--help"]).run().ok());
    }
}

#[test]
fn a_page_is_printed_by_the_name_of_its_file_too() {
    let world = World::new();
    let planning = world.vault(["help", "planning"]).run().ok();
    for word in ["sessions", "sessions.md", "docs/sessions.md"] {
        assert_eq!(world.vault(["help", word]).run().ok(), planning, "{word}");
    }
    // A command's own help comes first.
    assert_ne!(world.vault(["help", "mfa"]).run().ok(), world.vault(["help", "mfa.md"]).run().ok());
    assert_eq!(world.vault(["help", "devices"]).run().ok(), world.vault(["help", "mfa.md"]).run().ok());
    let run = world.vault(["planning"]).run().fails(2);
    assert!(run.stderr.contains("hint: `vault help planning` prints that page\n"), "{run:?}");
}

#[test]
fn a_page_that_is_mistyped_is_named() {
    let world = World::new();
    for (word, near) in [("plannig", "`planning`"), ("keystore", "`keystores`"), ("exce", "`exec`")] {
        let run = world.vault(["help", word]).run().fails(2);
        assert!(run.stderr.contains(near), "{run:?}");
    }
}

#[test]
fn help_of_all_commands_names_the_pages() {
    let world = World::new();
    assert!(world.vault(["help"]).run().ok().contains("vault help planning, prompts, keystores, server, policies"));
    let all = world.vault(["help", "--help"]).run().ok();
    assert!(pages().iter().all(|page| all.contains(&format!("- {page}:"))), "{all}");
}

#[cfg(unix)]
#[test]
fn a_page_is_shown_by_the_pager_on_a_terminal_alone() {
    use crate::support::pty::Terminal;

    let world = World::new();
    for (pager, starts) in [
        ("sed 's/^/P: /'", "P: How sessions are planned\n"),
        ("cat", "How sessions are planned\n"),
        ("", "How sessions are planned\n"),
        // A page that cannot be shown there is printed.
        ("no-such-pager", "sh: "),
        // Quitting the pager early is not an error.
        ("true", ""),
        ("head -n 1", "How sessions are planned\n"),
    ] {
        let ended = Terminal::run(world.vault(["help", "planning"]).env("PAGER", pager)).wait();
        let shown = anstream::adapter::strip_str(&ended.screen).to_string();
        assert_eq!((ended.status, ended.as_it_was), (0, true), "{pager}: {ended:?}");
        assert!(shown.starts_with(starts), "{pager}: {shown}");
        let is_whole = shown.contains("max_mfa_age");
        assert_eq!(is_whole, !matches!(pager, "true" | "head -n 1"), "{pager}: {shown}");
    }
    let run = world.vault(["help", "planning"]).env("PAGER", "sed 's/^/P: /'").run();
    assert!(run.stdout.starts_with("How sessions are planned\n"), "{run:?}");
}
