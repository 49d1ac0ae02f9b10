//! `vault mfa`: the MFA devices of the IAM user whose key a profile starts from. Never keeps a seed.

mod enroll;
mod list;
mod profile;
mod remove;
mod resync;
mod session;
mod user;
mod which;
mod ykman_settings;

use clap::{Args, Subcommand};

use crate::app::passphrase::TerminalPassphrase;
use crate::app::{Context, Failure, keystores};
use crate::cli::arguments::token_code;

pub(super) use enroll::{Done, How, enroll};
pub(super) use profile::write_serial;
pub(super) use user::KeyUser;
pub(super) use which::choose;

/// Your MFA devices: list, enroll, resync, remove
///
/// They belong to the IAM user whose stored key the profile uses.
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  vault mfa list read-only
  vault mfa enroll read-only               scan a QR code, type two codes
  vault mfa resync read-only               when AWS refuses right codes
  vault mfa remove read-only --device old"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Enroll(enroll::Arguments),
    List(list::Arguments),
    Remove(remove::Arguments),
    Resync(resync::Arguments),
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let (profile, token, words) = match &arguments.command {
        Command::Enroll(own) => (&own.profile, own.mfa_token.as_ref(), "mfa enroll"),
        Command::List(own) => (&own.profile, None, "mfa list"),
        Command::Remove(own) => (&own.profile, own.mfa_token.as_ref(), "mfa remove"),
        Command::Resync(own) => (&own.profile, None, "mfa resync"),
    };
    // What is wrong with the command line is said before a keystore is unlocked or AWS is called.
    let code = token_code(token)?;
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    let user = KeyUser::of(context, &keystores, profile.profile.as_ref(), words)?;
    match &arguments.command {
        Command::Enroll(arguments) => enroll::run(&user, arguments, code),
        Command::List(arguments) => list::run(&user, arguments),
        Command::Remove(arguments) => remove::run(&user, arguments, code),
        Command::Resync(_) => resync::run(&user),
    }
}
