//! Completion scripts: executed by the shells themselves where they are, with the profiles as they are at that moment.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::world::{World, usual_aws};

/// A world where `vault` is on the `PATH`.
fn installed() -> World {
    let mut world = World::with(usual_aws(), "[profile read-only]\n[profile prod]\n[profile prod-eu]\n[default]\n");
    std::fs::create_dir_all(world.path("bin")).expect("a folder can be made");
    symlink(World::binary(), world.path("bin/vault")).expect("a link can be made");
    let path = world.variables().into_iter().find(|(name, _)| name == "PATH").map(|(_, path)| path).unwrap_or_default();
    world.set("PATH", &format!("{}:{path}", world.path("bin").display()));
    world
}

/// Runs the script and gives the lines that it prints.
#[track_caller]
fn lines(world: &World, shell: &[&str], script: &str) -> Vec<String> {
    let there = world.command(Path::new("sh"), &["-c", &format!("command -v {} >/dev/null", shell[0])]).run().status == 0;
    assert!(there, "`{}` is missing: run tests/run, which installs what the tests need", shell[0]);
    world.write("script", script);
    let run = world.command(Path::new(shell[0]), &[&shell[1..], &["script"]].concat()).run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
    run.stdout.lines().map(str::to_owned).collect()
}

#[track_caller]
fn by_bash(world: &World, words: &[&str]) -> Vec<String> {
    let (typed, last) = (words.join(" "), words.last().copied().unwrap_or_default());
    let at = words.len() - 1;
    let script = format!(
        "source <(vault completions bash)\ncomplete -p vault >/dev/null\nCOMP_WORDS=({typed} {})\nCOMP_CWORD={at}\nCOMP_TYPE=9\n\
         _clap_complete_vault vault '{last}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        if last.is_empty() { "''" } else { "" },
        words[at - 1],
    );
    lines(world, &["bash", "--norc"], &script)
}

#[track_caller]
fn by_zsh(world: &World, words: &[&str]) -> Vec<String> {
    // What the completion would offer is handed to `_describe`, whose last argument names the list.
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "autoload -Uz compinit\ncompinit -D -u\nsource <(vault completions zsh)\n_describe() {{ local name=${{@[-1]}}; print -l -- ${{(P)name}} }}\n\
         words=({})\nCURRENT={}\n_clap_dynamic_completer_vault\n",
        quoted.join(" "),
        words.len(),
    );
    lines(world, &["zsh", "-f"], &script)
}

#[track_caller]
fn by_fish(world: &World, words: &[&str]) -> Vec<String> {
    let script = format!("vault completions fish | source\ncomplete -C '{}'\n", words.join(" "));
    lines(world, &["fish", "--no-config"], &script)
}

/// The values alone, without the descriptions that some shells show beside them.
fn values(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.split([':', '\t']).next().unwrap_or_default().trim_end()).collect()
}

type Shell = fn(&World, &[&str]) -> Vec<String>;
const SHELLS: [(&str, Shell); 3] = [("bash", by_bash), ("zsh", by_zsh), ("fish", by_fish)];

#[test]
fn profiles_are_completed_as_they_are_now() {
    let world = installed();
    for (shell, complete) in SHELLS {
        assert_eq!(values(&complete(&world, &["vault", "exec", "pro"])), ["prod", "prod-eu"], "{shell}");
        assert_eq!(values(&complete(&world, &["vault", "remove", "re"])), ["read-only"], "{shell}");
    }
    // Later, in the same shell's eyes.
    world.write(".aws/credentials", "[project]\n");
    for (shell, complete) in SHELLS {
        assert_eq!(values(&complete(&world, &["vault", "exec", "pro"])), ["prod", "prod-eu", "project"], "{shell}");
    }
}

#[test]
fn commands_options_and_values_are_completed() {
    let world = installed();
    for (shell, complete) in SHELLS {
        let commands = complete(&world, &["vault", "ex"]);
        assert_eq!(values(&commands), ["exec", "explain", "export"], "{shell}");
        assert_eq!(values(&complete(&world, &["vault", "export", "read-only", "--format", "d"])), ["dotenv"], "{shell}");
        assert_eq!(values(&complete(&world, &["vault", "exec", "--expose"])), ["--expose-long-term-key"], "{shell}");
        assert_eq!(values(&complete(&world, &["vault", "--backend", "f"])), ["file"], "{shell}");
        assert_eq!(values(&complete(&world, &["vault", "exec", "--prompt", "z"])), ["zenity"], "{shell}");
    }
}

