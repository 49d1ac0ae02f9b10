//! The key of a running job is replaced: after a rotation the job continues, with one code. Another user's key never serves it.

use crate::support::aws::StandIn;

use super::renewal::{ASK, PROMPT, SETTINGS, short_lived};
use super::*;

/// Asks once after the key was replaced and the session has ended, and then until it is served again.
const PROGRAM: &str = "\
import time
def wait_for(name):
    while not os.path.exists(name): time.sleep(0.05)
print('started', flush=True)
wait_for('replaced'); later(61)
print('then', ask_at_once(1)[0], flush=True)
wait_for('renewed')
again = ask_at_once(1)[0]
end = time.monotonic() + 30
while not again.startswith('ASIA') and not os.path.exists('stop') and time.monotonic() < end:
    time.sleep(0.2)
    again = ask_at_once(1)[0]
print('at last', again)
";

fn job(world: &World) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", &format!("{ASK}{PROGRAM}")]).start();
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
    assert_eq!(line(&mut stdout), "started");
    (child, stdout)
}

fn line(stdout: &mut BufReader<std::process::ChildStdout>) -> String {
    let mut line = String::new();
    stdout.read_line(&mut line).expect("the command writes a line");
    line.trim_end().to_owned()
}

#[test]
fn after_a_rotation_the_session_of_the_new_key_serves_it() {
    let world = short_lived();
    let (child, mut stdout) = job(&world);
    world.vault(["rotate", "read-only"]).run().ok();
    world.write("replaced", "");
    let refused = line(&mut stdout);
    assert!(refused.starts_with("then 503 ") && refused.contains("there is no way to ask here"), "{refused}");
    world.aws.shorten_sessions(1.0);
    forget_codes(&world);
    // As the hint says.
    let id = world.vault(["exec", "read-only", "--", "printenv", "AWS_ACCESS_KEY_ID"]).code_of("some-user").run().ok();
    world.write("renewed", "");
    assert_eq!(line(&mut stdout), format!("at last {}", id.trim_end()));
    let (status, _, stderr) = finish(child);
    assert!(status.success() && stderr.contains("hint: run `vault exec read-only -- true` on a terminal"), "{stderr}");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn after_a_rotation_a_person_is_asked_for_one_code_and_the_new_key_is_used() {
    let world = short_lived();
    let before = world.aws.last("GetSessionToken").key_id;
    let mut terminal = Terminal::run(world.vault(["exec", "--server", "read-only", "--", "python3", "-c", &format!("{ASK}{PROGRAM}")]));
    terminal.expect("started");
    world.vault(["rotate", "read-only"]).run().ok();
    world.aws.shorten_sessions(1.0);
    forget_codes(&world);
    world.write("renewed", "");
    world.write("replaced", "");
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("at last ASIA");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.screen.matches(PROMPT).count()), (0, 1), "{ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
    assert_ne!(world.aws.last("GetSessionToken").key_id, before);
}

// Security: the wrong user is worse than no credentials.
#[test]
fn another_users_key_under_the_same_name_never_serves_it() {
    for force in [true, false] {
        let aws =
            StandIn::builder().user("some-user", |user| user.mfa("some-user")).user("other-user", |user| user.mfa("other-user")).start();
        let mut world = World::with(aws, TWO_PROFILES);
        world.add("read-only", "some-user");
        world.own_clock();
        world.write(".config/vault/config.toml", SETTINGS);
        world.aws.shorten_sessions(8.0 * 60.0);
        world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
        let (child, mut stdout) = job(&world);
        if !force {
            world.vault(["remove", "-f", "read-only"]).run().ok();
        }
        let (id, secret) = world.aws.user("other-user").access_key();
        let add = world.vault(["add", "read-only", "--env", "--no-verify", "--force"]);
        add.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
        world.write("replaced", "");
        let refused = line(&mut stdout);
        assert!(refused.starts_with("then 503 ") && refused.contains(&format!("is now {id}, no longer ")), "{force}: {refused}");
        // A session of the other key exists, for the same profile.
        world.aws.shorten_sessions(1.0);
        world.write(".aws/config", TWO_PROFILES.replace("mfa/some-user", "mfa/other-user"));
        world.vault(["exec", "read-only", "--", "true"]).code_of("other-user").run().ok();
        world.write("stop", "");
        world.write("renewed", "");
        assert!(line(&mut stdout).starts_with("at last 503 "));
        let (_, _, stderr) = finish(child);
        assert!(stderr.contains("hint: if you trust that change, run the same command again"), "{force}: {stderr}");
        assert!(!stderr.contains("vault exec read-only -- true"), "{force}: that would not help: {stderr}");
    }
}
