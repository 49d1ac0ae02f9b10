//! When the endpoint's session ends: vault renews it silently if possible, else prompts once, and no request is lost meanwhile.

use std::time::Instant;

use crate::support::aws::{Fault, Refusal};

use super::*;

pub(super) const PROMPT: &str = "MFA code for arn:aws:iam::123456789012:mfa/some-user: ";
/// Only the endpoint renews a session before its end.
pub(super) const SETTINGS: &str = "expiry_window = \"0s\"\n";

/// Calls the endpoint as boto3 does, except for its time-outs, from this many threads, and prints the results. Lets time pass if the world
/// has its own clock.
pub(super) const ASK: &str = "\
import http.client, json, os, sys, threading, urllib.request
def ask():
    request = urllib.request.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'])
    request.add_header('Authorization', os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN'])
    for attempt in range(3):
        # The shortest time-out of an SDK.
        try:
            with urllib.request.urlopen(request, timeout=1) as reply: outcomes.append(json.loads(reply.read())['AccessKeyId'])
        except urllib.error.HTTPError as error: outcomes.append('%d %s' % (error.code, json.loads(error.read())['message']))
        # Retry a truncated answer, as SDKs do.
        except http.client.IncompleteRead: continue
        except Exception as error: outcomes.append(repr(error))
        return
def later(seconds):
    with open(os.environ['TEST_CLOCK'], 'r+b') as clock:
        ahead = int.from_bytes(clock.read(8), sys.byteorder, signed=True) + seconds
        clock.seek(0)
        clock.write(ahead.to_bytes(8, sys.byteorder, signed=True))
def ask_at_once(count):
    global outcomes
    outcomes = []
    threads = [threading.Thread(target=ask) for _ in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return outcomes
";

/// Starts the program under `exec --server` on a terminal.
fn on_a_terminal(world: &World, profile: &str, program: &str) -> Terminal {
    Terminal::run(world.vault(["exec", "--server", profile, "--", "python3", "-c", &format!("{ASK}{program}")]))
}

/// A world with its own clock, by which the shared session ends after a minute.
pub(super) fn short_lived() -> World {
    let mut world = World::with_key();
    world.own_clock();
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.shorten_sessions(8.0 * 60.0);
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world
}

/// A window that logs that it opened, and gives the current code.
pub(super) fn window_code(world: &World) -> String {
    let url = world.aws.code_url("some-user");
    format!("echo asked >> asked\nexec python3 -c 'import urllib.request; print(urllib.request.urlopen(\"{url}\").read().decode())'")
}

#[test]
fn requests_wait_while_a_person_types_the_code() {
    let world = short_lived();
    // Ten requests after the session's end: the answer takes longer than any SDK waits for a silent server.
    let program = "later(61); print('asking', flush=True); keys = ask_at_once(10); print('served', len(keys), len(set(keys)), keys[0])";
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect("asking");
    forget_codes(&world);
    terminal.expect(PROMPT);
    world.aws.shorten_sessions(1.0);
    std::thread::sleep(Duration::from_secs(4));
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.screen.contains("served 10 1 ASIA"), "{ended:?}");
    assert_eq!(ended.screen.matches(PROMPT).count(), 1, "one prompt for all: {ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn a_session_that_is_still_good_is_served_during_the_prompt() {
    let world = short_lived();
    forget_codes(&world);
    // A session of eight hours with a minute left is renewed at the next request.
    let program = "import time\n\
                   def quickly():\n\
                   \x20   begun = time.monotonic(); keys = ask_at_once(20); return set(keys), time.monotonic() - begun < 5\n\
                   first, soon = quickly(); again, soon_again = quickly()\n\
                   print('old', [key[:4] for key in first], first == again, soon, soon_again, flush=True)\n\
                   while set(ask_at_once(1)) == first: time.sleep(0.1)\n\
                   print('new', flush=True)\n";
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect(PROMPT);
    terminal.expect("old ['ASIA'] True True True");
    world.aws.shorten_sessions(1.0);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("new");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.screen.matches(PROMPT).count()), (0, 1), "{ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn a_person_who_declines_is_not_asked_again_at_once() {
    let world = short_lived();
    let program = "later(61)\nfor _ in range(3): print(ask_at_once(5)[0], flush=True)\n";
    forget_codes(&world);
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect(PROMPT);
    // An empty line declines.
    terminal.type_line("");
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "the command goes on: {ended:?}");
    assert_eq!(ended.screen.matches(PROMPT).count(), 1, "{ended:?}");
    let told = "503 the credentials of `read-only` were not renewed: cancelled";
    assert!(ended.screen.matches(told).count() >= 2, "{ended:?}");
    assert_eq!(ended.screen.matches("vault: the credentials of `read-only` were not renewed").count(), 1, "one message: {ended:?}");
    assert!(ended.screen.contains("hint: run `vault exec read-only -- true` on a terminal"), "{ended:?}");
}

