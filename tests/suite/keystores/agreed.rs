//! Consent, and other runs' changes in the meantime: nothing is replaced, hidden or removed without consent, and nothing is written before
//! the last question is answered.

use vault::keystore::{Entry, Lasting, Over};

use super::pass::Store;
use super::*;

/// Lets another run act during the passphrase prompt.
struct Meanwhile<'a>(&'a dyn Fn());

impl PassphrasePrompt for Meanwhile<'_> {
    fn ask(&self, _question: &str, _complaint: Option<&str>) -> Result<SecretString, PromptError> {
        (self.0)();
        Ok(SecretString::from(PASSPHRASE))
    }
}

fn settings(backend: Option<Backend>) -> KeystoreSettings {
    KeystoreSettings { backend, ..KeystoreSettings::default() }
}

fn put(keystores: &Keystores<'_>, key: &str) {
    keystores.store(&name("a"), &credentials(key), None, NOW).unwrap();
}

fn key_of(keystores: &Keystores<'_>) -> Option<String> {
    keystores.long_term_credentials(&name("a")).ok().map(|key| key.key_id.to_string())
}

#[test]
fn a_key_that_was_stored_meanwhile_is_not_replaced_without_consent() {
    let forget_ids = |world: &World| {
        std::fs::write(world.directories.data.join("index.json"), r#"{"version":1,"entries":[{"name":"a","backend":"file"}]}"#).unwrap();
    };
    let lose_index = |world: &World| std::fs::remove_file(world.directories.data.join("index.json")).unwrap();
    let stays = |_: &World| ();
    for (what, after) in
        [("as it is", &stays as &dyn Fn(&World)), ("an index without ids", &forget_ids), ("an index that is lost", &lose_index)]
    {
        for (stored, over, replaced) in [(OTHER, Over::SameKey, false), (KEY, Over::SameKey, true), (OTHER, Over::Any, true)] {
            let world = World::new();
            let slow = world.keystores(Backend::File);
            assert_eq!(slow.in_the_way(&name("a"), &credentials(KEY).key_id, true).unwrap(), None);
            put(&world.keystores(Backend::File), stored);
            after(&world);
            let outcome = slow.store_over(&name("a"), &credentials(KEY), None, NOW, over);
            assert_eq!(outcome.is_ok(), replaced, "{what} {stored} {over:?}");
            match outcome {
                Ok(done) => assert_eq!(done.instead_of.is_some(), over == Over::Any, "{what}: the replaced key is reported"),
                Err(error) => assert!(matches!(error, KeyStoreError::Changed { backend: Backend::File, .. }), "{error}"),
            }
            let expected = if replaced { KEY } else { stored };
            assert_eq!(key_of(&world.keystores(Backend::File)).as_deref(), Some(expected), "{what} {stored} {over:?}");
        }
    }
}

#[test]
fn a_key_that_was_stored_elsewhere_during_a_prompt_is_not_hidden_without_consent() {
    for (over, hidden) in [(Over::SameKey, false), (Over::Any, true)] {
        let store = Store::new("");
        let meanwhile = || put(&store.keystores(Backend::Pass), OTHER);
        let prompt = Meanwhile(&meanwhile);
        let env = Environment::of([("HOME", store.env.text("HOME").unwrap()), ("PATH", &path())]);
        let asks = Keystores::new(&store.world.directories, &env, &prompt, settings(None));
        assert_eq!(asks.in_the_way(&name("a"), &credentials(KEY).key_id, true).unwrap(), None);
        let outcome = asks.store_over(&name("a"), &credentials(KEY), None, NOW, over);
        assert_eq!(outcome.is_ok(), hidden, "{over:?}");
        match outcome {
            Ok(done) => assert_eq!(done.instead_of.unwrap().key_id.unwrap().as_str(), OTHER),
            Err(error) => assert!(matches!(error, KeyStoreError::Changed { backend: Backend::Pass, .. }), "{error}"),
        }
        assert_eq!(key_of(&store.keystores(None)).as_deref(), Some(if hidden { KEY } else { OTHER }));
        assert_eq!(store.keystores(None).entries().unwrap().len(), if hidden { 2 } else { 1 }, "{over:?}");
    }
}

/// Two runs that store one name in two keystores hold two locks.
#[test]
fn of_two_runs_that_store_in_two_keystores_at_once_one_fails() {
    let store = Store::new("");
    let index = r#"{"version":1,"entries":[{"name":"a","backend":"pass","changing_to":"AKIAI44QH8DHBEXAMPLE"}]}"#;
    std::fs::create_dir_all(store.world.directories.state.join("locks")).unwrap();
    std::fs::write(store.world.directories.data.join("index.json"), index).unwrap();
    let at_work = files::lock(&store.world.directories.state.join("locks/keys-pass.lock"), "another vault").unwrap();
    let ours = || store.keystores(None).store_over(&name("a"), &credentials(KEY), None, NOW, Over::SameKey);
    assert!(matches!(ours(), Err(KeyStoreError::Changed { backend: Backend::Pass, .. })));
    // The other run was killed and stored nothing.
    drop(at_work);
    ours().unwrap();
    assert_eq!(key_of(&store.keystores(None)).as_deref(), Some(KEY));
}

/// Otherwise, a later run without the flag would use a different key than before.
#[test]
fn a_keystore_chosen_for_one_run_hides_no_key_from_the_next_run_without_consent() {
    let store = Store::new("");
    put(&store.keystores(Backend::Pass), OTHER);
    let in_the_way = |lasting: Option<Backend>, of_a: Option<Option<Backend>>, key: &str| {
        let of_names = of_a.into_iter().map(|backend| (name("a"), backend)).collect();
        let without_flag = Some(Lasting { backend: lasting, of_names });
        let flag = KeystoreSettings { without_flag, ..settings(Some(Backend::File)) };
        let keystores = Keystores::new(&store.world.directories, &store.env, &NoPassphrasePrompt, flag);
        keystores.in_the_way(&name("a"), &credentials(key).key_id, true).unwrap().map(|entry| entry.backend)
    };
    let index = store.world.directories.data.join("index.json");
    for known in [true, false] {
        if !known {
            std::fs::write(&index, r#"{"version":1,"entries":[]}"#).unwrap();
        }
        assert_eq!(in_the_way(None, None, KEY), Some(Backend::Pass), "index: {known}");
        assert_eq!(in_the_way(Some(Backend::Pass), None, KEY), None, "index: {known}; the next run reads it anyway");
        assert_eq!(in_the_way(Some(Backend::File), Some(None), KEY), Some(Backend::Pass), "index: {known}");
        assert_eq!(in_the_way(Some(Backend::File), None, KEY), None, "index: {known}; no command reads it");
        assert_eq!(in_the_way(None, None, OTHER), None, "index: {known}; it is the same key");
    }
}

#[test]
fn only_the_confirmed_keys_are_removed() {
    type Change = fn(&Store);
    let replace: Change = |store| put(&store.keystores(Backend::File), OTHER);
    let store_again: Change = |store| put(&store.keystores(Backend::File), KEY);
    let remove_and_store: Change = |store| {
        store.keystores(Backend::File).remove(&name("a")).unwrap();
        put(&store.keystores(Backend::File), OTHER);
    };
    for (what, change) in [("replaced", replace), ("stored again", store_again), ("removed and stored", remove_and_store)] {
        let store = Store::new("");
        put(&store.keystores(Backend::Pass), KEY);
        put(&store.keystores(Backend::File), KEY);
        let asks = store.keystores(None);
        let agreed = asks.removable(&name("a")).unwrap();
        assert_eq!(agreed.len(), 2);
        change(&store);
        let (removal, outcome) = asks.remove_agreed(&name("a"), Some(&agreed));
        let refused = matches!(&outcome, Err(KeyStoreError::Changed { backend: Backend::File, .. }));
        assert!(refused && removal.removed.is_empty(), "{what}: {outcome:?}");
        assert!(key_of(&store.keystores(Backend::File)).is_some() && key_of(&store.keystores(Backend::Pass)).is_some(), "{what}");
        // Without a question, every key of the name is removed.
        assert_eq!(store.keystores(None).remove(&name("a")).unwrap().removed.len(), 2, "{what}");
    }

    let store = Store::new("");
    let nothing = store.keystores(None).removable(&name("a")).unwrap();
    put(&store.keystores(Backend::File), KEY);
    let (_, outcome) = store.keystores(None).remove_agreed(&name("a"), Some(&nothing));
    assert!(matches!(outcome, Err(KeyStoreError::Changed { .. })), "a first key that came meanwhile");

    // A key that was added meanwhile in another keystore stays, and one that is gone is not searched for.
    let asks = store.keystores(None);
    let agreed = asks.removable(&name("a")).unwrap();
    put(&store.keystores(Backend::Pass), OTHER);
    let (removal, outcome) = asks.remove_agreed(&name("a"), Some(&agreed));
    outcome.unwrap();
    assert_eq!((removal.removed, removal.still_in), (agreed.clone(), vec![Backend::Pass]));
    let (_, outcome) = store.keystores(None).remove_agreed(&name("a"), Some(&agreed));
    assert!(matches!(outcome, Err(KeyStoreError::NotFound { .. })));
    assert_eq!(key_of(&store.keystores(None)).as_deref(), Some(OTHER));
}

#[test]
fn nothing_is_written_before_the_last_question_is_answered() {
    for stored_before in [false, true] {
        let world = World::new();
        put(&world.keystores(Backend::File), KEY);
        let of = if stored_before { "a" } else { "b" };
        let index = || std::fs::read_to_string(world.directories.data.join("index.json")).unwrap();
        let before = index();
        let asked = std::cell::Cell::new(0);
        let look = || {
            assert_eq!(index(), before, "{of}");
            asked.set(asked.get() + 1);
        };
        let prompt = Meanwhile(&look);
        let env = Environment::of([("HOME", world.root.path().to_str().unwrap())]);
        let asks = Keystores::new(&world.directories, &env, &prompt, settings(Some(Backend::File)));
        asks.store(&name(of), &credentials(OTHER), None, NOW).unwrap();
        assert_eq!(asked.get(), 1);
        // Without an answer, nothing is written.
        let before = index();
        let cancelled = Typed::new(vec![]);
        let cancelled = Keystores::new(&world.directories, &env, &cancelled, settings(Some(Backend::File)));
        for of in ["a", "c"] {
            assert!(matches!(cancelled.store(&name(of), &credentials(KEY), None, NOW), Err(KeyStoreError::Cancelled { .. })));
            assert_eq!(index(), before, "{of}");
        }
    }
}

/// A run that was killed before it stored a first key leaves an entry without a key.
#[test]
fn an_entry_whose_key_was_never_stored_is_removed_at_its_first_use() {
    let only_begun = format!(r#"{{"name":"a","backend":"file","changing_to":"{OTHER}"}}"#);
    let being_removed = r#"{"name":"a","backend":"file","removing":true}"#.to_owned();
    let once_claimed = format!(r#"{{"name":"a","backend":"file","key_id":"{KEY}"}}"#);
    let being_replaced = format!(r#"{{"name":"a","backend":"file","stored_at":"2027-01-15T08:00:00Z","changing_to":"{OTHER}"}}"#);
    let found = r#"{"name":"a","backend":"file"}"#.to_owned();
    for (what, entry, heals, is_removable) in [
        ("a first key that was not stored", only_begun, true, false),
        ("a key whose removal was killed", being_removed, false, true),
        ("a key that another program removed", once_claimed, true, true),
        ("the same while it was replaced", being_replaced, true, true),
        ("the same where its id was not known", found, true, true),
    ] {
        let world = World::new();
        put(&world.keystores(Backend::File), KEY);
        std::fs::remove_file(world.file("a.age")).unwrap();
        let write =
            || std::fs::write(world.directories.data.join("index.json"), format!(r#"{{"version":1,"entries":[{entry}]}}"#)).unwrap();
        write();
        assert_eq!(key_of(&world.keystores(Backend::File)), None, "{what}");
        assert_eq!(world.keystores(Backend::File).entries().unwrap().is_empty(), heals, "{what}");
        write();
        let removed = world.keystores(Backend::File).remove(&name("a"));
        assert_eq!(removed.is_ok(), is_removable, "{what}: {removed:?}");
        assert_eq!(world.keystores(Backend::File).entries().unwrap(), [], "{what}");
    }
}

#[test]
fn the_last_stored_key_is_used_whatever_the_clock_said() {
    let moments = [("in one second", NOW), ("the clock went back", Timestamp::from_unix(NOW.as_unix() - 86_400))];
    for (what, second) in moments {
        for backends in [[Backend::File, Backend::Pass], [Backend::Pass, Backend::File]] {
            let store = Store::new("");
            store.keystores(backends[0]).store(&name("a"), &credentials(KEY), None, NOW).unwrap();
            store.keystores(backends[1]).store(&name("a"), &credentials(OTHER), None, second).unwrap();
            assert_eq!(key_of(&store.keystores(None)).as_deref(), Some(OTHER), "{what}: {backends:?}");
            let entries = store.keystores(None).entries().unwrap();
            let last = entries.iter().max_by_key(|entry| Entry::stored_order(entry)).unwrap();
            assert_eq!(last.backend, backends[1], "{what}");
            // Also after a reader repaired the entry and the key was stored again.
            store.keystores(backends[0]).store(&name("a"), &credentials(KEY), None, second).unwrap();
            assert_eq!(key_of(&store.keystores(None)).as_deref(), Some(KEY), "{what}: {backends:?}");
        }
    }
}
