//! `vault status`: cached sessions and their lifetimes, without an unlock, a call or a prompt, so that every shell prompt can show it.
#![cfg(unix)]

use std::fs;
use std::os::unix::net::UnixListener;

use serde_json::Value;

use crate::support::aws::StandIn;
use crate::support::world::World;

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/some-user";
const ROLE: &str = "arn:aws:iam::123456789012:role/OpsSudo";

/// A world with a cached session of each profile.
fn world() -> World {
    let world = World::with_key();
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    world
}

impl World {
    fn status_json(&self, arguments: &[&str]) -> Value {
        let arguments = [&["status", "--json"], arguments].concat();
        serde_json::from_str(&self.command(&World::binary(), &arguments).run().stdout).expect("it is JSON")
    }
}

/// Whether the text is an hour, minus what a slow machine takes.
fn nearly(hours: u32, text: &str) -> bool {
    let (full, rest) = (format!("{hours}h"), hours - 1);
    text == full || (50..60).any(|minutes| text == if rest == 0 { format!("{minutes}m") } else { format!("{rest}h{minutes}m") })
}

#[test]
fn each_session_of_the_profile_is_shown_with_its_time_left() {
    let world = world();
    let shown = world.vault(["status", "opssudo"]).run().ok();
    let lines: Vec<_> = shown.lines().collect();
    let (session, role) = (format!("opssudo  MFA session of {SERIAL}"), format!("opssudo  {ROLE}"));
    assert!(lines[0].starts_with("PROFILE  SESSION") && lines[1].starts_with(&session) && lines[2].starts_with(&role), "{shown}");
    let left = |line: &str| line.rsplit(' ').next().expect("a line has words").to_owned();
    assert!(nearly(8, &left(lines[1])) && nearly(1, &left(lines[2])), "{shown}");

    let json = world.status_json(&["opssudo"]);
    let profile = &json["profiles"][0];
    assert_eq!((&profile["profile"], &profile["ready"], &profile["asks_for_code"]), (&"opssudo".into(), &true.into(), &false.into()));
    let [session, role] = [&profile["sessions"][0], &profile["sessions"][1]];
    assert_eq!((&session["call"], &session["mfa_serial"], &session["role_arn"]), (&"GetSessionToken".into(), &SERIAL.into(), &Value::Null));
    assert_eq!((&role["call"], &role["role_arn"]), (&"AssumeRole".into(), &ROLE.into()));
    assert!((28_200..=28_800).contains(&session["seconds_left"].as_i64().expect("a number")), "{json}");
    assert!((3_000..=3_600).contains(&role["seconds_left"].as_i64().expect("a number")), "{json}");
    assert!(role["expires"].as_str().is_some_and(|text| text.ends_with('Z')), "{json}");
}

#[test]
fn without_a_cached_session_the_exit_status_says_so() {
    let world = World::with_key();
    let run = world.vault(["status", "opssudo"]).run().fails(1);
    assert_eq!(run.stdout.lines().filter(|line| line.ends_with("  -")).count(), 2, "{run:?}");
    assert_eq!(world.vault(["status", "--short", "opssudo"]).run().fails(1).stdout, "");
    let run = world.vault(["status"]).run().fails(1);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", "vault: no session is cached\n"));
    let json = world.status_json(&["opssudo"]);
    assert_eq!((&json["profiles"][0]["ready"], &json["profiles"][0]["asks_for_code"]), (&false.into(), &true.into()));
    let run = world.vault(["status", "opsudo"]).run().fails(1);
    assert!(run.stderr.contains("profile `opsudo` is not defined"), "{run:?}");
}

#[test]
fn short_fits_a_prompt_and_prints_nothing_without_a_session() {
    let world = world();
    let shown = world.vault(["status", "--short", "opssudo"]).run().ok();
    let left = shown.strip_prefix("opssudo ").and_then(|rest| rest.strip_suffix('\n')).expect("one line");
    assert!(nearly(8, left), "the time until the next code is needed: {shown}");
    for variable in ["AWS_PROFILE", "AWS_VAULT"] {
        let shown = world.vault(["status", "--short"]).env(variable, "read-only").run().ok();
        assert!(shown.starts_with("read-only "), "{shown}");
    }
    let run = world.vault(["status", "--short"]).run().fails(1);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "a prompt outside of any profile");
}

#[test]
fn in_a_shell_of_exec_the_shells_own_credentials_count() {
    let world = world();
    let binary = World::binary().display().to_string();
    let run = |arguments: &[&str]| {
        let arguments = [&["exec", "opssudo", "--", binary.as_str(), "status"], arguments].concat();
        world.command(&World::binary(), &arguments).run()
    };
    let shown = run(&["--short"]).ok();
    assert!(nearly(1, shown.trim_start_matches("opssudo ").trim_end()), "{shown}");
    assert!(run(&[]).ok().lines().nth(1).is_some_and(|line| line.starts_with("opssudo  the credentials of this shell")));
    let json: Value = serde_json::from_str(&run(&["--json"]).ok()).expect("it is JSON");
    assert_eq!(json["shell"]["profile"], "opssudo");
    // They have expired, whatever else is cached.
    let ended = world.vault(["status", "--short"]).env("AWS_VAULT", "opssudo").env("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z");
    assert_eq!(ended.run().fails(1).stdout, "opssudo expired\n");
}

