//! `vault login`: the browser signs in as the role, in its partition and region, and the URL goes nowhere else.
#![allow(clippy::disallowed_methods, reason = "tests look at the machine from outside")]

use crate::support::aws::{Fault, StandIn};
use crate::support::pty::Terminal;
use crate::support::steps::{forget_codes, install, sign_in, signed_in};
use crate::support::tools;
use crate::support::world::{Run, TWO_PROFILES, World};

/// A world with a sign-in endpoint and a cached session.
fn world() -> World {
    let mut world = signed_in();
    world.set("AWS_ENDPOINT_URL_SIGNIN", &world.aws.url());
    world
}

/// Runs `login --stdout`, whose stdout is a secret on purpose.
fn url<const N: usize>(world: &World, arguments: [&str; N]) -> Run {
    let words = [&["login"], &arguments[..], &["--stdout"]].concat();
    world.command(&World::binary(), &words).hands_over().run()
}

/// The text of the sign-in page.
fn visit(url: &str) -> String {
    let output = std::process::Command::new("curl").args(["-sS", url.trim()]).output().expect("curl is there");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_chained_role_signs_in_with_a_post_and_without_a_duration() {
    let world = world();
    let run = url(&world, ["opssudo"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1);
    let page = visit(&run.stdout);
    assert!(page.contains("assumed-role/OpsSudo/"), "{page}");
    assert!(page.contains("https://console.aws.amazon.com/console/home?region=us-east-1"), "{page}");
    let asked = world.aws.last("getSigninToken");
    assert_eq!((asked.user_name.as_deref(), asked.duration), (Some("POST"), None));
    assert_eq!(world.aws.calls("getSigninToken"), 1);
}

#[test]
fn a_get_follows_only_a_refused_post() {
    let world = world();
    world.aws.signin_refuses_post();
    let run = url(&world, ["opssudo"]);
    assert!(run.status == 0 && visit(&run.stdout).contains("OpsSudo"), "{run:?}");
    let methods: Vec<_> = world.aws.requests().into_iter().filter(|r| r.action == "getSigninToken").map(|r| r.user_name).collect();
    assert_eq!(methods, [Some("POST".to_owned()), Some("GET".to_owned())]);
}

#[test]
fn a_duration_is_sent_if_the_key_itself_assumes_the_role() {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .role("OpsSudo", |role| role.require_mfa().max_duration(43_200))
        .start();
    let mut world = World::with(aws, TWO_PROFILES);
    world.set("AWS_ENDPOINT_URL_SIGNIN", &world.aws.url());
    world.add("read-only", "some-user");
    for (arguments, seconds) in [(["-d", "8h"], 28_800), (["-d", "12h"], 43_200), (["--no-session", "--fresh"], 3600)] {
        forget_codes(&world);
        let words = [&["login", "opssudo", "--stdout"], &arguments[..]].concat();
        let run = world.command(&World::binary(), &words).code_of("some-user").hands_over().run();
        assert!(run.status == 0 && visit(&run.stdout).contains("OpsSudo"), "{run:?}");
        assert_eq!(world.aws.last("getSigninToken").duration, Some(seconds));
    }
}

#[test]
fn a_service_or_a_path_is_opened_in_the_region_of_the_profile() {
    let world = world();
    for (arguments, page) in [
        (&["--service", "s3"][..], "https://console.aws.amazon.com/s3/home?region=us-east-1"),
        (&["--service", "CFN"], "https://console.aws.amazon.com/cloudformation/home?region=us-east-1"),
        (&["--service", "ec2", "--region", "eu-west-1"], "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1"),
        (&["--path", "/ec2/home#Instances:"], "https://console.aws.amazon.com/ec2/home?region=us-east-1#Instances:"),
    ] {
        let words = [&["login", "opssudo", "--stdout"], arguments].concat();
        let run = world.command(&World::binary(), &words).hands_over().run();
        assert!(visit(&run.stdout).contains(&page.replace('&', "&amp;")), "{arguments:?} {run:?}");
    }
    let run = world.vault(["login", "opssudo", "--service", "lamda"]).run().fails(2);
    assert!(run.stderr.contains("hint: did you mean `--service lambda`?"), "{run:?}");
    world.vault(["login", "opssudo", "--path", "https://evil.example/"]).run().fails(2);
}

#[test]
fn impossible_sign_ins_fail_before_a_code_is_used() {
    let mut world = World::with_key();
    world.set("AWS_ENDPOINT_URL_SIGNIN", "not a url");
    let run = world.vault(["login", "opssudo", "--stdout"]).code_of("some-user").run().fails(2);
    assert!(run.stderr.contains("AWS_ENDPOINT_URL_SIGNIN"), "{run:?}");
    assert_eq!(world.aws.requests().len(), 0);
}

#[test]
fn every_partition_has_its_own_hosts() {
    for (partition, region, host) in [
        ("aws-us-gov", "us-gov-east-1", "us-gov-east-1.console.amazonaws-us-gov.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-eusc", "eusc-de-east-1", "eusc-de-east-1.console.amazonaws-eusc.eu"),
    ] {
        let aws = StandIn::builder()
            .partition(partition)
            .user("some-user", |user| user.mfa("some-user"))
            .role("R", |role| role.require_mfa())
            .start();
        let config = format!(
            "[profile p]\nregion = {region}\nmfa_serial = arn:{partition}:iam::123456789012:mfa/some-user\n\
             [profile r]\nregion = {region}\nsource_profile = p\nrole_arn = arn:{partition}:iam::123456789012:role/R\n"
        );
        let mut world = World::with(aws, &config);
        world.set("AWS_ENDPOINT_URL_SIGNIN", &world.aws.url());
        world.add("p", "some-user");
        sign_in(&world, "p");
        let run = url(&world, ["r"]);
        assert!(visit(&run.stdout).contains(&format!("https://{host}/console/home?region={region}")), "{run:?}");
        let user = url(&world, ["p"]);
        assert!(user.stdout.starts_with("https://123456789012.signin.") && user.stdout.ends_with("/console/\n"), "{user:?}");
    }
}

#[test]
fn an_iam_user_gets_the_accounts_own_page_with_the_reason_and_the_fix() {
    let world = world();
    let run = url(&world, ["read-only"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "https://123456789012.signin.aws.amazon.com/console/\n"), "{run:?}");
    assert!(run.stderr.contains("is an IAM user, and only roles can sign in without a password"), "{run:?}");
    assert!(run.stderr.contains("`vault policy sudo-role`") && run.stderr.contains("sign in with the user name `some-user`"), "{run:?}");
    assert!(!run.stderr.contains("once you are signed in"), "{run:?}");
    let run = url(&world, ["read-only", "--service", "s3"]);
    assert!(
        run.status == 0 && run.stderr.contains("once you are signed in, open https://console.aws.amazon.com/s3/home?region=us-east-1"),
        "{run:?}"
    );
    assert_eq!((world.aws.calls("getSigninToken"), world.aws.calls("GetSessionToken")), (0, 1), "no session is made for it");
    // The key was stored unchecked, so only AWS knows the user's name.
    world.aws.fault("GetCallerIdentity", Fault::fail(403, "InvalidClientTokenId", "no"), 9);
    let run = url(&world, ["read-only"]);
    assert!(run.status == 0 && run.stderr.contains("sign in with the name of your IAM user"), "{run:?}");
}

#[test]
fn a_person_who_gives_up_at_the_passphrase_is_shown_no_page() {
    for key in [b'c', b'd'] {
        let mut world = world();
        world.vault(["lock"]).run().ok();
        world.unset("AWS_VAULT_FILE_PASSPHRASE");
        let mut terminal = Terminal::run(world.vault(["login", "read-only", "--stdout"]));
        terminal.expect("assphrase");
        terminal.press_ctrl(key);
        let ended = terminal.wait();
        assert!(ended.status == 130 && !ended.screen.contains("https://"), "{ended:?}");
    }
}

#[test]
fn the_systems_browser_is_opened_only_with_a_display() {
    let world = world();
    install(&world, "xdg-open", "echo opened > \"$HOME/opened\"");
    let path = world.own_path();
    for (display, wayland, has_screen) in [
        (None, None, false),
        // An empty variable, as after `export DISPLAY=`, counts as unset.
        (Some(""), Some(""), false),
        (Some(""), None, false),
        (None, Some(""), false),
        (Some(":7"), Some(""), true),
        (Some(""), Some("wayland-0"), true),
    ] {
        let mut login = world.vault(["login", "opssudo"]).hands_over().env("PATH", &path);
        for (name, value) in [("DISPLAY", display), ("WAYLAND_DISPLAY", wayland)] {
            login = value.into_iter().fold(login, |login, value| login.env(name, value));
        }
        let run = login.run();
        assert_eq!(run.status, 0, "{run:?}");
        assert_eq!(std::fs::remove_file(world.path("opened")).is_ok(), has_screen, "{display:?} {wayland:?} {run:?}");
        assert_eq!(run.stdout.contains("SigninToken="), !has_screen, "the URL is printed instead: {run:?}");
    }
}

#[test]
fn the_persons_own_browser_gets_the_url_and_nothing_else_does() {
    let mut world = world();
    install(
        &world,
        "browser",
        "printf '%s\\n' \"$@\" | curl -sS -o \"$HOME/page\" \"$(tail -n 1 | sed 's/^.*url=//')\"; env > \"$HOME/env\"",
    );
    install(&world, "failing", "exit 3");
    world.set("PATH", &world.own_path());
    for command in ["browser", "browser -x {url}", "browser 'url={url}'"] {
        let run = world.vault(["login", "opssudo", "--debug", "--browser", command]).run();
        assert!(run.status == 0 && run.stdout.is_empty() && !run.stderr.contains("SigninToken="), "{command}: {run:?}");
        assert!(world.read("page").contains("OpsSudo"), "{command}");
        assert!(!world.read("env").contains("AWS_VAULT_"), "a browser gets nothing of ours");
        std::fs::remove_file(world.path("page")).expect("the page was opened");
    }
    world.write(".config/vault/config.toml", "[profile.opssudo]\nbrowser = \"browser\"\n");
    world.vault(["login", "opssudo"]).run().ok();
    assert!(world.read("page").contains("OpsSudo"), "the profile's setting");
    let run = world.vault(["login", "opssudo", "--browser", "failing"]).hands_over().run().fails(1);
    assert!(run.stderr.contains("`failing` failed") && visit(&run.stdout).contains("OpsSudo"), "{run:?}");
}

#[test]
fn without_a_browser_the_url_is_printed_with_its_lifetime() {
    let world = world();
    let run = world.vault(["login", "opssudo"]).hands_over().run();
    assert!(
        run.status == 0 && run.stderr.contains("there is no browser here: open this URL yourself, which works for 15 minutes"),
        "{run:?}"
    );
    assert!(visit(&run.stdout).contains("OpsSudo"), "{run:?}");
}

#[test]
fn signing_out_first_happens_only_on_request() {
    let world = world();
    assert!(url(&world, ["opssudo"]).stdout.contains("/federation?Action=login&"));
    let run = url(&world, ["opssudo", "--logout"]);
    assert!(run.stdout.contains("/oauth?Action=logout&redirect_uri=http%3A%2F%2F127.0.0.1"), "{run:?}");
    let page = visit(&run.stdout);
    let next = page.split("</title>").nth(1).and_then(|rest| rest.strip_suffix("</html>")).expect("the page names the next one");
    assert!(visit(next).contains("OpsSudo"), "{page}");
}

#[test]
fn a_protected_profile_asks_for_its_name() {
    let world = world();
    world.write(".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
    let run = url(&world, ["opssudo"]).fails(1);
    assert!(run.stderr.contains("hint: run `vault login opssudo` in the foreground of a terminal"), "{run:?}");
    let mut terminal = Terminal::run_behind_pipes(world.vault(["login", "opssudo", "--stdout"]));
    terminal.expect("Type the profile's name to continue: ");
    terminal.type_line("other");
    let ended = terminal.wait();
    assert!(ended.status == 1 && ended.stderr.contains("you did not type the profile's name: the console is not opened"), "{ended:?}");
    assert_eq!(world.aws.calls("getSigninToken"), 0);
    let mut terminal = Terminal::run_behind_pipes(world.vault(["login", "opssudo", "--stdout"]));
    terminal.expect("Type the profile's name to continue: ");
    terminal.type_line("opssudo");
    let ended = terminal.wait();
    assert!(ended.status == 0 && visit(&ended.stdout).contains("OpsSudo"), "{ended:?}");
}

#[test]
fn a_refusal_by_the_endpoint_is_explained_without_a_secret() {
    let world = world();
    // A session that has ended at AWS and is still cached here.
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    world.aws.expire_sessions();
    let run = url(&world, ["opssudo"]).fails(1);
    assert!(run.stderr.contains("`getSigninToken`") && run.stderr.contains("vault exec opssudo -- aws sts get-caller-identity"), "{run:?}");
}

#[test]
#[ignore = "needs chromium: tests/run runs it if it can, and otherwise lists it as left out"]
fn a_real_browser_is_signed_in() {
    let chromium = tools::program("chromium");
    let world = world();
    let run = url(&world, ["opssudo", "--service", "s3"]);
    assert_eq!(run.status, 0, "{run:?}");
    let output = std::process::Command::new("timeout")
        .args(["60", &chromium.display().to_string(), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", world.path("chromium").display()))
        .arg(run.stdout.trim())
        .output()
        .expect("chromium can be started");
    let page = String::from_utf8_lossy(&output.stdout);
    assert!(page.contains("assumed-role/OpsSudo/") && page.contains("/s3/home"), "{page}");
    // The browser's history may hold the URL.
    std::fs::remove_dir_all(world.path("chromium")).expect("the profile is the test's");
}
