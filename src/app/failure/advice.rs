//! Decides the hint for a failure of AWS or of a keystore. Never prints.

use std::io::ErrorKind;
use std::path::Path;

use crate::engine::{FailedCall, window_ends};
use crate::model::{Backend, EndpointFrom, Partition, ProfileName, REFUSED_CALL, in_shell, path_in_shell, spoken_offset};
use crate::os::clock;
use crate::os::files::{self, FileError};
use crate::plan::{Call, WhyStep};
use crate::ports::{AwsFault, AwsFaultKind, CallSetting, GpgRecipientFault, KeyStoreError};

use super::Failure;

/// The failure of one step of a plan, as cause and cure.
pub(super) fn on_fault(fault: &AwsFault, call: &FailedCall) -> Failure {
    let FailedCall { step, profile, stored_as, behind_role } = call;
    let failure = Failure::new(format!("profile `{profile}`: {}", explained(fault)));
    match (fault.kind, step.call.role()) {
        (AwsFaultKind::AccessDenied, Some(role)) => failure.hint(match step.why {
            WhyStep::KeyWithoutMfa => format!(
                "if {} asks for MFA, set `mfa_serial` in profile `{profile}` or in its source; else its trust policy, or your own policy, must allow `sts:AssumeRole`",
                role.arn
            ),
            // <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>
            _ if *behind_role => format!(
                "the trust policy of {} must allow the role before it, without asking for MFA: a role's credentials do not count as MFA; `vault explain {}` shows who asks",
                role.arn,
                profile.in_shell()
            ),
            why => {
                let age = match why {
                    WhyStep::SignedBySharedSession => "; if one of them limits the age of the code, set `max_mfa_age` in the settings",
                    _ => "",
                };
                format!(
                    "the trust policy of {} must allow you, and a policy of yours must allow `sts:AssumeRole` on it{age}; `vault explain {}` shows who asks",
                    role.arn,
                    profile.in_shell()
                )
            }
        }),
        (AwsFaultKind::TooLong, Some(role)) => {
            let name = role.arn.as_str().rsplit('/').next().unwrap_or_default();
            failure.hint(format!(
                "ask for less with `--duration 1h`, or raise the role's maximum: `aws iam update-role --role-name {} --max-session-duration {}`",
                in_shell(name),
                step.duration.as_secs()
            ))
        }
        (AwsFaultKind::Expired, _) if matches!(step.call, Call::AssumeRoleWithWebIdentity { .. }) => {
            failure.hint("get a new web identity token, then try again")
        }
        (AwsFaultKind::NotWhole | AwsFaultKind::NoAnswer, _) if step.with_code.is_some() => failure
            .hint("give the device's next code, since AWS may have used this one")
            .maybe_hint(on_fault_alone(fault, Some(step.endpoint.partition), stored_as.as_ref())),
        (AwsFaultKind::Server, _) if step.with_code.is_some() => {
            failure.hint("try again in a minute, with the device's next code: AWS may have used this one before it failed")
        }
        _ => failure.maybe_hint(on_fault_alone(fault, Some(step.endpoint.partition), stored_as.as_ref())),
    }
}

/// The fault as one clause: AWS's message, and its meaning if that is not obvious.
pub(crate) fn explained(fault: &AwsFault) -> String {
    let operation = fault.operation;
    let said = &fault.message;
    match fault.kind {
        AwsFaultKind::Unreachable | AwsFaultKind::Untrusted => format!("AWS could not be reached for `{operation}`: {said}"),
        AwsFaultKind::NoAnswer => format!("AWS gave no answer to `{operation}`: {said}"),
        AwsFaultKind::NotSent | AwsFaultKind::NoFiles | AwsFaultKind::Unusable(_) => format!("`{operation}` could not be called: {said}"),
        AwsFaultKind::Server => format!("AWS failed in `{operation}`: {said}"),
        AwsFaultKind::NotWhole => format!("the answer to `{operation}` cannot be used: {said}"),
        AwsFaultKind::Throttled => format!("AWS throttled `{operation}`: {said}"),
        AwsFaultKind::ClockSkew => match fault.clock_ahead {
            Some(ahead) if ahead != 0 => {
                format!("this machine's clock is {}, so {REFUSED_CALL}{operation}`: {said}", spoken_offset(ahead))
            }
            _ => format!("this machine's clock is off, so {REFUSED_CALL}{operation}`: {said}"),
        },
        _ => format!("{REFUSED_CALL}{operation}`: {said}"),
    }
}