#[test]
fn without_a_profile_every_session_is_shown_once() {
    let world = world();
    world.write(".aws/config", world.read(".aws/config") + "\n[profile broken]\nsource_profile = nowhere\n");
    let shown = world.vault(["status"]).run().ok();
    assert_eq!(shown.matches(SERIAL).count(), 1, "{shown}");
    assert_eq!(shown.matches(ROLE).count(), 1, "{shown}");
    assert_eq!(shown.lines().count(), 3, "{shown}");
    let json = world.status_json(&[]);
    let names: Vec<_> = json["profiles"].as_array().expect("a list").iter().map(|profile| profile["profile"].as_str()).collect();
    assert_eq!(names, [Some("read-only"), Some("opssudo")]);
}

#[test]
fn nothing_is_unlocked_asked_or_called_and_no_other_session_is_looked_at() {
    let mut world = world();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    world.unset("AWS_VAULT_BACKEND");
    world.set("AWS_ENDPOINT_URL", &world.aws.url());
    let calls = world.aws.requests().len();
    // A call to the Secret Service would connect here.
    let bus = world.path("run/bus");
    let listener = UnixListener::bind(&bus).expect("a socket can be made");
    listener.set_nonblocking(true).expect("a socket can be non-blocking");
    world.set("DBUS_SESSION_BUS_ADDRESS", &format!("unix:path={}", bus.display()));
    // Reading every session would block here forever.
    let name = "ab".repeat(32);
    let folder = world.path(".cache/vault/sessions/ab");
    fs::create_dir_all(&folder).expect("folders can be made in the home");
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.join(&name), rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).expect("pipes can be made");
    for arguments in [&["status", "opssudo"][..], &["status", "--json", "opssudo"], &["status", "--short", "opssudo"], &["status"]] {
        world.command(&World::binary(), arguments).run().ok();
    }
    // Even without an index of keys, no keystore is called.
    fs::remove_file(world.path(".local/share/vault/index.json")).expect("there is an index");
    world.vault(["status", "opssudo"]).run().fails(1);
    assert!(listener.accept().is_err(), "the Secret Service was called");
    assert_eq!(world.aws.requests().len(), calls);
    fs::remove_file(folder.join(&name)).expect("the pipe can be removed");
}

#[test]
fn a_session_that_cannot_be_opened_or_has_ended_does_not_count() {
    let world = world();
    assert_eq!(world.status_json(&["opssudo"])["profiles"][0]["ready"], true);
    let sessions = world.path(".cache/vault/sessions");
    for folder in fs::read_dir(&sessions).expect("sessions are cached").flatten() {
        for file in fs::read_dir(folder.path()).expect("it is a folder").flatten() {
            let mut content = fs::read(file.path()).expect("the file can be read");
            *content.last_mut().expect("the file is not empty") ^= 1;
            let path = file.path();
            world.write(path.strip_prefix(world.home()).expect("it is in the home").to_str().expect("names are text"), content);
        }
    }
    world.vault(["status", "opssudo"]).run().fails(1);

    // Eight hours pass in three seconds here, and no code becomes too old meanwhile.
    let world = World::with(StandIn::builder().user("some-user", |user| user).start(), "[profile read-only]\nregion = us-east-1\n");
    world.add("read-only", "some-user");
    world.aws.set_speed(10_000.0);
    world.vault(["exec", "read-only", "--", "true"]).run().ok();
    // A session that the next command would renew does not count either.
    world.vault(["status", "read-only"]).run().fails(1);
    assert_eq!(world.vault(["status", "--short", "read-only"]).run().fails(1).stdout, "");
    while world.status_json(&["read-only"])["profiles"][0]["sessions"][0]["expires"] != Value::Null {}
    assert!(world.vault(["status", "read-only"]).run().fails(1).stdout.ends_with("  -\n"));
}

#[test]
fn the_age_limit_of_the_code_limits_the_time_left() {
    let world = world();
    world.write(".config/vault/config.toml", "[profile.read-only]\nmax_mfa_age = \"30m\"\n\n[profile.opssudo]\nmax_mfa_age = \"30m\"\n");
    let seconds = |profile: &str, session: usize| {
        world.status_json(&[profile])["profiles"][0]["sessions"][session]["seconds_left"].as_i64().expect("it is cached")
    };
    assert!((1_700..=1_800).contains(&seconds("read-only", 0)), "half an hour after the code, not eight");
    assert!((1_700..=1_800).contains(&seconds("opssudo", 0)));
    assert!((3_500..=3_600).contains(&seconds("opssudo", 1)), "a role's session does not carry the code's age");
}
