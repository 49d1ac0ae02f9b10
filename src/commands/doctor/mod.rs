//! `vault doctor`: what is wrong with this machine and this config. Never unlocks a keystore, never asks for a code, and changes nothing
//! without `--fix`.

mod config;
mod fix;
mod gather;
mod items;
mod locks;
mod profile;

use clap::Args;

use crate::app::{Context, Failure};
use crate::cli::arguments::profile_name_argument;
use crate::judge::{Severity, health, sort};
use crate::model::{Backend, ProfileName};
use crate::ui;

/// Find what is wrong with this machine and this config
///
/// Checks keystores, the clock, variables, the config files and the files of vault.
/// It unlocks nothing and asks for no code. Without --offline, one unsigned request
/// compares the clock with AWS's. The output holds no secret.
#[derive(Args)]
#[command(after_help = "Examples:
  vault doctor
  vault doctor opssudo                     what would stop this profile
  vault doctor --fix                       make files private, remove leftovers
  vault doctor --json --offline")]
pub struct Arguments {
    /// A profile to look at more closely
    #[arg(value_name = "PROFILE", value_parser = ProfileName::parse, add = profile_name_argument())]
    profile: Option<ProfileName>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Apply the fixes that lose nothing, and name each
    #[arg(long)]
    fix: bool,
    /// Make no request
    #[arg(long)]
    offline: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let mut facts = gather::facts(context, arguments.offline)?;
    if arguments.fix {
        fix::apply(context, &facts)?;
        // The faults that are left after that, without another request.
        let clock_ahead = facts.clock_ahead.take();
        facts = health::Facts { clock_ahead, ..gather::facts(context, true)? };
    }
    let mut findings = health::judge(&facts);
    if let Some(profile) = &arguments.profile {
        // The reason is reported with its place in the chain.
        findings.retain(|finding| finding.kind != &health::PROFILE_PLAN || finding.subject != profile.as_str());
        findings.extend(profile::judge(context, profile)?);
        sort(&mut findings);
    }
    if arguments.json {
        ui::document(&findings)?;
    } else {
        say_keystores(&facts);
        say_unseen(&facts);
        if findings.is_empty() {
            ui::note("nothing is wrong");
        }
        ui::findings(&findings)?;
    }
    Ok(u8::from(findings.iter().any(|finding| finding.severity == Severity::Error)))
}

/// Names the checks that this command left out, because they would unlock something or start gpg.
fn say_unseen(facts: &health::Facts) {
    let holds = |wanted: Option<Backend>| {
        facts.keystores.iter().any(|keystore| keystore.keys > 0 && wanted.is_none_or(|backend| backend == keystore.backend))
    };
    if holds(None) {
        ui::note("not looked at: what is inside the stored items, since that would unlock them");
    }
    if holds(Some(Backend::Pass)) {
        ui::note("not looked at: whether gpg will ask for its passphrase");
    }
}

/// The keystore that new keys go to, and why others cannot be used.
fn say_keystores(facts: &health::Facts) {
    for health::KeystoreFact { backend, state, in_use, keys } in &facts.keystores {
        let state = match state {
            health::KeystoreState::Usable => "usable".to_owned(),
            health::KeystoreState::Locked(reason) => format!("locked ({reason})"),
            health::KeystoreState::Unavailable(reason) => format!("not available ({reason})"),
        };
        let used = if *in_use { "new keys go here, " } else { "" };
        let keys = match keys {
            0 => "no keys stored".to_owned(),
            1 => "1 key stored".to_owned(),
            many => format!("{many} keys stored"),
        };
        ui::note(&format!("keystore `{backend}`: {used}{keys}, {state}"));
    }
}
