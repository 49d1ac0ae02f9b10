//! What a test may know about a user: keys, devices, and their codes.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use super::StandIn;
use super::client::Keys;
use super::state::World;
use super::totp::{Device, Kind, window_at};

/// A user's keys and devices, for tests.
#[derive(Clone)]
pub struct KnownUser {
    pub arn: String,
    pub account: String,
    /// Ids and secrets of the user's keys, oldest first.
    pub keys: Vec<(String, String)>,
    /// Serial and seed (base32) of each TOTP device.
    pub devices: Vec<(String, String)>,
}

impl KnownUser {
    /// Id and secret of the first key.
    pub fn access_key(&self) -> (String, String) {
        self.keys.first().expect("every user starts with a key").clone()
    }

    /// The same for the newest key.
    pub fn last_access_key(&self) -> (String, String) {
        self.keys.last().expect("every user starts with a key").clone()
    }

    /// The serial of the first TOTP device.
    pub fn serial(&self) -> String {
        self.devices.first().expect("the user was given a TOTP device").0.clone()
    }

    /// The seed of the first TOTP device, base32.
    pub fn seed(&self) -> String {
        self.devices.first().expect("the user was given a TOTP device").1.clone()
    }
}

impl StandIn {
    /// The user's first key as a client holds it.
    pub fn keys(&self, user: &str) -> Keys {
        let (id, secret) = self.user(user).access_key();
        Keys { id, secret, token: None }
    }

    pub fn user(&self, name: &str) -> KnownUser {
        let world = self.shared.world();
        let user = world.user(name);
        let device = |device: &Device| match &device.kind {
            Kind::Totp { seed } => Some((device.serial.clone(), seed.clone())),
            Kind::Fido => None,
        };
        KnownUser {
            arn: user.arn(),
            account: user.account.clone(),
            keys: user.keys.iter().map(|key| (key.id.clone(), key.secret.clone())).collect(),
            devices: user.devices.iter().filter_map(device).collect(),
        }
    }

    /// The current code of the user's first TOTP device, spent or not.
    pub fn code(&self, user: &str) -> String {
        self.device(user, |device, now| device.code(now, 0)).expect("a TOTP device has codes")
    }

    /// The current code of the TOTP device with this serial.
    pub fn code_of(&self, serial: &str) -> String {
        let now = self.shared.clock.totp_now();
        let world = self.shared.world();
        let device = world.users.iter().flat_map(|user| &user.devices).find(|device| device.serial == serial);
        device.and_then(|device| device.code(now, 0)).unwrap_or_else(|| panic!("no TOTP device `{serial}`"))
    }

    /// The code of the step after the current one.
    pub fn next_code(&self, user: &str) -> String {
        self.device(user, |device, now| device.code(now, 1)).expect("a TOTP device has codes")
    }

    /// An unspent code; waits up to a step for it.
    pub fn fresh_code(&self, user: &str) -> String {
        loop {
            match self.device(user, Device::unspent_code) {
                Some(code) => return code,
                None => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Six digits that are not a code of this device now or soon.
    pub fn wrong_code(&self, user: &str) -> String {
        self.device(user, Device::wrong_code).expect("most codes are wrong")
    }

    /// Forgets spent codes, so that a test need not wait for the next step.
    pub fn forget_spent_codes(&self) {
        let mut world = self.shared.world();
        world.users.iter_mut().flat_map(|user| &mut user.devices).for_each(|device| {
            (device.spent, device.verified, device.closed_through) = (BTreeSet::new(), (0, 0), None);
        });
    }

    /// Uses up the budget of this user's devices in this window and the next: a test may cross into the next one.
    pub fn spend_budget(&self, user: &str) {
        let window = window_at(self.shared.clock.totp_now());
        let mut world = self.shared.world();
        world.user_mut(user).devices.iter_mut().for_each(|device| device.closed_through = Some(window + 1));
    }

    /// STS learns this much later than IAM that a device was enabled or deactivated.
    pub fn delay_devices(&self, delay: Duration) {
        self.shared.world().device_delay = delay;
    }

    /// The serials of unassigned virtual devices.
    pub fn unassigned_devices(&self) -> Vec<String> {
        self.shared.world().unassigned.iter().map(|device| device.serial.clone()).collect()
    }

    /// The seed of a device, enabled or not.
    pub fn seed_of(&self, serial: &str) -> String {
        self.shared.world().seed_of(serial).unwrap_or_else(|| panic!("there is no device `{serial}`"))
    }

    /// How many steps a device's clock is ahead, according to its last enrolment or resync.
    pub fn drift_of(&self, serial: &str) -> i64 {
        let world = self.shared.world();
        let device = world.users.iter().flat_map(|user| &user.devices).find(|device| device.serial == serial);
        device.unwrap_or_else(|| panic!("no user has the device `{serial}`")).drift
    }

    /// How often a child process fetched this user's code from `/__code`.
    pub fn code_fetches(&self, user: &str) -> usize {
        self.shared.world().code_fetches.get(user).copied().unwrap_or_default()
    }

    fn device(&self, user: &str, ask: impl Fn(&Device, Duration) -> Option<String>) -> Option<String> {
        let now = self.shared.clock.totp_now();
        let world: &World = &self.shared.world();
        ask(world.user(user).totp_device().unwrap_or_else(|| panic!("user `{user}` has no TOTP device")), now)
    }
}
