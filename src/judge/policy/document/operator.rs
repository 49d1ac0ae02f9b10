//! Decides which words are condition operators, and what each is made of. Never compares a value.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::fmt;

/// `ForAnyValue:StringEqualsIfExists`, in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    pub set: Option<SetOperator>,
    pub base: Base,
    pub if_exists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    ForAnyValue,
    ForAllValues,
}

/// What is compared, and how. The order is that of AWS's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Null,
}

impl Base {
    pub const ALL: [(Self, &'static str); 27] = [
        (Self::StringEquals, "StringEquals"),
        (Self::StringNotEquals, "StringNotEquals"),
        (Self::StringEqualsIgnoreCase, "StringEqualsIgnoreCase"),
        (Self::StringNotEqualsIgnoreCase, "StringNotEqualsIgnoreCase"),
        (Self::StringLike, "StringLike"),
        (Self::StringNotLike, "StringNotLike"),
        (Self::NumericEquals, "NumericEquals"),
        (Self::NumericNotEquals, "NumericNotEquals"),
        (Self::NumericLessThan, "NumericLessThan"),
        (Self::NumericLessThanEquals, "NumericLessThanEquals"),
        (Self::NumericGreaterThan, "NumericGreaterThan"),
        (Self::NumericGreaterThanEquals, "NumericGreaterThanEquals"),
        (Self::DateEquals, "DateEquals"),
        (Self::DateNotEquals, "DateNotEquals"),
        (Self::DateLessThan, "DateLessThan"),
        (Self::DateLessThanEquals, "DateLessThanEquals"),
        (Self::DateGreaterThan, "DateGreaterThan"),
        (Self::DateGreaterThanEquals, "DateGreaterThanEquals"),
        (Self::Bool, "Bool"),
        (Self::BinaryEquals, "BinaryEquals"),
        (Self::IpAddress, "IpAddress"),
        (Self::NotIpAddress, "NotIpAddress"),
        (Self::ArnEquals, "ArnEquals"),
        (Self::ArnLike, "ArnLike"),
        (Self::ArnNotEquals, "ArnNotEquals"),
        (Self::ArnNotLike, "ArnNotLike"),
        (Self::Null, "Null"),
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(base, _)| *base == self).map_or("", |(_, name)| name)
    }

    /// Whether it holds if none of its values fits. It then also holds if the key is missing.
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }

    #[must_use]
    pub fn is_numeric(self) -> bool {
        self.as_str().starts_with("Numeric")
    }
}

impl From<Base> for Operator {
    fn from(base: Base) -> Self {
        Self { set: None, base, if_exists: false }
    }
}

impl Operator {
    pub const BOOL: Self = Self { set: None, base: Base::Bool, if_exists: false };
    pub const BOOL_IF_EXISTS: Self = Self { set: None, base: Base::Bool, if_exists: true };

    /// `None`: no operator of IAM's. Case counts.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (set, rest) = match name.split_once(':') {
            Some(("ForAnyValue", rest)) => (Some(SetOperator::ForAnyValue), rest),
            Some(("ForAllValues", rest)) => (Some(SetOperator::ForAllValues), rest),
            Some(_) => return None,
            None => (None, name),
        };
        let (rest, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |rest| (rest, true));
        let base = Base::ALL.iter().find(|(_, name)| *name == rest)?.0;
        // `Null` asks whether the key exists.
        (base != Base::Null || !if_exists && set.is_none()).then_some(Self { set, base, if_exists })
    }

    /// The name of IAM's that is nearest to this one, where one is near.
    #[must_use]
    pub fn nearest(name: &str) -> Option<String> {
        let all = Base::ALL.iter().flat_map(|(_, name)| [(*name).to_owned(), format!("{name}IfExists")]);
        let plain = name.split_once(':').map_or(name, |(_, plain)| plain);
        let far = |other: &str| strsim::damerau_levenshtein(&plain.to_ascii_lowercase(), &other.to_ascii_lowercase());
        all.map(|other| (far(&other), other)).min().filter(|(distance, _)| *distance <= 3).map(|(_, other)| other)
    }

    /// The same, also where the key is missing.
    #[must_use]
    pub fn or_missing(mut self) -> Self {
        self.if_exists = true;
        self
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.set {
            Some(SetOperator::ForAnyValue) => "ForAnyValue:",
            Some(SetOperator::ForAllValues) => "ForAllValues:",
            None => "",
        })?;
        f.write_str(self.base.as_str())?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_read_back_as_it_is_written() {
        for (base, _) in Base::ALL {
            for set in [None, Some(SetOperator::ForAnyValue), Some(SetOperator::ForAllValues)] {
                for if_exists in [false, true] {
                    let operator = Operator { set, base, if_exists };
                    let exists = base != Base::Null || set.is_none() && !if_exists;
                    assert_eq!(Operator::parse(&operator.to_string()), exists.then_some(operator), "{operator}");
                }
            }
        }
        for name in ["", "bool", "Boolean", "ForAny:Bool", "BoolIfExist", "IfExists"] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
        assert_eq!(Operator::nearest("bool").as_deref(), Some("Bool"));
        assert_eq!(Operator::nearest("BoolIfExist").as_deref(), Some("BoolIfExists"));
        assert_eq!(Operator::nearest("Elephant"), None);
    }
}
