//! What a person chose for a whole run: which keystore, and how they are asked. Never looks at a profile set.

use crate::config::Settings;
use crate::config::settings::{BackendChoice, PromptMethod};
use crate::model::ProfileName;
use crate::os::env::Environment;

use super::Failure;
use super::variable::from_variable;

/// What was chosen by a flag or a variable. Where nothing was, the settings decide.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choices {
    pub backend: Option<BackendChoice>,
    pub prompt: Option<PromptMethod>,
}

impl Choices {
    /// The flags where they are given, else the variables.
    ///
    /// # Errors
    /// When a variable says something that cannot be.
    pub fn or_variables(self, env: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            backend: self.backend.or(from_variable(env, "AWS_VAULT_BACKEND", BackendChoice::parse)?),
            prompt: self.prompt.or(from_variable(env, "AWS_VAULT_PROMPT", PromptMethod::parse)?),
        })
    }

    /// How a code for this profile is asked for; `None`: in whichever way there is.
    #[must_use]
    pub fn prompt_for(self, profile: &ProfileName, settings: &Settings) -> Option<PromptMethod> {
        self.prompt.or_else(|| settings.for_profile(profile).prompt)
    }

    /// The same where no profile is concerned.
    #[must_use]
    pub fn prompt_for_none(self, settings: &Settings) -> Option<PromptMethod> {
        self.prompt.or(settings.global().prompt)
    }
}
