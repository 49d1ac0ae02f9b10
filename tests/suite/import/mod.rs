//! `vault import`: keys are listed, confirmed once, checked, stored, and read back. Their sources stay unchanged.
#![allow(clippy::disallowed_methods, reason = "tests look at the machine from outside")]

mod aws_vault;
mod csv;
mod files;
mod killed;
mod scrub;

use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::aws::StandIn;
use crate::support::world::{Invocation, Run, World};

/// A well-formed key id that AWS does not know.
const UNKNOWN: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

/// A world with three users, and a folder outside its home for other tools' unencrypted files.
struct Elsewhere {
    world: World,
    folder: TempDir,
}

impl Elsewhere {
    fn new() -> Self {
        Self::with("[profile alice]\nregion = us-east-1\n")
    }

    fn with(config: &str) -> Self {
        let aws = StandIn::builder().user("alice", |user| user).user("bob", |user| user).user("carol", |user| user).start();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut world = World::with(aws, config);
        world.keep_secret(UNKNOWN.1);
        world.set("AWS_SHARED_CREDENTIALS_FILE", &folder.path().join("credentials").display().to_string());
        world.seed_identity();
        Self { world, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file there, with `ID(user)` and `SECRET(user)` in it replaced.
    fn write(&self, name: &str, text: &str) -> String {
        let mut text = text.replace("ID(nobody)", UNKNOWN.0).replace("SECRET(nobody)", UNKNOWN.1);
        for user in ["alice", "bob", "carol"] {
            let (id, secret) = self.world.aws.user(user).access_key();
            text = text.replace(&format!("ID({user})"), &id).replace(&format!("SECRET({user})"), &secret);
        }
        std::fs::write(self.path(name), &text).expect("the folder is ours");
        text
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn import(&self, words: &[&str]) -> Invocation<'_> {
        self.world.command(&World::binary(), &[&["import"], words].concat())
    }

    /// Whether a command that uses this name gets the user's key.
    fn uses(&self, name: &str, user: &str) -> bool {
        let run = self.world.vault(["exec", name, "--", "true"]).run();
        run.status == 0 && self.stored(name).as_deref() == Some(&self.world.aws.user(user).access_key().0)
    }

    /// The id that the index has for the name.
    fn stored(&self, name: &str) -> Option<String> {
        let index: serde_json::Value = serde_json::from_str(&self.world.read(".local/share/vault/index.json")).ok()?;
        let entry = index["entries"].as_array()?.iter().find(|entry| entry["name"] == name)?.clone();
        entry["key_id"].as_str().map(str::to_owned)
    }
}

/// The rows of `--json`, as `source name outcome`.
fn rows(run: &Run) -> Vec<String> {
    let document = run.json();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    let row = |row: &serde_json::Value| format!("{} {} {}", text(row, "source"), text(row, "name"), text(row, "outcome"));
    document.as_array().expect("an array").iter().map(row).collect()
}

/// A section of a credentials file.
fn section(name: &str, user: &str) -> String {
    format!("[{name}]\naws_access_key_id = ID({user})\naws_secret_access_key = SECRET({user})\n")
}
