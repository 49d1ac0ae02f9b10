//! The commands as people and scripts use them: the real binary, with its stdout, stderr and exit status.
#![allow(clippy::disallowed_methods, reason = "tests look at the machine from outside")]

mod add;
mod add_config;
mod add_device;
mod add_interrupted;
mod add_meanwhile;
mod audit;
mod aws_vault;
mod bad_input;
mod clear;
mod client_settings;
mod completions;
mod completions_typed;
mod credential_process;
mod debug;
mod doctor;
mod ended_helpers;
mod endless;
mod exec_environment;
mod exec_process;
mod explain;
mod export;
mod from_default;
mod help;
mod helper_environment;
mod hints;
mod ignored_sections;
mod list;
mod lock;
mod long_term_source;
mod man;
mod mfa;
mod names_in_hints;
mod nested;
mod network;
mod pasted;
mod policy;
mod redaction;
mod reference;
mod region;
mod remove;
mod stdout;
mod why;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vault::keystore::{FileStore, NoPassphrasePrompt};
use vault::os::env::Environment;

use crate::support::steps::{directories, forget_codes, sign_in, signed_in};
use crate::support::world::{Run, World};

use redaction::redacted;

/// A run's status and output, with everything that differs between runs replaced.
pub(super) fn shown(world: &World, run: &Run) -> String {
    let mut text = format!("status {}\n", run.status);
    for (name, content) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        if !content.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{name}:\n{content}");
        }
    }
    redacted(world, &text)
}

/// Locks the `file` keystore again, so that the next use of it needs the passphrase.
pub(super) fn lock_keystore(world: &World) {
    FileStore::new(&directories(world), &Environment::of([]), &NoPassphrasePrompt, 0).lock();
}

/// Makes the index forget which key is stored as `read-only`: it is gone, it is damaged, or a run was killed while changing the key.
fn forget_key_id(world: &World, way: usize) {
    const INDEX: &str = ".local/share/vault/index.json";
    match way {
        0 => std::fs::remove_file(world.path(INDEX)).expect("there is an index"),
        1 => world.write(INDEX, "{"),
        _ => {
            let mut index: serde_json::Value = serde_json::from_str(&world.read(INDEX)).expect("the index is JSON");
            let entries = index["entries"].as_array_mut().expect("it has entries");
            let entry = entries.iter_mut().find(|entry| entry["name"] == "read-only").expect("the key has an entry");
            entry.as_object_mut().expect("it is an object").remove("key_id");
            world.write(INDEX, index.to_string());
        }
    }
}

/// The variables in the output of `env` or `export`, by name.
fn variables(printed: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    printed.lines().filter_map(pair).collect()
}
