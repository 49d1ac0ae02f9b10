//! AWS's details about a refused request: IAM's toolbox (`GetRequestAuthorizationDetails`, `GetRequestAuthorizationPolicy`), and encoded
//! messages.
//!
//! <https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_GetRequestAuthorizationDetails.html>

use std::time::Duration;

use serde_json::{Value, json};

use super::clock::Moment;
use super::http::Wire;
use super::params::Params;
use super::policy::WITHOUT_MFA;
use super::refusal::Refusal;
use super::state::{Caller, World};

/// AWS keeps details for at least a day; the stand-in for exactly that.
const KEPT: Duration = Duration::from_hours(24);

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub action: String,
    pub resource: String,
    pub principal: String,
    pub user_id: String,
    pub account: String,
    /// The value of `aws:MultiFactorAuthPresent`, if the request has it.
    pub mfa: Option<bool>,
    /// Whether the policy that blocks without MFA denied it; if not, no policy allows it.
    pub blocked: bool,
}

/// The details that AWS keeps of a refusal.
pub struct Kept {
    id: String,
    region: String,
    until: Moment,
    why: Box<Why>,
}

/// The Sid of the statement that blocks without MFA.
const SID: &str = "DenyAllWithoutMFA";

/// The policy that blocks without MFA, as [`World::authorize`] applies it.
fn block() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"},
            {
                "Sid": SID,
                "Effect": "Deny",
                "NotAction": WITHOUT_MFA,
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            },
        ],
    })
}

/// The ARN of the policy that blocks without MFA.
fn block_arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:policy/ForceMFA")
}

/// The two calls, by their paths.
pub fn action(wire: &Wire) -> Option<&'static str> {
    let rest = wire.path.strip_prefix("/authorization-details/").filter(|_| wire.method == "GET")?;
    match rest.split_once('/') {
        None => Some("GetRequestAuthorizationDetails"),
        Some((_, "policy")) => Some("GetRequestAuthorizationPolicy"),
        Some(_) => None,
    }
}

pub fn call(world: &World, now: Moment, action: &str, wire: &Wire, caller: &Caller) -> Result<String, Refusal> {
    world.authorize(caller, &format!("iam:{action}"), "", caller.mfa_at().is_some()).map_err(|refusal| Refusal {
        code: "AccessDeniedException".to_owned(),
        why: None,
        ..refusal
    })?;
    let id = wire.path.split('/').nth(2).unwrap_or_default();
    if id.is_empty() || id.len() > 256 || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Err(Refusal::new(400, "ValidationException", "The authorization ID is not valid."));
    }
    let region = wire.signer().1.unwrap_or_default();
    let kept =
        world.kept.iter().find(|kept| kept.id == id && kept.region == region && kept.until > now && kept.why.account == caller.account);
    let missing = || {
        let message = "The requested authorization details do not exist in this region or have expired.";
        Refusal::new(404, "ResourceNotFoundException", message)
    };
    let Kept { why, .. } = kept.ok_or_else(missing)?;
    let answer = if action == "GetRequestAuthorizationPolicy" {
        let query = Params::parse(&wire.query);
        let uri = query.get("policyUri").filter(|uri| (1..=2048).contains(&uri.len()));
        let uri = uri.ok_or_else(|| Refusal::new(400, "ValidationException", "policyUri is required."))?;
        if !why.blocked || uri != block_arn(&why.account) {
            return Err(missing());
        }
        json!({"policyDocument": block()})
    } else {
        details(why)
    };
    Ok(answer.to_string())
}

fn details(why: &Why) -> Value {
    let mut context = json!({"aws:PrincipalArn": why.principal, "aws:SecureTransport": true});
    if let Some(mfa) = why.mfa {
        context["aws:MultiFactorAuthPresent"] = mfa.into();
    }
    let uri = block_arn(&why.account);
    let matched = json!([{"uri": uri, "matchedStatements": [{"sid": SID, "evaluatedEffect": "DENY"}]}]);
    let effect = if why.blocked { "EXPLICIT_DENY" } else { "IMPLICIT_DENY" };
    let mut evaluation = json!({"action": why.action, "resource": why.resource, "context": {}, "evaluatedEffect": effect});
    if why.blocked {
        evaluation["matchedPolicies"] = matched.clone();
        evaluation["checks"] = json!([{"checkType": "PRINCIPAL", "evaluatedEffect": effect, "matchedPolicies": matched}]);
    }
    let policy = json!({"type": "IDENTITY_BASED_POLICY", "inline": false, "uri": uri, "attachedTo": [{"arn": why.principal}]});
    json!({"requestContext": context, "evaluations": [evaluation], "policies": [policy]})
}

impl World {
    /// Keeps the details of a refusal, and adds their id to its text, as AWS does since 2026.
    pub fn explain(&mut self, refusal: Refusal, region: &str, now: Moment) -> Refusal {
        let Some(why) = refusal.why.clone().filter(|_| self.keeps_refusals) else { return refusal };
        let id = super::sigv4::hex(&self.random.bytes::<16>());
        let named = if why.blocked { format!(": {}", block_arn(&why.account)) } else { String::new() };
        let at = format!("https://{region}.console.aws.amazon.com/iam/home?region={region}#/authorization-details/{id}");
        let message = format!(
            "{}{named}. Go to {at} for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: {id}",
            refusal.message
        );
        self.kept.push(Kept { id, region: region.to_owned(), until: now + KEPT, why });
        Refusal { message, ..refusal }
    }

    /// The same refusal with its reason encoded, as in EC2's answers.
    pub fn encode(&mut self, refusal: &Refusal) -> Refusal {
        let Some(why) = refusal.why.clone() else { return refusal.clone() };
        let message: String = (0..8).map(|_| super::sigv4::hex(&self.random.bytes::<32>())).collect::<Vec<_>>().join("-");
        let text = format!("You are not authorized to perform this operation. Encoded authorization failure message: {message}");
        self.encoded.push((message, decoded(&why)));
        Refusal::new(403, "UnauthorizedOperation", text)
    }

    /// `sts:DecodeAuthorizationMessage`.
    pub fn decode(&self, message: &str) -> Option<&str> {
        self.encoded.iter().find(|(encoded, _)| encoded == message).map(|(_, decoded)| decoded.as_str())
    }
}

/// The document in an encoded message, as <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html> shows it.
fn decoded(why: &Why) -> String {
    let values = |value: &str| json!({"items": [{"value": value}]});
    let present = why.mfa.map(|mfa| json!({"key": "aws:MultiFactorAuthPresent", "values": values(&mfa.to_string())}));
    let region = json!({"key": "aws:Region", "values": values("us-east-1")});
    let statement = json!({
        "statementId": SID,
        "effect": "DENY",
        "principals": values(&why.user_id),
        "principalGroups": {"items": []},
        "actions": values(&why.action),
        "resources": values("*"),
        "conditions": {"items": [{"key": "aws:MultiFactorAuthPresent", "values": values("false")}]},
    });
    json!({
        "allowed": false,
        "explicitDeny": why.blocked,
        "matchedStatements": {"items": if why.blocked { vec![statement] } else { Vec::new() }},
        "failures": {"items": []},
        "context": {
            "principal": {"id": why.user_id, "arn": why.principal},
            "action": why.action,
            "resource": why.resource,
            "conditions": {"items": present.into_iter().chain([region]).collect::<Vec<_>>()},
        },
    })
    .to_string()
}
