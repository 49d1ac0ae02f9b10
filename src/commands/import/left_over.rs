//! Names what in the config still asks aws-vault, and what only aws-vault can read. Never changes it.

use crate::app::aws_files::AwsFile;
use crate::app::{Context, Failure};
use crate::config::{aws_vault_profile, keys};
use crate::os::dirs;
use crate::ui;

pub(super) fn tell(context: &Context) -> Result<(), Failure> {
    let profiles = context.profiles()?;
    for name in profiles.names() {
        let Ok(Some(profile)) = profiles.profile(&name) else { continue };
        let Some(line) = profile.get(keys::CREDENTIAL_PROCESS) else { continue };
        let Some(asked) = aws_vault_profile(&line.value) else { continue };
        let target = if asked == name { String::new() } else { format!(" --as {}", name.in_shell()) };
        ui::note(&format!(
            "`{name}` asks aws-vault for its credentials ({}): `vault link {}{target}` replaces that line",
            line.origin,
            asked.in_shell()
        ));
    }
    // Reading the credentials file has already reported what is wrong with it.
    let config = AwsFile::Config.place(&context.env).map(|path| dirs::with_tilde(&path));
    for header in profiles.broken_headers() {
        if header.origin.as_ref().is_some_and(|origin| Some(&*origin.file) == config.as_ref()) {
            ui::report(&header.into());
        }
    }
    Ok(())
}