/// What to do about a file or folder error.
pub(super) fn on_file(error: &FileError) -> String {
    if let Some(cure) = &error.cure {
        return cure.to_string();
    }
    let path = path_in_shell(&error.path);
    match error.kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => format!("make room on that disk: `df -h {path}`"),
        ErrorKind::IsADirectory | ErrorKind::NotADirectory | ErrorKind::InvalidData => format!("see what is there: `ls -ld {path}`"),
        // There is nothing whose permissions could be looked at.
        ErrorKind::NotFound => {
            let mut folders =
                error.path.ancestors().skip(1).map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
            let there = folders.find(|folder| files::exists(folder)).unwrap_or(Path::new("/"));
            format!("check the name: `ls {}` shows what is there", path_in_shell(there))
        }
        _ => format!("check its permissions: `ls -ld {path}`"),
    }
}

/// What to do about the fault, for every call.
#[must_use]
pub fn on_fault_alone(fault: &AwsFault, partition: Option<Partition>, stored_as: Option<&ProfileName>) -> Option<String> {
    let add = stored_as.map_or_else(|| "vault add".to_owned(), |name| format!("vault add --force {}", name.in_shell()));
    on_fault_of_key(fault, partition, &add)
}

/// The same, if `add` is the command that stores the key.
pub(crate) fn on_fault_of_key(fault: &AwsFault, partition: Option<Partition>, add: &str) -> Option<String> {
    let hint = match fault.kind {
        AwsFaultKind::UnknownSerial => format!(
            "correct `mfa_serial`: it must be a device of the user whose key is stored (IAM console, Security credentials); if it already is, AWS got too many of its codes within three minutes: wait until {}",
            clock::in_words(window_ends(clock::now(), fault.clock_ahead))
        ),
        AwsFaultKind::InvalidKey => format!(
            "the key is unknown or inactive in partition `{}`: a new key takes a few seconds to work; if the key was replaced, store the new one with `{add}`",
            partition.unwrap_or_default(),
        ),
        AwsFaultKind::WrongSecret => format!("the secret does not belong to this key id: store both again with `{add}`"),
        AwsFaultKind::ClockSkew => format!("set this machine's clock with {}", clock::CURE),
        AwsFaultKind::Expired => "drop the cached sessions with `vault clear`, then try again".to_owned(),
        AwsFaultKind::RegionDisabled => "name a region that the account uses, with `--region` or `region` in the profile".to_owned(),
        AwsFaultKind::NotWhole => {
            format!("try again; if it keeps happening, check what answers instead of AWS: {}`HTTPS_PROXY`", before_proxy(fault))
        }
        AwsFaultKind::Throttled | AwsFaultKind::Server | AwsFaultKind::TemporarilyUnmodifiable => "try again in a minute".to_owned(),
        AwsFaultKind::MfaFirst => "sign in with a device that you have: AWS requires it for changing devices".to_owned(),
        AwsFaultKind::Quarantined => {
            "AWS found a key of this user leaked: ask an administrator to replace the keys, and then to detach that policy".to_owned()
        }
        AwsFaultKind::NoFiles => "check how many files this process may open: `ulimit -n`; 64 are enough".to_owned(),
        AwsFaultKind::Unusable(CallSetting { key, in_profile: true, .. }) => format!("correct `{key}` in that profile, or remove the line"),
        AwsFaultKind::Unusable(CallSetting { variable, .. }) => format!("correct or unset `{variable}`"),
        AwsFaultKind::Untrusted => {
            "if a proxy on your network intercepts TLS, set `AWS_CA_BUNDLE`, or `ca_bundle` in the profile, to the PEM file of its certificate authority".to_owned()
        }
        AwsFaultKind::NotSent => match endpoint(fault) {
            Some(named) => format!("correct {named}, as in `https://sts.us-east-1.amazonaws.com`"),
            None => "check `HTTPS_PROXY`, as in `http://proxy.example.com:3128`".to_owned(),
        },
        AwsFaultKind::Unreachable | AwsFaultKind::NoAnswer => {
            format!("check {}the network and `HTTPS_PROXY`; cached sessions keep working", before_proxy(fault))
        }
        AwsFaultKind::InvalidCode | AwsFaultKind::CodeMayBeUsed | AwsFaultKind::AccessDenied | AwsFaultKind::NoSuchEntity | AwsFaultKind::LimitExceeded | AwsFaultKind::AlreadyExists | AwsFaultKind::InvalidCodePair | AwsFaultKind::Invalid | AwsFaultKind::TooLong | AwsFaultKind::Other => return None,
    };
    Some(hint)
}

