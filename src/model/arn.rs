//! Decides what is an Amazon Resource Name, and which ARNs name a role. Never asks whether the resource exists.

use std::fmt;

use super::{AccountId, Malformed, Partition};

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    partition: Partition,
    service: String,
    account: Option<AccountId>,
    resource: String,
}

impl Arn {
    /// # Errors
    /// When the text does not have six parts, or its partition or account is malformed.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let shape = || {
            let shown = text.escape_debug();
            Malformed::because(format!("`{shown}` is not an ARN such as `arn:aws:iam::123456789012:role/NAME`"))
        };
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().ok_or_else(shape);
        if next()? != "arn" {
            return Err(shape());
        }
        let partition = Partition::parse(next()?)?;
        let service = next()?.to_owned();
        let _region = next()?;
        let account = match next()? {
            "" => None,
            digits => Some(AccountId::parse(digits)?),
        };
        let resource = next()?.to_owned();
        if service.is_empty() || resource.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(shape());
        }
        Ok(Self { text: text.to_owned(), partition, service, account, resource })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }

    /// What follows the fifth colon, such as `role/NAME` or `user/path/NAME`.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The ARN of an IAM role: what `AssumeRole` takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn(Arn);

impl RoleArn {
    /// # Errors
    /// When the text is not an ARN, or not the ARN of an IAM role.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let arn = Arn::parse(text)?;
        let named = arn.resource().strip_prefix("role/").is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
        if arn.service() == "iam" && named && arn.account().is_some() {
            Ok(Self(arn))
        } else {
            Err(Malformed::because(format!("`{arn}` is not the ARN of a role such as `arn:aws:iam::123456789012:role/NAME`")))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    #[must_use]
    pub fn partition(&self) -> Partition {
        self.0.partition()
    }

    /// The account that owns the role.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        self.0.account().expect("a role's ARN was parsed with its account")
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
