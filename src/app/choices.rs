//! What the user chose for a whole run: which keystore, and which prompt. Never looks at a profile set.

use crate::config::Settings;
use crate::config::settings::{BackendChoice, PromptMethod};
use crate::model::{Backend, ProfileName};
use crate::os::env::Environment;

use super::Failure;
use super::variable::from_variable;

/// What a flag or a variable chose. If nothing did, the settings decide.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choices {
    pub backend: Option<BackendChoice>,
    pub prompt: Option<PromptMethod>,
}

impl Choices {
    /// The flags, else the variables.
    ///
    /// # Errors
    /// When a variable has an impossible value.
    pub fn or_variables(self, env: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            backend: self.backend.or(from_variable(env, "AWS_VAULT_BACKEND", BackendChoice::parse)?),
            prompt: self.prompt.or(from_variable(env, "AWS_VAULT_PROMPT", PromptMethod::parse)?),
        })
    }

    /// The flag that chose the keystore, as words of a command line; empty if a variable or the settings did, which also apply to
    /// the next command.
    #[must_use]
    pub fn backend_flag(self, env: &Environment) -> String {
        let of_variable = from_variable(env, "AWS_VAULT_BACKEND", BackendChoice::parse).ok().flatten();
        let chosen = self.backend.filter(|chosen| of_variable != Some(*chosen));
        chosen.map_or_else(String::new, |chosen| format!(" --backend {}", chosen.backend().map_or("auto", Backend::as_str)))
    }

    /// How to ask for a code for this profile; `None`: in any way that works.
    #[must_use]
    pub fn prompt_for(self, profile: &ProfileName, settings: &Settings) -> Option<PromptMethod> {
        self.prompt.or_else(|| settings.for_profile(profile).prompt)
    }

    /// The same without a profile.
    #[must_use]
    pub fn prompt_for_none(self, settings: &Settings) -> Option<PromptMethod> {
        self.prompt.or(settings.global().prompt)
    }
}
