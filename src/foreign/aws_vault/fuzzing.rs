//! A door for fuzzing: what this room makes of an encrypted item. Never reads a file, and is in no build that people run.

use std::num::NonZeroU32;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::foreign::Held;

use super::jwe::{Sealed, for_tests};
use super::{file, item};

/// The header that aws-vault's library writes, with `P2C` where the iterations are and `P2S` where the salt is.
pub const HEADER: &str = for_tests::HEADER;

/// An encrypted item.
pub struct Item(Sealed);

impl Item {
    /// `None` if it is not one, or asks for too much work.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Sealed::parse(text).ok().map(Self)
    }

    #[must_use]
    pub fn iterations(&self) -> u32 {
        self.0.iterations.get()
    }

    #[must_use]
    pub fn open(&self, passphrase: &SecretString) -> Option<Zeroizing<Vec<u8>>> {
        self.0.open(passphrase).ok()
    }
}

/// An item with this header, whatever it says.
#[must_use]
pub fn seal(header: &str, iterations: NonZeroU32, passphrase: &str, content: &[u8]) -> Option<String> {
    for_tests::seal(header, iterations, passphrase, content)
}

/// What is in the content of an item.
#[must_use]
pub fn held(content: &[u8]) -> Held {
    item::wrapped(content)
}

/// What the item in the file of this name is called, and whether it is a session.
#[must_use]
pub fn named(file: &str) -> (String, bool) {
    let name = file::name_of(file);
    let is_session = item::is_session(&name);
    (name, is_session)
}
