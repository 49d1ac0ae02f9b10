//! Holds a command line from a config file. Never shown whole: its arguments may contain a secret.

use std::fmt;

/// The command of `credential_process`, `mfa_process` and similar keys, which the platform's shell runs.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandLine(String);

impl CommandLine {
    #[must_use]
    pub fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// The whole line, for the shell.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// Security: people write tokens and passwords into these lines, even before the program (`TOKEN=… tool`).
impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommandLine(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_is_shown() {
        assert_eq!(format!("{:?}", CommandLine::new("SEED=JBSWY3DP oathtool --totp")), "CommandLine(…)");
    }
}
