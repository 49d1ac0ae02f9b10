//! Codes from a `YubiKey`, with a fake `ykman`.

use super::*;
use crate::support::pty::Terminal;

#[test]
fn ykman_gets_the_account_of_the_device_and_its_touch_message_is_on_the_terminal() {
    let desk = Desk::new();
    desk.install("ykman", &format!("echo 'Touch your YubiKey...' >&2; echo {}", desk.code()));
    let mut terminal = Terminal::run_behind_pipes(desk.vault(["credential-process", "--prompt", "ykman", "read-only"]));
    terminal.expect("vault: `ykman` says: Touch your YubiKey...");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert!(ended.stdout.contains("ASIA"), "{ended:?}");
    assert_eq!(desk.asked("ykman"), format!("[oath]\n[accounts]\n[code]\n[--single]\n[{SERIAL}]\n"));
}

#[test]
fn the_account_and_the_yubikey_can_be_chosen() {
    let desk = Desk::new();
    desk.install("ykman", &format!("echo {}", desk.code()));
    let named = desk.vault(["credential-process", "--prompt", "ykman", "read-only"]).env("YKMAN_OATH_CREDENTIAL_NAME", "AWS:me");
    assert_credentials(named.env("YKMAN_OATH_DEVICE_SERIAL", "4711").run());
    assert_eq!(desk.asked("ykman"), "[--device]\n[4711]\n[oath]\n[accounts]\n[code]\n[--single]\n[AWS:me]\n");
}

#[test]
fn a_refusal_by_the_yubikey_is_reported_and_no_other_way_is_tried() {
    let desk = Desk::new();
    desk.install_window("zenity", &["123456"]);
    desk.install("ykman", "echo 'ERROR: No matching account found.' >&2; exit 1");
    let run = desk.vault(["credential-process", "--prompt", "ykman", "read-only"]).run().fails(1);
    assert!(
        run.stderr.contains("`ykman` gave no code for the account `arn:aws:iam::123456789012:mfa/some-user`: ERROR: No matching"),
        "{run:?}"
    );
    assert_eq!(desk.asked("zenity"), "");
}
