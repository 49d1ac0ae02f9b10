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
