//! Bad input gets a message that says what is wrong, a hint that says what to do, and a status; and nothing is lost.

mod answers;
mod aws;
mod clocks;
mod command_lines;
mod config_files;
mod disks;
mod foreign_text;
#[cfg(unix)]
mod hands;
mod helpers;
mod key_files;
mod keys;
mod keystores;
mod profiles;
mod sessions;
mod values;
mod variables;

use std::fs;

use secrecy::ExposeSecret as _;
use vault::keystore::{KeystoreSettings, Keystores, NoPassphrasePrompt};
use vault::model::{Backend, ProfileName};
use vault::os::env::Environment;
use vault::ports::KeyStore as _;

use crate::support::world::{PASSPHRASE, Run, World, usual_aws};

use super::{directories, redaction, shown};

/// The state that no failure may change: the config file, and the key stored as `read-only`.
struct Kept<'a> {
    world: &'a World,
    config: Option<Vec<u8>>,
}

impl<'a> Kept<'a> {
    fn in_(world: &'a World) -> Self {
        Self { world, config: fs::read(world.path(".aws/config")).ok() }
    }

    /// The command failed with this status, changed nothing, and printed no data.
    #[track_caller]
    fn by(&self, run: &Run, status: i32) -> String {
        assert_eq!((run.status, run.stdout.as_str()), (status, ""), "{run:?}");
        self.still();
        redaction::redacted(self.world, &run.stderr)
    }

    #[track_caller]
    fn still(&self) {
        assert_eq!(fs::read(self.world.path(".aws/config")).ok(), self.config, "the config file is unchanged");
        assert_key(self.world, "read-only");
    }
}

/// The user's key can be read from the keystore, whole.
#[track_caller]
fn assert_key(world: &World, name: &str) {
    let (directories, env) = (directories(world), Environment::of([("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE)]));
    // Unlocking once is enough: stretching a passphrase takes time.
    let settings = KeystoreSettings { backend: Some(Backend::File), unlock_ttl: 900, ..KeystoreSettings::default() };
    let keystores = Keystores::new(&directories, &env, &NoPassphrasePrompt, settings);
    let key = keystores.long_term_credentials(&ProfileName::parse(name).expect("a name")).unwrap_or_else(|error| panic!("{error}"));
    let (id, secret) = world.aws.user("some-user").access_key();
    assert_eq!((key.key_id.as_str(), key.secret.expose_secret()), (id.as_str(), secret.as_str()));
}

/// A world with this config and the key stored as `read-only`.
fn world_of(config: impl AsRef<[u8]>) -> World {
    let world = World::with(usual_aws(), "");
    world.add("read-only", "some-user");
    world.write(".aws/config", config);
    world
}
