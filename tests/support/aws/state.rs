//! The stand-in's state: users, roles, sessions, and the request log.

use std::collections::HashMap;
use std::time::Duration;

use super::clock::{Clock, Moment};
use super::faults::Faults;
use super::ids::Random;
use super::signin::SignIn;
use super::totp::{Device, Kind};

pub struct AccessKey {
    pub id: String,
    pub secret: String,
    pub active: bool,
    pub created: Moment,
    pub last_used: Option<Moment>,
    /// The service and region of the last use.
    pub last_use: (String, String),
    /// When STS and IAM learn of it, separately.
    pub known_at: KnownAt,
}

/// When each service learns of a key.
#[derive(Clone, Copy, Debug, Default)]
pub struct KnownAt {
    pub sts: Moment,
    pub iam: Moment,
}

impl KnownAt {
    pub fn at(&self, service: &str) -> Moment {
        if service == "iam" { self.iam } else { self.sts }
    }
}

pub struct User {
    pub name: String,
    pub path: String,
    pub id: String,
    pub account: String,
    pub partition: String,
    pub root: bool,
    pub created: Moment,
    pub keys: Vec<AccessKey>,
    pub devices: Vec<Device>,
    /// Deactivated devices, and when STS learns of it.
    pub former_devices: Vec<(Device, Moment)>,
    pub block_without_mfa: bool,
    pub denied: Vec<String>,
    /// AWS found a leaked key of this user: its policy denies making and changing keys.
    pub quarantined: bool,
}

impl User {
    pub fn arn(&self) -> String {
        let rest = if self.root { "root".to_owned() } else { format!("user{}{}", self.path, self.name) };
        format!("arn:{}:iam::{}:{rest}", self.partition, self.account)
    }

    /// The default device for codes.
    pub fn totp_device(&self) -> Option<&Device> {
        self.devices.iter().find(|device| device.kind != Kind::Fido)
    }
}

/// An unassigned virtual MFA device.
pub struct Unassigned {
    pub serial: String,
    pub seed: String,
}

pub struct Role {
    pub arn: String,
    pub name: String,
    pub id: String,
    pub account: String,
    pub partition: String,
    pub max_duration: u64,
    pub require_mfa: bool,
    pub max_mfa_age: Option<u64>,
    pub external_id: Option<String>,
    /// ARNs that may assume it; `…:root` means the whole account.
    pub trusted: Vec<String>,
    pub web_tokens: Vec<String>,
}

/// Issued temporary credentials.
pub struct Session {
    pub secret: String,
    pub token: String,
    pub expires: Moment,
    pub caller: Caller,
    /// Whether temporary credentials assumed the role.
    pub chained: bool,
}

/// The caller of a request.
#[derive(Clone, Debug)]
pub struct Caller {
    pub key_id: String,
    pub arn: String,
    pub user_id: String,
    pub account: String,
    pub by: By,
}

/// The kind of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    LongTerm { user: usize },
    UserSession { user: usize, mfa_at: Option<Moment> },
    RoleSession { role: String },
}

impl Caller {
    pub fn user(&self) -> Option<usize> {
        match self.by {
            By::LongTerm { user } | By::UserSession { user, .. } => Some(user),
            By::RoleSession { .. } => None,
        }
    }

    pub fn mfa_at(&self) -> Option<Moment> {
        match self.by {
            By::UserSession { mfa_at, .. } => mfa_at,
            By::LongTerm { .. } | By::RoleSession { .. } => None,
        }
    }
}

/// A request as received, and its outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub action: String,
    pub service: String,
    pub region: String,
    /// The signing access key id.
    pub key_id: Option<String>,
    pub serial: Option<String>,
    pub role_arn: Option<String>,
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    pub user_name: Option<String>,
    pub source_identity: Option<String>,
    pub duration: Option<u64>,
    pub tags: Vec<(String, String)>,
    pub transitive_tag_keys: Vec<String>,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
    pub user_agent: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Not answered (yet).
    #[default]
    Pending,
    Answered,
    /// Answered with this error code.
    Refused(String),
    /// The connection was cut without an answer.
    Dropped,
}

/// All requests since the last `clear`, in order of arrival.
#[derive(Default)]
pub struct Log {
    pub requests: Vec<Request>,
    cleared: usize,
}

