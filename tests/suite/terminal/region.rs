//! A missing region is mentioned once, to a person at a terminal.

use super::*;

/// A profile without a region, and one on top of it.
const WITHOUT: &str = "[profile read-only]\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n\
                       [profile opssudo]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n";

const NOTE: &str = "no region is set for profile";

fn screen(world: &World, words: &[&str]) -> String {
    let ended = Terminal::run(world.command(&World::binary(), words)).wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    ended.screen
}

#[test]
fn a_missing_region_is_mentioned_once_for_each_profile_and_only_at_a_terminal() {
    let world = World::with_key();
    world.write(".aws/config", WITHOUT);
    let piped = world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run();
    assert!(!piped.stderr.contains(NOTE), "{piped:?}");

    let first = screen(&world, &["exec", "read-only", "--", "true"]);
    assert!(first.contains("vault: no region is set for profile `read-only`: the command gets none. Add `region = …`"), "{first}");
    assert_eq!(screen(&world, &["exec", "read-only", "--", "true"]), "");
    assert!(screen(&world, &["exec", "--server", "opssudo", "--", "true"]).contains(NOTE), "each profile has a separate mention");
    assert_eq!(screen(&world, &["exec", "opssudo", "--", "true"]), "");
}

#[test]
fn a_region_from_anywhere_needs_no_mention() {
    let mut world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    assert_eq!(screen(&world, &["exec", "read-only", "--", "true"]), "", "the profile has one");
    world.write(".aws/config", WITHOUT);
    assert_eq!(screen(&world, &["exec", "--region", "us-east-1", "read-only", "--", "true"]), "");
    world.set("AWS_REGION", "us-east-1");
    assert_eq!(screen(&world, &["exec", "read-only", "--", "true"]), "");
}

#[test]
fn settings_taken_from_default_are_named_once_for_each_profile_and_set() {
    let mut world = World::with_key();
    world.unset("AWS_ENDPOINT_URL");
    world.write("source", r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"x-secret","SessionToken":"x-token"}"#);
    let source = format!("credential_process = cat {}\n", world.path("source").display());
    let say = |world: &World, default: &str, own: &str, words: &[&str]| {
        let services =
            "[services s]\ns3 =\n  endpoint_url = http://127.0.0.1:9\n[services t]\nsts =\n  endpoint_url = http://127.0.0.1:9\n";
        world.write(".aws/config", format!("[default]\n{default}[profile p]\n{source}{own}{services}"));
        screen(world, words).replace("\r\n", " ")
    };
    let exec = &["exec", "p", "--", "true"][..];
    // `[default]` has a region: the command gets it.
    let first = say(&world, "region = eu-west-1\n", "", exec);
    assert!(
        first.contains("no region is set for profile `p`: the command takes `region = eu-west-1` from `[default]`. Add `region = …`"),
        "{first}"
    );
    assert_eq!(say(&world, "region = eu-west-1\n", "", exec), "");
    // Every way of handing credentials to a client mentions it.
    let own = "region = us-east-1\n";
    for (words, who) in [
        (&["exec", "p", "--", "true"][..], "the command"),
        (&["exec", "p", "--server", "--", "true"], "the command"),
        (&["export", "p"], "this shell"),
    ] {
        std::fs::remove_file(world.path(".local/state/vault/told-no-region")).expect("a message was shown");
        let screen = say(&world, "s3 =\n  addressing_style = path\ncli_pager =\nuse_fips_endpoint = true\n", own, words);
        assert!(screen.contains(&format!("{who} takes `cli_pager` and `s3` from `[default]`")), "{screen}");
    }
    for (default, own, named) in [
        ("ca_bundle = /x.pem\n", "", Some("`ca_bundle`")),
        ("ca_bundle = /x.pem\n", "ca_bundle = /y.pem\n", None),
        ("endpoint_url = http://127.0.0.1:9\n", "", None),
        ("endpoint_url = http://127.0.0.1:9\n", "services = s\n", Some("`endpoint_url`")),
        ("services = t\n", "services = s\n", Some("`services`")),
        ("services = s\n", "services = s\n", None),
        ("services = t\n", "endpoint_url = http://127.0.0.1:9\n", None),
        ("s3 =\n  addressing_style = path\n", "s3 =\n  addressing_style = path\n  x = y\n", None),
        ("s3 =\n  addressing_style = path\n", "s3 =\n  addressing_style = auto\n", Some("`s3`")),
        ("s3 =\n  use_arn_region = true\n", "s3_use_arn_region = false\n", None),
        ("cli_history = enabled\n", "", Some("`cli_history`")),
        // Keys of other programs, or about credentials.
        ("colour = red\nmfa_serial = x\nsso_region = x\n", "", None),
        ("region = eu-west-1\noutput = text\nretry_mode = legacy\n", "", None),
    ] {
        let screen = say(&world, default, &format!("region = us-east-1\n{own}"), exec);
        let expected = named.map(|key| format!("the command takes {key} from `[default]`"));
        assert_eq!(screen.contains("[default]"), named.is_some(), "{default} {own}: {screen}");
        assert!(screen.contains(&expected.unwrap_or_default()), "{default} {own}: {screen}");
    }
    // Scripts do not see it.
    let piped = world.vault(["exec", "p", "--", "true"]).run();
    assert_eq!((piped.status, piped.stderr.as_str()), (0, ""));
}
