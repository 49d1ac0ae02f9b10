//! What a finding is, and the ids and severities that scripts rely on. Never changes an id.

use crate::judge::{Kind, Severity};

use super::super::document::Statement;
use super::super::tree::Span;
use super::cases::Cases;

macro_rules! traps {
    ($($trap:ident, $id:literal, $severity:ident, $about:literal;)+) => {
        /// The traps by their ids.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Id {
            $($trap),+
        }

        impl Id {
            pub const ALL: [Self; KINDS.len()] = [$(Self::$trap),+];
        }

        /// What each id is about, in the order of [`Id::ALL`].
        pub const KINDS: &[Kind] = &[$(Kind { id: $id, severity: Severity::$severity, about: $about }),+];
    };
}

traps! {
    DenyBool, "deny-bool", Error, "A `Deny` with `Bool` lets long-term keys through.";
    AllowBoolIfExists, "allow-bool-if-exists", Error, "An `Allow` with `BoolIfExists` lets long-term keys in.";
    CreateDeviceName, "create-device-name", Error, "MFA devices can be created under one name only.";
    DeviceWithoutMfa, "device-without-mfa", Warning, "MFA devices can be removed without MFA.";
    NotActionMissing, "not-action-missing", Error, "A block of everything without MFA also stops users from setting up MFA.";
    FirstPassword, "first-password", Warning, "New users cannot change the password that they must change at the first sign-in.";
    UsernameOfRole, "username-of-role", Warning, "`${aws:username}` has no value for a role.";
    UserPath, "user-path", Note, "The policy does not match users under a path.";
    Partition, "partition", Error, "An ARN is in another partition than the account.";
    RoleWithoutMfa, "role-without-mfa", Warning, "People can assume the role without MFA.";
    SecondHopMfa, "second-hop-mfa", Error, "A role asks for MFA, but other roles assume it, and the session of a role never has MFA.";
    EveryonesKeys, "everyones-keys", Error, "Everyone can make credentials for everyone.";
    AgeAlone, "age-alone", Error, "A condition on the age of MFA misses long-term keys.";
    MfaOperator, "mfa-operator", Error, "An operator that does not fit the MFA key.";
    MfaValue, "mfa-value", Error, "A value other than true and false.";
    ConditionKey, "condition-key", Error, "A condition key that does not exist.";
    Version, "version", Error, "`${…}` is plain text in this version.";
    NotActionDoor, "not-action-door", Warning, "An exception of the block is a way around it.";
    BearerKeys, "bearer-keys", Note, "Long-lived credentials that never see MFA.";
    SourceIp, "source-ip", Warning, "A condition on the source address does not do what it should.";
    ForeignMfa, "foreign-mfa", Warning, "Another account decides what counts as MFA.";
    Size, "size", Error, "The policy is larger than AWS allows. If the document does not say what it is for, this is a warning.";
    Syntax, "syntax", Error, "Not a policy.";
    Unchecked, "unchecked", Warning, "A policy, or a part of one, that the file does not hold: nothing is known of it.";
}

impl Id {
    #[must_use]
    pub fn kind(self) -> &'static Kind {
        &KINDS[self as usize]
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.kind().id
    }

    #[must_use]
    pub fn severity(self) -> Severity {
        self.kind().severity
    }

    /// The id of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.as_str() == name)
    }
}

/// One trap in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub id: Id,
    /// That of the id, unless less is known here.
    pub severity: Severity,
    /// The index of the statement in the document and its `Sid`; `None`: it is about the whole document.
    pub statement: Option<(usize, Option<String>)>,
    pub span: Span,
    /// What happens because of it: a lower-case clause.
    pub message: String,
    /// What the statement does in the three cases.
    pub effect: Option<Cases>,
    /// The statement as it should be.
    pub corrected: Option<Statement>,
    /// The findings that stay in the corrected statement, because their cure is elsewhere.
    pub remaining: Vec<Id>,
    /// What to do, in the imperative.
    pub fix: String,
}

impl Finding {
    /// A finding about the whole document.
    #[must_use]
    pub fn of_document(id: Id, span: Span, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            id,
            severity: id.severity(),
            statement: None,
            span,
            message: message.into(),
            effect: None,
            corrected: None,
            remaining: Vec::new(),
            fix: fix.into(),
        }
    }

    /// A finding in this statement.
    #[must_use]
    pub fn new(id: Id, statement: &Statement, span: Span, message: impl Into<String>, fix: impl Into<String>) -> Self {
        let named = Some((statement.index, statement.sid.as_ref().map(|sid| sid.value.clone())));
        Self { statement: named, ..Self::of_document(id, span, message, fix) }
    }

    #[must_use]
    pub fn effect(mut self, cases: Cases) -> Self {
        self.effect = Some(cases);
        self
    }

    #[must_use]
    pub fn corrected(mut self, statement: Statement) -> Self {
        self.corrected = Some(statement);
        self
    }

    #[must_use]
    pub fn maybe_corrected(mut self, statement: Option<Statement>) -> Self {
        self.corrected = statement;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_single_and_are_found_by_their_names() {
        for id in Id::ALL {
            assert_eq!(Id::parse(id.as_str()), Some(id));
        }
        let mut names: Vec<_> = Id::ALL.iter().map(|id| id.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Id::ALL.len());
    }
}
