//! Decides what is wrong with the users of an account. Ages are counted to the second. Never asks for more than it was given, and never holds
//! all findings at once: an account may have hundreds of thousands.

use std::ptr;

use crate::judge::{Finding, Severity};
use crate::model::{Timestamp, in_shell};

use super::check::{self, ALL, Check};
use super::cure;
use super::glob::Glob;
use super::lookups::{BearerKey, Lookups};
use super::parse::Report;
use super::user::{Last, User};

/// The ages, in seconds, from which keys and passwords are too old, and the users that are programs.
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
    Judgement::new(report, lookups, limits, now).findings().collect()
}

/// What is wrong with an account. Each finding is made when it is asked for.
pub struct Judgement<'a> {
    report: &'a Report,
    lookups: &'a Lookups,
    limits: &'a Limits,
    now: Timestamp,
    /// In the order in which they are shown.
    users: Vec<&'a User>,
    bearer_keys: Vec<&'a BearerKey>,
}

/// A finding in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    pub check: &'static Check,
    pub user: &'a str,
}

impl<'a> Judgement<'a> {
    #[must_use]
    pub fn new(report: &'a Report, lookups: &'a Lookups, limits: &'a Limits, now: Timestamp) -> Self {
        let mut users: Vec<_> = report.users.iter().collect();
        users.sort_by(|one, other| one.name.cmp(&other.name));
        let mut bearer_keys: Vec<_> = lookups.bearer_keys.iter().flatten().filter(|key| key.active).collect();
        bearer_keys.sort_by(|one, other| one.user.cmp(&other.user));
        Self { report, lookups, limits, now, users, bearer_keys }
    }

    /// All findings, the worst first.
    pub fn findings(&self) -> impl Iterator<Item = Finding> + '_ {
        self.each(|found, texts| {
            let (message, evidence, fix) = texts();
            Finding::new(&found.check.kind, found.user, message).evidence(evidence).fix(fix)
        })
    }

    /// The same in short and in the same order, which takes less time.
    pub fn in_short(&self) -> impl Iterator<Item = Found<'_>> {
        self.each(|found, _| found)
    }

    /// The worst that was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.in_short().next().map(|found| found.check.kind.severity)
    }

    /// Check by check and user by user: that is the order, so that nothing has to be sorted, or kept for that.
    fn each<'s, T: 's>(&'s self, made: impl Fn(Found<'s>, &dyn Fn() -> Texts) -> T + Copy + 's) -> impl Iterator<Item = T> + 's {
        let mut checks = ALL;
        checks.sort_by_key(|check| (check.kind.severity, check.kind.id));
        checks.into_iter().flat_map(move |check| {
            let of_users = self.users.iter().flat_map(move |user| {
                let mut found = Vec::new();
                let mut find = |texts: &dyn Fn() -> Texts| found.push(made(Found { check, user: &user.name }, texts));
                Judge { of: self, check, find: &mut find }.judge(user);
                found
            });
            let is_of_keys = check.kind.id == check::BEARER_KEY.kind.id;
            let keys = if is_of_keys { &self.bearer_keys[..] } else { &[] };
            of_users.chain(keys.iter().map(move |key| made(Found { check, user: &key.user }, &|| of_bearer_key(key))))
        })
    }

    fn is_bot(&self, user: &User) -> bool {
        user.path().starts_with("/bots/") || self.limits.bots.as_ref().is_some_and(|bots| bots.fits(user.path(), &user.name))
    }

    /// How many whole days ago that was, where it was so long ago.
    fn days_since(&self, last: Last, is_too_long: impl Fn(i64) -> bool) -> Option<i64> {
        last.seconds_ago(self.now).filter(|seconds| is_too_long(*seconds)).map(|seconds| seconds / Timestamp::DAY)
    }
}

/// Message, evidence and fix.
type Texts = (String, String, String);

/// One check of one user.
struct Judge<'a, 'f> {
    of: &'a Judgement<'a>,
    check: &'static Check,
    find: &'f mut dyn FnMut(&dyn Fn() -> Texts),
}

impl Judge<'_, '_> {
    fn judge(&mut self, user: &User) {
        if user.is_root() {
            self.root(user);
        } else {
            self.user(user);
        }
        self.certificates(user);
    }

