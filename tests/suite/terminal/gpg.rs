//! On which terminal gpg asks for its passphrase: the one that there is, whatever a variable says that was set somewhere else.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// Notes which terminal gpg would be told, and is not there.
const NOTER: &str = "#!/bin/sh\nprintf %s \"${GPG_TTY-none}\" > \"$HOME/told\"\nexit 1\n";

fn world_with_a_store() -> World {
    let mut world = World::new();
    world.write(".password-store/.gpg-id", "somebody@example.com\n");
    world.write(".password-store/vault/read-only.gpg", "");
    world.write("noter", NOTER);
    fs::set_permissions(world.path("noter"), fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    world.set("AWS_VAULT_BACKEND", "pass");
    world.set("AWS_VAULT_PASS_CMD", &world.path("noter").display().to_string());
    world
}

#[test]
fn gpg_is_told_a_terminal_or_none() {
    let world = world_with_a_store();
    let ours = Terminal::run(world.vault(["exec", "read-only", "--", "true"])).wait();
    assert_eq!(ours.status, 1, "{ours:?}");
    assert!(world.read("told").starts_with("/dev/"), "{}", world.read("told"));
    world.write("a-file", "");
    let file = world.path("a-file").display().to_string();
    for value in ["not a tty", "/dev/pts/99999", "/dev/null", "/", &file, ""] {
        Terminal::run(world.vault(["exec", "read-only", "--", "true"]).env("GPG_TTY", value)).wait();
        let told = world.read("told");
        assert!(told.starts_with("/dev/") && told != value, "{value}: {told}");
        world.vault(["exec", "read-only", "--", "true"]).env("GPG_TTY", value).run().fails(1);
        assert_eq!(world.read("told"), "none", "{value}: there is no terminal");
    }
}

#[test]
fn a_terminal_that_the_person_chose_for_gpg_stays() {
    let world = world_with_a_store();
    // One that stays open while the other run goes on.
    let mut other = Terminal::run(world.command("sh".as_ref(), &["-c", "tty; read -r _"]));
    let device = other.expect("\r\n").trim().to_owned();
    world.vault(["exec", "read-only", "--", "true"]).env("GPG_TTY", &device).run().fails(1);
    assert_eq!(world.read("told"), device);
    other.type_line("");
    other.wait();
}
