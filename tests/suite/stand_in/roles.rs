//! Who may assume which role, for how long, and what the log keeps of the request.

use super::*;

#[test]
fn trust_policies_and_limits_decide_who_assumes_what() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let plain = session(&aws, &user, |r| r).expect("no code is needed");
    let mfa = mfa_session(&aws, "some-user");
    let role = assume(&aws, &mfa, "Open", |r| r).expect("it is trusted");
    let not =
        |who: &str, role: &str| format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {}", aws.role_arn(role));
    let (me, open) = ("arn:aws:iam::123456789012:user/some-user", "arn:aws:sts::123456789012:assumed-role/Open/some-name");

    for (keys, name) in [(&user, "Open"), (&plain, "Open"), (&mfa, "OpsSudo"), (&mfa, "Fresh"), (&role, "Second"), (&mfa, "Abroad")] {
        assert!(assume(&aws, keys, name, |r| r).is_ok(), "{name}");
    }
    let other_id = assume(&aws, &mfa, "Partner", |r| r.external_id("other"));
    assert_refused(other_id, "AccessDenied", &not(me, "Partner"));
    for (keys, caller, name, why) in [
        (&user, me, "OpsSudo", "no MFA with a long-term key"),
        (&plain, me, "OpsSudo", "no MFA in this session"),
        (&role, open, "OpsSudo", "a role session has no MFA information"),
        (&mfa, me, "Private", "another user is trusted"),
        (&mfa, me, "Second", "only a role is trusted"),
        (&mfa, me, "Partner", "no external id"),
    ] {
        let got = assume(&aws, keys, name, |r| r).expect_err(why);
        assert_eq!(got, ("AccessDenied".to_owned(), not(caller, name)), "{why}");
    }
    assert!(assume(&aws, &mfa, "Partner", |r| r.external_id("some-id")).is_ok());
    let missing = "arn:aws:iam::123456789012:role/Missing";
    let text = format!("User: {me} is not authorized to perform: sts:AssumeRole on resource: {missing}");
    assert_refused(assume(&aws, &mfa, "Open", |r| r.role_arn(missing)), "AccessDenied", &text);
    let root = assume(&aws, &aws.keys("root"), "Open", |r| r);
    assert_refused(root, "AccessDenied", "Roles may not be assumed by root accounts.");
}

#[test]
fn chained_roles_get_an_hour_and_others_the_roles_maximum() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let mfa = mfa_session(&aws, "some-user");
    let role = assume(&aws, &mfa, "Open", |r| r).expect("it is trusted");
    let chaining = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
    let too_long = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_refused(assume(&aws, &mfa, "OpsSudo", |r| r.duration_seconds(3601)), "ValidationError", chaining);
    assert_refused(assume(&aws, &role, "Second", |r| r.duration_seconds(3601)), "ValidationError", chaining);
    assert_refused(assume(&aws, &user, "Open", |r| r.duration_seconds(3601)), "ValidationError", too_long);
    aws.forget_spent_codes();
    let code = aws.code("some-user");
    let direct = |seconds: i32| assume(&aws, &user, "OpsSudo", |r| r.duration_seconds(seconds).serial_number(SERIAL).token_code(&code));
    assert!(direct(7200).is_ok(), "a long-term key with a code may get the role's maximum");
    assert_refused(direct(7200), "AccessDenied", WRONG_CODE);
}

#[test]
fn parameters_of_assume_role_are_checked() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let try_with = |change: &dyn Fn(AssumeRoleFluentBuilder) -> AssumeRoleFluentBuilder| {
        assume(&aws, &user, "Open", change).err().map(|(code, _)| code)
    };
    let tags = |count: usize| (0..count).map(|n| Tag::builder().key(format!("k{n}")).value("v").build().expect("complete")).collect();
    let refused = Some("ValidationError".to_owned());
    assert_eq!(try_with(&|r| r.role_session_name("a")), refused, "too short");
    assert_eq!(try_with(&|r| r.role_session_name("a".repeat(65))), refused, "too long");
    assert_eq!(try_with(&|r| r.role_session_name("some name")), refused, "a space");
    assert_eq!(try_with(&|r| r.role_session_name("Some_name+=,.@-")), None);
    assert_eq!(try_with(&|r| r.duration_seconds(899)), refused);
    assert_eq!(try_with(&|r| r.duration_seconds(43_201)), refused);
    assert_eq!(try_with(&|r| r.role_arn("arn:aws:s3:::some-bucket")), refused, "no role");
    assert_eq!(try_with(&|r| r.external_id("x")), refused);
    assert_eq!(try_with(&|r| r.source_identity("x")), refused);
    assert_eq!(try_with(&|r| r.set_tags(Some(tags(50)))), None);
    assert_eq!(try_with(&|r| r.set_tags(Some(tags(51)))), refused);
    assert_eq!(try_with(&|r| r.policy("x".repeat(2049))), refused);
    assert_eq!(try_with(&|r| r.policy("{")), Some("MalformedPolicyDocument".to_owned()));
}

#[test]
fn requests_are_logged_as_received() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let tag = Tag::builder().key("team & co").value("a+b=c%").build().expect("complete");
    let read_only = PolicyDescriptorType::builder().arn("arn:aws:iam::aws:policy/ReadOnlyAccess").build();
    let given = assume(&aws, &user, "Partner", |r| {
        let r = r.duration_seconds(1800).external_id("some-id").source_identity("me").policy(policy);
        r.tags(tag).transitive_tag_keys("team & co").policy_arns(read_only)
    });
    let given = given.expect("all of it is allowed");
    let seen = aws.last("AssumeRole");
    assert_eq!((seen.service.as_str(), seen.region.as_str(), seen.key_id), ("sts", "us-east-1", Some(user.id)));
    assert_eq!(seen.role_arn.as_deref(), Some("arn:aws:iam::123456789012:role/Partner"));
    assert_eq!((seen.duration, seen.serial), (Some(1800), None));
    assert_eq!(seen.tags, [("team & co".to_owned(), "a+b=c%".to_owned())]);
    assert_eq!(seen.transitive_tag_keys, ["team & co"]);
    assert_eq!((seen.external_id.as_deref(), seen.source_identity.as_deref()), (Some("some-id"), Some("me")));
    assert_eq!(seen.policy.as_deref(), Some(policy));
    assert_eq!(seen.policy_arns, ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
    assert!(seen.user_agent.contains("aws-sdk-rust"), "{}", seen.user_agent);
    assert_eq!(seen.outcome, Outcome::Answered);
    let secrets = aws.all_secrets();
    let token = given.token.expect("a role session has one");
    assert!([given.secret, token, user.secret, aws.user("some-user").seed()].iter().all(|secret| secrets.contains(secret)));
}

#[test]
fn web_identity_needs_its_token_and_no_key() {
    let aws = stand_in();
    let ask = |role: &str, token: &str| {
        let nobody = Keys { id: "unused".to_owned(), secret: "unused".to_owned(), token: None };
        let request = client_in(&aws, &nobody, "us-east-1").assume_role_with_web_identity();
        let request = request.role_arn(aws.role_arn(role)).role_session_name("some-name").web_identity_token(token);
        wait(request.send()).map_err(refused)
    };
    let given = ask("Web", "some-web-token").expect("the token is known");
    let arn = "arn:aws:sts::123456789012:assumed-role/Web/some-name";
    assert_eq!(who(&aws, &keys(given.credentials())).as_deref(), Ok(arn));
    assert_eq!(ask("Web", "other-token").expect_err("unknown").0, "InvalidIdentityToken");
    let text = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    assert_refused(ask("Open", "some-web-token"), "AccessDenied", text);
}
