//! Completion as a person uses it: bash, zsh and fish on a real terminal. The test presses Tab and runs the resulting line.

use std::os::unix::fs::symlink;

use crate::support::pty::Terminal;
use crate::support::steps::install;
use crate::support::world::{World, usual_aws};

const READY: &str = "ready> ";

const PROFILES: &str = "\
[profile read-only]
[profile prod]
[profile \"my prof\"]
[profile \"do$lar\"]
[profile team:dev]
[profile zone@eu]
[profile key=value]
[profile \"lo$(touch ran)\"]
[profile \"ti`touch ran`\"]
[profile \"eq=$(touch ran)\"]
[profile \"co:$HOME\"]
[profile ba!!ng]
[profile ev;touch${IFS}ran]
";

/// A world whose `vault` completes, and otherwise prints its arguments, as `tellwords` does.
fn world() -> World {
    let mut world = World::with(usual_aws(), PROFILES);
    std::fs::create_dir_all(world.path("real")).expect("a folder can be made");
    symlink(World::binary(), world.path("real/vault")).expect("a link can be made");
    let real = world.path("real/vault").display().to_string();
    let show = "printf '<%s>' \"$@\"; echo";
    install(
        &world,
        "vault",
        &format!("if [ -n \"$AWS_VAULT_COMPLETE\" ] || [ \"$1\" = completions ]; then exec '{real}' \"$@\"; fi\n{show}"),
    );
    for name in ["tellwords", "tellwords-unique", "own", "late"] {
        install(&world, name, show);
    }
    install(&world, "helper", "echo \"$COMP_LINE|$COMP_POINT|$1|$2|$3\" >> asked; echo from-helper");
    for name in ["my file.txt", "do$lar.txt", "it's.txt", "qu\"ote.txt", "back\\slash.txt", "notes.txt", "tilde/~draft", "sub dir/x y"] {
        world.write(name, "");
    }
    let path = world.variables().into_iter().find(|(name, _)| name == "PATH").map(|(_, path)| path).unwrap_or_default();
    world.set("PATH", &format!("{}:{path}", world.path("bin").display()));
    world.set("PS1", READY);
    world.set("HISTFILE", "/dev/null");
    world
}

/// The shell at its prompt, with our completion loaded after `setup`.
fn shell(world: &World, name: &str, setup: &[&str]) -> Terminal {
    let (words, loads): (&[&str], &[&str]) = match name {
        "bash" => (&["--norc", "--noprofile"], &["source <(vault completions bash)"]),
        "zsh" => (&["-f"], &["autoload -Uz compinit; compinit -D -u; source <(vault completions zsh)"]),
        _ => (&["--no-config", "--init-command", "function fish_prompt; printf 'ready> '; end"], &["vault completions fish | source"]),
    };
    let mut terminal = Terminal::run(world.command(name.as_ref(), words));
    terminal.expect(READY);
    for line in loads.iter().chain(setup) {
        terminal.type_line(line);
        terminal.expect(READY);
    }
    terminal
}

/// Types the keys and Enter, and expects that the resulting command has these words.
#[track_caller]
fn becomes(shell: &mut Terminal, keys: &str, expected: &[&str]) {
    shell.type_line(keys);
    let shown: String = expected.iter().map(|word| format!("<{word}>")).collect();
    shell.expect(&format!("{shown}\r\n"));
    shell.expect(READY);
}

fn leave(shell: Terminal) {
    shell.type_line("exit");
    let ended = shell.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
}

const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// Most people's bash has this loaded; our completion must not need it.
const BASH_COMPLETION: &str = ". /usr/share/bash-completion/bash_completion";

/// Every shell, and bash in both ways.
fn shells<'a>(world: &'a World, setup: [&'a [&'a str]; 3]) -> impl Iterator<Item = (&'static str, Terminal)> + 'a {
    let bare = SHELLS.into_iter().zip(setup).map(|(name, setup)| (name, shell(world, name, setup)));
    let with_more = std::iter::once_with(move || {
        let setup: Vec<_> = std::iter::once(BASH_COMPLETION).chain(setup[0].iter().copied()).collect();
        ("bash with bash-completion", shell(world, "bash", &setup))
    });
    bare.chain(with_more)
}

#[test]
fn a_file_name_after_the_dashes_is_one_argument_whatever_it_contains() {
    let world = world();
    let home = world.home().display().to_string();
    for (_, mut shell) in shells(&world, [&[], &[], &[]]) {
        for (typed, file) in [
            ("my\t", "my file.txt"),
            ("do\t", "do$lar.txt"),
            ("it\t", "it's.txt"),
            ("qu\t", "qu\"ote.txt"),
            ("bac\t", "back\\slash.txt"),
            ("\"my\t", "my file.txt"),
            ("tilde/\t", "tilde/~draft"),
            ("sub\t\t", "sub dir/x y"),
        ] {
            becomes(&mut shell, &format!("vault exec prod -- tellwords {typed}"), &["exec", "prod", "--", "tellwords", file]);
        }
        becomes(&mut shell, "vault exec prod -- tellwords ~/no\t", &["exec", "prod", "--", "tellwords", &format!("{home}/notes.txt")]);
        becomes(&mut shell, "vault exec prod -- tellwords $HOME/no\t", &["exec", "prod", "--", "tellwords", &format!("{home}/notes.txt")]);
        shell.type_line("cd tilde");
        shell.expect(READY);
        becomes(&mut shell, "vault exec prod -- tellwords \t", &["exec", "prod", "--", "tellwords", "~draft"]);
        leave(shell);
    }
}

#[test]
fn the_shell_itself_completes_the_command_after_the_dashes() {
    let world = world();
    let home = world.home().display().to_string();
    for (_, mut shell) in shells(&world, [&[], &[], &[]]) {
        becomes(&mut shell, "vault exec prod -- tellwords-u\ta", &["exec", "prod", "--", "tellwords-unique", "a"]);
        becomes(&mut shell, "vault exec -- tellwords-u\ta", &["exec", "--", "tellwords-unique", "a"]);
        becomes(
            &mut shell,
            "vault --backend file exec -d 1h prod -- tellwords-u\ta",
            &["--backend", "file", "exec", "-d", "1h", "prod", "--", "tellwords-unique", "a"],
        );
        let path = format!("{home}/bin/tellwords-unique");
        becomes(&mut shell, "vault exec prod -- ~/bin/tellwords-u\ta", &["exec", "prod", "--", &path, "a"]);
        // No command is offered in a place where none can be.
        becomes(&mut shell, "vault exec prod tellwords-u\t", &["exec", "prod", "tellwords-u"]);
        leave(shell);
    }
}

/// After the dashes, Tab leaves no message in the prompt, whatever is typed.
#[test]
fn completion_after_the_dashes_prints_no_message() {
    let world = world();
    for typed in
        ["exec prod -- ", "exec prod --  ", "exec -- ", "--backend file exec prod -- ", "exec prod -- tellwords ", "exec prod -- tellw"]
    {
        let line = format!("vault completions fish | source; complete --do-complete 'vault {typed}'");
        let run = world.command("fish".as_ref(), &["--no-config", "--command", &line]).run();
        assert!(run.stderr.is_empty(), "{typed:?}: {run:?}");
        let expected = if typed.ends_with("tellwords ") { "notes.txt" } else { "tellwords-unique" };
        assert!(run.stdout.lines().any(|offered| offered.starts_with(expected)), "{typed:?}: {}", run.stdout.len());
    }
}

#[test]
fn a_command_after_the_dashes_completes_itself() {
    let world = world();
    let bash: &[&str] = &["_own() { COMPREPLY=($(compgen -W \"alpha $COMP_CWORD-$3-word\" -- \"$2\")); }; complete -F _own own"];
    let zsh: &[&str] = &["_own() { compadd alpha \"$((CURRENT - 1))-$words[CURRENT-1]-word\" }; compdef _own own"];
    let fish: &[&str] = &["complete -c own -f -a 'alpha (count (commandline -opc))-(commandline -opc)[-1]-word'"];
    for (_, mut shell) in shells(&world, [bash, zsh, fish]) {
        becomes(&mut shell, "vault exec prod -- own al\t", &["exec", "prod", "--", "own", "alpha"]);
        // It sees its own part of the line alone.
        becomes(&mut shell, "vault exec prod -- own x 2\t", &["exec", "prod", "--", "own", "x", "2-x-word"]);
        becomes(&mut shell, "vault --backend=file exec -- own x -- 3\t", &["--backend=file", "exec", "--", "own", "x", "--", "3----word"]);
        leave(shell);
    }
}

#[test]
fn every_kind_of_bash_completion_works_after_the_dashes() {
    let world = world();
    let setup: &[&str] = &[
        "complete -C helper cloud",
        "complete -W 'first second' listed",
        "_late() { COMPREPLY=(loaded); }; _load() { complete -F _late late; return 124; }; complete -F _load late",
        "_open() { COMPREPLY=(key=); }; complete -o nospace -F _open tellwords",
        "cloud() { tellwords cloud \"$@\"; }; listed() { tellwords listed \"$@\"; }",
    ];
    for setup in [setup.to_vec(), std::iter::once(BASH_COMPLETION).chain(setup.iter().copied()).collect()] {
        let mut shell = shell(&world, "bash", &setup);
        let _ = std::fs::remove_file(world.path("asked"));
        becomes(&mut shell, "vault exec prod -- cloud s3 fr\t", &["exec", "prod", "--", "cloud", "s3", "from-helper"]);
        becomes(
            &mut shell,
            "vault --region=x exec prod --  cloud  s3 mb:fr\t",
            &["--region=x", "exec", "prod", "--", "cloud", "s3", "mb:from-helper"],
        );
        // The arguments that the helper would get without us.
        assert_eq!(world.read("asked"), "cloud s3 fr|11|cloud|fr|s3\ncloud  s3 mb:fr|15|cloud|fr|:\n");
        becomes(&mut shell, "vault exec prod -- listed se\t", &["exec", "prod", "--", "listed", "second"]);
        becomes(&mut shell, "vault exec prod -- late \t", &["exec", "prod", "--", "late", "loaded"]);
        becomes(&mut shell, "vault exec prod -- tellwords k\tv", &["exec", "prod", "--", "tellwords", "key=v"]);
        leave(shell);
    }
}

#[test]
fn a_profiles_name_is_one_word_whatever_it_contains() {
    let world = world();
    for (_, mut shell) in shells(&world, [&[], &[], &[]]) {
        for (typed, name) in [
            ("my\t", "my prof"),
            ("my\\ p\t", "my prof"),
            ("\"my\t", "my prof"),
            ("'my p\t", "my prof"),
            ("do\t", "do$lar"),
            ("team:\t", "team:dev"),
            ("zone@\t", "zone@eu"),
            ("key=\t", "key=value"),
            ("rea\t", "read-only"),
        ] {
            becomes(&mut shell, &format!("vault status {typed}"), &["status", name]);
        }
        leave(shell);
    }
}

// Security: the config file may come from somebody else.
#[test]
fn nothing_in_a_profiles_name_is_run_or_expanded_inside_any_quote() {
    let world = world();
    for (shell_name, mut shell) in shells(&world, [&[], &[], &[]]) {
        for (typed, name) in [
            ("do", "do$lar"),
            ("lo", "lo$(touch ran)"),
            ("ti", "ti`touch ran`"),
            ("eq", "eq=$(touch ran)"),
            ("co", "co:$HOME"),
            ("ba", "ba!!ng"),
            ("ev", "ev;touch${IFS}ran"),
        ] {
            for quote in ["", "\"", "'"] {
                becomes(&mut shell, &format!("vault status {quote}{typed}\t"), &["status", name]);
                assert!(!world.path("ran").exists(), "{shell_name}: {quote}{typed}");
            }
        }
        leave(shell);
    }
}

#[test]
fn quotes_that_close_within_a_word_leave_nothing_unquoted() {
    let world = world();
    let mut shell = shell(&world, "bash", &[]);
    for (typed, name) in [("\"l\"o\t", "lo$(touch ran)"), ("'d'o\t", "do$lar"), ("\"do\\$l\t", "do$lar"), ("\"my p\t", "my prof")] {
        becomes(&mut shell, &format!("vault status {typed}"), &["status", name]);
        assert!(!world.path("ran").exists(), "{typed}");
    }
    leave(shell);
}

#[test]
fn a_word_with_an_equals_sign_breaks_nothing() {
    let world = world();
    for (_, mut shell) in shells(&world, [&[], &[], &[]]) {
        for (typed, words) in [
            ("--backend=file exec rea\t", &["--backend=file", "exec", "read-only"][..]),
            ("exec --region=eu-west-1 rea\t", &["exec", "--region=eu-west-1", "read-only"]),
            ("exec --region=eu-west-1 --prompt=zen\t rea\t", &["exec", "--region=eu-west-1", "--prompt=zenity", "read-only"]),
            ("export --format=f\t", &["export", "--format=fish"]),
            ("export --format f\t", &["export", "--format", "fish"]),
            ("export --format=f\t --region=x rea\t", &["export", "--format=fish", "--region=x", "read-only"]),
            ("exec --region=a:b team:\t", &["exec", "--region=a:b", "team:dev"]),
        ] {
            becomes(&mut shell, &format!("vault {typed}"), words);
        }
        leave(shell);
    }
}

#[test]
fn the_shell_completes_the_paths_of_our_options() {
    let world = world();
    let home = world.home().display().to_string();
    for (_, mut shell) in shells(&world, [&[], &[], &[]]) {
        becomes(&mut shell, "vault man --directory sub\tx\t", &["man", "--directory", "sub dir/x y"]);
        becomes(&mut shell, "vault man --directory=sub\tx\t", &["man", "--directory=sub dir/x y"]);
        becomes(&mut shell, "vault man --directory ~/sub\tx\t", &["man", "--directory", &format!("{home}/sub dir/x y")]);
        leave(shell);
    }
}
