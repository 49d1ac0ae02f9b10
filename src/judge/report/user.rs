//! One line of the credential report, as values. Never judges it.

use crate::model::Timestamp;

/// What the report calls the root user.
pub const ROOT: &str = "<root_account>";

/// A user, or root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub arn: String,
    pub created: Last,
    /// `None` here and below: the report does not say, as for the password of root.
    pub password: Option<bool>,
    pub password_used: Last,
    pub password_changed: Last,
    pub mfa: Option<bool>,
    pub keys: [AccessKey; 2],
    pub certificates: [Certificate; 2],
}

/// A moment in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    At(Timestamp),
    /// `N/A` or `no_information`: it never was, or AWS did not write it down then.
    Never,
    /// The report has no such column.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    pub active: Option<bool>,
    /// When it was made: AWS calls a new key a rotation.
    pub created: Last,
    pub used: Last,
    /// The service and the region of that use.
    pub used_for: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub active: Option<bool>,
    pub created: Last,
}

impl User {
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.name == ROOT
    }

    /// The path of the user, such as `/` or `/bots/`.
    #[must_use]
    pub fn path(&self) -> &str {
        let resource = self.arn.splitn(6, ':').nth(5).and_then(|resource| resource.strip_prefix("user"));
        resource.and_then(|path| path.strip_suffix(self.name.as_str())).filter(|path| path.starts_with('/')).unwrap_or("/")
    }

    /// The active keys with their numbers in the report.
    pub fn active_keys(&self) -> impl Iterator<Item = (usize, &AccessKey)> {
        (1..).zip(&self.keys).filter(|(_, key)| key.active == Some(true))
    }
}

impl Last {
    /// How many seconds ago that was.
    #[must_use]
    pub fn seconds_ago(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::At(moment) => Some(now.seconds_since(moment)),
            Self::Never | Self::Unknown => None,
        }
    }

    /// As it is shown as evidence.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::At(moment) => moment.to_string(),
            Self::Never => "never".to_owned(),
            Self::Unknown => "not in the report".to_owned(),
        }
    }
}
