//! Protected profiles: who may use one, and the question before. Never lets a program answer for the person.

use std::ffi::OsString;

use crate::model::ProfileName;
use crate::plan::{Base, CredentialPlan};
use crate::prompt::Terminal;
use crate::ui::Failure;

use super::context::Context;

/// Refuses what would hand the credentials of a protected profile to whoever asks. `consequence` says what does not happen.
///
/// # Errors
/// When the profile is protected.
// Security: before a key is read or a code is asked for.
pub fn refuse(context: &Context, profile: &ProfileName, consequence: &str) -> Result<(), Failure> {
    if !context.settings()?.for_profile(profile).protect {
        return Ok(());
    }
    Err(Failure::new(format!("profile `{profile}` is protected: {consequence}")).hint(format!(
        "run the command itself, on a terminal, with `vault exec {profile} -- COMMAND`, where you are asked; or remove `protect = true` from `[profile.{profile}]` in the settings"
    )))
}

/// Asks the person to type the name of a protected profile, and shows what they are about to do.
///
/// # Errors
/// When there is nobody to ask, or they typed something else.
pub fn confirm(context: &Context, plan: &CredentialPlan, command: &[OsString]) -> Result<(), Failure> {
    let profile = &plan.profile;
    if !context.settings()?.for_profile(profile).protect {
        return Ok(());
    }
    if plan.steps.is_empty() && matches!(plan.base, Base::StoredKey { .. }) {
        return Err(Failure::new(format!("profile `{profile}` is protected: its long-term key is not handed to a command"))
            .hint("leave out `--no-session` and `--expose-long-term-key`"));
    }
    let terminal = Terminal::open_to_read().map_err(|error| {
        Failure::new(format!("profile `{profile}` is protected, and nobody can be asked: {error}"))
            .hint(format!("run `vault exec {profile}` in the foreground of a terminal, where you type the profile's name"))
    })?;
    for line in shown(plan, command) {
        terminal.tell(&line);
    }
    let typed = terminal.line("Type the profile's name to go on: ")?;
    if typed.trim() == profile.as_str() {
        return Ok(());
    }
    Err(Failure::new("that is not the profile's name: nothing is run").hint(format!("to run it, type `{profile}` when you are asked")))
}

fn shown(plan: &CredentialPlan, command: &[OsString]) -> Vec<String> {
    let account = plan.account().map_or_else(|| "not known beforehand".to_owned(), |account| account.to_string());
    let roles: Vec<_> = plan.steps.iter().filter_map(|step| step.call.role()).map(|role| role.arn.to_string()).collect();
    let role = if roles.is_empty() { "none".to_owned() } else { roles.join(", then ") };
    vec![
        format!("profile `{}` is protected", plan.profile),
        format!("  account  {account}"),
        format!("  role     {role}"),
        format!("  command  {}", in_words(command)),
    ]
}

/// The command as it would be typed.
// Security: whatever could move the cursor, or turn the direction of writing, is shown as an escape, so that what is read is what runs.
fn in_words(command: &[OsString]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+=:,./-@%".contains(c);
    let word = |word: &OsString| {
        let text = word.to_string_lossy();
        if !text.is_empty() && text.chars().all(plain) { text.into_owned() } else { format!("{text:?}") }
    };
    if command.is_empty() { "a shell".to_owned() } else { command.iter().map(word).collect::<Vec<_>>().join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_cannot_hide_what_it_is() {
        let words = |words: &[&str]| in_words(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(words(&["terraform", "apply", "-var=a b", ""]), r#"terraform apply "-var=a b" """#);
        assert_eq!(words(&["rm\r\x1b[2Kls", "\u{202e}x"]), r#""rm\r\u{1b}[2Kls" "\u{202e}x""#);
        assert_eq!(words(&[]), "a shell");
    }
}