    fn find(&mut self, check: &'static Check, texts: impl Fn() -> Texts) {
        if ptr::eq(self.check, check) {
            (self.find)(&texts);
        }
    }

    fn root(&mut self, root: &User) {
        let place = "sign in as root and open Security credentials";
        for (number, key) in root.active_keys() {
            self.find(&check::ROOT_KEY, || {
                (
                    "the root user has an active access key".to_owned(),
                    format!("access key {number} made {}, last used {}", key.created.in_words(), key.used.in_words()),
                    format!("{place}: delete the access key"),
                )
            });
        }
        // Where root has no password, as in a member account whose root credentials were deleted, there is nobody who could sign in.
        if root.mfa == Some(false) && root.password != Some(false) {
            self.find(&check::ROOT_NO_MFA, || {
                let fix = format!("{place}: assign a security key or a hardware token");
                ("the root user has no MFA device".to_owned(), "mfa_active is false".to_owned(), fix)
            });
        }
        if root.mfa == Some(true) && self.of.lookups.devices.as_ref().is_some_and(|devices| devices.root_has_virtual) {
            self.find(&check::ROOT_VIRTUAL_MFA, || {
                let fix = format!("{place}: assign a security key or a hardware token, then remove the app");
                let evidence = "`ListVirtualMFADevices` names the device of root".to_owned();
                ("the MFA device of the root user is an app".to_owned(), evidence, fix)
            });
        }
        let uses = [("password", root.password_used), ("access key 1", root.keys[0].used), ("access key 2", root.keys[1].used)];
        let last =
            uses.into_iter().filter_map(|(what, last)| Some((last.seconds_ago(self.of.now)?, what, last))).min_by_key(|use_of| use_of.0);
        if let Some((seconds, what, last)) = last
            && seconds <= Limits::ROOT_USED
        {
            self.find(&check::ROOT_USED, || {
                let message = format!("the root user was used {} ago", days(seconds / Timestamp::DAY));
                let fix = "see in CloudTrail what it was used for, and use a role for that".to_owned();
                (message, format!("{what} last used {}", last.in_words()), fix)
            });
        }
    }

    fn user(&mut self, user: &User) {
        let has_password = user.password == Some(true);
        if user.mfa == Some(false) {
            if has_password {
                let partition = self.of.report.partition;
                self.find(&check::CONSOLE_NO_MFA, || {
                    let evidence = format!("mfa_active is false, password last used {}", user.password_used.in_words());
                    let console = cure::console(partition, user);
                    let sentence = format!("sign in at {console}, open Security credentials and assign an authenticator app");
                    ("has a console password and no MFA device".to_owned(), evidence, cure::send(user, &sentence))
                });
            }
            if user.active_keys().next().is_some() {
                let of = self.of;
                self.find(&check::KEY_NO_MFA, || {
                    let keys = user.active_keys().map(|(number, key)| format!("access key {number} last used {}", key.used.in_words()));
                    let evidence = format!("mfa_active is false, {}", keys.collect::<Vec<_>>().join(", "));
                    let fix = if of.is_bot(user) {
                        "allow the key only from where it is used: `vault policy service-account` prints the policy".to_owned()
                    } else {
                        cure::send(user, "run `vault mfa enroll PROFILE`, then start your commands with `vault exec`")
                    };
                    ("has an active access key and no MFA device".to_owned(), evidence, fix)
                });
            }
        }
        if user.mfa == Some(true) && self.of.lookups.devices.as_ref().is_some_and(|devices| devices.fido_only.contains(&user.name)) {
            self.find(&check::FIDO_ONLY, || {
                let fix = cure::send(user, "add an authenticator app to your passkey with `vault mfa enroll PROFILE`");
                let evidence = "mfa_active is true, and no device is one that STS can check".to_owned();
                ("has only passkeys or security keys: no MFA session on the command line".to_owned(), evidence, fix)
            });
        }
        if has_password {
            if self.of.is_bot(user) {
                self.find(&check::BOT_WITH_PASSWORD, || {
                    let (path, last) = (user.path(), user.password_used.in_words());
                    let evidence = format!("password_enabled is true, path {path}, password last used {last}");
                    ("is a program and has a console password".to_owned(), evidence, cure::drop_password(user))
                });
            }
            self.password(user);
        }
        self.keys(user);
    }

