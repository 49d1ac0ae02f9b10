//! What bears on a refusal of what is known of a profile. Never looks at what is cached or stored.

use crate::model::{Partition, ProfileName};
use crate::plan::{Base, CallKind, CredentialPlan};

/// What is known of the profile whose command was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub profile: ProfileName,
    /// The profile whose stored key all of it starts from.
    pub key_of: Option<ProfileName>,
    pub signer: Signer,
    pub partition: Partition,
    /// What narrows the session, by its name in the settings or on the command line.
    pub narrowed_by: Vec<&'static str>,
    /// The ARNs of the roles on the way, in the order of the calls.
    pub roles: Vec<String>,
    /// Whether AWS ever took a code of the profile's device on this machine.
    pub device_has_worked: bool,
}

/// With what the requests of a profile are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    LongTermKey,
    /// `GetSessionToken`.
    Session {
        mfa: bool,
    },
    /// A role, and how many roles there are on the way to it, itself included.
    Role {
        mfa: bool,
        hops: usize,
    },
    /// What a web identity, SSO or another program gives.
    Other,
}

impl Facts {
    /// The command that stores the key again that the requests start from. For a role, it is the key of another profile.
    #[must_use]
    pub fn store_anew(facts: Option<&Self>) -> String {
        let name = facts.and_then(|facts| facts.key_of.as_ref());
        format!("`vault add --force {}`", name.map_or_else(|| "PROFILE".into(), ProfileName::in_shell))
    }

    #[must_use]
    pub fn of(plan: &CredentialPlan, device_has_worked: bool) -> Self {
        let steps = plan.steps();
        let mfa = steps.iter().any(|step| step.with_code.is_some());
        let roles: Vec<_> = steps.iter().filter_map(|step| step.call.role()).collect();
        let signer = match steps.last().map(|step| step.call.kind()) {
            Some(CallKind::GetSessionToken) => Signer::Session { mfa },
            Some(_) => Signer::Role { mfa, hops: roles.len() },
            None => match &plan.base {
                Base::StoredKey { .. } => Signer::LongTermKey,
                Base::Source(_) => Signer::Other,
            },
        };
        let mut narrowed_by = Vec::new();
        if let Some(last) = roles.last() {
            if last.policy.is_some() {
                narrowed_by.push("session_policy");
            }
            if !last.policy_arns.is_empty() {
                narrowed_by.push(if last.policy.is_some() { "--read-only" } else { "session_policy" });
            }
        }
        Self {
            profile: plan.profile.clone(),
            key_of: match &plan.base {
                Base::StoredKey { name, .. } => Some(name.clone()),
                Base::Source(_) => None,
            },
            signer,
            partition: steps.last().map(|step| step.endpoint.partition).unwrap_or_default(),
            narrowed_by,
            roles: roles.iter().map(|role| role.arn.to_string()).collect(),
            device_has_worked,
        }
    }
}
