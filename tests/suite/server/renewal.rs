//! When the session behind an endpoint ends: renewed in silence while that can be, asked for once when it cannot, and no request is lost
//! meanwhile.

use std::time::Instant;

use super::*;

const PROMPT: &str = "MFA code for arn:aws:iam::123456789012:mfa/some-user: ";
/// Nothing is renewed before it is over but by the endpoint.
const SETTINGS: &str = "expiry_window = \"0s\"\n";

/// Asks the endpoint as boto3 does, but for its time-outs: from so many threads, each once, and says what came of it.
const ASK: &str = "\
import json, os, sys, threading, urllib.request
def ask():
    request = urllib.request.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'])
    request.add_header('Authorization', os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN'])
    # The shortest silence that an SDK bears.
    try:
        with urllib.request.urlopen(request, timeout=1) as reply: outcomes.append(json.loads(reply.read())['AccessKeyId'])
    except urllib.error.HTTPError as error: outcomes.append('%d %s' % (error.code, json.loads(error.read())['message']))
    except Exception as error: outcomes.append(repr(error))
def ask_at_once(count):
    global outcomes
    outcomes = []
    threads = [threading.Thread(target=ask) for _ in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return outcomes
";

/// Starts the program below `exec --server` on a terminal.
fn on_a_terminal(world: &World, profile: &str, program: &str) -> Terminal {
    Terminal::run(world.vault(["exec", "--server", profile, "--", "python3", "-c", &format!("{ASK}{program}")]))
}

/// A world whose shared session is over so many seconds after it was made.
fn short_lived(seconds: f64) -> World {
    let world = World::with_key();
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.shorten_sessions(8.0 * 3600.0 / seconds);
    world
}

#[test]
fn requests_wait_while_a_person_types_the_code() {
    let world = short_lived(3.0);
    // Ten requests after the end of the session: the answer takes longer than any SDK waits for a silent server.
    let program = "import time; time.sleep(4); print('asking', flush=True); keys = ask_at_once(10); print('served', len(keys), len(set(keys)), keys[0])";
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("asking");
    terminal.expect(PROMPT);
    world.aws.shorten_sessions(1.0);
    std::thread::sleep(Duration::from_secs(4));
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.screen.contains("served 10 1 ASIA"), "{ended:?}");
    assert_eq!(ended.screen.matches(PROMPT).count(), 2, "one prompt for all: {ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn a_session_that_is_still_good_is_served_while_a_person_is_asked() {
    let world = short_lived(40.0);
    // More than half of the session is over, and the person takes their time.
    let program = "import time; time.sleep(1)\n\
                   first = ask_at_once(1)\n\
                   while time.monotonic() < start + 26: time.sleep(0.1)\n\
                   begun = time.monotonic(); old = ask_at_once(20); took = time.monotonic() - begun\n\
                   print('old', set(old) == set(first), took < 5, flush=True)\n\
                   input()\n\
                   while set(ask_at_once(1)) == set(first): time.sleep(0.1)\n\
                   print('new', flush=True)\n";
    let mut terminal = on_a_terminal(&world, "read-only", &format!("import time; start = time.monotonic()\n{program}"));
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    // The first session counts as one of eight hours, so that it is half over from the start.
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect(PROMPT);
    terminal.expect("old True True");
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.type_line("");
    terminal.expect("new");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.calls("GetSessionToken"), 3);
}

#[test]
fn whoever_says_no_is_not_asked_again_at_once() {
    let world = short_lived(3.0);
    let program = "import time; time.sleep(4)\nfor _ in range(3): print(ask_at_once(5)[0], flush=True)\n";
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect(PROMPT);
    // An empty line is a no.
    terminal.type_line("");
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "the command goes on: {ended:?}");
    assert_eq!(ended.screen.matches(PROMPT).count(), 2, "{ended:?}");
    let told = "503 the credentials of `read-only` were not renewed: cancelled";
    assert!(ended.screen.matches(told).count() >= 2, "{ended:?}");
    assert_eq!(ended.screen.matches("vault: the credentials of `read-only` were not renewed").count(), 1, "told once: {ended:?}");
    assert!(ended.screen.contains("hint: run `vault exec read-only -- true` on a terminal"), "{ended:?}");
}

