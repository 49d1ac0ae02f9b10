//! Prompts without a terminal: windows, a `YubiKey`, and a way chosen by name. Fakes replace the programs that open windows.
#![cfg(unix)]

mod background;
mod pinentry;
mod windows;
mod ykman;

use std::path::PathBuf;

use crate::support::steps::install;
use crate::support::tools;
use crate::support::world::{Invocation, Run, World};

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/some-user";

/// A world where these programs are the only ones on the `PATH`. `asked/NAME` logs the input of each, run by run.
struct Desk {
    world: World,
}

impl Desk {
    fn new() -> Self {
        Self::of(World::with_key())
    }

    fn of(world: World) -> Self {
        world.write("asked/.keep", "");
        let desk = Self { world };
        // `setsid` starts every command of a world without a terminal.
        std::os::unix::fs::symlink(tools::program("setsid"), desk.program("setsid")).expect("links can be made in the home");
        desk
    }

    fn program(&self, name: &str) -> PathBuf {
        std::fs::create_dir_all(self.world.path("bin")).expect("folders can be made in the home");
        self.world.path("bin").join(name)
    }

    /// Installs a program that logs its arguments and then runs this script. Its environment goes into a file, for the leak check.
    fn install(&self, name: &str, script: &str) {
        let note = format!("printf '[%s]\\n' \"$@\" >> \"$HOME/asked/{name}\"\nexport -p > \"$HOME/asked/environment\"");
        install(&self.world, name, &format!("{note}\n{script}"));
    }

    /// A window in which these lines are typed, one per run; after the last, it is closed.
    fn install_window(&self, name: &str, typed: &[&str]) {
        self.world.write(&format!("typed/{name}"), [typed, &[""]].concat().join("\n"));
        let take = format!(
            "at=\"$HOME/typed/{name}\"; {{ read -r line && rest=; while read -r next; do rest=\"$rest$next\n\"; done; }} < \"$at\"\n\
             [ -n \"$line\" ] || exit 1\nprintf '%s' \"$rest\" > \"$at\"\nprintf '%s\\n' \"$line\""
        );
        self.install(name, &take);
    }

    /// The program's input; empty if it never ran.
    fn asked(&self, name: &str) -> String {
        let file = format!("asked/{name}");
        if self.world.path(&file).exists() { self.world.read(&file) } else { String::new() }
    }

    /// The command with a display, and only the installed programs.
    fn vault<const N: usize>(&self, arguments: [&str; N]) -> Invocation<'_> {
        let bin = self.world.path("bin").display().to_string();
        self.world.vault(arguments).env("PATH", &bin).env("DISPLAY", ":7").hands_over()
    }

    fn credentials(&self) -> Run {
        self.vault(["credential-process", "read-only"]).run()
    }

    fn code(&self) -> String {
        self.world.aws.fresh_code("some-user")
    }
}

#[track_caller]
fn assert_credentials(run: Run) {
    let json: serde_json::Value = serde_json::from_str(&run.ok()).expect("a credential process prints JSON");
    assert!(json["AccessKeyId"].as_str().is_some_and(|id| id.starts_with("ASIA")), "{json}");
}
