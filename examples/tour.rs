//! The main job from beginning to end, with no AWS account and no desktop: an AWS on loopback, a scratch home, the real binary.
//!
//! Each step prints what was done and whether it worked; the exit status is 0 only if every step did.
//!
//! usage: `cargo run --release --example tour`, or `cargo run --example tour -- --release`, where only the binary is a release build

// The program is shared with the tests, whose rules on ambient access do not bind it.
#![allow(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::duration_suboptimal_units,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::print_stdout,
    clippy::redundant_closure_for_method_calls,
    clippy::unwrap_used
)]

#[path = "tour/second.rs"]
mod second;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "tour/third.rs"]
mod third;

use std::path::Path;
use std::process::{Command, ExitCode};

use support::aws::{Keys, client};
use support::leaks;
use support::world::{Run, World};

/// With this argument the tour is its own `aws s3 ls`: it asks S3 with the credentials in its environment.
const S3_LS: &str = "s3-ls";

/// With this argument the binary is a release build even if the tour is not: optimising the tour takes minutes and saves nothing.
const RELEASE: &str = "--release";

fn main() -> ExitCode {
    let (mut first_act_alone, mut release, mut installed) = (false, false, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            S3_LS => return s3_ls(),
            RELEASE => release = true,
            "--first-act" => first_act_alone = true,
            "--binary" => installed = arguments.next(),
            _ => {
                println!("usage: tour [{RELEASE}] [--first-act] [--binary PATH]");
                return ExitCode::from(2);
            }
        }
    }
    match installed {
        Some(path) => World::use_binary(path.into()),
        None => build_the_binary(release || !cfg!(debug_assertions)),
    }
    let mut tour = Tour { world: World::new(), done: 0, failed: 0 };
    println!("A tour of vault: an AWS on loopback at {}, a scratch home at {}\n", tour.world.aws.url(), tour.world.home().display());
    tour.take();
    if !first_act_alone {
        tour.second_act();
        tour.third_act();
    }
    println!("\n{} steps, {} failed", tour.done, tour.failed);
    if tour.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `cargo run --example` builds the example and the library, not the binary.
fn build_the_binary(release: bool) {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--bin", "vault"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if release {
        build.arg(RELEASE);
        let tour = std::env::current_exe().expect("the path of this program is known");
        let target = tour.ancestors().nth(3).expect("examples are two folders below the target folder");
        World::use_binary(target.join("release/vault"));
    }
    assert!(build.status().expect("cargo can be started").success(), "the binary is built");
}

struct Tour {
    world: World,
    done: usize,
    failed: usize,
}

impl Tour {
    fn take(&mut self) {
        let (id, secret) = self.world.aws.user("some-user").access_key();
        let myself = std::env::current_exe().expect("the path of this program is known").display().to_string();

        let add = self.world.vault(["add", "read-only", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run();
        self.step("the key is checked with AWS and stored, encrypted", "vault add read-only --env", add.status == 0, &add);

        let bare = self.world.command(Path::new(&myself), &[S3_LS]);
        let bare = bare.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run();
        self.step(
            "without MFA, the policy blocks the bare key",
            "AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… aws s3 ls",
            bare.status == 1 && bare.stdout.contains("AccessDenied"),
            &bare,
        );

        let first = self.world.vault(["exec", "read-only", "--", &myself, S3_LS]).code_of("some-user").run();
        self.step(
            "with one code, the same command works",
            "vault exec read-only -- aws s3 ls",
            first.status == 0 && first.stdout.contains("some-bucket"),
            &first,
        );

        let second = self.world.vault(["exec", "read-only", "--", &myself, S3_LS]).run();
        self.step(
            "again, without a terminal: no code, no call to STS",
            "vault exec read-only -- aws s3 ls",
            second.status == 0 && second.stdout.contains("some-bucket") && self.world.aws.calls("GetSessionToken") == 1,
            &second,
        );

        let role = self.world.vault(["exec", "opssudo", "--", &myself, S3_LS]).run();
        let calls = (self.world.aws.calls("GetSessionToken"), self.world.aws.calls("AssumeRole"), self.world.aws.code_fetches("some-user"));
        self.step(
            "the sudo role, still without a terminal: one AssumeRole, signed by the same MFA session",
            "vault exec opssudo -- aws s3 ls",
            role.status == 0 && role.stdout.contains("some-bucket") && (calls.0, calls.1) == (1, 1),
            &role,
        );

        let child = self.world.vault(["exec", "opssudo", "--", "env"]).env("AWS_PROFILE", "other").hands_over().run();
        let names: Vec<&str> = child
            .stdout
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("AWS_"))
            .collect();
        let has = |name: &str| names.contains(&name);
        let right = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_VAULT"]
            .into_iter()
            .all(has)
            && !has("AWS_PROFILE")
            && !names.iter().any(|name| name.starts_with("AWS_VAULT_"));
        self.step("the child gets its credentials and none of vault's variables", "vault exec opssudo -- env", right, &child);
        println!("      {}", names.join(" "));

        let explained = self.world.vault(["explain", "opssudo"]).run();
        self.step("the plan explains itself", "vault explain opssudo", explained.stdout.contains("no call to AWS"), &explained);
        for line in explained.stdout.lines() {
            println!("      {line}");
        }

        let left = self.world.vault(["exec", "read-only", "--", "sh", "-c", "echo $$; ps -o comm= -p $$"]).run();
        let inherited = std::env::vars().any(|(name, _)| name == "AWS_SESSION_TOKEN");
        self.step(
            "nothing stays: vault became the command, and this shell has no credentials",
            "vault exec read-only -- sh -c 'ps -p $$'",
            left.status == 0 && !left.stdout.contains("vault") && !inherited,
            &left,
        );

        let (checked, found) = leaks::search_folder(self.world.home(), &self.world.secrets());
        let files = self.world.vault(["exec", "read-only", "--", "find", ".", "-type", "f"]).run();
        self.step("no file holds a secret unencrypted", "find ~ -type f", checked > 0 && found.is_empty(), &files);
        for line in files.stdout.lines() {
            println!("      {line}");
        }
    }

    fn step(&mut self, what: &str, command: &str, went_well: bool, run: &Run) {
        self.done += 1;
        println!("{:>2}. {what}\n      $ {command}\n      {}", self.done, if went_well { "ok" } else { "FAILED" });
        if !went_well {
            self.failed += 1;
            println!("{run:?}");
        }
    }
}

fn s3_ls() -> ExitCode {
    let get = |name: &str| std::env::var(name).ok();
    let keys = Keys {
        id: get("AWS_ACCESS_KEY_ID").expect("the child has a key id"),
        secret: get("AWS_SECRET_ACCESS_KEY").expect("the child has a secret"),
        token: get("AWS_SESSION_TOKEN"),
    };
    let (status, answer) = client::list_buckets(&get("AWS_ENDPOINT_URL").expect("the child has the endpoint"), "us-east-1", &keys);
    println!("HTTP {status} {answer}");
    if status == 200 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