#[test]
fn where_nobody_can_be_asked_the_request_fails_and_a_line_says_so_once() {
    let world = short_lived(3.0);
    let program = format!("{ASK}\nimport time; time.sleep(4)\nfor _ in range(3): print(ask_at_once(5)[0])\n");
    let run = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", &program]).code_of("some-user").run();
    assert_eq!(run.status, 0, "the command goes on: {run:?}");
    let told = "503 the credentials of `read-only` were not renewed: nobody can be asked here";
    assert_eq!(run.stdout.matches(told).count(), 3, "{run:?}");
    assert_eq!(run.stderr.matches("vault: the credentials of `read-only` were not renewed").count(), 1, "{run:?}");
    assert_eq!(run.stderr.matches("hint: run `vault exec read-only -- true` on a terminal").count(), 1, "{run:?}");
}

#[test]
fn a_session_made_elsewhere_is_taken_up() {
    let world = short_lived(3.0);
    let program = format!(
        "{ASK}\nimport os, time; time.sleep(4); print(ask_at_once(1)[0][:3], flush=True)\n\
         while not os.path.exists('renewed'): time.sleep(0.05)\n\
         while ask_at_once(1)[0][:4] != 'ASIA': time.sleep(0.2)\n\
         print('served again')\n"
    );
    let mut child = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", &program]).code_of("some-user").start();
    let mut line = [0; 4];
    child.stdout.as_mut().expect("stdout is a pipe").read_exact(&mut line).expect("the command asks");
    assert_eq!(&line, b"503\n");
    world.aws.shorten_sessions(1.0);
    world.vault(["exec", "read-only", "--", "touch", "renewed"]).code_of("some-user").run().ok();
    let (status, stdout, stderr) = finish(child);
    assert_eq!((status.code(), stdout.as_str()), (Some(0), "served again\n"), "{stderr}");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn the_command_may_end_while_a_person_is_asked() {
    let world = short_lived(3.0);
    let program = "import time; time.sleep(4); threading.Thread(target=ask_at_once, args=(1,), daemon=True).start(); input(); os._exit(7)";
    let mut terminal = on_a_terminal(&world, "read-only", program);
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect(PROMPT);
    // One line for the prompt and one for the command, whichever of them reads first.
    let started = Instant::now();
    terminal.type_line("");
    terminal.type_line("");
    let ended = terminal.wait();
    assert_eq!(ended.status, 7, "{ended:?}");
    assert!(ended.as_it_was && started.elapsed() < Duration::from_secs(20), "{ended:?}");
}

#[test]
fn the_terminal_shows_what_is_typed_again_when_the_command_ends_at_a_hidden_question() {
    let mut world = short_lived(3.0);
    // The passphrase is asked for at each use.
    world.write(".config/vault/config.toml", format!("{SETTINGS}file_unlock_ttl = \"0s\"\n"));
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let program = "import time; threading.Thread(target=ask_at_once, args=(1,), daemon=True).start()\n\
                   while not os.path.exists('end'): time.sleep(0.05)\n\
                   os._exit(7)\n";
    world.aws.shorten_sessions(8.0 * 3600.0 / 5.0);
    let mut terminal = on_a_terminal(&world, "read-only", &format!("import time; time.sleep(6)\n{program}"));
    // Asked before the first session was over, which nobody answers; the command ends meanwhile.
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
fn aws_that_cannot_be_reached_does_not_end_a_good_session() {
    let world = signed_in();
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.shorten_sessions(100.0);
    world.aws.forget_requests();
    let mut job = Job::start(&world, "opssudo");
    let first = job.credentials();
    world.aws.shorten_sessions(1.0);
    let refusal = crate::support::aws::Fault::Fail(crate::support::aws::Refusal::new(503, "ServiceUnavailable", "try later"));
    world.aws.fault("AssumeRole", refusal, 100);
    let started = Instant::now();
    let second = job.credentials();
    assert!(started.elapsed() < Duration::from_secs(20));
    drop(first);
    assert!(second["AccessKeyId"].as_str().is_some_and(|id| id.starts_with("ASIA")));
    world.aws.clear_faults();
    job.child.kill().expect("it still runs");
    finish(job.child);
}
