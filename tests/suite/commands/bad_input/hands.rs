//! vault's files and folders that everyone can write to, or that another user owns, such as root after a `sudo`: refused, with a fix.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use crate::support::world::{Invocation, World};

use super::super::{forget_codes, lock_keystore, shown, signed_in};

/// A user other than the one that runs the tests.
const OTHER: u32 = 65534;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode can be set");
}

/// Runs the program with a code from the user's device.
fn exec(world: &World) -> Invocation<'_> {
    forget_codes(world).vault(["exec", "read-only", "--", "true"]).code_of("some-user")
}

#[test]
fn key_folders_that_others_may_write_to_are_refused() {
    for folder in [".local/share/vault", ".local/share/vault/keys"] {
        let world = signed_in();
        lock_keystore(&world);
        world.vault(["clear"]).run().ok();
        set_mode(&world.path(folder), 0o777);
        let run = exec(&world).run().fails(1);
        let path = world.path(folder).display().to_string();
        assert!(run.stderr.contains(&format!("cannot use `{path}`: other users may write to it")), "{run:?}");
        assert!(run.stderr.contains(&format!("hint: close it to others: `chmod go-w {path}`")), "{run:?}");
        set_mode(&world.path(folder), 0o700);
        exec(&world).run().ok();
    }
}

#[test]
fn session_folders_that_others_may_write_to_are_reported_and_not_used() {
    for folder in [".cache/vault", ".cache/vault/sessions"] {
        let world = signed_in();
        set_mode(&world.path(folder), 0o777);
        let run = exec(&world).run();
        let path = world.path(folder).display().to_string();
        let said = format!("cannot use `{path}`: other users may write to it; close it to others: `chmod go-w {path}`");
        assert!(run.status == 0 && run.stderr.contains(&said), "{run:?}");
        assert_eq!(world.aws.calls("GetSessionToken"), 2, "{folder}");
    }
}

/// Emptying or removing the settings would switch `protect` off.
#[test]
fn settings_that_others_may_change_are_refused_and_those_in_a_repository_are_read() {
    let world = World::with_key();
    let protected = "[profile.opssudo]\nprotect = true\n";
    let export = || forget_codes(&world).vault(["export", "opssudo"]).code_of("some-user").run().fails(1);
    let is_protected = || assert!(export().stderr.contains("is protected"), "{:?}", export());
    world.write(".config/vault/config.toml", protected);
    is_protected();
    for (what, mode) in [(".config/vault/config.toml", 0o644), (".config/vault", 0o755)] {
        set_mode(&world.path(what), mode | 0o022);
        world.write(".config/vault/config.toml", "");
        let path = world.path(what).display().to_string();
        for arguments in [&["exec", "opssudo", "--", "true"][..], &["export", "opssudo"], &["list"], &["status", "opssudo"]] {
            let run = world.command(&World::binary(), arguments).run().fails(1);
            assert!(run.stderr.contains(&format!("`{path}`: other users may write to it")), "{arguments:?}: {run:?}");
            assert!(run.stderr.contains(&format!("hint: close it to others: `chmod go-w {path}`")), "{arguments:?}: {run:?}");
        }
        set_mode(&world.path(what), mode);
        world.write(".config/vault/config.toml", protected);
        is_protected();
    }
    fs::remove_file(world.path(".config/vault/config.toml")).expect("it can be removed");
    world.write("dotfiles/vault.toml", protected);
    symlink("../../dotfiles/vault.toml", world.path(".config/vault/config.toml")).expect("a link can be made");
    is_protected();
    set_mode(&world.path("dotfiles/vault.toml"), 0o666);
    assert!(export().stderr.contains("chmod go-w "), "{:?}", export());
}

#[test]
fn a_lock_file_that_is_a_link_is_reported_and_not_followed() {
    let world = signed_in();
    world.write(".bashrc", "alias ls='ls -l'\n");
    let locks = world.path(".local/state/vault/locks");
    let names = fs::read_dir(&locks).expect("there are locks").flatten().map(|entry| entry.file_name().into_string().expect("Unicode"));
    for name in names.collect::<Vec<_>>() {
        let lock = locks.join(&name);
        forget_codes(&world);
        let _ = fs::remove_file(&lock);
        symlink(world.path(".bashrc"), &lock).expect("a link can be made");
        let run = world.vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run();
        assert_eq!(world.read(".bashrc"), "alias ls='ls -l'\n", "{name}");
        if name.starts_with("device-") || name.starts_with("session-") {
            assert!(run.status == 0 && run.stderr.contains(&format!("`rm {}`", lock.display())), "{name}: {run:?}");
        }
        fs::remove_file(&lock).expect("a link can be removed");
    }
}

