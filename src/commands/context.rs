//! What one run knows before it begins: the environment, the folders, the settings, and where to read profiles. Never reads a file before
//! it is asked for.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::client_settings::{
    ENDPOINT_URL_VARIABLE, IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE, REGION_VARIABLES, USE_DUALSTACK_ENDPOINT_VARIABLE,
    USE_FIPS_ENDPOINT_VARIABLE, endpoint_variable_of,
};
use crate::config::settings::{BackendChoice, PromptMethod, table_of};
use crate::config::{ConfigError, ProfileSet, Settings, SourceFile};
use crate::keystore::{self, Keystores, PassphrasePrompt};
use crate::model::{Malformed, ProfileName, Region, SessionDuration};
use crate::os::dirs::{self, Directories};
use crate::os::env::Environment;
use crate::os::files;
use crate::plan::{self, PlanRequest, Service};
use crate::ui::{self, Failure};

use super::arguments::GlobalArguments;
use super::notes::Notes;
use super::{aws_vault, debug};

pub struct Context {
    pub env: Environment,
    pub notes: Notes,
    pub directories: Directories,
    global: GlobalArguments,
    settings: OnceCell<Settings>,
    profiles: OnceCell<ProfileSet>,
    /// Whether a command of the user's runs beside what is done here, so that the terminal is not ours alone.
    pub beside_a_command: bool,
}

impl Context {
    /// # Errors
    /// When there is no home folder, or a variable of ours says something that cannot be.
    pub fn new(env: Environment, notes: Notes, mut global: GlobalArguments) -> Result<Self, Failure> {
        // A flag goes before its variable, the variable before the settings file.
        global.backend = global.backend.or(from_variable(&env, "AWS_VAULT_BACKEND", BackendChoice::parse)?);
        global.prompt = global.prompt.or(from_variable(&env, "AWS_VAULT_PROMPT", PromptMethod::parse)?);
        global.debug |= env.flag("AWS_VAULT_DEBUG");
        debug::start(global.debug, notes);
        let directories = Directories::of_user().ok_or_else(|| {
            Failure::new("there is no home folder to keep anything in").hint("set `HOME` to the whole path of your home folder")
        })?;
        let (settings, profiles) = (OnceCell::new(), OnceCell::new());
        Ok(Self { env, notes, directories, global, settings, profiles, beside_a_command: false })
    }

    /// The same for a thread that goes on beside a command. The profiles are read again if they are wanted there.
    pub fn beside_a_command(&self) -> Self {
        let Self { env, notes, directories, global, settings, .. } = self;
        Self {
            env: env.clone(),
            notes: *notes,
            directories: directories.clone(),
            global: global.clone(),
            settings: settings.clone(),
            profiles: OnceCell::new(),
            beside_a_command: true,
        }
    }

