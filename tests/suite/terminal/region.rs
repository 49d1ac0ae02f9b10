//! A profile without a region is mentioned once, to a person at a terminal.

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
    assert!(screen(&world, &["exec", "--server", "opssudo", "--", "true"]).contains(NOTE), "each profile has its own");
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
