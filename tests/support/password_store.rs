//! A password store with a temporary gpg key, for `pass`. Dropping it ends the agent.

use std::process::{Command, Output, Stdio};

use super::tools;
use super::world::World;

/// A key of elliptic curves. Older versions of gpg generate RSA by default, which takes fifty times as long.
pub const KIND_OF_KEY: &str = "future-default";

pub struct PasswordStore {
    variables: Vec<(String, String)>,
}

impl PasswordStore {
    /// Creates one in the world's home, whose key has this passphrase; none if empty.
    pub fn init(world: &World, passphrase: &str) -> Self {
        tools::require(&["pass", "gpg", "gpgconf"]);
        world.write(".gnupg/.keep", "");
        std::fs::set_permissions(world.path(".gnupg"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("the folder is ours");
        let store = Self { variables: world.variables() };
        let make_key = ["--quick-generate-key", "t@example.com", KIND_OF_KEY, "default", "never"];
        store.run("gpg", &[&["--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase], &make_key[..]].concat());
        store.run("pass", &["init", "t@example.com"]);
        store
    }

    /// Makes gpg forget the passphrase and leaves no program that could ask for it.
    pub fn lock(&self, world: &World) {
        world.write(".gnupg/gpg-agent.conf", "pinentry-program /nonexistent\n");
        self.run("gpgconf", &["--kill", "gpg-agent"]);
    }

    /// Runs the program and returns its stdout.
    #[track_caller]
    pub fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.output(program, arguments);
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(tools::program(program));
        command.args(arguments).env_clear().envs(self.variables.iter().cloned()).stdin(Stdio::null());
        command.output().expect("the program can be started")
    }
}

impl Drop for PasswordStore {
    fn drop(&mut self) {
        let _ = self.output("gpgconf", &["--kill", "all"]);
    }
}