#[test]
fn a_pipe_or_device_in_place_of_a_file_blocks_nothing() {
    let world = signed_in();
    let [session] = &super::sessions::session_files(&world)[..] else { panic!("there is one session") };
    let pipe = |path: &Path| {
        let _ = fs::remove_file(path);
        world.command(Path::new("mkfifo"), &[&path.display().to_string()]).run().ok();
    };
    pipe(session);
    exec(&world).run().ok();
    fs::File::create(session).and_then(|file| file.set_len(3 << 30)).expect("a large file takes no room");
    exec(&world).run().ok();
    assert_eq!(world.aws.calls("GetSessionToken"), 3);

    for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        pipe(&world.path("pipe"));
        for path in [world.path("pipe").display().to_string(), "/dev/full".to_owned(), "/dev/zero".to_owned()] {
            let run = world.vault(["exec", "read-only", "--", "true"]).env(variable, &path).run().fails(1);
            assert!(run.stderr.contains(&format!("cannot read `{path}`: it is not a regular file")), "{run:?}");
        }
    }
    for file in [".config/vault/config.toml", ".local/share/vault/index.json"] {
        world.write(file, "");
        pipe(&world.path(file));
        let run = world.vault(["exec", "read-only", "--", "true"]).run().fails(1);
        assert!(run.stderr.contains("it is not a regular file") && run.stderr.contains("\nhint: "), "{run:?}");
        fs::remove_file(world.path(file)).expect("a pipe can be removed");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_free_file_descriptors_the_run_fails_with_a_message() {
    let world = World::with_key();
    let binary = World::binary().display().to_string();
    for most in 4..16 {
        let limit = format!("--nofile={most}");
        for command in
            [&["exec", "read-only", "-t", "123456", "--", "true"][..], &["exec", "read-only", "-t", "123456", "--server", "--", "true"]]
        {
            let words: Vec<_> = [&limit[..], &binary].into_iter().chain(command.iter().copied()).collect();
            let run = world.command(Path::new("prlimit"), &words).run();
            assert!(!run.stderr.contains("panicked") && run.status < 128, "{most}: {run:?}");
        }
        forget_codes(&world);
    }
}

/// Reading does not create a home folder, and neither does a command that finds nothing to do.
#[test]
fn reading_does_not_create_a_missing_home() {
    let world = World::new();
    let home = world.path("none/home");
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["list", "--names"],
        &["status"],
        &["status", "read-only"],
        &["status", "--json"],
        &["explain", "read-only"],
        &["explain", "read-only", "--json"],
        &["clear"],
        &["clear", "read-only"],
        &["lock"],
        &["lock", "--sessions"],
        &["export", "read-only"],
        &["credential-process", "read-only"],
        &["exec", "nobody", "--", "true"],
        &["exec", "read-only", "--", "true"],
        &["link", "read-only"],
        &["link", "read-only", "--print"],
        &["unlink", "read-only"],
        &["unlink", "nobody"],
        &["add", "read-only"],
        &["add", "read-only", "--env"],
        &["remove", "read-only"],
        &["remove", "--force", "read-only"],
        &["remove", "--force", "nobody"],
        &["completions", "bash"],
        &["man"],
        &["--", "vault", "exec", ""],
    ] {
        for config in [None, Some(world.path(".aws/config"))] {
            let mut run = world.command(&World::binary(), arguments).env("HOME", &home.display().to_string());
            if let Some(config) = config {
                run = run.env("AWS_CONFIG_FILE", &config.display().to_string());
            }
            if arguments[0] == "--" {
                run = run.env("AWS_VAULT_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "2");
            }
            let run = run.run();
            assert!(!home.parent().expect("it has one").exists(), "{arguments:?}");
            assert!(arguments[0] != "--" || run.status == 0, "a shell completion request is answered: {run:?}");
        }
    }
}

#[test]
fn a_command_that_finds_nothing_to_do_changes_no_file() {
    let world = World::with_key();
    world.vault(["link", "read-only"]).run().ok();
    for arguments in [
        &["list"][..],
        &["status", "read-only"],
        &["explain", "opssudo"],
        &["clear"],
        &["clear", "read-only"],
        &["clear", "nobody"],
        &["lock"],
        &["link", "read-only"],
        &["link", "opssudo", "--print"],
        &["link", "nobody"],
        &["unlink", "opssudo"],
        &["unlink", "nobody"],
        &["remove", "--force", "nobody"],
        &["remove", "read-only"],
        &["add", "read-only", "--env"],
        &["completions", "zsh"],
        &["man"],
    ] {
        // Removed, so that a lock that is created again shows.
        let _ = fs::remove_dir_all(world.path(".local/state"));
        let before = contents(world.home());
        world.command(&World::binary(), arguments).run();
        assert_eq!(contents(world.home()), before, "{arguments:?}");
    }
}

/// Every file and folder, with contents.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for path in fs::read_dir(folder).expect("it can be listed").map(|entry| entry.expect("it can be listed").path()) {
        if path.is_dir() {
            found.extend(contents(&path));
        }
        found.insert(path.clone(), fs::read(&path).ok());
    }
    found
}

