//! Judges keystores, the kernel keyring, the clock, and other programs of this name. Never asks any of them.

use crate::judge::{Finding, Severity};
use crate::model::{Backend, is_off, spoken_offset};

use super::facts::{Facts, KeystoreState};
use super::kinds as k;

/// From here on AWS refuses requests, in seconds.
const REFUSED: i64 = 300;

pub fn judge(facts: &Facts, findings: &mut Vec<Finding>) {
    for keystore in &facts.keystores {
        let backend = keystore.backend;
        let subject = format!("{backend} keystore");
        match &keystore.state {
            KeystoreState::Unavailable(reason) if keystore.in_use || keystore.keys > 0 => {
                let what =
                    if keystore.keys > 0 { format!("{} of your keys are in it", keystore.keys) } else { "new keys go to it".to_owned() };
                let finding = Finding::new(&k::KEYSTORE, subject, format!("it does not respond, and {what}")).evidence(reason);
                findings.push(finding.fix("start it, or store the keys elsewhere: `vault add NAME --backend file`"));
            }
            KeystoreState::Locked(reason) if keystore.keys > 0 => {
                let finding =
                    Finding::new(&k::KEYSTORE_LOCKED, subject, "it is locked: the next command that needs a key asks you to unlock it");
                findings.push(finding.evidence(reason).fix(match backend {
                    Backend::File => {
                        "type it then; to unlock it without a prompt, set `AWS_VAULT_FILE_PASSPHRASE_COMMAND` to a command that prints the passphrase"
                    }
                    Backend::Keychain | Backend::Pass => "unlock it then, or in the settings of your desktop",
                }));
            }
            KeystoreState::Usable | KeystoreState::Locked(_) | KeystoreState::Unavailable(_) => {}
        }
    }
    if facts.keyring == Some(false) {
        findings.push(
            Finding::new(
                &k::KEYRING,
                "kernel keyring",
                "vault cannot keep a key there, so it encrypts sessions with a key in the keystore",
            )
            .fix("in a container, allow the system calls `add_key` and `keyctl`"),
        );
    }
    match &facts.clock_ahead {
        Some(Ok(ahead)) if is_off(*ahead) => {
            let severity = if ahead.abs() >= REFUSED { Severity::Error } else { Severity::Warning };
            let finding = Finding::new(&k::CLOCK, "clock", format!("this machine's clock is {}", spoken_offset(*ahead)));
            findings.push(finding.severity(severity).fix(format!("set it with {}", facts.clock_cure)));
        }
        Some(Err(reason)) => {
            let finding = Finding::new(&k::CLOCK_UNKNOWN, "clock", "it could not be compared with AWS's").evidence(reason);
            findings.push(finding.fix("check the network, or use `--offline`"));
        }
        Some(Ok(_)) | None => {}
    }
    if let Some((first, rest)) = facts.vaults.split_first()
        && !first.is_this_one
    {
        let message = if rest.iter().any(|path| path.is_this_one) {
            "another program called `vault` comes before this one on the `PATH`"
        } else {
            "the `vault` on the `PATH` is another program"
        };
        findings.push(
            Finding::new(&k::OTHER_VAULT, &first.path, message)
                .fix("put this one's folder first on the `PATH`, or install it under another name"),
        );
    }
}
