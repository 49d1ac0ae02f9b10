//! Arguments that several commands share, and how each is read. Never looks at the environment: `app` adds what is there.

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use secrecy::{ExposeSecret as _, SecretString};

use crate::app::request::SessionOptions;
use crate::app::{Choices, Failure};
use crate::config::settings::{BackendChoice, PromptMethod};
use crate::model::{ProfileName, Region, SessionDuration, TokenCode};
use crate::ui;

use super::completion::{backends, profile_names, prompt_methods};

/// Options of every command.
#[derive(Args, Clone)]
pub struct GlobalArguments {
    /// Where long-term keys are kept: keychain, file, pass or auto
    #[arg(long, global = true, value_name = "NAME", value_parser = BackendChoice::parse, add = ArgValueCompleter::new(backends), help_heading = "Global options")]
    pub backend: Option<BackendChoice>,
    #[arg(help = PromptMethod::HELP, long, global = true, value_name = "WAY", value_parser = PromptMethod::parse, add = ArgValueCompleter::new(prompt_methods), help_heading = "Global options")]
    pub prompt: Option<PromptMethod>,
    /// When to use colour; `NO_COLOR` and `TERM=dumb` also turn it off
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, help_heading = "Global options")]
    pub color: Color,
    /// Print each decision and call to stderr, but never a secret
    #[arg(long, global = true, help_heading = "Global options")]
    pub debug: bool,
}

impl GlobalArguments {
    /// What they choose, if anything.
    #[must_use]
    pub fn choices(&self) -> Choices {
        Choices { backend: self.backend, prompt: self.prompt }
    }
}

/// When colour is used.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Color {
    /// On a terminal that shows it
    #[default]
    Auto,
    Always,
    Never,
}

impl From<Color> for ui::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// What shapes the credentials of a profile.
#[derive(Args, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct CredentialArguments {
    /// Session duration: 2h, 90m, 1h30m, 7200s
    #[arg(short, long, value_parser = SessionDuration::parse)]
    pub duration: Option<SessionDuration>,
    /// The region for vault's calls and for the command
    #[arg(long, value_parser = Region::parse)]
    pub region: Option<Region>,
    /// The MFA code, instead of a prompt for it
    #[arg(short = 't', long, value_name = "CODE", value_parser = secret)]
    pub mfa_token: Option<SecretString>,
    /// Skip `GetSessionToken`: the code goes into `AssumeRole` itself
    #[arg(short, long)]
    pub no_session: bool,
    /// With --no-session and no role: hand over the long-term key itself, after you confirm on the terminal
    #[arg(long, requires = "no_session")]
    pub expose_long_term_key: bool,
    /// Renew the session now, even if it is cached
    #[arg(long)]
    pub fresh: bool,
    /// Renew first if less than this is left
    #[arg(long, value_name = "DURATION", value_parser = SessionDuration::parse)]
    pub min_ttl: Option<SessionDuration>,
    /// Fail instead of waiting for the device's next code or for another vault's prompt
    #[arg(long)]
    pub no_wait: bool,
    /// Limit the role to AWS's `ReadOnlyAccess` policy
    #[arg(long)]
    pub read_only: bool,
}

impl CredentialArguments {
    /// What they ask for a session.
    #[must_use]
    pub fn options(&self) -> SessionOptions {
        SessionOptions {
            duration: self.duration,
            region: self.region.clone(),
            no_session: self.no_session,
            expose_long_term_key: self.expose_long_term_key,
            fresh: self.fresh,
            min_ttl: self.min_ttl,
            no_wait: self.no_wait,
            read_only: self.read_only,
        }
    }

    /// The code that was given with `--mfa-token`.
    ///
    /// # Errors
    /// When it is not a code.
    pub fn code(&self) -> Result<Option<TokenCode>, Failure> {
        token_code(self.mfa_token.as_ref())
    }
}

/// What `--mfa-token` says.
///
/// # Errors
/// When it is not a code.
pub fn token_code(text: Option<&SecretString>) -> Result<Option<TokenCode>, Failure> {
    text.map(|text| TokenCode::parse(text.expose_secret())).transpose().map_err(|fault| {
        Failure::usage(format!("`--mfa-token`: {fault}")).hint("give the six digits that the device shows, as in `--mfa-token 123456`")
    })
}

/// A profile that you can leave out if `AWS_PROFILE` names it.
#[derive(Args)]
pub struct OptionalProfile {
    /// The profile [default: `$AWS_PROFILE`]
    #[arg(value_name = "PROFILE", value_parser = ProfileName::parse, add = profile_name_argument())]
    pub profile: Option<ProfileName>,
}

/// A profile that must be named.
#[derive(Args)]
pub struct NamedProfile {
    /// The profile
    #[arg(value_name = "PROFILE", value_parser = ProfileName::parse, add = profile_name_argument())]
    pub profile: ProfileName,
}

/// Takes a secret as it is.
///
/// # Errors
/// Never: a value parser answers with a `Result`.
// Security: it is checked later, because clap would repeat it in an error.
#[must_use]
pub fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text))
}

/// Completes the names of profiles, live.
pub fn profile_name_argument() -> ArgValueCompleter {
    ArgValueCompleter::new(profile_names)
}
