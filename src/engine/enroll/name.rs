//! Decides what a new device is called. Never asks AWS.

use crate::model::{Arn, MfaSerial};

/// The most names that are tried before it is given up.
const MOST: usize = 50;

/// The names to try in turn, without those that are taken: the one that was asked for alone, else the user's, else that with a number.
///
/// Names are compared without case, as IAM does.
pub(super) fn candidates(user: &str, asked: Option<&str>, taken: &[String]) -> Vec<String> {
    if let Some(asked) = asked {
        return vec![asked.to_owned()];
    }
    let numbered = (2..=MOST).map(|number| format!("{user}-{number}"));
    let is_free = |name: &String| !taken.iter().any(|serial| name_of(serial).eq_ignore_ascii_case(name));
    std::iter::once(user.to_owned()).chain(numbered).filter(is_free).collect()
}

/// The serial that AWS will give to a device of this name.
pub(super) fn serial_of(user: &Arn, name: &str) -> Option<MfaSerial> {
    let account = user.account()?;
    MfaSerial::parse(&format!("arn:{}:iam::{account}:mfa/{name}", user.partition())).ok()
}

fn name_of(serial: &str) -> &str {
    serial.rsplit('/').next().unwrap_or(serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_users_or_that_with_a_number_unless_it_is_asked_for() {
        let taken = |names: &[&str]| names.iter().map(|name| format!("arn:aws:iam::123456789012:mfa/{name}")).collect::<Vec<_>>();
        for (asked, names, first) in [
            (None, &[][..], "alice"),
            (None, &["alice"], "alice-2"),
            (None, &["Alice", "alice-2", "alice-4"], "alice-3"),
            (None, &["bob", "alicea"], "alice"),
            (Some("tablet"), &["tablet"], "tablet"),
        ] {
            assert_eq!(candidates("alice", asked, &taken(names))[0], first, "{asked:?} {names:?}");
        }
        assert_eq!(candidates("alice", Some("tablet"), &[]).len(), 1, "what was asked for is not made something else");
    }

    #[test]
    fn the_serial_has_the_partition_and_the_account_of_the_user() {
        let user = Arn::parse("arn:aws-us-gov:iam::123456789012:user/ops/alice").unwrap();
        assert_eq!(serial_of(&user, "a+b@c").unwrap().as_str(), "arn:aws-us-gov:iam::123456789012:mfa/a+b@c");
    }
}
