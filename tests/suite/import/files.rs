//! Plaintext credentials files.

use insta::assert_snapshot;

use crate::support::pty::Terminal;
use crate::support::world::World;

use super::{Elsewhere, rows, section};

#[test]
fn every_layout_is_imported_under_the_name_of_its_profile() {
    let here = Elsewhere::new();
    let temporary = "[bob]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\naws_session_token = t\n";
    let text = [
        &section("alice", "alice"),
        &section("bob-long-term", "bob"),
        temporary,
        &section("carol-noauth", "carol"),
        "[minio]\naws_access_key_id = minio\naws_secret_access_key = minio123\n[role]\nrole_arn = x\n",
    ]
    .map(|part| part.to_owned())
    .concat();
    let text = here.write("credentials", &text);
    let run = here.import(&["credentials", "--yes", "--json"]).run();
    assert_eq!(
        (run.status, rows(&run)),
        (
            0,
            ["alice imported", "bob imported", "bob skipped", "carol imported", "minio skipped"]
                .map(|row| format!("credentials {row}"))
                .to_vec()
        ),
        "{run:?}"
    );
    assert_eq!(here.world.aws.calls("GetCallerIdentity"), 3);
    assert_eq!(here.read("credentials"), text, "the source stays unchanged");
    for user in ["alice", "bob", "carol"] {
        assert!(here.uses(user, user), "{user}");
    }
    let run = here.import(&["credentials", "--yes", "--json"]).run();
    assert_eq!((run.status, rows(&run)[0].as_str()), (0, "credentials alice already"), "{run:?}");
}

#[test]
fn a_dry_run_lists_the_keys_and_changes_nothing() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("alice", "alice") + &section("someone", "nobody")));
    let run = here.import(&["--dry-run"]).run();
    assert_snapshot!(crate::commands::shown(&here.world, &run), @"
    status 0
    stdout:
    NAME     SOURCE       KEY                   ACCOUNT       PROFILE    STORED
    alice    credentials  [AKIA…]  123456789012  in config  -
    someone  credentials  [AKIA…]  -             -          -
    ");
    assert_eq!((here.stored("alice"), here.world.aws.requests().len()), (None, 0));
    let run = here.import(&["credentials", "--dry-run", "--json"]).run();
    assert_eq!((run.status, rows(&run)), (0, vec!["credentials alice skipped".to_owned(), "credentials someone skipped".to_owned()]));
}

#[test]
fn a_key_that_aws_refuses_is_not_stored_and_the_others_are() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("gone", "nobody") + &section("alice", "alice")));
    let run = here.import(&["credentials", "--yes"]).run();
    let shown = crate::commands::shown(&here.world, &run).replace(&here.path("credentials").display().to_string(), "[file]");
    assert_snapshot!(shown, @"
    status 1
    stdout:
    NAME   SOURCE       KEY                   ACCOUNT       PROFILE    STORED
    gone   credentials  [AKIA…]  -             -          -
    alice  credentials  [AKIA…]  123456789012  in config  -
    stderr:
    vault: warning: `gone` in credentials: not imported: AWS refused `GetCallerIdentity`: The security token included in the request is invalid. (InvalidClientTokenId)
    hint: the key is unknown or inactive in partition `aws`: a new key takes a few seconds to work; if the key was replaced, store the new one with `vault add --force gone`
    vault: `alice`: imported: key [AKIA…] of arn:aws:iam::123456789012:user/alice
    vault: `[file]` still holds the unencrypted key: `alice`
    hint: delete the stored keys from that file with `vault import credentials --scrub`
    ");
    assert_eq!((here.stored("gone"), here.uses("alice", "alice")), (None, true));
    let run = here.import(&["credentials", "--yes", "--no-verify", "--json"]).run();
    assert_eq!((run.status, rows(&run)), (0, vec!["credentials gone imported".to_owned(), "credentials alice already".to_owned()]));
}

