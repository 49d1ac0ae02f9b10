//! `vault credential-process`: a profile's credentials for the AWS CLI and every SDK. Never writes anything else to stdout.

use clap::Args;

use crate::app::obtain::obtain;
use crate::app::passphrase::AnyPassphrase;
use crate::app::prepare::prepare;
use crate::app::{Context, Failure, keystores, protect, stray_settings};
use crate::cli::arguments::{CredentialArguments, NamedProfile};
use crate::os::client;
use crate::outlet::process_json::process_json;
use crate::ui;

/// Print a profile's credentials as a credential process
///
/// For `credential_process` in ~/.aws/config, so that the AWS CLI and every SDK get
/// credentials from vault; `vault link` writes that line. vault asks for a code on
/// the terminal, or in a window if there is no terminal. It never asks on stdout or
/// stderr, which the AWS CLI captures. `--prompt`, or `prompt` in the settings,
/// chooses how it asks.
#[derive(Args)]
#[command(after_help = "Example:
  vault link opssudo --as ops

writes into ~/.aws/config

  [profile ops]
  credential_process = /usr/local/bin/vault credential-process opssudo

Then: aws --profile ops s3 ls")]
pub struct Arguments {
    #[command(flatten)]
    profile: NamedProfile,
    #[command(flatten)]
    credentials: CredentialArguments,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    client::is_the_parent();
    let code = arguments.credentials.code()?;
    let passphrase = AnyPassphrase { context, no_wait: arguments.credentials.no_wait };
    let keystores = keystores::open(context, &passphrase)?;
    stray_settings::warn(context)?;
    let prepared = prepare(context, &keystores, arguments.profile.profile.clone(), &arguments.credentials.options())?;
    protect::refuse(&prepared.plan, "its credentials are not handed to other programs")?;
    let credentials = obtain(context, &keystores, &prepared, code)?;
    ui::data(&process_json(&credentials))?;
    Ok(0)
}