/// What named the endpoint that was called, if it is not AWS's own.
fn endpoint(fault: &AwsFault) -> Option<String> {
    Some(match fault.endpoint.as_deref()? {
        EndpointFrom::Variable(name) => format!("`{name}`"),
        EndpointFrom::Line(origin) => format!("`endpoint_url` ({origin})"),
    })
}

/// The same before other things to check.
fn before_proxy(fault: &AwsFault) -> String {
    endpoint(fault).map_or_else(String::new, |named| format!("{named}, "))
}

/// What to do about a key that gpg does not encrypt to; `who` is quoted for a command.
fn on_recipient(who: &str, why: GpgRecipientFault) -> String {
    let first = match why {
        GpgRecipientFault::Expired => format!("renew that key with `gpg --edit-key {who} expire`"),
        GpgRecipientFault::Missing => "import that key with `gpg --import FILE`".to_owned(),
        GpgRecipientFault::NotTrusted => format!("sign that key with `gpg --lsign-key {who}` if you trust it"),
        GpgRecipientFault::Disabled => format!("enable that key with `gpg --edit-key {who} enable`"),
        GpgRecipientFault::Ambiguous | GpgRecipientFault::NotForEncryption | GpgRecipientFault::Revoked | GpgRecipientFault::Unusable => {
            return format!("see which keys there are with `gpg --list-keys {who}`, and name one by its fingerprint: `pass init GPG-ID`");
        }
    };
    format!("{first}; or have the store encrypt to a key that you have: `pass init GPG-ID`")
}

