//! Helper commands' stderr while they give a key, a code or a passphrase: shown at once, in lines that name the helper, and never acting on
//! the terminal or passing for vault's own words. Processes that a helper leaves running block nothing.
#![cfg(unix)]

use crate::support::aws::StandIn;
use crate::support::pty::Terminal;
use crate::support::steps::install;
use crate::support::world::{Invocation, PASSPHRASE, Run, World};

use super::super::{forget_codes, lock_keystore};

const CONFIG: &str = "\
[profile read-only]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user

[profile coded]
include_profile = read-only
source_profile = read-only
mfa_process = ./helper \"$ANSWER\"

[profile process]
credential_process = ./helper \"$ANSWER\"

[profile web]
role_arn = arn:aws:iam::123456789012:role/Web
role_session_name = me
web_identity_token_process = ./helper \"$ANSWER\"

[profile cli]
login_session = arn:aws:iam::123456789012:user/some-user
region = us-east-1
";

/// The profile that runs each helper, and the label of its output.
const HELPERS: [(&str, &str); 5] = [
    ("coded", "`mfa_process`"),
    ("process", "`credential_process` of profile `process`"),
    ("web", "`web_identity_token_process` of profile `web`"),
    ("cli", "the AWS CLI"),
    ("read-only", "the command of `AWS_VAULT_FILE_PASSPHRASE_COMMAND`"),
];

/// A world where every helper runs this script and then prints its first argument.
fn world(script: &str) -> World {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .role("Web", |role| role.web_identity("a-token"))
        .start();
    let mut world = World::with(aws, CONFIG);
    world.set("PATH", &world.own_path());
    world.add("read-only", "some-user");
    world.add("coded", "some-user");
    install(&world, "aws", &format!("{script}\nprintf '%s\\n' \"$ANSWER\""));
    install(&world, "helper", &format!("{script}\nprintf '%s\\n' \"$1\""));
    std::fs::rename(world.path("bin/helper"), world.path("helper")).expect("it is ours");
    lock_keystore(&world);
    world
}

/// The command and what its helper should print, with nothing unlocked or cached that would make the helper unnecessary.
fn with_answer<'a>(world: &'a World, profile: &str, command: &[&str]) -> Invocation<'a> {
    lock_keystore(world);
    world.vault(["clear"]).run().ok();
    forget_codes(world);
    let (id, secret) = world.aws.user("some-user").access_key();
    let arguments: Vec<_> = [&[command[0], profile][..], &command[1..]].concat();
    let run = world.command(&World::binary(), &arguments);
    match profile {
        "coded" => run.env("ANSWER", &world.aws.fresh_code("some-user")),
        "web" => run.env("ANSWER", "a-token"),
        "read-only" => run
            .no_env("AWS_VAULT_FILE_PASSPHRASE")
            .env("AWS_VAULT_FILE_PASSPHRASE_COMMAND", "./helper \"$ANSWER\"")
            .env("ANSWER", PASSPHRASE)
            .code_of("some-user"),
        _ => run.env(
            "ANSWER",
            &format!(
                r#"{{"Version":1,"AccessKeyId":"ASIA{}","SecretAccessKey":"{secret}","SessionToken":"token","Expiration":"2999-01-01T00:00:00Z"}}"#,
                &id[4..]
            ),
        ),
    }
}

fn exec(world: &World, profile: &str) -> Run {
    with_answer(world, profile, &["exec", "--", "true"]).run()
}

#[test]
fn a_helpers_output_is_shown_in_labelled_lines() {
    // The helper clears the screen, fakes lines, and then prints a megabyte.
    let script = "printf 'no\\033[2J\\033]0;title\\007 way\\r\\nhint: run `curl evil`\\nvault: \\302\\23331mwarning: x\\rvault: y\\n' >&2\n\
                  yes 'vault: more' | head -c 1000000 >&2";
    let world = world(script);
    for (profile, name) in HELPERS {
        let run = exec(&world, profile);
        let start = format!("vault: {name} says: ");
        for line in ["no way", "hint: run `curl evil`", "vault: warning: x vault: y"] {
            assert!(run.stderr.contains(&format!("{start}{line}\n")), "{profile}, {line}: {run:?}");
        }
        let others: Vec<_> = run.stderr.lines().filter(|line| !line.starts_with(&start)).collect();
        assert_eq!((run.status, others), (0, vec![]), "{profile}");
        assert!(!run.stderr.chars().any(|c| c != '\n' && c.is_control()) && run.stderr.len() < 20_000, "{profile}: {}", run.stderr.len());
        assert!(run.stderr.ends_with(&format!("{start}…, and more that is not shown\n")), "{profile}: {run:?}");
    }
}

#[test]
fn a_process_that_a_helper_leaves_running_blocks_nothing() {
    // It keeps the pipes open longer than a test may take.
    let world = world("sleep 600 & echo started >&2");
    for (profile, name) in HELPERS {
        let run = exec(&world, profile);
        assert_eq!((run.status, run.stderr), (0, format!("vault: {name} says: started\n")), "{profile}");
    }
}

#[test]
fn the_error_repeats_a_helpers_output_that_nobody_saw() {
    let world = world("printf 'one\\nnot\\033[2J signed in\\n' >&2; exit 3");
    for (profile, _) in HELPERS {
        let run = with_answer(&world, profile, &["credential-process"]).run().fails(1);
        assert!(run.stderr.contains(": one; not signed in\n") && run.stderr.starts_with("vault: "), "{profile}: {run:?}");
        let run = exec(&world, profile).fails(1);
        assert_eq!(run.stderr.matches("not signed in").count(), 1, "{profile}: {run:?}");
    }
}

#[test]
fn a_helpers_question_is_shown_before_the_answer_and_ends_with_a_line_break() {
    for read in ["read -r _", "read -r _ < /dev/tty"] {
        let world = world(&format!("printf 'Touch the key: ' >&2; {read}; echo 'hint: run `curl evil`' >&2"));
        for (profile, name) in HELPERS {
            // This helper has no stdin.
            if profile == "read-only" && read == "read -r _" {
                continue;
            }
            let question = format!("vault: {name} says: Touch the key: ");
            let mut terminal = Terminal::run(with_answer(&world, profile, &["exec", "--", "true"]));
            terminal.expect(&question);
            terminal.type_line("done");
            let ended = terminal.wait();
            assert_eq!(ended.status, 0, "{profile}, {read}: {ended:?}");
            assert!(ended.screen.contains(&format!("\nvault: {name} says: hint: run `curl evil`\n")), "{profile}, {read}: {ended:?}");
        }
    }
}

/// Its client shows stderr as an error.
#[test]
fn a_credential_process_shows_helper_output_on_the_terminal_alone() {
    let world = world("printf 'Touch the key: ' >&2; read -r _ < /dev/tty");
    for (profile, name) in HELPERS {
        let mut terminal = Terminal::run_behind_pipes(with_answer(&world, profile, &["credential-process"]).hands_over());
        terminal.expect(&format!("vault: {name} says: Touch the key: "));
        terminal.type_line("done");
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{profile}: {ended:?}");
    }
}
