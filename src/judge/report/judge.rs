//! Decides what is wrong with the users of an account. Ages are counted to the second. Never asks for more than it was given.

use crate::judge::Finding;
use crate::model::{Timestamp, in_shell};

use super::check::{self, Check};
use super::cure;
use super::glob::Glob;
use super::lookups::{BearerKey, Lookups};
use super::parse::Report;
use super::user::{Last, User};

/// From which age a thing is too old, in seconds, and which users are programs.
#[derive(Debug, Clone)]
pub struct Limits {
    pub key_age: i64,
    pub unused: i64,
    pub password_age: Option<i64>,
    pub bots: Option<Glob>,
}

impl Limits {
    pub const KEY_AGE: i64 = 90 * Timestamp::DAY;
    pub const UNUSED: i64 = 45 * Timestamp::DAY;
    pub const ROOT_USED: i64 = 90 * Timestamp::DAY;
}

impl Default for Limits {
    fn default() -> Self {
        Self { key_age: Self::KEY_AGE, unused: Self::UNUSED, password_age: None, bots: None }
    }
}

/// All that is wrong, the worst first.
#[must_use]
pub fn judge(report: &Report, lookups: &Lookups, limits: &Limits, now: Timestamp) -> Vec<Finding> {
    let mut judge = Judge { report, lookups, limits, now, findings: Vec::new() };
    for user in &report.users {
        if user.is_root() {
            judge.root(user);
        } else {
            judge.user(user);
        }
        judge.certificates(user);
    }
    for key in lookups.bearer_keys.iter().flatten().filter(|key| key.active) {
        judge.bearer_key(key);
    }
    crate::judge::sort(&mut judge.findings);
    judge.findings
}