#[test]
fn a_config_that_cannot_be_read_disturbs_nobody_who_types() {
    let world = installed();
    std::fs::remove_file(world.path(".aws/config")).expect("it can be removed");
    std::fs::create_dir(world.path(".aws/config")).expect("a folder can be made");
    for (shell, complete) in SHELLS {
        let offered = complete(&world, &["vault", "exec", "pro"]);
        assert!(values(&offered).iter().all(|value| value.is_empty()), "{shell}: {offered:?}");
    }
    world.write(".config/vault/config.toml", "no = \"such setting\"\n");
    assert_eq!(values(&by_bash(&world, &["vault", "lis"])), ["list"]);
}

#[test]
fn nothing_is_unlocked_and_nothing_is_called() {
    let mut world = installed();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    world.set("AWS_VAULT_BACKEND", "keychain");
    assert_eq!(values(&by_bash(&world, &["vault", "exec", "read"])), ["read-only"]);
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_script_completes_the_name_that_it_was_asked_under() {
    let world = installed();
    symlink(World::binary(), world.path("bin/avault")).expect("a link can be made");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let script = world.command(&world.path("bin/avault"), &["completions", shell]).run().ok();
        assert!(script.contains("avault") && !script.contains("\"vault\""), "{shell}: {script}");
    }
    let script = "source <(avault completions bash)\nCOMP_WORDS=(avault exec pro)\nCOMP_CWORD=2\n_clap_complete_avault avault pro exec\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    assert_eq!(lines(&world, &["bash", "--norc"], script), ["prod", "prod-eu"]);
}

#[test]
fn nushell_asks_for_the_profiles_of_every_argument_that_takes_one() {
    let world = installed();
    let script = world.vault(["completions", "nushell"]).run().ok();
    assert!(script.contains("\n  def \"nu-complete vault profiles\" [] {\n    ^vault list --names | lines\n  }\n"), "{script}");
    for command in ["exec", "export", "credential-process", "explain", "clear", "add", "remove"] {
        let at = script.find(&format!("export extern \"vault {command}\" [")).expect("the command has an entry");
        let entry = &script[at..at + script[at..].find("\n  ]").expect("the entry ends")];
        assert!(entry.contains("string@\"nu-complete vault profiles\""), "{entry}");
    }
}

#[test]
fn the_command_behind_the_dashes_is_completed() {
    let world = installed();
    world.write("notes.txt", "");
    assert!(by_bash(&world, &["vault", "exec", "prod", "--", "vaul"]).contains(&"vault".to_owned()));
    assert_eq!(by_bash(&world, &["vault", "exec", "prod", "--", "cat", "not"]), ["notes.txt"]);
}

#[test]
fn a_name_with_a_blank_is_one_word_in_bash() {
    let world = installed();
    world.write(".aws/config", "[profile \"my prof\"]\n");
    assert_eq!(by_bash(&world, &["vault", "status", "m"]), ["my\\ prof"]);
}

#[test]
fn a_bare_zsh_has_its_completion_system_loaded() {
    let world = installed();
    let script = "source <(vault completions zsh)\nprint -- ${_comps[vault]}\n";
    assert_eq!(lines(&world, &["zsh", "-f"], script), ["_clap_dynamic_completer_vault"]);
}

#[test]
fn the_files_that_are_read_are_those_of_a_run() {
    let mut world = installed();
    // Set by a tool that quotes the value: no shell has replaced the `~`.
    world.set("AWS_CONFIG_FILE", "~/elsewhere/config");
    world.write("elsewhere/config", "[profile project]\n");
    assert_eq!(world.vault(["list", "--names"]).run().ok(), "project\n");
    assert_eq!(values(&by_bash(&world, &["vault", "exec", "pro"])), ["project"]);
    let forgotten = world.vault(["exec", "project", "ls"]).run().fails(2);
    assert!(forgotten.stderr.contains("run `vault exec project -- ls`"), "{forgotten:?}");
}
