//! Describes the AWS that a test wants: accounts, users with keys and devices, roles with trust policies.

use std::time::Duration;

use super::clock::Clock;
use super::ids::base32;
use super::state::{Role, Unassigned, User, World};
use super::totp::{Device, Kind};
use super::{Shared, StandIn};

/// Starts with account `123456789012` in partition `aws` and nothing in it.
pub struct Builder {
    clock: Clock,
    world: World,
    account: String,
    partition: String,
}

impl Builder {
    pub(super) fn new() -> Self {
        let (account, partition) = ("123456789012".to_owned(), "aws".to_owned());
        Self { clock: Clock::new(), world: World::default(), account, partition }
    }

    /// Later descriptions belong to this account.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        account.clone_into(&mut self.account);
        self
    }

    /// Later descriptions have ARNs in this partition.
    #[must_use]
    pub fn partition(mut self, partition: &str) -> Self {
        partition.clone_into(&mut self.partition);
        self
    }

    /// A user with one access key. Names are unique across all accounts of a stand-in.
    #[must_use]
    pub fn user(mut self, name: &str, describe: impl FnOnce(UserBuilder) -> UserBuilder) -> Self {
        assert!(self.world.users.iter().all(|user| user.name != name), "user `{name}` exists already");
        let created = self.clock.now();
        self.world.users.push(User {
            name: name.to_owned(),
            path: "/".to_owned(),
            id: self.world.random.id("AIDA", &self.account),
            account: self.account.clone(),
            partition: self.partition.clone(),
            root: false,
            created,
            keys: Vec::new(),
            devices: Vec::new(),
            former_devices: Vec::new(),
            block_without_mfa: false,
            denied: Vec::new(),
            quarantined: false,
        });
        let index = self.world.users.len() - 1;
        self.world.new_key(index, created);
        describe(UserBuilder { builder: self, index }).builder
    }

    /// A role that everyone in its own account may assume, for at most an hour.
    #[must_use]
    pub fn role(mut self, name: &str, describe: impl FnOnce(RoleBuilder) -> RoleBuilder) -> Self {
        let (partition, account) = (&self.partition, &self.account);
        let role = Role {
            arn: format!("arn:{partition}:iam::{account}:role/{name}"),
            name: name.to_owned(),
            id: self.world.random.id("AROA", account),
            account: account.clone(),
            partition: partition.clone(),
            max_duration: 3600,
            require_mfa: false,
            max_mfa_age: None,
            external_id: None,
            trusted: Vec::new(),
            web_tokens: Vec::new(),
        };
        let mut role = describe(RoleBuilder(role)).0;
        if role.trusted.is_empty() {
            role.trusted.push(format!("arn:{partition}:iam::{account}:root"));
        }
        self.world.roles.push(role);
        self
    }

    /// A bucket of the current account, for `ListBuckets` to show.
    #[must_use]
    pub fn bucket(mut self, name: &str) -> Self {
        self.world.buckets.push((self.account.clone(), name.to_owned()));
        self
    }

    /// A region whose STS endpoint is switched off.
    #[must_use]
    pub fn disable_region(mut self, region: &str) -> Self {
        self.world.disabled_regions.push(region.to_owned());
        self
    }

    /// Refusals contain an id under which AWS keeps details, as since 2026.
    #[must_use]
    pub fn keep_refusals(mut self) -> Self {
        self.world.keeps_refusals = true;
        self
    }

    pub fn start(self) -> StandIn {
        let Self { clock, world, .. } = self;
        StandIn::serve(Shared { clock, world: world.into() })
    }
}

pub struct UserBuilder {
    builder: Builder,
    index: usize,
}

impl UserBuilder {
    /// A virtual MFA device with this name and a random seed.
    #[must_use]
    pub fn mfa(mut self, name: &str) -> Self {
        let seed = self.builder.world.random.totp_seed();
        self.mfa_seed(name, &seed)
    }

    /// A virtual MFA device with this seed (base32), shared with an authenticator outside.
    #[must_use]
    pub fn mfa_seed(self, name: &str, seed: &str) -> Self {
        let serial = format!("arn:{}:iam::{}:mfa/{name}", self.builder.partition, self.builder.account);
        self.totp_device(serial, seed.to_owned())
    }

