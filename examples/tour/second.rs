//! The second act: a new user who got an access key by mail and has nothing else.

use std::path::Path;

use crate::support::aws::{StandIn, code_for};
use crate::support::leaks;
use crate::support::pty::Terminal;
use crate::support::shown::{Shown, Theme};
use crate::support::world::{Run, World};
use crate::{S3_LS, Tour};

/// An AWS whose one user has a key and no device, and may only enrol a device without MFA.
fn new_users_aws() -> StandIn {
    StandIn::builder()
        .user("some-user", |user| user.block_without_mfa())
        .role("OpsSudo", |role| role.require_mfa())
        .bucket("some-bucket")
        .start()
}

/// Runs `setup` on a terminal, with a person who types the key, scans the QR code, and types both codes.
fn person_sets_up<const N: usize>(world: &World, words: [&str; N], (id, secret): &(String, String)) -> Run {
    world.seed_identity();
    let mut terminal = Terminal::run(world.vault(words));
    terminal.expect("Access key id: ");
    terminal.type_line(id);
    terminal.expect("Secret access key: ");
    terminal.type_line(secret);
    terminal.expect("First code that the app shows: ");
    let uri = Shown::after(&terminal.written(), 24, 80).qr_code(Theme::Dark);
    let seed = uri.split(['?', '&']).find_map(|part| part.strip_prefix("secret=")).expect("the URI has a seed");
    let step = std::time::UNIX_EPOCH.elapsed().expect("past 1970").as_secs() / 30;
    terminal.type_line(&code_for(seed, step));
    terminal.expect("The next code that the app shows: ");
    terminal.type_line(&code_for(seed, step + 1));
    let ended = terminal.wait();
    Run { status: ended.status, stdout: ended.screen, stderr: ended.stderr }
}

impl Tour {
    /// From a key to a working `exec`: the person reads the QR code from the terminal's cells, as a phone does.
    pub fn second_act(&mut self) {
        println!("\nSecond act: a new user from zero, with an access key that came by mail\n");
        self.world = World::with(new_users_aws(), "");
        let given = self.world.aws.user("some-user").access_key();
        let myself = std::env::current_exe().expect("the path of this program is known").display().to_string();
        let bare = |world: &World| {
            let command = world.command(Path::new(&myself), &[S3_LS]);
            command.env("AWS_ACCESS_KEY_ID", &given.0).env("AWS_SECRET_ACCESS_KEY", &given.1).run()
        };
        let setup = ["setup", "me", "--region", "us-east-1", "--role", "arn:aws:iam::123456789012:role/OpsSudo"];
        let written = format!("vault {}", setup.join(" "));

        let first = person_sets_up(&self.world, setup, &given);
        let aws = &self.world.aws;
        let made = [aws.answered("CreateVirtualMFADevice"), aws.answered("GetSessionToken"), aws.answered("CreateAccessKey")];
        self.step(
            "key, QR code, two codes: the device is enabled, the session needs no third code, the key is replaced",
            &written,
            first.status == 0 && made == [1, 1, 1],
            &first,
        );
        for line in first.stdout.lines().filter(|line| line.starts_with("vault: ")) {
            println!("      {line}");
        }

        let role = self.world.vault(["exec", "OpsSudo", "--", &myself, S3_LS]).run();
        let went_well = role.status == 0 && role.stdout.contains("some-bucket") && self.world.aws.answered("GetSessionToken") == 1;
        self.step("the sudo role works without a terminal", "vault exec OpsSudo -- aws s3 ls", went_well, &role);

        let old = bare(&self.world);
        self.step(
            "the key that came by mail no longer works",
            "AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… aws s3 ls",
            old.status == 1 && old.stdout.contains("InvalidAccessKeyId"),
            &old,
        );

        let calls = self.world.aws.calls("CreateVirtualMFADevice") + self.world.aws.calls("CreateAccessKey");
        let again = self.world.vault(setup).run();
        let made = self.world.aws.calls("CreateVirtualMFADevice") + self.world.aws.calls("CreateAccessKey");
        self.step("run again without a terminal: everything is done already", &written, again.status == 0 && made == calls, &again);

        let finish = self.world.vault(["rotate", "me", "--finish"]).run();
        let keys = self.world.aws.key_statuses("some-user");
        let went_well = finish.status == 0 && keys.len() == 1 && keys[0].0 != given.0;
        self.step("the old key is deleted, without waiting out its grace period", "vault rotate me --finish", went_well, &finish);

        let (checked, found) = leaks::search_folder(self.world.home(), &self.world.secrets());
        self.step("no file holds a key or a seed unencrypted", "find ~ -type f", checked > 0 && found.is_empty(), &finish);
    }
}
