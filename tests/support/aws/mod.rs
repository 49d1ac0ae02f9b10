//! An AWS on loopback that is as strict as the real one: STS, a little IAM, and S3's `ListBuckets`.
//!
//! ```ignore
//! let aws = StandIn::builder()
//!     .user("some-user", |u| u.mfa("some-user").block_without_mfa())
//!     .role("OpsSudo", |r| r.require_mfa())
//!     .start();
//! let (id, secret) = aws.user("some-user").access_key();
//! let code = aws.code("some-user");
//! // … point a client at aws.url() …
//! assert_eq!(aws.calls("GetSessionToken"), 1);
//! ```

mod assume;
mod auth;
mod builder;
pub mod client;
mod clock;
mod control;
mod faults;
mod http;
mod iam;
mod ids;
mod known;
mod params;
mod policy;
mod refusal;
mod s3;
mod service;
mod signin;
mod sigv4;
mod state;
mod sts;
mod toolbox;
mod totp;
mod xml;

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use builder::{Builder, RoleBuilder, UserBuilder};
pub use client::Keys;
pub use clock::{http_date, rfc3339};
pub use faults::Fault;
pub use http::Wire;
pub use ids::{account_of, base32, unbase32};
pub use known::KnownUser;
pub use refusal::Refusal;
pub use state::{Outcome, Request};
pub use totp::{code_for, truncated};

use service::Shared;

/// A running stand-in. Dropping it stops it.
pub struct StandIn {
    shared: Arc<Shared>,
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    pub fn builder() -> Builder {
        Builder::new()
    }

    fn serve(shared: Shared) -> Self {
        let (shared, stopping) = (Arc::new(shared), Arc::new(AtomicBool::new(false)));
        let (sender, receiver) = mpsc::channel();
        let (server, stop) = (Arc::clone(&shared), Arc::clone(&stopping));
        let thread = thread::spawn(move || http::run(&server, &stop, &sender));
        let address = receiver.recv().expect("the server thread listens");
        Self { shared, address, stopping, thread: Some(thread) }
    }

    /// For `AWS_ENDPOINT_URL`: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL from which a child process fetches an unspent code with `curl`; each fetch is counted.
    pub fn code_url(&self, user: &str) -> String {
        format!("{}/__code?user={user}&fresh=1", self.url())
    }

    pub fn role_arn(&self, name: &str) -> String {
        let world = self.shared.world();
        let role = world.roles.iter().find(|role| role.name == name);
        role.unwrap_or_else(|| panic!("the stand-in has no role `{name}`")).arn.clone()
    }

    /// How many such calls arrived, successful or not.
    pub fn calls(&self, action: &str) -> usize {
        self.shared.world().log.count(|request| request.action == action)
    }

    /// How many such calls got a result.
    pub fn answered(&self, action: &str) -> usize {
        let done = |request: &Request| request.action == action && request.outcome == Outcome::Answered;
        self.shared.world().log.count(done)
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.world().log.requests.clone()
    }

    /// The latest request of this action.
    pub fn last(&self, action: &str) -> Request {
        let world = self.shared.world();
        let last = world.log.requests.iter().rev().find(|request| request.action == action);
        last.unwrap_or_else(|| panic!("nobody called {action}")).clone()
    }

    pub fn forget_requests(&self) {
        self.shared.world().log.clear();
    }

    /// Every secret that this stand-in ever handed out or received: none may appear unencrypted anywhere.
    pub fn all_secrets(&self) -> Vec<String> {
        self.shared.world().secrets.clone()
    }

    /// The next `times` calls of `action` (`*` for all) meet this fault.
    pub fn fault(&self, action: &str, fault: Fault, times: usize) {
        self.shared.world().faults.order(action, fault, times);
    }

    /// Changes what the credential report says.
    pub fn order_reports(&self, order: impl FnOnce(&mut iam::report::Reports)) {
        order(&mut self.shared.world().reports);
    }

    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    pub fn deactivate_key(&self, id: &str) {
        self.shared.world().key_mut(id).active = false;
    }

    pub fn activate_key(&self, id: &str) {
        self.shared.world().key_mut(id).active = true;
    }

    /// A service (`sts` or `iam`) learns this much later of keys that are made or activated from now on.
    pub fn delay_new_keys(&self, service: &str, delay: Duration) {
        let delays = &mut self.shared.world().key_delay;
        *(if service == "iam" { &mut delays.iam } else { &mut delays.sts }) = delay;
    }

    /// Makes another key of the user, as in the console. Returns its id.
    pub fn make_key(&self, user: &str) -> String {
        let now = self.shared.clock.now();
        let mut world = self.shared.world();
        let index = world.users.iter().position(|known| known.name == user).expect("the stand-in has the user");
        world.new_key(index, now).id.clone()
    }

    /// The user's keys, oldest first, and whether each is active.
    pub fn key_statuses(&self, user: &str) -> Vec<(String, bool)> {
        self.shared.world().user(user).keys.iter().map(|key| (key.id.clone(), key.active)).collect()
    }

    /// Sets the key's last use to this many seconds ago (negative: in the future).
    pub fn used_key(&self, id: &str, seconds_ago: i64) {
        let now = self.shared.clock.now();
        let by = Duration::from_secs(seconds_ago.unsigned_abs());
        let at = if seconds_ago < 0 { now + by } else { now.saturating_sub(by) };
        let mut world = self.shared.world();
        let key = world.key_mut(id);
        (key.last_used, key.last_use) = (Some(at), ("s3".to_owned(), "eu-west-1".to_owned()));
    }

    /// Makes the federation endpoint accept only GET, as documented.
    pub fn signin_refuses_post(&self) {
        self.shared.world().signin_refuses_post = true;
    }

    /// Ends every session now. Clients that rely on `Expiration` do not notice.
    pub fn expire_sessions(&self) {
        let now = self.shared.clock.now();
        self.shared.world().sessions.values_mut().for_each(|session| session.expires = now);
    }

    /// Moves the stand-in's clock away from the real one: `Date`, signature window, TOTP and expiry.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.shared.clock.set_offset(seconds);
    }

    /// Keeps the stand-in's clock ahead of the real one by the value in this file; see `support::moved_clock`.
    pub fn follow_clock(&self, file: &Path) {
        self.shared.clock.follow(file);
    }

    /// Makes sessions and TOTP steps pass this many times faster; [`clock`] says what keeps real pace.
    pub fn set_speed(&self, factor: f64) {
        self.shared.clock.set_speed(factor);
    }

    /// Makes new sessions this many times shorter, while codes keep real pace.
    pub fn shorten_sessions(&self, factor: f64) {
        self.shared.clock.shorten_sessions(factor);
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The server checks the flag at each connection, such as this one.
        let knocked = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| knocked) {
            let _ = thread.join();
        }
    }
}
