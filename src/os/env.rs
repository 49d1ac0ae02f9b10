//! The environment of this process, read once. Never changes it, and never passes one of our own variables on: `outlet/child_env` sets
//! those that a child gets.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

/// The prefix of all our variables. The user's command gets one of them, [`FROM_PROFILE`], besides `AWS_VAULT`, the profile's name.
const OURS: &str = "AWS_VAULT_";

/// The purposes of the helper commands above this process, one per line: a run of this program below them must not ask for these again. It is not
/// removed for helper commands, and never set for the user's own command.
pub const UNDER_WAY: &str = "_AWS_VAULT_UNDER_WAY";

/// Names the variables that an outer `vault exec` set from its profile, each with a digest of its value: inside, they are not a
/// choice of the user, unlike one that was set to something else since.
pub const FROM_PROFILE: &str = "AWS_VAULT_FROM_PROFILE";

/// Variables that describe credentials or their owner, in the names of all tools: they are valid only for the credentials that they came with, not
/// for others.
const OF_CREDENTIALS: [&str; 43] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    // The names in the first SDK for Java.
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    // Rust's object_store reads this one.
    "AWS_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    // SDKs read these two with the key.
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_SCOPE",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CREDENTIAL_FILE",
    // The SDK for JavaScript, version 2, looks at these before it asks an endpoint.
    "AMAZON_ACCESS_KEY_ID",
    "AMAZON_SECRET_ACCESS_KEY",
    "AMAZON_SESSION_TOKEN",
    // What other credential tools set for shell prompts.
    "AWS_SSO_PROFILE",
    "AWS_SSO_ACCOUNT_ID",
    "AWS_SSO_ROLE_NAME",
    "AWS_SSO_ROLE_ARN",
    "AWS_SSO_SESSION_EXPIRATION",
    "AWSUME_PROFILE",
    "AWSUME_EXPIRATION",
    "AWSUME_COMMAND",
    // Granted.
    "GRANTED_SSO",
    "GRANTED_SSO_START_URL",
    "GRANTED_SSO_REGION",
    "GRANTED_SSO_ACCOUNT_ID",
    "GRANTED_SSO_ROLE_NAME",
    "GRANTED_COMMAND",
    // aws-okta.
    "AWS_OKTA_PROFILE",
    "AWS_OKTA_ASSUMED_ROLE_ARN",
    "AWS_OKTA_ASSUMED_ROLE",
    "AWS_OKTA_SESSION_EXPIRATION",
    // saml2aws.
    "SAML2AWS_PROFILE",
    // Ansible's amazon.aws, and the EC2 tools before it.
    "EC2_ACCESS_KEY",
    "EC2_SECRET_KEY",
    "EC2_SECURITY_TOKEN",
    // assume-role.
    "ASSUMED_ROLE",
];
/// The same as prefixes: the endpoints of containers, and keys of single services that win over signed requests.
const OF_CREDENTIALS_STARTS: [&str; 2] = ["AWS_CONTAINER_", "AWS_BEARER_TOKEN_"];

/// A snapshot of the environment, so that every part of one run sees the same.
#[derive(Clone)]
pub struct Environment {
    variables: Vec<(OsString, OsString)>,
    /// What an outer profile set; it is not among the variables.
    taken_back: Vec<OsString>,
}

impl Environment {
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn capture() -> Self {
        Self::without_what_an_outer_profile_says(std::env::vars_os().collect())
    }

    /// The settings of a nested run's outer profile apply to that profile only: this restores the environment around the outer run.
    fn without_what_an_outer_profile_says(variables: Vec<(OsString, OsString)>) -> Self {
        let mut environment = Self { variables, taken_back: Vec::new() };
        let Some(said) = environment.text(FROM_PROFILE).map(str::to_owned) else { return environment };
        let said: Vec<_> = said.split(',').filter_map(|entry| entry.split_once(':')).filter(|(name, _)| name.starts_with("AWS_")).collect();
        let is_outer =
            |(name, value): &(OsString, OsString)| said.iter().any(|(known, digest)| is_called(name, known) && digest_of(value) == *digest);
        let (outer, own): (Vec<_>, Vec<_>) = environment.variables.into_iter().partition(is_outer);
        environment.variables = own;
        environment.taken_back = outer.into_iter().map(|(name, _)| name).chain([FROM_PROFILE.into()]).collect();
        environment
    }

