//! Decides what is an access key id, and decodes the account in it. Key ids are not secret; their secrets never come here.

use std::fmt;

use super::Malformed;

/// A twelve-digit AWS account number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// # Errors
    /// When the text is not twelve digits.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::because(format!("`{}` is not an account number of twelve digits", text.escape_debug())))
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of an access key: `AKIA…` for a long-term key, `ASIA…` for a temporary one
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKeyId(String);

impl AccessKeyId {
    /// Reads the id of a long-term key.
    ///
    /// # Errors
    /// When the text does not have the shape of one; the error names a temporary key's id and an IAM entity's unique id as such.
    pub fn parse_long_term(text: &str) -> Result<Self, Malformed> {
        let shaped = (16..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !shaped {
            return Err(Malformed::because("an access key id is `AKIA` and 16 capital letters and digits"));
        }
        match &text[..4] {
            "AKIA" => Ok(Self(text.to_owned())),
            "ASIA" => Err(Malformed::because(
                "an id that starts with `ASIA` belongs to a temporary key, which cannot be stored: create a long-term one",
            )),
            "AIDA" | "AROA" | "AGPA" | "ANPA" | "AIPA" => {
                Err(Malformed::because("this is the unique id of a user, role, group or policy, not of an access key"))
            }
            _ => Err(Malformed::because("the id of a long-term access key starts with `AKIA`")),
        }
    }

    /// Accepts an id from AWS or another program, temporary or not.
    ///
    /// # Errors
    /// When it is empty, longer than 128 characters, or contains anything but letters, digits and underscores.
    pub fn parse_any(text: &str) -> Result<Self, Malformed> {
        if (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::because("an access key id holds only letters, digits and underscores"))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the id of a temporary key, which is useless without its token.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.0.starts_with("ASIA")
    }

    /// The account that the key belongs to, for ids issued since about 2019; `None` for older or shorter ones.
    ///
    /// The first six bytes of the base32 text after the prefix, masked and shifted, are the account number.
    ///
    /// ```
    /// use vault::model::AccessKeyId;
    /// let id = AccessKeyId::parse_long_term("AKIA26HQVT47QAAAAAAA").unwrap();
    /// assert_eq!(id.account().unwrap().to_string(), "752124010303");
    /// ```
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        let body = self.0.get(4..14)?;
        let mut bits: u64 = 0;
        for byte in body.bytes() {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'2'..=b'7' => byte - b'2' + 26,
                _ => return None,
            };
            bits = (bits << 5) | u64::from(value);
        }
        // Ten characters are 50 bits; the number is in the first 48.
        let account = ((bits >> 2) & 0x7fff_ffff_ff80) >> 7;
        // Earlier ids have no leading one bit (their fifth character is before `Q`), and their bits mean something else.
        let of_today = bits >> 49 == 1 && self.0.len() == 20;
        (of_today && account < 1_000_000_000_000).then(|| AccountId(format!("{account:012}")))
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_in_the_id() {
        for (id, account) in [
            ("ASIAQNZGKIQY56JQ7WML", Some("029608264753")),
            ("AKIAIOSFODNN7EXAMPLE", None),                 // the documentation's example, of the older kind
            ("AKIA26HQVT47QAAAAAAA", Some("752124010303")), // the accounts above 687 thousand million have a digit in fifth place
            ("AKIAQNZGKIQY", None),
        ] {
            let id = AccessKeyId(id.to_owned());
            assert_eq!(id.account().map(|account| account.to_string()).as_deref(), account, "{id}");
        }
    }

    #[test]
    fn only_long_term_ids_are_stored() {
        assert!(AccessKeyId::parse_long_term("AKIAIOSFODNN7EXAMPLE").is_ok());
        for bad in ["", "AKIA", "akiaiosfodnn7example", "ASIAQNZGKIQY56JQ7WML", "AIDAQNZGKIQY56JQ7WML", "AKIAIOSFODNN7EXAMPL\n"] {
            assert!(AccessKeyId::parse_long_term(bad).is_err(), "{bad:?}");
        }
    }
}
