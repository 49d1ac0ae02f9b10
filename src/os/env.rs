//! The environment of this process, read once. Never changes it, and never hands one of our own variables to a child.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use secrecy::SecretString;

/// The prefix of every variable that is ours. `AWS_VAULT` itself, the profile's name, is the one that children see.
const OURS: &str = "AWS_VAULT_";

/// What a helper command is run for, a line each: a run of this program below it reads there what it must not ask for once more. It is not
/// among the variables that stop at a helper command, and never set for the person's own command.
pub const UNDER_WAY: &str = "_AWS_VAULT_UNDER_WAY";

/// A snapshot of the environment, so that every part of one run sees the same.
#[derive(Clone)]
pub struct Environment {
    variables: Vec<(OsString, OsString)>,
}

impl Environment {
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn capture() -> Self {
        Self { variables: std::env::vars_os().collect() }
    }

    /// An environment made up for a test.
    #[must_use]
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self { variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }

    /// The variable as it is, where it is set and not empty: every AWS tool takes an empty variable for an absent one.
    #[must_use]
    pub fn os(&self, name: &str) -> Option<&OsStr> {
        self.variables.iter().find(|(key, value)| is_called(key, name) && !value.is_empty()).map(|(_, value)| value.as_os_str())
    }

    /// The variable as text; `None` also where it is not Unicode.
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

    /// Whether a switch of our own is on.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// Whether a helper command that this run stands below is run for `what`.
    #[must_use]
    pub fn is_under_way(&self, what: &str) -> bool {
        self.text(UNDER_WAY).is_some_and(|lines| lines.lines().any(|line| line == what))
    }

    /// [`UNDER_WAY`] for a helper command that is run for `what`.
    #[must_use]
    pub fn under_way_with(&self, what: &str) -> String {
        self.text(UNDER_WAY).map_or_else(|| what.to_owned(), |lines| format!("{lines}\n{what}"))
    }

    /// What a child or a helper command may inherit: everything but our own variables.
    // Security: passphrases and codes given to us in `AWS_VAULT_*` variables stop here.
    pub fn inheritable(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.variables.iter().filter(|(name, _)| !is_ours(name)).map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

/// Windows takes `Path` and `PATH` for one variable.
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
    fn our_own_variables_are_not_inherited() {
        let env = Environment::of([("AWS_VAULT_FILE_PASSPHRASE", "x"), ("AWS_VAULT", "read-only"), ("HOME", "/home/u")]);
        let names: Vec<_> = env.inheritable().map(|(name, _)| name.to_str().unwrap()).collect();
        assert_eq!(names, ["AWS_VAULT", "HOME"]);
    }
}
