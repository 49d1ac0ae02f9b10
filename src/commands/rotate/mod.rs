//! `vault rotate`: replaces a stored key at AWS and here. Never decides the order of the stages: `engine/rotate` does.

mod one;
mod status;
mod words;

use clap::Args;
use secrecy::SecretString;

use crate::app::passphrase::TerminalPassphrase;
use crate::app::{Context, Failure, keystores};
use crate::cli::arguments::{profile_name_argument, secret, token_code};
use crate::keystore::Keystores;
use crate::model::{ProfileName, SessionDuration, TokenCode};
use crate::ui;

/// Replace a stored access key
///
/// Creates a new key, stores it, and checks it at STS and IAM before the old one is
/// deactivated. For a grace period, the old key is kept and `--undo` brings it back.
/// After that, another `vault rotate` deletes it. If a run is interrupted, the next
/// one continues. The whole rotation needs one MFA session.
#[derive(Args)]
#[command(after_help = "Examples:
  vault rotate read-only
  vault rotate read-only --status          how far it is
  vault rotate read-only --undo            back to the old key
  vault rotate read-only --finish          delete the old key now
  vault rotate read-only --grace 0s        delete the old key at once
  vault rotate --all")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Arguments {
    /// The profile whose key is replaced
    #[arg(value_name = "NAME", value_parser = ProfileName::parse, add = profile_name_argument(), required_unless_present_any = ["all", "status"])]
    name: Option<ProfileName>,
    /// How long the old key is kept, inactive: 24h, 7d, 0s [default: 24h]
    #[arg(long, value_name = "DURATION", value_parser = SessionDuration::parse_days)]
    grace: Option<SessionDuration>,
    /// Finish the rotation and delete the old key now, even within the grace period
    #[arg(long, conflicts_with_all = ["undo", "status", "grace"])]
    finish: bool,
    /// Make the old key the current one again, and delete the new one
    #[arg(long, conflicts_with_all = ["status", "grace"])]
    undo: bool,
    /// Show the stage of the rotation, and change nothing
    #[arg(long)]
    status: bool,
    /// Print JSON
    #[arg(long, requires = "status")]
    json: bool,
    /// Every stored key, one after the other
    #[arg(long, conflicts_with = "name")]
    all: bool,
    /// The code of the MFA device, instead of asking for it
    #[arg(short = 't', long, value_name = "CODE", value_parser = secret)]
    mfa_token: Option<SecretString>,
    /// Fail instead of waiting for the device's next code or for another vault's prompt
    #[arg(long)]
    no_wait: bool,
}

/// What is to be done with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Rotate { grace: Option<SessionDuration> },
    Finish,
    Undo,
}

/// A wish, and whether to wait.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    wish: Wish,
    no_wait: bool,
}

impl Arguments {
    fn wish(&self) -> Wish {
        match (self.finish, self.undo) {
            (true, _) => Wish::Finish,
            (_, true) => Wish::Undo,
            _ => Wish::Rotate { grace: self.grace },
        }
    }

    fn wanted(&self) -> Wanted {
        Wanted { wish: self.wish(), no_wait: self.no_wait }
    }

    fn code(&self) -> Result<Option<TokenCode>, Failure> {
        token_code(self.mfa_token.as_ref())
    }
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    let code = arguments.code()?;
    if arguments.status {
        return status::run(context, &keystores, arguments, code.as_ref());
    }
    if let Some(name) = &arguments.name {
        ui::note(&one::run(context, &keystores, name, arguments.wanted(), code)?);
        return Ok(0);
    }
    all(context, &keystores, arguments, code.as_ref())
}

/// Replaces one key as a step of `vault setup`, and returns the result in words.
pub(super) fn one(context: &Context, keystores: &Keystores<'_>, name: &ProfileName) -> Result<String, Failure> {
    one::run(context, keystores, name, Wanted { wish: Wish::Rotate { grace: None }, no_wait: false }, None)
}

/// Every stored key: one that fails does not keep the others from being replaced.
fn all(context: &Context, keystores: &Keystores<'_>, arguments: &Arguments, code: Option<&TokenCode>) -> Result<u8, Failure> {
    let mut names = keystores.in_use(keystores.entries()?);
    // A key that is stored under several names is replaced once, under the one where that has begun.
    names.sort_by(|a, b| (&a.key_id, a.rotation.is_none(), &a.name).cmp(&(&b.key_id, b.rotation.is_none(), &b.name)));
    names.dedup_by(|a, b| a.key_id.is_some() && a.key_id == b.key_id);
    names.sort_by(|a, b| a.name.cmp(&b.name));
    if names.is_empty() {
        ui::note("no key is stored yet: `vault add NAME` stores one");
    }
    // A code belongs to one device and works once.
    if code.is_some() && names.len() > 1 {
        return Err(Failure::usage(format!("`--mfa-token` is the code of one device, and {} keys are stored", names.len()))
            .hint("leave it out to be asked for each, or name one key"));
    }
    let mut failed = 0;
    for entry in &names {
        ui::note(&format!("key `{}`:", entry.name));
        match one::run(context, keystores, &entry.name, arguments.wanted(), code.cloned()) {
            Ok(says) => ui::note(&says),
            Err(failure) if failure.status == Failure::INTERRUPTED => return Err(failure),
            Err(failure) => {
                failed += 1;
                ui::report(&failure);
            }
        }
    }
    match failed {
        0 => Ok(0),
        _ => Err(Failure::new(format!("{failed} of {} keys could not be replaced", names.len()))
            .hint("run it again: each continues where it stopped")),
    }
}
