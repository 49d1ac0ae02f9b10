//! MFA devices in IAM: created with their seed, enabled with two codes in a row, and guarded by AWS itself once there is one.

use aws_sdk_iam::types::AssignmentStatusType;

use super::services::iam;
use super::*;

const MFA_FIRST: &str =
    "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user.";
const BAD_PAIR: &str = "Authentication code for device is not valid.";
const ALICE: &str = "arn:aws:iam::123456789012:mfa/alice";

fn world() -> StandIn {
    StandIn::builder().user("alice", UserBuilder::block_without_mfa).start()
}

fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().expect("past 1970").as_secs() / 30
}

/// Serial and seed.
fn create(aws: &StandIn, keys: &Keys, name: &str) -> Answer<(String, String)> {
    let answer = wait(iam(aws, keys).create_virtual_mfa_device().virtual_mfa_device_name(name).send()).map_err(refused)?;
    let device = answer.virtual_mfa_device().expect("it was made");
    let seed = device.base32_string_seed().expect("the seed is shown once").clone().into_inner();
    Ok((device.serial_number().to_owned(), String::from_utf8(seed).expect("base32 text")))
}

fn enable(aws: &StandIn, keys: &Keys, serial: &str, codes: [&str; 2]) -> Answer<()> {
    let request = iam(aws, keys).enable_mfa_device().user_name("alice").serial_number(serial);
    wait(request.authentication_code1(codes[0]).authentication_code2(codes[1]).send()).map(|_| ()).map_err(refused)
}

/// The two codes of a device whose clock is this many steps ahead.
fn pair(seed: &str, ahead: i64) -> [String; 2] {
    let step = now().saturating_add_signed(ahead);
    [code_for(seed, step - 1), code_for(seed, step)]
}

fn enrolled(aws: &StandIn, keys: &Keys, name: &str, ahead: i64) -> Answer<(String, String)> {
    let (serial, seed) = create(aws, keys, name)?;
    let [first, second] = pair(&seed, ahead);
    enable(aws, keys, &serial, [&first, &second])?;
    Ok((serial, seed))
}

fn with_code(aws: &StandIn, serial: &str, code: &str) -> Answer<Keys> {
    session(aws, &aws.keys("alice"), |r| r.serial_number(serial).token_code(code))
}

#[test]
fn the_first_device_works_with_the_plain_key_and_sts_still_accepts_both_codes() {
    let aws = world();
    let key = aws.keys("alice");
    let (serial, seed) = create(&aws, &key, "alice").expect("it is excepted from the block");
    assert_eq!((serial.as_str(), seed.len()), (ALICE, 64));
    assert_eq!(aws.unassigned_devices(), [ALICE]);
    let [first, second] = pair(&seed, 0);
    for bad in [[&second, &first], [&first, &first], [&aws_code(&seed, 5), &second]] {
        assert_refused(enable(&aws, &key, &serial, bad.map(String::as_str)), "InvalidAuthenticationCode", BAD_PAIR);
    }
    enable(&aws, &key, &serial, [&first, &second]).expect("two in a row");
    assert!(aws.unassigned_devices().is_empty());
    for code in [&second, &first] {
        assert!(with_code(&aws, &serial, code).is_ok(), "an enrolment spends no code");
        assert_refused(with_code(&aws, &serial, code), "AccessDenied", WRONG_CODE);
    }
}

fn aws_code(seed: &str, ahead: i64) -> String {
    code_for(seed, now().saturating_add_signed(ahead))
}

#[test]
fn once_there_is_a_device_aws_itself_requires_mfa_whatever_the_policy_says() {
    let aws = StandIn::builder().user("alice", |u| u.mfa("phone")).start();
    let key = aws.keys("alice");
    let (serial, seed) = create(&aws, &key, "tablet").expect("the device is unassigned");
    let [first, second] = pair(&seed, 0);
    assert_refused(enable(&aws, &key, &serial, [&first, &second]), "AccessDenied", MFA_FIRST);
    let phone = aws.user("alice").serial();
    let deactivate = |keys: &Keys| {
        let request = iam(&aws, keys).deactivate_mfa_device().user_name("alice").serial_number(&phone);
        wait(request.send()).map(|_| ()).map_err(refused)
    };
    assert_refused(deactivate(&key), "AccessDenied", MFA_FIRST);
    let mfa = mfa_session(&aws, "alice");
    enable(&aws, &mfa, &serial, [&first, &second]).expect("the session used the first device");
    deactivate(&mfa).expect("its session outlives it");
    assert_eq!(aws.unassigned_devices(), [phone.as_str()], "it is left unassigned");
    let delete = |serial: &str| wait(iam(&aws, &mfa).delete_virtual_mfa_device().serial_number(serial).send()).map(|_| ()).map_err(refused);
    assert_refused(delete(&serial), "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.");
    delete(&phone).expect("it is unassigned");
    assert_eq!(delete(&phone).expect_err("it is gone").0, "NoSuchEntity");
}

