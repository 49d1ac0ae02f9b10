//! Turns what AWS said into a cause and a fix. The first finding is the verdict; others are guesses. Never asks for more than it was given.

mod keys_and_codes;
mod policies;

use crate::judge::{Finding, Kind};
use crate::model::{Timestamp, ticked};

use super::guess::{Guess, exec, guess, ranked, signer};
use super::kinds as k;
use super::known::{self, Refusal};
use super::plain::{Plain, plain};
use super::said::Said;
use super::seen::Seen;
use super::{Facts, Signer};

/// What matters about this machine when a request is refused.
#[derive(Debug, Clone, Copy)]
pub struct Machine<'a> {
    /// How to set its clock.
    pub clock_cure: &'a str,
    /// When the window in which AWS counts a device's codes ends.
    pub window_ends: Timestamp,
}

/// The cause, and the other possible causes.
#[must_use]
pub fn explain(said: &Said, facts: Option<&Facts>, seen: Option<&Seen>, machine: &Machine<'_>) -> Vec<Finding> {
    let subject = facts.map_or_else(|| "the request".to_owned(), |facts| facts.profile.to_string());
    let case = Case { said, facts, seen, machine, subject, signer: signer(said, facts) };
    let mut findings = match known::of(said) {
        Some(refusal) => case.known(refusal),
        None => case.authorization(),
    };
    findings.extend(case.statements());
    findings.extend(case.other_identity());
    findings
}

struct Case<'a> {
    said: &'a Said,
    facts: Option<&'a Facts>,
    seen: Option<&'a Seen>,
    machine: &'a Machine<'a>,
    subject: String,
    signer: Option<Signer>,
}

impl Case<'_> {
    fn finding(&self, kind: &'static Kind, message: impl Into<String>, fix: impl Into<String>) -> Finding {
        Finding::new(kind, &self.subject, message).evidence(format!("AWS said: {}", self.said.excerpt())).fix(fix)
    }

    fn verdict(&self, kind: &'static Kind, message: impl Into<String>, fix: impl Into<String>) -> Vec<Finding> {
        vec![self.finding(kind, message, fix)]
    }

    fn with_guesses(&self, verdict: Finding, guesses: impl IntoIterator<Item = Option<Guess>>) -> Vec<Finding> {
        let guesses = guesses.into_iter().flatten().collect();
        std::iter::once(verdict).chain(ranked(&self.subject, guesses)).collect()
    }

    fn profile(&self) -> String {
        self.facts.map_or_else(|| "PROFILE".to_owned(), |facts| facts.profile.in_shell().into_owned())
    }

    /// A refusal that its code or its words name.
    fn known(&self, refusal: Refusal) -> Vec<Finding> {
        match refusal {
            Refusal::MfaCode => self.mfa_code(),
            Refusal::MfaDevice => self.mfa_device(),
            Refusal::MfaBudget => self.mfa_budget("the MFA device had too many codes within three minutes"),
            Refusal::KeyUnknown => self.key_unknown(),
            Refusal::CredentialsRejected => self.credentials_rejected(),
            Refusal::Clock => self.clock(),
            Refusal::Plain(which) => {
                let (kind, message, fix) = plain(which, self.facts);
                self.verdict(kind, message, fix)
            }
        }
    }

    fn clock(&self) -> Vec<Finding> {
        let cure = format!("set the clock with {}", self.machine.clock_cure);
        let verdict = self.finding(&k::CLOCK, "this machine's clock is more than five minutes off", cure);
        // EC2 says so of a session that is over, too; no long-term key ends.
        let may_be_over = self.said.has("Request has expired") && self.signer != Some(Signer::LongTermKey);
        let over = may_be_over.then(|| {
            let (kind, _, fix) = plain(Plain::SessionExpired, self.facts);
            guess(kind, "the session has expired: EC2 has the same words for both", fix)
        });
        self.with_guesses(verdict, [over])
    }

    /// The statements that AWS named.
    fn statements(&self) -> Option<Finding> {
        let seen = self.seen.filter(|seen| !seen.statements.is_empty())?;
        Some(Finding::new(&k::MATCHED_STATEMENT, &self.subject, format!("the statement that decided is {}", ticked(&seen.statements))))
    }

    /// The request may not have been made with this profile at all.
    fn other_identity(&self) -> Option<Finding> {
        let (facts, arn) = (self.facts?, self.said.principal.as_deref()?);
        let resource = arn.splitn(6, ':').nth(5)?;
        let role = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
        let expected = facts.roles.last().and_then(|arn| arn.rsplit('/').next());
        let differs = match (role, expected) {
            // The call that assumes the role is made before it.
            _ if self.said.action.as_deref() == Some("sts:AssumeRole") => false,
            (Some(role), Some(expected)) => role != expected,
            (Some(_), None) => !matches!(facts.signer, Signer::Other),
            (None, Some(_)) => resource.starts_with("user/"),
            (None, None) => false,
        };
        differs.then(|| {
            let message = format!("the request came from {arn}, which is not what profile `{}` gives", facts.profile);
            Finding::new(&k::OTHER_IDENTITY, &self.subject, message)
                .fix(format!("run it through {}, with no `AWS_*` variables of another profile", exec(self.facts)))
        })
    }
}
