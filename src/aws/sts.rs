//! Makes STS calls as a plan's steps describe them. Never decides whether one is needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_sts::config::interceptors::FinalizerInterceptorContextRef;
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::BoxError;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use secrecy::{ExposeSecret, SecretString};

use crate::model::{AccessKeyId, Arn, Credentials, SessionCredentials, Timestamp, TokenCode};
use crate::plan::{AssumeRole, Call, Step};
use crate::ports::{AwsFault, AwsFaultKind, Signer, Sts};

use super::client::Unusable;
use super::fault::{local, sort, unfit};
use super::{AwsClients, Route};

/// Who AWS says that a key belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    pub arn: Arn,
}

impl CallerIdentity {
    /// The name that IAM knows the user by: the last part of the ARN, since users can have paths.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.arn.resource().strip_prefix("user/").and_then(|path| path.rsplit('/').next())
    }
}

impl AwsClients<'_> {
    async fn sts(&self, route: &Route<'_>, signer: Option<&Credentials>) -> Result<aws_sdk_sts::Client, Unusable> {
        let mut config = aws_sdk_sts::config::Builder::from(&self.config(route, signer).await?);
        config.set_endpoint_url(route.url.map(str::to_owned));
        Ok(aws_sdk_sts::Client::from_conf(config.build()))
    }

    /// Asks AWS whom the credentials belong to, which needs no permission and cannot be denied.
    ///
    /// # Errors
    /// See [`AwsFault`].
    pub fn caller_identity(&self, signer: &Credentials, route: &Route<'_>) -> Result<CallerIdentity, AwsFault> {
        const CALL: &str = "GetCallerIdentity";
        self.block_on(CALL, async {
            let client = self.sts(route, Some(signer)).await.map_err(|fault| fault.of(CALL))?;
            let answer = client.get_caller_identity().send().await.map_err(|error| sort(CALL, &error))?;
            let arn = Arn::parse(answer.arn().unwrap_or_default()).map_err(|fault| unfit(CALL, fault.0))?;
            Ok(CallerIdentity { arn })
        })
    }
}

impl Sts for AwsClients<'_> {
    fn ready(&self, step: &Step) -> Result<(), AwsFault> {
        self.prepare(step.call.name(), &step.connection)
    }

    fn call(&self, step: &Step, signer: &Signer, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault> {
        let operation = step.call.name();
        self.block_on(operation, async {
            let credentials = match signer {
                Signer::Credentials(credentials) => Some(credentials),
                Signer::WebIdentityToken(_) => None,
            };
            let client = self.sts(&Route::of(step), credentials).await.map_err(|fault| fault.of(operation))?;
            match (&step.call, signer) {
                (Call::GetSessionToken, Signer::Credentials(_)) => get_session_token(&client, step, code).await,
                (Call::AssumeRole(role), Signer::Credentials(_)) => assume_role(&client, step, role, code).await,
                (Call::AssumeRoleWithWebIdentity(role), Signer::WebIdentityToken(token)) => {
                    assume_role_with_web_identity(&client, step, role, token).await
                }
                _ => Err(local(operation, "the call and what signs it do not fit together".to_owned())),
            }
        })
    }
}

async fn get_session_token(client: &aws_sdk_sts::Client, step: &Step, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault> {
    let mut request = client.get_session_token().duration_seconds(seconds(step));
    if let (Some(serial), Some(code)) = (&step.with_code, code) {
        request = request.serial_number(serial.as_str()).token_code(code.expose());
    }
    let unanswered = Unanswered::default();
    let answer = request.customize().interceptor(unanswered.clone()).send().await;
    let answer = answer.map_err(|error| unanswered.explain(sort(step.call.name(), &error)))?;
    session(step.call.name(), answer.credentials(), None)
}

async fn assume_role(
    client: &aws_sdk_sts::Client,
    step: &Step,
    role: &AssumeRole,
    code: Option<&TokenCode>,
) -> Result<SessionCredentials, AwsFault> {
    let call = step.call.name();
    let mut request = client
        .assume_role()
        .role_arn(role.arn.as_str())
        .role_session_name(&role.session_name)
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
    let unanswered = Unanswered::default();
    let answer = request.customize().interceptor(unanswered.clone()).send().await;
    let answer = answer.map_err(|error| unanswered.explain(sort(call, &error)))?;
    session(call, answer.credentials(), answer.assumed_role_user().map(aws_sdk_sts::types::AssumedRoleUser::arn))
}

/// Whether an attempt of a call got no answer, or none that says what was done: the SDK tries again by itself, with the same code.
#[derive(Debug, Clone, Default)]
struct Unanswered(Arc<AtomicBool>);

impl Intercept for Unanswered {
    fn name(&self) -> &'static str {
        "Unanswered"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_none_or(|answer| answer.status().is_server_error()) {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Unanswered {
    fn explain(&self, fault: AwsFault) -> AwsFault {
        match fault.kind {
            AwsFaultKind::InvalidCode if self.0.load(Ordering::Relaxed) => AwsFault { kind: AwsFaultKind::CodeMayBeUsed, ..fault },
            _ => fault,
        }
    }
}

async fn assume_role_with_web_identity(
    client: &aws_sdk_sts::Client,
    step: &Step,
    role: &AssumeRole,
    token: &SecretString,
) -> Result<SessionCredentials, AwsFault> {
    let call = step.call.name();
    let mut request = client
        .assume_role_with_web_identity()
        .role_arn(role.arn.as_str())
        .role_session_name(&role.session_name)
        .web_identity_token(token.expose_secret())
        .duration_seconds(seconds(step))
        .set_policy(role.policy.clone());
    for arn in &role.policy_arns {
        request = request.policy_arns(PolicyDescriptorType::builder().arn(arn).build());
    }
    let answer = request.send().await.map_err(|error| sort(call, &error))?;
    session(call, answer.credentials(), answer.assumed_role_user().map(aws_sdk_sts::types::AssumedRoleUser::arn))
}

fn seconds(step: &Step) -> i32 {
    i32::try_from(step.duration.as_secs()).unwrap_or(i32::MAX)
}

fn session(
    call: &'static str,
    credentials: Option<&aws_sdk_sts::types::Credentials>,
    assumed_role: Option<&str>,
) -> Result<SessionCredentials, AwsFault> {
    let credentials = credentials.ok_or_else(|| unfit(call, "the answer holds no credentials".to_owned()))?;
    let key_id = AccessKeyId::parse_any(credentials.access_key_id()).map_err(|fault| unfit(call, fault.0))?;
    Ok(SessionCredentials {
        key_id,
        secret: SecretString::from(credentials.secret_access_key()),
        token: SecretString::from(credentials.session_token()),
        expiration: Some(Timestamp::from_unix(credentials.expiration().secs())),
        assumed_role: assumed_role.and_then(|arn| Arn::parse(arn).ok()),
    })
}
