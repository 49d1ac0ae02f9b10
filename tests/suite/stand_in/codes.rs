//! MFA codes: RFC 6238, and each works once.

use super::*;

/// RFC 6238, appendix B, SHA-1.
#[test]
fn totp_gives_the_codes_of_the_rfc() {
    let vectors = [
        (59, 94_287_082),
        (1_111_111_109, 7_081_804),
        (1_111_111_111, 14_050_471),
        (1_234_567_890, 89_005_924),
        (2_000_000_000, 69_279_037),
        (20_000_000_000, 65_353_130),
    ];
    for (seconds, code) in vectors {
        assert_eq!(truncated(b"12345678901234567890", seconds / 30) % 100_000_000, code, "at {seconds}");
    }
    assert_eq!(unbase32("gezd gnbv GY3TQOJQGEZDGNBVGY3TQOJQ==").as_deref(), Some(&b"12345678901234567890"[..]));
    assert_eq!(code_for("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1), "287082");
}

/// Seconds, serial, code, and the refusal's error code and message.
type TokenCase<'a> = (Option<i32>, Option<&'a str>, Option<&'a str>, &'a str, &'a str);

#[test]
fn session_tokens_have_rules() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let low = "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater \
               than or equal to 900";
    let high = "1 validation error detected: Value '129601' at 'durationSeconds' failed to satisfy constraint: Member must have value less \
                than or equal to 129600";
    let short = "1 validation error detected: Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length greater \
                 than or equal to 6";
    let (code, wrong) = (aws.code("some-user"), aws.wrong_code("some-user"));
    let fido = "arn:aws:iam::123456789012:u2f/user/some-user/key";
    let cases: [TokenCase; 9] = [
        (Some(899), None, None, "ValidationError", low),
        (Some(129_601), None, None, "ValidationError", high),
        (None, Some(SERIAL), None, "AccessDenied", ONE_OF_TWO),
        (None, None, Some(&code), "AccessDenied", ONE_OF_TWO),
        (None, Some(SERIAL), Some("12345"), "ValidationError", short),
        (None, Some(SERIAL), Some(&wrong), "AccessDenied", WRONG_CODE),
        (None, Some("arn:aws:iam::123456789012:mfa/nobody"), Some(&code), "AccessDenied", WRONG_SERIAL),
        (None, Some("arn:aws:iam::123456789012:mfa/blocked"), Some(&code), "AccessDenied", WRONG_SERIAL),
        (None, Some(fido), Some(&code), "AccessDenied", WRONG_SERIAL),
    ];
    for (seconds, serial, code, error, message) in cases {
        let answer = session(&aws, &user, |r| {
            r.set_duration_seconds(seconds).set_serial_number(serial.map(str::to_owned)).set_token_code(code.map(str::to_owned))
        });
        assert_refused(answer, error, message);
    }
    for seconds in [900, 129_600] {
        assert!(session(&aws, &user, |r| r.duration_seconds(seconds)).is_ok(), "{seconds}");
    }
    let root = session(&aws, &aws.keys("root"), |r| r.duration_seconds(3601));
    assert_eq!(root.expect_err("root gets an hour at most").0, "ValidationError");

    let text = "Cannot call GetSessionToken with session credentials";
    assert_refused(session(&aws, &mfa_session(&aws, "some-user"), |r| r), "AccessDenied", text);
    let role = assume(&aws, &user, "Open", |r| r).expect("it is trusted");
    assert_refused(session(&aws, &role, |r| r), "AccessDenied", text);
}

#[test]
fn a_code_works_once() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let spend = |code: String| session(&aws, &user, |r| r.serial_number(SERIAL).token_code(code));
    let (current, next) = (aws.code("some-user"), aws.next_code("some-user"));
    assert!(spend(current.clone()).is_ok());
    assert_refused(spend(current.clone()), "AccessDenied", WRONG_CODE);
    assert!(spend(next.clone()).is_ok());
    assert_refused(spend(next), "AccessDenied", WRONG_CODE);
    assert_refused(spend(current), "AccessDenied", WRONG_CODE);
    let hardware = "GAHT12345678";
    let code = aws.code_of(hardware);
    let other = session(&aws, &user, |r| r.serial_number(hardware).token_code(code));
    assert!(other.is_ok(), "each device has its own seed and its own spent codes");
}

#[test]
fn the_codes_of_two_steps_on_either_side_work_in_any_order() {
    let aws = stand_in();
    let seed = aws.user("some-user").seed();
    let step = || std::time::UNIX_EPOCH.elapsed().expect("past 1970").as_secs() / 30;
    let spend = |code: String| session(&aws, &aws.keys("some-user"), |r| r.serial_number(SERIAL).token_code(code)).map(|_| ());
    // Repeated if a step ended meanwhile.
    let answers = loop {
        aws.forget_spent_codes();
        let now = step();
        let answers: Vec<_> =
            [2, -2, 3, -3, 1, -1, 0].into_iter().map(|off| spend(code_for(&seed, now.saturating_add_signed(off)))).collect();
        if step() == now {
            break answers;
        }
    };
    let wrong = || Err(("AccessDenied".to_owned(), WRONG_CODE.to_owned()));
    assert_eq!(answers, [Ok(()), Ok(()), wrong(), wrong(), Ok(()), Ok(()), Ok(())]);
}

#[test]
fn a_device_has_a_budget_per_three_minutes() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    let spend = |code: String| session(&aws, &user, |r| r.serial_number(SERIAL).token_code(code)).map(|_| ());
    let window = || std::time::UNIX_EPOCH.elapsed().expect("past 1970").as_secs() / 180;
    // Repeated if a window ended meanwhile.
    let (before, answers) = loop {
        aws.forget_spent_codes();
        let before = window();
        let answers: Vec<_> = (0..10).map(|_| spend(aws.wrong_code("some-user")).expect_err("it is wrong").1).collect();
        if window() == before {
            break (before, answers);
        }
    };
    assert_eq!(answers[..9], [WRONG_CODE; 9], "refused codes count");
    assert_eq!(answers[9], WRONG_SERIAL, "with the text for a device that is not the user's");
    if window() == before {
        assert_refused(spend(aws.code("some-user")), "AccessDenied", WRONG_SERIAL);
    }
    aws.set_clock_offset(180);
    assert!(spend(aws.code("some-user")).is_ok(), "the next window has a new budget");
    aws.spend_budget("some-user");
    assert_refused(spend(aws.next_code("some-user")), "AccessDenied", WRONG_SERIAL);
}

#[test]
fn fresh_codes_wait_for_the_next_step() {
    let aws = stand_in();
    aws.set_speed(10.0);
    let first = mfa_session(&aws, "some-user");
    let fetched = wait_for_text(&aws.code_url("some-user"));
    let spend = |code: &str| session(&aws, &aws.keys("some-user"), |r| r.serial_number(SERIAL).token_code(code));
    assert!(spend(&fetched).is_ok());
    assert!(spend(&aws.fresh_code("some-user")).is_ok());
    assert_eq!(aws.code_fetches("some-user"), 1);
    assert_eq!(aws.answered("GetSessionToken"), 3);
    assert_eq!(wait_for_text(&format!("{}/__calls?action=GetSessionToken", aws.url())), "3");
    assert!(who(&aws, &first).is_ok());
}
