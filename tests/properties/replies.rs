//! An answer of AWS becomes a session, a key or a device only if it is whole, and every answer comes to an end.

use secrecy::{ExposeSecret as _, SecretString};
use vault::aws::fuzzing::{Answer, StandIn};
use vault::aws::{AwsClients, IamClient};
use vault::model::{AccessKeyId, Credentials, LongTermCredentials, MfaSerial, Partition, Region, RoleArn, SessionDuration, TokenCode};
use vault::os::clock;
use vault::plan::{AssumeRole, Call, Connection, NamedAfter, SessionKey, SessionName, Step, StsEndpoint, Variant, WhyStep};
use vault::ports::{AccessKeys as _, AwsFault, CredentialReports as _, MfaDevices as _, ReportAnswer, Route, Sts as _, StsRequest};

use super::assert_shown;

/// The first byte of an input says which call it answers, and the second which status it has.
pub const HEAD: usize = 2;

const STATUSES: [u16; 8] = [200, 400, 403, 404, 409, 429, 500, 503];

const DATE: &str = "Thu, 26 Nov 2026 12:00:00 GMT";

struct World {
    aws: StandIn,
    clients: AwsClients,
}

thread_local! {
    static WORLD: World = {
        let aws = StandIn::new();
        World { clients: aws.clients(), aws }
    };
}

pub fn check(data: &[u8]) {
    let Some((&[call, status], body)) = data.split_first_chunk::<HEAD>() else { return };
    let mut headers = vec![("content-type", "text/xml".to_owned())];
    if status & 0x10 != 0 {
        headers.push(("date", DATE.to_owned()));
    }
    WORLD.with(|world| {
        world.aws.answers(Answer { status: STATUSES[usize::from(status & 7)], headers, body: body.to_vec() });
        match call % 10 {
            0 => check_session(world, false),
            1 => check_session(world, true),
            2 => check_identity(world),
            other => check_iam(world, other),
        }
    });
}

fn signer() -> Credentials {
    let key_id = AccessKeyId::parse_long_term("AKIAIOSFODNN7EXAMPLE").expect("it is the one of the documentation");
    Credentials::LongTerm(LongTermCredentials { key_id, secret: SecretString::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") })
}

fn step(role: bool) -> Step {
    let role = role.then(|| AssumeRole {
        arn: RoleArn::parse("arn:aws:iam::123456789012:role/Ops").expect("it is an ARN"),
        session_name: SessionName { text: "alice".to_owned(), from: NamedAfter::User },
        external_id: None,
        tags: std::collections::BTreeMap::new(),
        transitive_tags: Vec::new(),
        source_identity: None,
        policy: None,
        policy_arns: Vec::new(),
    });
    Step {
        call: role.map_or(Call::GetSessionToken, Call::AssumeRole),
        duration: SessionDuration::HOUR,
        with_code: Some(MfaSerial::parse("arn:aws:iam::123456789012:mfa/alice").expect("it is an ARN")),
        endpoint: StsEndpoint { region: region(), partition: Partition::default(), url: None, variant: Variant::default() },
        connection: Connection::default(),
        protected: false,
        session_key: SessionKey::parse(&"a".repeat(64)).expect("it has the form of one"),
        why: WhyStep::SharedSession,
    }
}

fn region() -> Region {
    Region::parse("us-east-1").expect("it is a region")
}

/// A fault goes into messages.
fn checked<T>(answer: Result<T, AwsFault>) -> Option<T> {
    answer.map_err(|fault| assert_shown(&fault.to_string())).ok()
}

fn check_session(world: &World, role: bool) {
    let (step, signer) = (step(role), signer());
    let request = match step.call.role() {
        Some(role) => StsRequest::AssumeRole { role, signer: &signer },
        None => StsRequest::GetSessionToken { signer: &signer },
    };
    // Without a code, a call is repeated after a pause.
    let code = TokenCode::parse("123456").expect("it is six digits");
    let before = clock::now();
    let Some(session) = checked(world.clients.call(&step, &request, Some(&code))) else { return };
    let end = session.expiration.expect("a session of STS has an end");
    assert!(end > before, "it is over");
    assert!(end <= clock::now().plus(step.duration), "it lasts longer than was asked for");
    assert!(!session.secret.expose_secret().trim().is_empty() && !session.token.expose_secret().trim().is_empty());
}

fn check_identity(world: &World) {
    let (region, connection, signer) = (region(), Connection::default(), signer());
    let route = Route { region: &region, url: None, variant: Variant::default(), connection: &connection };
    if let Some(identity) = checked(world.clients.caller_identity(&signer, &route)) {
        assert!(identity.arn.as_str().starts_with("arn:"));
    }
}

fn check_iam(world: &World, call: u8) {
    let (region, connection) = (region(), Connection::default());
    let route = Route { region: &region, url: None, variant: Variant::default(), connection: &connection };
    let iam = IamClient::new(&world.clients, signer(), route);
    match call {
        3 => drop(checked(iam.mfa_devices("alice"))),
        4 => drop(checked(iam.access_keys("alice"))),
        5 => {
            if let Some(device) = checked(iam.create_device("alice")) {
                assert!(!device.seed.expose_secret().is_empty(), "a device has a seed");
            }
        }
        6 => {
            if let Some(key) = checked(iam.create("alice")) {
                assert!(!key.secret.expose_secret().trim().is_empty() && !key.key_id.is_temporary(), "a key has a secret");
            }
        }
        7 => {
            if let Some(ReportAnswer::Ready { content, .. }) = checked(iam.report()) {
                super::report::check(&content);
            }
        }
        8 => drop(checked(iam.service_credentials())),
        _ => drop(checked(iam.unassigned_devices())),
    }
}