#[test]
fn another_key_of_that_name_stays_unless_forced() {
    let here = Elsewhere::new();
    here.world.add("alice", "bob");
    here.write("credentials", &(section("alice", "alice") + &section("carol", "carol")));
    let run = here.import(&["credentials", "--yes", "--json"]).run();
    assert_eq!(
        (run.status, rows(&run)),
        (1, vec!["credentials alice failed".to_owned(), "credentials carol imported".to_owned()]),
        "{run:?}"
    );
    assert!(run.stderr.contains("--force") && here.uses("alice", "bob"), "{run:?}");
    let run = here.import(&["credentials", "--yes", "--force"]).run();
    assert!(run.status == 0 && here.uses("alice", "alice"), "{run:?}");
}

#[test]
fn the_as_option_chooses_the_names() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("alice", "alice") + &section("x/y z", "bob")));
    let run = here.import(&["credentials", "--yes", "--as", "alice=main key", "--as", "x/y z=größe"]).run();
    assert!(run.status == 0 && here.uses("main key", "alice") && here.uses("größe", "bob"), "{run:?}");
    for (words, why) in [(&["--as", "one"][..], "there are two"), (&["--as", "nobody=one"], "there is no such")] {
        let run = here.import(&[&["credentials", "--yes"], words].concat()).run();
        assert_eq!(run.status, 2, "{why}: {run:?}");
    }
    here.write("credentials", &section("[odd", "carol").replace("[[odd]", "[-odd]"));
    let run = here.import(&["credentials", "--yes", "--json"]).run();
    assert_eq!((run.status, rows(&run)), (1, vec!["credentials -odd failed".to_owned()]), "{run:?}");
    let run = here.import(&["credentials", "--yes", "--as", "carol"]).run();
    assert!(run.status == 0 && here.uses("carol", "carol"), "{run:?}");
}

/// A profile needs a section in the config file, and the device that only aws-mfa knew.
#[test]
fn an_imported_key_can_be_used_at_once() {
    let here = Elsewhere::with("[profile bob]\nregion = us-east-1\n");
    let device = "aws_mfa_device = arn:aws:iam::123456789012:mfa/bob\n";
    here.write("credentials", &(section("bob-long-term", "bob") + device + &section("carol-long-term", "carol")));
    let run = here.import(&["credentials", "--yes"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(
        here.world.read(".aws/config"),
        "[profile bob]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/bob\n\n[profile carol]\n"
    );
    assert!(here.uses("carol", "carol"));
}

#[test]
fn import_asks_once_and_accepts_a_no() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("alice", "alice") + &section("bob", "bob")));
    let run = here.import(&["credentials"]).run().fails(1);
    assert!(run.stdout.contains("alice") && run.stderr.contains("--yes"), "{run:?}");
    for (answer, stored) in [("n", None), ("", None), ("y", Some(here.world.aws.user("alice").access_key().0))] {
        for json in [true, false] {
            let words: &[&str] = if json { &["credentials", "--json"] } else { &["credentials"] };
            let mut terminal = Terminal::run(here.import(words));
            terminal.expect("Import these 2 keys into the file keystore? [y/N] ");
            terminal.type_line(answer);
            let ended = terminal.wait();
            assert!(ended.screen.contains("ACCOUNT"), "{ended:?}");
            assert_eq!((ended.status, here.stored("alice")), (i32::from(stored.is_none()), stored.clone()), "{answer}: {ended:?}");
            if stored.is_some() {
                break;
            }
        }
    }
}

#[test]
fn an_unreadable_file_is_an_error_and_a_missing_default_file_is_not() {
    let here = Elsewhere::new();
    let run = here.import(&["credentials", "--yes"]).run();
    assert_eq!(run.status, 1, "a missing file is an error if it was named: {run:?}");
    let run = here.import(&["--yes"]).run();
    assert!(run.status == 0 && run.stderr.contains("found no keys in"), "{run:?}");
    here.write("credentials", &(section("alice", "alice") + "aws_secret_access_key\n[broken\n"));
    let run = here.import(&["--yes", "--json"]).run();
    assert_eq!((run.status, rows(&run)), (1, vec!["credentials alice failed".to_owned()]), "{run:?}");
}

