//! A client without a terminal: its codes are typed into a window.

use super::*;

/// Refuses as `pinentry` does without a terminal and a display.
const NO_WINDOW: &str = "echo OK; while read -r word rest; do case $word in \
    GETPIN) echo 'ERR 83918950 Inappropriate ioctl for device <Pinentry>';; *) echo OK;; esac; done";

#[test]
fn for_a_client_without_a_terminal_a_window_asks() {
    for name in ["zenity", "kdialog"] {
        let desk = Desk::new();
        desk.install_window(name, &[&desk.code()]);
        assert_credentials(desk.credentials());
        assert!(desk.asked(name).contains(&format!("MFA code for {SERIAL}")), "{}", desk.asked(name));
        assert_eq!(desk.world.aws.answered("GetSessionToken"), 1);
    }
}

#[test]
fn if_a_window_cannot_open_the_next_program_is_tried() {
    let desk = Desk::new();
    desk.install("pinentry", NO_WINDOW);
    desk.install("zenity", "echo 'cannot open display: :7' >&2; exit 1");
    desk.install_window("kdialog", &[&desk.code()]);
    assert_credentials(desk.credentials());
}

#[test]
fn if_no_window_opens_the_error_says_why_for_each() {
    let desk = Desk::new();
    desk.install("pinentry", NO_WINDOW);
    desk.install("zenity", "echo 'cannot open display: :7' >&2; exit 1");
    let run = desk.credentials().fails(1);
    for reason in
        ["`pinentry` cannot ask here: Inappropriate ioctl for device", "`zenity` could not show a window: cannot open display: :7"]
    {
        assert!(run.stderr.contains(reason), "{run:?}");
    }
    assert!(run.stderr.contains("`vault exec read-only -- true` on a terminal first"), "{run:?}");
}

#[test]
fn a_closed_window_ends_the_run_and_no_other_opens() {
    let desk = Desk::new();
    desk.install_window("zenity", &[]);
    desk.install_window("kdialog", &["123456"]);
    let run = desk.credentials().fails(130);
    assert_eq!((run.stderr.as_str(), run.stdout.as_str()), ("vault: cancelled\n", ""));
    assert_eq!((desk.asked("kdialog").as_str(), desk.world.aws.calls("GetSessionToken")), ("", 0));
}

#[test]
fn after_a_malformed_code_the_window_asks_again() {
    let desk = Desk::new();
    desk.install_window("zenity", &["12345", &desk.code()]);
    assert_credentials(desk.credentials());
    let asked = desk.asked("zenity");
    assert_eq!(asked.matches("[--entry]").count(), 2, "{asked}");
    assert!(asked.contains("[a token code is six digits\n\nMFA code for "), "{asked}");
    assert_eq!(desk.world.aws.calls("GetSessionToken"), 1);
}

/// A program may answer the window at once and for ever.
#[test]
fn a_window_whose_answers_are_no_codes_is_asked_three_times_at_most() {
    for name in ["zenity", "kdialog"] {
        let desk = Desk::new();
        // After these, the window is closed.
        desk.install_window(name, &["hello"; 6]);
        let run = desk.vault(["credential-process", "--prompt", name, "read-only"]).run().fails(1);
        assert!(run.stderr.contains("got 3 answers, and none was a code: a token code is six digits"), "{run:?}");
        let asked = desk.asked(name);
        assert_eq!(asked.matches("MFA code for ").count(), 3, "{asked}");
        assert_eq!(desk.world.aws.calls("GetSessionToken"), 0);
    }
    let desk = Desk::new();
    desk.install("pinentry", PASSPHRASE_FOR_ALL);
    let run = desk.credentials().fails(1);
    assert!(run.stderr.contains("got 3 answers, and none was a code"), "{run:?}");
    assert_eq!(desk.asked("pinentry").matches("asked again").count(), 3, "{}", desk.asked("pinentry"));
}

