//! The table of cached runs: `exec`, `credential-process`, `export`, `status`, completion, with small and large configs and caches.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::builds::Build;
use crate::measure::{Cost, paired, peak_of};
use crate::support::world::{TWO_PROFILES, World, usual_aws};

const ROUNDS: usize = 200;
const MANY_PROFILES: usize = 5_000;
const MANY_SESSIONS: usize = 10_000;

/// A world in which both profiles' sessions are cached.
pub fn warm_world(config: &str) -> World {
    let world = World::with(usual_aws(), config);
    world.add("read-only", "some-user");
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    world
}

/// The two profiles at the end of a config of five thousand.
pub fn large_config() -> String {
    let mut config = String::new();
    for number in 0..MANY_PROFILES {
        let _ = write!(
            config,
            "[profile team-{number:04}-administrator]\nregion = eu-west-1\nrole_arn = arn:aws:iam::{:012}:role/team/Administrator\nsource_profile = read-only\n\
             role_session_name = some-user@example.com\nduration_seconds = 3600\noutput = json\n# who to ask: the owners of team {number:04}, or the platform team, in their channel\n\n",
            100_000_000_000_u64 + number as u64
        );
    }
    config + TWO_PROFILES
}

/// A command in the environment of the world.
pub fn command(world: &World, program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(world.variables()).current_dir(world.home());
    command
}

struct Table {
    bare: Cost,
}

impl Table {
    fn row(&self, what: &str, cost: Cost, target: &str) {
        let ratio = cost.wall.as_secs_f64() / self.bare.wall.as_secs_f64();
        println!(
            "{what:<58} {:>8} {ratio:>6.2}x {:>9} {:>9}   {target}",
            shown(cost.wall),
            format!("+{}", shown(cost.wall.saturating_sub(self.bare.wall))),
            format!("+{}", shown(cost.cpu.saturating_sub(self.bare.cpu))),
        );
    }
}

pub fn shown(time: Duration) -> String {
    format!("{:.2}ms", time.as_secs_f64() * 1000.0)
}

pub fn table(build: &Build) {
    let binary = build.binary.clone();
    let small = warm_world(TWO_PROFILES);
    let large = warm_world(&large_config());
    let full = warm_world(TWO_PROFILES);
    fill(&full);
    let of = |world: &World, arguments: &[&str]| command(world, &binary, arguments);

    let size = std::fs::metadata(&binary).map(|file| file.len()).unwrap_or_default();
    println!("\n{}\n", build.name);
    println!("binary: {:.1} MB (target: 9 MB); {ROUNDS} paired rounds, medians; ratios against bare `true`\n", size as f64 / 1e6);
    println!("{:<58} {:>8} {:>7} {:>9} {:>9}   target", "command", "wall", "ratio", "wall over", "CPU over");

    let mut commands = [
        // With full paths: a `PATH` search takes another, slower way to start a program.
        command(&small, &found("true"), &[]),
        command(&small, &found("env"), &["true"]),
        of(&small, &["exec", "read-only", "--", "true"]),
        of(&small, &["exec", "opssudo", "--", "true"]),
        of(&small, &["credential-process", "opssudo"]),
        of(&small, &["export", "opssudo"]),
        of(&small, &["status", "opssudo", "--json"]),
        of(&large, &["exec", "opssudo", "--", "true"]),
        of(&full, &["exec", "opssudo", "--", "true"]),
        completion(&large, &binary),
    ];
    let names = [
        ("true", "-"),
        ("env true", "-"),
        ("vault exec read-only -- true", "2.5x, +1.2ms CPU"),
        ("vault exec opssudo -- true", "2.5x, +1.2ms CPU"),
        ("vault credential-process opssudo", "3x"),
        ("vault export opssudo", "3x"),
        ("vault status opssudo --json", "3x"),
        ("vault exec opssudo -- true, 5,000 profiles", "+3ms over the small config"),
        ("vault exec opssudo -- true, 10,000 cached sessions", "as with a few"),
        ("completion of a profile name, 5,000 profiles", "10ms"),
    ];
    let costs = paired(ROUNDS, &mut commands);
    let table = Table { bare: costs[0] };
    for ((name, target), cost) in names.iter().zip(&costs) {
        table.row(name, *cost, target);
    }
    println!();
    let peak = peak_of(&of(&small, &["credential-process", "opssudo"]));
    println!("peak memory of `vault credential-process opssudo`: {:.1} MB (target: 6 MB)", peak as f64 / 1024.0);
    let peak = peak_of(&of(&small, &["exec", "opssudo", "--", "true"]));
    println!("peak memory of `vault exec opssudo -- true`: {:.1} MB (target: 6 MB)", peak as f64 / 1024.0);
}

/// A shell's completion request for the profiles that start with `team-49`.
fn completion(world: &World, binary: &Path) -> Command {
    let mut command = command(world, binary, &["--", "vault", "exec", "team-49"]);
    command
        .env("AWS_VAULT_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "2")
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "true")
        .env("_CLAP_IFS", "\n");
    command
}

/// Fills the cache with session files that no plan uses.
pub fn fill(world: &World) {
    let folder = world.path(".cache/vault/sessions");
    for number in 0..MANY_SESSIONS {
        let name = format!("{:02x}{number:062x}", number % 256);
        let shard = folder.join(&name[..2]);
        std::fs::create_dir_all(&shard).expect("folders can be made in the cache");
        std::fs::write(shard.join(name), b"vaultse\x01\0\0\0\0\xff\xff\xff\xff").expect("files can be written in the cache");
    }
}

pub fn found(program: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("`{program}` is on the PATH"))
}
