//! The pages of `docs/` that are worth reading in a terminal. Never writes one.

use std::ffi::OsStr;

use clap::ValueEnum;
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};

/// A page, by its name in `vault help PAGE`. The name of a page about one command differs from the command's, whose own
/// help shows its options. The name of its file in `docs/` names it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// How sessions are planned, cached and shared
    Planning,
    /// How you are asked, and the time left in your shell's prompt
    Prompts,
    /// Where keys are stored
    Keystores,
    /// Credentials for long jobs: exec --server
    Server,
    /// IAM policies that enforce MFA
    Policies,
    /// The settings file and all variables
    Settings,
    /// What protects your keys, and what does not
    Security,
    /// AWS tools and SDKs, Docker, terraform
    Clients,
    /// Messages that puzzle people, and what to do
    Troubleshooting,
    /// A new user from zero, with vault setup
    Beginning,
    /// MFA devices and YubiKeys
    Devices,
    /// Keys from other tools, with vault import
    Importing,
    /// A new key in place of an old one, with vault rotate
    Rotation,
    /// The AWS console, with vault login
    Console,
    /// Why AWS said no, with vault why
    Refusals,
    /// This machine and this config, with vault doctor
    Checkup,
    /// The users of an account, with vault audit
    Auditing,
    /// All findings, by id
    Findings,
}

impl Page {
    /// The name of its file, and its text.
    fn file(self) -> (&'static str, &'static str) {
        macro_rules! file {
            ($name:literal) => {
                ($name, include_str!(concat!("../../../docs/", $name)))
            };
        }
        match self {
            Self::Planning => file!("sessions.md"),
            Self::Prompts => file!("prompts.md"),
            Self::Keystores => file!("keystores.md"),
            Self::Server => file!("server.md"),
            Self::Policies => file!("policies.md"),
            Self::Settings => file!("settings.md"),
            Self::Security => file!("security.md"),
            Self::Clients => file!("clients.md"),
            Self::Troubleshooting => file!("troubleshooting.md"),
            Self::Beginning => file!("setup.md"),
            Self::Devices => file!("mfa.md"),
            Self::Importing => file!("import.md"),
            Self::Rotation => file!("rotate.md"),
            Self::Console => file!("login.md"),
            Self::Refusals => file!("why.md"),
            Self::Checkup => file!("doctor.md"),
            Self::Auditing => file!("audit.md"),
            Self::Findings => file!("findings.md"),
        }
    }

    /// In Markdown.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.file().1
    }

    #[must_use]
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The page that a link in another one leads to.
    #[must_use]
    pub fn linked(target: &str) -> Option<Self> {
        let file = target.split('#').next()?;
        Self::value_variants().iter().copied().find(|page| page.file().0 == file)
    }

    /// The page that a word names: by its name, or by that of its file, such as `sessions`, `sessions.md` or `docs/sessions.md`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let file = word.strip_prefix("docs/").unwrap_or(word);
        let file = file.strip_suffix(".md").unwrap_or(file);
        Self::value_variants().iter().copied().find(|page| page.name() == word || page.file().0.strip_suffix(".md") == Some(file))
    }

    /// Whether a word may be the name of one, mistyped.
    #[must_use]
    pub fn is_near(word: &str) -> bool {
        Self::value_variants().iter().any(|page| strsim::jaro_winkler(word, &page.name()) > 0.85)
    }
}

/// Reads the name of a page or of its file; only the former is offered.
#[derive(Clone)]
pub struct PageParser;

impl TypedValueParser for PageParser {
    type Value = Page;

    fn parse_ref(&self, command: &clap::Command, argument: Option<&clap::Arg>, value: &OsStr) -> Result<Page, clap::Error> {
        match value.to_str().and_then(Page::of_word) {
            Some(page) => Ok(page),
            None => EnumValueParser::<Page>::new().parse_ref(command, argument, value),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Page::value_variants().iter().filter_map(Page::to_possible_value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_of_the_docs_is_one_or_is_left_out_on_purpose() {
        // The map of the source, a comparison with other tools, what `--help` says too, and measurements.
        const LEFT_OUT: [&str; 4] = ["architecture.md", "comparison.md", "reference.md", "speed.md"];
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let names = crate::os::files::names_in(&folder).unwrap();
        let there: Vec<_> = names.iter().filter(|name| name.strip_suffix(".md").is_some() && !LEFT_OUT.contains(&name.as_str())).collect();
        let mut pages: Vec<_> = Page::value_variants().iter().map(|page| page.file().0).collect();
        pages.sort_unstable();
        assert_eq!(there, pages);
    }

    #[test]
    fn a_page_has_its_name_and_that_of_its_file() {
        for page in Page::value_variants() {
            let file = page.file().0;
            for word in [page.name(), file.to_owned(), format!("docs/{file}"), file.replace(".md", "")] {
                assert_eq!(Page::of_word(&word), Some(*page), "{word}");
            }
        }
        assert_eq!(Page::of_word("reference.md"), None);
    }

    #[test]
    fn a_link_leads_to_its_page_and_a_word_that_is_mistyped_is_near() {
        assert_eq!(Page::linked("sessions.md#protected-profiles"), Some(Page::Planning));
        assert_eq!(Page::linked("../README.md"), None);
        assert!(Page::is_near("plannig") && Page::is_near("keystore") && !Page::is_near("exec") && !Page::is_near("nothing"));
    }
}
