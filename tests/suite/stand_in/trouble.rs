//! Clocks that drift or run fast, faults on demand, and shutdown.

use super::*;

#[test]
fn a_drifting_clock_breaks_signatures_and_codes() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    for (offset, start) in [(400, "Signature expired: "), (-400, "Signature not yet current: ")] {
        aws.set_clock_offset(offset);
        let (code, message) = who(&aws, &user).expect_err("too far off");
        assert_eq!(code, "SignatureDoesNotMatch");
        assert!(message.starts_with(start), "{message}");
    }
    aws.set_clock_offset(0);
    let code = aws.code("some-user");
    let spend = || session(&aws, &user, |r| r.serial_number(SERIAL).token_code(&code));
    for offset in [-90, 90] {
        aws.set_clock_offset(offset);
        assert_refused(spend(), "AccessDenied", WRONG_CODE);
        assert!(who(&aws, &user).is_ok(), "signatures are valid for five minutes");
    }
    let now = std::time::UNIX_EPOCH.elapsed().expect("past 1970").as_secs() + 90;
    let reply = fetch(&format!("{}/", aws.url()));
    let dates = [now - 1, now, now + 1].map(|second| format!("date: {}\r\n", http_date(Duration::from_secs(second))));
    assert!(dates.iter().any(|date| reply.contains(date)), "{reply}");
    aws.set_clock_offset(0);
    assert!(spend().is_ok());
    assert_eq!(http_date(Duration::from_secs(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

#[test]
fn time_can_pass_faster() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    aws.set_speed(450.0);
    let begun = Instant::now();
    let given = session(&aws, &user, |r| r.duration_seconds(900)).expect("no code is needed");
    assert!(who(&aws, &given).is_ok());
    while who(&aws, &given).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(10), "900 s pass in 2 s");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begun.elapsed() >= Duration::from_secs(2));
    assert_eq!(who(&aws, &given).expect_err("it has ended").0, "ExpiredToken");

    aws.set_speed(1.0);
    let mfa = mfa_session(&aws, "some-user");
    assert!(assume(&aws, &mfa, "Fresh", |r| r).is_ok());
    aws.set_speed(2000.0);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(assume(&aws, &mfa, "Fresh", |r| r).expect_err("MFA is older than 1000 s").0, "AccessDenied");
    assert!(assume(&aws, &mfa, "OpsSudo", |r| r).is_ok(), "this role has no age limit");
}

#[test]
fn faults_happen_as_ordered() {
    let aws = stand_in();
    let user = aws.keys("some-user");
    for (fault, code) in [
        (Fault::internal(), "InternalFailure"),
        (Fault::unavailable(), "ServiceUnavailable"),
        (Fault::throttling(), "Throttling"),
        (Fault::not_yet_visible(), "InvalidClientTokenId"),
        (Fault::WrongSignature, "SignatureDoesNotMatch"),
        (Fault::Edit(|_| String::new()), ""),
        (Fault::CutShort, ""),
        (Fault::Endless, ""),
        (Fault::Drop, ""),
        (Fault::Hang(Duration::from_mins(1)), ""),
    ] {
        aws.fault("GetCallerIdentity", fault, 2);
        assert!(session(&aws, &user, |r| r).is_ok(), "other calls are not affected");
        assert_eq!(who(&aws, &user).expect_err("ordered to fail").0, code);
        aws.clear_faults();
        assert!(who(&aws, &user).is_ok());
    }
    aws.fault("*", Fault::Delay(Duration::from_millis(300)), 1);
    let begun = Instant::now();
    assert!(who(&aws, &user).is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(300));
    aws.fault("GetCallerIdentity", Fault::throttling(), 1);
    assert!(who(&aws, &user).is_err());
    assert!(who(&aws, &user).is_ok(), "ordered once");
}

#[test]
fn a_lost_answer_has_spent_the_code() {
    for fault in [Fault::internal().after(), Fault::Drop.after()] {
        let aws = stand_in();
        let code = aws.code("some-user");
        let spend = || session(&aws, &aws.keys("some-user"), |r| r.serial_number(SERIAL).token_code(&code));
        aws.fault("GetSessionToken", fault, 1);
        assert!(spend().is_err());
        assert_refused(spend(), "AccessDenied", WRONG_CODE);
        assert_eq!((aws.calls("GetSessionToken"), aws.answered("GetSessionToken")), (2, 0));
    }
}

#[test]
fn the_stand_in_stops_when_dropped_even_if_a_connection_hangs() {
    let aws = stand_in();
    aws.fault("*", Fault::Hang(Duration::from_mins(10)), 1);
    let (url, user) = (aws.url(), aws.keys("some-user"));
    let _ = who(&aws, &user);
    let begun = Instant::now();
    drop(aws);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(std::net::TcpStream::connect(url.trim_start_matches("http://")).is_err());
}