#[test]
fn each_name_is_used_once() {
    let here = Elsewhere::new();
    here.write("credentials", &section("alice", "alice"));
    let config = format!("[profile alice]\nregion = us-east-1\n{}", section("x", "bob").replace("[x]\n", ""));
    let config = {
        here.write("config", &config);
        here.path("config").display().to_string()
    };
    let run = here.import(&["--yes", "--json"]).env("AWS_CONFIG_FILE", &config).run();
    assert_eq!((run.status, rows(&run)), (1, vec!["credentials alice imported".to_owned(), "config alice failed".to_owned()]), "{run:?}");
}

#[test]
fn five_hundred_keys_are_imported() {
    let here = Elsewhere::new();
    let text: String = (0..500).map(|n| section(&format!("team {n}/ü"), "nobody").replace("7EXAMPLE", &format!("7EXA{n:04}"))).collect();
    here.write("credentials", &text);
    let run = here.import(&["credentials", "--yes", "--no-verify", "--json", "--scrub"]).run();
    assert_eq!((run.status, rows(&run).iter().filter(|row| row.ends_with(" imported")).count()), (0, 500), "{}", run.stderr);
    assert!(run.stderr.contains(" of 500 keys so far"), "it shows progress: {}", run.stderr);
    assert_eq!(here.read("credentials"), "");
}

/// The command removes the keys that were stored, whatever their names and their file.
#[test]
fn a_file_that_still_holds_the_keys_is_named_with_the_command_that_removes_them() {
    let of_stderr = |stderr: &str| {
        let line = stderr.lines().find_map(|line| line.strip_prefix("hint: delete the stored keys from that file with `"));
        line.and_then(|line| line.strip_suffix('`')).map(str::to_owned)
    };
    let text = section("alice", "alice") + &section("x y", "bob");
    for (file, words) in [
        ("credentials", &["--yes"][..]),
        ("credentials", &["credentials", "--yes", "--as", "x y=other one"]),
        ("the others", &["credentials", "FILE", "--yes"]),
        ("keys.csv", &["csv", "FILE", "--yes", "--as", "it is"]),
    ] {
        let here = Elsewhere::new();
        let text = if words[0] == "csv" { "Access key ID,Secret access key\nID(carol),SECRET(carol)\n" } else { &text };
        let before = here.write(file, text);
        let path = here.path(file).display().to_string();
        let words: Vec<_> = words.iter().map(|word| if *word == "FILE" { path.as_str() } else { word }).collect();
        let run = here.import(&words).run();
        assert_eq!((run.status, here.read(file)), (0, before), "{run:?}");
        assert!(run.stderr.contains("still holds the unencrypted key"), "{run:?}");
        let again = of_stderr(&run.stderr).unwrap_or_else(|| panic!("{run:?}"));
        let line = again.replacen("vault", &format!("'{}'", World::binary().display()), 1);
        let run = here.world.command("sh".as_ref(), &["-c", &line]).run();
        assert_eq!(run.status, 0, "{again}: {run:?}");
        let left = std::fs::read_to_string(here.path(file)).unwrap_or_default();
        assert!(!left.contains("AKIA"), "{again}: {left}");
        assert!(of_stderr(&run.stderr).is_none() && !run.stderr.contains("imported: key"), "{again}: {run:?}");
    }
    // Nothing is stored from it.
    let here = Elsewhere::new();
    here.write("credentials", &section("gone", "nobody"));
    let run = here.import(&["credentials", "--yes"]).run();
    assert!(of_stderr(&run.stderr).is_none(), "{run:?}");
}