/// Gives the whole home to the other user. `false` if the tests do not run as root and cannot.
fn give_away(path: &Path, to: u32) -> bool {
    let given = chown(path, Some(to), Some(to)).is_ok();
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            give_away(&entry.path(), to);
        } else {
            let _ = chown(entry.path(), Some(to), Some(to));
        }
    }
    given
}

fn as_other<'a>(world: &'a World, arguments: &[&str]) -> Invocation<'a> {
    let (binary, id) = (World::binary().display().to_string(), OTHER.to_string());
    let (user, group) = (format!("--reuid={id}"), format!("--regid={id}"));
    let words: Vec<_> = [&user[..], &group, "--clear-groups", &binary].into_iter().chain(arguments.iter().copied()).collect();
    world.command(Path::new("setpriv"), &words)
}

#[test]
fn root_creates_nothing_in_another_users_home() {
    let world = signed_in();
    if !give_away(world.home(), OTHER) {
        eprintln!("left out: only root can give a home to another user");
        return;
    }
    let before = tree(world.home());
    for arguments in [&["exec", "read-only", "--", "true"][..], &["list"], &["clear"], &["link", "opssudo"], &["lock"], &["status"]] {
        let run = world.command(&World::binary(), arguments).run().fails(1);
        assert!(run.stderr.contains("belongs to another user") && run.stderr.contains("hint: leave out `sudo`"), "{run:?}");
    }
    assert_eq!(tree(world.home()), before);
    world.vault(["man", "--directory", &world.path("man").display().to_string()]).run().ok();
    give_away(world.home(), 0);
}

/// Every file below this folder, with its owner.
fn tree(folder: &Path) -> Vec<(std::path::PathBuf, u32)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let owner = entry.metadata().map(|metadata| metadata.uid()).unwrap_or_default();
        all.push((entry.path(), owner));
        all.extend(tree(&entry.path()));
    }
    all.sort();
    all
}

#[test]
fn files_that_root_left_are_named_with_the_command_that_takes_them_back() {
    let world = World::with_key();
    if !give_away(world.home(), OTHER) {
        eprintln!("left out: only root can give a home to another user");
        return;
    }
    let sign_in = || as_other(forget_codes(&world), &["exec", "read-only", "--", "true"]).code_of("some-user").run();
    sign_in().ok();
    for (left, command) in [
        (".local/share/vault/index.json", &["exec", "read-only", "--", "true"][..]),
        (".local/share/vault/keys", &["exec", "read-only", "--fresh", "-t", "123456", "--", "true"]),
        (".cache/vault", &["clear"]),
        (".local/state/vault/locks", &["exec", "read-only", "--fresh", "-t", "123456", "--", "true"]),
    ] {
        give_away(&world.path(left), 0);
        let _ = chown(world.path(left), Some(0), Some(0));
        let run = as_other(&world, command).no_env("AWS_VAULT_FILE_PASSPHRASE").env("AWS_VAULT_FILE_PASSPHRASE", "x").run();
        let cure = format!("`sudo chown -R \"$(id -un)\" {}`", world.path(left).display());
        assert!(run.stderr.contains(&cure), "{left}: {run:?}");
        give_away(&world.path(left), OTHER);
        let _ = chown(world.path(left), Some(OTHER), Some(OTHER));
    }
    give_away(world.home(), 0);
}

#[test]
fn a_config_file_that_root_changes_stays_the_users() {
    let world = World::with_key();
    let theirs = world.path("theirs");
    fs::create_dir(&theirs).expect("a folder can be made");
    fs::copy(world.path(".aws/config"), theirs.join("config")).expect("it can be copied");
    if !give_away(&theirs, OTHER) {
        eprintln!("left out: only root can give a file to another user");
        return;
    }
    for file in [theirs.join("config"), theirs.join("new/config")] {
        let (id, secret) = world.aws.user("some-user").access_key();
        let add = world.vault(["add", "fresh", "--env", "--no-verify", "--region", "us-east-1", "--force"]);
        let add = add.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
        let run = add.env("AWS_CONFIG_FILE", &file.display().to_string()).run();
        assert_eq!(run.status, 0, "{}", shown(&world, &run));
        assert!(fs::read_to_string(&file).expect("it is there").contains("[profile fresh]"));
        let owner = |path: &Path| fs::metadata(path).expect("it is there").uid();
        assert_eq!((owner(&file), owner(file.parent().expect("it has one"))), (OTHER, OTHER));
    }
}
