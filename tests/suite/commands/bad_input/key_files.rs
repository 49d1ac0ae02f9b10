//! Key files that others may read: used anyway, with a warning that says how to close them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use crate::support::pty::Terminal;
use crate::support::world::World;

use super::super::{lock_keystore, shown};

fn with_open_key_files() -> World {
    let world = World::with_key();
    lock_keystore(&world);
    for name in ["read-only.age", "identity.age"] {
        fs::set_permissions(world.path(".local/share/vault/keys").join(name), fs::Permissions::from_mode(0o644))
            .expect("the mode can be set");
    }
    world
}

#[test]
fn key_files_that_others_may_read_get_a_warning() {
    let world = with_open_key_files();
    let run = world.vault(["exec", "read-only", "--", "echo", "ran"]).code_of("some-user").run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    ran
    stderr:
    vault: warning: others may read the key file `[home]/.local/share/vault/keys/read-only.age`: run `chmod 600 [home]/.local/share/vault/keys/read-only.age`
    vault: warning: others may read the key file `[home]/.local/share/vault/keys/identity.age`: run `chmod 600 [home]/.local/share/vault/keys/identity.age`
    ");
    let run = world.vault(["exec", "read-only", "--", "echo", "ran"]).run();
    assert_eq!(run.stderr, "", "a cached session opens none of them");
}

/// The mode belongs to the link's target, which no `chmod` here should change.
#[test]
fn a_key_file_that_is_a_link_is_reported_without_a_chmod() {
    for name in ["read-only.age", "identity.age"] {
        let world = World::with_key();
        lock_keystore(&world);
        let (file, elsewhere) = (world.path(".local/share/vault/keys").join(name), world.path("elsewhere"));
        fs::rename(&file, &elsewhere).expect("it can be moved");
        fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o644)).expect("the mode can be set");
        std::os::unix::fs::symlink(&elsewhere, &file).expect("a link can be made");
        let run = world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().fails(1);
        assert!(run.stderr.contains("it is a symbolic link") && !run.stderr.contains("chmod"), "{name}: {run:?}");
    }
}

#[test]
fn a_credential_process_warns_on_the_terminal_and_never_on_stderr() {
    let world = with_open_key_files();
    let process = || world.vault(["credential-process", "read-only"]);
    let mut terminal = Terminal::run_behind_pipes(process());
    terminal.expect("vault: warning: others may read the key file");
    terminal.expect("MFA code for ");
    // An empty line gives up.
    terminal.type_line("");
    assert_eq!(terminal.wait().stderr, "vault: cancelled\n");

    lock_keystore(&world);
    let run = process().code_of("some-user").hands_over().run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "without a terminal there is nobody to warn");
}

#[test]
fn a_path_cannot_act_on_the_terminal_of_a_credential_process() {
    let world = with_open_key_files();
    let folder = world.path("data\u{1b}[2J\u{202e}folder");
    fs::rename(world.path(".local/share"), &folder).expect("it can be moved");
    let process = world.vault(["credential-process", "read-only"]).env("XDG_DATA_HOME", folder.to_str().expect("it is Unicode"));
    let mut terminal = Terminal::run_behind_pipes(process);
    terminal.expect("vault: warning: others may read the key file");
    terminal.expect("MFA code for ");
    terminal.type_line("");
    let ended = terminal.wait();
    assert!(ended.screen.contains(r"data\033[2J\342\200\256folder/vault/keys/read-only.age'`"), "the command still names it: {ended:?}");
    assert!(ended.screen.contains(r"data\u{1b}[2J\u{202e}folder/vault") && !ended.screen.contains(['\u{1b}', '\u{202e}']), "{ended:?}");
}

#[test]
fn files_that_vault_writes_are_private() {
    let world = super::super::signed_in();
    let mut looked_at = 0;
    let mut folders = vec![world.path(".local/share/vault"), world.path(".local/state/vault"), world.path(".cache/vault")];
    while let Some(folder) = folders.pop() {
        assert_eq!(fs::metadata(&folder).expect("it is there").permissions().mode() & 0o777, 0o700, "{}", folder.display());
        for entry in fs::read_dir(&folder).expect("it can be listed").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                looked_at += 1;
                assert_eq!(entry.metadata().expect("it is there").permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
            }
        }
    }
    assert!(looked_at >= 4, "the key, the identity, the index, the session");
}
