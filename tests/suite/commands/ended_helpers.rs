//! A signal to `vault` alone ends its helpers too: nobody needs their code, passphrase or key any more.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::steps::install;
use crate::support::world::{Invocation, World, finish};

/// Helpers that would run for minutes. Both write down their pid: the shell itself, and a child that the shell waits for.
const HELPERS: [&str; 2] = [
    "echo $PPID > $HOME/vault; echo $$ > $HOME/helper; exec sleep 600",
    "echo $PPID > $HOME/vault; sleep 600 & echo $! > $HOME/helper; wait; true",
];

fn number(world: &World, file: &str) -> String {
    let started = Instant::now();
    loop {
        let text = fs::read_to_string(world.path(file)).unwrap_or_default();
        if text.ends_with('\n') {
            return text.trim().to_owned();
        }
        assert!(started.elapsed() < Duration::from_secs(40), "the helper was not started");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn is_gone(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // A zombie is gone too: a container may have no process that reaps it.
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

#[track_caller]
fn assert_ends_with_vault(world: &World, what: &str, run: Invocation<'_>) {
    let child = run.start();
    let (helper, vault) = (number(world, "helper"), number(world, "vault"));
    world.command("/bin/kill".as_ref(), &["-s", "TERM", &vault]).run().ok();
    let started = Instant::now();
    while !is_gone(&vault) || !is_gone(&helper) {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}: vault {}, helper {}", is_gone(&vault), is_gone(&helper));
        std::thread::sleep(Duration::from_millis(5));
    }
    let (status, stdout, _) = finish(child);
    assert!(!status.success() && stdout.is_empty(), "{what}");
}

#[test]
fn every_helper_ends_with_vault() {
    for helper in HELPERS {
        for what in ["mfa_process", "credential_process", "passphrase", "ykman", "zenity", "pass"] {
            let mut world = World::with_key();
            world.write("helper.sh", format!("{helper}\n"));
            let line = format!("exec sh {}", world.path("helper.sh").display());
            let config = |key: &str| {
                format!("[profile read-only]\nregion = us-east-1\n{key} = {line}\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n")
            };
            let exec = |world: &World, more: &[&str]| -> Vec<String> {
                let _ = world;
                [&["exec", "read-only"], more, &["--", "true"]].concat().into_iter().map(str::to_owned).collect()
            };
            let arguments = match what {
                "mfa_process" => {
                    world.write(".aws/config", config(what));
                    exec(&world, &[])
                }
                "credential_process" => {
                    world.write(".aws/config", config(what));
                    world.vault(["remove", "--force", "read-only"]).run().ok();
                    exec(&world, &[])
                }
                "passphrase" => {
                    super::lock_keystore(&world);
                    world.unset("AWS_VAULT_FILE_PASSPHRASE");
                    world.set("AWS_VAULT_FILE_PASSPHRASE_COMMAND", &line);
                    exec(&world, &["-t", "123456"])
                }
                "pass" => {
                    world.write(".password-store/.gpg-id", "somebody@example.com\n");
                    world.write(".password-store/vault/read-only.gpg", "");
                    install(&world, "pass", &line);
                    exec(&world, &["--backend", "pass", "-t", "123456"])
                }
                program => {
                    install(&world, program, &line);
                    exec(&world, &["--prompt", program])
                }
            };
            let path = world.own_path();
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            let run = world.command(&World::binary(), &arguments).env("PATH", &path).env("DISPLAY", ":7");
            assert_ends_with_vault(&world, &format!("{what}: {helper}"), run);
        }
    }
}
