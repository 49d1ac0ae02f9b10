//! Asks AWS about a request that it refused. Never makes a request again.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sts::config::interceptors::{BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextRef};
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::BoxError;
use serde_json::Value;

use crate::judge::policy::evaluate::Mfa;
use crate::model::{Credentials, in_percent};
use crate::ports::{AwsFault, KeptPolicy, KeptRefusal, RefusalDetails, Route};

use super::AwsClients;
use super::fault::{not_whole, secrets_of, sort, without};
use super::reply::Reply;

/// The two APIs that tell of refusals.
pub struct RefusalClient<'a> {
    pub clients: &'a AwsClients,
    pub signer: &'a Credentials,
    pub sts: Route<'a>,
    pub toolbox: Route<'a>,
}

impl RefusalDetails for RefusalClient<'_> {
    fn decoded(&self, message: &str) -> Result<String, AwsFault> {
        const CALL: &str = "DecodeAuthorizationMessage";
        let answer = self.clients.block_on(CALL, async {
            let reply = Reply::new();
            let client = self.clients.sts(&self.sts, Some(self.signer), &reply).await.map_err(|fault| fault.of(CALL))?;
            let answer = client.decode_authorization_message().encoded_message(message).send().await;
            Ok(answer.map_err(|error| sort(CALL, &error))?.decoded_message().unwrap_or_default().to_owned())
        });
        answer.map_err(|fault| without(secrets_of(self.signer), fault))
    }

    fn kept(&self, authorization_id: &str) -> Result<KeptRefusal, AwsFault> {
        const CALL: &str = "GetRequestAuthorizationDetails";
        self.asked(CALL, authorization_id, None).map(|answer| kept(&answer))
    }

    fn policy(&self, authorization_id: &str, uri: &str) -> Result<String, AwsFault> {
        const CALL: &str = "GetRequestAuthorizationPolicy";
        let answer = self.asked(CALL, authorization_id, Some(uri))?;
        let document = &answer["policyDocument"];
        if document.is_object() { Ok(document.to_string()) } else { Err(not_whole(CALL, "it has no policy document", None)) }
    }
}

impl RefusalClient<'_> {
    /// What IAM's toolbox answers about this refusal, or about a policy that decided it.
    fn asked(&self, call: &'static str, authorization_id: &str, policy: Option<&str>) -> Result<Value, AwsFault> {
        let raw = Raw { policy: policy.map(str::to_owned), body: Arc::default() };
        let answer = self.clients.block_on(call, async {
            let config = self.clients.config(&self.toolbox, Some(self.signer)).await.map_err(|fault| fault.of(call))?;
            let mut own = aws_sdk_iamtoolbox::config::Builder::from(&config).interceptor(Reply::new()).interceptor(raw.clone());
            own.set_endpoint_url(self.toolbox.url.map(ToString::to_string));
            let client = aws_sdk_iamtoolbox::Client::from_conf(own.build());
            client.get_request_authorization_details().authorization_id(authorization_id).send().await.map_err(|error| sort(call, &error))
        });
        answer.map_err(|fault| without(secrets_of(self.signer), fault).at(self.toolbox.url))?;
        let body = std::mem::take(&mut *raw.body.lock().unwrap_or_else(PoisonError::into_inner));
        serde_json::from_slice(&body).map_err(|_| not_whole(call, "it is not JSON", None))
    }
}

/// Turns the one call that the SDK knows into the call for a policy if one is asked for. Keeps the answer as AWS sent it: the SDK drops
/// fields that are newer than itself, such as `checks`.
#[derive(Debug, Clone)]
struct Raw {
    policy: Option<String>,
    body: Arc<Mutex<Vec<u8>>>,
}

