//! Opens the keystores that the flags, the variables and the settings choose among. Never unlocks one.

use std::collections::BTreeMap;

use crate::keystore::{KeystoreSettings, Keystores, PassphrasePrompt};

use super::{Context, Failure};

/// # Errors
/// When the settings cannot be read.
pub fn open<'a>(context: &'a Context, prompt: &'a dyn PassphrasePrompt) -> Result<Keystores<'a>, Failure> {
    let settings = context.settings()?;
    let unlock_ttl = settings.file_unlock_ttl().as_secs();
    let pass_prefix = Some(settings.pass_prefix().to_owned());
    // A flag or a variable counts for every key of this run.
    let chosen = context.choices.backend;
    let of_names = match chosen {
        Some(_) => BTreeMap::new(),
        None => settings.backends_of_profiles().map(|(name, choice)| (name, choice.backend())).collect(),
    };
    let backend = chosen.unwrap_or(settings.global().backend).backend();
    let settings = KeystoreSettings { backend, of_names, unlock_ttl, pass_prefix };
    Ok(Keystores::new(&context.directories, &context.env, prompt, settings).heard_through(context.notices))
}