struct Judge<'a> {
    report: &'a Report,
    lookups: &'a Lookups,
    limits: &'a Limits,
    now: Timestamp,
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn find(&mut self, check: &'static Check, user: &User, message: impl Into<String>, evidence: String, fix: String) {
        self.findings.push(Finding::new(&check.kind, &user.name, message).evidence(evidence).fix(fix));
    }

    fn is_bot(&self, user: &User) -> bool {
        user.path().starts_with("/bots/") || self.limits.bots.as_ref().is_some_and(|bots| bots.fits(user.path(), &user.name))
    }

    /// How many whole days ago that was, where it was so long ago.
    fn days_since(&self, last: Last, is_too_long: impl Fn(i64) -> bool) -> Option<i64> {
        last.seconds_ago(self.now).filter(|seconds| is_too_long(*seconds)).map(|seconds| seconds / Timestamp::DAY)
    }

    fn root(&mut self, root: &User) {
        let place = "sign in as root and open Security credentials";
        for (number, key) in root.active_keys() {
            let evidence = format!("access key {number} made {}, last used {}", key.created.in_words(), key.used.in_words());
            self.find(
                &check::ROOT_KEY,
                root,
                "the root user has an active access key",
                evidence,
                format!("{place}: delete the access key"),
            );
        }
        // Where root has no password, as in a member account whose root credentials were deleted, there is nobody who could sign in.
        if root.mfa == Some(false) && root.password != Some(false) {
            let fix = format!("{place}: assign a security key or a hardware token");
            self.find(&check::ROOT_NO_MFA, root, "the root user has no MFA device", "mfa_active is false".to_owned(), fix);
        }
        if root.mfa == Some(true) && self.lookups.devices.as_ref().is_some_and(|devices| devices.root_has_virtual) {
            let fix = format!("{place}: assign a security key or a hardware token, then remove the app");
            let evidence = "`ListVirtualMFADevices` names the device of root".to_owned();
            self.find(&check::ROOT_VIRTUAL_MFA, root, "the MFA device of the root user is an app", evidence, fix);
        }
        let uses = [("password", root.password_used), ("access key 1", root.keys[0].used), ("access key 2", root.keys[1].used)];
        let last =
            uses.into_iter().filter_map(|(what, last)| Some((last.seconds_ago(self.now)?, what, last))).min_by_key(|use_of| use_of.0);
        if let Some((seconds, what, last)) = last
            && seconds <= Limits::ROOT_USED
        {
            let message = format!("the root user was used {} ago", days(seconds / Timestamp::DAY));
            let fix = "see in CloudTrail what it was used for, and use a role for that".to_owned();
            self.find(&check::ROOT_USED, root, message, format!("{what} last used {}", last.in_words()), fix);
        }
    }

    fn user(&mut self, user: &User) {
        let is_bot = self.is_bot(user);
        let has_password = user.password == Some(true);
        if user.mfa == Some(false) {
            if has_password {
                let evidence = format!("mfa_active is false, password last used {}", user.password_used.in_words());
                let console = cure::console(self.report.partition, user);
                let sentence = format!("sign in at {console}, open Security credentials and assign an authenticator app");
                self.find(&check::CONSOLE_NO_MFA, user, "has a console password and no MFA device", evidence, cure::send(user, &sentence));
            }
            let keys: Vec<_> =
                user.active_keys().map(|(number, key)| format!("access key {number} last used {}", key.used.in_words())).collect();
            if !keys.is_empty() {
                let fix = if is_bot {
                    "allow the key only from where it is used: `vault policy service-account` prints the policy".to_owned()
                } else {
                    cure::send(user, "run `vault mfa enroll`, then start your commands with `vault exec`")
                };
                let evidence = format!("mfa_active is false, {}", keys.join(", "));
                self.find(&check::KEY_NO_MFA, user, "has an active access key and no MFA device", evidence, fix);
            }
        }
        if user.mfa == Some(true) && self.lookups.devices.as_ref().is_some_and(|devices| devices.fido_only.contains(&user.name)) {
            let fix = cure::send(user, "add an authenticator app to your passkey with `vault mfa enroll`");
            let evidence = "mfa_active is true, and no device is one that STS can check".to_owned();
            self.find(&check::FIDO_ONLY, user, "has only passkeys or security keys: no MFA session on the command line", evidence, fix);
        }
        if is_bot && has_password {
            let evidence = format!("password_enabled is true, path {}, password last used {}", user.path(), user.password_used.in_words());
            self.find(&check::BOT_WITH_PASSWORD, user, "is a program and has a console password", evidence, cure::drop_password(user));
        }
        if has_password {
            self.password(user);
        }
        self.keys(user);
    }

    fn password(&mut self, user: &User) {
        let is_stale = |seconds: i64| seconds >= self.limits.unused;
        let fix = cure::drop_password;
        match user.password_used {
            Last::Never => {
                // One that was never used is unused since it was set.
                let since = if user.password_changed == Last::Never { user.created } else { user.password_changed };
                if let Some(age) = self.days_since(since, is_stale) {
                    let evidence = format!("password set {}, never used", since.in_words());
                    self.find(&check::UNUSED, user, format!("password never used in {}", days(age)), evidence, fix(user));
                }
            }
            last => {
                if let Some(age) = self.days_since(last, is_stale) {
                    let evidence = format!("password last used {}", last.in_words());
                    self.find(&check::UNUSED, user, format!("password not used for {}", days(age)), evidence, fix(user));
                }
            }
        }
        if let Some(most) = self.limits.password_age
            && let Some(age) = self.days_since(user.password_changed, |seconds| seconds > most)
        {
            let evidence = format!("password last changed {}", user.password_changed.in_words());
            let fix = cure::send(user, "change your console password: it is too old");
            self.find(&check::PASSWORD_AGE, user, format!("password is {} old", days(age)), evidence, fix);
        }
    }

    fn keys(&mut self, user: &User) {
        let mut active = 0;
        for (number, key) in user.active_keys() {
            active += 1;
            if let Some(age) = self.days_since(key.created, |seconds| seconds > self.limits.key_age) {
                let evidence = format!("access key {number} made {}", key.created.in_words());
                let fix = cure::send(user, "replace your access key with `vault rotate NAME`");
                self.find(&check::KEY_AGE, user, format!("access key {number} is {} old", days(age)), evidence, fix);
            }
            if key.used == Last::Never {
                let evidence = format!("access key {number} made {}, last used never", key.created.in_words());
                self.find(&check::KEY_NEVER_USED, user, format!("access key {number} was never used"), evidence, cure::disable_key(user));
            }
            if let Some(age) = self.days_since(key.used, |seconds| seconds >= self.limits.unused) {
                let used_for = key.used_for.as_ref().map(|used_for| format!(" for {used_for}")).unwrap_or_default();
                let evidence = format!("access key {number} last used {}{used_for}", key.used.in_words());
                let message = format!("access key {number} not used for {}", days(age));
                self.find(&check::UNUSED, user, message, evidence, cure::disable_key(user));
            }
        }
        if active == 2 {
            let made = user.keys.each_ref().map(|key| key.created.in_words());
            let evidence = format!("access key 1 made {}, access key 2 made {}", made[0], made[1]);
            self.find(&check::TWO_KEYS, user, "has two active access keys", evidence, cure::disable_key(user));
        }
    }

    fn certificates(&mut self, user: &User) {
        for (number, certificate) in (1..).zip(&user.certificates) {
            if certificate.active == Some(true) {
                let evidence = format!("certificate {number} uploaded {}", certificate.created.in_words());
                let fix = if user.is_root() {
                    "sign in as root and open Security credentials: deactivate the certificate".to_owned()
                } else {
                    cure::disable_certificate(user)
                };
                self.find(&check::CERTIFICATE, user, "has an active signing certificate", evidence, fix);
            }
        }
    }

    fn bearer_key(&mut self, key: &BearerKey) {
        let message = match key.expires {
            None => format!("has a credential for {} that never expires and needs no MFA", key.service),
            Some(expires) => format!("has a credential for {} that needs no MFA and works until {expires}", key.service),
        };
        let (name, id) = (in_shell(&key.user), in_shell(&key.id));
        let fix = format!("run `aws iam delete-service-specific-credential --user-name {name} --service-specific-credential-id {id}`");
        let finding = Finding::new(&check::BEARER_KEY.kind, &key.user, message);
        self.findings.push(finding.evidence(format!("service-specific credential {}", key.id)).fix(fix));
    }
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}
