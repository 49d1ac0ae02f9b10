//! Protected profiles: who may use one, and the question that comes first. Never lets a program answer for the user.

use std::ffi::OsString;

use crate::config::LinkedSource;
use crate::config::settings::table_of;
use crate::model::ProfileName;
use crate::model::quote::is_plain;
use crate::plan::{Base, CredentialPlan};
use crate::ports::PromptError;
use crate::prompt::Terminal;

use super::Failure;

/// Refuses what would hand the credentials of a protected profile to any program that asks. `consequence` says what does not happen.
///
/// # Errors
/// When the profile is protected.
// Security: before a code is asked for.
pub fn refuse(plan: &CredentialPlan, consequence: &str) -> Result<(), Failure> {
    let Some(by) = &plan.protected else { return Ok(()) };
    Err(Failure::new(format!("{}: {consequence}", is_protected(plan))).hint(format!(
        "run the command on a terminal with `vault exec {} -- COMMAND`, or remove `protect = true` from `{}` in the settings",
        plan.profile.in_shell(),
        table_of(by.as_str())
    )))
}

/// What AWS tools do with a protected profile whose source is linked: they follow `source_profile` by themselves, and `vault` is not asked
/// for the role.
#[must_use]
pub fn is_passed_by(protected: &ProfileName, source: &LinkedSource) -> String {
    format!(
        "profile `{protected}` is protected, but `{}` is linked: `aws --profile {}` assumes the role without asking",
        source.profile,
        protected.in_shell()
    )
}

fn is_protected(plan: &CredentialPlan) -> String {
    match &plan.protected {
        Some(by) if *by != plan.profile => format!("profile `{}` builds on `{by}`, which is protected", plan.profile),
        _ => format!("profile `{}` is protected", plan.profile),
    }
}

/// What would be done with the credentials of a protected profile.
pub struct Asking<'a> {
    /// The command of `vault` that asks, such as `exec`.
    pub by: &'static str,
    /// The words that are shown; none: a shell.
    pub words: &'a [OsString],
    /// What does not happen after any other answer.
    pub else_what: &'static str,
}

/// Asks the person to type the name of a protected profile, and shows what they are about to do.
///
/// # Errors
/// When there is no way to ask, or the answer is something else.
pub fn confirm(plan: &CredentialPlan, asking: &Asking<'_>, no_wait: bool) -> Result<(), Failure> {
    let profile = &plan.profile;
    if plan.protected.is_none() {
        return Ok(());
    }
    if plan.may_expose_key() {
        return Err(Failure::usage(format!("{}: its long-term key is not handed to a command", is_protected(plan)))
            .hint("leave out `--no-session` and `--expose-long-term-key`"));
    }
    let terminal = Terminal::open_to_ask(no_wait).map_err(|error| {
        if matches!(error, PromptError::InUse(_)) {
            return error.into();
        }
        Failure::new(format!("{}, and {error}", is_protected(plan))).hint(format!(
            "run `vault {} {}` in the foreground of a terminal, where you type the profile's name",
            asking.by,
            profile.in_shell()
        ))
    })?;
    ask(&terminal, plan, &shown(plan, asking.words), asking.else_what)
}

/// Asks the user before a long-term key itself is handed over, including one that a `credential_process` may return.
///
/// # Errors
/// When there is no way to ask, or the answer is something else.
// Security: while the keystore is unlocked, any program of the same user could ask for the key, and nobody would know.
pub fn confirm_exposure(plan: &CredentialPlan, no_wait: bool) -> Result<(), Failure> {
    if !plan.may_expose_key() {
        return Ok(());
    }
    let key = match &plan.base {
        Base::StoredKey { name, .. } => format!("the stored key of `{name}`"),
        Base::Source(_) => format!("a long-term key of profile `{}`", plan.profile),
    };
    let terminal = Terminal::open_to_ask(no_wait).map_err(|error| {
        let why = match error {
            error @ PromptError::InUse(_) => return error.into(),
            PromptError::Unavailable(why) => why,
            error => error.to_string(),
        };
        Failure::new(format!("{key} is handed over only after you confirm it on the terminal: {why}")).hint(
            "run it in the foreground of a terminal, or leave out `--no-session` and `--expose-long-term-key`, to get a session instead",
        )
    })?;
    let lines = [
        format!("{key} itself is about to be handed over"),
        "  it needs no MFA and never expires: anyone who gets it can keep using it".to_owned(),
    ];
    ask(&terminal, plan, &lines, "the key is not handed over")
}

/// `else_what`: the consequence if the user types something else.
fn ask(terminal: &Terminal, plan: &CredentialPlan, about: &[String], else_what: &str) -> Result<(), Failure> {
    for line in about {
        terminal.tell(line);
    }
    let (profile, typed) = (&plan.profile, terminal.line("Type the profile's name to continue: ")?);
    if typed.trim() == profile.as_str() {
        return Ok(());
    }
    Err(Failure::new(format!("you did not type the profile's name: {else_what}"))
        .hint(format!("to continue, type `{profile}` at the prompt")))
}

fn shown(plan: &CredentialPlan, command: &[OsString]) -> Vec<String> {
    let account = plan.account().map_or_else(|| "not known yet".to_owned(), |account| account.to_string());
    let roles: Vec<_> = plan.steps().into_iter().filter_map(|step| step.call.role()).map(|role| role.arn.to_string()).collect();
    let role = if roles.is_empty() { "none".to_owned() } else { roles.join(", then ") };
    vec![
        is_protected(plan),
        format!("  account  {account}"),
        format!("  role     {role}"),
        format!("  command  {}", command_in_words(command)),
    ]
}

/// The command as it would be typed.
// Security: characters that could move the cursor or change the writing direction are shown as escapes, so that what you read is what runs.
fn command_in_words(command: &[OsString]) -> String {
    let word = |word: &OsString| {
        let text = word.to_string_lossy();
        if !text.is_empty() && text.chars().all(is_plain) { text.into_owned() } else { format!("{text:?}") }
    };
    if command.is_empty() { "a shell".to_owned() } else { command.iter().map(word).collect::<Vec<_>>().join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_cannot_hide_what_it_is() {
        let words = |words: &[&str]| command_in_words(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(words(&["terraform", "apply", "-var=a b", ""]), r#"terraform apply "-var=a b" """#);
        assert_eq!(words(&["rm\r\x1b[2Kls", "\u{202e}x"]), r#""rm\r\u{1b}[2Kls" "\u{202e}x""#);
        assert_eq!(words(&[]), "a shell");
    }
}