#[test]
fn sts_learns_of_a_device_later_than_iam() {
    let aws = world();
    aws.delay_devices(Duration::from_millis(1500));
    let (serial, seed) = enrolled(&aws, &aws.keys("alice"), "alice", 0).expect("it is the first device");
    assert_refused(with_code(&aws, &serial, &aws_code(&seed, 0)), "AccessDenied", WRONG_SERIAL);
    aws.set_clock_offset(2);
    let mfa = with_code(&aws, &serial, &aws_code(&seed, 0)).expect("it is known by now");
    let request = iam(&aws, &mfa).deactivate_mfa_device().user_name("alice").serial_number(&serial);
    wait(request.send()).expect("the session comes from that device");
    assert!(with_code(&aws, &serial, &aws_code(&seed, 1)).is_ok(), "it still works for some seconds");
    aws.set_clock_offset(4);
    assert_refused(with_code(&aws, &serial, &aws_code(&seed, 2)), "AccessDenied", WRONG_SERIAL);
}

#[test]
fn the_pair_may_be_eight_hours_off_and_the_drift_is_remembered() {
    for (ahead, found) in [(0, true), (-960, true), (950, true), (-970, false), (970, false)] {
        let aws = world();
        let enrolled = enrolled(&aws, &aws.keys("alice"), "alice", ahead);
        assert_eq!(enrolled.is_ok(), found, "{ahead}");
        let Ok((serial, seed)) = enrolled else { continue };
        assert!((aws.drift_of(&serial) - ahead).abs() <= 1, "{ahead}: {}", aws.drift_of(&serial));
        assert!(with_code(&aws, &serial, &aws_code(&seed, ahead + 1)).is_ok(), "{ahead}: the device's own code");
        let right = with_code(&aws, &serial, &aws_code(&seed, 0));
        assert_eq!(right.is_ok(), ahead == 0, "{ahead}: the code of a correct clock");
        let [first, second] = pair(&seed, 0);
        let resync = iam(&aws, &aws.keys("alice")).resync_mfa_device().user_name("alice").serial_number(&serial);
        wait(resync.authentication_code1(first).authentication_code2(second).send()).expect("the plain key may");
        assert!(aws.drift_of(&serial).abs() <= 1);
    }
}

#[test]
fn names_are_unique_and_a_user_has_eight_devices_at_most() {
    let aws = StandIn::builder().user("alice", |u| u.path("/ops/").orphan("alice").mfa("first")).start();
    let mfa = mfa_session(&aws, "alice");
    let taken = "MFADevice entity at the same path and name already exists.";
    for name in ["alice", "first", "Alice"] {
        assert_refused(create(&aws, &mfa, name), "EntityAlreadyExists", taken);
    }
    assert_eq!(create(&aws, &mfa, "a b").expect_err("no such name").0, "ValidationError");
    for number in 2..=8 {
        enrolled(&aws, &mfa, &format!("alice-{number}"), 0).unwrap_or_else(|error| panic!("{number}: {error:?}"));
    }
    let ninth = enrolled(&aws, &mfa, "alice-9", 0);
    assert_refused(ninth, "LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 8");
    let request = iam(&aws, &mfa).list_virtual_mfa_devices().assignment_status(AssignmentStatusType::Unassigned);
    let listed = wait(request.send()).expect("nothing denies it");
    let serials: Vec<_> =
        listed.virtual_mfa_devices().iter().map(|device| device.serial_number().rsplit('/').next().expect("a name")).collect();
    assert_eq!(serials, ["alice", "alice-9"]);
    assert_eq!(
        enable(&aws, &mfa, "arn:aws:iam::123456789012:mfa/none", ["123456", "654321"]).expect_err("no such device").0,
        "LimitExceeded"
    );
    let all = wait(iam(&aws, &mfa).list_virtual_mfa_devices().send()).expect("nothing denies it");
    assert_eq!(all.virtual_mfa_devices().len(), 10);
}
