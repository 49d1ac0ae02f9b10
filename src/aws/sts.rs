//! Makes STS calls as a plan's steps describe them. Never decides whether one is needed.

use std::time::Duration;

use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use secrecy::{ExposeSecret, SecretString};

use crate::model::{AccessKeyId, Arn, Credentials, SessionCredentials, Timestamp, TokenCode};
use crate::os::clock;
use crate::plan::{AssumeRole, Step};
use crate::ports::{AwsFault, AwsFaultKind, CallerIdentity, Route, Sts, StsRequest};

use super::AwsClients;
use super::client::Unusable;
use super::fault::{local, not_whole, secrets_of, sort, without};
use super::reply::Reply;

/// How often an incomplete answer is requested again, and the first pause.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

impl AwsClients {
    pub(super) async fn sts(
        &self,
        route: &Route<'_>,
        signer: Option<&Credentials>,
        reply: &Reply,
    ) -> Result<aws_sdk_sts::Client, Unusable> {
        let mut config = aws_sdk_sts::config::Builder::from(&self.config(route, signer).await?).interceptor(reply.clone());
        config.set_endpoint_url(route.url.map(ToString::to_string));
        Ok(aws_sdk_sts::Client::from_conf(config.build()))
    }
}

impl Sts for AwsClients {
    fn caller_identity(&self, signer: &Credentials, route: &Route<'_>) -> Result<CallerIdentity, AwsFault> {
        const CALL: &str = "GetCallerIdentity";
        let answer = self.block_on(CALL, async {
            let reply = Reply::new();
            let client = self.sts(route, Some(signer), &reply).await.map_err(|fault| fault.of(CALL))?;
            let answer = client.get_caller_identity().send().await.map_err(|error| without(secrets_of(signer), sort(CALL, &error)))?;
            let arn = Arn::parse(answer.arn().unwrap_or_default()).map_err(|fault| not_whole(CALL, &fault.0, reply.clock_ahead()))?;
            reply.warn_of_clock();
            Ok(CallerIdentity { arn })
        });
        answer.map_err(|fault: AwsFault| fault.at(route.url))
    }

    fn ready(&self, step: &Step) -> Result<(), AwsFault> {
        self.prepare(step.call.name(), &step.connection)
    }

    fn call(&self, step: &Step, request: &StsRequest<'_>, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault> {
        let answer = self.block_on(step.call.name(), async {
            let mut pause = PAUSE;
            for _ in 1..ATTEMPTS {
                match self.attempt(step, request, code).await {
                    // With a code, there is no retry: AWS may have used it.
                    Err(fault) if fault.kind == AwsFaultKind::NotWhole && code.is_none() => {
                        tracing::info!(operation = step.call.name(), "the answer is incomplete; retrying");
                        tokio::time::sleep(pause).await;
                        pause *= 2;
                    }
                    answer => return answer,
                }
            }
            self.attempt(step, request, code).await
        });
        let answer = answer.map_err(|fault| fault.at(step.endpoint.url.as_ref()));
        answer.map_err(|fault| match request {
            StsRequest::GetSessionToken { signer } | StsRequest::AssumeRole { signer, .. } => {
                without(secrets_of(signer).chain(code.map(TokenCode::expose)), fault)
            }
            StsRequest::AssumeRoleWithWebIdentity { token, .. } => without([token.expose_secret()], fault),
        })
    }
}

impl AwsClients {
    /// How far this machine's clock is ahead of AWS's, in seconds: from the date of the refusal of a request that nobody signed.
    ///
    /// # Errors
    /// When there was no answer with a date.
    pub fn clock_ahead(&self, route: &Route<'_>) -> Result<i64, AwsFault> {
        const CALL: &str = "AssumeRoleWithWebIdentity";
        let answer = self.block_on(CALL, async {
            let reply = Reply::new();
            let client = self.sts(route, None, &reply).await.map_err(|fault| fault.of(CALL))?;
            let request =
                client.assume_role_with_web_identity().role_arn("arn:aws:iam::000000000000:role/clock").role_session_name("clock");
            let answer = request.web_identity_token("none").send().await;
            match (reply.clock_ahead(), answer) {
                (Some(ahead), _) => Ok(ahead),
                (None, Err(error)) => Err(sort(CALL, &error)),
                (None, Ok(_)) => Err(not_whole(CALL, "it has no date", None)),
            }
        });
        answer.map_err(|fault: AwsFault| fault.at(route.url))
    }

    /// One call, with the SDK's own retries.
    async fn attempt(&self, step: &Step, request: &StsRequest<'_>, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault> {
        let (operation, reply) = (step.call.name(), Reply::new());
        let signer = match request {
            StsRequest::GetSessionToken { signer } | StsRequest::AssumeRole { signer, .. } => Some(*signer),
            StsRequest::AssumeRoleWithWebIdentity { .. } => None,
        };
        let client = self.sts(&Route::of(step), signer, &reply).await.map_err(|fault| fault.of(operation))?;
        let session = match request {
            StsRequest::GetSessionToken { .. } => get_session_token(&client, step, code, &reply).await,
            StsRequest::AssumeRole { role, .. } => assume_role(&client, step, role, code, &reply).await,
            StsRequest::AssumeRoleWithWebIdentity { role, token } => {
                assume_role_with_web_identity(&client, step, role, token, &reply).await
            }
        }?;
        reply.warn_of_clock();
        Ok(session)
    }
}

