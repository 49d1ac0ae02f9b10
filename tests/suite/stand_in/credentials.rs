//! Which identity a key has, and when it is refused.

use super::*;

#[test]
fn key_ids_carry_their_account() {
    assert_eq!(account_of("ASIAQNZGKIQY56JQ7WML").as_deref(), Some("029608264753"), "an id that AWS made");
    let aws = stand_in();
    let long_term = aws.keys("some-user").id;
    let temporary = session(&aws, &aws.keys("some-user"), |r| r).expect("no code is needed").id;
    let abroad = assume(&aws, &aws.keys("some-user"), "Abroad", |r| r).expect("it is trusted").id;
    for (id, prefix, account) in
        [(long_term, "AKIA", "123456789012"), (temporary, "ASIA", "123456789012"), (abroad, "ASIA", "210987654321")]
    {
        assert!(id.starts_with(prefix) && id.len() == 20, "{id}");
        assert_eq!(account_of(&id).as_deref(), Some(account));
    }
}

#[test]
fn each_kind_of_credentials_has_its_identity() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let role = assume(&aws, &user, "Open", |r| r).expect("it is trusted");
    let cases = [
        (user, "arn:aws:iam::123456789012:user/some-user"),
        (mfa_session(&aws, "some-user"), "arn:aws:iam::123456789012:user/some-user"),
        (role, "arn:aws:sts::123456789012:assumed-role/Open/some-name"),
        (aws.keys("root"), "arn:aws:iam::123456789012:root"),
    ];
    for (keys, arn) in cases {
        assert_eq!(who(&aws, &keys).as_deref(), Ok(arn));
    }
}

#[test]
fn invalid_credentials_are_refused() {
    let aws = stand_in();
    let good = session(&aws, &aws.keys("some-user"), |r| r).expect("no code is needed");
    let user = aws.keys("some-user");
    let cases = [
        ("unknown key", Keys { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..user.clone() }),
        ("long-term key with a token", Keys { token: Some("token".to_owned()), ..user.clone() }),
        ("session without its token", Keys { token: None, ..good.clone() }),
        ("session with another token", Keys { token: Some("token".to_owned()), ..good.clone() }),
    ];
    for (why, keys) in cases {
        assert_eq!(who(&aws, &keys), Err((INVALID_TOKEN.0.to_owned(), INVALID_TOKEN.1.to_owned())), "{why}");
    }
    let text = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
                signing method. Consult the service documentation for details.";
    let (code, message) = who(&aws, &Keys { secret: good.secret.clone(), ..user.clone() }).expect_err("AWS would refuse this");
    assert_eq!(code, "SignatureDoesNotMatch");
    let request = message.strip_prefix(text).expect("AWS begins so");
    assert!(request.starts_with("\n\nThe Canonical String for this request should have been\n'POST\n/\n"), "{request}");
    assert!(request.contains("The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n"), "{request}");

    aws.deactivate_key(&user.id);
    assert_refused(who(&aws, &user), INVALID_TOKEN.0, INVALID_TOKEN.1);
    aws.activate_key(&user.id);
    assert!(who(&aws, &user).is_ok());

    aws.expire_sessions();
    assert_refused(who(&aws, &good), "ExpiredToken", "The security token included in the request is expired");
    let disabled = wait(client_in(&aws, &user, "ap-east-1").get_caller_identity().send()).map_err(refused);
    assert_eq!(disabled.expect_err("AWS would refuse this").0, "RegionDisabledException");
}
