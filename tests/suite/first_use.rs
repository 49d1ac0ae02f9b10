//! The main job: after one code, every command gets the right credentials, with a plain profile and with a sudo role.

use crate::support::world::World;

#[test]
fn one_code_serves_the_profile_and_the_role_on_top_of_it() {
    let world = World::with_key();
    let first = world.vault(["exec", "read-only", "--", "printenv", "AWS_ACCESS_KEY_ID"]).code_of("some-user").run().ok();
    assert!(first.starts_with("ASIA"), "{first}");
    let second = world.vault(["exec", "read-only", "--", "printenv", "AWS_ACCESS_KEY_ID"]).run().ok();
    assert_eq!(first, second, "the session is taken from the cache");
    let role = world.vault(["exec", "opssudo", "--", "printenv", "AWS_ACCESS_KEY_ID"]).run().ok();
    assert_ne!(first, role);
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (1, 1));
}
