//! Measures other tools that do the same with a cached session, if they are installed. Lists those that are not.

use std::path::Path;
use std::process::Stdio;

use crate::measure::paired;
use crate::support::pty::Terminal;
use crate::support::tools;
use crate::support::world::{TWO_PROFILES, World, usual_aws};
use crate::warm::{command, found, shown, warm_world};

/// Fewer rounds than for `vault`: some tools take half a second.
const ROUNDS: usize = 20;
pub const DEVICE: &str = "arn:aws:iam::123456789012:mfa/some-user";

/// A tool, the command to measure, and how it gets its session first.
struct Other {
    program: &'static str,
    words: &'static [&'static str],
    sign_in: fn(&World, &Path),
}

const OTHERS: [Other; 3] = [
    Other { program: "aws-vault", words: &["exec", "read-only", "--", "true"], sign_in: with_aws_vault },
    Other { program: "awsumepy", words: &["read-only"], sign_in: with_awsume },
    Other { program: "aws-mfa", words: &["--profile", "read-only", "--device", DEVICE], sign_in: with_aws_mfa },
];

pub fn table(binary: &Path) {
    println!("\nOther tools with a cached session; {ROUNDS} paired rounds, medians\n");
    let own = warm_world(TWO_PROFILES);
    let mut names = vec!["true".to_owned(), "vault exec read-only -- true".to_owned()];
    let mut commands = vec![command(&own, &found("true"), &[]), command(&own, binary, &["exec", "read-only", "--", "true"])];
    // Each tool has a separate home, which must outlive the measurements.
    let mut worlds = Vec::new();
    for other in &OTHERS {
        let Some(program) = tools::find(other.program) else {
            println!("({} is not on the PATH, so it is not measured)", other.program);
            continue;
        };
        let world = with_keys(World::with(usual_aws(), TWO_PROFILES));
        (other.sign_in)(&world, &program);
        let calls = world.aws.requests().len();
        run(&world, &program, other.words);
        assert_eq!(world.aws.requests().len(), calls, "{} uses its cached session", other.program);
        names.push(format!("{} {}", other.program, other.words.join(" ")));
        commands.push(command(&world, &program, other.words));
        worlds.push(world);
    }
    let costs = paired(ROUNDS, &mut commands);
    worlds.iter().for_each(forget_sessions);
    let vault = costs[1].wall.as_secs_f64();
    println!("{:<58} {:>9} {:>15}", "command", "wall", "against vault");
    for (name, cost) in names.iter().zip(&costs) {
        println!("{name:<58} {:>9} {:>14.1}x", shown(cost.wall), cost.wall.as_secs_f64() / vault);
    }
}

/// The key in the shared credentials file, where the other tools read it: under the profile's name and under the name that aws-mfa uses.
pub fn with_keys(mut world: World) -> World {
    world.set("USER", "some-user");
    // Not all of them read the region of the profile.
    world.set("AWS_DEFAULT_REGION", "us-east-1");
    world.set("AWS_STS_REGIONAL_ENDPOINTS", "regional");
    let (id, secret) = world.aws.user("some-user").access_key();
    let section = |name: &str| format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    world.write(".aws/credentials", section("read-only") + &section("read-only-long-term"));
    world
}

/// These tools store sessions in the clear, and a test world fails if it finds any.
pub fn forget_sessions(world: &World) {
    for folder in [".aws", ".awsume"] {
        let _ = std::fs::remove_dir_all(world.path(folder));
    }
}

/// aws-mfa writes the section of the session itself.
pub fn keep_long_term_alone(world: &World) {
    let keys = world.read(".aws/credentials");
    let long_term = keys.find("[read-only-long-term]").expect("it was written just now");
    world.write(".aws/credentials", &keys[long_term..]);
}

fn run(world: &World, program: &Path, words: &[&str]) {
    let output = command(world, program, words).stdin(Stdio::null()).output().expect("it can be started");
    assert!(output.status.success(), "{} {words:?}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
}

fn with_aws_vault(world: &World, program: &Path) {
    let (id, secret) = world.aws.user("some-user").access_key();
    let added =
        command(world, program, &["add", "--env", "read-only"]).env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret).status();
    assert!(added.is_ok_and(|status| status.success()), "aws-vault takes the key");
    let code = world.aws.fresh_code("some-user");
    run(world, program, &["exec", "--mfa-token", &code, "read-only", "--", "true"]);
}

fn with_awsume(world: &World, program: &Path) {
    let code = world.aws.fresh_code("some-user");
    run(world, program, &["read-only", "--mfa-token", &code]);
}

fn with_aws_mfa(world: &World, program: &Path) {
    keep_long_term_alone(world);
    // aws-mfa reads the code only from a terminal.
    let mut terminal = Terminal::run(world.command(program, &["--profile", "read-only", "--device", DEVICE]));
    terminal.expect("Enter AWS MFA code for device");
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
}
