//! A world for each finding of `doctor`, with its severity and its cure: a new id without a world fails.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::time::{Duration, SystemTime};

use vault::model::{MfaSerial, Timestamp};
use vault::ports::SingleFlight as _;
use vault::sessions::FileLocks;

use crate::support::aws::Fault;
use crate::support::preloaded::without_keyring;
use crate::support::secret_service::SecretService;
use crate::support::steps::{directories, sign_in};
use crate::support::world::{Run, TWO_PROFILES, World};

use super::super::lock_keystore;
use super::{findings, healthy};

const INDEX: &str = ".local/share/vault/index.json";
const ITEM: &str = ".local/share/vault/keys/read-only.age";
const SERIAL: &str = "arn:aws:iam::123456789012:mfa/some-user";

/// A fault of the world, and the finding about it.
struct Fall {
    id: &'static str,
    severity: &'static str,
    cure: &'static str,
    /// Other findings that this fault always causes.
    also: &'static [&'static str],
    /// `None` if the world cannot be made, because only root can make it.
    run: fn() -> Option<Run>,
}

fn write(world: &World, path: &str, text: impl AsRef<[u8]>) {
    world.write(path, text);
    fs::set_permissions(world.path(path), Permissions::from_mode(0o600)).unwrap();
}

/// Appends these lines to the config of the two profiles.
fn with_config(lines: &str) -> World {
    let world = healthy();
    write(&world, ".aws/config", format!("{TWO_PROFILES}\n{lines}"));
    world
}

fn with_variables(variables: &[(&str, &str)]) -> Option<Run> {
    let mut world = healthy();
    for (name, value) in variables {
        world.set(name, value);
    }
    offline(&world)
}

#[expect(clippy::unnecessary_wraps, reason = "the end of each world")]
fn offline(world: &World) -> Option<Run> {
    Some(world.vault(["doctor", "--json", "--offline"]).run())
}

fn with_clock() -> World {
    let mut world = World::new();
    world.own_clock();
    fs::set_permissions(world.path(".aws/config"), Permissions::from_mode(0o600)).unwrap();
    world.add("read-only", "some-user");
    world
}

/// Only the index says that the key is in the keychain.
fn in_keychain(world: &World) {
    write(world, INDEX, world.read(INDEX).replace("\"file\"", "\"keychain\""));
}

const fn fall(id: &'static str, severity: &'static str, cure: &'static str, run: fn() -> Option<Run>) -> Fall {
    Fall { id, severity, cure, also: &[], run }
}

