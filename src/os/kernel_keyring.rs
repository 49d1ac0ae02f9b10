//! Keeps small secrets in the user's keyring in the Linux kernel: memory that is never swapped and is freed after the user's last
//! logout. Never the only copy of anything: every failure here reads as "missing".

use secrecy::SecretSlice;

/// Why a secret could not be put into the keyring: the caller keeps it elsewhere or asks again next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the kernel keyring cannot be used here: {0}")]
pub struct KeyringUnusable(pub &'static str);

/// The secret under this description; `None` if there is none, it has expired, or the keyring cannot be used.
#[must_use]
pub fn get(description: &str) -> Option<SecretSlice<u8>> {
    imp::get(description)
}

/// Stores the secret, replacing an older one with the same description. `lifetime` is in seconds; `None` is until the reboot or the
/// last logout.
///
/// # Errors
/// When there is no keyring, its quota is used up, or a sandbox forbids the calls.
pub fn put(description: &str, secret: &SecretSlice<u8>, lifetime: Option<u32>) -> Result<(), KeyringUnusable> {
    imp::put(description, secret, lifetime)
}

/// Removes the secret, if there is one.
///
/// # Errors
/// When it is still there.
pub fn forget(description: &str) -> Result<(), KeyringUnusable> {
    imp::forget(description);
    if imp::get(description).is_some() { Err(KEPT) } else { Ok(()) }
}

/// Removes every secret whose description has this prefix.
///
/// # Errors
/// When one is still there.
pub fn forget_all(beginning: &str) -> Result<(), KeyringUnusable> {
    imp::forget_all(beginning)
}

const KEPT: KeyringUnusable = KeyringUnusable("the kernel does not let the secret go");

#[cfg(target_os = "linux")]
mod imp {
    use linux_keyutils::{Key, KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, LinkNode, Permission};
    use secrecy::{ExposeSecret, SecretSlice};
    use zeroize::Zeroizing;

    use super::{KEPT, KeyringUnusable};

    /// More than the kernel's limit for one user, except root.
    const MOST_KEYS: usize = 65_536;

    /// The longest secret kept here, in bytes: a cache key or an identity is far shorter.
    const MAX_BYTES: usize = 1024;

    pub(super) fn get(description: &str) -> Option<SecretSlice<u8>> {
        let key = find(description)?;
        let mut buffer = Zeroizing::new([0_u8; MAX_BYTES]);
        let length = key.read(&mut *buffer).ok()?;
        // A longer one is not ours. The copy has the exact size, so that boxing it does not reallocate.
        buffer.get(..length).map(|bytes| SecretSlice::from(bytes.to_vec()))
    }

    pub(super) fn put(description: &str, secret: &SecretSlice<u8>, lifetime: Option<u32>) -> Result<(), KeyringUnusable> {
        if secret.expose_secret().len() > MAX_BYTES {
            return Err(KeyringUnusable("the secret is too long"));
        }
        // The kernel treats a lifetime of zero as unlimited, the opposite of what it says.
        if lifetime == Some(0) {
            return Ok(());
        }
        // Only a possessor of a key can set its permissions and lifetime, and a process that was not started through a login
        // (cron, a service, `keyctl session`) does not possess the user's keyring. Each process possesses its own keyring, so the key is
        // created there, and linked into the user's keyring when it is complete. The link replaces an older key.
        let own = KeyRing::from_special_id(KeyRingIdentifier::Process, true).map_err(unusable)?;
        let user = user_keyring().map_err(unusable)?;
        let key = own.add_key(description, secret.expose_secret()).map_err(unusable)?;
        let placed = place(key, user, lifetime);
        let _ = own.unlink_key(key);
        placed.map_err(unusable)
    }

    pub(super) fn forget(description: &str) {
        if let (Some(key), Ok(user)) = (find(description), user_keyring()) {
            let _ = user.unlink_key(key);
        }
    }

    pub(super) fn forget_all(beginning: &str) -> Result<(), KeyringUnusable> {
        // Without a keyring there is nothing in it.
        let Ok(user) = user_keyring() else { return Ok(()) };
        let links = user.get_links(MOST_KEYS).map_err(unusable)?;
        let is_meant = |key: &Key| key.metadata().is_ok_and(|metadata| metadata.get_description().starts_with(beginning));
        for key in links.iter().filter_map(LinkNode::as_key).filter(is_meant) {
            user.unlink_key(key).map_err(|_| KEPT)?;
        }
        Ok(())
    }

    // Security: the same user may find and read the key without possessing it, and nobody else may do anything. `SEARCH` alone is
    // not enough: reading as the user needs `READ`. No `WRITE`, `LINK` or `SETATTR`: a key is replaced whole.
    fn place(key: Key, user: KeyRing, lifetime: Option<u32>) -> Result<(), KeyError> {
        let permissions = KeyPermissionsBuilder::builder()
            .posessor(Permission::ALL)
            .user(Permission::VIEW | Permission::READ | Permission::SEARCH)
            .group(Permission::empty())
            .world(Permission::empty())
            .build();
        // The lifetime first: a key that can be found must never stay forever by mistake.
        if let Some(seconds) = lifetime {
            key.set_timeout(usize::try_from(seconds).unwrap_or(usize::MAX))?;
        }
        key.set_perms(permissions)?;
        user.link_key(key)
    }

    fn find(description: &str) -> Option<Key> {
        user_keyring().ok()?.search(description).ok()
    }

    fn user_keyring() -> Result<KeyRing, KeyError> {
        KeyRing::from_special_id(KeyRingIdentifier::User, true)
    }

    fn unusable(error: KeyError) -> KeyringUnusable {
        KeyringUnusable(match error {
            KeyError::QuotaExceeded => "the user's quota of keys is used up",
            KeyError::PermissionDenied | KeyError::AccessDenied => "the calls are forbidden",
            // 38 is ENOSYS.
            KeyError::OperationNotSupported | KeyError::Unknown(38) => "the kernel has no keyring",
            KeyError::InvalidDescription => "the description holds a zero byte",
            _ => "the kernel refused",
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_secret_is_kept_replaced_and_forgotten() {
            let description = format!("vault-test:{}", std::process::id());
            assert!(get(&description).is_none());
            for secret in [b"one".to_vec(), b"two".to_vec()] {
                put(&description, &SecretSlice::from(secret.clone()), Some(60)).unwrap();
                assert_eq!(get(&description).unwrap().expose_secret(), secret);
            }
            super::super::forget(&description).unwrap();
            assert!(get(&description).is_none());
        }

        #[test]
        fn all_secrets_of_one_kind_are_forgotten_and_no_other() {
            let own = format!("vault-test-kind:{}", std::process::id());
            let descriptions = [format!("{own}:a"), format!("{own}:b"), format!("{own}other")];
            for description in &descriptions {
                put(description, &SecretSlice::from(b"one".to_vec()), Some(60)).unwrap();
            }
            super::super::forget_all(&format!("{own}:")).unwrap();
            assert_eq!(descriptions.each_ref().map(|description| get(description).is_some()), [false, false, true]);
            forget(&descriptions[2]);
        }

        #[test]
        fn a_secret_ends_with_its_lifetime() {
            let description = format!("vault-test-short:{}", std::process::id());
            put(&description, &SecretSlice::from(b"one".to_vec()), Some(1)).unwrap();
            assert!(get(&description).is_some());
            std::thread::sleep(std::time::Duration::from_millis(1500));
            assert!(get(&description).is_none());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use secrecy::SecretSlice;

    use super::KeyringUnusable;

    pub(super) fn get(_description: &str) -> Option<SecretSlice<u8>> {
        None
    }

    pub(super) fn put(_description: &str, _secret: &SecretSlice<u8>, _lifetime: Option<u32>) -> Result<(), KeyringUnusable> {
        Err(KeyringUnusable("only Linux has one"))
    }

    pub(super) fn forget(_description: &str) {}

    #[expect(clippy::unnecessary_wraps, reason = "the same question on every system")]
    pub(super) fn forget_all(_beginning: &str) -> Result<(), KeyringUnusable> {
        Ok(())
    }
}
