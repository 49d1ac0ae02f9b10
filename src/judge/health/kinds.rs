//! What `doctor` looks for. Never decides whether it is there.

use crate::judge::Kind;
use crate::judge::finding::kinds;

kinds! {
    KEYSTORE, "keystore-unusable", Error, "The keystore that new keys go to, or one that holds keys, does not respond.";
    KEYSTORE_LOCKED, "keystore-locked", Note, "A keystore that holds keys is locked: the next command that needs a key asks for a passphrase.";
    ITEM_MISSING, "item-missing", Error, "A key that is listed as stored is not in its keystore any more, or the file that decrypts all keys is not.";
    ITEM_DAMAGED, "item-damaged", Error, "The item of a stored key is damaged: nobody can read the key any more.";
    ITEM_UNSEEN, "item-unseen", Note, "A stored key was not looked at: its keystore is locked and does not show it, or does not respond.";
    KEYRING, "kernel-keyring", Note, "The kernel keyring cannot be used, so the key that encrypts cached sessions is in the keystore.";
    CLOCK, "clock", Error, "This machine's clock is off: from five minutes on, AWS refuses every request.";
    CLOCK_UNKNOWN, "clock-unknown", Note, "AWS did not answer, so the clock could not be compared.";
    OTHER_VAULT, "other-vault", Warning, "Another program called `vault` comes first on the `PATH`.";
    KEY_IN_ENVIRONMENT, "key-in-environment", Warning, "A long-term access key is in the environment, where every program that you start can read it.";
    PROFILE_WITH_KEY, "profile-and-key", Warning, "`AWS_PROFILE` and an access key are both set; most AWS tools use the key and ignore the profile.";
    STALE_TOKEN, "stale-token", Error, "A session token is set that does not go with the access key: AWS refuses the two together.";
    EXPIRED_ENVIRONMENT, "expired-environment", Warning, "The credentials in the environment have expired.";
    CONTAINER_VARIABLES, "container-variables", Warning, "`AWS_CONTAINER_*` is set outside of a container: SDKs that find no other credentials ask that endpoint.";
    TWO_REGIONS, "two-regions", Warning, "`AWS_REGION` and `AWS_DEFAULT_REGION` differ: some tools follow one, some the other.";
    CONFIG_FAULT, "config-fault", Error, "A line or a header of the AWS files, or the settings file, cannot be read.";
    UNKNOWN_KEY, "unknown-key", Warning, "A setting of a profile is probably misspelt: AWS tools do not know it, so it has no effect.";
    IGNORED_SECTION, "ignored-section", Warning, "A section of the AWS files has no effect, though it was probably meant as a profile.";
    STRAY_TABLE, "stray-table", Warning, "A table in the settings names a profile that does not exist.";
    PROFILE_PLAN, "profile-plan", Error, "A profile cannot be used: the message says why.";
    PROCESS_MISSING, "process-missing", Error, "A `credential_process` line starts a program that is not there.";
    PROTECTED_OPEN, "protected-open", Warning, "A protected profile's source is linked, so AWS tools assume its role without asking.";
    PROTECTED_LINKED, "protected-linked", Warning, "A `credential_process` line asks for a protected profile, which vault refuses.";
    NO_MFA, "no-mfa", Warning, "The profile that was named makes its session without MFA: it cannot call IAM, and policies may deny it.";
    DEVICE_CLOSED, "device-closed", Warning, "The MFA device had too many codes within three minutes: AWS accepts none for now.";
    PLAINTEXT_KEY, "plaintext-key", Warning, "A long-term access key is in a file in plain text.";
    OPEN_FILE, "open-file", Warning, "A file or folder that holds credentials or settings is open to other users.";
    FOREIGN_FILE, "foreign-file", Error, "A file or folder of vault belongs to another user, so it is not used.";
    STRAY_FILES, "stray-files", Note, "In the folder of the cached sessions are files that are no sessions, or damaged ones; they are not used.";
    LOCK_HELD, "lock-held", Warning, "Another process holds a lock of vault, so that others wait for it; only a note in its first ten minutes.";
    EXPIRED_SESSIONS, "expired-sessions", Note, "Files of expired sessions are left.";
    LEFTOVERS, "leftovers", Note, "Temporary files of killed runs are left.";
    AWS_VAULT_LEFT, "aws-vault-left", Warning, "A key that was imported is still in aws-vault's store.";
    KEY_OLD, "key-old", Warning, "A stored key is older than `key_max_age` of the settings.";
    ROTATION_UNFINISHED, "rotation-unfinished", Warning, "A key rotation is not finished; only a note during the grace period.";
}

/// What `docs/findings.md` lists.
#[must_use]
pub fn kinds() -> Vec<&'static Kind> {
    ALL.to_vec()
}
