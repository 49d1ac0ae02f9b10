//! A new MFA device, from the QR code on a real terminal to the first session; and the leftovers of interruptions and refusals.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests look at the machine from outside")]

mod devices;
mod first;
mod interrupted;
mod more;
mod readme;
mod refused;
mod removals;
mod setup;
mod setup_interrupted;
mod together;
mod ykman;

use std::time::{Duration, UNIX_EPOCH};

use crate::support::aws::{StandIn, UserBuilder, code_for};
use crate::support::pty::Terminal;
use crate::support::shown::{Shown, Theme};
use crate::support::world::World;

const FIRST: &str = "First code that the app shows: ";
const NEXT: &str = "The next code that the app shows: ";
const PREFIX: &str = "arn:aws:iam::123456789012:mfa/";

/// A world with this user's key stored as `me`, whose profile names no device.
fn world_of(user: &str, describe: impl FnOnce(UserBuilder) -> UserBuilder) -> World {
    let world = World::with(StandIn::builder().user(user, describe).bucket("some-bucket").start(), "[profile me]\nregion = us-east-1\n");
    world.add("me", user);
    world
}

/// An authenticator app with one account.
struct App(String);

impl App {
    /// Scans the QR code on the terminal.
    fn scan(terminal: &Terminal, rows: u16, columns: u16) -> (Self, String) {
        let shown = Shown::after(&terminal.written(), rows, columns);
        assert!(shown.is_alternate(), "it is on the alternate screen");
        let uri = shown.qr_code(Theme::Dark);
        assert_eq!(shown.qr_code(Theme::Light), uri, "the same in both themes");
        let seed = uri.split(['?', '&']).find_map(|part| part.strip_prefix("secret=")).expect("the URI has a seed");
        (Self(seed.to_owned()), uri)
    }

    /// The code that it shows this many steps from now.
    fn code(&self, steps: u64) -> String {
        code_for(&self.0, UNIX_EPOCH.elapsed().expect("past 1970").as_secs() / 30 + steps)
    }
}

/// Scans the code that is about to be shown, and types both codes.
fn scan_and_type(terminal: &mut Terminal) -> App {
    terminal.expect(FIRST);
    let (app, _) = App::scan(terminal, 24, 80);
    let (first, second) = (app.code(0), app.code(1));
    terminal.type_line(&first);
    terminal.expect(NEXT);
    terminal.type_line(&second);
    app
}

fn enroll(world: &World) -> Terminal {
    Terminal::run(world.vault(["mfa", "enroll", "me"]))
}
