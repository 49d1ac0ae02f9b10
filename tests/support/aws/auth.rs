//! Decides who signed a request: key known and active, session alive with its token, clock close enough, signature right.

use std::time::Duration;

use super::clock::{Clock, Moment, compact, parse_compact};
use super::http::Wire;
use super::refusal::Refusal;
use super::sigv4::Signature;
use super::state::{By, Caller, World};

const WINDOW: Duration = Duration::from_mins(5);

/// The caller, or AWS's refusal. `service` is the called one, whatever the signature says.
pub fn authenticate(world: &mut World, clock: &Clock, wire: &Wire, service: &str) -> Result<Caller, Refusal> {
    let signature = Signature::read(wire)?;
    if signature.service != service {
        return Err(Refusal::signature(format!("Credential should be scoped to correct service: '{service}'. ")));
    }
    if !is_region(&signature.region) {
        return Err(Refusal::signature("Credential should be scoped to a valid region. "));
    }
    let token = wire.header("x-amz-security-token");
    let (secret, caller, expires) = look_up(world, &signature.key_id, token.as_deref(), (service, clock.now()))?;
    check_time(&signature.timestamp, clock.now())?;
    if !signature.is_by(&secret, wire) {
        return Err(mismatch(&signature, wire));
    }
    if expires.is_some_and(|expires| expires <= clock.now()) {
        return Err(Refusal::new(403, "ExpiredToken", "The security token included in the request is expired"));
    }
    if service == "sts" && world.disabled_regions.contains(&signature.region) {
        return Err(Refusal::new(
            403,
            "RegionDisabledException",
            format!(
                "STS is not activated in this region for account:{}. Your account administrator can activate STS in this region using \
                 the IAM Console.",
                caller.account
            ),
        ));
    }
    if let By::LongTerm { .. } = caller.by {
        let key = world.key_mut(&caller.key_id);
        (key.last_used, key.last_use) = (Some(clock.now()), (service.to_owned(), signature.region));
    }
    Ok(caller)
}

/// AWS's refusal of a signature, which repeats the request, session token included.
fn mismatch(signature: &Signature, wire: &Wire) -> Refusal {
    Refusal::signature(format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing \
         method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'{}'\n\n\
         The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n{}\n'\n",
        signature.canonical_request(wire),
        signature.timestamp,
    ))
}

/// The refusal of a request with a wrong signature.
pub fn refuse_signature(wire: &Wire) -> Refusal {
    Signature::read(wire).map_or_else(|refusal| refusal, |signature| mismatch(&signature, wire))
}

fn look_up(
    world: &World,
    key_id: &str,
    token: Option<&str>,
    (service, now): (&str, Moment),
) -> Result<(String, Caller, Option<Moment>), Refusal> {
    if let Some(session) = world.sessions.get(key_id) {
        let fits = token == Some(&session.token);
        let found = || (session.secret.clone(), session.caller.clone(), Some(session.expires));
        return fits.then(found).ok_or_else(Refusal::invalid_token);
    }
    let mut owned = world.users.iter().enumerate().flat_map(|(index, user)| user.keys.iter().map(move |key| (index, user, key)));
    match owned.find(|(_, _, key)| key.id == key_id && key.active && token.is_none() && key.known_at.at(service) <= now) {
        Some((index, user, key)) => {
            let caller = Caller {
                key_id: key.id.clone(),
                arn: user.arn(),
                user_id: user.id.clone(),
                account: user.account.clone(),
                by: By::LongTerm { user: index },
            };
            Ok((key.secret.clone(), caller, None))
        }
        None => Err(Refusal::invalid_token()),
    }
}

fn check_time(timestamp: &str, now: Moment) -> Result<(), Refusal> {
    let Some(signed) = parse_compact(timestamp) else {
        return Err(Refusal::incomplete_signature(format!(
            "Date must be in ISO-8601 'basic format'. Got '{timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )));
    };
    let (oldest, newest, written) = (now.saturating_sub(WINDOW), now + WINDOW, compact(now));
    if signed.as_secs() < oldest.as_secs() {
        let oldest = compact(oldest);
        return Err(Refusal::signature(format!("Signature expired: {timestamp} is now earlier than {oldest} ({written} - 5 min.)")));
    }
    if signed > newest {
        let newest = compact(newest);
        return Err(Refusal::signature(format!(
            "Signature not yet current: {timestamp} is still later than {newest} ({written} + 5 min.)"
        )));
    }
    Ok(())
}

fn is_region(region: &str) -> bool {
    region == "aws-global" || region.split('-').count() >= 3 && region.ends_with(|last: char| last.is_ascii_digit())
}
