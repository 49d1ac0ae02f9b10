//! Reads a CSV file of keys downloaded from the AWS console. Never changes it, and never shows its content.

use std::path::Path;

use zeroize::Zeroizing;

use crate::config::SourceFile;
use crate::foreign::csv::{self, CsvFault};
use crate::foreign::{Found, Held};
use crate::model::{LongTermCredentials, ProfileName, shown};
use crate::os::{dirs, files};

use super::Failure;

/// What is in the file.
///
/// # Errors
/// When it cannot be read, or is not such a file.
pub fn found(path: &Path) -> Result<Vec<Found>, Failure> {
    let content = SourceFile::new(dirs::with_tilde(path), files::read(path)?)?;
    let content = Zeroizing::new(content.bytes);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    csv::found(&content, &name).map_err(|fault| {
        let why = match fault {
            CsvFault::NotText => "it is not UTF-8 text".to_owned(),
            CsvFault::NoColumn(column) => format!("it has no column `{column}`"),
            CsvFault::Quotes => "a quoted cell in it is not closed".to_owned(),
            CsvFault::NoRow => "there is no key in it".to_owned(),
        };
        Failure::new(format!("`{}` is not a file of keys from the AWS console: {why}", shown(&dirs::with_tilde(path))))
            .hint("download it again, or store the key with `vault add NAME`")
    })
}

/// The one key in the file. If it has several, the key of the user with the profile's name.
///
/// # Errors
/// When it cannot be read, holds no long-term key, or does not say which one is meant.
pub fn key_for(name: &ProfileName, path: &Path) -> Result<LongTermCredentials, Failure> {
    let place = dirs::with_tilde(path);
    let (mut keys, mut why) = (Vec::new(), String::new());
    for Found { name: user, held, .. } in found(path)? {
        match held {
            Held::Key(key) => keys.push((user, key)),
            Held::Skipped(reason) | Held::Unreadable(reason) => why = reason,
        }
    }
    if keys.is_empty() {
        return Err(Failure::new(format!("there is no key to store in `{}`: {why}", shown(&place)))
            .hint("create a key in the IAM console, under Security credentials, and download its file"));
    }
    if keys.len() > 1 {
        keys.retain(|(user, _)| user == name.as_str());
    }
    match (keys.pop(), keys.is_empty()) {
        (Some((_, key)), true) => Ok(key),
        _ => Err(Failure::new(format!("`{}` holds several keys, but not exactly one for a user `{name}`", shown(&place)))
            .hint("name the profile after the user whose key you want, or store the key with `vault import csv FILE --as OLD=NEW` first")),
    }
}
