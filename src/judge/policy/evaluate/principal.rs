//! Decides whether a statement is about the caller. Never decides what the caller may do.

use super::super::document::{PrincipalKind, Statement, Who};
use super::request::Caller;

/// Whether the statement is about the caller. One without `Principal` is about whom it is attached to.
pub(super) fn matches(statement: &Statement, caller: &Caller) -> bool {
    statement.principal.as_ref().is_none_or(|principal| principal.who.iter().any(|who| is(who, caller)) != principal.negated)
}

/// Whether the statement names the caller, rather than its whole account.
pub(super) fn names(statement: &Statement, caller: &Caller) -> bool {
    statement.principal.as_ref().is_some_and(|principal| {
        !principal.negated
            && principal.who.iter().any(|who| is(who, caller) && who.name.value != caller.account && !is_root(&who.name.value))
    })
}

fn is_root(name: &str) -> bool {
    name.starts_with("arn:") && name.ends_with(":root")
}

fn is(who: &Who, caller: &Caller) -> bool {
    let name = who.name.value.as_str();
    match who.kind {
        PrincipalKind::Everyone => true,
        PrincipalKind::Aws => {
            let account = account_of(name);
            name == "*"
                || name == caller.arn
                || account.is_some_and(|account| account == caller.account && (account == name || is_root(name)))
                || is_session_of(name, &caller.arn)
        }
        // No caller here is a service or comes from an identity provider.
        _ => false,
    }
}

/// The account that a principal is, or is in.
pub(in super::super) fn account_of(name: &str) -> Option<&str> {
    let account = if name.starts_with("arn:") { name.split(':').nth(4)? } else { name };
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then_some(account)
}

/// Whether the name is `arn:…:sts::ACCOUNT:assumed-role/ROLE/SESSION` of this role.
fn is_session_of(name: &str, role: &str) -> bool {
    let parts = |arn| {
        let mut parts = str::splitn(arn, 6, ':').skip(2);
        Some((parts.next()?, parts.nth(1)?, parts.next()?))
    };
    let (Some(("sts", account, session)), Some(("iam", of, resource))) = (parts(name), parts(role)) else { return false };
    let assumed = session.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
    account == of && assumed.is_some() && resource.strip_prefix("role/").map(|path| path.rsplit('/').next()) == Some(assumed)
}
