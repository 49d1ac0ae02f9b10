//! Has the settings take a profile's codes from a `YubiKey`. Never changes what they say already.

use crate::app::{Context, Failure};
use crate::config::SourceFile;
use crate::config::settings::{Settings, table_of};
use crate::model::ProfileName;
use crate::model::quote::in_toml;
use crate::model::shown;
use crate::os::{dirs, files};
use crate::ui;

/// Writes `prompt` and `ykman_account` for the profile, where its table can be added; else says what to write.
///
/// # Errors
/// When the settings cannot be read.
pub fn write(context: &Context, profile: &ProfileName, account: &str) -> Result<(), Failure> {
    let path = context.directories.config.join("config.toml");
    let table = table_of(profile.as_str());
    let lines = format!("prompt = \"ykman\"\nykman_account = {}\n", quoted(account));
    let by_hand = |why: &str| {
        let shown_path = dirs::with_tilde(&path);
        let one_line = lines.trim_end().replace('\n', "` and `");
        ui::note(&format!("{why}: for the codes of the YubiKey, write `{one_line}` under `{table}` in {}", shown(&shown_path)));
    };
    if context.settings()?.profile_names().any(|name| name == profile.as_str()) {
        by_hand("the settings have a table of this profile already");
        return Ok(());
    }
    // If there is no place for locks, write it anyway.
    let _lock = files::lock(&context.directories.locks().join("settings"), "another vault to finish changing the settings");
    let before = files::read_settings(&path)?.unwrap_or_default();
    let mut text = String::from_utf8_lossy(&before).into_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if !text.is_empty() {
        text.push('\n');
    }
    for part in [&table, "\n", &lines] {
        text.push_str(part);
    }
    // What would not be understood is not written.
    SourceFile::new(dirs::with_tilde(&path), text.clone().into_bytes()).and_then(|file| Settings::parse(Some(file)))?;
    // It may be a link into a dotfiles repository, which stays one. Reading it has checked that nobody else can redirect it.
    let written = files::create_private_directory(&context.directories.config).and_then(|()| files::rewrite(&path, text.as_bytes()));
    match written {
        Ok(()) => {
            ui::note(&format!(
                "codes of profile `{profile}` come from the YubiKey: wrote `{table}` to {}",
                shown(&dirs::with_tilde(&path))
            ));
        }
        Err(error) => by_hand(&error.to_string()),
    }
    Ok(())
}

/// As a value: always in quotes.
fn quoted(text: &str) -> String {
    let quoted = in_toml(text);
    if quoted.starts_with(['"', '\'']) { quoted.to_string() } else { format!("\"{quoted}\"") }
}
