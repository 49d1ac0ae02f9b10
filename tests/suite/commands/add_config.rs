//! `add` edits the config file and keeps every other byte: links, modes, line ends and odd text stay.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::world::{Run, World, usual_aws};

fn add(world: &World, name: &str, more: &[&str]) -> Run {
    let (id, secret) = world.aws.user("some-user").access_key();
    let mut command = world.vault(["add", name, "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    for word in more {
        command = command.arg(word);
    }
    command.run()
}

const SERIAL: &str = "mfa_serial = arn:aws:iam::123456789012:mfa/some-user";

#[test]
fn a_missing_file_is_created_with_a_private_mode() {
    let world = World::with(usual_aws(), "");
    fs::remove_dir_all(world.path(".aws")).expect("the folder can be removed");
    assert_eq!(add(&world, "me", &["--region", "eu-west-1"]).status, 0);
    assert_eq!(world.read(".aws/config"), format!("[profile me]\nregion = eu-west-1\n{SERIAL}\n"));
    let mode = |name: &str| fs::metadata(world.path(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(".aws"), mode(".aws/config")), (0o700, 0o600));
}

#[test]
fn the_default_profile_gets_its_own_kind_of_section() {
    let world = World::with(usual_aws(), "");
    add(&world, "default", &[]);
    assert_eq!(world.read(".aws/config"), format!("[default]\n{SERIAL}\n"));
    let world = World::with(usual_aws(), "");
    add(&world, "with space", &[]);
    assert_eq!(world.read(".aws/config"), format!("[profile \"with space\"]\n{SERIAL}\n"));
}

#[test]
fn a_link_stays_a_link_and_a_mode_stays_a_mode() {
    let world = World::with(usual_aws(), "");
    fs::remove_file(world.path(".aws/config")).expect("the file can be removed");
    world.write("dotfiles/aws-config", "[profile other]\nregion = us-east-1\n");
    fs::set_permissions(world.path("dotfiles/aws-config"), fs::Permissions::from_mode(0o664)).expect("the mode can be set");
    symlink("../dotfiles/aws-config", world.path(".aws/config")).expect("a link can be made");
    assert_eq!(add(&world, "me", &[]).status, 0);
    assert!(fs::symlink_metadata(world.path(".aws/config")).expect("it is there").is_symlink());
    assert_eq!(fs::metadata(world.path("dotfiles/aws-config")).expect("it is there").permissions().mode() & 0o777, 0o664);
    assert_eq!(world.read("dotfiles/aws-config"), format!("[profile other]\nregion = us-east-1\n\n[profile me]\n{SERIAL}\n"));
    let alongside: Vec<_> = fs::read_dir(world.path("dotfiles")).expect("the folder is there").collect();
    assert_eq!(alongside.len(), 1, "no temporary file is left");
}

#[test]
fn every_other_byte_stays() {
    let world = World::with(usual_aws(), "");
    // A byte-order mark, CRLF, Latin-1 in a comment, tabs, no final newline.
    let before = b"\xef\xbb\xbf# caf\xe9\r\n[profile other]\r\n\tregion\t= us-east-1\r\n\r\n;end".to_vec();
    world.write(".aws/config", &before);
    assert_eq!(add(&world, "me", &[]).status, 0);
    let after = fs::read(world.path(".aws/config")).expect("it is there");
    assert_eq!(after[..before.len()], before[..]);
    assert_eq!(String::from_utf8_lossy(&after[before.len()..]), format!("\r\n\r\n[profile me]\r\n{SERIAL}\r\n"));
}

#[test]
fn the_file_that_the_environment_names_is_the_one_that_changes() {
    let mut world = World::with(usual_aws(), "[profile untouched]\n");
    let path = world.path("elsewhere/config").display().to_string();
    world.set("AWS_CONFIG_FILE", &path);
    assert_eq!(add(&world, "me", &[]).status, 0);
    assert_eq!(world.read("elsewhere/config"), format!("[profile me]\n{SERIAL}\n"));
    assert_eq!(world.read(".aws/config"), "[profile untouched]\n");
}

#[test]
fn an_unreadable_file_stops_add_before_anything_is_stored() {
    let world = World::with(usual_aws(), "[profile me\nregion = x\n");
    let run = add(&world, "me", &[]);
    insta::assert_snapshot!(super::shown(&world, &run), @"
    status 1
    stderr:
    vault: section header `[profile me` has no closing `]`
      --> ~/.aws/config:1
    hint: add the `]`
    ");
    assert_eq!(world.aws.requests(), [], "AWS is not called");
    assert!(!world.path(".local/share/vault/keys").exists(), "nothing is stored");
}

#[test]
fn a_region_is_written_into_a_profile_that_has_none() {
    let world = World::with(usual_aws(), "[profile bare]\noutput = json\n[profile said]\nregion = eu-west-1\n");
    let (id, secret) = world.aws.user("some-user").access_key();
    for name in ["bare", "said"] {
        let add = world.vault(["add", name, "--env", "--no-verify", "--region", "us-west-2"]);
        add.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
    }
    assert_eq!(world.read(".aws/config"), "[profile bare]\noutput = json\nregion = us-west-2\n[profile said]\nregion = eu-west-1\n");
}