/// Answers everything with a passphrase, as one for scripts does, but gives up after six questions.
const PASSPHRASE_FOR_ALL: &str = "n=0; while read -r line; do case $line in *again) n=$((n+1));; esac; done < \"$HOME/asked/pinentry\"; \
    [ $n -lt 6 ] || exit 1; echo OK; while read -r line; do case $line in \
    GETPIN*) echo 'asked again' >> \"$HOME/asked/pinentry\"; echo 'D of gpg'; echo OK;; BYE) echo OK; exit;; *) echo OK;; esac; done";

#[test]
fn after_a_refused_code_the_window_asks_again_with_the_reason() {
    let desk = Desk::new();
    desk.install_window("kdialog", &[&desk.world.aws.wrong_code("some-user"), &desk.code()]);
    assert_credentials(desk.credentials());
    assert!(desk.asked("kdialog").contains("[AWS refused the code"), "{}", desk.asked("kdialog"));
    assert_eq!(desk.world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn no_window_opens_on_the_screen_of_another_machine() {
    let desk = Desk::new();
    desk.install_window("zenity", &["123456"]);
    let run = desk.vault(["credential-process", "read-only"]).env("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22").run().fails(1);
    assert!(run.stderr.contains("a window would open on another machine's screen"), "{run:?}");
    assert_eq!(desk.asked("zenity"), "");
    // A forwarded display is in front of the person.
    desk.install_window("zenity", &[&desk.code()]);
    let forwarded = desk.vault(["credential-process", "read-only"]).env("SSH_CONNECTION", "x").env("DISPLAY", "localhost:10.0");
    assert_credentials(forwarded.run());
}

#[test]
fn the_way_to_ask_can_be_chosen_by_flag_variable_and_setting() {
    let desk = Desk::new();
    for name in ["pinentry", "zenity"] {
        desk.install(name, "exit 3");
    }
    desk.install_window("kdialog", &[]);
    for (setting, variable, flag) in [
        ("", None, Some("kdialog")),
        ("", Some("kdialog"), None),
        ("prompt = \"kdialog\"\n", None, None),
        ("[profile.read-only]\nprompt = \"kdialog\"\n", None, None),
        ("prompt = \"zenity\"\n", Some("kdialog"), None),
        ("", Some("zenity"), Some("kdialog")),
    ] {
        desk.world.write(".config/vault/config.toml", setting);
        let mut command = desk.vault(["credential-process", "read-only"]);
        if let Some(way) = variable {
            command = command.env("AWS_VAULT_PROMPT", way);
        }
        if let Some(way) = flag {
            command = command.arg("--prompt").arg(way);
        }
        // The closed window shows that this way was used.
        command.run().fails(130);
    }
    assert_eq!((desk.asked("pinentry").as_str(), desk.asked("zenity").as_str()), ("", ""));
}

#[test]
fn a_way_that_is_chosen_by_name_is_never_replaced_by_another() {
    let desk = Desk::new();
    desk.install_window("zenity", &["123456"]);
    let run = desk.vault(["credential-process", "--prompt", "kdialog", "read-only"]).run().fails(1);
    assert!(run.stderr.contains("`kdialog` is not on the `PATH`"), "{run:?}");
    let run = desk.vault(["credential-process", "--prompt", "terminal", "read-only"]).run().fails(1);
    assert!(run.stderr.contains("this process has no terminal"), "{run:?}");
    assert_eq!(desk.asked("zenity"), "");
}

#[test]
fn a_window_asks_for_the_keystores_passphrase_and_hides_it() {
    let mut world = World::new();
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    world.add("read-only", "some-user");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let desk = Desk::of(world);
    // No file of this home may hold the passphrase, so the program that types it is outside.
    let outside = World::new();
    let typed = [crate::support::world::PASSPHRASE, &desk.code()].map(|text| format!("echo '{text}'"));
    let script = format!("case \"$*\" in *--hide-text*) {};; *) {};; esac", typed[0], typed[1]);
    install(&outside, "zenity", &script);
    let path = format!("{}:{}", outside.path("bin").display(), desk.world.path("bin").display());
    assert_credentials(desk.vault(["credential-process", "read-only"]).env("PATH", &path).run());
    // Removed before that world's leak check.
    std::fs::remove_file(outside.path("bin/zenity")).expect("the file is ours");
}
