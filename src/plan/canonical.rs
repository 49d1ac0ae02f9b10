//! Decides what makes two session requests the same: a hash over everything that shapes the session. Never shortens that list.

use sha2::{Digest, Sha256};

use crate::model::{MfaSerial, SessionDuration};

use super::start::Start;
use super::{Call, Program, ProgramKind, SessionKey, Step, StsEndpoint, TokenFrom};

/// The key of the session that `call` makes on top of `parent`.
///
/// The region of AWS's own endpoint is left out: every region's STS returns the same session, and a
/// different `AWS_REGION` must not cost the user another code.
// Security: a session that the user confirmed with the profile's name must not serve the same request under another name.
#[must_use]
pub(super) fn session_key(
    parent: &Parent<'_>,
    call: &Call,
    duration: SessionDuration,
    serial: Option<&MfaSerial>,
    endpoint: &StsEndpoint,
    protected: bool,
) -> SessionKey {
    let mut form = Form::new("vault session 1");
    match parent {
        Parent::Start(Start::StoredKey { name: _, key_id }) => form.add("key").add(key_id.as_str()),
        Parent::Start(Start::Program(Program { profile, kind })) => match kind {
            ProgramKind::CredentialProcess { command, .. } => form.add("process").add(command.as_str()),
            ProgramKind::AwsCli { key, identity } => {
                form.add("aws cli").add(key.as_str()).add(profile.as_str()).count(identity.len());
                identity.iter().fold(&mut form, |form, (key, value)| form.add(key).add(value))
            }
        },
        Parent::Start(Start::Token { token, .. }) => match &token.from {
            TokenFrom::File { path } => form.add("token file").add(path),
            TokenFrom::Process { command } => form.add("token process").add(command.as_str()),
        },
        Parent::Step(key) => form.add("step").add(key.as_str()),
    };
    form.add(call.name()).add(endpoint.partition.as_str()).maybe(endpoint.url.as_deref());
    form.add(&duration.as_secs().to_string()).maybe(serial.map(MfaSerial::as_str));
    if let Some(role) = call.role() {
        form.add(role.arn.as_str()).add(&role.session_name.text).maybe(role.external_id.as_deref());
        form.maybe(role.source_identity.as_deref()).maybe(role.policy.as_deref());
        form.count(role.policy_arns.len());
        for arn in &role.policy_arns {
            form.add(arn);
        }
        form.count(role.tags.len());
        for (key, value) in &role.tags {
            form.add(key).add(value);
        }
        form.count(role.transitive_tags.len());
        for key in &role.transitive_tags {
            form.add(key);
        }
    }
    if protected {
        form.add("protected");
    }
    // Security: sessions made through FIPS endpoints are not mixed with others.
    for (is_used, name) in [(endpoint.variant.fips, "fips"), (endpoint.variant.dualstack, "dual-stack")] {
        if is_used {
            form.add(name);
        }
    }
    form.finish()
}

/// The steps again, each signed by the one before, as they are on top of `start`.
pub(super) fn on_top_of(start: &Start, steps: &[Step]) -> Vec<Step> {
    let mut again: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        let parent = again.last().map_or(Parent::Start(start), |before| Parent::Step(&before.session_key));
        let session_key = session_key(&parent, &step.call, step.duration, step.with_code.as_ref(), &step.endpoint, step.protected);
        again.push(Step { session_key, ..step.clone() });
    }
    again
}

/// The input of the session.
pub(super) enum Parent<'a> {
    Start(&'a Start),
    Step(&'a SessionKey),
}

/// Length-prefixed fields, so that no two lists of fields have the same form.
struct Form(Sha256);

impl Form {
    fn new(domain: &str) -> Self {
        let mut form = Self(Sha256::new());
        form.add(domain);
        form
    }

    fn add(&mut self, field: &str) -> &mut Self {
        self.count(field.len());
        self.0.update(field.as_bytes());
        self
    }

    fn maybe(&mut self, field: Option<&str>) -> &mut Self {
        match field {
            Some(field) => self.count(1).add(field),
            None => self.count(0),
        }
    }

    fn count(&mut self, number: usize) -> &mut Self {
        self.0.update(u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes());
        self
    }

    fn finish(self) -> SessionKey {
        SessionKey::of_digest(&self.0.finalize())
    }
}