#[test]
fn without_a_way_to_prompt_the_request_fails_and_one_message_says_so() {
    let world = short_lived();
    forget_codes(&world);
    let program = format!("{ASK}\nlater(61)\nfor _ in range(3): print(ask_at_once(5)[0])\n");
    let run = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", &program]).run();
    assert_eq!(run.status, 0, "the command goes on: {run:?}");
    let told = "503 the credentials of `read-only` were not renewed: there is no way to ask here";
    assert_eq!(run.stdout.matches(told).count(), 3, "{run:?}");
    assert_eq!(run.stderr.matches("vault: the credentials of `read-only` were not renewed").count(), 1, "{run:?}");
    assert_eq!(run.stderr.matches("hint: run `vault exec read-only -- true` on a terminal").count(), 1, "{run:?}");
}

#[test]
fn a_session_that_another_run_made_is_used() {
    let world = short_lived();
    forget_codes(&world);
    let program = format!(
        "{ASK}\nimport time; later(61); print(ask_at_once(1)[0][:3], flush=True)\n\
         while not os.path.exists('renewed'): time.sleep(0.05)\n\
         while ask_at_once(1)[0][:4] != 'ASIA': time.sleep(0.2)\n\
         print('served again')\n"
    );
    let mut child = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", &program]).start();
    let mut line = [0; 4];
    child.stdout.as_mut().expect("stdout is a pipe").read_exact(&mut line).expect("the command asks");
    assert_eq!(&line, b"503\n");
    world.aws.shorten_sessions(1.0);
    forget_codes(&world);
    world.vault(["exec", "read-only", "--", "touch", "renewed"]).code_of("some-user").run().ok();
    let (status, stdout, stderr) = finish(child);
    assert_eq!((status.code(), stdout.as_str()), (Some(0), "served again\n"), "{stderr}");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn the_command_may_end_during_the_prompt() {
    let world = short_lived();
    let program = "later(61); threading.Thread(target=ask_at_once, args=(1,), daemon=True).start(); input(); os._exit(7)";
    forget_codes(&world);
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect(PROMPT);
    // One line for the prompt and one for the command, whichever reads first.
    let started = Instant::now();
    terminal.type_line("");
    terminal.type_line("");
    let ended = terminal.wait();
    assert_eq!(ended.status, 7, "{ended:?}");
    assert!(ended.as_it_was && started.elapsed() < Duration::from_secs(20), "{ended:?}");
}

#[test]
fn the_terminal_echoes_again_if_the_command_ends_during_a_hidden_prompt() {
    let mut world = short_lived();
    // Each use asks for the passphrase.
    world.write(".config/vault/config.toml", format!("{SETTINGS}file_unlock_ttl = \"0s\"\n"));
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let program = "import time; threading.Thread(target=ask_at_once, args=(1,), daemon=True).start()\n\
                   while not os.path.exists('end'): time.sleep(0.05)\n\
                   os._exit(7)\n";
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect("assphrase");
    let started = Instant::now();
    while terminal.echoes() && started.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!terminal.echoes());
    world.write("end", "");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (7, true), "{ended:?}");
}