    fn password(&mut self, user: &User) {
        let is_stale = |seconds: i64| seconds >= self.of.limits.unused;
        match user.password_used {
            Last::Never => {
                // One that was never used is unused since it was set.
                let since = if user.password_changed == Last::Never { user.created } else { user.password_changed };
                if let Some(age) = self.of.days_since(since, is_stale) {
                    self.find(&check::UNUSED, || {
                        let evidence = format!("password set {}, never used", since.in_words());
                        (format!("password never used in {}", days(age)), evidence, cure::drop_password(user))
                    });
                }
            }
            last => {
                if let Some(age) = self.of.days_since(last, is_stale) {
                    self.find(&check::UNUSED, || {
                        let evidence = format!("password last used {}", last.in_words());
                        (format!("password not used for {}", days(age)), evidence, cure::drop_password(user))
                    });
                }
            }
        }
        if let Some(most) = self.of.limits.password_age
            && let Some(age) = self.of.days_since(user.password_changed, |seconds| seconds > most)
        {
            self.find(&check::PASSWORD_AGE, || {
                let evidence = format!("password last changed {}", user.password_changed.in_words());
                (format!("password is {} old", days(age)), evidence, cure::send(user, "change your console password: it is too old"))
            });
        }
    }

    fn keys(&mut self, user: &User) {
        let limits = self.of.limits;
        let mut active = 0;
        for (number, key) in user.active_keys() {
            active += 1;
            if let Some(age) = self.of.days_since(key.created, |seconds| seconds > limits.key_age) {
                self.find(&check::KEY_AGE, || {
                    let evidence = format!("access key {number} made {}", key.created.in_words());
                    let fix = cure::send(user, "replace your access key with `vault rotate NAME`");
                    (format!("access key {number} is {} old", days(age)), evidence, fix)
                });
            }
            if key.used == Last::Never {
                self.find(&check::KEY_NEVER_USED, || {
                    let evidence = format!("access key {number} made {}, last used never", key.created.in_words());
                    (format!("access key {number} was never used"), evidence, cure::disable_key(user))
                });
            }
            if let Some(age) = self.of.days_since(key.used, |seconds| seconds >= limits.unused) {
                self.find(&check::UNUSED, || {
                    let used_for = key.used_for.as_ref().map(|used_for| format!(" for {used_for}")).unwrap_or_default();
                    let evidence = format!("access key {number} last used {}{used_for}", key.used.in_words());
                    (format!("access key {number} not used for {}", days(age)), evidence, cure::disable_key(user))
                });
            }
        }
        if active == 2 {
            self.find(&check::TWO_KEYS, || {
                let made = user.keys.each_ref().map(|key| key.created.in_words());
                let evidence = format!("access key 1 made {}, access key 2 made {}", made[0], made[1]);
                ("has two active access keys".to_owned(), evidence, cure::disable_key(user))
            });
        }
    }

    fn certificates(&mut self, user: &User) {
        for (number, certificate) in (1..).zip(&user.certificates) {
            if certificate.active == Some(true) {
                self.find(&check::CERTIFICATE, || {
                    let evidence = format!("certificate {number} uploaded {}", certificate.created.in_words());
                    let fix = if user.is_root() {
                        "sign in as root and open Security credentials: deactivate the certificate".to_owned()
                    } else {
                        cure::disable_certificate(user)
                    };
                    ("has an active signing certificate".to_owned(), evidence, fix)
                });
            }
        }
    }
}

fn of_bearer_key(key: &BearerKey) -> Texts {
    let message = match key.expires {
        None => format!("has a credential for {} that never expires and needs no MFA", key.service),
        Some(expires) => format!("has a credential for {} that needs no MFA and works until {expires}", key.service),
    };
    let (name, id) = (in_shell(&key.user), in_shell(&key.id));
    let fix = format!("run `aws iam delete-service-specific-credential --user-name {name} --service-specific-credential-id {id}`");
    (message, format!("service-specific credential {}", key.id), fix)
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}
