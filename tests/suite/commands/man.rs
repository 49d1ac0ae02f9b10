//! Manual pages, generated from the text of `--help`.

use crate::support::world::World;

#[test]
fn every_command_has_a_page() {
    let world = World::new();
    let run = world.vault(["man", "--directory", "man1"]).run();
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let grammar = vault::cli::grammar();
    let mut expected = pages("vault", &grammar);
    expected.sort();
    let mut pages: Vec<_> = std::fs::read_dir(world.path("man1"))
        .expect("the folder is made")
        .map(|entry| entry.expect("it can be read").file_name().into_string().expect("names are text"))
        .collect();
    pages.sort();
    assert_eq!(pages, expected);
    for page in pages {
        let text = world.read(&format!("man1/{page}"));
        for section in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", "xample"] {
            assert!(text.contains(section), "{page} has no `{section}`:\n{text}");
        }
    }
    assert_eq!(world.vault(["man"]).run().ok(), world.read("man1/vault.1"));
    assert!(world.read("man1/vault-exec.1").contains(".TH vault-exec 1"), "{}", world.read("man1/vault-exec.1"));
}

/// The pages of a command and its subcommands.
fn pages(name: &str, command: &clap::Command) -> Vec<String> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    let below = below.flat_map(|below| pages(&format!("{name}-{}", below.get_name()), below));
    std::iter::once(format!("{name}.1")).chain(below).collect()
}

/// Another program may be the `vault` of this machine.
#[cfg(unix)]
#[test]
fn the_pages_and_the_help_have_the_name_that_the_program_was_started_by() {
    let world = World::new();
    std::os::unix::fs::symlink(World::binary(), world.path("avault")).expect("a link can be made");
    world.command(&world.path("avault"), &["man", "--directory", "man1"]).run().ok();
    let grammar = vault::cli::grammar();
    for page in pages("avault", &grammar) {
        let text = world.read(&format!("man1/{page}"));
        let name = page.trim_end_matches(".1");
        assert!(text.contains(&format!("\n.TH {name} 1 ")), "{page}: {text}");
        assert!(text.contains(&format!("\n.SH NAME\n{} \\- ", name.replace('-', "\\-"))), "{page}: {text}");
        let of_another = text.lines().find(|line| line.contains("`vault ") || line.starts_with("vault\\-") || line.contains("\\fBvault "));
        assert_eq!(of_another, None, "{page}");
    }
    let mut open = vec![(Vec::new(), grammar)];
    while let Some((path, command)) = open.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let help = world.command(&world.path("avault"), &words).run().ok();
        let of_another =
            help.lines().find(|line| line.contains("`vault ") || line.starts_with("  vault ") || line.contains(" vault --help"));
        assert_eq!(of_another, None, "{path:?}");
        open.extend(command.get_subcommands().map(|sub| ([&path[..], &[sub.get_name().to_owned()]].concat(), sub.clone())));
    }
}

#[test]
fn existing_pages_are_overwritten() {
    let world = World::new();
    world.vault(["man", "--directory", "man1"]).run().ok();
    world.write("man1/vault.1", "old");
    world.vault(["man", "--directory", "man1"]).run().ok();
    assert_ne!(world.read("man1/vault.1"), "old");
    world.write("file", "");
    let run = world.vault(["man", "--directory", "file"]).run().fails(1);
    assert!(run.stderr.contains("cannot create `file`: ") && run.stderr.contains("\nhint: "), "{run:?}");
}
