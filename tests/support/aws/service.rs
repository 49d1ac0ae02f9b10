//! Identifies a request's call, logs it, applies ordered faults, and answers it.

use std::sync::{Mutex, MutexGuard};

use super::auth::{authenticate, refuse_signature};
use super::clock::Clock;
use super::faults::Fault;
use super::http::{End, Reply, Wire};
use super::params::Params;
use super::refusal::Refusal;
use super::state::{Caller, Outcome, Request, World};
use super::{assume, iam, s3, sts, toolbox, xml};

/// The state that the server thread and the test share.
pub struct Shared {
    pub clock: Clock,
    pub world: Mutex<World>,
}

impl Shared {
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("the stand-in's server thread has not panicked")
    }
}

/// The supported APIs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    Sts,
    Iam,
    S3,
    Ec2,
    Toolbox,
    Unknown,
}

impl Api {
    /// The API version distinguishes STS from IAM, because one address serves both.
    fn of(wire: &Wire, params: &Params) -> Self {
        match params.get("Version") {
            Some("2011-06-15") => Self::Sts,
            Some("2010-05-08") => Self::Iam,
            Some("2016-11-15") => Self::Ec2,
            None if toolbox::action(wire).is_some() => Self::Toolbox,
            None if params.get("Action").is_none() && wire.scope("s3") => Self::S3,
            _ => Self::Unknown,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sts | Self::Unknown => "sts",
            Self::Iam | Self::Toolbox => "iam",
            Self::S3 => "s3",
            Self::Ec2 => "ec2",
        }
    }

    fn namespace(self) -> &'static str {
        match self {
            Self::Sts | Self::Unknown => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Ec2 | Self::Toolbox => "",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::S3 => "http://s3.amazonaws.com/doc/2006-03-01/",
        }
    }
}

/// The reply, or `None` to cut the connection.
pub async fn serve(shared: &Shared, wire: Wire) -> Option<Reply> {
    let params = Params::parse(if wire.body.is_empty() { &wire.query } else { wire.text() });
    let api = Api::of(&wire, &params);
    let action = match api {
        Api::S3 => s3::action(&wire),
        Api::Toolbox => toolbox::action(&wire).unwrap_or_default().to_owned(),
        _ => params.get("Action").unwrap_or_default().to_owned(),
    };
    let (entry, fault) = note(shared, api, &action, &wire, &params);
    if let Some(Fault::Hang(time) | Fault::Delay(time)) = fault {
        tokio::time::sleep(time).await;
    }
    let answer = match &fault {
        Some(Fault::Drop | Fault::Hang(_)) => None,
        Some(Fault::Fail(refusal)) => Some(Err(refusal.clone())),
        Some(Fault::WrongSignature) => Some(Err(refuse_signature(&wire))),
        _ => {
            let answer = answer(shared, api, &action, &wire, &params);
            match &fault {
                Some(Fault::DropAfter | Fault::HangAfter(_)) => None,
                Some(Fault::FailAfter(refusal)) => Some(Err(refusal.clone())),
                _ => Some(answer),
            }
        }
    };
    let outcome = match &answer {
        None => Outcome::Dropped,
        Some(Ok(_)) => Outcome::Answered,
        Some(Err(refusal)) => Outcome::Refused(refusal.code.clone()),
    };
    let request_id = {
        let mut world = shared.world();
        world.log.settle(entry, outcome);
        world.random.request_id()
    };
    if let Some(Fault::HangAfter(time)) = fault {
        tokio::time::sleep(time).await;
    }
    let mut reply = write(api, &action, answer?, request_id);
    match fault {
        Some(Fault::Edit(edit)) => reply.body = edit(&reply.body),
        Some(Fault::CutShort) => reply.end = End::TooEarly,
        Some(Fault::Endless) => reply.end = End::Never,
        _ => {}
    }
    Some(reply)
}

fn answer(shared: &Shared, api: Api, action: &str, wire: &Wire, params: &Params) -> Result<String, Refusal> {
    let Shared { clock, world } = shared;
    let world = &mut *world.lock().expect("no holder of the world panics");
    if api == Api::Unknown {
        let version = params.get("Version").unwrap_or_default();
        let message = format!("Could not find operation {action} for version {version}");
        return Err(Refusal::new(400, "InvalidAction", message));
    }
    if (api, action) == (Api::Sts, "AssumeRoleWithWebIdentity") {
        return assume::with_web_identity(world, clock, params);
    }
    let caller = authenticate(world, clock, wire, api.name());
    let answer = match api {
        Api::Toolbox => return toolbox::call(world, clock.now(), action, wire, &caller?),
        Api::Ec2 => return ec2(world, action, &caller?),
        Api::S3 => s3::list_buckets(world, action, &caller.map_err(Refusal::for_s3)?),
        Api::Iam => iam::call(world, clock, action, params, &caller?),
        Api::Sts | Api::Unknown => sts::call(world, clock, action, params, &caller?),
    };
    answer.map_err(|refusal| world.explain(refusal, &wire.signer().1.unwrap_or_default(), clock.now()))
}

/// The part of EC2 that a refusal needs: its reason is encoded.
fn ec2(world: &mut World, action: &str, caller: &Caller) -> Result<String, Refusal> {
    let allowed = world.authorize(caller, &format!("ec2:{action}"), " on resource: *", caller.mfa_at().is_some());
    allowed.map_err(|refusal| world.encode(&refusal))?;
    Err(Refusal::new(400, "InvalidAction", format!("The action {action} is not valid for this web service.")))
}

fn write(api: Api, action: &str, answer: Result<String, Refusal>, request_id: String) -> Reply {
    let body = match (&answer, api) {
        (Ok(body), Api::S3 | Api::Toolbox) => body.clone(),
        (Ok(result), _) => xml::reply(api.namespace(), action, result, &request_id),
        (Err(refusal), Api::S3) => xml::s3_error(refusal, &request_id),
        (Err(refusal), Api::Ec2) => xml::ec2_error(refusal, &request_id),
        (Err(refusal), Api::Toolbox) => serde_json::json!({"__type": refusal.code, "message": refusal.message}).to_string(),
        (Err(refusal), _) => xml::error(api.namespace(), refusal, &request_id),
    };
    Reply {
        status: answer.map_or_else(|refusal| refusal.status, |_| 200),
        content_type: match api {
            Api::S3 => "application/xml",
            Api::Toolbox => "application/json",
            _ => "text/xml",
        },
        body,
        request_id: Some(request_id),
        s3: api == Api::S3,
        end: End::AsSaid,
    }
}

fn note(shared: &Shared, api: Api, action: &str, wire: &Wire, params: &Params) -> (usize, Option<Fault>) {
    let text = |name: &str| params.get(name).map(str::to_owned);
    let (key_id, region) = wire.signer();
    let request = Request {
        action: action.to_owned(),
        service: api.name().to_owned(),
        region: region.unwrap_or_default(),
        key_id,
        serial: text("SerialNumber"),
        role_arn: text("RoleArn"),
        session_name: text("RoleSessionName"),
        external_id: text("ExternalId"),
        user_name: text("UserName"),
        source_identity: text("SourceIdentity"),
        duration: params.get("DurationSeconds").and_then(|text| text.parse().ok()),
        tags: params.tags(),
        transitive_tag_keys: params.list("TransitiveTagKeys", ""),
        policy: text("Policy"),
        policy_arns: params.list("PolicyArns", ".arn"),
        user_agent: wire.header("user-agent").unwrap_or_default(),
        outcome: Outcome::Pending,
    };
    let mut world = shared.world();
    (world.log.add(request), world.faults.take(action))
}
