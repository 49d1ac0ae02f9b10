//! The AWS CLI, as a child of `exec` and through `credential_process`, with and without a terminal.

use super::*;

const WHO: [&str; 7] = ["--profile", "ops", "sts", "get-caller-identity", "--query", "Arn", "--output"];

/// A world whose profile `ops` gets the credentials of `opssudo` from vault.
fn world() -> World {
    let world = World::with(usual_aws(), &with_credential_process("ops", "opssudo"));
    world.add("read-only", "some-user");
    world
}

fn who() -> Vec<&'static str> {
    WHO.into_iter().chain(["text"]).collect()
}

#[test]
fn the_prompt_is_on_the_terminal_although_the_cli_captures_stdout_and_stderr() {
    let world = world();
    let mut terminal = Terminal::run(world.aws_cli(&who()));
    terminal.expect(PROMPT);
    assert!(terminal.echoes());
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("arn:aws:sts::123456789012:assumed-role/OpsSudo/");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.screen.matches(PROMPT).count()), (0, 1), "{ended:?}");
    // From then on no client and no profile causes a prompt.
    let arn = world.aws_cli(&who()).run().ok();
    assert!(arn.starts_with("arn:aws:sts::123456789012:assumed-role/OpsSudo/"), "{arn}");
    assert!(world.aws_cli(&["--profile", "ops", "s3", "ls"]).run().ok().contains("some-bucket"));
    assert!(world.vault(["exec", "read-only", "--", "aws", "s3", "ls"]).run().ok().contains("some-bucket"));
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (1, 1));
}

#[test]
fn after_a_wrong_code_vault_asks_again_under_the_cli_too() {
    let world = world();
    let mut terminal = Terminal::run(world.aws_cli(&who()));
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.wrong_code("some-user"));
    terminal.expect("AWS refused the code");
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("assumed-role/OpsSudo/");
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn without_a_terminal_the_cli_prints_our_error_with_the_ways_to_give_a_code() {
    let world = world();
    let run = world.aws_cli(&who()).run();
    assert!(run.status != 0 && run.stdout.is_empty(), "{run:?}");
    assert!(run.stderr.contains("there is no way to ask here: this process has no terminal"), "{run:?}");
    assert!(run.stderr.contains("vault exec") && run.stderr.contains("`mfa_process`"), "{run:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

#[test]
fn ctrl_c_at_the_prompt_ends_the_cli_too_and_leaves_the_terminal_unchanged() {
    let world = world();
    let mut terminal = Terminal::run(world.aws_cli(&who()));
    terminal.expect(PROMPT);
    terminal.press_ctrl(b'c');
    let ended = terminal.wait();
    assert!(ended.status != 0 && ended.as_it_was, "{ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

#[test]
fn a_passphrase_prompt_under_the_cli_is_hidden() {
    let mut world = World::with(usual_aws(), &with_credential_process("ops", "opssudo"));
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    world.add("read-only", "some-user");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let mut terminal = Terminal::run(world.aws_cli(&who()));
    terminal.expect("Passphrase of the file keystore: ");
    assert!(!terminal.echoes());
    terminal.type_line(crate::support::world::PASSPHRASE);
    terminal.expect(PROMPT);
    assert!(terminal.echoes());
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("assumed-role/OpsSudo/");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
}

#[test]
fn the_cli_reads_the_credentials_that_export_prints() {
    let world = world();
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    let script =
        "eval \"$(\"$0\" export opssudo --region us-east-1 --format env)\" && aws sts get-caller-identity --query Arn --output text";
    let arn = world.command("/bin/sh".as_ref(), &["-c", script, &World::binary().display().to_string()]).run().ok();
    assert!(arn.contains("assumed-role/OpsSudo/"), "{arn}");
}
