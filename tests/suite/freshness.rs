//! How fresh a session must be: flags and settings that renew one that is still good. The stand-in makes lifetimes pass faster.

use crate::support::world::World;

impl World {
    /// The calls that one run makes: `GetSessionToken`, `AssumeRole`. A code is at hand.
    fn calls_of(&self, arguments: &[&str]) -> (usize, usize) {
        self.aws.forget_requests();
        let code = self.aws.fresh_code("some-user");
        let arguments = [&["exec", "--mfa-token", &code], arguments, &["--", "true"]].concat();
        self.command(World::binary(), &arguments).run().ok();
        (self.aws.calls("GetSessionToken"), self.aws.calls("AssumeRole"))
    }

    fn settings(&self, text: &str) {
        self.write(".config/vault/config.toml", text);
    }
}

#[test]
fn min_ttl_renews_the_last_session_and_no_other() {
    let world = World::with_key();
    // An hour ends after twenty minutes, and eight after nearly three.
    world.aws.set_speed(3.0);
    assert_eq!(world.calls_of(&["opssudo"]), (1, 1));
    assert_eq!(world.calls_of(&["opssudo"]), (0, 0));
    assert_eq!(world.calls_of(&["opssudo", "--min-ttl", "10m"]), (0, 0));
    assert_eq!(world.calls_of(&["opssudo", "--min-ttl", "30m"]), (0, 1));
    assert_eq!(world.calls_of(&["opssudo"]), (0, 0));
    let run = world.vault(["exec", "opssudo", "--min-ttl", "1h", "--", "true"]).run().fails(2);
    assert!(run.stderr.contains("`--min-ttl 1h` can never be met: the session lasts 1h when it is new"), "{run:?}");
}

#[test]
fn the_expiry_window_renews_what_ends_soon() {
    let world = World::with_key();
    world.aws.set_speed(3.0);
    assert_eq!(world.calls_of(&["opssudo"]), (1, 1));
    world.settings("expiry_window = \"15m\"\n");
    assert_eq!(world.calls_of(&["opssudo"]), (0, 0));
    world.settings("expiry_window = \"25m\"\n");
    assert_eq!(world.calls_of(&["opssudo"]), (0, 1));
    world.settings("[profile.opssudo]\nexpiry_window = \"25m\"\n");
    assert_eq!(world.calls_of(&["opssudo"]), (0, 1));
    assert_eq!(world.calls_of(&["read-only"]), (0, 0));
}

#[test]
fn fresh_renews_everything_and_what_it_made_is_used_from_then_on() {
    let world = World::with_key();
    assert_eq!(world.calls_of(&["opssudo"]), (1, 1));
    world.aws.forget_spent_codes();
    // The device's next code: the one before is spent, and the program knows.
    world.aws.set_speed(100_000.0);
    let next = world.aws.fresh_code("some-user");
    world.aws.forget_requests();
    world.aws.set_speed(1.0);
    let run = world.vault(["exec", "opssudo", "--fresh", "--no-wait", "--mfa-token", &next, "--", "true"]).run();
    assert!(run.status == 1 && run.stderr.contains("already used"), "within one step no second code is taken: {run:?}");
    assert_eq!(world.calls_of(&["opssudo"]), (0, 0));
}

#[test]
fn max_mfa_age_asks_for_a_new_code_although_the_session_lives() {
    let world = World::with_key();
    // What ends after four of its eight hours looks four hours old when it is new.
    world.aws.set_speed(2.0);
    assert_eq!(world.calls_of(&["read-only"]), (1, 0));
    world.settings("[profile.read-only]\nmax_mfa_age = \"5h\"\n");
    assert_eq!(world.calls_of(&["read-only"]), (0, 0));
    world.settings("[profile.read-only]\nmax_mfa_age = \"3h\"\n");
    let explained = world.vault(["explain", "read-only"]).run().ok();
    assert!(explained.contains("cached, but its code is 4h"), "{explained}");
    let run = world.vault(["exec", "read-only", "--no-wait", "--", "true"]).run().fails(1);
    assert!(run.stderr.contains("already used") || run.stderr.contains("nobody can be asked here"), "{run:?}");
}