/// What to do about a keystore error.
pub(super) fn on_keystore(error: &KeyStoreError) -> Option<String> {
    Some(match error {
        KeyStoreError::NotFound { item, elsewhere, .. } if !elsewhere.is_empty() => {
            format!("use `--backend {}`, or store the key here too with `vault add {}`", elsewhere[0], in_shell(item))
        }
        KeyStoreError::NotFound { item, .. } => {
            format!("store the key with `vault add {}`, or see where keys are with `vault list`", in_shell(item))
        }
        KeyStoreError::IndexNotWritten { path, .. } => {
            let path = path_in_shell(path);
            format!("check its permissions and the free space: `ls -ld {path}; df {path}`")
        }
        KeyStoreError::Locked { backend, .. } => match backend {
            Backend::Keychain => "unlock it in the desktop session, or use another keystore with `--backend file`".to_owned(),
            Backend::Pass => "unlock your GPG key, for instance with `pass show` of any entry, and try again".to_owned(),
            Backend::File => {
                "type the passphrase on a terminal, or set `AWS_VAULT_FILE_PASSPHRASE` or `AWS_VAULT_FILE_PASSPHRASE_COMMAND`".to_owned()
            }
        },
        KeyStoreError::NoGpgKey { item } => format!(
            "import that key with `gpg --import FILE`; or have the store encrypt to a key that you have, with `pass init GPG-ID`, and store it again with `vault add --force {}`",
            in_shell(item)
        ),
        KeyStoreError::GpgRecipient { who, why } => on_recipient(&in_shell(who), *why),
        KeyStoreError::NoPinentry => {
            "install `pinentry`, or correct `pinentry-program` in `~/.gnupg/gpg-agent.conf`; then run `gpgconf --kill gpg-agent`".to_owned()
        }
        KeyStoreError::NoGpgAgent => "run `gpg --list-secret-keys` to see why".to_owned(),
        KeyStoreError::MadeElsewhere { .. } => "run the command again".to_owned(),
        KeyStoreError::InUse { .. } => "answer that prompt first, or leave out `--no-wait`".to_owned(),
        KeyStoreError::Untrusted { cure, .. } => cure.clone(),
        KeyStoreError::Obstructed { path, .. } => {
            let path = path_in_shell(path);
            format!("if nothing needs it there, move it away with `mv {path} {path}.away`, then try again")
        }
        // A user who cancelled knows what to do.
        KeyStoreError::Cancelled { .. } => return None,
        KeyStoreError::NoPassphrase { .. } => "run that command directly to see what it prints".to_owned(),
        KeyStoreError::WrongPassphrase { given_by: Some(variable), .. } => {
            format!("correct `{variable}`, or unset it to be asked for the passphrase that the keystore was made with")
        }
        KeyStoreError::WrongPassphrase { given_by: None, .. } | KeyStoreError::Denied { backend: Backend::File, .. } => {
            "try again with the passphrase that the keystore was made with".to_owned()
        }
        KeyStoreError::Denied { .. } => "allow the access when you are asked, and try again".to_owned(),
        KeyStoreError::Unavailable { backend: Backend::File, .. } => {
            "repair that folder, or choose another keystore with `--backend keychain` or `--backend pass`".to_owned()
        }
        KeyStoreError::Unavailable { backend: Backend::Keychain, .. } => {
            "run it where the keychain is available, or also store the key in the file keystore: `vault add` with `--backend file`"
                .to_owned()
        }
        KeyStoreError::Unavailable { .. } => "choose another keystore with `--backend file`, or `AWS_VAULT_BACKEND=file`".to_owned(),
        KeyStoreError::Index { path, .. } => {
            format!("check its permissions: `ls -ld {}`; if you delete it, vault writes a new one", path_in_shell(path))
        }
        // Every stored key is encrypted to it: storing one of them again would not help.
        KeyStoreError::CorruptIdentity { .. } => {
            "restore it from a backup; without one, move that folder away and store every key again with `vault add`".to_owned()
        }
        KeyStoreError::Changed { .. } => {
            "see which keys are stored now with `vault list`; if you still want this, run the command again".to_owned()
        }
        KeyStoreError::Corrupt { item, .. } => format!("store the key again with `vault add --force {}`", in_shell(item)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_cured_in_the_password_store_and_not_by_another_keystore() {
        use GpgRecipientFault::{Ambiguous, Disabled, Expired, Missing, NotForEncryption, NotTrusted, Revoked, Unusable};
        let cured = |why| on_keystore(&KeyStoreError::GpgRecipient { who: "A B <a@example.com>".to_owned(), why }).unwrap();
        for why in [Expired, Missing, NotTrusted, Disabled, Ambiguous, NotForEncryption, Revoked, Unusable] {
            let hint = cured(why);
            assert!(hint.contains("`pass init GPG-ID`") && !hint.contains("--backend"), "{why:?}: {hint}");
        }
        assert!(cured(Expired).contains("renew that key with `gpg --edit-key 'A B <a@example.com>' expire`"), "{}", cured(Expired));
        assert!(cured(Missing).contains("`gpg --import FILE`"), "{}", cured(Missing));
    }
}
