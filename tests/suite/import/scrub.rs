//! `--scrub`: the keys go from the file, and nothing else does.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::{Elsewhere, section};

#[test]
fn only_what_was_read_back_is_removed() {
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
    // Its section is gone, and so it has one in the config file.
    assert!(here.uses("bob", "bob") && here.uses("alice", "alice"));
}

#[test]
fn a_key_that_is_stored_already_is_removed_too_and_a_link_stays_one() {
    let here = Elsewhere::new();
    here.write("real", &section("alice", "alice"));
    symlink(here.path("real"), here.path("credentials")).expect("a link can be made");
    here.import(&["credentials", "--yes"]).run().ok();
    let run = here.import(&["credentials", "--yes", "--scrub", "--json"]).run();
    assert_eq!((run.status, here.read("real").as_str()), (0, ""), "{run:?}");
    assert!(std::fs::symlink_metadata(here.path("credentials")).expect("it is there").is_symlink());
}

#[test]
fn a_secret_that_is_left_elsewhere_in_the_file_is_told_of() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("alice", "alice") + "# old: SECRET(alice)\n"));
    std::fs::hard_link(here.path("credentials"), here.path("backup")).expect("a link can be made");
    let run = here.import(&["credentials", "--yes", "--scrub"]).run();
    assert!(run.status == 1 && run.stderr.contains("in another place") && run.stderr.contains("hard link"), "{run:?}");
}

#[test]
fn the_same_key_under_two_names_and_in_two_files_goes_from_both() {
    let here = Elsewhere::new();
    here.write("credentials", &(section("alice", "alice") + &section("default", "alice")));
    here.write("config", &section("profile alice", "alice"));
    let config = here.path("config").display().to_string();
    let run = here.import(&["--yes", "--scrub"]).env("AWS_CONFIG_FILE", &config).run();
    assert_eq!((run.status, here.read("credentials").as_str()), (0, ""), "{run:?}");
    assert!(!here.read("config").contains("aws_"), "{}", here.read("config"));
}
