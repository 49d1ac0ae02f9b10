//! `vault why`: what AWS's refusal means in terms of a profile, and what cures it. Never makes the refused request again.

mod asked;

use std::ffi::OsString;

use clap::Args;

use crate::app::prepare::prepare_locked;
use crate::app::request::SessionOptions;
use crate::app::{Context, Failure, keystores};
use crate::cli::arguments::profile_name_argument;
use crate::engine::window_ends;
use crate::judge::Finding;
use crate::judge::denial::{self, Facts, Machine, Trap};
use crate::judge::policy::json;
use crate::keystore::NoPassphrasePrompt;
use crate::model::{ProfileName, capped, fit};
use crate::os::{clock, stdin, tty};
use crate::plan::CredentialPlan;
use crate::ports::SingleFlight as _;
use crate::sessions::FileLocks;
use crate::ui;

/// Explain why AWS refused a request
///
/// Give the text of the error, as any AWS tool prints it, as arguments or on stdin.
/// If you name a profile, vault takes into account what signs its requests, and asks
/// AWS for the details that it kept. The failed request is not repeated.
#[derive(Args)]
#[command(after_help = "Examples:
  vault why opssudo 'An error occurred (AccessDenied) when calling …'
  terraform apply 2>&1 | vault why opssudo
  vault why --offline < error.txt          the text alone")]
pub struct Arguments {
    /// The profile that was refused. A word that is not a profile is part of the text
    #[arg(value_name = "PROFILE", add = profile_name_argument())]
    profile: Option<OsString>,
    /// The text of the error [default: from stdin]
    #[arg(value_name = "TEXT")]
    text: Vec<OsString>,
    /// Print JSON: an array, whose first finding is the verdict
    #[arg(long)]
    json: bool,
    /// Make no calls to AWS
    #[arg(long)]
    offline: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let (profile, text) = split(context, arguments)?;
    let text = match text {
        Some(text) => text,
        None => piped()?,
    };
    let Some(said) = denial::read(&text) else {
        let message = "this is not an AWS error that vault knows";
        let finding = Finding::new(&denial::NOT_RECOGNISED, "the text", message)
            .evidence(capped(text.trim(), 200))
            .fix("give the whole error, with the line that names the call or the code");
        show(&[finding], arguments.json)?;
        return Ok(1);
    };
    let plan = profile.map(|profile| plan(context, profile)).transpose()?;
    let facts = plan.as_ref().map(|plan| Facts::of(plan, device_has_worked(context, plan)));
    let seen = match &plan {
        Some(plan) if !arguments.offline => asked::ask(context, plan, &said),
        _ => None,
    };
    let machine = Machine { clock_cure: clock::CURE, window_ends: window_ends(clock::now(), None) };
    let mut findings = denial::explain(&said, facts.as_ref(), seen.as_ref(), &machine);
    let traps = seen.map(|seen| denial::traps(&seen.policies)).unwrap_or_default();
    findings.extend(traps.iter().map(|trap| if arguments.json { with_statement(trap) } else { trap.finding.clone() }));
    show(&findings, arguments.json)?;
    if !arguments.json {
        for (trap, corrected) in traps.iter().filter_map(|trap| Some((trap, trap.corrected.as_ref()?))) {
            let of = &trap.finding;
            ui::data(
                format!("\nstatement of {}, corrected for `{}`:\n{}\n", fit(&of.subject), of.kind.id, json::pretty(corrected)).as_bytes(),
            )?;
        }
    }
    Ok(u8::from(findings.first().is_some_and(|verdict| verdict.kind == &denial::OTHER_ERROR)))
}

fn show(findings: &[Finding], json: bool) -> Result<(), Failure> {
    if json { ui::document(&findings) } else { ui::findings(findings) }
}

/// The six fields have no room for a statement but the cure.
fn with_statement(trap: &Trap) -> Finding {
    let finding = trap.finding.clone();
    let Some(corrected) = &trap.corrected else { return finding };
    let fix = format!("{}: {}", finding.fix.as_deref().unwrap_or_default(), json::compact(corrected));
    finding.fix(fix)
}

/// The profile, where the first word is one, else what `AWS_PROFILE` names; and the text, where there are more words.
fn split(context: &Context, arguments: &Arguments) -> Result<(Option<ProfileName>, Option<String>), Failure> {
    let profiles = context.profiles()?;
    let words: Vec<_> = arguments.profile.iter().chain(&arguments.text).map(|word| word.to_string_lossy()).collect();
    let named = |text: &str| ProfileName::parse(text).ok().filter(|name| profiles.is_defined(name));
    let first = words.first().and_then(|word| named(word));
    let rest = if first.is_some() { &words[1..] } else { &words[..] };
    let profile = first.or_else(|| context.env.text("AWS_PROFILE").and_then(named));
    Ok((profile, (!rest.is_empty()).then(|| rest.join(" "))))
}

fn piped() -> Result<String, Failure> {
    if tty::has_stdin() {
        ui::note("paste the error, then press Ctrl-D on a line by itself");
    }
    // More than any error text has, in mebibytes.
    let bytes = stdin::read_all(1)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.trim().is_empty() {
        return Err(Failure::usage("there is no text to explain")
            .hint("give the error as an argument or on stdin, as in `COMMAND 2>&1 | vault why`"));
    }
    Ok(text)
}

/// The plan as `vault explain` shows it: nothing is unlocked.
fn plan(context: &Context, profile: ProfileName) -> Result<CredentialPlan, Failure> {
    let keystores = keystores::open(context, &NoPassphrasePrompt)?;
    Ok(prepare_locked(context, &keystores, profile, &SessionOptions::default())?.plan)
}

fn device_has_worked(context: &Context, plan: &CredentialPlan) -> bool {
    let flight = FileLocks::new(&context.directories);
    plan.possible_mfa().is_some_and(|mfa| flight.device(&mfa.serial).has_worked())
}
