//! S3 and IAM, with and without MFA.

use super::*;

#[test]
fn without_mfa_a_blocked_user_can_only_get_a_session() {
    let aws = stand_in();
    let blocked = aws.keys("blocked");
    let plain = session(&aws, &blocked, |r| r).expect("GetSessionToken is excepted");
    let buckets = |keys: &Keys| list_buckets(&aws.url(), "us-east-1", keys);
    for keys in [&blocked, &plain] {
        let (status, body) = buckets(keys);
        let text = "User: arn:aws:iam::123456789012:user/blocked is not authorized to perform: s3:ListAllMyBuckets with an explicit deny \
                    in an identity-based policy";
        assert_eq!(status, 403);
        assert!(body.contains("<Code>AccessDenied</Code>") && body.contains(text), "{body}");
        let (code, message) = assume(&aws, keys, "Open", |r| r).expect_err("it is denied");
        assert_eq!(code, "AccessDenied");
        assert!(message.ends_with("role/Open with an explicit deny in an identity-based policy"), "{message}");
        assert!(who(&aws, keys).is_ok(), "this call cannot be denied");
    }
    let mfa = mfa_session(&aws, "blocked");
    let (status, body) = buckets(&mfa);
    assert_eq!(status, 200);
    assert!(body.contains("<Name>some-bucket</Name>") && !body.contains("another-bucket"), "{body}");
    let abroad = assume(&aws, &mfa, "Abroad", |r| r).expect("it is trusted");
    assert!(buckets(&abroad).1.contains("<Name>another-bucket</Name>"));
}

#[test]
fn s3_refuses_in_its_own_words() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let buckets = |keys: &Keys| list_buckets(&aws.url(), "eu-west-1", keys);
    let other = Keys { secret: "x".repeat(40), ..user.clone() };
    assert!(buckets(&other).1.contains("<Code>SignatureDoesNotMatch</Code>"));
    let other = Keys { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..user.clone() };
    assert!(buckets(&other).1.contains("<Code>InvalidAccessKeyId</Code>"));
    let changed = |change: fn(&mut crate::support::aws::Wire)| list_buckets_with(&aws.url(), "eu-west-1", &user, change);
    assert_eq!(changed(|_| ()).0, 200);
    let spoiled = changed(|wire| wire.headers[0].1 = "localhost".to_owned());
    assert!(spoiled.1.contains("<Code>SignatureDoesNotMatch</Code>"), "host is signed");
    let spoiled = changed(|wire| wire.path = "/?extra=1".to_owned());
    assert!(spoiled.1.contains("<Code>SignatureDoesNotMatch</Code>"), "the query is signed");
    let spoiled = changed(|wire| wire.headers.retain(|(name, _)| name != "authorization"));
    assert!(spoiled.1.contains("<Code>AccessDenied</Code>"), "{}", spoiled.1);
    aws.set_clock_offset(1000);
    assert!(buckets(&user).1.contains("<Code>RequestTimeTooSkewed</Code>"));
}

pub(super) fn iam(aws: &StandIn, keys: &Keys) -> aws_sdk_iam::Client {
    let credentials = Credentials::new(&keys.id, &keys.secret, keys.token.clone(), None, "test");
    let config = aws_sdk_iam::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(aws.url())
        .credentials_provider(credentials)
        .retry_config(RetryConfig::disabled());
    aws_sdk_iam::Client::from_conf(config.build())
}

#[test]
fn iam_lists_devices_and_refuses_sessions_without_mfa() {
    let aws = StandIn::builder()
        .user("some-user", |u| u.path("/ops/").mfa("some-user").fido("key").block_without_mfa().second_key())
        .user("narrow", |u| u.deny("iam:ListMFADevices"))
        .role("Open", |r| r)
        .start();
    let user = aws.keys("some-user");
    let list = |keys: &Keys| wait(iam(&aws, keys).list_mfa_devices().send()).map_err(refused);
    let devices = list(&user).expect("excepted from the block");
    let serials: Vec<&str> = devices.mfa_devices().iter().map(aws_sdk_iam::types::MfaDevice::serial_number).collect();
    assert_eq!(serials, [SERIAL, "arn:aws:iam::123456789012:u2f/user/some-user/key"]);
    let found = wait(iam(&aws, &user).get_user().send()).expect("excepted from the block");
    assert_eq!(found.user().expect("a user").arn(), "arn:aws:iam::123456789012:user/ops/some-user");

    let plain = session(&aws, &user, |r| r).expect("no code is needed");
    assert_refused(list(&plain), INVALID_TOKEN.0, INVALID_TOKEN.1);
    let text = "User: arn:aws:iam::123456789012:user/narrow is not authorized to perform: iam:ListMFADevices on resource: user narrow \
                because no identity-based policy allows the iam:ListMFADevices action";
    assert_refused(list(&aws.keys("narrow")), "AccessDenied", text);

    let access_keys = |keys: &Keys| wait(iam(&aws, keys).list_access_keys().send()).map_err(refused);
    assert_eq!(access_keys(&user).expect_err("blocked without MFA").0, "AccessDenied");
    let mfa = mfa_session(&aws, "some-user");
    let own = wait(iam(&aws, &mfa).list_access_keys().user_name("some-user").send()).map_err(refused);
    assert_eq!(own.expect("MFA allows it").access_key_metadata().len(), 2);
    assert_refused(access_keys(&mfa), "ValidationError", "Must specify userName when calling with non-User credentials");
    let role = assume(&aws, &mfa, "Open", |r| r).expect("it is trusted");
    assert_refused(access_keys(&role), "ValidationError", "Must specify userName when calling with non-User credentials");
    let nobody = wait(iam(&aws, &role).list_mfa_devices().user_name("nobody").send()).map_err(refused);
    assert_refused(nobody, "NoSuchEntity", "The user with name nobody cannot be found.");
}