impl Log {
    /// Returns the ticket for `settle`.
    pub fn add(&mut self, request: Request) -> usize {
        self.requests.push(request);
        self.cleared + self.requests.len() - 1
    }

    pub fn settle(&mut self, ticket: usize, outcome: Outcome) {
        // A request in flight during `clear` is gone.
        let request = ticket.checked_sub(self.cleared).and_then(|index| self.requests.get_mut(index));
        if let Some(request) = request {
            request.outcome = outcome;
        }
    }

    pub fn count(&self, fits: impl Fn(&Request) -> bool) -> usize {
        self.requests.iter().filter(|request| fits(request)).count()
    }

    pub fn clear(&mut self) {
        self.cleared += self.requests.len();
        self.requests.clear();
    }
}

#[derive(Default)]
pub struct World {
    pub users: Vec<User>,
    pub unassigned: Vec<Unassigned>,
    /// How much later STS learns that a device was enabled or deactivated, by its own clock.
    pub device_delay: Duration,
    pub roles: Vec<Role>,
    pub sessions: HashMap<String, Session>,
    /// Account and bucket name.
    pub buckets: Vec<(String, String)>,
    pub disabled_regions: Vec<String>,
    pub log: Log,
    pub faults: Faults,
    pub reports: super::iam::report::Reports,
    pub random: Random,
    pub code_fetches: HashMap<String, usize>,
    pub secrets: Vec<String>,
    /// How long STS and IAM take to learn of a created or activated key.
    pub key_delay: KnownAt,
    pub sign_ins: Vec<SignIn>,
    pub signin_refuses_post: bool,
    /// Whether refusals contain an id under which the details are kept.
    pub keeps_refusals: bool,
    pub kept: Vec<super::toolbox::Kept>,
    /// Encoded messages, and the documents in them.
    pub encoded: Vec<(String, String)>,
}

impl World {
    pub fn user(&self, name: &str) -> &User {
        self.users.iter().find(|user| user.name == name).unwrap_or_else(|| panic!("the stand-in has no user `{name}`"))
    }

    pub fn user_mut(&mut self, name: &str) -> &mut User {
        self.users.iter_mut().find(|user| user.name == name).unwrap_or_else(|| panic!("the stand-in has no user `{name}`"))
    }

    /// The seed of a device, assigned or not.
    pub fn seed_of(&self, serial: &str) -> Option<String> {
        let unassigned = self.unassigned.iter().find(|device| device.serial == serial).map(|device| device.seed.clone());
        let device = self.users.iter().flat_map(|user| &user.devices).find(|device| device.serial == serial);
        unassigned.or_else(|| match &device?.kind {
            Kind::Totp { seed } => Some(seed.clone()),
            Kind::Fido => None,
        })
    }

    pub fn key_mut(&mut self, id: &str) -> &mut AccessKey {
        let mut keys = self.users.iter_mut().flat_map(|user| &mut user.keys);
        keys.find(|key| key.id == id).unwrap_or_else(|| panic!("the stand-in has no key `{id}`"))
    }

    /// A new long-term key for `user`, known to the leak check from here on.
    pub fn new_key(&mut self, user: usize, now: Moment) -> &AccessKey {
        let id = self.random.id("AKIA", &self.users[user].account);
        let secret = self.random.secret();
        self.secrets.push(secret.clone());
        let keys = &mut self.users[user].keys;
        let (last_use, known_at) = (<(String, String)>::default(), KnownAt::default());
        keys.push(AccessKey { id, secret, active: true, created: now, last_used: None, last_use, known_at });
        keys.last().expect("one was just added")
    }

    /// Creates temporary credentials: returns the key id and the stored session.
    pub fn open_session(&mut self, mut caller: Caller, lifetime: u64, clock: &Clock) -> (String, &Session) {
        let key_id = self.random.id("ASIA", &caller.account);
        key_id.clone_into(&mut caller.key_id);
        let (secret, token) = (self.random.secret(), self.random.token());
        self.secrets.extend([secret.clone(), token.clone()]);
        let expires = clock.now() + clock.scaled(Duration::from_secs(lifetime));
        let session = Session { secret, token, expires, caller, chained: false };
        (key_id.clone(), &*self.sessions.entry(key_id).insert_entry(session).into_mut())
    }
}
