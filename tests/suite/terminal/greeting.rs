//! `vault` alone: on a terminal, what is here and what is worth doing next; elsewhere, the usage.

use super::*;

use crate::support::world::{TWO_PROFILES, usual_aws};

/// What `vault` alone shows on a terminal.
#[track_caller]
fn greeting(world: &World) -> String {
    let ended = Terminal::run_of_width(world.vault([]), 100).wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
    assert_eq!(world.aws.requests(), [], "nothing is called");
    anstream::adapter::strip_str(&ended.screen).to_string()
}

/// The commands that it offers, in order.
fn offered(greeting: &str) -> Vec<&str> {
    greeting.lines().filter_map(|line| line.strip_prefix("  vault ")?.split("  ").next()).collect()
}

#[test]
fn a_newcomer_is_shown_the_ways_to_begin() {
    for (config, add) in [("", "add NAME"), (TWO_PROFILES, "add read-only"), ("[default]\nregion = us-east-1\n", "add NAME")] {
        let world = World::with(usual_aws(), config);
        let greeting = greeting(&world);
        assert!(greeting.starts_with("No access key is stored yet.\n"), "{greeting}");
        assert_eq!(offered(&greeting), [add, "setup NAME", "help"], "{greeting}");
    }
}

#[test]
fn keys_in_other_places_are_named_and_offered_for_import() {
    const PLAIN: &str = "[plain]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = in-the-clear-all-along\n";
    const TEMPORARY: &str = "[t]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = S\naws_session_token = T\n";
    for (path, content, said) in [
        (".aws/credentials", PLAIN, Some("`~/.aws/credentials` holds unencrypted keys.")),
        (".aws/config", &PLAIN.replace("[plain]", "[profile plain]"), Some("`~/.aws/config` holds unencrypted keys.")),
        (".awsvault/keys/prod", "{}", Some("`~/.awsvault/keys` holds keys of aws-vault.")),
        (".password-store/aws-vault/prod.gpg", "x", Some("`~/.password-store/aws-vault` holds keys of aws-vault.")),
        // Keys that cannot be imported are not offered.
        (".aws/credentials", TEMPORARY, None),
        (".password-store/bank.gpg", "x", None),
        (".awsvault/other", "x", None),
    ] {
        let world = World::with(usual_aws(), "");
        world.write(path, content);
        let greeting = greeting(&world);
        assert_eq!(offered(&greeting).contains(&"import"), said.is_some(), "{path}: {greeting}");
        assert_eq!(greeting.contains("holds"), said.is_some(), "{path}: {greeting}");
        assert!(greeting.contains(said.unwrap_or_default()), "{path}: {greeting}");
    }
}

#[test]
fn with_a_key_the_profiles_are_shown_as_list_shows_them_and_how_to_use_one() {
    let world = World::with_key();
    let first = greeting(&world);
    assert_eq!(offered(&first), ["exec read-only -- aws s3 ls", "exec read-only", "help"], "{first}");
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    world.aws.forget_requests();
    let greeting = greeting(&world);
    for line in world.vault(["list"]).run().ok().lines() {
        let profile = line.split(' ').next().expect("a line has a first word");
        assert!(greeting.lines().any(|shown| shown == line || (profile != "PROFILE" && shown.starts_with(profile))), "{line}:\n{greeting}");
    }
    assert!(greeting.lines().any(|line| line.starts_with("opssudo ") && (line.ends_with("59m") || line.ends_with("1h"))), "{greeting}");
}

#[test]
fn what_is_wrong_is_shown_and_doctor_comes_first() {
    for more in [
        "\n[profile lost]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = nowhere\n",
        "\n[profile lost\nregion = x\n",
        "\n[profile broken]\nregion us-east-1\n",
    ] {
        let world = World::with_key();
        world.write(".aws/config", format!("{TWO_PROFILES}{more}"));
        let greeting = greeting(&world);
        assert_eq!(offered(&greeting)[..2], ["doctor", "exec read-only -- aws s3 ls"], "{more}: {greeting}");
    }
    // A key without its section is no use to anybody.
    let world = World::with_key();
    world.write(".aws/config", "");
    assert_eq!(offered(&greeting(&world))[0], "doctor");
}

#[test]
fn files_that_cannot_be_read_are_a_failure_that_names_doctor() {
    let world = World::new();
    world.write(".config/vault/config.toml", "no = \"such setting\"\n");
    let ended = Terminal::run(world.vault([])).wait();
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.screen.contains("`no`") && ended.screen.contains("hint: `vault doctor` "), "{}", ended.screen);
}

#[test]
fn of_many_profiles_those_in_use_are_shown() {
    let many: String = (0..50).map(|number| format!("[profile p{number}]\nregion = us-east-1\n\n")).collect();
    let world = World::with(usual_aws(), &format!("{many}{TWO_PROFILES}"));
    world.add("read-only", "some-user");
    let greeting = greeting(&world);
    assert!(greeting.contains("read-only  key") && !greeting.contains("p1 "), "{greeting}");
    assert!(greeting.contains("and 51 more: vault list\n"), "{greeting}");
}

#[test]
fn a_profile_that_needs_no_key_can_be_used_at_once() {
    let world = World::with(usual_aws(), "[profile process]\ncredential_process = /bin/creds\n");
    let greeting = greeting(&world);
    assert_eq!(offered(&greeting), ["exec process -- aws s3 ls", "exec process", "help"], "{greeting}");
}

#[test]
fn the_commands_have_the_name_that_the_program_was_started_by() {
    let world = World::new();
    std::fs::create_dir_all(world.path("bin")).expect("a folder can be made");
    std::os::unix::fs::symlink(World::binary(), world.path("bin/avault")).expect("a link can be made");
    let ended = Terminal::run(world.command(&world.path("bin/avault"), &[])).wait();
    let shown = anstream::adapter::strip_str(&ended.screen).to_string();
    assert!(shown.contains("\n  avault setup NAME") && !shown.contains(" vault "), "{shown}");
}

#[test]
fn a_script_gets_the_usage() {
    let world = World::with_key();
    let ended = Terminal::run_behind_pipes(world.vault([])).wait();
    assert_eq!((ended.status, ended.stdout.as_str(), ended.screen.as_str()), (2, "", ""), "{ended:?}");
    assert!(ended.stderr.contains("\n  exec ") && ended.stderr.contains("Examples:"), "{ended:?}");
}
