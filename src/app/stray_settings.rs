//! Warns of what a person wrote and what counts for nothing. Never fails because of it.

use crate::config::ConfigError;
use crate::config::settings::table_of;
use crate::model::ProfileName;

use super::{Context, Failure, aws_vault};

/// Warns of tables of the settings that are for no profile, and of variables that only aws-vault heeds.
///
/// # Errors
/// When the settings or the profiles cannot be read.
pub fn warn(context: &Context) -> Result<(), Failure> {
    aws_vault::tell_of_unheeded(&context.env, &context.directories, context.notices);
    let (settings, profiles) = (context.settings()?, context.profiles()?);
    // One of them may be meant to protect a profile of nearly that name.
    let stray = settings.profile_names().filter(|name| !ProfileName::parse(name).is_ok_and(|name| profiles.is_defined(&name)));
    for name in stray {
        let nobodys = format!("the settings have a table `{}`, and no profile has that name", table_of(name));
        context.notices.warn(&match profiles.suggestions(name).first() {
            Some(near) => format!("{nobodys}: did you mean `{near}`?"),
            None => nobodys,
        });
    }
    Ok(())
}

/// Warns of sections of the AWS files that were meant for a profile and count for nothing.
pub fn warn_of_sections(context: &Context, ignored: &[ConfigError]) {
    for section in ignored {
        let place = section.origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})"));
        let cure = section.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"));
        context.notices.warn(&format!("{section}{place}{cure}"));
    }
}
