//! What AWS said becomes a cause and its cure. The first finding is the verdict; what follows are guesses. Never asks for more than it was given.

use crate::judge::policy::evaluate::Mfa;
use crate::judge::{Finding, Kind};
use crate::model::{Timestamp, in_shell, spoken_offset};

use super::guess::{Guess, exec, get_mfa, guess, of_mfa, ranked, signer};
use super::kinds as k;
use super::known;
use super::plain::plain;
use super::said::{Policy, Said, Verdict};
use super::seen::Seen;
use super::{Facts, Signer};

/// How this machine is, as far as it bears on a refusal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine<'a> {
    /// How far its clock is ahead of AWS's, in seconds, where that is known.
    pub clock_ahead: Option<i64>,
    /// How it is set right.
    pub clock_cure: &'a str,
    /// When the window ends in which a device's codes are counted.
    pub window_ends: Option<Timestamp>,
}

/// The cause, and what else may be it.
#[must_use]
pub fn explain(said: &Said, facts: Option<&Facts>, seen: Option<&Seen>, machine: &Machine<'_>) -> Vec<Finding> {
    let subject = facts.map_or_else(|| "the request".to_owned(), |facts| facts.profile.to_string());
    let case = Case { said, facts, seen, machine, subject, signer: signer(said, facts) };
    let mut findings = match known::of(said) {
        Some(kind) => case.known(kind),
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

    fn clock_is_off(&self) -> Option<String> {
        self.machine.clock_ahead.filter(|ahead| ahead.abs() > 60).map(spoken_offset)
    }

    /// A refusal that its code or its words name.
    fn known(&self, kind: &'static Kind) -> Vec<Finding> {
        let profile = self.profile();
        let is = |kind_of: &'static Kind| std::ptr::eq(kind, kind_of);
        if is(&k::MFA_CODE) {
            return self.mfa_code();
        }
        if is(&k::MFA_DEVICE) {
            return self.mfa_device();
        }
        if is(&k::KEY_UNKNOWN) {
            return self.key_unknown();
        }
        if is(&k::CLOCK) {
            let how = self.clock_is_off().map_or_else(|| "is more than five minutes off".to_owned(), |off| format!("is {off}"));
            return self.verdict(kind, format!("this machine's clock {how}"), format!("set the clock with {}", self.machine.clock_cure));
        }
        if is(&k::CREDENTIALS_REJECTED) {
            let verdict = self.finding(
                kind,
                "EC2 could not check the credentials, and does not say why",
                format!("see what signs with `vault explain {profile}`"),
            );
            let clock = self.clock_is_off().map(|off| {
                guess(&k::CLOCK, format!("this machine's clock is {off}"), format!("set the clock with {}", self.machine.clock_cure))
            });
            let key = guess(
                &k::KEY_UNKNOWN,
                "the key is inactive, deleted or replaced",
                format!("renew the session with `vault exec --fresh {profile} -- aws sts get-caller-identity`"),
            );
            let region = guess(&k::REGION_DISABLED, "the account has not enabled the region", "name another one with `--region`");
            return self.with_guesses(verdict, [clock, Some(key), Some(region)]);
        }
        let (message, fix) = plain(kind.id, self.facts);
        self.verdict(kind, message, fix)
    }

    fn mfa_code(&self) -> Vec<Finding> {
        let again = "wait for the device's next code and give that one";
        if let Some(off) = self.clock_is_off() {
            let message = format!("AWS refused the MFA code, and this machine's clock is {off}");
            return self.verdict(&k::MFA_CODE, message, format!("set the clock with {}, then give a new code", self.machine.clock_cure));
        }
        let verdict = self.finding(&k::MFA_CODE, "AWS refused the MFA code, and has one text for three causes", again);
        self.with_guesses(
            verdict,
            [
                Some(guess(&k::MFA_CODE, "the code was used before: each code works once", again)),
                Some(guess(
                    &k::MFA_CODE,
                    "the code is of another device or account, or was mistyped",
                    format!("compare `mfa_serial` with the entry in your app: `vault explain {}` shows it", self.profile()),
                )),
                Some(guess(
                    &k::CLOCK,
                    "the clock of the device or of this machine is off",
                    format!("set the clock; a hardware token is brought in step with `vault mfa resync {}`", self.profile()),
                )),
            ],
        )
    }

    fn mfa_device(&self) -> Vec<Finding> {
        let until =
            self.machine.window_ends.map_or_else(|| "for three minutes".to_owned(), |end| format!("until {} UTC", end.time_of_day()));
        let serial = "correct `mfa_serial`: `vault mfa list` shows the devices of the user";
        if self.facts.is_some_and(|facts| facts.device_has_worked) {
            let message = "the MFA device had too many codes within three minutes: this machine has used it before, so its serial is right";
            return self.verdict(&k::MFA_BUDGET, message, format!("wait {until}, and send no code before that"));
        }
        let verdict = self.finding(&k::MFA_DEVICE, "AWS could not check the MFA code, and has one text for two causes", serial);
        self.with_guesses(
            verdict,
            [
                Some(guess(&k::MFA_DEVICE, "`mfa_serial` is not a device of the user whose key signed", serial)),
                Some(guess(&k::MFA_BUDGET, "the device had too many codes within three minutes", format!("wait {until}"))),
            ],
        )
    }

    fn key_unknown(&self) -> Vec<Finding> {
        let profile = self.profile();
        if self.said.is_iam() && self.signer == Some(Signer::Session { mfa: false }) {
            let message = "IAM refuses sessions that were made without a code, with the words for an unknown key";
            return self.verdict(&k::SESSION_WITHOUT_MFA, message, get_mfa(self.facts, self.signer));
        }
        let verdict = self.finding(
            &k::KEY_UNKNOWN,
            "AWS does not know the access key id or the session token",
            format!("see which key signs with `vault explain {profile}`"),
        );
        let without_mfa = guess(
            &k::SESSION_WITHOUT_MFA,
            "a session that was made without a code called IAM, which refuses it with these words",
            get_mfa(self.facts, self.signer),
        );
        let inactive = guess(
            &k::KEY_UNKNOWN,
            "the key is inactive or deleted, as after a rotation on another machine",
            format!("store the new one with `vault add --force {profile}`"),
        );
        let new = guess(&k::KEY_UNKNOWN, "the key is new: AWS needs some seconds, and each endpoint by itself", "try again in a minute");
        let partition = self.facts.map_or_else(
            || {
                guess(
                    &k::KEY_UNKNOWN,
                    "the key is of another partition, such as `aws-cn`",
                    "name a region of that partition with `--region`",
                )
            },
            |facts| {
                guess(
                    &k::KEY_UNKNOWN,
                    format!("the key is not of partition `{}`, where the call went", facts.partition),
                    "correct `region` in the profile",
                )
            },
        );
        let first = self.said.is_iam() && self.signer.is_none();
        self.with_guesses(verdict, [first.then_some(without_mfa), Some(inactive), Some(new), Some(partition)])
    }

    /// A refusal by policies.
    fn authorization(&self) -> Vec<Finding> {
        let said = self.said;
        match (said.verdict, self.seen) {
            (_, Some(seen)) if seen.mfa != Mfa::True && self.may_ask_for_mfa() => self.mfa_seen(seen),
            (Some(Verdict::Denied(policy)), _) => self.denied(policy),
            (Some(Verdict::NotAllowed(policy)), _) => self.not_allowed(policy),
            (None, Some(seen)) => {
                if seen.explicit_deny == Some(true) {
                    self.denied(None)
                } else {
                    self.not_allowed(Policy::Identity)
                }
            }
            (None, None) if said.encoded.is_some() => self.encoded(),
            (None, None) if said.action.as_deref() == Some("sts:AssumeRole") => self.assume_role(),
            (None, None) if said.action.is_some() => self.not_allowed(Policy::Identity),
            (None, None) if known::is_denial(said) => self.no_reason(),
            (None, None) => {
                let code = said.code.as_deref().unwrap_or("an error");
                self.verdict(
                    &k::OTHER_ERROR,
                    format!("AWS answered `{code}`, which is no refusal"),
                    "read what it says: no policy and no MFA code changes it",
                )
            }
        }
    }

    /// Whether a condition on MFA can be what decided: where nothing allows an action, that is the cause.
    fn may_ask_for_mfa(&self) -> bool {
        let explicit = self.seen.and_then(|seen| seen.explicit_deny);
        explicit != Some(false) && !matches!(self.said.verdict, Some(Verdict::NotAllowed(_)))
    }

    /// AWS says what the request carried: nothing is guessed.
    fn mfa_seen(&self, seen: &Seen) -> Vec<Finding> {
        // The profile that AWS is asked with need not be the one that was refused.
        let by_role = match seen.principal.as_ref().or(self.said.principal.as_ref()) {
            Some(arn) => arn.contains(":assumed-role/"),
            None => matches!(self.signer, Some(Signer::Role { .. })),
        };
        let (kind, what) = match (seen.mfa, by_role) {
            (Mfa::Absent, true) => {
                (&k::SECOND_HOP_MFA, "`aws:MultiFactorAuthPresent` is absent, as in every request of a role, and a policy denies that")
            }
            (Mfa::Absent, _) => {
                (&k::MFA_ABSENT, "`aws:MultiFactorAuthPresent` is absent, as in every request of a long-term key, and a policy denies that")
            }
            _ => (&k::MFA_FALSE, "`aws:MultiFactorAuthPresent` is false: the session was made without a code, and a policy denies that"),
        };
        self.verdict(kind, what, get_mfa(self.facts, self.signer))
    }

    fn action(&self) -> String {
        self.said.action.clone().or_else(|| self.seen.and_then(|seen| seen.action.clone())).unwrap_or_else(|| "the action".to_owned())
    }

    fn denied(&self, policy: Option<Policy>) -> Vec<Finding> {
        let action = self.action();
        let named = self.said.policy_arn.as_ref().map_or_else(String::new, |arn| format!(" {arn}"));
        let of = policy.map_or("a policy", Policy::as_aws);
        let message = format!("an explicit deny in {}{of}{named} forbids `{action}`", if policy.is_some() { "the " } else { "" });
        if policy == Some(Policy::Session) {
            return self.narrowed(message);
        }
        let fix = match policy {
            Some(Policy::ServiceControl | Policy::ResourceControl) => {
                "ask the people who run the organization: nothing in this account overrides it".to_owned()
            }
            Some(Policy::Boundary) => "ask an administrator to widen the permissions boundary of the user or role".to_owned(),
            Some(Policy::VpcEndpoint) => "ask who runs the network, or call from outside of that VPC".to_owned(),
            Some(Policy::Resource) => format!("ask the owner of {}", self.resource()),
            _ => match &self.said.policy_arn {
                Some(arn) => format!(
                    "see the statement: `aws iam get-policy-version --policy-arn {} --version-id v1`, and check the policy with `vault policy check`",
                    in_shell(arn)
                ),
                None => "see the policies of the user or role for a `Deny`, and check them with `vault policy check`".to_owned(),
            },
        };
        let verdict = self.finding(&k::DENIED, message, fix);
        // What denies everybody without MFA is written in these policies.
        let asks = self.seen.is_none() && matches!(policy, None | Some(Policy::Identity | Policy::Resource | Policy::ServiceControl));
        let guess = if asks { of_mfa(self.facts, self.signer) } else { None };
        self.with_guesses(verdict, [guess])
    }

    fn resource(&self) -> String {
        self.said.resource.clone().filter(|resource| !resource.is_empty()).unwrap_or_else(|| "the resource".to_owned())
    }

    fn narrowed(&self, message: String) -> Vec<Finding> {
        let by = self.facts.map(|facts| facts.narrowed_by.as_slice()).unwrap_or_default();
        let fix = if by.is_empty() {
            "leave out `--read-only`, or use a profile without `session_policy`".to_owned()
        } else {
            let names: Vec<_> = by.iter().map(|name| format!("`{name}`")).collect();
            format!("the profile narrows itself with {}: leave that out, or use another profile", names.join(" and "))
        };
        self.verdict(&k::SESSION_POLICY, message, fix)
    }

    fn not_allowed(&self, policy: Policy) -> Vec<Finding> {
        let (action, resource) = (self.action(), self.resource());
        if action == "sts:AssumeRole" && matches!(policy, Policy::Identity | Policy::Resource) && self.said.verdict.is_none() {
            return self.assume_role();
        }
        let message = format!("no {} allows `{action}` on {resource}", policy.as_aws());
        if policy == Policy::Session {
            return self.narrowed(message);
        }
        let fix = match policy {
            Policy::Identity => format!("ask an administrator to allow `{action}` on {resource}"),
            Policy::Resource if action == "sts:AssumeRole" => {
                format!("the trust policy of {resource} must allow you: `aws iam get-role --role-name ROLE` shows it")
            }
            Policy::Resource => format!("ask the owner of {resource} to allow it in the policy of the resource"),
            Policy::Boundary => format!("ask an administrator to allow `{action}` in the permissions boundary"),
            Policy::ServiceControl | Policy::ResourceControl => format!("ask the people who run the organization to allow `{action}`"),
            Policy::VpcEndpoint => format!("ask who runs the network to allow `{action}` in the policy of the VPC endpoint"),
            Policy::Session => String::new(),
        };
        let verdict = self.finding(&k::NOT_ALLOWED, message, fix);
        // An Allow that asks for MFA does not count where there is none.
        let guess = if self.seen.is_none() && policy == Policy::Identity && self.signer != Some(Signer::Session { mfa: true }) {
            of_mfa(self.facts, self.signer).filter(|_| !matches!(self.signer, Some(Signer::Role { .. })))
        } else {
            None
        };
        self.with_guesses(verdict, [guess])
    }

    fn assume_role(&self) -> Vec<Finding> {
        let role = self.resource();
        let message = format!("{role} cannot be assumed: AWS does not say whether its trust policy or a policy of the caller is why");
        let verdict = self.finding(&k::TRUST_POLICY, message, format!("`vault explain {}` shows who asks for which role", self.profile()));
        let from_role = self.said.principal.as_ref().is_some_and(|arn| arn.contains(":assumed-role/"))
            || matches!(self.signer, Some(Signer::Role { hops: 2.., .. }));
        let hop = from_role.then(|| {
            guess(
                &k::SECOND_HOP_MFA,
                "the trust policy asks for MFA, and the role before it carries no MFA information",
                "have the trust policy allow the role before it without asking for MFA, or assume the role from the user: `source_profile`",
            )
        });
        let without_mfa = match self.signer {
            Some(Signer::LongTermKey | Signer::Role { mfa: false, .. }) | None if !from_role => Some(guess(
                &k::MFA_ABSENT,
                "the trust policy asks for MFA, and the call had no code",
                get_mfa(self.facts, Some(Signer::LongTermKey)),
            )),
            _ => None,
        };
        let trust = guess(
            &k::TRUST_POLICY,
            "the trust policy does not name the caller, or asks for an external id",
            format!(
                "have an administrator look at it: `aws iam get-role --role-name ROLE`; the caller is {}",
                self.said.principal.as_deref().unwrap_or("in the error")
            ),
        );
        let own = guess(
            &k::NOT_ALLOWED,
            format!("no policy of the caller allows `sts:AssumeRole` on {role}"),
            "ask an administrator to allow it",
        );
        self.with_guesses(verdict, [hop, without_mfa, Some(trust), Some(own)])
    }

    fn encoded(&self) -> Vec<Finding> {
        let fix = format!("decode it with a role that may: `vault why {} …` asks AWS where the profile has one", self.profile());
        let verdict = self.finding(&k::ENCODED, "the reason is encoded, and could not be decoded here", fix);
        self.with_guesses(
            verdict,
            [of_mfa(self.facts, self.signer), Some(guess(&k::NOT_ALLOWED, "no policy allows the action", "ask an administrator"))],
        )
    }

    fn no_reason(&self) -> Vec<Finding> {
        let how = match self.signer {
            Some(Signer::LongTermKey) => "signed by a long-term key",
            Some(Signer::Session { mfa: true }) => "made in an MFA session",
            Some(Signer::Session { mfa: false }) => "made in a session without MFA",
            Some(Signer::Role { .. }) => "made as a role",
            Some(Signer::Other) | None => "",
        };
        let how = if how.is_empty() { String::new() } else { format!("; the request is {how}") };
        let verdict = self.finding(
            &k::NO_REASON,
            format!("AWS denied the request and gave no reason{how}"),
            format!("see what signs with `vault explain {}`", self.profile()),
        );
        let narrowed = self.facts.filter(|facts| !facts.narrowed_by.is_empty()).map(|facts| {
            let names: Vec<_> = facts.narrowed_by.iter().map(|name| format!("`{name}`")).collect();
            guess(
                &k::SESSION_POLICY,
                format!("the profile narrows its session with {}", names.join(" and ")),
                "leave that out, or use another profile",
            )
        });
        self.with_guesses(verdict, [
            narrowed,
            of_mfa(self.facts, self.signer),
            Some(guess(&k::NOT_ALLOWED, "no policy of the user or role allows the action; for S3, `s3:ListBucket` is needed on the bucket and `s3:GetObject` on its objects", "ask an administrator")),
            Some(guess(&k::DENIED, "the policy of the bucket or key denies it, or the object is encrypted with a key that you may not use", "ask the owner of the bucket")),
            Some(guess(&k::NO_REASON, "the object is not there: without `s3:ListBucket`, S3 says `403` for that too", "check the name")),
        ])
    }

    /// The statements that AWS named.
    fn statements(&self) -> Option<Finding> {
        let seen = self.seen.filter(|seen| !seen.statements.is_empty())?;
        let names: Vec<_> = seen.statements.iter().map(|sid| format!("`{sid}`")).collect();
        Some(Finding::new(&k::MATCHED_STATEMENT, &self.subject, format!("the statement that decided is {}", names.join(", "))))
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
