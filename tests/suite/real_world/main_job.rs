//! The main job from the first key to the last command, on each keystore.

use super::*;

use crate::support::password_store::PasswordStore;
use crate::support::secret_service::SecretService;

#[test]
fn one_code_does_it_all_with_the_secret_service() {
    let mut world = World::new();
    let service = SecretService::start(world.home());
    service.enter(&mut world);
    main_job(&world, "keychain");
}

#[test]
fn one_code_does_it_all_with_pass() {
    let mut world = World::new();
    let _store = PasswordStore::init(&world, "");
    world.set("AWS_VAULT_BACKEND", "pass");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    main_job(&world, "pass");
    assert!(world.path(".password-store/.gpg-id").exists() && !world.path(".password-store/vault/read-only.gpg").exists());
}

#[test]
fn one_code_does_it_all_with_encrypted_files() {
    main_job(&World::new(), "file");
}

/// Fails unless every step of the main job keeps its promise.
fn main_job(world: &World, keystore: &str) {
    let key = world.aws.user("some-user").access_key();

    // Without MFA the key is useless.
    let refused = world.aws_cli(&["s3", "ls"]).env("AWS_ACCESS_KEY_ID", &key.0).env("AWS_SECRET_ACCESS_KEY", &key.1).run();
    assert!(refused.status != 0 && refused.stderr.contains("AccessDenied"), "{refused:?}");

    let added = world.add_checked("read-only", &key);
    assert!(added.status == 0 && added.stderr.contains(&format!("is stored as `read-only` in the {keystore} keystore")), "{added:?}");
    assert_eq!(world.listed("read-only"), [keystore]);

    // One code, on the terminal.
    let mut terminal = Terminal::run_behind_pipes(world.vault(["exec", "read-only", "--", "aws", "s3", "ls"]));
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let first = terminal.wait();
    assert!(first.status == 0 && first.stdout.contains("some-bucket"), "{first:?}");

    // No second code: there is no terminal to ask on.
    let second = world.vault(["exec", "read-only", "--", "aws", "s3", "ls"]).run().ok();
    assert!(second.contains("some-bucket"), "{second}");
    let arn =
        world.vault(["exec", "opssudo", "--region", "us-east-1", "--", "aws", "sts", "get-caller-identity", "--query", "Arn"]).run().ok();
    assert!(arn.starts_with("\"arn:aws:sts::123456789012:assumed-role/OpsSudo/"), "{arn}");
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (1, 1));

    assert_child_environment(world);
    // The leak check also searches for secrets that the stand-in made on the way.
    world.check_files();

    world.vault(["remove", "--force", "read-only"]).run().ok();
    let gone = world.vault(["exec", "read-only", "--", "true"]).run().fails(1);
    assert!(gone.stderr.contains("vault add read-only"), "{gone:?}");
}

fn assert_child_environment(world: &World) {
    let environment = world.vault(["exec", "opssudo", "--region", "us-east-1", "--", "env"]).hands_over().run().ok();
    let of = |name: &str| environment.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    assert_eq!((of("AWS_VAULT"), of("AWS_REGION"), of("AWS_DEFAULT_REGION")), (Some("opssudo"), Some("us-east-1"), Some("us-east-1")));
    assert!(of("AWS_ACCESS_KEY_ID").is_some_and(|id| id.starts_with("ASIA")), "{environment}");
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"] {
        assert!(of(name).is_some_and(|value| !value.is_empty()), "{name}");
    }
    let ours: Vec<_> = environment.lines().filter(|line| line.starts_with("AWS_VAULT_")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    let (_, secret) = world.aws.user("some-user").access_key();
    assert!(!environment.contains(&secret), "the long-term secret is in the child's environment");
}