    /// `config.toml`.
    ///
    /// # Errors
    /// When it is there and cannot be read or understood.
    pub fn settings(&self) -> Result<&Settings, Failure> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let read = Settings::parse(source(&self.directories.config.join("config.toml"))?)?.over(aws_vault::fallbacks(&self.env)?);
        Ok(self.settings.get_or_init(|| read))
    }

    /// The profiles of the AWS config and credentials files.
    ///
    /// # Errors
    /// When a file is there and cannot be read: an unreadable file is never an empty one.
    pub fn profiles(&self) -> Result<&ProfileSet, Failure> {
        if let Some(profiles) = self.profiles.get() {
            return Ok(profiles);
        }
        let read = ProfileSet::index(source(&self.config_path()?)?, source(&self.credentials_path()?)?);
        Ok(self.profiles.get_or_init(|| read))
    }

    /// Warns of what in the settings is for no profile, and of what in the environment is for aws-vault alone.
    pub fn warn_of_stray_settings(&self) -> Result<(), Failure> {
        aws_vault::tell_of_unheeded(&self.env, &self.directories, self.notes);
        self.stray_settings()?.iter().for_each(|warning| self.notes.warn(warning));
        Ok(())
    }

    /// Warns of sections of the AWS files that were meant for a profile and count for nothing.
    pub fn warn_of_ignored(&self, sections: &[ConfigError]) {
        for section in sections {
            let place = section.origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})"));
            let cure = section.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"));
            self.notes.warn(&format!("{section}{place}{cure}"));
        }
    }

    /// The tables of the settings that are for no profile, as warnings: one may be meant to protect a profile of nearly that name.
    fn stray_settings(&self) -> Result<Vec<String>, Failure> {
        let (settings, profiles) = (self.settings()?, self.profiles()?);
        let stray = settings.profile_names().filter(|name| !ProfileName::parse(name).is_ok_and(|name| profiles.is_defined(&name)));
        let told = |name: &str| {
            let stray = format!("the settings have a table `{}`, and no profile has that name", table_of(name));
            match profiles.suggestions(name).first() {
                Some(near) => format!("{stray}: did you mean `{near}`?"),
                None => stray,
            }
        };
        Ok(stray.map(told).collect())
    }

    /// Where the AWS config file is: `AWS_CONFIG_FILE`, else `~/.aws/config`.
    pub fn config_path(&self) -> Result<PathBuf, Failure> {
        self.aws_file("AWS_CONFIG_FILE", "config")
    }

    /// The shared credentials file, as it is now.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn credentials_file(&self) -> Result<Option<SourceFile>, Failure> {
        source(&self.credentials_path()?)
    }

    pub(super) fn credentials_path(&self) -> Result<PathBuf, Failure> {
        self.aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
    }

    fn aws_file(&self, variable: &str, name: &str) -> Result<PathBuf, Failure> {
        aws_file(&self.env, variable, name).ok_or_else(|| Failure::new("there is no home folder").hint("set `HOME` to your home folder"))
    }

    /// The keystores, as the flags, the variables and the settings choose among them.
    pub fn keystores<'a>(&'a self, prompt: &'a dyn PassphrasePrompt) -> Result<Keystores<'a>, Failure> {
        let settings = self.settings()?;
        let unlock_ttl = settings.file_unlock_ttl().as_secs();
        let pass_prefix = Some(settings.pass_prefix().to_owned());
        // A flag or a variable speaks of every key of this run.
        let of_names = match self.global.backend {
            Some(_) => BTreeMap::new(),
            None => settings.backends_of_profiles().map(|(name, choice)| (name, choice.backend())).collect(),
        };
        let backend = self.global.backend.unwrap_or(settings.global().backend).backend();
        Ok(Keystores::new(&self.directories, &self.env, prompt, keystore::Settings { backend, of_names, unlock_ttl, pass_prefix }))
    }

    /// The way to ask for codes that is asked for by name; `None`: whichever there is.
    pub fn prompt_method(&self, profile: &ProfileName) -> Result<Option<PromptMethod>, Failure> {
        match self.global.prompt {
            Some(method) => Ok(Some(method)),
            None => Ok(self.settings()?.for_profile(profile).prompt),
        }
    }

    /// The same where no profile is concerned.
    pub fn any_prompt_method(&self) -> Result<Option<PromptMethod>, Failure> {
        match self.global.prompt {
            Some(method) => Ok(Some(method)),
            None => Ok(self.settings()?.global().prompt),
        }
    }

    /// `AWS_VAULT_DURATION`, the default of `--duration`.
    pub fn duration(&self) -> Result<Option<SessionDuration>, Failure> {
        from_variable(&self.env, "AWS_VAULT_DURATION", SessionDuration::parse)
    }

    /// Where the environment sends the calls of a service; nowhere in particular where configured endpoints do not count.
    pub fn endpoint(&self, service: Service) -> Result<Option<String>, Failure> {
        if self.ignores_configured_endpoints() == Some(true) {
            return Ok(None);
        }
        if let Some(of_service) = endpoint_variable_of(service.id())
            && let Some(url) = from_variable(&self.env, &of_service, plan::endpoint_url)?
        {
            return Ok(Some(url));
        }
        from_variable(&self.env, ENDPOINT_URL_VARIABLE, plan::endpoint_url)
    }

    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, of which AWS tools understand one value only.
    fn ignores_configured_endpoints(&self) -> Option<bool> {
        self.env.text(IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE).map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// What the environment asks for, of all that shapes where calls go.
    pub fn asked(&self, profile: ProfileName) -> Result<PlanRequest, Failure> {
        Ok(PlanRequest {
            endpoint_url: self.endpoint(Service::Sts)?,
            ignore_configured_endpoints: self.ignores_configured_endpoints(),
            use_fips_endpoint: from_variable(&self.env, USE_FIPS_ENDPOINT_VARIABLE, plan::switch)?,
            use_dualstack_endpoint: from_variable(&self.env, USE_DUALSTACK_ENDPOINT_VARIABLE, plan::switch)?,
            ..PlanRequest::of(profile)
        })
    }

    /// The profile named on the command line, else by `AWS_PROFILE`.
    pub fn profile(&self, named: Option<&ProfileName>, command: &str) -> Result<ProfileName, Failure> {
        if let Some(name) = named {
            return Ok(name.clone());
        }
        if let Some(name) = from_variable(&self.env, "AWS_PROFILE", ProfileName::parse)? {
            return Ok(name);
        }
        Err(Failure::usage("no profile is named")
            .hint(format!("say `vault {command} PROFILE`, or set `AWS_PROFILE`; `vault list` shows what is defined")))
    }

    /// The region that the environment asks for, before any profile's.
    pub fn region(&self) -> Result<Option<Region>, Failure> {
        let [first, second] = REGION_VARIABLES;
        match from_variable(&self.env, first, Region::parse)? {
            Some(region) => Ok(Some(region)),
            None => from_variable(&self.env, second, Region::parse),
        }
    }
}

/// Where a file of the AWS tools is: where `variable` says, else in `~/.aws`. `None`: that is in a home folder, and there is none.
///
/// The AWS CLI and the SDKs take a leading `~` of the variable for the home folder, which no shell replaces in a quoted value.
pub(super) fn aws_file(env: &Environment, variable: &str, name: &str) -> Option<PathBuf> {
    match env.path(variable) {
        Some(path) => match path.strip_prefix("~") {
            Ok(rest) => Some(dirs::home()?.join(rest)),
            Err(_) => Some(path),
        },
        None => Some(dirs::home()?.join(".aws").join(name)),
    }
}

fn source(path: &Path) -> Result<Option<SourceFile>, Failure> {
    let bytes = files::read_optional(path)?;
    Ok(bytes.map(|bytes| SourceFile::new(ui::with_tilde(path), bytes)).transpose()?)
}

pub(super) fn from_variable<T>(
    env: &Environment,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, Malformed>,
) -> Result<Option<T>, Failure> {
    env.text(name)
        .map(parse)
        .transpose()
        .map_err(|fault| Failure::usage(format!("`{name}`: {fault}")).hint(format!("correct or unset `{name}`")))
}
