//! Mistakes on the command line.

use insta::assert_snapshot;

use crate::support::world::{TWO_PROFILES, World};

use super::{Kept, world_of};

#[test]
fn a_hint_puts_the_forgotten_dashes_where_they_belong() {
    let world = world_of(TWO_PROFILES);
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "aws", "s3", "ls"]).run(), 2), @"
    vault: the command must come after `--`
    hint: run `vault exec read-only -- aws s3 ls`
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "-d", "1h", "read-only", "terraform", "apply", "-auto-approve"]).run(), 2), @"
    vault: the command must come after `--`
    hint: run `vault exec -d 1h read-only -- terraform apply -auto-approve`
    ");
}

#[test]
fn an_unknown_option_or_command_is_named_with_the_nearest() {
    let world = world_of(TWO_PROFILES);
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exce", "read-only"]).run(), 2), @"
    vault: unrecognized subcommand `exce`
    hint: a similar subcommand exists: `exec`
    hint: `vault --help` shows the options and an example
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "--durations", "1h", "read-only"]).run(), 2), @"
    vault: unexpected argument `--durations` found
    hint: a similar argument exists: `--duration`
    hint: `vault exec --help` shows the options and an example
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "--duration"]).run(), 2), @"
    vault: a value is required for `--duration <DURATION>` but none was supplied
    hint: `vault exec --help` shows the options and an example
    ");
    assert_snapshot!(kept.by(&world.vault(["list", "--json", "--names"]).run(), 2), @"
    vault: the argument `--json` cannot be used with `--names`
    hint: the usage is `vault list --json`
    hint: `vault list --help` shows the options and an example
    ");
    assert_snapshot!(kept.by(&world.vault(["add"]).run(), 2), @"
    vault: the following required arguments were not provided: `<NAME>`
    hint: the usage is `vault add <NAME>`
    hint: `vault add --help` shows the options and an example
    ");
    assert_snapshot!(kept.by(&world.vault(["completions", "tcsh"]).run(), 2), @"
    vault: invalid value `tcsh` for `<SHELL>`
    hint: use one of `bash`, `zsh`, `fish`, `powershell`, `elvish`, `nushell`
    hint: a similar value exists: `zsh`
    hint: `vault completions --help` shows the options and an example
    ");
}

/// The help that a hint names shows the options that are wrong or missing.
#[test]
fn a_command_of_a_command_is_pointed_to_its_own_help() {
    let world = world_of(TWO_PROFILES);
    let kept = Kept::in_(&world);
    for (arguments, help) in [
        (&["policy", "bastion"][..], "`vault policy bastion --help` shows the options"),
        (&["policy", "sudo-role"], "`vault policy sudo-role --help` shows the options"),
        (&["policy", "check"], "`vault policy check --help` shows the options"),
        (&["--color", "never", "mfa", "remove", "me"], "`vault mfa remove --help` shows the options"),
        (&["mfa", "remove", "list", "--devise", "x"], "`vault mfa remove --help` shows the options"),
        (&["mfa", "lst"], "`vault mfa --help` shows the options"),
        (&["exec", "--devise", "mfa", "--", "list"], "`vault exec --help` shows the options"),
        (&["help", "nosuch"], "`vault --help` lists the commands, and `vault help --help` the pages"),
        (&["nosuch"], "`vault --help` shows the options"),
    ] {
        let stderr = kept.by(&world.command(&World::binary(), arguments).run(), 2);
        assert!(stderr.contains(&format!("hint: {help}")), "{arguments:?}: {stderr}");
    }
    let stderr = kept.by(&world.vault(["policy", "service-account", "--action", "s3:GetObject", "--resource", "*"]).run(), 2);
    assert!(stderr.contains("--source-ip <CIDR>...|--vpc-endpoint <ID>..."), "either is enough: {stderr}");
}

#[test]
fn a_profile_is_never_guessed() {
    let world = world_of(TWO_PROFILES);
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "--", "true"]).run(), 2), @"
    vault: no profile is named
    hint: run `vault exec PROFILE`, or set `AWS_PROFILE`; `vault list` shows what is defined
    ");
    assert_snapshot!(kept.by(&world.vault(["export"]).run(), 2), @"
    vault: no profile is named
    hint: run `vault export PROFILE`, or set `AWS_PROFILE`; `vault list` shows what is defined
    ");
    assert_eq!(world.vault(["explain"]).env("AWS_PROFILE", "opssudo").run().status, 0);
}

