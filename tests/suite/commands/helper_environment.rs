//! The environment of a keystore's helper commands: no credentials, and none of our own variables.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::password_store::PasswordStore;
use crate::support::world::World;

/// Writes down the names of its variables.
const NOTE: &str = "env | cut -d= -f1 | sort >> \"$HOME/seen\"";

/// Variables that a person's shell may have while they store a key.
const OF_CREDENTIALS: [&str; 5] =
    ["AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SECURITY_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"];

fn add_and_use(world: &mut World) {
    world.keep_secret("a-secret-of-another-program");
    let (id, secret) = world.aws.user("some-user").access_key();
    for command in [&["add", "read-only", "--env", "--no-verify"][..], &["exec", "read-only", "-t", "000000", "--", "true"]] {
        let run = world.command(&World::binary(), command);
        let run = run.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
        // The code is wrong: only the keystore matters here.
        let _ = OF_CREDENTIALS.iter().fold(run, |run, name| run.env(name, "a-secret-of-another-program")).run();
    }
    let seen = world.read("seen");
    assert!(seen.lines().any(|name| name == "HOME"), "it ran: {seen}");
    for name in OF_CREDENTIALS.iter().chain(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
        assert!(!seen.lines().any(|seen| seen == *name), "{name}");
    }
    assert!(!seen.contains("AWS_VAULT_"), "{seen}");
}

#[test]
fn pass_and_its_children_see_no_credentials() {
    let mut world = World::new();
    let _store = PasswordStore::init(&world, "");
    world.write("noter", format!("#!/bin/sh\n{NOTE}\nexec pass \"$@\"\n"));
    fs::set_permissions(world.path("noter"), fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    world.set("AWS_VAULT_BACKEND", "pass");
    world.set("AWS_VAULT_PASS_CMD", &world.path("noter").display().to_string());
    add_and_use(&mut world);
}

#[test]
fn the_command_that_gives_the_passphrase_sees_no_credentials() {
    let mut world = World::new();
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    let passphrase = crate::support::world::PASSPHRASE;
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    world.set("AWS_VAULT_FILE_PASSPHRASE_COMMAND", &format!("{NOTE}; echo {passphrase}"));
    add_and_use(&mut world);
}