#[test]
fn a_window_closes_when_the_command_ends() {
    let world = short_lived();
    forget_codes(&world);
    install(&world, "zenity", "echo $$ > window.part; mv window.part window; exec sleep 600");
    let path = world.own_path();
    let program = format!("{ASK}\nimport time; print(len(ask_at_once(1)))\nwhile not os.path.exists('window'): time.sleep(0.05)\n");
    let run = world
        .vault(["exec", "--prompt", "zenity", "--server", "read-only", "--", "python3", "-c", &program])
        .env("PATH", &path)
        .env("DISPLAY", ":7")
        .run();
    assert_eq!((run.status, run.stdout.as_str()), (0, "1\n"), "{run:?}");
    let window = world.path("window");
    let pid = std::fs::read_to_string(window).expect("it opened");
    let started = Instant::now();
    // It has been asked to close, and may take its time.
    while std::fs::read_to_string(format!("/proc/{}/cmdline", pid.trim())).is_ok_and(|line| line.contains("sleep")) {
        assert!(started.elapsed() < Duration::from_secs(10), "the window is still open");
        std::thread::sleep(Duration::from_millis(10));
    }
}

// Security: a source may hand out something else each time.
#[test]
fn a_source_that_switches_to_a_long_term_key_is_no_longer_served() {
    for (flags, reason) in [
        // vault requests a session, which AWS refuses for this made-up key.
        (&[][..], "profile `fickle`: AWS refused `GetSessionToken`"),
        (&["--no-session"], "`--no-session` would hand over the long-term key of profile `fickle` itself"),
    ] {
        let mut world = World::with(crate::support::world::usual_aws(), "");
        world.own_clock();
        world.write(
            "source",
            "if [ -e \"$HOME/asked\" ]; then echo '{\"Version\":1,\"AccessKeyId\":\"AKIAIOSFODNN7EXAMPLE\",\"SecretAccessKey\":\"long-term\"}'; exit; fi\n\
             touch \"$HOME/asked\"; end=$(date -u -d '+1 minute' +%Y-%m-%dT%H:%M:%SZ)\n\
             echo '{\"Version\":1,\"AccessKeyId\":\"ASIASHORT\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":\"'$end'\"}'\n",
        );
        world.write(".aws/config", format!("[profile fickle]\ncredential_process = sh {}\n", world.path("source").display()));
        let program = format!("{ASK}\nprint(ask_at_once(1)[0]); later(61); print(ask_at_once(1)[0])\n");
        let arguments = [&["exec", "--server", "fickle"], flags, &["--", "python3", "-c", &program]].concat();
        let run = world.command(&World::binary(), &arguments).run();
        let told = format!("503 the credentials of `fickle` were not renewed: {reason}");
        assert!(run.status == 0 && run.stdout.starts_with("ASIASHORT\n") && run.stdout.contains(&told), "{run:?}");
        assert!(!run.stdout.contains("AKIA"), "{run:?}");

        let exposed = world.vault(["exec", "--server", "fickle", "--no-session", "--expose-long-term-key", "--", "env"]).run().fails(2);
        assert!(
            exposed.stderr.contains("profile `fickle` would hand over a long-term key, which `--server` does not serve"),
            "{exposed:?}"
        );
        assert!(exposed.stdout.is_empty(), "{exposed:?}");
    }
}

#[test]
fn no_hint_suggests_another_run_if_its_session_would_not_help() {
    let mut world = World::with(crate::support::world::usual_aws(), "");
    world.own_clock();
    world.write(
        "source",
        "[ ! -e \"$HOME/asked\" ] || exit 3\ntouch \"$HOME/asked\"; end=$(date -u -d '+1 minute' +%Y-%m-%dT%H:%M:%SZ)\n\
         echo '{\"Version\":1,\"AccessKeyId\":\"ASIASHORT\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":\"'$end'\"}'\n",
    );
    world.write(".aws/config", format!("[profile once]\ncredential_process = sh {}\n", world.path("source").display()));
    let program = format!("{ASK}\nprint(ask_at_once(1)[0]); later(61); print(ask_at_once(1)[0][:3])\n");
    let run = world.vault(["exec", "--server", "once", "--", "python3", "-c", &program]).run();
    assert_eq!((run.status, run.stdout.as_str()), (0, "ASIASHORT\n503\n"), "{run:?}");
    assert!(run.stderr.contains("the credentials of `once` were not renewed") && !run.stderr.contains("run `vault exec"), "{run:?}");
}

