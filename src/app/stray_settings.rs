//! Warns about settings that have no effect. Never fails because of them.

use crate::config::ConfigError;
use crate::config::settings::table_of;
use crate::model::ProfileName;

use super::{Context, Failure, aws_vault};

/// Warns about settings tables that are for no profile, and about variables that only aws-vault reads.
///
/// # Errors
/// When the settings or the profiles cannot be read.
pub fn warn(context: &Context) -> Result<(), Failure> {
    aws_vault::tell_of_unheeded(&context.env, &context.directories, context.notices);
    let (settings, profiles) = (context.settings()?, context.profiles()?);
    // One of them may be meant to protect a profile with a similar name.
    let stray = settings.profile_names().filter(|name| !ProfileName::parse(name).is_ok_and(|name| profiles.is_defined(&name)));
    for name in stray {
        let nobodys = format!("the settings have a table `{}`, but no profile has that name", table_of(name));
        context.notices.warn(&match profiles.suggestions(name).first() {
            Some(near) => format!("{nobodys}: did you mean `{near}`?"),
            None => nobodys,
        });
    }
    Ok(())
}

/// Warns about sections of the AWS files that were meant for a profile but have no effect.
pub fn warn_of_sections(context: &Context, ignored: &[ConfigError]) {
    for section in ignored {
        let place = section.origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})"));
        let cure = section.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"));
        context.notices.warn(&format!("{section}{place}{cure}"));
    }
}
