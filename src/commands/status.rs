//! `vault status`: how long cached sessions last. Never unlocks, calls or asks anything: every shell prompt runs it.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};

use crate::app::prepare::{inventory, inventory_of, prepare_from_index};
use crate::app::session_cache::unasked;
use crate::app::{Context, Failure, key_age, keystores};
use crate::cli::arguments::profile_name_argument;
use crate::keystore::{Entry, NoPassphrasePrompt};
use crate::model::{ProfileName, Timestamp};
use crate::os::clock;
use crate::plan::{Base, CredentialPlan, Inventory, Resume, Step};
use crate::sessions::SessionFiles;
use crate::ui::{self, Table};

/// Show how long a profile's sessions last
///
/// Shows the shared MFA session and each role session, from the cache alone. It
/// unlocks nothing, makes no calls and never asks, so a shell prompt can run it.
/// Without a profile, it shows the sessions of all profiles. `vault list --json` also
/// has the sessions that were made with other flags.
#[derive(Args)]
#[command(after_help = "Examples:
  vault status opssudo
  vault status                             every profile, outside of exec
  vault status opssudo --json

In a shell's prompt:
  bash:     PS1='$(vault status --short 2>/dev/null) \\$ '
  zsh:      setopt prompt_subst; RPROMPT='$(vault status --short 2>/dev/null)'
  fish:     function fish_right_prompt; vault status --short 2>/dev/null; end
  starship: [custom.vault]
            command = \"vault status --short\"
            when = \"vault status --short\"

Exit status: 0 if a usable session is cached, else 1")]
pub struct Arguments {
    /// The profile [default: `$AWS_VAULT`, else `$AWS_PROFILE`, else all]
    #[arg(value_name = "PROFILE", value_parser = ProfileName::parse, add = profile_name_argument())]
    profile: Option<ProfileName>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print a line for a prompt, such as `opssudo 7h43m`: under `vault exec`, the time left
    /// of its credentials; elsewhere, the time until the profile's next code, if there is one
    #[arg(long, conflicts_with = "json")]
    short: bool,
}

/// The cached sessions of one profile.
struct Status {
    plan: CredentialPlan,
    resume: Resume,
    asks_for_code: bool,
    /// Until when each step's session is usable.
    sessions: Vec<Option<Timestamp>>,
}

impl Status {
    fn has_some(&self) -> bool {
        self.sessions.iter().any(Option::is_some)
    }
}

/// The credentials that an outer `vault exec` put into this shell.
struct Shell {
    profile: ProfileName,
    expires: Timestamp,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let now = clock::now();
    let shell = shell(context);
    let named = arguments.profile.clone();
    let named = named.or_else(|| variable(context, "AWS_VAULT")).or_else(|| variable(context, "AWS_PROFILE"));
    if arguments.short {
        let Some(name) = named else { return Ok(1) };
        return short(context, &name, shell.as_ref(), now);
    }
    let keystores = keystores::open(context, &NoPassphrasePrompt)?;
    let (inventory, files) = (inventory_of(&keystores)?, unasked(context));
    let statuses: Vec<_> = match &named {
        Some(name) => vec![status(context, &inventory, &files, name)?],
        // A profile that cannot be planned has no usable session.
        None => context
            .profiles()?
            .names()
            .iter()
            .filter_map(|name| status(context, &inventory, &files, name).ok())
            .filter(Status::has_some)
            .collect(),
    };
    let shell = shell.filter(|shell| named.as_ref().is_none_or(|name| *name == shell.profile));
    if arguments.json {
        ui::json(&json!({
            "shell": shell.as_ref().map(|shell| json!({
                "profile": shell.profile.as_str(),
                "expires": shell.expires.to_string(),
                "seconds_left": seconds_left(shell.expires, now),
            })),
            "profiles": statuses.iter().map(|status| as_json(status, now)).collect::<Vec<_>>(),
        }))?;
    } else {
        let table = table(&statuses, shell.as_ref(), named.is_some(), now);
        if table.is_empty() {
            ui::note("no session is cached");
        }
        table.print()?;
        let is_of_plan =
            |entry: &Entry| statuses.iter().any(|status| matches!(&status.plan.base, Base::StoredKey { name, .. } if *name == entry.name));
        let mut entries = keystores.in_use(keystores.indexed()?);
        entries.retain(|entry| named.is_none() || is_of_plan(entry));
        key_age::remind(context, &entries, now)?;
    }
    let usable = statuses.iter().any(|status| status.resume.from_cached.is_some()) || shell.is_some_and(|shell| shell.expires > now);
    Ok(u8::from(!usable))
}

