//! `vault login`: opens the AWS console, signed in as a profile. Never logs the URL: it signs in anyone who has it.

mod destination;
mod duration;

use std::ffi::OsString;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use clap_complete::engine::ArgValueCompleter;
use secrecy::{ExposeSecret as _, SecretString};

use crate::app::obtain::obtain;
use crate::app::passphrase::AnyPassphrase;
use crate::app::prepare::{Prepared, prepare};
use crate::app::{Context, Failure, keystores, pick, protect, stray_settings};
use crate::cli::arguments::{CredentialArguments, OptionalProfile};
use crate::cli::completion::services;
use crate::config::words;
use crate::keystore::Keystores;
use crate::model::{ConsoleHosts, Credentials, EndpointFrom, EndpointUrl, Partition, in_percent};
use crate::os::browser::SystemBrowser;
use crate::os::{client, clock};
use crate::plan::{Base, Connection, CredentialPlan};
use crate::ports::{Browser as _, BrowserError, KeyStore as _, KeyStoreError, Route, Sts as _};
use crate::ui;

use destination::Destination;

/// How long a sign-in URL is good, in seconds.
const GOOD_FOR: i64 = 15 * 60;

/// Names another place for the federation endpoint.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL_SIGNIN";

/// Open the AWS console, signed in as a profile
///
/// For a profile with a role, your browser opens the console, signed in. AWS does not sign anyone in
/// with the session of an IAM user: for a profile without a role, the account's own
/// sign-in page opens.
#[derive(Args)]
#[command(after_help = "Examples:
  vault login opssudo
  vault login opssudo --service s3
  vault login opssudo --path '/ec2/home#Instances:'
  vault login opssudo --stdout             print the URL, good for 15 minutes
  vault login opssudo --browser \\
      'firefox \"ext+container:name=ops&url={encoded_url}\"'
  vault login opssudo --browser \\
      'google-chrome --profile-directory=\"Profile 1\"'")]
pub struct Arguments {
    #[command(flatten)]
    profile: OptionalProfile,
    #[command(flatten)]
    credentials: CredentialArguments,
    /// Print the URL and open nothing
    #[arg(short, long)]
    stdout: bool,
    /// The console of this service, such as s3, ec2 or cloudformation
    #[arg(long, value_name = "NAME", conflicts_with = "path", value_parser = NonEmptyStringValueParser::new(), add = ArgValueCompleter::new(services))]
    service: Option<String>,
    /// A page of the console: the part of its address after the host
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    path: Option<String>,
    /// The command that opens the URL. `{url}` in it becomes the URL, `{encoded_url}` the percent-encoded URL; without either, the URL is the last argument
    #[arg(long, value_name = "COMMAND", conflicts_with = "stdout", value_parser = NonEmptyStringValueParser::new())]
    browser: Option<String>,
    /// Sign the browser out of AWS first
    #[arg(long)]
    logout: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    if arguments.stdout {
        client::reads_stdout();
    }
    let profile = pick::profile(context, arguments.profile.profile.as_ref(), "login")?;
    // What is wrong with the command line is said before a code is asked for.
    let destination = Destination::of(arguments.service.as_deref(), arguments.path.as_deref())?;
    let code = arguments.credentials.code()?;
    let passphrase = AnyPassphrase { context, no_wait: arguments.credentials.no_wait };
    let keystores = keystores::open(context, &passphrase)?;
    stray_settings::warn(context)?;
    let prepared = prepare(context, &keystores, profile, &arguments.credentials.options())?;
    let plan = &prepared.plan;
    if is_plain_user(plan) {
        return plain_user(context, &keystores, &prepared, arguments, &destination);
    }
    let partition = partition_of(plan);
    let region = plan.region.clone().unwrap_or_else(|| partition.default_region());
    let hosts = ConsoleHosts::of(partition).map_err(|fault| Failure::new(fault.0))?;
    let own = endpoint(context)?;
    let signin = own.as_ref().map_or_else(|| hosts.signin(), ToString::to_string);
    let words: Vec<OsString> = ["vault", "login", plan.profile.as_str()].map(OsString::from).into();
    let asking = protect::Asking { by: "login", words: &words, else_what: "the console is not opened" };
    protect::confirm(plan, &asking, arguments.credentials.no_wait)?;
    let credentials = obtain(context, &keystores, &prepared, code)?;
    if let Credentials::LongTerm(_) = credentials {
        return Err(Failure::new("AWS does not sign anyone in with a long-term key").hint("leave out `--no-session`"));
    }
    let connection = plan.last_step().map_or_else(Connection::default, |step| step.connection.clone());
    let token = context.clients().signin_token(&signin, &credentials, duration::of(plan.last_step()), &connection).map_err(|fault| {
        let fault = fault.at(own.as_ref());
        let failure = Failure::of_fault(&fault, Some(partition), None);
        if fault.is_refusal() {
            failure
                .hint(format!("see whose credentials these are: `vault exec {} -- aws sts get-caller-identity`", plan.profile.in_shell()))
        } else {
            failure
        }
    })?;
    let url = signed_in(&signin, &destination.url(hosts, &region), &token, arguments.logout);
    hand_over(context, arguments, plan, &url, true)
}

/// Whether the plan ends with the session or the key of an IAM user, which the console does not take.
fn is_plain_user(plan: &CredentialPlan) -> bool {
    matches!(plan.base, Base::StoredKey { .. }) && plan.last_step().is_none_or(|step| step.call.role().is_none())
}