#[test]
fn another_programs_short_session_is_not_renewed_at_each_request() {
    let world = World::with(crate::support::world::usual_aws(), "");
    world.write(
        "source",
        "echo x >> \"$HOME/asked\"; end=$(date -u -d '+15 minutes' +%Y-%m-%dT%H:%M:%SZ)\n\
         echo '{\"Version\":1,\"AccessKeyId\":\"ASIASHORT\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":\"'$end'\"}'\n",
    );
    world.write(".aws/config", format!("[profile short]\ncredential_process = sh {}\n", world.path("source").display()));
    let job = Job::start(&world, "short");
    for _ in 0..3 {
        assert_eq!(job.credentials()["AccessKeyId"], "ASIASHORT");
    }
    job.end_well();
    assert_eq!(world.read("asked"), "x\n", "more than half of its time is left");
}

#[test]
fn a_fault_at_aws_does_not_end_a_good_session() {
    let world = signed_in();
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.shorten_sessions(60.0);
    let job = Job::start(&world, "opssudo");
    // A session of an hour with a minute left is renewed at the next request, here in vain.
    for number in 0..100 {
        world.aws.fault("AssumeRole", Fault::Fail(Refusal::new(503, "ServiceUnavailable", format!("it is {number}"))), 1);
    }
    let started = Instant::now();
    let old = job.credentials();
    assert_eq!(job.credentials(), old);
    assert!(started.elapsed() < Duration::from_secs(10), "a failed renewal delays nobody");
    // The SDK tries three times before it gives up. The second failure has a different text.
    while world.aws.calls("AssumeRole") < 7 {
        assert!(started.elapsed() < Duration::from_secs(50), "the renewal never failed");
        assert_eq!(job.credentials(), old);
        std::thread::sleep(Duration::from_millis(200));
    }
    world.aws.clear_faults();
    while job.credentials() == old {
        assert!(started.elapsed() < Duration::from_secs(80), "the session is never renewed");
        std::thread::sleep(Duration::from_millis(500));
    }
    let said = job.end_well();
    assert_eq!(said.matches("vault: the credentials of `opssudo` were not renewed: ").count(), 1, "{said}");
}

#[test]
fn fresh_applies_to_the_first_session_alone() {
    let world = signed_in();
    forget_codes(&world);
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.shorten_sessions(60.0);
    // A session of an hour with a minute left is renewed at the next request.
    let program = format!("{ASK}\nprint(ask_at_once(1)[0][:4])\n");
    let arguments = ["exec", "--fresh", "--server", "opssudo", "--", "python3", "-c", &program];
    let run = world.vault(arguments).code_of("some-user").run();
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "ASIA\n", ""));
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (2, 2));
}

#[test]
fn a_short_session_is_not_renewed_at_each_request() {
    let world = signed_in();
    let job = Job::start(&world, "opssudo");
    let first = job.credentials();
    for _ in 0..50 {
        assert_eq!(job.credentials(), first);
    }
    job.end_well();
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.shorten_sessions(60.0);
    world.vault(["clear", "opssudo"]).run().ok();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.aws.forget_requests();
    let job = Job::start(&world, "opssudo");
    for _ in 0..50 {
        job.credentials();
    }
    job.end_well();
    let renewals = world.aws.calls("AssumeRole");
    assert!(renewals <= 3, "{renewals} calls of AssumeRole for a session of a minute");
}

#[test]
fn boto3_shows_why_there_are_no_credentials() {
    let world = short_lived();
    forget_codes(&world);
    let program = format!("{ASK}\nimport boto3; client = boto3.client('s3'); later(61); client.list_buckets()");
    let python = tools::python().display().to_string();
    let run = world.vault(["exec", "--server", "read-only", "--", &python, "-c", &program]).run().fails(1);
    assert!(run.stderr.contains("CredentialRetrievalError"), "{run:?}");
    assert!(run.stderr.contains("the credentials of `read-only` were not renewed: there is no way to ask here"), "{run:?}");
}

#[test]
fn boto3_waits_for_the_person_too() {
    let world = short_lived();
    let program =
        format!("{ASK}\nimport boto3; client = boto3.client('s3'); later(61); print(client.list_buckets()['Buckets'][0]['Name'])");
    let python = tools::python().display().to_string();
    forget_codes(&world);
    let mut terminal = Terminal::run(world.vault(["exec", "--server", "read-only", "--", &python, "-c", &program]));
    terminal.expect(PROMPT);
    world.aws.shorten_sessions(1.0);
    // Longer than three attempts of two seconds each.
    std::thread::sleep(Duration::from_secs(12));
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("some-bucket");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.screen.matches(PROMPT).count()), (0, 1), "{ended:?}");
}