    /// An environment made up for a test.
    #[must_use]
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self::without_what_an_outer_profile_says(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The variable, if it is set and not empty: every AWS tool treats an empty variable as unset.
    #[must_use]
    pub fn os(&self, name: &str) -> Option<&OsStr> {
        self.variables.iter().find(|(key, value)| is_called(key, name) && !value.is_empty()).map(|(_, value)| value.as_os_str())
    }

    /// Whether a program that is started from here has a screen to show its windows on, under X11 or Wayland.
    #[must_use]
    pub fn has_screen(&self) -> bool {
        self.os("DISPLAY").is_some() || self.os("WAYLAND_DISPLAY").is_some()
    }

    /// Whether the variable is set, even to nothing.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.variables.iter().any(|(key, _)| is_called(key, name))
    }

    /// The variable as text; `None` also if it is not Unicode.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.os(name).and_then(OsStr::to_str)
    }

    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.os(name).map(PathBuf::from)
    }

    #[must_use]
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// Whether one of our own switches is on.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// Whether a helper command above this run runs for `what`.
    #[must_use]
    pub fn is_under_way(&self, what: &str) -> bool {
        self.text(UNDER_WAY).is_some_and(|lines| lines.lines().any(|line| line == what))
    }

    /// [`UNDER_WAY`] for a helper command that runs for `what`.
    #[must_use]
    pub fn under_way_with(&self, what: &str) -> String {
        self.text(UNDER_WAY).map_or_else(|| what.to_owned(), |lines| format!("{lines}\n{what}"))
    }

    /// The variables that describe credentials, by their plain names.
    pub fn credential_names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().filter(|(name, _)| is_of_credentials(name)).filter_map(|(name, _)| plain(name))
    }

    /// The variables that an outer profile set, including [`FROM_PROFILE`].
    pub fn taken_back(&self) -> impl Iterator<Item = &str> {
        self.taken_back.iter().filter_map(|name| plain(name))
    }

    /// The variables for a helper command: those of a child, but nothing that describes credentials. A command that provides credentials, or
    /// is asked for them, does not need others.
    // Security: secrets that are meant for one program stop here.
    pub fn for_helpers(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.inheritable().filter(|(name, _)| !is_of_credentials(name))
    }

    /// The variables for a command that a profile names, as the AWS CLI would run it: including the user's credentials, but none that an outer
    /// `vault` handed out, since inner runs start from the config and the keystore.
    pub fn for_commands_of_profiles(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        let inside = self.os("AWS_VAULT").is_some();
        self.inheritable().filter(move |(name, _)| !inside || !is_of_credentials(name))
    }

    /// The variables for a child: everything but our own.
    // Security: passphrases and codes given to us in `AWS_VAULT_*` variables stop here.
    pub fn inheritable(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.variables.iter().filter(|(name, _)| !is_ours(name)).map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

/// The value of [`FROM_PROFILE`] for these names and values.
#[must_use]
pub fn from_profile<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let entries: Vec<_> = variables.map(|(name, value)| format!("{name}:{}", digest_of(OsStr::new(value)))).collect();
    entries.join(",")
}

/// Enough to see whether a value is still the same; it need not resist attacks.
fn digest_of(value: &OsStr) -> String {
    hex::encode(&Sha256::digest(value.as_encoded_bytes())[..4])
}

fn is_of_credentials(variable: &OsStr) -> bool {
    let starts = |start: &&str| {
        let own = variable.as_encoded_bytes().get(..start.len());
        own.is_some_and(|own| if cfg!(windows) { own.eq_ignore_ascii_case(start.as_bytes()) } else { own == start.as_bytes() })
    };
    OF_CREDENTIALS.iter().any(|name| is_called(variable, name)) || OF_CREDENTIALS_STARTS.iter().any(starts)
}

