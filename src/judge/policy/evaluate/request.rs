//! What is asked, by whom, and what AWS knows of it: the facts that policies are compared with. Never holds a key or a code.

use std::collections::BTreeMap;

/// One call to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `service:Name`
    pub action: String,
    /// An ARN, or `*` for actions that are about no resource.
    pub resource: String,
    pub caller: Caller,
    pub context: Context,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Of the user or the role.
    pub arn: String,
    /// Twelve digits.
    pub account: String,
}

impl Caller {
    /// A user of this account. `path_and_name` is such as `team/some-user`.
    #[must_use]
    pub fn user(partition: &str, account: &str, path_and_name: &str) -> Self {
        let arn = format!("arn:{partition}:iam::{account}:user/{path_and_name}");
        Self { arn, account: account.to_owned() }
    }

    /// A session of this role.
    #[must_use]
    pub fn role(partition: &str, account: &str, name: &str) -> Self {
        let arn = format!("arn:{partition}:iam::{account}:role/{name}");
        Self { arn, account: account.to_owned() }
    }
}

/// The condition keys of a request. A key that is not here is absent from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// By the name in lower case: the names of keys have none.
    keys: BTreeMap<String, Vec<String>>,
}

impl Context {
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), vec![value.to_owned()]);
        self
    }

    /// A key with several values, or none.
    #[must_use]
    pub fn with_all(mut self, key: &str, values: &[&str]) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), values.iter().map(|value| (*value).to_owned()).collect());
        self
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.keys.get(&key.to_ascii_lowercase()).filter(|values| !values.is_empty()).map(Vec::as_slice)
    }
}

/// What AWS knows of MFA in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mfa {
    /// A long-term key, or the session of a role: the key is not there at all.
    Absent,
    /// A session that was made without a code.
    False,
    /// A session that was made with one.
    True,
}

impl Mfa {
    pub const ALL: [Self; 3] = [Self::Absent, Self::False, Self::True];
    pub const PRESENT: &str = "aws:MultiFactorAuthPresent";
    pub const AGE: &str = "aws:MultiFactorAuthAge";

    /// How old the examples' MFA is, in seconds.
    pub const EXAMPLE_AGE: u64 = 60;

    /// A minute after the session was made.
    #[must_use]
    pub fn context(self) -> Context {
        self.added_to(Context::default())
    }

    /// What this value of the key says; `None`: the request does not have it. Everything but "true" is false.
    #[must_use]
    pub fn of_value(value: Option<&str>) -> Self {
        match value {
            Some(value) if value.eq_ignore_ascii_case("true") => Self::True,
            Some(_) => Self::False,
            None => Self::Absent,
        }
    }

    #[must_use]
    pub fn added_to(self, context: Context) -> Context {
        match self {
            Self::Absent => context,
            Self::False => context.with(Self::PRESENT, "false"),
            Self::True => context.with(Self::PRESENT, "true").with(Self::AGE, &Self::EXAMPLE_AGE.to_string()),
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::False => "false",
            Self::True => "true",
        }
    }
}
