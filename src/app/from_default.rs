//! Tells a person at a terminal once that a command gets no region, or which settings it takes from `[default]`. Never tells
//! a script, and never tells it twice for one profile.

use crate::config::client_settings::REGION;
use crate::model::ProfileName;
use crate::os::tty;
use crate::outlet::child_env;
use crate::plan::{CredentialPlan, FromDefault};

use super::{Context, said_once};

/// Who takes it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Taker {
    Command,
    /// Whatever runs in the shell that reads the variables.
    Shell,
}

impl Taker {
    fn as_str(self) -> &'static str {
        match self {
            Self::Command => "the command",
            Self::Shell => "this shell",
        }
    }
}

/// A note, with its name in the list of notes that were shown.
struct Note {
    name: String,
    text: String,
}

/// Most AWS commands fail without a region, and blame something else. With a setting from `[default]`, they act differently than with
/// the profile.
pub fn say_once(context: &Context, plan: &CredentialPlan, default: &FromDefault, who: Taker) {
    if !tty::has_stderr() {
        return;
    }
    let taken = child_env::taken_from_default(&context.env, plan, default);
    let region = if taken.contains(&REGION) { default.settings.get(REGION).map(|setting| setting.value.as_str()) } else { None };
    let other: Vec<_> = taken.into_iter().filter(|key| *key != REGION).collect();
    let profile = &plan.profile;
    // Not every command in a shell needs one.
    let misses_region = plan.region.is_none() && (region.is_some() || who == Taker::Command);
    let about_region = misses_region.then(|| about_region(profile, region, who.as_str()));
    let about_other = (!other.is_empty()).then(|| about_other(profile, &other, who.as_str()));
    let notes: Vec<_> = about_region.into_iter().chain(about_other).collect();
    said_once::say(&context.directories, "told-no-region", &notes, |note| &note.name, |note| context.notices.tell(&note.text));
}

fn about_region(profile: &ProfileName, of_default: Option<&str>, who: &str) -> Note {
    let cure = "Add `region = …` to the profile, or use `--region NAME`";
    match of_default {
        None => Note { name: profile.to_string(), text: format!("no region is set for profile `{profile}`: {who} gets none. {cure}") },
        Some(region) => Note {
            name: format!("{profile} [default] region"),
            text: format!(
                "no region is set for profile `{profile}`: {who} takes `region = {}` from `[default]`. {cure}",
                region.escape_debug()
            ),
        },
    }
}

fn about_other(profile: &ProfileName, keys: &[&str], who: &str) -> Note {
    // Security: no value is shown, since only a region is known not to be secret.
    let shown: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    Note {
        name: format!("{profile} [default] {}", keys.join(" ")),
        text: format!(
            "{who} takes {} from `[default]`, and no environment variable can prevent that. Clients that read profile `{profile}` themselves are not affected: see `vault link {}`",
            shown.join(" and "),
            profile.in_shell()
        ),
    }
}
