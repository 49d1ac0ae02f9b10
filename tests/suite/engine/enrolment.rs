//! A new device: AWS gets time to learn of it, and the codes that enabled it make the first session.

use std::cell::Cell;

use vault::engine::EngineError;
use vault::engine::enroll::{Enroller, Why, first_session};
use vault::model::{Arn, ForeignText, MfaDevice, MfaSerial, TokenCode};
use vault::ports::{Authenticator, AwsFault, AwsFaultKind, CodePair, DeviceNote, MfaDevices, NewDevice, PairRequest, PromptError, Sent};

use super::fakes::{STEP, World, usual};
use super::{SERIAL, plan};

fn codes() -> CodePair {
    let code = |digits| TokenCode::parse(digits).unwrap();
    CodePair { first: code("111111"), second: code("222222") }
}

fn first(world: &World) -> Result<bool, EngineError> {
    first_session(&plan("read-only"), &usual(), &world.ports(), &codes())
}

#[test]
fn the_first_session_uses_the_newer_code_or_else_the_older_one() {
    for (refusals, codes) in [(&[][..], &["222222"][..]), (&[AwsFaultKind::InvalidCode], &["222222", "111111"])] {
        let world = World::new();
        world.refusals.borrow_mut().extend(refusals.iter().map(|kind| (*kind, None)));
        assert!(first(&world).unwrap());
        let log = world.log();
        let sent: Vec<_> = log.iter().filter_map(|line| line.split_once(" with ").map(|(_, code)| code)).collect();
        assert_eq!(sent, codes);
        assert!(log.contains(&"store GetSessionToken".to_owned()), "{log:?}");
    }
}

// Security: otherwise one user's session would be cached under the id of another user's key.
#[test]
fn no_session_is_made_with_another_key_than_the_planned_one() {
    let world = World::new();
    *world.stored_key.borrow_mut() = Ok("AKIAI44QH8DHBEXAMPLE");
    assert!(matches!(first(&world), Err(EngineError::OtherKey { .. })));
    assert_eq!(world.log(), ["open read-only"]);
}

#[test]
fn the_ledger_treats_the_codes_of_an_enrolment_like_any_other() {
    for (kind, expected) in [
        (AwsFaultKind::InvalidCode, Some(Sent::Refused)),
        // An attempt without an answer may have used it up.
        (AwsFaultKind::CodeMayBeUsed, Some(Sent::Pending)),
        (AwsFaultKind::AccessDenied, Some(Sent::Pending)),
        (AwsFaultKind::NotSent, None),
        (AwsFaultKind::Untrusted, None),
    ] {
        let world = World::new();
        world.refusals.borrow_mut().extend([(kind, None), (kind, None)]);
        assert!(!first(&world).unwrap(), "{kind:?}");
        let ledger = world.ledger.borrow();
        let said = ledger.iter().find(|(code, _, _)| code == "222222");
        assert_eq!(said.map(|(_, step, what)| (*step, *what)), expected.map(|what| (STEP, what)), "{kind:?}");
    }
}

#[test]
fn a_device_that_sts_does_not_know_yet_is_tried_again_for_twenty_seconds() {
    let world = World::new();
    world.refusals.borrow_mut().extend([(AwsFaultKind::UnknownSerial, None), (AwsFaultKind::InvalidKey, None)]);
    assert!(first(&world).unwrap());
    let world = World::new();
    world.refusals.borrow_mut().extend([(AwsFaultKind::UnknownSerial, None); 20]);
    assert!(!first(&world).unwrap());
    assert!(world.log().iter().filter(|line| line.contains(" with ")).count() <= 7, "AWS counts them");
}

/// An IAM that never learns of the device. Each call sets the clock back, so time alone never ends the wait.
struct Forgetful<'a> {
    world: &'a World,
    kind: AwsFaultKind,
    asked: Cell<usize>,
}

impl MfaDevices for Forgetful<'_> {
    fn mfa_devices(&self, _user_name: &str) -> Result<Vec<MfaDevice>, AwsFault> {
        Ok(Vec::new())
    }

    fn unassigned_devices(&self) -> Result<Vec<String>, AwsFault> {
        Ok(Vec::new())
    }

    fn create_device(&self, _name: &str) -> Result<NewDevice, AwsFault> {
        Ok(NewDevice { serial: MfaSerial::parse(SERIAL).unwrap(), seed: "MFRGGZDFMZTWQ2LK".to_owned().into() })
    }

    fn enable_device(&self, _user_name: &str, _serial: &MfaSerial, _codes: &CodePair) -> Result<(), AwsFault> {
        self.asked.set(self.asked.get() + 1);
        assert!(self.asked.get() < 1000, "it is called endlessly");
        self.world.set_back.set(3600);
        Err(AwsFault { operation: "EnableMFADevice", kind: self.kind, message: ForeignText::of("no"), clock_ahead: None, endpoint: None })
    }

    fn resync_device(&self, _user_name: &str, _serial: &MfaSerial, _codes: &CodePair) -> Result<(), AwsFault> {
        unreachable!("nothing is resynced")
    }

    fn deactivate_device(&self, _user_name: &str, _serial: &str) -> Result<(), AwsFault> {
        unreachable!("nothing is deactivated")
    }

    fn delete_device(&self, _serial: &str) -> Result<(), AwsFault> {
        Ok(())
    }

    fn clock_ahead(&self) -> Option<i64> {
        None
    }
}

struct Nobody;

impl DeviceNote for Nobody {
    fn begun(&self) -> Option<MfaSerial> {
        None
    }

    fn begin(&self, _serial: &MfaSerial) {}

    fn done(&self) {}
}

impl Authenticator for Nobody {
    fn uses_our_clock(&self) -> bool {
        false
    }

    fn codes(&self, _request: &PairRequest<'_>) -> Result<CodePair, PromptError> {
        Ok(codes())
    }
}

#[test]
fn the_wait_for_a_device_ends_even_if_the_clock_is_set_back_again_and_again() {
    for kind in [AwsFaultKind::NoSuchEntity, AwsFaultKind::TemporarilyUnmodifiable] {
        let world = World::new();
        let iam = Forgetful { world: &world, kind, asked: Cell::new(0) };
        let user = Arn::parse("arn:aws:iam::123456789012:user/some-user").unwrap();
        let enroller = Enroller { iam: &iam, note: &Nobody, notices: &world, clock: &world, user: &user, user_name: "some-user" };
        let refused = enroller.enroll(None, &Nobody).err().map(|not| not.why);
        assert!(matches!(refused, Some(Why::Aws(fault)) if fault.kind == kind));
    }
}
