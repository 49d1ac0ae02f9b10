//! Opens the keystores that the flags, the variables and the settings choose among. Never unlocks one.

use std::collections::BTreeMap;

use crate::keystore::{KeystoreSettings, Keystores, Lasting, PassphrasePrompt};

use super::{Context, Failure};

/// # Errors
/// When the settings cannot be read.
pub fn open<'a>(context: &'a Context, prompt: &'a dyn PassphrasePrompt) -> Result<Keystores<'a>, Failure> {
    let settings = context.settings()?;
    let unlock_ttl = settings.file_unlock_ttl().as_secs();
    let pass_prefix = Some(settings.pass_prefix().to_owned());
    // A flag or a variable counts for every key of this run.
    let chosen = context.choices.backend;
    let lasting = Lasting {
        backend: settings.global().backend.backend(),
        of_names: settings.backends_of_profiles().map(|(name, choice)| (name, choice.backend())).collect(),
    };
    let settings = match chosen {
        Some(chosen) => {
            let (backend, of_names) = (chosen.backend(), BTreeMap::new());
            KeystoreSettings { backend, of_names, unlock_ttl, pass_prefix, without_flag: Some(lasting) }
        }
        None => KeystoreSettings { backend: lasting.backend, of_names: lasting.of_names, unlock_ttl, pass_prefix, without_flag: None },
    };
    Ok(Keystores::new(&context.directories, &context.env, prompt, settings).heard_through(context.notices))
}