impl Intercept for Raw {
    fn name(&self) -> &'static str {
        "Raw"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(policy) = &self.policy {
            let request = context.request_mut();
            let of_policy = format!("{}/policy?policyUri={}", request.uri(), in_percent(policy));
            request.set_uri(of_policy)?;
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().and_then(|answer| answer.body().bytes()).unwrap_or_default();
        body.clone_into(&mut self.body.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}

pub(super) fn kept(answer: &Value) -> KeptRefusal {
    let evaluations = items(&answer["evaluations"]);
    let mut context = answer["requestContext"].as_object().into_iter().flatten();
    let mfa_present = context.find_map(|(key, value)| key.eq_ignore_ascii_case(Mfa::PRESENT).then(|| text(value)).flatten());
    let effects: Vec<_> = evaluations.iter().filter_map(|evaluation| evaluation["evaluatedEffect"].as_str()).collect();
    let explicit_deny = (!effects.is_empty()).then(|| effects.contains(&"EXPLICIT_DENY"));
    let checks = evaluations.iter().flat_map(|evaluation| items(&evaluation["checks"]));
    let mut policies: Vec<KeptPolicy> = Vec::new();
    for matched in evaluations.iter().chain(checks).flat_map(|of| items(&of["matchedPolicies"])) {
        let Some(uri) = matched["uri"].as_str() else { continue };
        // Where there is a `Deny`, no `Allow` decided.
        let decided = |statement: &&Value| explicit_deny != Some(true) || statement["evaluatedEffect"] != "ALLOW";
        let sids: Vec<_> = items(&matched["matchedStatements"]).iter().filter(decided).filter_map(|one| one["sid"].as_str()).collect();
        if sids.is_empty() {
            continue;
        }
        // The old form, the new form, and several evaluations may all name the same policy.
        let at = policies.iter().position(|policy| policy.uri == uri).unwrap_or_else(|| {
            policies.push(KeptPolicy { uri: uri.to_owned(), sids: Vec::new() });
            policies.len() - 1
        });
        for sid in sids {
            if !policies[at].sids.iter().any(|known| known == sid) {
                policies[at].sids.push(sid.to_owned());
            }
        }
    }
    let action = evaluations.first().and_then(|evaluation| evaluation["action"].as_str()).map(str::to_owned);
    KeptRefusal { mfa_present, action, explicit_deny, policies }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A condition key may have one value or several.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Array(values) => values.first().and_then(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decided_is_read_from_the_old_form_and_from_the_new_one() {
        let matched = |effect: &str| serde_json::json!([{"uri": "p", "matchedStatements": [{"sid": "A", "evaluatedEffect": effect}]}]);
        let refusal = |evaluation: Value| {
            kept(&serde_json::json!({
                "requestContext": {"aws:multifactorauthpresent": ["false"]},
                "evaluations": [evaluation],
            }))
        };
        let policies = vec![KeptPolicy { uri: "p".to_owned(), sids: vec!["A".to_owned()] }];
        for evaluation in [
            serde_json::json!({"action": "s3:X", "evaluatedEffect": "EXPLICIT_DENY", "matchedPolicies": matched("DENY")}),
            serde_json::json!({"action": "s3:X", "evaluatedEffect": "EXPLICIT_DENY", "checks": [{"matchedPolicies": matched("DENY")}]}),
            serde_json::json!({
                "action": "s3:X", "evaluatedEffect": "EXPLICIT_DENY", "matchedPolicies": matched("DENY"),
                "checks": [{"matchedPolicies": matched("DENY")}],
            }),
        ] {
            let found = refusal(evaluation);
            assert_eq!((found.explicit_deny, &found.policies, found.mfa_present.as_deref()), (Some(true), &policies, Some("false")));
        }
        let of = |sid: &str| serde_json::json!([{"uri": "p", "matchedStatements": [{"sid": sid, "evaluatedEffect": "DENY"}]}]);
        let twice = refusal(serde_json::json!({
            "evaluatedEffect": "EXPLICIT_DENY", "matchedPolicies": of("A"), "checks": [{"matchedPolicies": of("A")}, {"matchedPolicies": of("B")}],
        }));
        assert_eq!(twice.policies, [KeptPolicy { uri: "p".to_owned(), sids: vec!["A".to_owned(), "B".to_owned()] }], "each statement once");
        let allowing = refusal(serde_json::json!({"evaluatedEffect": "EXPLICIT_DENY", "matchedPolicies": matched("ALLOW")}));
        assert_eq!((allowing.explicit_deny, allowing.policies.len()), (Some(true), 0), "an `Allow` did not decide");
        for nonsense in ["null", "[]", "{\"evaluations\": 3}", "{\"evaluations\": [{\"checks\": \"x\", \"matchedPolicies\": [7]}]}"] {
            assert_eq!(kept(&serde_json::from_str(nonsense).unwrap()), KeptRefusal::default(), "{nonsense}");
        }
    }
}
