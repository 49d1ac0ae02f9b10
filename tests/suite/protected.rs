//! Protected profiles: only a person at a terminal who types the profile's name gets the credentials.
#![cfg(unix)]

use crate::support::pty::Terminal;
use crate::support::world::World;

const QUESTION: &str = "Type the profile's name to continue: ";

fn world() -> World {
    let world = World::with_key();
    world.write(".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
    world
}

/// Caches the shared MFA session, so that the only prompt is for the name.
fn with_session(world: World) -> World {
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world
}

#[test]
fn exec_shows_its_plan_and_asks_for_the_profiles_name_each_time() {
    let world = with_session(world());
    for run in 1..=2 {
        let command = ["exec", "opssudo", "--", "printenv", "AWS_ACCESS_KEY_ID", "AWS_VAULT"];
        let mut terminal = Terminal::run_behind_pipes(world.vault(command));
        let shown = terminal.expect(QUESTION);
        let expected = "profile `opssudo` is protected\r\n  account  123456789012\r\n  role     arn:aws:iam::123456789012:role/OpsSudo\r\n  \
                        command  printenv AWS_ACCESS_KEY_ID AWS_VAULT\r\n";
        assert_eq!(shown, expected);
        terminal.type_line("opssudo");
        let ended = terminal.wait();
        assert!(ended.status == 0 && ended.stdout.contains("ASIA") && ended.stdout.contains("opssudo"), "{ended:?}");
        assert_eq!(world.aws.calls("AssumeRole"), 1, "the session is cached, but run {run} asks for the name again");
    }
}

#[test]
fn after_a_wrong_name_nothing_runs() {
    for (typed, status) in [("", 1), ("y", 1), ("OpsSudo", 1), ("opssud", 1), ("read-only", 1)] {
        let world = with_session(world());
        let mut terminal = Terminal::run_behind_pipes(world.vault(["exec", "opssudo", "--", "echo", "ran"]));
        terminal.expect(QUESTION);
        terminal.type_line(typed);
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.stdout.as_str()), (status, ""), "{typed}: {ended:?}");
        assert!(ended.stderr.contains("you did not type the profile's name: nothing is run"), "{ended:?}");
        assert_eq!(world.aws.calls("AssumeRole"), 0);
    }
}

#[test]
fn every_command_gives_the_same_reason_for_not_handing_over_the_key() {
    let world = World::with_key();
    for command in [
        &["exec", "read-only", "-n", "--expose-long-term-key", "--", "true"][..],
        &["export", "read-only", "-n", "--expose-long-term-key"],
        &["credential-process", "read-only", "-n", "--expose-long-term-key"],
    ] {
        let mut terminal = Terminal::run_behind_pipes(world.command(&World::binary(), command));
        terminal.expect(QUESTION);
        terminal.type_line("another");
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{command:?}: {ended:?}");
        assert!(ended.stderr.contains("you did not type the profile's name: the key is not handed over"), "{command:?}: {ended:?}");
        assert!(ended.stderr.contains("hint: to continue, type `read-only`"), "{command:?}: {ended:?}");
    }
}

#[test]
fn ctrl_d_gives_up() {
    let world = world();
    let mut terminal = Terminal::run_behind_pipes(world.vault(["exec", "opssudo", "--", "echo", "ran"]));
    terminal.expect(QUESTION);
    terminal.press_ctrl(b'd');
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.stdout.as_str()), (130, ""), "{ended:?}");
}

#[test]
fn no_program_can_answer_for_the_person() {
    let world = with_session(world());
    for words in [&["exec", "opssudo", "--", "echo", "ran"][..], &["login", "opssudo", "--stdout"], &["audit", "opssudo"]] {
        let run = world.command(&World::binary(), words).stdin("opssudo\n").run().fails(1);
        assert!(run.stderr.contains("profile `opssudo` is protected, and there is no way to ask"), "{run:?}");
        assert_eq!((run.stdout.as_str(), world.aws.calls("AssumeRole")), ("", 0), "{words:?}");
    }
    // `why` explains AWS's text without the session.
    let said = "An error occurred (AccessDenied) when calling the ListUsers operation: User: arn:aws:sts::123456789012:assumed-role/OpsSudo/x \
                is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::123456789012:user/ with an explicit deny in an \
                identity-based policy: arn:aws:iam::123456789012:policy/Deny. Go to \
                https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/abc123 for complete details, \
                or call the GetRequestAuthorizationDetails API with the following authorization id: abc123";
    let run = world.vault(["why", "opssudo", said]).run();
    assert!(run.stderr.contains("is protected: vault does not use its session to ask AWS"), "{run:?}");
    assert_eq!(world.aws.calls("AssumeRole"), 0, "no session is made for the question");
}

#[test]
fn its_credentials_are_not_handed_to_other_programs() {
    let mut world = world();
    // Refused before any unlock or prompt.
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    for (arguments, consequence) in [
        (&["export", "opssudo"][..], "its credentials are not printed"),
        (&["credential-process", "opssudo"], "its credentials are not handed to other programs"),
        (&["link", "opssudo"], "its credentials are not handed to other programs"),
        (&["exec", "opssudo", "--server", "--", "true"], "its credentials are not served"),
    ] {
        let run = world.command(&World::binary(), arguments).run().fails(1);
        assert!(run.stderr.starts_with(&format!("vault: profile `opssudo` is protected: {consequence}\nhint: ")), "{run:?}");
        assert!(run.stderr.contains("`vault exec opssudo -- COMMAND`"), "{run:?}");
    }
    assert!(world.aws.requests().is_empty());
}

