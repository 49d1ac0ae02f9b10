//! What a statement does in the three cases of MFA: absent, false and true. Never weighs one statement against another.

use super::super::document::{Effect, Statement};
use super::super::evaluate::{Context, Mfa, Request, conditions_hold, covers};
use super::mfa_keys::is_about_mfa;

/// Whether the statement applies with MFA absent, false and true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cases {
    pub effect: Effect,
    pub applies: [bool; 3],
}

impl Cases {
    #[must_use]
    pub fn of(effect: Effect, applies: impl Fn(Mfa) -> bool) -> Self {
        Self { effect, applies: Mfa::ALL.map(applies) }
    }

    /// The same whatever is known of MFA.
    #[must_use]
    pub fn always(effect: Effect, applies: bool) -> Self {
        Self { effect, applies: [applies; 3] }
    }

    #[must_use]
    pub fn in_case(&self, mfa: Mfa) -> bool {
        self.applies[mfa as usize]
    }

    /// What the statement does in this case, in words that scripts rely on.
    #[must_use]
    pub fn word(&self, mfa: Mfa) -> &'static str {
        match (self.effect, self.in_case(mfa)) {
            (Effect::Deny, true) => "denied",
            (Effect::Deny, false) => "not denied",
            (Effect::Allow, true) => "allowed",
            (Effect::Allow, false) => "not allowed",
        }
    }

    /// Whether it does what a condition on MFA is for: deny without, or allow with it.
    #[must_use]
    pub fn are_right(&self) -> bool {
        match self.effect {
            Effect::Deny => self.applies == [true, true, false],
            Effect::Allow => self.applies == [false, false, true],
        }
    }
}

/// What the statement does in the three cases, if its other conditions hold.
#[must_use]
pub fn mfa_cases(statement: &Statement) -> Cases {
    Cases::of(statement.effect, |mfa| conditions_hold(statement, true, &mfa.context(), &is_about_mfa))
}

/// What it makes of this request in the three cases, if its conditions on anything but MFA hold.
#[must_use]
pub(in super::super) fn cases_of(statement: &Statement, variables: bool, request: &Request) -> Cases {
    let covered = covers(statement, variables, request);
    let within = |mfa: Mfa| mfa.added_to(Context::clone(&request.context));
    Cases::of(statement.effect, |mfa| covered && conditions_hold(statement, variables, &within(mfa), &is_about_mfa))
}
