//! The age identity that opens every item of the `file` keystore, itself encrypted with the passphrase. Never written unencrypted, and never
//! created again while there are items that only the old one opens.

use std::io::{Read, Write};
use std::iter;
use std::path::PathBuf;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, EncryptError, Encryptor, scrypt, x25519};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::passphrase::{self, PassphrasePrompt};
use super::unavailable::{unavailable, unusable};
use crate::keystore::payload;
use crate::model::{Backend, shown};
use crate::os::env::Environment;
use crate::os::kernel_keyring::{self, KeyringUnusable};
use crate::os::{files, waiting};
use crate::ports::{KeyStoreError, Notices};

pub(super) const IDENTITY: &str = "identity.age";

/// The cost of trying a passphrase: scrypt with N = 2^17, about half a second and 128 MiB. Fixed, so that a keystore made on
/// a slow machine is as strong as one made on a fast one.
const WORK_FACTOR: u8 = 17;

/// The most work accepted when reading, so that a file from elsewhere cannot take all memory.
const MAX_WORK_FACTOR: u8 = 20;

const ATTEMPTS: usize = 3;

/// The file of the identity, and how it is unlocked.
pub(super) struct IdentityFile<'a> {
    pub(super) sealed: PathBuf,
    pub(super) lock: PathBuf,
    pub(super) env: &'a Environment,
    /// Where the output of the passphrase command goes.
    pub(super) notices: &'a dyn Notices,
    pub(super) prompt: &'a dyn PassphrasePrompt,
    /// How long, in seconds, the unlocked identity stays in the kernel keyring; 0 is not at all.
    pub(super) unlock_ttl: u32,
}

impl IdentityFile<'_> {
    /// The identity, with as few prompts as possible. `None` if none was ever made.
    pub(super) fn unlock(&self) -> Result<Option<x25519::Identity>, KeyStoreError> {
        let Some(sealed) = self.read_sealed()? else { return Ok(None) };
        let description = self.resting_place(&sealed);
        if let Some(identity) = self.rested(&description) {
            return Ok(Some(identity));
        }
        let made_elsewhere = || self.prompt.is_made_elsewhere();
        let unlocked = || made_elsewhere() || self.rested(&description).is_some();
        loop {
            let _turn = passphrase::turn(self.env, self.prompt, &unlocked)?;
            // Another process may have got the passphrase during the wait, or during the prompt.
            if let Some(identity) = self.rested(&description) {
                return Ok(Some(identity));
            }
            if made_elsewhere() {
                return Err(KeyStoreError::MadeElsewhere { backend: Backend::File });
            }
            if let Some(identity) = self.open(&sealed, &unlocked)? {
                self.rest(&description, &identity);
                return Ok(Some(identity));
            }
        }
    }

    /// The identity that items are encrypted to: created now if there is none, unless `must_exist`.
    // Security: the recipient comes only from the unlocked identity. Anybody could change a file that names it.
    pub(super) fn unlock_or_create(&self, must_exist: bool) -> Result<x25519::Identity, KeyStoreError> {
        let is_there = || matches!(self.read_sealed(), Ok(Some(_)));
        loop {
            if let Some(identity) = self.unlock()? {
                return Ok(identity);
            }
            if must_exist {
                return Err(self.missing());
            }
            // Asked before the lock: a person may leave the prompt open for as long as they like.
            let turn = passphrase::turn(self.env, self.prompt, &is_there)?;
            if is_there() {
                continue;
            }
            let passphrase = passphrase::new(self.env, self.notices, self.prompt)?;
            drop(turn);
            // Two first uses at once must not make two identities: the second finds the identity of the first.
            let _held =
                files::lock(&self.lock, "another vault to finish setting up the file keystore").map_err(|error| unavailable(&error))?;
            if !is_there() {
                return self.create(passphrase);
            }
        }
    }

    /// Whether there is an identity, and nothing opens it without asking the user.
    pub(super) fn is_locked(&self) -> bool {
        let Ok(Some(sealed)) = self.read_sealed() else { return false };
        !passphrase::is_given(self.env) && self.rested(&self.resting_place(&sealed)).is_none()
    }

    pub(super) fn missing(&self) -> KeyStoreError {
        corrupt(format!("`{}` is missing, and nothing else opens the stored keys: restore it from a backup", shown(&self.sealed)))
    }

    /// Removes every unlocked identity of this folder from the kernel keyring, even one whose file is gone.
    ///
    /// # Errors
    /// When one is still there.
    pub(super) fn forget(&self) -> Result<(), KeyringUnusable> {
        kernel_keyring::forget_all(&self.resting_places())
    }

    /// The prefix of the names of this folder's identities in the kernel keyring.
    fn resting_places(&self) -> String {
        let folder = self.sealed.parent().unwrap_or(&self.sealed).as_os_str().as_encoded_bytes();
        format!("vault:file:{}:", &fingerprint(folder)[..16])
    }

    /// Bound to this exact file, so that a new passphrase or another keystore never gets an old identity.
    fn resting_place(&self, sealed: &[u8]) -> String {
        self.resting_places() + &fingerprint(sealed)[..32]
    }

    fn create(&self, passphrase: SecretString) -> Result<x25519::Identity, KeyStoreError> {
        let mut wrapping = scrypt::Recipient::new(passphrase);
        wrapping.set_work_factor(WORK_FACTOR);
        let identity = x25519::Identity::generate();
        let secret = identity.to_string();
        let sealed = waiting::during("the new file keystore to be encrypted", || encrypt(&wrapping, secret.expose_secret().as_bytes()))
            .map_err(|error| corrupt(error.to_string()))?;
        if !files::write_new_private(&self.sealed, &sealed).map_err(|error| unavailable(&error))? {
            // Another process can only have been first if the file system has no locks.
            return Err(KeyStoreError::Unavailable {
                backend: Backend::File,
                reason: "another process made its identity at the same moment; run the command again".to_owned(),
            });
        }
        self.rest(&self.resting_place(&sealed), &identity);
        Ok(identity)
    }

    /// `None` if the prompt was closed because another process has unlocked it.
    fn open(&self, sealed: &[u8], unlocked: &dyn Fn() -> bool) -> Result<Option<x25519::Identity>, KeyStoreError> {
        let wrong = |given_by| KeyStoreError::WrongPassphrase { backend: Backend::File, given_by };
        let mut complaint = None;
        for _ in 0..ATTEMPTS {
            let Some(passphrase) = passphrase::existing(self.env, self.notices, self.prompt, complaint, unlocked)? else { return Ok(None) };
            let mut wrapping = scrypt::Identity::new(passphrase.text);
            wrapping.set_max_work_factor(MAX_WORK_FACTOR);
            match waiting::during("the file keystore to open", || decrypt(&wrapping, sealed)) {
                Ok(text) => return parse(&text).map(Some).ok_or_else(|| corrupt("it holds no age identity")),
                Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => match passphrase.given_by {
                    // Asking again would give the same answer.
                    Some(variable) => return Err(wrong(Some(variable))),
                    None => complaint = Some("wrong passphrase"),
                },
                Err(error) => return Err(corrupt(words(&error))),
            }
        }
        Err(wrong(None))
    }

    fn read_sealed(&self) -> Result<Option<Vec<u8>>, KeyStoreError> {
        files::read_private(&self.sealed).map_err(|error| unusable(&self.sealed, &error))
    }

    fn rested(&self, description: &str) -> Option<x25519::Identity> {
        let text = (self.unlock_ttl > 0).then(|| kernel_keyring::get(description)).flatten()?;
        parse(text.expose_secret())
    }

    fn rest(&self, description: &str, identity: &x25519::Identity) {
        if self.unlock_ttl > 0 {
            let text = payload::exact(identity.to_string().expose_secret().as_bytes());
            if let Err(error) = kernel_keyring::put(description, &text, Some(self.unlock_ttl)) {
                tracing::info!("the unlocked identity is not kept: {error}");
            }
        }
    }
}