/// The name, if every shell reads it as a variable name.
fn plain(name: &OsStr) -> Option<&str> {
    name.to_str().filter(|name| is_plain_name(name))
}

/// Whether every shell reads the text as a variable name.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Windows does not distinguish `Path` and `PATH`.
fn is_called(variable: &OsStr, name: &str) -> bool {
    if cfg!(windows) { variable.eq_ignore_ascii_case(name) } else { variable == name }
}

fn is_ours(variable: &OsStr) -> bool {
    let start = variable.as_encoded_bytes().get(..OURS.len());
    start.is_some_and(|start| if cfg!(windows) { start.eq_ignore_ascii_case(OURS.as_bytes()) } else { start == OURS.as_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_one_that_the_system_takes_it_for() {
        let env = Environment::of([("Path", "/bin"), ("aws_vault_mfa_token", "1")]);
        assert_eq!((env.text("PATH").is_some(), env.text("Path")), (cfg!(windows), Some("/bin")));
        assert_eq!(env.inheritable().count(), if cfg!(windows) { 1 } else { 2 });
    }

    #[test]
    fn what_an_outer_profile_says_is_not_there_and_what_was_set_since_is() {
        let said = from_profile([("AWS_REGION", "eu-west-1"), ("AWS_PAGER", ""), ("AWS_CA_BUNDLE", "/a")].into_iter());
        let env = Environment::of([
            ("AWS_REGION", "eu-west-1"),
            ("AWS_PAGER", ""),
            ("AWS_CA_BUNDLE", "/b"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            (FROM_PROFILE, &said),
        ]);
        assert!(!env.is_set("AWS_REGION") && !env.is_set("AWS_PAGER"));
        assert_eq!((env.text("AWS_CA_BUNDLE"), env.text("AWS_DEFAULT_REGION")), (Some("/b"), Some("eu-west-1")));
        assert_eq!(env.taken_back().collect::<Vec<_>>(), ["AWS_REGION", "AWS_PAGER", FROM_PROFILE]);
        for odd in ["", ",", "AWS_REGION", "AWS_REGION:", "PATH:e3b0c442", ":,:"] {
            let env = Environment::of([("AWS_REGION", "eu-west-1"), ("PATH", ""), (FROM_PROFILE, odd)]);
            assert!(env.is_set("AWS_REGION") && env.is_set("PATH"), "{odd}");
        }
    }

    #[test]
    fn a_helper_inherits_nothing_that_tells_of_credentials() {
        let starts = OF_CREDENTIALS_STARTS.map(|start| format!("{start}X"));
        for name in OF_CREDENTIALS.into_iter().chain(starts.iter().map(String::as_str)) {
            let env = Environment::of([(name, "x"), ("HOME", "/home/u")]);
            assert_eq!(env.for_helpers().count(), 1, "{name}");
            assert_eq!(env.for_commands_of_profiles().count(), 2, "{name}: the person's own");
            assert_eq!(env.credential_names().collect::<Vec<_>>(), [name]);
            let inside = Environment::of([(name, "x"), ("HOME", "/home/u"), ("AWS_VAULT", "p")]);
            assert_eq!(inside.for_commands_of_profiles().count(), 2, "{name}: another vault's");
        }
        // Locations and client settings are valid for all credentials.
        for name in
            ["AWS_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "AWS_EC2_METADATA_DISABLED", "AWS_VAULT"]
        {
            assert_eq!(Environment::of([(name, "x")]).for_helpers().count(), 1, "{name}");
        }
        // Security: the names are printed for a shell to read.
        assert_eq!(Environment::of([("AWS_CONTAINER_X;id", "x")]).credential_names().count(), 0);
    }

    #[test]
    fn our_own_variables_are_not_inherited() {
        let env = Environment::of([("AWS_VAULT_FILE_PASSPHRASE", "x"), ("AWS_VAULT", "read-only"), ("HOME", "/home/u")]);
        let names: Vec<_> = env.inheritable().map(|(name, _)| name.to_str().unwrap()).collect();
        assert_eq!(names, ["AWS_VAULT", "HOME"]);
    }
}
