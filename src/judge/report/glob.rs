//! Decides whether a name fits a pattern with `*` and `?`. Never looks at case: IAM does not either.

use crate::judge::policy::evaluate::names_action;

/// A pattern for names of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(pattern.to_owned())
    }

    /// Whether the name fits; a pattern with a slash is about the path and the name.
    #[must_use]
    pub fn fits(&self, path: &str, name: &str) -> bool {
        let of_path = self.0.contains('/').then(|| format!("{path}{name}"));
        names_action(&self.0, of_path.as_deref().unwrap_or(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_its_pattern() {
        for (pattern, path, name, fits) in [
            ("ci-*", "/", "ci-deploy", true),
            ("ci-*", "/", "CI-Deploy", true),
            ("ci-*", "/", "alice", false),
            ("*", "/", "", true),
            ("", "/", "x", false),
            ("?", "/", "x", true),
            ("?", "/", "xy", false),
            ("*-bot-?", "/", "a-bot-bot-1", true),
            ("*-bot-?", "/", "a-bot-", false),
            ("a**b", "/", "ab", true),
            ("/machines/*", "/machines/", "x", true),
            ("/machines/*", "/", "machines", false),
            ("bot", "/bot/", "x", false),
        ] {
            assert_eq!(Glob::new(pattern).fits(path, name), fits, "{pattern} {path}{name}");
        }
    }
}
