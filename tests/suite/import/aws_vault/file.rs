//! The `file` store: JWE by RFC 7516 and RFC 7518.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::key_wrap::{AES_128, AesKek, KeyWrap as _};
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::pty::Terminal;
use crate::support::world::World;

use super::super::{Elsewhere, rows};
use super::{NAMES, SESSIONS, payload, sorted, wrapped};

const PASSPHRASE: &str = "pässphrase of aws-vault";
const VARIABLE: &str = "AWS_VAULT_IMPORT_PASSPHRASE";

fn seal(passphrase: &str, header_count: u64, content: &str) -> String {
    const ALGORITHM: &str = "PBES2-HS256+A128KW";
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let salt = *b"twelve bytes";
    let header = format!(
        r#"{{"alg":"{ALGORITHM}","created":"2024-05-01 10:00:00.123 +0200 CEST m=+0.012","enc":"A256GCM","p2c":{header_count},"p2s":"{}"}}"#,
        encode(&salt)
    );
    let header = encode(header.as_bytes());
    let count = NonZeroU32::new(u32::try_from(header_count).unwrap_or(1).min(8192)).expect("a count");
    let mut wrapping = [0; 16];
    let salt = [ALGORITHM.as_bytes(), &[0], &salt].concat();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, count, &salt, passphrase.as_bytes(), &mut wrapping);
    let (key, nonce) = ([3; 32], [5; 12]);
    let mut room = [0; 40];
    let kek = AesKek::new(&AES_128, &wrapping).expect("a key of 16 bytes");
    let encrypted_key = encode(kek.wrap(&key, &mut room).expect("there is room"));
    let mut sealed = content.as_bytes().to_vec();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("a key of 32 bytes"));
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(header.as_bytes()), &mut sealed)
        .expect("it is short");
    [header, encrypted_key, encode(&nonce), encode(&sealed), encode(tag.as_ref())].join(".")
}

/// A store as aws-vault writes it.
fn store(here: &Elsewhere) -> String {
    let folder = here.path("keys");
    std::fs::create_dir_all(&folder).expect("the folder is ours");
    let file = |name: &str| folder.join(name.replace('%', "%25").replace('/', "%2F"));
    for (name, user) in NAMES {
        std::fs::write(file(name), seal(PASSPHRASE, 8192, &wrapped(name, &payload(here, user)))).expect("the folder is ours");
    }
    for name in SESSIONS {
        std::fs::write(file(name), seal(PASSPHRASE, 8192, &wrapped(name, "{}"))).expect("the folder is ours");
    }
    folder.display().to_string()
}

fn listed(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("it is there")
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("it is a file")))
        .collect();
    files.sort();
    files
}

#[test]
fn a_key_is_not_named_for_removal_if_a_different_secret_is_stored_here() {
    let mut here = Elsewhere::new();
    here.world.keep_secret(PASSPHRASE);
    let folder = store(&here);
    let (name, user) = NAMES[0];
    let (id, _) = here.world.aws.user(user).access_key();
    let add = here.world.command(&World::binary(), &["add", name, "--env", "--no-verify"]);
    add.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").run().ok();
    let run = here.import(&["aws-vault", "--store", "file", "--dir", &folder, "--yes", "--scrub"]).env(VARIABLE, PASSPHRASE).run();
    let command = run.stderr.lines().find(|line| line.contains("removes a key from it")).unwrap_or_else(|| panic!("{run:?}"));
    assert!(!command.contains(&*vault::model::in_shell(name)), "{run:?}");
    assert!(NAMES[1..].iter().all(|(other, _)| command.contains(&*vault::model::in_shell(other))), "{run:?}");
}

#[test]
fn names_arrive_unchanged_and_the_store_stays_unchanged() {
    let mut here = Elsewhere::new();
    here.world.keep_secret(PASSPHRASE);
    let folder = store(&here);
    let before = listed(&folder);
    let run =
        here.import(&["aws-vault", "--store", "file", "--dir", &folder, "--yes", "--scrub", "--json"]).env(VARIABLE, PASSPHRASE).run();
    let expected = NAMES.map(|(name, _)| format!("aws-vault file {name} imported")).to_vec();
    assert_eq!((run.status, sorted(rows(&run))), (0, sorted(expected)), "{run:?}");
    assert!(run.stderr.contains("3 sessions in it are left there"), "{run:?}");
    assert!(run.stderr.contains(&format!("`aws-vault --backend=file --file-dir={folder} remove ")), "{run:?}");
    let command = run.stderr.lines().find(|line| line.contains("removes a key from it")).expect("the command is shown");
    for (name, _) in NAMES {
        assert!(command.contains(&*vault::model::in_shell(name)), "{name}: {command}");
    }
    for (name, user) in NAMES {
        assert!(here.uses(name, user), "{name}");
    }
    assert!(listed(&folder) == before);
}

