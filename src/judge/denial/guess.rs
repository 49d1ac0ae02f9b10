//! What may be the cause where AWS does not say: the likeliest first, each called a guess. Never the only answer where there is a better one.

use crate::judge::{Finding, Kind, Severity};

use super::kinds as k;
use super::said::Said;
use super::{Facts, Signer};

/// A cause that is likely.
pub struct Guess {
    kind: &'static Kind,
    message: String,
    fix: String,
}

pub fn guess(kind: &'static Kind, message: impl Into<String>, fix: impl Into<String>) -> Guess {
    Guess { kind, message: message.into(), fix: fix.into() }
}

/// Numbered, the likeliest first.
pub fn ranked(subject: &str, guesses: Vec<Guess>) -> Vec<Finding> {
    let finding = |(number, Guess { kind, message, fix }): (usize, Guess)| {
        Finding::new(kind, subject, format!("guess {number}: {message}")).severity(Severity::Note).fix(fix)
    };
    (1..).zip(guesses).map(finding).collect()
}

/// With what the request was signed: as the profile says, else as the ARN in the text does.
pub fn signer(said: &Said, facts: Option<&Facts>) -> Option<Signer> {
    match (facts, &said.principal) {
        (Some(facts), _) => Some(facts.signer),
        (None, Some(arn)) if is_of_role(arn) => Some(Signer::Role { mfa: false, hops: 1 }),
        (None, _) => None,
    }
}

/// The command that gives a request MFA.
pub fn exec(facts: Option<&Facts>) -> String {
    match facts {
        Some(facts) => format!("`vault exec {} -- COMMAND`", facts.profile.in_shell()),
        None => "`vault exec PROFILE -- COMMAND`".to_owned(),
    }
}

/// How a request of this profile comes to carry MFA.
pub fn get_mfa(facts: Option<&Facts>, signer: Option<Signer>) -> String {
    match (facts, signer) {
        (Some(facts), Some(Signer::LongTermKey | Signer::Session { mfa: false })) => {
            format!("set `mfa_serial` in profile `{}`, then run {}", facts.profile, exec(Some(facts)))
        }
        _ => format!("run the command through {}, with `mfa_serial` in the profile", exec(facts)),
    }
}

/// What to do if a policy requires MFA from a role's credentials, which never carry it.
pub const OF_SECOND_HOP: &str = "take the MFA condition out of the policy, and ask for MFA in the trust policy of the first role";

/// Whether a role made the request.
pub fn is_of_role(arn: &str) -> bool {
    arn.contains(":assumed-role/")
}

/// The causes of a denial that a policy asking for MFA may be.
pub fn of_mfa(facts: Option<&Facts>, signer: Option<Signer>) -> Option<Guess> {
    match signer {
        Some(Signer::LongTermKey) => Some(guess(
            &k::MFA_ABSENT,
            "the request is signed by a long-term key, which carries no MFA information, and a policy asks for MFA",
            get_mfa(facts, signer),
        )),
        Some(Signer::Session { mfa: false }) => {
            Some(guess(&k::MFA_FALSE, "the session was made without a code, and a policy asks for MFA", get_mfa(facts, signer)))
        }
        Some(Signer::Role { .. }) => {
            Some(guess(&k::SECOND_HOP_MFA, "the policy asks for MFA, and a role's credentials carry no MFA information", OF_SECOND_HOP))
        }
        Some(Signer::Session { mfa: true } | Signer::Other) => None,
        None => Some(guess(
            &k::MFA_ABSENT,
            "a policy asks for MFA, and the request had none, for example because a plaintext key signed it",
            get_mfa(facts, signer),
        )),
    }
}
