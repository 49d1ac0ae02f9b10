//! A wait of more than a second is explained on the terminal, and a shorter one is not. Each of these waits ends once its line appears, so
//! no test takes longer.

use std::fs::{self, File, OpenOptions};
use std::time::Duration;

use crate::support::aws::Fault;

use super::*;

const LOCKS: &str = ".local/state/vault/locks";

fn held(world: &World, name: &str) -> File {
    fs::create_dir_all(world.path(LOCKS)).expect("the folder can be made");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(world.path(LOCKS).join(name)).expect("it can be made");
    fs::set_permissions(world.path(LOCKS).join(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("it is ours");
    fs::set_permissions(world.path(LOCKS), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("it is ours");
    file.lock().expect("nobody else has it");
    file
}

#[test]
fn a_wait_for_a_lock_is_explained_after_a_second() {
    let world = World::with_key();
    let lock = held(&world, "aws-config");
    let mut terminal = Terminal::run(world.vault(["link", "read-only"]));
    terminal.expect("vault: waiting for another vault to finish changing the config file");
    drop(lock);
    terminal.expect("wrote `credential_process`");
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn a_wait_for_a_helper_is_explained_after_a_second() {
    let world = World::with_key();
    let gate = world.path("gate");
    rustix::fs::mkfifoat(rustix::fs::CWD, &gate, rustix::fs::Mode::RWXU).expect("a pipe can be made");
    let code = world.aws.fresh_code("some-user");
    let process = format!("mfa_process = cat {} >/dev/null; echo {code}\nmfa_serial", gate.display());
    world.write(".aws/config", world.read(".aws/config").replacen("mfa_serial", &process, 1));
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
    terminal.expect("vault: waiting for `mfa_process`");
    drop(OpenOptions::new().write(true).open(&gate).expect("the helper reads it"));
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn a_wait_for_aws_is_explained_after_a_second() {
    let world = World::with_key();
    let code = world.aws.fresh_code("some-user");
    world.aws.fault("GetSessionToken", Fault::Delay(Duration::from_secs(3)), 1);
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "-t", &code, "--", "true"]));
    terminal.expect("vault: waiting for AWS to answer `GetSessionToken`");
    assert_eq!(terminal.wait().status, 0);
}
