//! Asks AWS about a request that it refused. Never makes a request again.

use aws_sdk_iamtoolbox::types::EvaluatedEffect;
use aws_smithy_types::Document;

use crate::model::Credentials;
use crate::ports::{AwsFault, KeptRefusal, RefusalDetails, Route};

use super::AwsClients;
use super::fault::{secrets_of, sort, without};
use super::reply::Reply;

const MFA_PRESENT: &str = "aws:MultiFactorAuthPresent";

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
        let answer = self.clients.block_on(CALL, async {
            let config = self.clients.config(&self.toolbox, Some(self.signer)).await.map_err(|fault| fault.of(CALL))?;
            let mut own = aws_sdk_iamtoolbox::config::Builder::from(&config).interceptor(Reply::new());
            own.set_endpoint_url(self.toolbox.url.map(str::to_owned));
            let client = aws_sdk_iamtoolbox::Client::from_conf(own.build());
            let answer = client.get_request_authorization_details().authorization_id(authorization_id).send().await;
            Ok(kept(&answer.map_err(|error| sort(CALL, &error))?))
        });
        answer.map_err(|fault| without(secrets_of(self.signer), fault))
    }
}

type Answer = aws_sdk_iamtoolbox::operation::get_request_authorization_details::GetRequestAuthorizationDetailsOutput;

fn kept(answer: &Answer) -> KeptRefusal {
    let evaluations = answer.evaluations();
    let present = |(key, value): (&String, &Document)| key.eq_ignore_ascii_case(MFA_PRESENT).then(|| text(value)).flatten();
    let mfa_present = answer.request_context().iter().find_map(present);
    let policies = evaluations.iter().flat_map(aws_sdk_iamtoolbox::types::Evaluation::matched_policies).map(|policy| {
        let sids = policy.matched_statements().iter().filter_map(|statement| statement.sid().map(str::to_owned));
        (policy.uri().to_owned(), sids.collect())
    });
    let effects: Vec<_> = evaluations.iter().filter_map(aws_sdk_iamtoolbox::types::Evaluation::evaluated_effect).collect();
    KeptRefusal {
        mfa_present,
        action: evaluations.first().map(|evaluation| evaluation.action().to_owned()),
        explicit_deny: (!effects.is_empty()).then(|| effects.contains(&&EvaluatedEffect::ExplicitDeny)),
        policies: policies.collect(),
    }
}

/// A condition key may have one value or several.
fn text(value: &Document) -> Option<String> {
    match value {
        Document::String(text) => Some(text.clone()),
        Document::Bool(value) => Some(value.to_string()),
        Document::Array(values) => values.first().and_then(text),
        _ => None,
    }
}
