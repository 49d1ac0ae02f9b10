//! `vault policy`: prints and checks the IAM policies that this way of working needs. Never calls AWS.

mod check;
mod print;
mod shown;

use clap::{Args, Subcommand};

use crate::app::Failure;

/// Print and check the IAM policies that make MFA stick
///
/// It makes no calls and stores nothing: it prints policies and reads files.
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy self-manage --format cloudformation > self-editing.yaml
  vault policy force-mfa
  vault policy check policies/*.json       in CI: fails at an error
  aws iam get-account-authorization-details | vault policy check -")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    SelfManage(print::SelfManageArguments),
    ForceMfa(print::ForceMfaArguments),
    SudoRole(print::SudoRoleArguments),
    Bastion(print::BastionArguments),
    ServiceAccount(print::ServiceAccountArguments),
    Check(check::Arguments),
}

/// # Errors
/// When a policy does not do what it is for, which is a fault of this program. When a file cannot be read, or stdout does not take what is printed.
pub fn run(arguments: &Arguments) -> Result<u8, Failure> {
    match &arguments.command {
        Command::SelfManage(arguments) => arguments.print(),
        Command::ForceMfa(arguments) => arguments.print(),
        Command::SudoRole(arguments) => arguments.print(),
        Command::Bastion(arguments) => arguments.print(),
        Command::ServiceAccount(arguments) => arguments.print(),
        Command::Check(arguments) => check::run(arguments),
    }
}
