//! Flags and settings that renew a session although it is still good. Lifetimes pass faster in the stand-in.

use crate::support::steps::forget_codes;
use crate::support::world::World;

impl World {
    /// The number of `GetSessionToken` and `AssumeRole` calls of one run with a new code.
    fn calls_of(&self, arguments: &[&str]) -> (usize, usize) {
        self.aws.forget_requests();
        forget_codes(self);
        let code = self.aws.fresh_code("some-user");
        let arguments = [&["exec", "--mfa-token", &code], arguments, &["--", "true"]].concat();
        self.command(&World::binary(), &arguments).run().ok();
        (self.aws.calls("GetSessionToken"), self.aws.calls("AssumeRole"))
    }

    fn settings(&self, text: &str) {
        self.write(".config/vault/config.toml", text);
    }
}

#[test]
fn min_ttl_renews_only_the_last_session() {
    let world = World::with_key();
    // Both sessions end after twenty minutes.
    world.settings("session_duration = \"1h\"\n");
    world.aws.set_speed(3.0);
    assert_eq!(world.calls_of(&["opssudo"]), (1, 1));
    assert_eq!(world.calls_of(&["opssudo"]), (0, 0));
    assert_eq!(world.calls_of(&["opssudo", "--min-ttl", "10m"]), (0, 0));
    assert_eq!(world.calls_of(&["opssudo", "--min-ttl", "30m"]), (0, 1));
    assert_eq!(world.calls_of(&["opssudo"]), (0, 0));
    let run = world.vault(["exec", "opssudo", "--min-ttl", "1h", "--", "true"]).run().fails(2);
    assert!(run.stderr.contains("`--min-ttl 1h` is too long: a new session lasts 1h"), "{run:?}");
}

#[test]
fn the_expiry_window_renews_sessions_that_end_soon() {
    let world = World::with_key();
    // An hour ends after twenty minutes, and eight after nearly three hours.
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
fn fresh_renews_everything_and_later_runs_use_the_new_sessions() {
    let world = World::with_key();
    assert_eq!(world.calls_of(&["opssudo"]), (1, 1));
    assert_eq!(world.calls_of(&["opssudo", "--fresh"]), (1, 1));
    assert_eq!(world.calls_of(&["opssudo"]), (0, 0));
    assert_eq!(world.calls_of(&["read-only"]), (0, 0));
}

#[test]
fn max_mfa_age_requires_a_new_code_although_the_session_is_valid() {
    let world = World::with_key();
    // A new session that ends after four of its eight hours looks four hours old.
    world.aws.set_speed(2.0);
    assert_eq!(world.calls_of(&["read-only"]), (1, 0));
    world.settings("[profile.read-only]\nmax_mfa_age = \"5h\"\n");
    assert_eq!(world.calls_of(&["read-only"]), (0, 0));
    world.settings("[profile.read-only]\nmax_mfa_age = \"3h\"\n");
    let explained = world.vault(["explain", "read-only"]).run().ok();
    assert!(explained.contains("cached, but its code is 4h"), "{explained}");
    assert_eq!(world.calls_of(&["read-only"]), (1, 0));
    assert_eq!(world.calls_of(&["opssudo"]), (1, 1), "a role on top is signed by the same session");
    world.settings("[profile.opssudo]\nmax_mfa_age = \"3h\"\n");
    assert_eq!(world.calls_of(&["read-only"]), (0, 0), "its source is not affected");
}
