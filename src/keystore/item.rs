//! Decides the name of an item in a keystore, and as a file. Never lets two items share a name, even on a file system that ignores
//! case.

use std::fmt;

use hex::FromHex as _;
use sha2::{Digest, Sha256};

use crate::model::ProfileName;

/// The longest file name made from an item's name alone, in bytes; file systems allow 255, and suffixes are added.
const MAX_STEM: usize = 200;

/// How much of a long name stays readable before its hash.
const READABLE: usize = 100;

/// Forbidden file names: the first is our own, the others are reserved on Windows, with any extension.
const TAKEN: [&str; 5] = ["identity", "con", "prn", "aux", "nul"];

/// The name of one item in a keystore: a long-term key under its profile's name, or one of our own items.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemName(String);

impl ItemName {
    /// One of our own items. The brackets distinguish it from every profile, whose name cannot contain one.
    #[must_use]
    pub fn reserved(purpose: &'static str) -> Self {
        Self(format!("[{purpose}]"))
    }

    /// Parses a name in a keystore's list; `None` if it cannot be ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let ours = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|purpose| !purpose.is_empty());
        (ours || ProfileName::parse(text).is_ok()).then(|| Self(text.to_owned()))
    }

    /// The profile whose long-term key this is; `None` for one of our own items.
    #[must_use]
    pub fn profile(&self) -> Option<ProfileName> {
        ProfileName::parse(&self.0).ok()
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as part of a file name: lower-case letters, digits, `-`, `_`, `@` and inner dots stay, every other byte is `%` and two
    /// hexadecimal digits. Capital letters too, since some file systems do not distinguish `Prod` and `prod`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let mut stem = String::with_capacity(self.0.len());
        let taken = is_taken(&self.0.to_ascii_lowercase());
        for (position, byte) in self.0.bytes().enumerate() {
            let plain = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'@') || byte == b'.' && position > 0;
            if plain && !(taken && position == 0) {
                stem.push(char::from(byte));
            } else {
                stem.push('%');
                stem.push_str(&hex::encode([byte]));
            }
        }
        if stem.len() > MAX_STEM {
            let hash = Sha256::digest(self.0.as_bytes());
            stem.truncate(READABLE);
            stem.push('~');
            stem.push_str(&hex::encode(hash));
        }
        stem
    }

    /// The name for this file name; `None` if the name was too long to be read back, and for other programs' files.
    #[must_use]
    pub fn from_file_stem(stem: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(stem.len());
        let mut rest = stem.bytes();
        while let Some(byte) = rest.next() {
            let escaped = byte == b'%';
            let [byte] = if escaped { <[u8; 1]>::from_hex([rest.next()?, rest.next()?]).ok()? } else { [byte] };
            bytes.push(byte);
        }
        let item = Self::parse(&String::from_utf8(bytes).ok()?)?;
        (item.file_stem() == stem).then_some(item)
    }
}

impl From<&ProfileName> for ItemName {
    fn from(name: &ProfileName) -> Self {
        Self(name.as_str().to_owned())
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_taken(name: &str) -> bool {
    let device = name.split('.').next().unwrap_or_default();
    let numbered = device.strip_prefix("com").or_else(|| device.strip_prefix("lpt"));
    TAKEN.contains(&device) || numbered.is_some_and(|number| number.len() == 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(text: &str) -> ItemName {
        ItemName::parse(text).unwrap()
    }

    #[test]
    fn usual_names_stay_readable() {
        for (name, stem) in [
            ("read-only", "read-only"),
            ("me@example.com", "me@example.com"),
            ("Prod", "%50rod"),
            ("a/b", "a%2fb"),
            ("..", "%2e."),
            ("identity", "%69dentity"),
            ("nul.x", "%6eul.x"),
            ("COM1", "%43%4f%4d1"),
            ("ü", "%c3%bc"),
        ] {
            assert_eq!(item(name).file_stem(), stem);
        }
        assert_eq!(ItemName::reserved("cache-key").file_stem(), "%5bcache-key%5d");
        assert_eq!(ItemName::reserved("cache-key").profile(), None);
    }

    #[test]
    fn a_name_too_long_for_a_file_is_still_one_file() {
        let (first, second) = ("Ü".repeat(127) + "a", "Ü".repeat(127) + "b");
        assert!(item(&first).file_stem().len() <= MAX_STEM);
        assert_ne!(item(&first).file_stem(), item(&second).file_stem());
        assert_eq!(ItemName::from_file_stem(&item(&first).file_stem()), None);
    }

    proptest! {
        #[test]
        fn a_file_name_leads_back_to_one_name(name in "[a-zA-Z0-9 ./~%:@_éß-]{1,40}") {
            if let Some(item) = ItemName::parse(&name) {
                let stem = item.file_stem();
                prop_assert_eq!(stem.to_lowercase(), stem.clone());
                prop_assert!(!stem.contains(['/', '\\', ':', ' ']) && !stem.starts_with('.'));
                prop_assert_eq!(ItemName::from_file_stem(&stem), Some(item));
            }
        }
    }
}