    /// A hardware TOTP token, whose serial is not an ARN.
    #[must_use]
    pub fn hardware_mfa(mut self, serial: &str) -> Self {
        let seed = base32(&self.builder.world.random.bytes::<20>());
        self.totp_device(serial.to_owned(), seed)
    }

    /// A virtual MFA device that was created but never enabled.
    #[must_use]
    pub fn orphan(mut self, name: &str) -> Self {
        let Builder { partition, account, world, .. } = &mut self.builder;
        let seed = world.random.totp_seed();
        world.secrets.push(seed.clone());
        world.unassigned.push(Unassigned { serial: format!("arn:{partition}:iam::{account}:mfa/{name}"), seed });
        self
    }

    /// A FIDO key: listed by IAM, unusable with STS.
    #[must_use]
    pub fn fido(mut self, name: &str) -> Self {
        let Builder { partition, account, .. } = &self.builder;
        let user = &self.user().name;
        let serial = format!("arn:{partition}:iam::{account}:u2f/user/{user}/{name}");
        self.device(serial, Kind::Fido);
        self
    }

    /// AWS's self-manage policy: without MFA, it allows only enrolment and sign-in with MFA.
    #[must_use]
    pub fn block_without_mfa(mut self) -> Self {
        self.user_mut().block_without_mfa = true;
        self
    }

    /// No policy allows this action (`iam:ListMFADevices`).
    #[must_use]
    pub fn deny(mut self, action: &str) -> Self {
        self.user_mut().denied.push(action.to_owned());
        self
    }

    /// AWS found a leaked key of this user.
    #[must_use]
    pub fn quarantined(mut self) -> Self {
        self.user_mut().quarantined = true;
        self
    }

    /// A path such as `/ops/` in the user's ARN.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.user_mut().path);
        self
    }

    /// One more access key.
    #[must_use]
    pub fn second_key(mut self) -> Self {
        let now = self.builder.clock.now();
        self.builder.world.new_key(self.index, now);
        self
    }

    /// The account's root user.
    #[must_use]
    pub fn root(mut self) -> Self {
        self.user_mut().root = true;
        self
    }

    fn totp_device(mut self, serial: String, seed: String) -> Self {
        assert!(super::ids::unbase32(&seed).is_some(), "a seed is base32");
        self.builder.world.secrets.push(seed.clone());
        self.device(serial, Kind::Totp { seed });
        self
    }

    fn device(&mut self, serial: String, kind: Kind) {
        let enabled = self.builder.clock.now();
        self.user_mut().devices.push(Device::new(serial, kind, enabled, Duration::ZERO));
    }

    fn user(&self) -> &User {
        &self.builder.world.users[self.index]
    }

    fn user_mut(&mut self) -> &mut User {
        &mut self.builder.world.users[self.index]
    }
}

pub struct RoleBuilder(Role);

impl RoleBuilder {
    /// The trust policy requires `aws:MultiFactorAuthPresent`.
    #[must_use]
    pub fn require_mfa(mut self) -> Self {
        self.0.require_mfa = true;
        self
    }

    /// The trust policy requires `aws:MultiFactorAuthAge` below this many seconds.
    #[must_use]
    pub fn max_mfa_age(mut self, seconds: u64) -> Self {
        self.0.max_mfa_age = Some(seconds);
        self
    }

    /// `MaxSessionDuration` in seconds, 3600 to 43200.
    #[must_use]
    pub fn max_duration(mut self, seconds: u64) -> Self {
        assert!((3600..=43_200).contains(&seconds), "IAM accepts 3600 to 43200");
        self.0.max_duration = seconds;
        self
    }

    #[must_use]
    pub fn require_external_id(mut self, id: &str) -> Self {
        self.0.external_id = Some(id.to_owned());
        self
    }

    /// Trusts this ARN (user, role, or `…:root` for an account) instead of the role's whole account. Can be repeated.
    #[must_use]
    pub fn trust(mut self, arn: &str) -> Self {
        self.0.trusted.push(arn.to_owned());
        self
    }

    /// The role can be assumed with this web identity token.
    #[must_use]
    pub fn web_identity(mut self, token: &str) -> Self {
        self.0.web_tokens.push(token.to_owned());
        self
    }
}
