//! The checks that people are held to, with their numbers in the benchmarks and the columns that they need. Never makes one.

use crate::judge::{Finding, Kind, Severity};

/// One check of the credential report.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    pub kind: Kind,
    /// The numbers in CIS AWS Foundations, by [`Check::CIS_VERSIONS`].
    pub cis: [Option<&'static str>; 3],
    /// The number of the control in AWS Security Hub.
    pub security_hub: Option<&'static str>,
    /// The columns without which it is not made.
    pub needs: &'static [&'static str],
}

impl Check {
    pub const CIS_VERSIONS: [&'static str; 3] = ["5.0", "6.0", "7.0"];

    /// The check that a finding of an audit comes from.
    #[must_use]
    pub fn of(finding: &Finding) -> &'static Self {
        ALL.into_iter().find(|check| check.kind.id == finding.kind.id).expect("every finding of an audit comes from one of its checks")
    }

    const fn new(id: &'static str, severity: Severity, about: &'static str) -> Self {
        Self { kind: Kind { id, severity, about }, cis: [None; 3], security_hub: None, needs: &[] }
    }

    const fn cis(self, cis: [Option<&'static str>; 3]) -> Self {
        Self { cis, ..self }
    }

    const fn hub(self, control: &'static str) -> Self {
        Self { security_hub: Some(control), ..self }
    }

    const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }
}

const PASSWORD: &str = "password_enabled";
const MFA: &str = "mfa_active";
const KEY_1: &str = "access_key_1_active";
const KEY_2: &str = "access_key_2_active";

pub static ROOT_KEY: Check =
    Check::new("root-key", Severity::Critical, "The root user has an active access key. It can do everything, and no policy limits it.")
        .cis([Some("1.3"), Some("2.3"), Some("2.4")])
        .hub("IAM.4")
        .needs(&[KEY_1, KEY_2]);

pub static ROOT_NO_MFA: Check =
    Check::new("root-no-mfa", Severity::Critical, "The root user has no MFA device: its password alone opens the account.")
        .cis([Some("1.4"), Some("2.4"), Some("2.5")])
        .hub("IAM.9")
        .needs(&[MFA]);

pub static CONSOLE_NO_MFA: Check =
    Check::new("console-no-mfa", Severity::High, "A user has a console password and no MFA device: the password alone signs in.")
        .cis([Some("1.9"), Some("2.9"), Some("2.10")])
        .hub("IAM.5")
        .needs(&[PASSWORD, MFA]);

pub static KEY_NO_MFA: Check = Check::new(
    "key-no-mfa",
    Severity::High,
    "A user has an active access key and no MFA device: anyone who copies the key has the rights of the user.",
)
.hub("IAM.19")
.needs(&[MFA, KEY_1, KEY_2]);

pub static FIDO_ONLY: Check = Check::new(
    "fido-only",
    Severity::Medium,
    "A user's only MFA devices are passkeys or security keys, which STS cannot check: this user cannot make an MFA session on the command line.",
);

pub static KEY_AGE: Check =
    Check::new("key-age", Severity::Medium, "An active access key is older than `--max-key-age`, 90 days unless given.")
        .cis([Some("1.13"), Some("2.13"), Some("2.12")])
        .hub("IAM.3")
        .needs(&[KEY_1, KEY_2, "access_key_1_last_rotated", "access_key_2_last_rotated"]);

pub static UNUSED: Check =
    Check::new("unused", Severity::Medium, "A password or an active access key was not used for `--max-unused`, 45 days unless given.")
        .cis([Some("1.11"), Some("2.11"), Some("2.11")])
        .hub("IAM.22")
        .needs(&[PASSWORD, "password_last_used", KEY_1, KEY_2, "access_key_1_last_used_date", "access_key_2_last_used_date"]);

pub static KEY_NEVER_USED: Check =
    Check::new("key-never-used", Severity::Medium, "An active access key was never used, often because it was made with the user.")
        .cis([Some("1.10"), Some("2.10"), None])
        .needs(&[KEY_1, KEY_2, "access_key_1_last_used_date", "access_key_2_last_used_date"]);

pub static BEARER_KEY: Check = Check::new(
    "bearer-key",
    Severity::Medium,
    "A user has an active service-specific credential, such as an API key: it works without a signature and without MFA.",
);

pub static BOT_WITH_PASSWORD: Check = Check::new(
    "bot-with-password",
    Severity::Medium,
    "A user that `--bots` names, or one under the path `/bots/`, has a console password, which no program needs.",
)
.needs(&[PASSWORD]);

pub static ROOT_USED: Check = Check::new("root-used", Severity::Medium, "The root user signed in or called AWS within the last 90 days.")
    .cis([Some("1.6"), Some("2.6"), Some("2.7")])
    .needs(&["password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"]);

pub static TWO_KEYS: Check =
    Check::new("two-keys", Severity::Low, "A user has two active access keys: one of them was meant to replace the other.")
        .cis([Some("1.12"), Some("2.12"), None])
        .needs(&[KEY_1, KEY_2]);

pub static ROOT_VIRTUAL_MFA: Check =
    Check::new("root-virtual-mfa", Severity::Low, "The root user's MFA device is an app, not a security key or a hardware token.")
        .cis([Some("1.5"), Some("2.5"), Some("2.6")])
        .hub("IAM.6");

pub static PASSWORD_AGE: Check =
    Check::new("password-age", Severity::Low, "A console password is older than `--max-password-age`; not checked unless given.")
        .needs(&[PASSWORD, "password_last_changed"]);

pub static CERTIFICATE: Check =
    Check::new("certificate", Severity::Low, "A user has an active signing certificate: an X.509 credential that never sees MFA.")
        .needs(&["cert_1_active", "cert_2_active"]);

/// All of them, the worst first.
pub static ALL: [&Check; 15] = [
    &ROOT_KEY,
    &ROOT_NO_MFA,
    &CONSOLE_NO_MFA,
    &KEY_NO_MFA,
    &FIDO_ONLY,
    &KEY_AGE,
    &UNUSED,
    &KEY_NEVER_USED,
    &BEARER_KEY,
    &BOT_WITH_PASSWORD,
    &ROOT_USED,
    &TWO_KEYS,
    &ROOT_VIRTUAL_MFA,
    &PASSWORD_AGE,
    &CERTIFICATE,
];

/// What `docs/findings.md` lists.
#[must_use]
pub fn kinds() -> Vec<&'static Kind> {
    ALL.iter().map(|check| &check.kind).collect()
}
