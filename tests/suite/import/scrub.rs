//! `--scrub`: the keys are removed from the file, and nothing else is.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::{Elsewhere, section};
use crate::support::pty::Terminal;
use crate::support::world::World;

#[test]
fn only_keys_that_were_read_back_are_removed() {
    let here = Elsewhere::new();
    let other = "# of a colleague\n[role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = alice\n\n";
    let text = section("alice", "alice") + "region = eu-west-1\n\n" + other + &section("gone", "nobody") + "\n" + &section("bob", "bob");
    let text = here.write("credentials", &text);
    std::fs::set_permissions(here.path("credentials"), std::fs::Permissions::from_mode(0o640)).expect("the file is ours");
    let run = here.import(&["credentials", "--yes", "--scrub"]).run();
    assert_eq!(run.status, 1, "AWS refuses one of them: {run:?}");
    let gone = &text[text.find("[gone]").expect("it is there")..text.find("[bob]").expect("it is there")];
    assert_eq!(here.read("credentials"), format!("[alice]\nregion = eu-west-1\n\n{other}{gone}"));
    assert_eq!(std::fs::metadata(here.path("credentials")).expect("it is there").mode() & 0o777, 0o640);
    // Its section in the credentials file is gone, so the config file has one.
    assert!(here.uses("bob", "bob") && here.uses("alice", "alice"));
}

#[test]
fn a_key_that_is_stored_already_is_removed_too_and_a_link_stays_a_link() {
    let here = Elsewhere::new();
    here.write("real", &section("alice", "alice"));
    symlink(here.path("real"), here.path("credentials")).expect("a link can be made");
    here.import(&["credentials", "--yes"]).run().ok();
    let run = here.import(&["credentials", "--yes", "--scrub", "--json"]).run();
    assert_eq!((run.status, here.read("real").as_str()), (0, ""), "{run:?}");
    assert!(std::fs::symlink_metadata(here.path("credentials")).expect("it is there").is_symlink());
}

#[test]
fn a_secret_elsewhere_in_the_file_is_reported() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("alice", "alice") + "# old: SECRET(alice)\n"));
    std::fs::hard_link(here.path("credentials"), here.path("backup")).expect("a link can be made");
    let run = here.import(&["credentials", "--yes", "--scrub"]).run();
    assert!(run.status == 1 && run.stderr.contains("in another place") && run.stderr.contains("hard link"), "{run:?}");
}

#[test]
fn a_key_under_two_names_or_in_two_files_is_removed_from_both() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("alice", "alice") + &section("default", "alice")));
    here.write("config", &section("profile alice", "alice"));
    let config = here.path("config").display().to_string();
    let run = here.import(&["--yes", "--scrub"]).env("AWS_CONFIG_FILE", &config).run();
    assert_eq!((run.status, here.read("credentials").as_str()), (0, ""), "{run:?}");
    assert!(!here.read("config").contains("aws_"), "{}", here.read("config"));
}

/// Without its section, no command would find the profile.
#[test]
fn a_key_whose_profile_could_not_be_written_stays_in_its_file() {
    let here = Elsewhere::new();
    let text = here.write("credentials", &(section("x", "alice") + &section("default", "bob")));
    let csv = here.write("x.csv", "User name,Access key ID,Secret access key\ncarol,ID(carol),SECRET(carol)\n");
    let path = here.path("x.csv").display().to_string();
    for (words, count) in [(&["credentials"][..], 2), (&["csv", &path], 1)] {
        let words = [words, &["--yes", "--scrub"]].concat();
        // The config file is readable but not writable.
        let run = here.import(&words).env("AWS_CONFIG_FILE", "/dev/null").run();
        let said = run.stderr.matches("the config file has no profile for it").count();
        assert_eq!((run.status, said), (1, count), "{run:?}");
        assert!(!run.stderr.contains("removed"), "{run:?}");
    }
    assert_eq!((here.read("credentials"), here.read("x.csv")), (text, csv));
    // Once the cause is gone, the same command finishes.
    let run = here.import(&["credentials", "--yes", "--scrub"]).run();
    assert_eq!((run.status, here.read("credentials").as_str()), (0, ""), "{run:?}");
    assert!(here.uses("x", "alice"));
}

#[test]
fn a_stored_key_that_stays_in_its_file_is_named_with_the_reason() {
    let here = Elsewhere::new();
    here.write("credentials", &section("alice", "alice"));
    here.import(&["credentials", "--yes"]).run().ok();
    let other = here.write("credentials", "[alice]\naws_access_key_id = ID(alice)\naws_secret_access_key = SECRET(bob)\n");
    let run = here.import(&["credentials", "--yes", "--scrub"]).run();
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("the key of `alice` is left in"), "{run:?}");
    assert!(run.stderr.contains("the stored key of the same id has another secret"), "{run:?}");
    assert!(run.stderr.contains("hint: try the stored key with `vault exec alice -- aws sts get-caller-identity`"), "{run:?}");
    assert_eq!(here.read("credentials"), other);
    // A key cannot be compared with one in a locked keystore.
    let same = here.write("credentials", &section("alice", "alice"));
    here.world.vault(["lock"]).run().ok();
    let run = here.import(&["credentials", "--yes", "--scrub"]).env("AWS_VAULT_FILE_PASSPHRASE", "wrong").run();
    assert!(run.status == 1 && run.stderr.contains("it could not be compared with the stored one"), "{run:?}");
    assert_eq!(here.read("credentials"), same);
    // Of two copies, the one with another secret stays.
    let here = Elsewhere::new();
    let other = "[default]\naws_access_key_id = ID(alice)\naws_secret_access_key = SECRET(bob)\n";
    here.write("credentials", &(section("alice", "alice") + other));
    let run = here.import(&["credentials", "--yes", "--scrub", "--as", "default=alice"]).run();
    assert!(run.status == 1 && run.stderr.contains("the key of `default` is left in"), "{run:?}");
    assert!(here.read("credentials").starts_with("[default]\n"), "{}", here.read("credentials"));
}

#[test]
fn keys_that_another_run_removed_meanwhile_are_no_error() {
    let here = Elsewhere::new();
    let path = here.path("x.csv").display().to_string();
    for words in [&["credentials"][..], &["csv", &path]] {
        here.write("credentials", &section("alice", "alice"));
        here.write("x.csv", "User name,Access key ID,Secret access key\nbob,ID(bob),SECRET(bob)\n");
        let words = [words, &["--scrub"]].concat();
        let mut first = Terminal::run(here.import(&words));
        first.expect("[y/N] ");
        here.import(&[&words[..], &["--yes"]].concat()).run().ok();
        first.type_line("y");
        let ended = first.wait();
        assert_eq!(ended.status, 0, "{words:?}: {ended:?}");
        here.world.command(&World::binary(), &["remove", "--force", if words[0] == "csv" { "bob" } else { "alice" }]).run().ok();
    }
}

#[test]
fn an_emptied_file_behind_a_link_is_removed_with_the_link() {
    let here = Elsewhere::new();
    here.write("real.csv", "User name,Access key ID,Secret access key\nbob,ID(bob),SECRET(bob)\n");
    symlink(here.path("real.csv"), here.path("x.csv")).expect("a link can be made");
    here.import(&["csv", &here.path("x.csv").display().to_string(), "--yes", "--scrub"]).run().ok();
    assert!(!here.path("real.csv").exists() && std::fs::symlink_metadata(here.path("x.csv")).is_err());
}
