//! Decides whether a value of a request fits one value of a policy, kind by kind. Never negates: the operators that do turn the answer round
//! elsewhere.

use std::cmp::Ordering;
use std::net::IpAddr;

use jiff::Timestamp;

use super::super::document::{Base, arn_parts};
use super::pattern::{filled, matches};
use super::request::Context;

/// `context`: where `${…}` is a variable, the values of it.
pub(super) fn fits(base: Base, wanted: &str, value: &str, context: Option<&Context>) -> bool {
    match base {
        Base::StringEquals | Base::StringNotEquals => text(wanted, context).is_some_and(|wanted| wanted == value),
        Base::StringEqualsIgnoreCase | Base::StringNotEqualsIgnoreCase => {
            text(wanted, context).is_some_and(|wanted| wanted.to_lowercase() == value.to_lowercase())
        }
        Base::StringLike | Base::StringNotLike => matches(wanted, value, context),
        // AWS: the two behave identically.
        Base::ArnEquals | Base::ArnLike | Base::ArnNotEquals | Base::ArnNotLike => arn(wanted, value, context),
        Base::NumericEquals | Base::NumericNotEquals => ordered(number(value), number(wanted), Ordering::is_eq),
        Base::NumericLessThan => ordered(number(value), number(wanted), Ordering::is_lt),
        Base::NumericLessThanEquals => ordered(number(value), number(wanted), Ordering::is_le),
        Base::NumericGreaterThan => ordered(number(value), number(wanted), Ordering::is_gt),
        Base::NumericGreaterThanEquals => ordered(number(value), number(wanted), Ordering::is_ge),
        Base::DateEquals | Base::DateNotEquals => ordered(date(value), date(wanted), Ordering::is_eq),
        Base::DateLessThan => ordered(date(value), date(wanted), Ordering::is_lt),
        Base::DateLessThanEquals => ordered(date(value), date(wanted), Ordering::is_le),
        Base::DateGreaterThan => ordered(date(value), date(wanted), Ordering::is_gt),
        Base::DateGreaterThanEquals => ordered(date(value), date(wanted), Ordering::is_ge),
        // Everything but "true" is false.
        Base::Bool => wanted.eq_ignore_ascii_case("true") == value.eq_ignore_ascii_case("true"),
        Base::BinaryEquals => wanted == value,
        Base::IpAddress | Base::NotIpAddress => {
            Network::parse(wanted).zip(value.parse().ok()).is_some_and(|(network, address)| network.has(address))
        }
        Base::Null => false,
    }
}

fn text(wanted: &str, context: Option<&Context>) -> Option<String> {
    // `StringEquals` has no wildcards, so `${*}` escapes one only through variables.
    context.map_or_else(|| Some(wanted.to_owned()), |context| filled(wanted, context))
}

/// Each of the six parts for itself.
fn arn(wanted: &str, value: &str, context: Option<&Context>) -> bool {
    let wanted = arn_parts(wanted);
    let value: Vec<_> = value.splitn(6, ':').collect();
    wanted.len() == value.len() && wanted.iter().zip(value).all(|(wanted, value)| matches(wanted, value, context))
}

fn ordered<T: PartialOrd>(value: Option<T>, wanted: Option<T>, holds: fn(Ordering) -> bool) -> bool {
    value.zip(wanted).and_then(|(value, wanted)| value.partial_cmp(&wanted)).is_some_and(holds)
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// Seconds since 1970, an ISO 8601 time, or a day.
fn date(text: &str) -> Option<Timestamp> {
    let seconds = || Timestamp::from_second(text.parse().ok()?).ok();
    text.parse().ok().or_else(seconds).or_else(|| format!("{text}T00:00:00Z").parse().ok())
}

/// A range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Network {
    pub(in super::super) address: IpAddr,
    pub(in super::super) bits: u8,
}

impl Network {
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = if let Some((address, bits)) = text.split_once('/') {
            (address.parse().ok()?, bits.parse().ok()?)
        } else {
            let address: IpAddr = text.parse().ok()?;
            (address, if address.is_ipv4() { 32 } else { 128 })
        };
        let most = if matches!(address, IpAddr::V4(_)) { 32 } else { 128 };
        (bits <= most).then_some(Self { address, bits })
    }

    /// The same without what its bits leave open.
    pub(in super::super) fn masked(self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V4((u32::from(address) & mask).into())
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                IpAddr::V6((u128::from(address) & mask).into())
            }
        };
        Self { address, bits: self.bits }
    }

    /// An IPv6 network with bits set beyond its length has no address: AWS compares it with the masked address.
    pub(in super::super) fn has(self, address: IpAddr) -> bool {
        let network = if self.address.is_ipv4() { self.masked() } else { self };
        address.is_ipv4() == self.address.is_ipv4() && Self { address, bits: self.bits }.masked() == network
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_compare_by_their_kind() {
        for (base, wanted, value, expected) in [
            (Base::StringEquals, "a*", "ab", false),
            (Base::StringLike, "a*", "ab", true),
            (Base::StringEqualsIgnoreCase, "AB", "ab", true),
            (Base::ArnLike, "arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:user/x", true),
            (Base::ArnLike, "arn:aws:*", "arn:aws:iam::123456789012:user/x", false),
            (Base::NumericLessThan, "3600", "60", true),
            (Base::NumericLessThan, "3600", "x", false),
            (Base::NumericGreaterThanEquals, "60", "60.0", true),
            (Base::DateLessThan, "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", true),
            (Base::DateGreaterThan, "2026-01-01", "1767225601", true),
            (Base::Bool, "TRUE", "true", true),
            (Base::Bool, "yes", "false", true),
            (Base::IpAddress, "203.0.113.0/24", "203.0.113.9", true),
            (Base::IpAddress, "203.0.113.7/24", "203.0.113.9", true),
            (Base::IpAddress, "2001:db8::1/32", "2001:db8::9", false),
            (Base::IpAddress, "2001:db8::/32", "2001:db8::9", true),
            (Base::IpAddress, "0.0.0.0/0", "203.0.113.9", true),
            (Base::IpAddress, "::/0", "203.0.113.9", false),
            (Base::IpAddress, "203.0.113.0/33", "203.0.113.9", false),
        ] {
            assert_eq!(fits(base, wanted, value, None), expected, "{base:?} {wanted} {value}");
        }
    }
}