/// What a prompt shows: in a shell of the profile, its credentials; elsewhere, the time until the next code.
fn short(context: &Context, name: &ProfileName, shell: Option<&Shell>, now: Timestamp) -> Result<u8, Failure> {
    let expires = if let Some(shell) = shell.filter(|shell| shell.profile == *name) {
        Some(shell.expires)
    } else {
        let status = status(context, &inventory(context)?, &unasked(context), name)?;
        status.resume.from_cached.and_then(|_| status.sessions.iter().flatten().max().copied())
    };
    match expires {
        Some(expires) if expires > now => ui::data(format!("{name} {}\n", ui::time_left(expires, now)).as_bytes()).map(|()| 0),
        Some(_) => ui::data(format!("{name} expired\n").as_bytes()).map(|()| 1),
        None => Ok(1),
    }
}

fn variable(context: &Context, name: &str) -> Option<ProfileName> {
    context.env.text(name).and_then(|text| ProfileName::parse(text).ok())
}

fn shell(context: &Context) -> Option<Shell> {
    let expires = context.env.text("AWS_CREDENTIAL_EXPIRATION").and_then(|text| Timestamp::parse_rfc3339(text).ok())?;
    Some(Shell { profile: variable(context, "AWS_VAULT")?, expires })
}

fn status(context: &Context, inventory: &Inventory, files: &SessionFiles<'_>, name: &ProfileName) -> Result<Status, Failure> {
    let prepared = prepare_from_index(context, inventory, name.clone())?;
    let forecast = prepared.forecast(&files.at_rest());
    let asks_for_code = forecast.asks_for_code();
    let taken_up = forecast.taken_up();
    let sessions = taken_up.plan.steps().into_iter().map(|step| taken_up.of_use_until(step)).collect();
    Ok(Status { plan: taken_up.plan.clone().into_owned(), resume: taken_up.resume.clone(), asks_for_code, sessions })
}

/// One row for each session, a shared one once. For a named profile, missing sessions are shown too.
fn table(statuses: &[Status], shell: Option<&Shell>, named: bool, now: Timestamp) -> Table<3> {
    let mut table = Table::new(["PROFILE", "SESSION", "LEFT"]);
    let mut seen = BTreeSet::new();
    if let Some(shell) = shell {
        let left = if shell.expires > now { ui::time_left(shell.expires, now) } else { "expired".to_owned() };
        table.row([shell.profile.to_string(), "the credentials of this shell".to_owned(), left], None);
    }
    for status in statuses {
        let profile = || status.plan.profile.to_string();
        for (step, expires) in status.plan.steps().into_iter().zip(&status.sessions) {
            if (named || expires.is_some()) && seen.insert(&step.session_key) {
                let left = expires.map_or_else(String::new, |expires| ui::time_left(expires, now));
                table.row([profile(), call_in_words(step), left], None);
            }
        }
        if named && status.plan.last_step().is_none() {
            table.row([profile(), "no session made by vault".to_owned(), String::new()], None);
        }
    }
    table
}

fn call_in_words(step: &Step) -> String {
    match (step.call.role(), &step.with_code) {
        (Some(role), _) => role.arn.to_string(),
        (None, Some(serial)) => format!("MFA session of {serial}"),
        (None, None) => "session without MFA".to_owned(),
    }
}

fn as_json(status: &Status, now: Timestamp) -> Value {
    let session = |(step, expires): (&Step, &Option<Timestamp>)| {
        json!({
            "call": step.call.name(),
            "role_arn": step.call.role().map(|role| role.arn.as_str()),
            "mfa_serial": step.with_code.as_ref().map(crate::model::MfaSerial::as_str),
            "expires": expires.map(|expires| expires.to_string()),
            "seconds_left": expires.map(|expires| seconds_left(expires, now)),
        })
    };
    json!({
        "profile": status.plan.profile.as_str(),
        "ready": status.resume.from_cached.is_some(),
        "asks_for_code": status.asks_for_code,
        "sessions": status.plan.steps().into_iter().zip(&status.sessions).map(session).collect::<Vec<_>>(),
    })
}

fn seconds_left(expires: Timestamp, now: Timestamp) -> i64 {
    expires.seconds_since(now).max(0)
}
