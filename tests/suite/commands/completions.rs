//! Completion scripts, run by the real shells, with the profiles as they are at that moment.

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

/// Runs the script and returns the lines that it prints.
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
         COMP_LINE='{typed}'\nCOMP_POINT=${{#COMP_LINE}}\n_vault_complete vault '{last}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        if last.is_empty() { "''" } else { "" },
        words[at - 1],
    );
    lines(world, &["bash", "--norc"], &script)
}

#[track_caller]
fn by_zsh(world: &World, words: &[&str]) -> Vec<String> {
    // The completion passes its candidates to `_describe`, whose last argument names the list.
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "autoload -Uz compinit\ncompinit -D -u\nsource <(vault completions zsh)\n_describe() {{ local name=${{@[-1]}}; print -l -- ${{(P)name}} }}\n\
         words=({})\nCURRENT={}\nPREFIX='{}'\n_vault_complete\ntrue\n",
        quoted.join(" "),
        words.len(),
        words.last().copied().unwrap_or_default(),
    );
    lines(world, &["zsh", "-f"], &script)
}

#[track_caller]
fn by_fish(world: &World, words: &[&str]) -> Vec<String> {
    let script = format!("vault completions fish | source\ncomplete -C '{}'\n", words.join(" "));
    lines(world, &["fish", "--no-config"], &script)
}

/// The values, without the descriptions that some shells add.
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
    // A profile that is added later, in the same shell.
    world.write(".aws/credentials", "[project]\n");
    for (shell, complete) in SHELLS {
        assert_eq!(values(&complete(&world, &["vault", "exec", "pro"])), ["prod", "prod-eu", "project"], "{shell}");
    }
}

#[test]
fn the_most_used_profiles_come_first() {
    let world = installed();
    world.write(".local/share/vault/profile-uses", "1 prod\n3 prod-eu\n9 gone\n");
    for (shell, complete) in SHELLS {
        assert_eq!(values(&complete(&world, &["vault", "exec", "pro"])), ["prod-eu", "prod"], "{shell}");
    }
    world.write(".local/share/vault/profile-uses", [0xff, b'\n', b'x']);
    for (shell, complete) in SHELLS {
        assert_eq!(values(&complete(&world, &["vault", "exec", "pro"])), ["prod", "prod-eu"], "{shell}");
    }
}

#[test]
fn the_pages_of_the_documentation_are_completed_with_the_commands() {
    let world = installed();
    for (shell, complete) in SHELLS {
        assert_eq!(values(&complete(&world, &["vault", "help", "se"])), ["server", "settings", "security", "setup"], "{shell}");
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
fn an_unreadable_config_causes_no_message_while_typing() {
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
fn a_script_completes_the_program_name_that_asked_for_it() {
    let world = installed();
    symlink(World::binary(), world.path("bin/avault")).expect("a link can be made");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let script = world.command(&world.path("bin/avault"), &["completions", shell]).run().ok();
        assert!(script.contains("avault") && !script.contains("\"vault\""), "{shell}: {script}");
    }
    let script = "source <(avault completions bash)\nCOMP_WORDS=(avault exec pro)\nCOMP_CWORD=2\nCOMP_LINE='avault exec pro'\nCOMP_POINT=15\n_avault_complete avault pro exec\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    assert_eq!(lines(&world, &["bash", "--norc"], script), ["prod", "prod-eu"]);
}

#[test]
fn nushell_completes_profiles_for_every_argument_that_takes_one() {
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
fn nushell_knows_the_values_that_an_option_takes() {
    let world = installed();
    let script = world.vault(["completions", "nushell"]).run().ok();
    let commands: Vec<_> = script.split("export extern ").skip(1).collect();
    assert!(commands.len() > 10);
    for command in commands {
        let name = command.split('[').next().unwrap_or_default().trim().trim_matches('"');
        for option in ["backend", "prompt"] {
            assert!(command.contains(&format!("--{option}: string@\"nu-complete {name} {option}\"")), "{command}");
        }
    }
    for (values, some) in
        [("vault exec backend", "\"auto\" \"keychain\""), ("vault add prompt", "\"pinentry\""), ("vault export format", "\"dotenv\"")]
    {
        let defined = script.split(&format!("def \"nu-complete {values}\" [] {{")).nth(1).and_then(|rest| rest.split('}').next());
        assert!(defined.is_some_and(|defined| defined.contains(some)), "{values}: {defined:?}");
    }
    // Nushell itself reads the script.
    world.write("vault.nu", &script);
    if world.command(Path::new("sh"), &["-c", "command -v nu >/dev/null"]).run().status == 0 {
        let run = world
            .command(Path::new("nu"), &["--no-config-file", "-c", "source vault.nu; scope externs | where name =~ vault | length"])
            .run();
        assert!(run.stdout.trim().parse::<usize>().is_ok_and(|externs| externs > 10), "{run:?}");
    }
}

#[test]
fn after_the_profile_come_the_dashes_and_no_commands() {
    let world = installed();
    for (shell, complete) in SHELLS {
        let offered = complete(&world, &["vault", "exec", "prod", ""]);
        assert!(values(&offered).contains(&"--"), "{shell}: {offered:?}");
        assert!(!values(&offered).contains(&"vault"), "{shell}: {offered:?}");
        let offered = complete(&world, &["vault", "exec", "prod", "vau"]);
        assert!(values(&offered).iter().all(|value| value.is_empty()), "{shell}: {offered:?}");
    }
}

#[test]
fn a_name_with_a_blank_is_one_word_in_bash() {
    let world = installed();
    world.write(".aws/config", "[profile \"my prof\"]\n");
    assert_eq!(by_bash(&world, &["vault", "status", "m"]), ["my\\ prof"]);
}

#[test]
fn a_bare_zsh_gets_its_completion_system_loaded() {
    let world = installed();
    let script = "source <(vault completions zsh)\nprint -- ${_comps[vault]}\n";
    assert_eq!(lines(&world, &["zsh", "-f"], script), ["_vault_complete"]);
}

#[test]
fn completion_reads_the_same_files_as_a_run() {
    let mut world = installed();
    // A tool that quotes the value set it: no shell has expanded the `~`.
    world.set("AWS_CONFIG_FILE", "~/elsewhere/config");
    world.write("elsewhere/config", "[profile project]\n");
    assert_eq!(world.vault(["list", "--names"]).run().ok(), "project\n");
    assert_eq!(values(&by_bash(&world, &["vault", "exec", "pro"])), ["project"]);
    let forgotten = world.vault(["exec", "project", "ls"]).run().fails(2);
    assert!(forgotten.stderr.contains("run `vault exec project -- ls`"), "{forgotten:?}");
}
