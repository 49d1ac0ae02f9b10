//! Config files are read as the SDKs read them, edited without touching anything else, and a fault affects nothing else. Never opens a file.

mod bad_input;
mod edits;
mod glued;
mod ignored;
mod large;
mod same_as_sdk;
mod settings;
mod texts;

use std::collections::BTreeMap;

use vault::config::{ConfigError, ProfileSet, SourceFile};
use vault::model::ProfileName;

/// `Some`, because callers pass an `Option`.
#[allow(clippy::unnecessary_wraps)]
fn file(path: &str, text: impl Into<Vec<u8>>) -> Option<SourceFile> {
    Some(SourceFile { path: path.into(), bytes: text.into() })
}

fn config(text: impl Into<Vec<u8>>) -> ProfileSet {
    ProfileSet::index(file("~/.aws/config", text), None)
}

fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).expect("the tests use valid names")
}

type Reading = Vec<(String, String, BTreeMap<String, String>)>;

/// A profile's contents without line numbers, which edits move.
fn reading(set: &ProfileSet, profile: &str) -> Result<Option<Reading>, String> {
    let copy = |profile: vault::config::Profile| {
        profile.iter().map(|(key, setting)| (key.to_owned(), setting.value.clone(), setting.nested.clone())).collect()
    };
    set.profile(&name(profile)).map(|profile| profile.map(copy)).map_err(|error| error.message)
}

fn place(error: &ConfigError) -> String {
    error.origin.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
}