/// The whole content, in memory that never moves.
pub(super) fn decrypt(identity: &dyn age::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut content = Zeroizing::new(Vec::with_capacity(sealed.len() + 64));
    Decryptor::new_buffered(sealed)?.decrypt(iter::once(identity))?.read_to_end(&mut content)?;
    Ok(content)
}

pub(super) fn encrypt(recipient: &dyn age::Recipient, content: &[u8]) -> Result<Vec<u8>, EncryptError> {
    let mut sealed = Vec::new();
    let mut writer = Encryptor::with_recipients(iter::once(recipient))?.wrap_output(&mut sealed)?;
    writer.write_all(content)?;
    writer.finish()?;
    Ok(sealed)
}

/// The problem that can be seen without a key, if there is one.
pub(super) fn visible_fault(sealed: &[u8]) -> Option<String> {
    /// Even the shortest content ends with this many bytes that prove it.
    const TAG: usize = 16;
    let mut rest = sealed;
    match Decryptor::new_buffered(&mut rest).map(drop) {
        Err(error) => Some(words(&error)),
        Ok(()) if rest.len() < TAG => Some("it is cut short".to_owned()),
        Ok(()) => None,
    }
}

/// The problem with a file, as a clause.
pub(super) fn words(error: &DecryptError) -> String {
    match error {
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => "it is not an age file, or is cut short",
        DecryptError::ExcessiveWork { .. } => "its passphrase takes more work to check than vault accepts",
        DecryptError::NoMatchingKeys => "it was encrypted to another identity",
        DecryptError::Io(_) => "it is cut short or was changed",
        _ => "it was changed since it was written",
    }
    .to_owned()
}

fn parse(text: &[u8]) -> Option<x25519::Identity> {
    let line = std::str::from_utf8(text).ok()?.lines().find(|line| line.starts_with("AGE-SECRET-KEY-"))?;
    x25519::Identity::from_str(line.trim()).ok()
}

fn fingerprint(sealed: &[u8]) -> String {
    hex::encode(Sha256::digest(sealed))
}

fn corrupt(reason: impl Into<String>) -> KeyStoreError {
    KeyStoreError::CorruptIdentity { backend: Backend::File, item: IDENTITY, reason: reason.into() }
}
