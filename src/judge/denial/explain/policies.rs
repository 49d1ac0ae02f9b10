//! Refusals by policies: which kind of policy, whether MFA is the reason, and what remains where AWS does not say. Never explains a code.

use crate::judge::Finding;
use crate::judge::policy::evaluate::Mfa;
use crate::model::{in_shell, ticked};

use super::super::guess::{OF_SECOND_HOP, get_mfa, guess, is_of_role, of_mfa};
use super::super::said::{Policy, Verdict};
use super::super::seen::Seen;
use super::super::{Signer, kinds as k, known};
use super::Case;

impl Case<'_> {
    /// A refusal by policies.
    pub(super) fn authorization(&self) -> Vec<Finding> {
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
                    format!("AWS answered `{code}`, which is not a refusal"),
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
            Some(arn) => is_of_role(arn),
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
        let fix = if by_role && seen.mfa == Mfa::Absent { OF_SECOND_HOP.to_owned() } else { get_mfa(self.facts, self.signer) };
        self.verdict(kind, what, fix)
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
            Some(Policy::VpcEndpoint) => "ask the people who run the network, or call from outside that VPC".to_owned(),
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
            format!("the profile limits its sessions with {}: leave that out, or use another profile", ticked(by))
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
            Policy::VpcEndpoint => format!("ask the people who run the network to allow `{action}` in the policy of the VPC endpoint"),
            Policy::Session => String::new(),
        };
        let verdict = self.finding(&k::NOT_ALLOWED, message, fix);
        // An Allow that asks for MFA does not count without MFA.
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
        let from_role =
            self.said.principal.as_ref().is_some_and(|arn| is_of_role(arn)) || matches!(self.signer, Some(Signer::Role { hops: 2.., .. }));
        let hop = from_role.then(|| {
            guess(
                &k::SECOND_HOP_MFA,
                "the trust policy asks for MFA, but the role that assumes this one carries no MFA information",
                "have the trust policy allow the previous role without MFA, or point `source_profile` at the user's own profile",
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
        let fix = format!("decode it with a role that is allowed to: `vault why {} …` asks AWS if the profile has a role", self.profile());
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
            format!("run `vault explain {}` to see what signs the request", self.profile()),
        );
        let narrowed = self.facts.filter(|facts| !facts.narrowed_by.is_empty()).map(|facts| {
            guess(
                &k::SESSION_POLICY,
                format!("the profile limits its session with {}", ticked(&facts.narrowed_by)),
                "leave that out, or use another profile",
            )
        });
        self.with_guesses(verdict, [
            narrowed,
            of_mfa(self.facts, self.signer),
            Some(guess(&k::NOT_ALLOWED, "no policy of the user or role allows the action; for S3, `s3:ListBucket` is needed on the bucket and `s3:GetObject` on its objects", "ask an administrator")),
            Some(guess(&k::DENIED, "the policy of the bucket or key denies it, or the object is encrypted with a key that you may not use", "ask the owner of the bucket")),
            Some(guess(&k::NO_REASON, "the object does not exist: without `s3:ListBucket`, S3 answers `403` then too", "check the name")),
        ])
    }
}
