//! The first device: its QR code is read from the terminal's cells, it is enabled, written into the profile, and used to sign in.

use super::*;

#[test]
fn the_qr_code_has_the_exact_uri_and_the_first_session_needs_no_third_code() {
    for (rows, columns, user, label) in [
        (24, 80, "some-user", "some-user%40123456789012"),
        (24, 60, "some-user", "some-user%40123456789012"),
        (40, 60, "a+b@c.example", "a%2Bb%40c.example%40123456789012"),
        (50, 132, "a=b,c_d-e", "a%3Db%2Cc_d-e%40123456789012"),
    ] {
        let world = world_of(user, |u| u.path("/ops/").block_without_mfa());
        world.aws.delay_devices(Duration::from_millis(1500));
        let mut terminal = Terminal::run_sized(world.vault(["mfa", "enroll", "me"]), rows, columns);
        terminal.expect(FIRST);
        let (app, uri) = App::scan(&terminal, rows, columns);
        assert_eq!(uri, format!("otpauth://totp/{label}?secret={}&issuer=AWS", app.0), "{rows}x{columns}");
        let (first, second) = (app.code(0), app.code(1));
        terminal.type_line(&first);
        terminal.expect("the device shows a new code in ");
        terminal.expect(NEXT);
        terminal.type_line(&second);
        terminal.expect("you are signed in");
        let written = terminal.written();
        let ended = terminal.wait();
        assert!(ended.status == 0 && ended.as_it_was, "{ended:?}");
        let mut left = Shown::after(&written, rows, columns);
        assert!(!left.is_alternate());
        let text = left.text();
        assert!(!text.contains(['█', '▀', '▄']) && !text.contains(&app.0[..4]), "nothing remains in the scrollback: {text}");
        assert_eq!(world.aws.user(user).seed(), app.0);
        let serial = format!("{PREFIX}{user}");
        assert_eq!(world.read(".aws/config"), format!("[profile me]\nregion = us-east-1\nmfa_serial = {serial}\n"));
        // Without a terminal there can be no prompt: the session exists.
        let printed = world.vault(["exec", "me", "--", "printenv", "AWS_ACCESS_KEY_ID"]).run().ok();
        assert!(printed.starts_with("ASIA"), "{printed}");
        assert_eq!(world.aws.answered("GetSessionToken"), 1);
        assert!(world.aws.calls("GetSessionToken") >= 2, "STS did not know the device at first");
    }
}

#[test]
fn the_seed_can_be_typed_into_an_app_and_is_gone_from_the_terminal_afterwards() {
    let world = world_of("some-user", |u| u);
    let mut terminal = Terminal::run_sized(world.vault(["mfa", "enroll", "me", "--seed"]), 24, 60);
    terminal.expect(FIRST);
    let seed = world.aws.seed_of(&format!("{PREFIX}some-user"));
    let groups: Vec<_> = seed.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    let shown = Shown::after(&terminal.written(), 24, 60).text();
    for line in groups.chunks(8) {
        assert!(shown.contains(&line.join(" ")), "{shown}");
    }
    assert!(shown.contains("some-user@123456789012"), "{shown}");
    let app = App(seed);
    terminal.type_line(&app.code(0));
    terminal.expect(NEXT);
    terminal.type_line(&app.code(1));
    terminal.expect("you are signed in");
    let left = Shown::after(&terminal.written(), 24, 60).text();
    assert_eq!(terminal.wait().status, 0);
    assert!(!left.contains(&groups[0]) && !left.contains(&groups[9]), "{left}");
}

#[test]
fn a_terminal_that_is_small_or_lacks_an_alternate_screen_gets_the_seed_as_text() {
    for (rows, columns, term, says) in [
        (24, 40, "xterm", "The QR code needs "),
        (15, 80, "xterm", "The QR code needs "),
        (24, 80, "dumb", "Type this seed into an authenticator app"),
    ] {
        let world = world_of("some-user", |u| u);
        let mut terminal = Terminal::run_sized(world.vault(["mfa", "enroll", "me"]).env("TERM", term), rows, columns);
        terminal.expect(says);
        terminal.expect(FIRST);
        if term == "dumb" {
            assert!(!terminal.screen().contains('\x1b'));
        }
        terminal.press_ctrl(b'd');
        assert_eq!(terminal.wait().status, 130);
        assert!(world.aws.unassigned_devices().is_empty(), "the abandoned device is deleted");
    }
}

#[test]
fn malformed_or_non_consecutive_codes_are_asked_for_again() {
    let world = world_of("some-user", |u| u);
    let mut terminal = enroll(&world);
    terminal.expect(FIRST);
    terminal.type_line("12345");
    terminal.expect("a token code is six digits");
    terminal.expect(FIRST);
    let (app, _) = App::scan(&terminal, 24, 80);
    terminal.type_line(&app.code(0));
    terminal.expect(NEXT);
    terminal.type_line(&app.code(0));
    terminal.expect("that is the previous code");
    terminal.expect(NEXT);
    terminal.type_line(&app.code(7));
    terminal.expect("they must be two in a row");
    terminal.expect(FIRST);
    terminal.type_line(&app.code(0));
    terminal.expect(NEXT);
    terminal.type_line(&app.code(1));
    terminal.expect("you are signed in");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.calls("CreateVirtualMFADevice"), 1, "the same seed all the while");
}