async fn get_session_token(
    client: &aws_sdk_sts::Client,
    step: &Step,
    code: Option<&TokenCode>,
    reply: &Reply,
) -> Result<SessionCredentials, AwsFault> {
    let mut request = client.get_session_token().duration_seconds(seconds(step));
    if let (Some(serial), Some(code)) = (&step.with_code, code) {
        request = request.serial_number(serial.as_str()).token_code(code.expose());
    }
    let answer = request.send().await.map_err(|error| reply.explain(sort(step.call.name(), &error)))?;
    session(step, answer.credentials(), None, reply)
}

async fn assume_role(
    client: &aws_sdk_sts::Client,
    step: &Step,
    role: &AssumeRole,
    code: Option<&TokenCode>,
    reply: &Reply,
) -> Result<SessionCredentials, AwsFault> {
    let call = step.call.name();
    let mut request = client
        .assume_role()
        .role_arn(role.arn.as_str())
        .role_session_name(&role.session_name.text)
        .duration_seconds(seconds(step))
        .set_external_id(role.external_id.clone())
        .set_source_identity(role.source_identity.clone())
        .set_policy(role.policy.clone());
    for arn in &role.policy_arns {
        request = request.policy_arns(PolicyDescriptorType::builder().arn(arn).build());
    }
    for (key, value) in &role.tags {
        let tag = Tag::builder().key(key).value(value).build().map_err(|error| local(call, error.to_string()))?;
        request = request.tags(tag);
    }
    for key in &role.transitive_tags {
        request = request.transitive_tag_keys(key);
    }
    if let (Some(serial), Some(code)) = (&step.with_code, code) {
        request = request.serial_number(serial.as_str()).token_code(code.expose());
    }
    let answer = request.send().await.map_err(|error| reply.explain(sort(call, &error)))?;
    session(step, answer.credentials(), answer.assumed_role_user().map(aws_sdk_sts::types::AssumedRoleUser::arn), reply)
}

async fn assume_role_with_web_identity(
    client: &aws_sdk_sts::Client,
    step: &Step,
    role: &AssumeRole,
    token: &SecretString,
    reply: &Reply,
) -> Result<SessionCredentials, AwsFault> {
    let call = step.call.name();
    let mut request = client
        .assume_role_with_web_identity()
        .role_arn(role.arn.as_str())
        .role_session_name(&role.session_name.text)
        .web_identity_token(token.expose_secret())
        .duration_seconds(seconds(step))
        .set_policy(role.policy.clone());
    for arn in &role.policy_arns {
        request = request.policy_arns(PolicyDescriptorType::builder().arn(arn).build());
    }
    let answer = request.send().await.map_err(|error| sort(call, &error))?;
    session(step, answer.credentials(), answer.assumed_role_user().map(aws_sdk_sts::types::AssumedRoleUser::arn), reply)
}

fn seconds(step: &Step) -> i32 {
    i32::try_from(step.duration.as_secs()).unwrap_or(i32::MAX)
}

/// The session in an answer, if it is complete. Its expiration is by this machine's clock, right or wrong: everything that reads it uses that clock.
fn session(
    step: &Step,
    credentials: Option<&aws_sdk_sts::types::Credentials>,
    assumed_role: Option<&str>,
    reply: &Reply,
) -> Result<SessionCredentials, AwsFault> {
    let lacks = |what: &str| not_whole(step.call.name(), what, reply.clock_ahead());
    // A document that breaks off may contain half a token.
    if !reply.is_whole() {
        return Err(lacks("it is cut short"));
    }
    let credentials = credentials.ok_or_else(|| lacks("it contains no credentials"))?;
    let key_id = AccessKeyId::parse_any(credentials.access_key_id()).map_err(|fault| lacks(&fault.0))?;
    // The SDK fills in missing values: an empty text, and the first second of 1970.
    let (secret, token, ends) = (credentials.secret_access_key(), credentials.session_token(), credentials.expiration().secs());
    if secret.trim().is_empty() {
        return Err(lacks("it contains no secret access key"));
    }
    if token.trim().is_empty() {
        return Err(lacks("it contains no session token"));
    }
    if ends == 0 {
        return Err(lacks("it does not say when the credentials expire"));
    }
    let now = clock::now();
    let expires = Timestamp::from_unix(ends.saturating_add(reply.clock_off().unwrap_or(0)));
    if expires <= now {
        return Err(lacks(&format!("its credentials expired at {}", Timestamp::from_unix(ends))));
    }
    Ok(SessionCredentials {
        key_id,
        secret: SecretString::from(secret),
        token: SecretString::from(token),
        // More than was requested is the effect of a clock that is off.
        expiration: Some(expires.min(now.plus(step.duration))),
        assumed_role: assumed_role.and_then(|arn| Arn::parse(arn).ok()),
        stated_account: None,
    })
}