#[test]
fn its_sessions_last_fifteen_minutes_whatever_is_requested() {
    for (arguments, call) in [
        (["exec", "opssudo", "--duration", "12h", "--", "true"], "AssumeRole"),
        (["exec", "read-only", "--duration", "36h", "--", "true"], "GetSessionToken"),
    ] {
        let world = world();
        world.write(".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n[profile.read-only]\nprotect = true\n");
        let mut terminal = Terminal::run_behind_pipes(world.vault(arguments));
        terminal.expect(QUESTION);
        terminal.type_line(arguments[1]);
        terminal.expect("MFA code for ");
        terminal.type_line(&world.aws.fresh_code("some-user"));
        assert_eq!(terminal.wait().status, 0);
        assert_eq!(world.aws.last(call).duration, Some(900), "{call}");
    }
}

#[test]
fn its_long_term_key_is_never_handed_over() {
    let world = World::with_key();
    world.write(".config/vault/config.toml", "[profile.read-only]\nprotect = true\n");
    let run = world.vault(["exec", "read-only", "--no-session", "--expose-long-term-key", "--", "true"]).run().fails(2);
    assert!(run.stderr.contains("profile `read-only` is protected: its long-term key is not handed to a command"), "{run:?}");
}

#[test]
fn a_command_cannot_disguise_itself_on_the_terminal() {
    let world = world();
    let mut terminal = Terminal::run_behind_pipes(world.vault(["exec", "opssudo", "--", "sh", "-c", "rm -rf /x\r\x1b[2K  command  ls"]));
    let shown = terminal.expect(QUESTION);
    assert!(shown.contains(r#"command  sh -c "rm -rf /x\r\u{1b}[2K  command  ls""#), "{shown:?}");
    assert!(!shown.contains('\x1b'), "{shown:?}");
    terminal.press_ctrl(b'd');
    terminal.wait();
}

#[test]
fn a_profile_on_top_of_it_is_protected_too() {
    let world = with_session(world());
    // Its source is not.
    world.vault(["exec", "read-only", "--", "true"]).run().ok();
    let (config, role) = (world.read(".aws/config"), world.aws.role_arn("OpsSudo"));
    let on_top = format!("[profile on-top]\nsource_profile = opssudo\nrole_arn = {role}\n\n[profile same]\ninclude_profile = opssudo\n");
    world.write(".aws/config", format!("{config}\n{on_top}"));
    for name in ["on-top", "same"] {
        for arguments in [&["export", name][..], &["credential-process", name], &["exec", name, "--server", "--", "true"], &["link", name]]
        {
            let refused = world.command(&World::binary(), arguments).run().fails(1);
            assert!(refused.stderr.contains(&format!("profile `{name}` builds on `opssudo`, which is protected")), "{refused:?}");
        }
        let unasked = world.vault(["exec", name, "--", "true"]).run().fails(1);
        assert!(unasked.stderr.contains("there is no way to ask"), "{unasked:?}");
        let explained = world.vault(["explain", name]).run().ok();
        assert!(explained.contains("protected: it builds on `opssudo`"), "{explained}");
    }
}

#[test]
fn a_misspelt_profile_in_the_settings_is_reported() {
    let world = World::with_key();
    world.write(".config/vault/config.toml", "[profile.opsudo]\nprotect = true\n");
    let world = with_session(world);
    for arguments in [&["exec", "opssudo", "--", "true"][..], &["export", "opssudo"], &["explain", "opssudo"], &["list"]] {
        let run = world.command(&World::binary(), arguments).hands_over().run();
        let warning = "warning: the settings have a table `[profile.opsudo]`, but no profile has that name: did you mean `opssudo`?";
        assert!(run.status == 0 && run.stderr.contains(warning), "{run:?}");
    }
    // A credential process must not write to stderr: its client would show that as an error.
    assert_eq!(world.vault(["credential-process", "opssudo"]).hands_over().run().stderr, "");
}

#[test]
fn a_confirmed_session_does_not_serve_the_same_request_under_another_name() {
    let world = world();
    let same =
        "source_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\nrole_session_name = me\nduration_seconds = 900\n";
    let read_only = "[profile read-only]\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n";
    world.write(".aws/config", format!("{read_only}[profile opssudo]\n{same}[profile same]\n{same}"));
    let world = with_session(world);
    let mut terminal = Terminal::run_behind_pipes(world.vault(["exec", "opssudo", "--", "true"]));
    terminal.expect(QUESTION);
    terminal.type_line("opssudo");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.calls("AssumeRole"), 1);
    world.vault(["exec", "same", "--", "true"]).run().ok();
    assert_eq!((world.aws.calls("AssumeRole"), world.aws.calls("GetSessionToken")), (2, 1));
}
