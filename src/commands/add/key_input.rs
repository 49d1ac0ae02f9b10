//! Where `add` gets a key from: the environment, stdin, or the user. Checks its shape, and never shows the secret.

use std::io::Read as _;
use std::path::Path;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::app::{Context, Failure, console_csv};
use crate::model::{AccessKeyId, LongTermCredentials, ProfileName};
use crate::prompt::Terminal;

/// Where the key comes from; without a flag, the user is asked.
#[derive(Args, Clone, Default)]
pub struct KeyInput {
    /// Take the key from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    #[arg(long)]
    env: bool,
    /// Read the key from stdin: the id and the secret on two lines
    #[arg(long, conflicts_with = "env")]
    stdin: bool,
}

impl KeyInput {
    /// The same flag, as a word to append to a command line.
    pub fn flag(&self) -> &'static str {
        match (self.env, self.stdin) {
            (true, _) => " --env",
            (_, true) => " --stdin",
            _ => "",
        }
    }
}

/// What a key is read from.
#[derive(Clone, Copy)]
pub enum KeySource<'a> {
    Given(&'a KeyInput),
    /// A file that the AWS console gave.
    Csv(&'a Path),
}

impl KeySource<'_> {
    /// The flags of `add` for this source. There is none for a file, so `add` asks.
    pub fn input(self) -> KeyInput {
        match self {
            Self::Given(input) => input.clone(),
            Self::Csv(_) => KeyInput::default(),
        }
    }
}

/// The key, checked for its shape alone.
pub fn read(context: &Context, name: &ProfileName, source: KeySource<'_>) -> Result<LongTermCredentials, Failure> {
    let arguments = match source {
        KeySource::Given(arguments) => arguments,
        KeySource::Csv(path) => return console_csv::key_for(name, path),
    };
    if !arguments.env && !arguments.stdin {
        let terminal =
            Terminal::open_to_ask(false).map_err(|error| Failure::new(error.to_string()).hint("give the key with `--env` or `--stdin`"))?;
        // Report a wrong id before asking for the secret.
        let key_id = check_id(&terminal.line("Access key id: ")?)?;
        let secret = terminal.secret("Secret access key: ")?;
        check_secret(&secret)?;
        return Ok(LongTermCredentials { key_id, secret });
    }
    let (id, secret) = if arguments.env {
        let get = |name: &str| {
            context.env.secret(name).ok_or_else(|| {
                Failure::usage(format!("`--env` is given, but `{name}` is not set"))
                    .hint("set both `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or leave out `--env` to be prompted")
            })
        };
        if context.env.text("AWS_SESSION_TOKEN").is_some() {
            return Err(Failure::usage(
                "`AWS_SESSION_TOKEN` is set: the key in the environment is a temporary one, which cannot be stored",
            )
            .hint("give a long-term key, whose id starts with `AKIA`"));
        }
        (get("AWS_ACCESS_KEY_ID")?, get("AWS_SECRET_ACCESS_KEY")?)
    } else {
        two_lines()?
    };
    let key_id = check_id(id.expose_secret())?;
    check_secret(&secret)?;
    Ok(LongTermCredentials { key_id, secret })
}

/// What was typed or given as the id.
// Security: it may be the secret, so it is not repeated.
fn check_id(text: &str) -> Result<AccessKeyId, Failure> {
    AccessKeyId::parse_long_term(text).map_err(|fault| {
        let failure = Failure::usage(format!("not the id of a long-term key: {fault}"));
        match text.get(..4) {
            Some("ASIA" | "AIDA" | "AROA" | "AGPA" | "ANPA" | "AIPA") => {
                failure.hint("create a key in the IAM console, under Security credentials, and store that")
            }
            _ if text.trim() != text => failure.hint("copy the id again, without the white space or line break around it"),
            _ => failure.hint("copy the id again; ids and secrets are often swapped"),
        }
    })
}

fn two_lines() -> Result<(SecretString, SecretString), Failure> {
    // A key is far shorter; anything longer is not one.
    let mut text = Zeroizing::new(String::with_capacity(4096));
    std::io::stdin()
        .lock()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(format!("cannot read the key from stdin: {error}")))?;
    let mut lines = text.lines();
    match (lines.next(), lines.next(), lines.find(|line| !line.is_empty())) {
        (Some(id), Some(secret), None) => Ok((SecretString::from(id), SecretString::from(secret))),
        _ => Err(Failure::usage("`--stdin` takes two lines: the access key id and the secret")
            .hint("for instance: `printf '%s\\n' \"$ID\" \"$SECRET\" | vault add NAME --stdin`")),
    }
}

/// How long every secret of an IAM user is, in characters.
///
/// "Secret Access Key (a 40-character sequence)", as AWS's guide to the Product Advertising API says; it holds for those that IAM makes.
const SECRET_LENGTH: usize = 40;

/// Whether the secret can be complete, for when AWS is not asked: a truncated one would otherwise be noticed only when it is used.
pub fn check_length(key: &LongTermCredentials) -> Result<(), Failure> {
    let length = key.secret.expose_secret().len();
    if length == SECRET_LENGTH {
        return Ok(());
    }
    Err(Failure::usage(format!("the secret access key has {length} characters, but a secret from AWS has {SECRET_LENGTH}")).hint(
        "copy the secret again, or check that the command that prints it is not cut short; without `--no-verify`, AWS checks the secret",
    ))
}

/// AWS refuses a secret that was copied with extra characters, but its message does not help.
fn check_secret(secret: &SecretString) -> Result<(), Failure> {
    let text = secret.expose_secret();
    let wrong = if text.is_empty() {
        "the secret access key is empty"
    } else if text.trim() != text {
        "the secret access key starts or ends with white space or a line break"
    } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
        "the secret access key contains white space or other characters that no secret contains"
    } else if text.starts_with("AKIA") && text.len() == 20 {
        "this is an access key id, not a secret"
    } else {
        return Ok(());
    };
    Err(Failure::usage(wrong).hint("copy the secret again, with nothing around it: 40 letters, digits, `/` and `+`"))
}
