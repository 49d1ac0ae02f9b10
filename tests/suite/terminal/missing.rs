//! No terminal, as in a service or CI: each command that would prompt says so, and names the ways that need no terminal.

use super::*;

#[test]
fn without_a_terminal_the_error_names_the_ways_to_give_a_code() {
    let world = World::with_key();
    for arguments in [&["exec", "read-only", "--", "true"][..], &["export", "opssudo"], &["credential-process", "opssudo"]] {
        let run = world.command(&World::binary(), arguments).run().fails(1);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.starts_with("vault: there is no way to ask here: this process has no terminal, and "), "{run:?}");
        for way in ["`--mfa-token 123456`", "`mfa_process`", " -- true` on a terminal first"] {
            assert!(run.stderr.contains(way), "{way}: {run:?}");
        }
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

/// `explain` and the error agree on where the code comes from: a chosen prompt takes precedence over `mfa_process`.
#[test]
fn a_prompt_chosen_over_a_command_for_codes_is_named_as_the_cause() {
    let world = World::with_key();
    let config = world.read(".aws/config").replace("[profile read-only]\n", "[profile read-only]\nmfa_process = echo 123456\n");
    world.write(".aws/config", config);
    let by_process = world.vault(["explain", "read-only"]).run().ok();
    assert!(by_process.contains("code: `mfa_process` gives the code of "), "{by_process}");
    world.write(".config/vault/config.toml", "prompt = \"terminal\"\n");
    for profile in ["read-only", "opssudo"] {
        let explained = world.vault(["explain", profile]).run().ok();
        assert!(explained.contains("code: you are asked for the code of "), "{explained}");
        assert!(explained.contains("since the chosen `prompt` takes precedence over `mfa_process`"), "{explained}");
        let run = world.vault(["exec", profile, "--", "true"]).run().fails(1);
        assert!(run.stderr.contains("hint: remove the choice of a prompt"), "{run:?}");
        assert!(!run.stderr.contains("set `mfa_process`"), "{run:?}");
    }
}

#[test]
fn without_a_terminal_the_error_names_the_ways_to_give_a_key() {
    let world = World::new();
    let run = world.vault(["add", "read-only"]).run().fails(1);
    assert!(run.stderr.contains("this process has no terminal\nhint: give the key with `--env` or `--stdin`"), "{run:?}");
}

#[test]
fn without_a_terminal_a_removal_removes_nothing() {
    let world = World::with_key();
    let run = world.vault(["remove", "read-only"]).run().fails(1);
    assert!(run.stderr.contains("this process has no terminal\n"), "{run:?}");
    assert!(run.stderr.contains("`vault remove --force read-only`"), "{run:?}");
    assert!(world.vault(["list"]).run().ok().contains("file"));
}

#[test]
fn without_a_terminal_a_missing_passphrase_means_a_locked_keystore() {
    let world = world_that_asks_for_its_passphrase();
    let run = world.vault(["exec", "read-only", "--", "true"]).run().fails(1);
    assert!(run.stderr.starts_with("vault: the file keystore is locked: there is no way to ask for the passphrase here"), "{run:?}");
    assert!(run.stderr.contains("`AWS_VAULT_FILE_PASSPHRASE_COMMAND`"), "{run:?}");
}

#[test]
fn a_code_from_an_mfa_process_needs_no_terminal() {
    let world = World::with_key();
    let code = world.aws.fresh_code("some-user");
    let config = world.read(".aws/config").replacen("mfa_serial", &format!("mfa_process = echo {code}\nmfa_serial"), 1);
    world.write(".aws/config", config);
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
}