fn partition_of(plan: &CredentialPlan) -> Partition {
    let of_role = plan.last_step().and_then(|step| step.call.role()).map(|role| role.arn.partition());
    let of_step = || plan.last_step().map(|step| step.endpoint.partition);
    of_role.or_else(of_step).or_else(|| plan.region.as_ref().map(Partition::of_region)).unwrap_or_default()
}

/// Where `AWS_ENDPOINT_URL_SIGNIN` sends the sign-in.
fn endpoint(context: &Context) -> Result<Option<EndpointUrl>, Failure> {
    let Some(text) = context.env.text(ENDPOINT_VARIABLE).filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let text = crate::plan::endpoint_url(text).map_err(|fault| {
        Failure::usage(format!("`{ENDPOINT_VARIABLE}` is {fault}")).hint(format!("correct or unset `{ENDPOINT_VARIABLE}`"))
    })?;
    Ok(Some(EndpointUrl { text, from: EndpointFrom::Variable(ENDPOINT_VARIABLE.to_owned()) }))
}

/// The URL that signs a browser in.
fn signed_in(signin: &str, destination: &str, token: &SecretString, logout: bool) -> SecretString {
    let signin = signin.trim_end_matches('/');
    let (destination, token) = (in_percent(destination), SecretString::from(in_percent(token.expose_secret())));
    let url = SecretString::from(format!(
        "{signin}/federation?Action=login&Issuer=vault&Destination={destination}&SigninToken={}",
        token.expose_secret()
    ));
    if logout {
        return SecretString::from(format!("{signin}/oauth?Action=logout&redirect_uri={}", in_percent(url.expose_secret())));
    }
    url
}

/// The account's own sign-in page, why it is that, and what to do about it.
fn plain_user(
    context: &Context,
    keystores: &Keystores<'_>,
    prepared: &Prepared,
    arguments: &Arguments,
    destination: &Destination,
) -> Result<u8, Failure> {
    let plan = &prepared.plan;
    let partition = partition_of(plan);
    let hosts = ConsoleHosts::of(partition).map_err(|fault| Failure::new(fault.0))?;
    let entry = plan.base.stored_name().map(|name| keystores.entry(name)).transpose()?.flatten();
    let user = match entry.and_then(|entry| entry.user) {
        Some(user) => Some(user),
        None => asked(context, keystores, plan)?,
    };
    let account = plan.account();
    let page = account.as_ref().map_or_else(|| hosts.of_any_account(), |account| hosts.of_account(account));
    let who = user.as_ref().map_or_else(|| "the name of your IAM user".to_owned(), |user| format!("the user name `{user}`"));
    ui::note(&format!("profile `{}` is an IAM user, and only roles can sign in without a password: sign in with {who}", plan.profile));
    ui::note("to be signed in directly, use a profile with a role that trusts this user with MFA: `vault policy sudo-role` prints one");
    if arguments.service.is_some() || arguments.path.is_some() {
        // No documented parameter of that page leads on to another one.
        let region = plan.region.clone().unwrap_or_else(|| partition.default_region());
        ui::note(&format!("once you are signed in, open {}", destination.url(hosts, &region)));
    }
    hand_over(context, arguments, plan, &SecretString::from(page), false)
}

/// The name of the user, from AWS: the index has none for a key that was stored without a check.
///
/// # Errors
/// If the person cancels the prompt for the passphrase. If the key cannot be read for another reason, the page needs no name.
fn asked(context: &Context, keystores: &Keystores<'_>, plan: &CredentialPlan) -> Result<Option<String>, Failure> {
    let (Some(name), Some(first)) = (plan.base.stored_name(), plan.on_top.first()) else { return Ok(None) };
    let key = match keystores.long_term_credentials(name) {
        Ok(key) => key,
        Err(error @ KeyStoreError::Cancelled { .. }) => return Err(error.into()),
        Err(_) => return Ok(None),
    };
    let identity = context.clients().caller_identity(&Credentials::LongTerm(key), &Route::of(first)).ok();
    Ok(identity.and_then(|identity| identity.user_name().map(str::to_owned)))
}

/// Opens the URL, or prints it.
fn hand_over(context: &Context, arguments: &Arguments, plan: &CredentialPlan, url: &SecretString, is_secret: bool) -> Result<u8, Failure> {
    if arguments.stdout {
        return print(url);
    }
    let command = match &arguments.browser {
        Some(command) => Some(command.clone()),
        None => context.settings()?.for_profile(&plan.profile).browser,
    };
    let browser = SystemBrowser { env: &context.env, command: command.as_deref().map(words) };
    let Err(error) = browser.open(url) else {
        ui::note(&format!("the console is opened as `{}`", plan.profile));
        return Ok(0);
    };
    let valid = if is_secret {
        let until = clock::now().as_unix().saturating_add(GOOD_FOR);
        format!(", which works for 15 minutes, until {}", clock::in_words(crate::model::Timestamp::from_unix(until)))
    } else {
        String::new()
    };
    ui::note(&format!("{error}: open this URL yourself{valid}"));
    let status = print(url)?;
    // A command that was asked for and failed is a failure; no browser is none.
    Ok(if matches!(error, BrowserError::Failed { .. }) { 1 } else { status })
}

fn print(url: &SecretString) -> Result<u8, Failure> {
    let line = zeroize::Zeroizing::new(format!("{}\n", url.expose_secret()));
    ui::data(line.as_bytes())?;
    Ok(0)
}
