//! Decides whether a name fits a pattern with `*` and `?`. Never looks at case: IAM does not either.

/// A pattern for names of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<char>);

impl Glob {
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(pattern.to_lowercase().chars().collect())
    }

    /// Whether the name fits; a pattern with a slash is about the path and the name.
    #[must_use]
    pub fn fits(&self, path: &str, name: &str) -> bool {
        if self.0.contains(&'/') { self.fits_text(&format!("{path}{name}")) } else { self.fits_text(name) }
    }

    fn fits_text(&self, text: &str) -> bool {
        let text: Vec<char> = text.to_lowercase().chars().collect();
        let (mut at, mut place) = (0, 0);
        // Where to go on when what came after the last star did not fit.
        let mut star: Option<(usize, usize)> = None;
        while place < text.len() {
            match self.0.get(at) {
                Some('*') => {
                    star = Some((at, place));
                    at += 1;
                }
                Some('?') => (at, place) = (at + 1, place + 1),
                Some(c) if *c == text[place] => (at, place) = (at + 1, place + 1),
                _ => match star {
                    Some((begin, taken)) => {
                        (at, place) = (begin + 1, taken + 1);
                        star = Some((begin, taken + 1));
                    }
                    None => return false,
                },
            }
        }
        self.0[at..].iter().all(|c| *c == '*')
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