#[test]
fn hints_use_the_name_under_which_the_program_runs() {
    let world = world_of(TWO_PROFILES);
    let renamed = world.path("bin/avault");
    std::fs::create_dir_all(world.path("bin")).expect("a folder can be made");
    std::os::unix::fs::symlink(World::binary(), &renamed).expect("a link can be made");
    let run = world.command(&renamed, &["exec", "lonely", "--", "true"]).run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: profile `lonely` is not defined
    hint: run `avault list` to see what is defined, or `avault add lonely` to define it
    ");
    let run = world.command(&renamed, &["exec", "read-only", "true"]).run();
    assert_snapshot!(Kept::in_(&world).by(&run, 2), @"
    vault: the command must come after `--`
    hint: run `avault exec read-only -- true`
    ");
    let (id, secret) = world.aws.user("some-user").access_key();
    let run = world
        .command(&renamed, &["add", "me", "--env", "--no-verify"])
        .env("AWS_ACCESS_KEY_ID", &id)
        .env("AWS_SECRET_ACCESS_KEY", &secret)
        .run();
    assert!(run.stderr.contains("`avault exec me -- aws s3 ls`"), "{run:?}");
    let help = world.command(&renamed, &["exec", "--help"]).run().ok();
    assert!(help.contains("\n  avault exec read-only -- aws s3 ls\n") && !help.contains(" vault exec"), "{help}");
}

#[test]
fn forgotten_dashes_are_seen_if_the_environment_names_the_profile() {
    let world = World::new();
    for (arguments, hint) in [
        (&["exec", "aws", "s3", "ls"][..], "run `vault exec -- aws s3 ls`"),
        (&["exec", "ls", "-la"], "run `vault exec -- ls -la`"),
        (&["exec", "--region", "eu-west-1", "grep", "a b", "f"], "run `vault exec --region eu-west-1 -- grep 'a b' f`"),
        (&["exec", "read-only", "my cmd", "a b"], "run `vault exec read-only -- 'my cmd' 'a b'`"),
    ] {
        let run = world.command(&World::binary(), arguments).env("AWS_PROFILE", "read-only").run().fails(2);
        assert!(run.stderr.contains("the command must come after `--`") && run.stderr.contains(hint), "{run:?}");
    }
}

#[test]
fn a_command_in_place_of_the_profile_is_seen_if_the_environment_names_one() {
    let world = World::with_key();
    let kept = Kept::in_(&world);
    let run = world.vault(["exec", "ls"]).env("AWS_PROFILE", "read-only").run();
    assert_snapshot!(kept.by(&run, 1), @"
    vault: profile `ls` is not defined
    hint: run `vault list` to see what is defined, or `vault add ls` to define it
    hint: if it is the command, and `AWS_PROFILE` names the profile, run `vault exec -- ls`
    ");
}

#[test]
fn help_as_a_word_works() {
    let world = World::new();
    assert_eq!(world.vault(["help"]).run().ok(), world.vault(["--help"]).run().ok());
    assert_eq!(world.vault(["help", "exec"]).run().ok(), world.vault(["exec", "--help"]).run().ok());
    assert_eq!(world.vault(["help", "nothing"]).run().status, 2);
}

/// Contradictions on the command line or with the settings: they fail whatever is stored, cached or answered.
#[test]
fn contradictory_options_end_with_status_2_and_call_nothing() {
    let more = "\n[profile open]\nregion = us-east-1\n";
    let world = World::with(crate::support::world::usual_aws(), &format!("{TWO_PROFILES}{more}"));
    world.add("read-only", "some-user");
    world.write(
        ".config/vault/config.toml",
        "[profile.opssudo]\nsession_policy = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n[profile.open]\nprotect = true\n",
    );
    world.add("open", "some-user");
    let of_credentials: &[&[&str]] = &[
        &["read-only", "--expose-long-term-key"],
        &["read-only", "--no-session"],
        &["read-only", "--read-only"],
        &["opssudo", "--read-only"],
        &["read-only", "-d", "1s"],
        &["read-only", "-d", "5m"],
        &["read-only", "-d", "37h"],
        &["opssudo", "-d", "13h"],
        &["read-only", "-d", "1h", "--min-ttl", "1h"],
        &["read-only", "-d", "1h", "--fresh", "--min-ttl", "2h"],
        &["opssudo", "--min-ttl", "13h"],
        &["opssudo", "--no-session", "--min-ttl", "13h"],
        &["read-only", "-t", "12345"],
        &["read-only", "-t", ""],
        &["no-such-profile", "-t", "abc"],
        &["read-only", "--region", "nowhere at all"],
        &["read-only", "--backend", "shoebox"],
        &["read-only", "--prompt", "shout"],
        &["read-only", "opssudo"],
        &["a]b"],
        &[""],
    ];
    let of_each: &[(&str, &[&[&str]])] = &[
        ("", &[&[], &["--debug"], &["no-such"], &["help", "no-such"]]),
        (
            "add",
            &[
                &[],
                &["x", "--env", "--stdin"],
                &["x", "--env"],
                &["x", "--env", "--no-verify", "--region", "a b"],
                &["x", "AKIAIOSFODNN7EXAMPLE"],
                &["-x", "--env"],
            ],
        ),
        ("clear", &[&["a", "b"], &["--all"]]),
        ("completions", &[&[], &["tcsh"], &["bash", "zsh"]]),
        ("exec", &[&["read-only", "true"], &["--", "true"], &["open", "-n", "--expose-long-term-key", "--", "true"]]),
        ("exec", &[&["--server", "read-only", "--no-session", "--expose-long-term-key", "--", "true"]]),
        ("export", &[&[], &["read-only", "--format", "xml"]]),
        ("explain", &[&[]]),
        ("credential-process", &[&[]]),
        ("link", &[&[], &["read-only", "--as", "a]b"], &["opssudo", "--as", "opssudo"]]),
        ("list", &[&["--json", "--names"], &["read-only"]]),
        ("lock", &[&["read-only"], &["--sessions=yes"]]),
        ("man", &[&["exec"], &["--directory"], &["--directory", ""]]),
        ("remove", &[&[], &["a", "b"], &["a", "--force", "--force"]]),
        ("status", &[&["--json", "--short"], &["a", "b"]]),
        ("unlink", &[&[], &["a", "b"]]),
    ];
    let credentials = ["exec", "export", "explain", "credential-process"].map(|command| (command, of_credentials));
    for (command, cases) in credentials.iter().chain(of_each) {
        for case in *cases {
            let words: Vec<_> = Some(*command).filter(|name| !name.is_empty()).into_iter().chain(case.iter().copied()).collect();
            let run = world.command(&World::binary(), &words).run();
            assert_eq!(run.status, 2, "{words:?}: {run:?}");
            assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{words:?}: {run:?}");
            assert!(words.is_empty() || *words == ["--debug"] || run.stderr.contains("\nhint: "), "{words:?}: {run:?}");
        }
    }
    assert_eq!(world.aws.requests(), [], "nothing is called");
}
