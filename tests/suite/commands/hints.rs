//! Messages are true, and hints help: the command in a hint runs as printed and does what the hint says.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::world::{Run, TWO_PROFILES, World, usual_aws};

use super::signed_in;

fn exec(world: &World, command: &[&str]) -> Run {
    let mut run = world.vault(["exec", "read-only", "--"]).env("SHELL", "/bin/bash");
    for word in command {
        run = run.arg(word);
    }
    run.run()
}

#[test]
fn a_command_that_is_not_a_program_gets_a_fitting_hint() {
    let world = signed_in();
    for (command, hint) in [
        (&["aws s3 ls"][..], "`vault exec read-only -- aws s3 ls`"),
        (&["no-such a;b", "c d"], "`vault exec read-only -- no-such 'a;b' 'c d'`"),
        (&["./no such.sh"], "`vault exec read-only -- ./no such.sh`"),
        (&["ll", "-a"], "`vault exec read-only -- bash -ic 'll -a'`"),
        (&["cd", "/"], "`vault exec read-only`"),
        (&["source", "x"], "`vault exec read-only`"),
        (&["FOO=1", "env"], "`vault exec read-only -- env FOO=… COMMAND`"),
    ] {
        let run = exec(&world, command);
        assert!(run.status == 127 && run.stderr.contains(hint), "{command:?}: {run:?}");
        assert!(!run.stderr.contains("command -v"), "{command:?}: {run:?}");
    }
    let run = exec(&world, &["DB_PASSWORD=hunter2", "psql"]);
    assert!(!run.stderr.contains("hunter2"), "the value of a variable is not repeated: {run:?}");
    let run = world.vault(["exec", "read-only", "--", "ll"]).env("SHELL", "/opt/own-shell").run();
    assert!(!run.stderr.contains("-ic"), "another shell may not accept it: {run:?}");
}

#[test]
fn paths_in_commands_are_quoted() {
    let world = signed_in();
    world.write("a;touch pwned", "#!/no/such/program\n");
    let run = exec(&world, &["./a;touch pwned"]);
    assert!(run.stderr.contains("`chmod +x './a;touch pwned'`"), "{run:?}");
    let file = world.path("a;touch pwned");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    let run = exec(&world, &["./a;touch pwned"]);
    assert!(run.stderr.contains("`head -n 1 './a;touch pwned'`"), "{run:?}");
    let config = world.path("it's;touch pwned");
    std::fs::create_dir(&config).expect("a folder can be made");
    let run = world.vault(["list"]).env("AWS_CONFIG_FILE", &config.display().to_string()).run();
    assert!(run.stderr.contains(r"/it'\''s;touch pwned'`"), "{run:?}");
}

#[test]
fn a_name_that_begins_with_profile_is_distinguished_from_an_unknown_one() {
    let more = "\n[profile child]\nsource_profile = profile read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n[profile other]\ninclude_profile = profile read-only\n";
    let world = World::with(usual_aws(), &format!("{TWO_PROFILES}{more}"));
    let run = world.vault(["explain", "child"]).run();
    assert!(run.stderr.contains("write `source_profile = read-only`") && !run.stderr.contains("add a"), "{run:?}");
    let run = world.vault(["explain", "other"]).run();
    assert!(run.stderr.contains("write `include_profile = read-only`"), "{run:?}");
    let run = world.vault(["explain", "profile read-only"]).run();
    assert!(run.stderr.contains("the name is `read-only`") && !run.stderr.contains("vault add"), "{run:?}");
}

#[test]
fn vault_does_not_ask_for_a_key_if_another_tool_left_temporary_ones() {
    let mut world = World::new();
    world.keep_secret("t3mporary");
    world.write(".aws/credentials", "");
    world.unset("AWS_SHARED_CREDENTIALS_FILE");
    let path = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(&path, "[saml]\naws_access_key_id = ASIAX\naws_secret_access_key = t3mporary\naws_session_token = t3mporary\n")
        .expect("it can be written");
    let run = world.vault(["explain", "saml"]).env("AWS_SHARED_CREDENTIALS_FILE", &path.path().display().to_string()).run();
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("another tool's") && run.stderr.contains("`aws --profile saml`"), "{run:?}");
    assert!(!run.stderr.contains("vault add"), "{run:?}");
}

#[test]
fn an_impossible_request_on_the_command_line_is_a_usage_error() {
    let world = World::with_key();
    for (command, status) in [
        (&["exec", "read-only", "-d", "5m", "--", "true"][..], 2),
        (&["exec", "opssudo", "-d", "13h", "--", "true"], 2),
        (&["export", "read-only", "-d", "37h"], 2),
        (&["exec", "opssudo", "--min-ttl", "2h", "--", "true"], 2),
        (&["exec", "read-only", "--read-only", "--", "true"], 2),
    ] {
        let mut run = world.vault([]);
        for word in command {
            run = run.arg(word);
        }
        let run = run.run();
        assert_eq!(run.status, status, "{command:?}: {run:?}");
        assert!(run.stderr.contains("hint: "), "{command:?}: {run:?}");
    }
    let run = world.vault(["exec", "read-only", "--", "true"]).env("AWS_VAULT_DURATION", "5m").run();
    assert_eq!(run.status, 2, "{run:?}");
}

#[test]
fn add_reports_exactly_what_it_wrote() {
    let add = |world: &World, more: &[&str]| {
        let (id, secret) = world.aws.user("some-user").access_key();
        let mut command =
            world.vault(["add", "me", "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
        for word in more {
            command = command.arg(word);
        }
        command.run()
    };
    for (config, credentials, more, said, written) in [
        ("", "[me]\noutput = json\n", &[][..], "added an empty section for profile `me`", "[profile me]\n"),
        ("", "[me]\nregion = eu-west-1\n", &["--region", "us-east-1"], "added an empty section for profile `me`", "[profile me]\n"),
        ("", "", &["--region", "us-east-1"], "added profile `me` with `region = us-east-1`", "[profile me]\nregion = us-east-1\n"),
        (
            "[profile me]\n",
            "",
            &["--region", "us-east-1"],
            "wrote `region = us-east-1` to profile `me`",
            "[profile me]\nregion = us-east-1\n",
        ),
        ("[profile me]\nregion = eu-west-1\n", "", &["--region", "us-east-1"], "", "[profile me]\nregion = eu-west-1\n"),
    ] {
        let world = World::with(usual_aws(), config);
        world.write(".aws/credentials", credentials);
        let run = add(&world, more);
        assert!(run.status == 0 && run.stderr.contains(said), "{config}{credentials}{more:?}: {run:?}");
        assert!(!said.is_empty() || !run.stderr.contains("wrote"), "{config}{credentials}{more:?}: {run:?}");
        assert_eq!(world.read(".aws/config"), written, "{credentials}{more:?}");
    }
}

#[test]
fn the_lack_of_a_terminal_is_reported_once() {
    let world = World::with_key();
    world.write(".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
    let run = world.vault(["exec", "opssudo", "--", "true"]).run();
    assert_eq!(run.stderr.matches("there is no way to ask").count(), 1, "{run:?}");
}
