//! What gpg says of its work, in its status lines, as causes. Never runs gpg.

use crate::model::Backend;
use crate::ports::{GpgRecipientFault, KeyStoreError};

/// Why gpg failed, from its status lines (`doc/DETAILS` of `GnuPG`), else the last output of `pass`.
pub(super) fn fault(item: &str, errors: &str) -> KeyStoreError {
    const BAD_PASSPHRASE: u32 = 11;
    const CANCELED: u32 = 99;
    const FULLY_CANCELED: u32 = 198;
    let backend = Backend::Pass;
    let find = |keyword: &str| errors.lines().filter_map(status).find(|line| line.split(' ').next() == Some(keyword));
    // `ERROR pkdecrypt_failed 83886179`, from GnuPG 2.4 on: the lower 16 bits are the code, the upper ones say who reported it.
    let code = find("ERROR").and_then(|line| line.split(' ').nth(2)?.parse::<u32>().ok()).map(|code| code & 0xffff);
    let locked = |reason: &str| KeyStoreError::Locked { backend, reason: reason.to_owned() };
    let denied = |reason: &str| KeyStoreError::Denied { backend, reason: reason.to_owned() };
    match code {
        Some(CANCELED | FULLY_CANCELED) => {
            KeyStoreError::Cancelled { backend, reason: "the prompt for the gpg passphrase was cancelled".to_owned() }
        }
        Some(BAD_PASSPHRASE) => denied("wrong gpg passphrase"),
        _ if find("NODATA").is_some() || find("BADMDC").is_some() => {
            KeyStoreError::Corrupt { backend, item: item.to_string(), reason: "gpg finds no complete encrypted message in it".to_owned() }
        }
        // Older versions always say "No secret key". A key that was considered exists, so its passphrase was missing.
        _ if find("DECRYPTION_FAILED").is_some() => match (find("KEY_CONSIDERED"), find("PINENTRY_LAUNCHED")) {
            (None, _) => KeyStoreError::NoGpgKey { item: item.to_string() },
            (Some(_), None) => KeyStoreError::NoPinentry,
            // The result of `GPG_TTY=$(tty)` without a terminal, as a field of a status line.
            (Some(_), Some(line)) if line.contains("not a tty") => locked("gpg has no terminal on which to ask for its passphrase"),
            (Some(_), Some(_)) => locked("gpg asked for its passphrase and did not get it"),
        },
        _ => recipient(&find)
            .unwrap_or_else(|| KeyStoreError::Unavailable { backend, reason: format!("`pass` failed: {}", last_words(errors)) }),
    }
}

/// Why gpg does not encrypt to a recipient, from `INV_RECP <code> <who>`; it often gives no code, and says more in other lines.
fn recipient<'e>(find: &impl Fn(&str) -> Option<&'e str>) -> Option<KeyStoreError> {
    let mut words = find("INV_RECP")?.splitn(3, ' ').skip(1);
    let why = match words.next()?.parse::<u32>().ok()? {
        2 => GpgRecipientFault::Ambiguous,
        3 => GpgRecipientFault::NotForEncryption,
        4 => GpgRecipientFault::Revoked,
        5 => GpgRecipientFault::Expired,
        10 => GpgRecipientFault::NotTrusted,
        13 => GpgRecipientFault::Disabled,
        0 if find("KEYEXPIRED").is_some() => GpgRecipientFault::Expired,
        0 if find("KEYREVOKED").is_some() => GpgRecipientFault::Revoked,
        0 | 1 => GpgRecipientFault::Missing,
        _ => GpgRecipientFault::Unusable,
    };
    Some(KeyStoreError::GpgRecipient { who: words.next()?.trim().to_owned(), why })
}

/// The last output: from gpg if there is any, since `pass` only says that gpg failed. gpg prints the reason first,
/// and then the action that failed.
pub(super) fn last_words(errors: &str) -> String {
    let said = || errors.lines().rev().map(str::trim).filter(|line| !line.is_empty() && status(line).is_none());
    let mut of_gpg: Vec<_> = said().filter_map(|line| line.strip_prefix("gpg: ")).take(2).collect();
    of_gpg.reverse();
    match said().next() {
        None => "no reason was given".to_owned(),
        Some(last) if of_gpg.is_empty() => last.trim_start_matches("Error: ").to_owned(),
        Some(_) => of_gpg.join("; "),
    }
}

/// The process that asks for a passphrase, from `PINENTRY_LAUNCHED <pid> …`.
pub(super) fn pinentry(status: &str) -> Option<i32> {
    status.strip_prefix("PINENTRY_LAUNCHED ")?.split(' ').next()?.parse().ok()
}

pub(super) fn status(line: &str) -> Option<&str> {
    line.trim().strip_prefix("[GNUPG:] ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gpg_says_becomes_a_cause() {
        const KEY: &str = "[GNUPG:] ENC_TO F1 1 0\n[GNUPG:] KEY_CONSIDERED 19 0\n";
        const END: &str = "[GNUPG:] DECRYPTION_FAILED\ngpg: decryption failed: No secret key\n";
        for (errors, expected) in [
            (format!("[GNUPG:] ENC_TO F1 1 0\n{END}"), "gpg does not have the secret key that the item `x` in the pass keystore is encrypted to"),
            (format!("{KEY}{END}"), "gpg could not start the program"),
            (format!("{KEY}[GNUPG:] PINENTRY_LAUNCHED 1 gnome3:curses 1.2.1 not a tty xterm - ? 0/0 -\n{END}"), "gpg has no terminal"),
            (format!("{KEY}[GNUPG:] PINENTRY_LAUNCHED 3\n{END}"), "keystore is locked: gpg asked"),
            (format!("{KEY}[GNUPG:] ERROR pkdecrypt_failed 83886179\n{END}"), "keystore was not unlocked: the prompt"),
            (format!("{KEY}[GNUPG:] ERROR pkdecrypt_failed 67108875\n{END}"), "keystore refused: wrong"),
            ("gpg: no valid OpenPGP data found.\n[GNUPG:] NODATA 1\n".to_owned(), "`x` in the pass keystore is damaged"),
            (
                "[GNUPG:] INV_RECP 5 A B <a@example.com>\ngpg: A B: skipped: Unusable public key\nPassword encryption aborted.\n"
                    .to_owned(),
                "gpg cannot encrypt to `A B <a@example.com>`, a recipient of the password store: it has expired",
            ),
            ("[GNUPG:] INV_RECP 1 x\n".to_owned(), "`x`, a recipient of the password store: the key ring has no usable key of that name"),
            ("[GNUPG:] INV_RECP 10 x\n".to_owned(), "it is not trusted"),
            ("[GNUPG:] KEYEXPIRED 1577923200\n[GNUPG:] INV_RECP 0 x\n".to_owned(), "it has expired"),
            ("[GNUPG:] KEYREVOKED\n[GNUPG:] INV_RECP 0 x\n".to_owned(), "it is revoked"),
            (
                "gpg: 48E1: There is no assurance this key belongs to the named user\ngpg: cannot open '/dev/tty': No such device\nPassword encryption aborted.\n".to_owned(),
                "`pass` failed: 48E1: There is no assurance this key belongs to the named user; cannot open '/dev/tty'",
            ),
            (
                "gpg: error writing to '-': No space left on device\nPassword encryption aborted.\n".to_owned(),
                "`pass` failed: error writing to '-': No space left on device",
            ),
            ("Error: the store is on fire.\n".to_owned(), "not available: `pass` failed: the store is on fire."),
            (String::new(), "no reason was given"),
        ] {
            let error = fault("x", &errors).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