const FALLS: &[Fall] = &[
    fall("keystore-unusable", "error", "vault add NAME --backend file", || {
        let world = healthy();
        in_keychain(&world);
        offline(&world)
    }),
    fall("keystore-locked", "note", "`AWS_VAULT_FILE_PASSPHRASE_COMMAND`", || {
        let mut world = healthy();
        world.unset("AWS_VAULT_FILE_PASSPHRASE");
        lock_keystore(&world);
        offline(&world)
    }),
    fall("item-missing", "error", "`vault add --force read-only`; or drop its entry: `vault remove read-only`", || {
        let world = healthy();
        fs::remove_file(world.path(ITEM)).unwrap();
        offline(&world)
    }),
    fall("item-damaged", "error", "restore the item from a backup, or store the key again: `vault add --force read-only`", || {
        let world = healthy();
        fs::File::options().write(true).open(world.path(ITEM)).unwrap().set_len(20).unwrap();
        offline(&world)
    }),
    Fall {
        also: &["keystore-locked"],
        ..fall("item-unseen", "note", "`vault exec read-only -- true`", || {
            let mut world = healthy();
            let service = SecretService::start(world.home());
            in_keychain(&world);
            let lock = "gdbus call --session -d org.freedesktop.secrets -o /org/freedesktop/secrets -m org.freedesktop.Secret.Service.Lock \"['/org/freedesktop/secrets/collection/login']\"";
            world.set("DBUS_SESSION_BUS_ADDRESS", service.address());
            world.command("/bin/sh".as_ref(), &["-c", lock]).run().ok();
            offline(&world)
        })
    },
    fall("kernel-keyring", "note", "allow the system calls `add_key` and `keyctl`", || {
        let (name, library) = without_keyring();
        let world = healthy();
        Some(world.vault(["doctor", "--json", "--offline"]).env(name, &library).run())
    }),
    fall("clock", "error", "set it with", || {
        let world = healthy();
        world.aws.set_clock_offset(-1_000);
        Some(world.vault(["doctor", "--json"]).run())
    }),
    fall("clock-unknown", "note", "--offline", || {
        let world = healthy();
        world.aws.fault("*", Fault::Drop, 99);
        Some(world.vault(["doctor", "--json"]).run())
    }),
    fall("other-vault", "warning", "first on the `PATH`", || {
        let mut world = healthy();
        write(&world, "other/vault", "#!/bin/sh\n");
        fs::set_permissions(world.path("other/vault"), Permissions::from_mode(0o755)).unwrap();
        let (own, other) = (World::binary().parent().unwrap().display().to_string(), world.path("other").display().to_string());
        world.set("PATH", &format!("{other}:{own}:/usr/bin:/bin"));
        offline(&world)
    }),
    fall("key-in-environment", "warning", "`vault add NAME --env`", || {
        with_variables(&[("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x")])
    }),
    fall("profile-and-key", "warning", "`unset AWS_ACCESS_KEY_ID", || {
        with_variables(&[("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"), ("AWS_SESSION_TOKEN", "x"), ("AWS_PROFILE", "read-only")])
    }),
    fall("stale-token", "error", "`unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN`", || with_variables(&[("AWS_SESSION_TOKEN", "x")])),
    fall("expired-environment", "warning", "`unset AWS_ACCESS_KEY_ID", || {
        with_variables(&[
            ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
            ("AWS_SESSION_TOKEN", "x"),
            ("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z"),
        ])
    }),
    fall("container-variables", "warning", "`unset AWS_CONTAINER_CREDENTIALS_FULL_URI`", || {
        with_variables(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")])
    }),
    fall("two-regions", "warning", "unset one of them", || {
        with_variables(&[("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "eu-west-1")])
    }),
    fall("config-fault", "error", "write `key = value`", || offline(&with_config("[profile x]\nregion us-east-1\n"))),
    fall("unknown-key", "warning", "`mfa_serial`", || offline(&with_config("[profile x]\nmfa_seral = a\n"))),
    fall("ignored-section", "warning", "profile x", || offline(&with_config("[Profile x]\nregion = us-east-1\n"))),
    fall("stray-table", "warning", "`opssudo`", || {
        let world = healthy();
        write(&world, ".config/vault/config.toml", "[profile.opsudo]\nprotect = true\n");
        offline(&world)
    }),
    fall("profile-plan", "error", "add a `[profile gone]` section", || {
        offline(&with_config("[profile x]\nsource_profile = gone\nrole_arn = arn:aws:iam::123456789012:role/R\n"))
    }),
    fall("process-missing", "error", "correct the path", || {
        offline(&with_config("[profile x]\ncredential_process = /nowhere/at/all --x\n"))
    }),
    fall("protected-open", "warning", "`vault unlink read-only`", || {
        let world = healthy();
        write(&world, ".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
        world.vault(["link", "read-only"]).run().ok();
        offline(&world)
    }),
    fall("protected-linked", "warning", "`vault unlink opssudo-vault`", || {
        let world = healthy();
        world.vault(["link", "opssudo"]).run().ok();
        write(&world, ".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
        offline(&world)
    }),
    fall("no-mfa", "warning", "set `mfa_serial`", || {
        let world = with_config("[profile plain]\nregion = us-east-1\n");
        world.add("plain", "some-user");
        write(&world, ".aws/config", format!("{TWO_PROFILES}\n[profile plain]\nregion = us-east-1\n"));
        Some(world.vault(["doctor", "--json", "--offline", "plain"]).run())
    }),
    fall("device-closed", "warning", "send no more codes until then", || {
        let world = healthy();
        let soon = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 120;
        let until = Timestamp::from_unix(i64::try_from(soon).unwrap());
        FileLocks::new(&directories(&world)).device(&MfaSerial::parse(SERIAL).unwrap()).close_until(until);
        Some(world.vault(["doctor", "--json", "--offline", "opssudo"]).run())
    }),
    fall("plaintext-key", "warning", "`vault import credentials --scrub`", || {
        let world = healthy();
        write(&world, ".aws/credentials", "[x]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = y\n");
        offline(&world)
    }),
    fall("open-file", "warning", "chmod 600", || {
        let world = healthy();
        fs::set_permissions(world.path(ITEM), Permissions::from_mode(0o644)).unwrap();
        offline(&world)
    }),
    fall("foreign-file", "error", "take it back with `sudo chown -R \"$(id -un)\" ", || {
        const OTHER: u32 = 65534;
        let world = healthy();
        chown(world.path(ITEM), Some(OTHER), Some(OTHER)).ok()?;
        offline(&world)
    }),
    fall("stray-files", "note", "look at it, and remove it", || {
        let world = healthy();
        sign_in(&world, "read-only");
        write(&world, ".cache/vault/sessions/notes.txt", "x");
        offline(&world)
    }),
    fall("lock-held", "note", "or end it with `kill ", || {
        let world = healthy();
        let path = world.path(".local/state/vault/locks/device-0");
        write(&world, ".local/state/vault/locks/device-0", "");
        let lock = File::options().write(true).open(path).unwrap();
        lock.lock().unwrap();
        let run = offline(&world);
        assert!(run.as_ref().unwrap().stdout.contains(&format!("process {}", std::process::id())), "{run:?}");
        run
    }),
    fall("expired-sessions", "note", "`vault doctor --fix`", || {
        let world = with_clock();
        sign_in(&world, "read-only");
        world.later(2 * 86_400);
        offline(&world)
    }),
    fall("leftovers", "note", "`vault doctor --fix`", || {
        let world = healthy();
        let left = ".local/share/vault/keys/.vault-abcdefghijK1";
        write(&world, left, "x");
        let file = File::options().write(true).open(world.path(left)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(7_200)).unwrap();
        offline(&world)
    }),
    fall("aws-vault-left", "warning", "`aws-vault remove read-only`", || {
        let world = healthy();
        world.write(".awsvault/keys/read-only", "x");
        offline(&world)
    }),
    fall("key-old", "warning", "`vault rotate read-only`", || {
        let world = with_clock();
        world.later(365 * 86_400 + 60);
        offline(&world)
    }),
    fall("rotation-unfinished", "note", "`vault rotate read-only --undo`", || {
        let world = healthy();
        sign_in(&world, "read-only");
        world.vault(["rotate", "read-only"]).run().ok();
        offline(&world)
    }),
];

#[test]
fn every_finding_has_a_world_with_its_cure() {
    let mut of_worlds: Vec<_> = FALLS.iter().map(|fall| fall.id).collect();
    let mut all: Vec<_> = vault::judge::health::kinds().iter().map(|kind| kind.id).collect();
    of_worlds.sort_unstable();
    all.sort_unstable();
    assert_eq!(of_worlds, all, "each id has one world");
    for Fall { id, severity, cure, also, run } in FALLS {
        let Some(run) = run() else {
            eprintln!("{id}: left out: only root can make that world");
            continue;
        };
        let found = findings(&run);
        let is_it = |(one, as_bad, fix): &(String, String, String)| one == id && as_bad == severity && fix.contains(cure);
        assert!(found.iter().any(is_it), "{id}: {run:?}");
        assert!(found.iter().all(|(one, _, fix)| (one == id || also.contains(&one.as_str())) && !fix.is_empty()), "{id}: {run:?}");
        let is_error = found.iter().any(|(_, severity, _)| severity == "error");
        assert_eq!(run.status, i32::from(is_error), "{id}: {run:?}");
    }
}

#[test]
fn an_item_is_looked_at_and_not_opened() {
    let sound = healthy();
    let item = fs::read(sound.path(ITEM)).unwrap();
    // Where age ends the header, and where the content begins after it.
    let header = item.windows(5).position(|part| part == b"\n--- ").unwrap() + 1;
    let body = header + item[header..].iter().position(|byte| *byte == b'\n').unwrap() + 1 + 16;
    for (what, content, id) in [
        ("empty", Vec::new(), Some("item-damaged")),
        ("no age file", b"hello\n".to_vec(), Some("item-damaged")),
        ("cut short in its header", item[..header].to_vec(), Some("item-damaged")),
        ("cut short before its content", item[..body].to_vec(), Some("item-damaged")),
        ("cut short in what proves its content", item[..body + 15].to_vec(), Some("item-damaged")),
        ("whole", item.clone(), None),
    ] {
        let world = healthy();
        write(&world, ITEM, content);
        let run = offline(&world).unwrap();
        let found: Vec<_> = findings(&run).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(found, id.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{what}: {run:?}");
    }
    for (what, content, id) in [("gone", None, "item-missing"), ("damaged", Some("x"), "item-damaged")] {
        let world = healthy();
        let identity = world.path(".local/share/vault/keys/identity.age");
        match content {
            Some(content) => fs::write(identity, content).unwrap(),
            None => fs::remove_file(identity).unwrap(),
        }
        let run = offline(&world).unwrap();
        let found = findings(&run);
        assert!(matches!(&found[..], [(one, ..)] if one == id) && found[0].2.contains("identity.age"), "the identity is {what}: {run:?}");
    }
}

#[test]
fn an_item_of_pass_is_looked_at_without_gpg() {
    for (what, content, id) in [
        ("missing", None, Some("item-missing")),
        ("empty", Some(&b""[..]), Some("item-damaged")),
        ("in plain text", Some(&b"secret"[..]), Some("item-damaged")),
        ("encrypted", Some(&b"\x85\x02\x0c"[..]), None),
        ("encrypted and armored", Some(&b"-----BEGIN PGP MESSAGE-----\n"[..]), None),
    ] {
        let mut world = healthy();
        crate::support::steps::install(&world, "gpg", "echo started >> ~/started");
        crate::support::steps::install(&world, "pass", "echo started >> ~/started");
        world.set("PATH", &format!("{}:/usr/bin:/bin", world.path("bin").display()));
        write(&world, INDEX, world.read(INDEX).replace("\"file\"", "\"pass\""));
        write(&world, ".password-store/.gpg-id", "t@example.com\n");
        if let Some(content) = content {
            write(&world, ".password-store/vault/read-only.gpg", content);
        }
        let run = offline(&world).unwrap();
        let found: Vec<_> = findings(&run).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(found, id.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{what}: {run:?}");
        assert!(!world.path("started").exists(), "{what}: nothing is started");
    }
}

#[test]
fn what_lies_among_the_sessions_and_is_none_is_named_and_left_there() {
    let world = healthy();
    sign_in(&world, "read-only");
    let group = fs::read_dir(world.path(".cache/vault/sessions")).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap();
    let strays = [
        ".cache/vault/sessions/notes.txt".to_owned(),
        format!(".cache/vault/sessions/{group}/.DS_Store"),
        // The name of a session of another folder.
        format!(
            ".cache/vault/sessions/{group}/{}",
            "0123456789abcdef".repeat(4).replacen("01", if group == "ff" { "fe" } else { "ff" }, 1)
        ),
        // Damaged.
        format!(".cache/vault/sessions/{group}/{group}{}", "0".repeat(62)),
        ".cache/vault/sessions/zz/x".to_owned(),
    ];
    for path in &strays {
        write(&world, path, "x");
    }
    // A file that another run is writing.
    write(&world, &format!(".cache/vault/sessions/{group}/.vault-abcdefghijK1"), "x");
    let run = offline(&world).unwrap();
    let found = findings(&run);
    assert!(matches!(&found[..], [(id, severity, _)] if id == "stray-files" && severity == "note"), "{run:?}");
    assert!(run.stdout.contains("5 files are no sessions"), "{run:?}");
    world.vault(["doctor", "--fix", "--offline"]).run().ok();
    assert!(strays.iter().all(|path| world.path(path).exists()), "they may be a person's");
}

#[test]
fn sessions_of_another_user_are_named_with_the_command_that_takes_them_back() {
    const OTHER: u32 = 65534;
    let world = healthy();
    sign_in(&world, "read-only");
    let group = fs::read_dir(world.path(".cache/vault/sessions")).unwrap().next().unwrap().unwrap().path();
    if chown(&group, Some(OTHER), Some(OTHER)).is_err() {
        eprintln!("left out: only root can give a folder to another user");
        return;
    }
    let run = offline(&world).unwrap();
    let found = findings(&run);
    assert!(matches!(&found[..], [(id, severity, _)] if id == "foreign-file" && severity == "error"), "{run:?}");
    assert!(found[0].2.contains(&format!("{}`", world.path(".cache/vault/sessions").display())), "{run:?}");
}