#[test]
fn the_store_is_found_without_being_named_and_its_passphrase_is_asked_for() {
    let mut here = Elsewhere::new();
    here.world.keep_secret(PASSPHRASE);
    let folder = store(&here);
    here.world.set("AWS_VAULT_FILE_DIR", &folder);
    let mut terminal = Terminal::run(here.import(&[]));
    terminal.expect("Passphrase of aws-vault's file store in ");
    terminal.type_line("wrong");
    terminal.expect("that passphrase does not open it");
    terminal.expect("Passphrase of aws-vault's file store in ");
    terminal.type_line(PASSPHRASE);
    terminal.expect("Import these 3 keys into the file keystore? [y/N] ");
    terminal.type_line("y");
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(here.uses("jon", "alice"));
    // The passphrase of our own keystore is tried first.
    let mut here = Elsewhere::new();
    here.world.set("AWS_VAULT_FILE_DIR", &folder);
    here.world.set("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE);
    here.world.keep_secret(PASSPHRASE);
    let run = here.import(&["aws-vault", "--dry-run"]).run();
    assert!(run.status == 0 && run.stdout.contains("team a/prod eu"), "{run:?}");
}

#[test]
fn locked_empty_and_missing_stores_and_wrong_passphrases_have_different_errors() {
    let mut here = Elsewhere::new();
    here.world.keep_secret(PASSPHRASE);
    let folder = store(&here);
    std::fs::create_dir_all(here.path("empty")).expect("the folder is ours");
    let empty = here.path("empty").display().to_string();
    for (dir, passphrase, status, words) in [
        (folder.as_str(), None, 1, "file store in"),
        (&folder, Some("wrong"), 1, "does not open aws-vault's file store"),
        (&empty, Some(PASSPHRASE), 0, "aws-vault's file store holds no keys"),
        ("/nonexistent", Some(PASSPHRASE), 1, "there is no file store of aws-vault"),
    ] {
        let run = here.import(&["aws-vault", "--store", "file", "--dir", dir, "--yes"]);
        let run = match passphrase {
            Some(passphrase) => run.env(VARIABLE, passphrase).run(),
            None => run.run(),
        };
        assert!(run.status == status && run.stderr.contains(words), "{words}: {run:?}");
        assert_eq!(run.stderr.contains("is locked"), passphrase.is_none(), "{run:?}");
    }
}

#[test]
fn damaged_and_hostile_files_are_reported_and_the_others_imported() {
    let mut here = Elsewhere::new();
    here.world.keep_secret(PASSPHRASE);
    let folder = store(&here);
    let whole = seal(PASSPHRASE, 8192, &wrapped("x", &payload(&here, "alice")));
    let mut flipped = whole.clone().into_bytes();
    let middle = whole.rfind('.').expect("it has parts") - 4;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let write = |name: &str, content: &[u8]| std::fs::write(here.path("keys").join(name), content).expect("the folder is ours");
    write("cut", &whole.as_bytes()[..whole.len() / 2]);
    write("flipped", &flipped);
    write("nothing", b"");
    write("costly", seal(PASSPHRASE, 1_000_000_000, &wrapped("x", "{}")).as_bytes());
    write("other", seal("another passphrase", 8192, &wrapped("x", &payload(&here, "alice"))).as_bytes());
    write("no key", seal(PASSPHRASE, 8192, "hunter2").as_bytes());
    write(
        "temporary",
        seal(PASSPHRASE, 8192, &wrapped("x", &payload(&here, "alice").replace("\"SessionToken\":\"\"", "\"SessionToken\":\"t\"")))
            .as_bytes(),
    );
    std::fs::create_dir(here.path("keys/folder")).expect("the folder is ours");
    let start = Instant::now();
    let run = here.import(&["aws-vault", "--dir", &folder, "--yes", "--json"]).env(VARIABLE, PASSPHRASE).run();
    assert!(start.elapsed() < Duration::from_secs(30), "a billion rounds take minutes");
    let of = |outcome: &str| rows(&run).iter().filter(|row| row.ends_with(outcome)).count();
    assert_eq!((run.status, of(" imported"), of(" failed"), of(" skipped")), (1, 3, 6, 1), "{run:?}");
    assert!(run.stdout.contains("more work to check than one of aws-vault's"), "{run:?}");
    assert!(!run.stdout.contains("hunter2"), "{run:?}");
    // With no other files, vault does not even ask for the passphrase.
    let alone = here.path("alone");
    std::fs::create_dir(&alone).expect("the folder is ours");
    std::fs::write(alone.join("costly"), seal(PASSPHRASE, 1_000_000_000, "{}")).expect("the folder is ours");
    let run = here.import(&["aws-vault", "--dir", &alone.display().to_string(), "--yes", "--json"]).run();
    assert_eq!((run.status, rows(&run)), (1, vec!["aws-vault file costly failed".to_owned()]), "{run:?}");
}
