//! What one run knows before it begins: the environment, the folders, what the person chose, and, once they are asked for, the settings
//! and the profiles. Never decides anything.

use std::cell::OnceCell;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::aws::AwsClients;
use crate::config::{ProfileSet, Settings};
use crate::os::dirs::Directories;
use crate::os::env::Environment;
use crate::os::files;
use crate::ports::Notices;

use super::aws_files::{AwsFile, source};
use super::{Choices, Failure, aws_vault};

pub struct Context {
    pub env: Environment,
    pub notices: &'static (dyn Notices + Sync),
    pub directories: Directories,
    pub choices: Choices,
    /// Whether a command of the user runs at the same time, so that the terminal is shared.
    pub alongside_a_command: bool,
    /// One set for the whole run, made at its first call to AWS: most runs make no call.
    clients: Arc<OnceLock<AwsClients>>,
    settings: OnceCell<Settings>,
    profiles: OnceCell<ProfileSet>,
    /// Whether another process has made what this run needs a key for.
    made_elsewhere: Mutex<Option<MadeElsewhere>>,
}

type MadeElsewhere = Box<dyn Fn() -> bool + Send>;

impl Context {
    /// # Errors
    /// When there is no home folder.
    pub fn new(env: Environment, notices: &'static (dyn Notices + Sync), choices: Choices) -> Result<Self, Failure> {
        let directories = Directories::of_user()
            .ok_or_else(|| Failure::new("there is no home folder").hint("set `HOME` to the full path of your home folder"))?;
        let (settings, profiles) = (OnceCell::new(), OnceCell::new());
        let clients = Arc::default();
        let made_elsewhere = Mutex::default();
        Ok(Self { env, notices, directories, choices, clients, alongside_a_command: false, settings, profiles, made_elsewhere })
    }

    /// The same for a thread that keeps running while a command runs. It reads the profiles again if it needs them.
    #[must_use]
    pub fn alongside_a_command(&self) -> Self {
        let Self { env, notices, directories, choices, clients, settings, .. } = self;
        Self {
            env: env.clone(),
            notices: *notices,
            directories: directories.clone(),
            choices: *choices,
            clients: Arc::clone(clients),
            alongside_a_command: true,
            settings: settings.clone(),
            profiles: OnceCell::new(),
            made_elsewhere: Mutex::default(),
        }
    }

    /// The same, as the files are by now: one of them was changed.
    ///
    /// # Errors
    /// As of [`Context::settings`].
    pub fn read_again(&self) -> Result<Self, Failure> {
        let Self { env, notices, directories, choices, clients, alongside_a_command, .. } = self;
        let fresh = Self {
            env: env.clone(),
            notices: *notices,
            directories: directories.clone(),
            choices: *choices,
            clients: Arc::clone(clients),
            alongside_a_command: *alongside_a_command,
            settings: OnceCell::new(),
            profiles: OnceCell::new(),
            made_elsewhere: Mutex::default(),
        };
        fresh.settings()?;
        Ok(fresh)
    }

    /// From now on, a prompt for a passphrase is closed once this returns true. `None` ends that.
    pub fn closes_prompts_once(&self, made_elsewhere: Option<MadeElsewhere>) {
        *self.made_elsewhere.lock().unwrap_or_else(PoisonError::into_inner) = made_elsewhere;
    }

    /// Whether another process has made the session in the meantime.
    #[must_use]
    pub fn is_made_elsewhere(&self) -> bool {
        self.made_elsewhere.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|made| made())
    }

    /// The clients that call AWS.
    #[must_use]
    pub fn clients(&self) -> &AwsClients {
        self.clients.get_or_init(|| AwsClients::new(&self.env))
    }

    /// `config.toml`.
    ///
    /// # Errors
    /// When it exists and cannot be read or parsed, or when others may change it.
    pub fn settings(&self) -> Result<&Settings, Failure> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let path = self.directories.config.join("config.toml");
        let read = Settings::parse(source(&path, files::read_settings(&path)?)?)?.over(aws_vault::fallbacks(&self.env)?);
        Ok(self.settings.get_or_init(|| read))
    }

    /// The profiles of the AWS config and credentials files.
    ///
    /// # Errors
    /// When a file exists and cannot be read: an unreadable file is never an empty one.
    pub fn profiles(&self) -> Result<&ProfileSet, Failure> {
        if let Some(profiles) = self.profiles.get() {
            return Ok(profiles);
        }
        let read = ProfileSet::index(AwsFile::Config.read(&self.env)?, AwsFile::Credentials.read(&self.env)?);
        Ok(self.profiles.get_or_init(|| read))
    }
}
