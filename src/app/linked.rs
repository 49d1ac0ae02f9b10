//! What `link` writes for AWS tools and `unlink` removes. Never writes it itself.

use crate::config::{ProfileSet, SourceFile, edit, keys};
use crate::model::ProfileName;
use crate::os::dirs;
use crate::plan::{self, PlanError};

use super::aws_files::AwsFile;
use super::{Context, Failure};

/// The key whose value is the line that `link` writes.
pub const KEY: &str = keys::CREDENTIAL_PROCESS;

/// What the profile for AWS tools needs besides the line: every setting that is not about credentials and that it does not have itself.
/// AWS tools ignore `include_profile`.
pub fn carried(profiles: &ProfileSet, profile: &ProfileName, target: &ProfileName) -> Result<Vec<(String, String)>, PlanError> {
    let own = profiles.profile(target)?;
    let is_new = |key: &str| own.as_ref().is_none_or(|own| own.get(key).is_none());
    let settings = plan::carried(profiles, profile)?.into_iter().map(|(key, setting)| (key, setting.value));
    Ok(settings.filter(|(key, value)| is_new(key) && edit::can_write(key, value)).collect())
}

/// The config file as AWS tools read it, the credentials file over it.
pub fn reading(context: &Context, config: &[u8]) -> Result<ProfileSet, Failure> {
    let config = SourceFile::new(dirs::with_tilde(&AwsFile::Config.path(&context.env)?), config.to_vec())?;
    Ok(ProfileSet::index(Some(config), AwsFile::Credentials.read(&context.env)?))
}
