//! The `file` keystore: one passphrase, one identity, nothing unencrypted, nothing lost.

use std::fs;

use super::*;

#[test]
fn storing_asks_for_a_passphrase_once_and_reading_asks_again() {
    let world = World::with_passphrase("");
    let twice = Typed::new(vec![PASSPHRASE, PASSPHRASE]);
    world.prompting(&twice, Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    assert_eq!(twice.left(), 0);
    // Only the unlocked identity tells the recipient.
    let error = world.keystores(Backend::File).store(&name("b"), &credentials(KEY), None, NOW).unwrap_err();
    assert!(matches!(error, KeyStoreError::Locked { .. }), "{error}");
    let once = Typed::new(vec![PASSPHRASE]);
    let keystores = world.prompting(&once, Backend::File);
    for profile in ["b", "c"] {
        keystores.store(&name(profile), &credentials(KEY), None, NOW).unwrap();
    }
    assert_eq!(once.left(), 0);

    let error = world.keystores(Backend::File).long_term_credentials(&name("b")).unwrap_err();
    assert!(matches!(&error, KeyStoreError::Locked { reason, .. } if reason.contains("there is no way to ask")), "{error}");

    let once = Typed::new(vec!["slip", PASSPHRASE]);
    let keystores = world.prompting(&once, Backend::File);
    assert_eq!(secret(keystores.long_term_credentials(&name("a"))), SECRET);
    assert_eq!(secret(keystores.long_term_credentials(&name("b"))), SECRET);
    assert_eq!(once.left(), 0);
    world.assert_nothing_in_the_clear();
}

#[test]
fn a_wrong_passphrase_is_refused() {
    let world = World::with_passphrase("");
    identity::seed(&world.directories.data, PASSPHRASE);
    world.prompting(&Typed::new(vec![PASSPHRASE]), Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let slips = Typed::new(vec!["a", "b", "c", PASSPHRASE]);
    let error = world.prompting(&slips, Backend::File).long_term_credentials(&name("a")).unwrap_err();
    assert_eq!(error.to_string(), "the file keystore refused: wrong passphrase");
    assert_eq!(slips.left(), 1);

    let env = Environment::of([("AWS_VAULT_FILE_PASSPHRASE", "wrong"), ("PATH", &path())]);
    let keystores =
        Keystores::new(&world.directories, &env, &slips, KeystoreSettings { backend: Some(Backend::File), ..KeystoreSettings::default() });
    let error = keystores.long_term_credentials(&name("a")).unwrap_err();
    assert!(matches!(error, KeyStoreError::WrongPassphrase { given_by: Some("AWS_VAULT_FILE_PASSPHRASE"), .. }), "{error}");
    assert_eq!(slips.left(), 1, "a person was asked although a variable answers");
}

// Security: someone with a copy of the files can try passphrases at leisure, so each try must be expensive. A foreign file must not take all
// memory.
#[test]
fn a_new_identity_is_expensive_to_try_and_an_excessively_expensive_one_is_refused() {
    let world = World::with_passphrase(PASSPHRASE);
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let sealed = fs::read(world.file("identity.age")).unwrap();
    let header = String::from_utf8_lossy(&sealed[..sealed.len().min(200)]).into_owned();
    let stanza = header.lines().nth(1).unwrap();
    assert!(stanza.starts_with("-> scrypt ") && stanza.ends_with(" 17"), "{stanza}");

    let start = header.find(stanza).unwrap() + stanza.len() - 2;
    let dearer = [&sealed[..start], b"21", &sealed[start + 2..]].concat();
    fs::write(world.file("identity.age"), dearer).unwrap();
    let error = world.keystores(Backend::File).long_term_credentials(&name("a")).unwrap_err();
    assert!(error.to_string().contains("takes more work to check than vault accepts"), "{error}");
}

#[test]
fn a_missing_key_needs_no_passphrase() {
    let world = World::with_passphrase("");
    let error = world.keystores(Backend::File).long_term_credentials(&name("a")).unwrap_err();
    assert_eq!(error.to_string(), "the file keystore has no item `a`");
    assert!(matches!(world.keystores(Backend::File).remove(&name("a")), Err(KeyStoreError::NotFound { .. })));
}

#[test]
fn truncated_files_are_reported_as_damaged_and_not_as_a_wrong_passphrase() {
    let world = World::new();
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let keystores = world.keystores(Backend::File);
    assert_eq!(secret(keystores.long_term_credentials(&name("a"))), SECRET);
    let whole = fs::read(world.file("a.age")).unwrap();
    for length in 0..whole.len() {
        fs::write(world.file("a.age"), &whole[..length]).unwrap();
        assert!(matches!(keystores.long_term_credentials(&name("a")), Err(KeyStoreError::Corrupt { .. })), "{length} bytes");
    }
    fs::write(world.file("a.age"), &whole).unwrap();

    let identity = fs::read(world.file("identity.age")).unwrap();
    for length in [0, 20, 60, identity.len() - 60, identity.len() - 1] {
        fs::write(world.file("identity.age"), &identity[..length]).unwrap();
        let error = world.keystores(Backend::File).long_term_credentials(&name("a")).unwrap_err();
        assert!(matches!(&error, KeyStoreError::CorruptIdentity { item: "identity.age", .. }), "{length} bytes: {error}");
    }
}

#[test]
fn a_lost_identity_is_never_replaced() {
    let world = World::new();
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let aside = world.root.path().join("aside");
    fs::rename(world.file("identity.age"), &aside).unwrap();
    for error in [
        world.keystores(Backend::File).long_term_credentials(&name("a")).unwrap_err(),
        world.keystores(Backend::File).store(&name("b"), &credentials(KEY), None, NOW).unwrap_err(),
    ] {
        assert!(matches!(&error, KeyStoreError::CorruptIdentity { reason, .. } if reason.contains("backup")), "{error}");
    }
    assert!(!world.file("identity.age").exists());
    fs::rename(&aside, world.file("identity.age")).unwrap();
    assert_eq!(secret(world.keystores(Backend::File).long_term_credentials(&name("a"))), SECRET);
}

#[test]
fn two_simultaneous_first_uses_make_one_identity() {
    let world = World::with_passphrase(PASSPHRASE);
    std::thread::scope(|scope| {
        for n in 0..4 {
            let world = &world;
            scope.spawn(move || world.keystores(Backend::File).store(&name(&format!("p{n}")), &credentials(KEY), None, NOW).unwrap());
        }
    });
    let keystores = world.keystores(Backend::File);
    assert_eq!(keystores.entries().unwrap().len(), 4);
    for n in 0..4 {
        assert_eq!(secret(keystores.long_term_credentials(&name(&format!("p{n}")))), SECRET);
    }
}

// Security: files planted by another user must not make us encrypt to them.
#[test]
fn no_key_is_encrypted_to_a_planted_identity() {
    let (world, attacker) = (World::new(), World::with_passphrase("the attacker's"));
    attacker.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    let recipient = {
        let sealed = fs::read(attacker.file("identity.age")).unwrap();
        let fingerprint: String = sha2::Digest::finalize(sha2::Digest::chain_update(<sha2::Sha256 as sha2::Digest>::new(), &sealed))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{} {fingerprint}\n", age::x25519::Identity::generate().to_public())
    };
    // A recipient file alone, as older versions wrote it, changes nothing.
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    fs::write(world.file("identity.recipient"), &recipient).unwrap();
    world.keystores(Backend::File).store(&name("b"), &credentials(KEY), None, NOW).unwrap();
    assert_eq!(secret(world.keystores(Backend::File).long_term_credentials(&name("b"))), SECRET);
    // A whole folder does not either: its identity does not open with the user's passphrase.
    fs::copy(attacker.file("identity.age"), world.file("identity.age")).unwrap();
    let error = world.keystores(Backend::File).store(&name("c"), &credentials(KEY), None, NOW).unwrap_err();
    assert!(matches!(error, KeyStoreError::WrongPassphrase { .. }), "{error}");
    assert!(!world.file("c.age").exists());
}

#[cfg(unix)]
#[test]
fn a_planted_item_does_not_keep_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    for file in ["b.age", "../index.json"] {
        if file == "b.age" {
            fs::write(world.file(file), b"").unwrap();
        }
        fs::set_permissions(world.file(file), fs::Permissions::from_mode(0o644)).unwrap();
        world.keystores(Backend::File).store(&name("b"), &credentials(KEY), None, NOW).unwrap();
        assert_eq!(fs::metadata(world.file(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[cfg(unix)]
#[test]
fn a_keystore_that_others_may_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    for (path, mode) in [(world.file(""), 0o777), (world.directories.data.clone(), 0o770), (world.file("identity.age"), 0o666)] {
        let before = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let keystores = world.keystores(Backend::File);
        for error in [
            keystores.store(&name("b"), &credentials(KEY), None, NOW).unwrap_err(),
            keystores.long_term_credentials(&name("a")).unwrap_err(),
        ] {
            assert!(matches!(&error, KeyStoreError::Untrusted { cure, .. } if cure.contains("`chmod go-w ")), "{error}");
        }
        fs::set_permissions(&path, before).unwrap();
    }
    assert_eq!(secret(world.keystores(Backend::File).long_term_credentials(&name("a"))), SECRET);
}

#[test]
fn names_that_differ_only_in_case_are_separate_keys() {
    let world = World::new();
    let keystores = world.keystores(Backend::File);
    for (profile, key) in [("prod", KEY), ("Prod", "AKIAI44QH8DHBEXAMPLE")] {
        keystores.store(&name(profile), &credentials(key), None, NOW).unwrap();
    }
    let stems: Vec<_> =
        fs::read_dir(world.directories.data.join("keys")).unwrap().map(|entry| entry.unwrap().file_name().to_ascii_lowercase()).collect();
    assert_eq!(stems.iter().filter(|stem| stem.to_str().unwrap().contains("rod")).count(), 2);
    assert_eq!(keystores.long_term_credentials(&name("prod")).unwrap().key_id.as_str(), KEY);
    assert_eq!(keystores.remove(&name("prod")).unwrap().removed.iter().map(|entry| entry.backend).collect::<Vec<_>>(), [Backend::File]);
    assert_eq!(keystores.long_term_credentials(&name("Prod")).unwrap().key_id.as_str(), "AKIAI44QH8DHBEXAMPLE");
}

#[cfg(unix)]
#[test]
fn only_the_user_has_access() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with_passphrase(PASSPHRASE);
    world.keystores(Backend::File).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    for file in files_under(world.root.path()) {
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700), "{}", file.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_unlocked_identity_stays_in_the_kernel_keyring_for_the_configured_time() {
    let world = World::with_passphrase("");
    let once = Typed::new(vec![PASSPHRASE, PASSPHRASE]);
    let settings = KeystoreSettings { backend: Some(Backend::File), unlock_ttl: 60, ..KeystoreSettings::default() };
    let keystores = |prompt| Keystores::new(&world.directories, &world.env, prompt, settings.clone());
    keystores(&once).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
    assert_eq!(secret(keystores(&NoPassphrasePrompt).long_term_credentials(&name("a"))), SECRET);
    // Without a configured time, it is not used.
    assert!(matches!(world.keystores(Backend::File).long_term_credentials(&name("a")), Err(KeyStoreError::Locked { .. })));
    keystores(&NoPassphrasePrompt).lock();
    assert!(matches!(keystores(&NoPassphrasePrompt).long_term_credentials(&name("a")), Err(KeyStoreError::Locked { .. })));
}
