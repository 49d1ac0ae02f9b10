//! The profile that a command is for: the one that is named, else one that the person at the terminal chooses. Never chooses by itself, and
//! never asks if nobody could answer.

use std::cmp::Reverse;

use crate::keystore::NoPassphrasePrompt;
use crate::model::ProfileName;
use crate::os::tty;
use crate::ports::PromptError;
use crate::prompt::{Choice, Terminal};

use super::listing::{self, Listed};
use super::uses::Uses;
use super::{Context, Failure, choice, keystores, request};

/// The profile named on the command line, else by `AWS_PROFILE`, else chosen from a list.
///
/// # Errors
/// If none is named, and there is nobody to ask or they give up.
pub fn profile(context: &Context, named: Option<&ProfileName>, command: &str) -> Result<ProfileName, Failure> {
    if let Some(name) = request::named_or_variable(&context.env, named)? {
        return Ok(name);
    }
    // A script has its stdin or stderr elsewhere; stdout is data for somebody else in any case.
    if !(tty::has_stdin() && tty::has_stderr()) {
        return Err(request::unnamed(command));
    }
    let usable = usable(context)?;
    if usable.is_empty() {
        return Err(request::unnamed(command));
    }
    let chosen = match ask(context, &usable) {
        Ok(index) => usable[index].name.clone(),
        Err(PromptError::Unavailable(_)) => return Err(request::unnamed(command)),
        Err(error) => return Err(error.into()),
    };
    Uses::count_run(&context.directories, &chosen);
    Ok(chosen)
}

fn ask(context: &Context, usable: &[Listed]) -> Result<usize, PromptError> {
    if Terminal::can_pick(&context.env) {
        let choices: Vec<_> = usable.iter().map(|row| Choice { name: row.name.to_string(), about: about(row) }).collect();
        return Terminal::open_to_ask(false)?.pick("Profile: ", &choices);
    }
    let lines: Vec<_> = usable.iter().map(|row| row.name.to_string()).collect();
    choice::ask("Profiles:", &lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The profiles that a run could use, the most used first.
fn usable(context: &Context) -> Result<Vec<Listed>, Failure> {
    let entries = keystores::open(context, &NoPassphrasePrompt)?.entries()?;
    let mut rows = listing::without_sessions(context, &entries)?;
    rows.retain(|row| row.is_usable);
    let uses = Uses::read(&context.directories);
    // Profiles with the same count stay in the order of the files.
    rows.sort_by_key(|row| Reverse(uses.of(&row.name)));
    Ok(rows)
}

/// The account, and the role that the plan ends with.
fn about(row: &Listed) -> Vec<String> {
    let Some(plan) = &row.plan else { return Vec::new() };
    let account = plan.account().map_or_else(String::new, |account| account.to_string());
    let role = plan.possible_last_steps().find_map(|step| step.call.role()).map(|role| role.arn.to_string());
    // Without the path, which rarely distinguishes roles.
    let role = role.as_deref().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
    vec![account, role.to_owned()]
}
