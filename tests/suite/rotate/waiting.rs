//! The key is replaced while another run waits at its code prompt: after a rotation that run continues with the new key and the same code.

use crate::support::aws::StandIn;
use crate::support::pty::Terminal;
use crate::support::steps::{forget_codes, signed_in};
use crate::support::world::{TWO_PROFILES, World};

use super::stored;

const PROMPT: &str = "MFA code for arn:aws:iam::123456789012:mfa/some-user: ";

#[test]
fn a_run_at_its_code_prompt_continues_with_the_new_key_and_the_same_code() {
    // The code goes into the call of the session, or of a role.
    for arguments in
        [&["exec", "read-only", "--fresh"][..], &["exec", "opssudo", "--no-session"], &["exec", "--server", "read-only", "--fresh"]]
    {
        for grace in ["24h", "0s"] {
            let world = signed_in();
            forget_codes(&world);
            let words = [arguments, &["--", "echo", "it works"]].concat();
            let mut terminal = Terminal::run(world.command(&World::binary(), &words));
            terminal.expect(PROMPT);
            world.vault(["rotate", "read-only", "--grace", grace]).run().ok();
            world.aws.forget_requests();
            terminal.type_line(&world.aws.fresh_code("some-user"));
            terminal.expect("it works");
            let ended = terminal.wait();
            assert_eq!((ended.status, ended.screen.matches(PROMPT).count()), (0, 1), "{words:?} {ended:?}");
            let requests = world.aws.requests();
            let by: Vec<_> = requests.iter().map(|request| request.key_id.clone().unwrap_or_default()).collect();
            assert_eq!(by, [stored(&world, "read-only")], "{words:?}: one call, by the new key");
        }
    }
}

#[test]
fn a_run_at_its_code_prompt_spends_no_code_on_another_users_key() {
    let aws = StandIn::builder().user("some-user", |user| user.mfa("some-user")).user("other-user", |user| user.mfa("other-user")).start();
    let world = World::with(aws, TWO_PROFILES);
    world.add("read-only", "some-user");
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
    terminal.expect(PROMPT);
    world.vault(["remove", "-f", "read-only"]).run().ok();
    world.add("read-only", "other-user");
    world.aws.forget_requests();
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.screen.contains("it was replaced meanwhile") && ended.screen.contains("run the same command again"), "{ended:?}");
    assert!(world.aws.requests().is_empty(), "{:?}", world.aws.requests());
}
