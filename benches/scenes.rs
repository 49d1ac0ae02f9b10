//! Counts what each tool asks for in the same two scenes: ten commands start together without a session; then one for another role. Runs
//! the tools that are on the `PATH`, and names the others.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::others::{DEVICE, forget_sessions, keep_long_term_alone, with_keys};
use crate::support::aws::StandIn;
use crate::support::pty::Terminal;
use crate::support::tools;
use crate::support::world::{Invocation, TWO_PROFILES, World};

const TOGETHER: usize = 10;
/// How long the commands get to notice that another one has a session. Those that still ask then need a code themselves.
const GRACE: Duration = Duration::from_secs(5);

struct Scene {
    program: &'static str,
    words: &'static [&'static str],
    /// With the second role. aws-mfa has no roles in this way of working.
    then: Option<&'static [&'static str]>,
    code: &'static str,
    prepare: fn(&World),
    /// What may hold credentials goes into a pipe and not on the terminal.
    start: fn(Invocation<'_>) -> Terminal,
}

const PEERS: [Scene; 3] = [
    Scene {
        program: "awsumepy",
        words: &["opssudo"],
        then: Some(&["audit"]),
        code: "Enter MFA token",
        prepare: |_| {},
        start: Terminal::run_into_a_pipe,
    },
    Scene {
        program: "aws-mfa",
        words: &["--profile", "read-only", "--device", DEVICE],
        then: None,
        code: "Enter AWS MFA code for device",
        prepare: keep_long_term_alone,
        start: Terminal::run,
    },
    Scene {
        program: "aws",
        words: &["--profile", "opssudo", "sts", "get-caller-identity"],
        then: Some(&["--profile", "audit", "sts", "get-caller-identity"]),
        code: "Enter MFA code for",
        prepare: |_| {},
        start: Terminal::run,
    },
];

const OWN: Scene = Scene {
    program: "vault",
    words: &["exec", "opssudo", "--", "true"],
    then: Some(&["exec", "audit", "--", "true"]),
    code: "MFA code for",
    prepare: |_| {},
    start: Terminal::run,
};

/// How many codes were typed, and how many commands succeeded.
#[derive(Default)]
struct Asked {
    codes: usize,
    succeeded: usize,
}

pub fn table(binary: &Path) {
    println!(
        "\n{TOGETHER} commands start together, each on a terminal, without a session. The first one that asks gets a code; {GRACE:?} after it ended,"
    );
    println!("each one that still asks gets the same code. Then one command for another role of the same device.\n");
    println!("{:<76} {:>6} {:>10} {:>20}", "command", "codes", "succeeded", "codes for 2nd role");
    // The keystore's passphrase comes from the environment. The others have no keystore here: their keys are in plaintext.
    let own = world();
    own.add("read-only", "some-user");
    show(&own, &OWN, binary);
    for scene in &PEERS {
        let Some(program) = tools::find(scene.program) else {
            println!("({} is not on the PATH, so it is not run)", scene.program);
            continue;
        };
        let world = with_keys(world());
        (scene.prepare)(&world);
        show(&world, scene, &program);
        forget_sessions(&world);
    }
}

fn world() -> World {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .role("OpsSudo", |role| role.require_mfa())
        .role("Audit", |role| role.require_mfa())
        .start();
    let second = TWO_PROFILES.split_once("\n\n").expect("there are two").1.replace("opssudo", "audit").replace("OpsSudo", "Audit");
    World::with(aws, &format!("{TWO_PROFILES}\n{second}"))
}

fn show(world: &World, scene: &Scene, program: &Path) {
    let first = together(world, scene, program);
    let second = scene.then.map_or_else(
        || "-".to_owned(),
        |words| {
            // A code that was used for the first role does not count against a tool.
            world.aws.forget_spent_codes();
            one(world, scene, program, words).codes.to_string()
        },
    );
    let command = format!("{} {}", scene.program, scene.words.join(" "));
    println!("{command:<76} {:>6} {:>10} {second:>20}", first.codes, first.succeeded);
}

fn together(world: &World, scene: &Scene, program: &Path) -> Asked {
    let mut asked = Asked::default();
    let mut terminals: Vec<Terminal> = (0..TOGETHER).map(|_| (scene.start)(world.command(program, scene.words))).collect();
    let code = world.aws.fresh_code("some-user");
    // All of them have started when they ask, or wait for the one that does.
    for terminal in &mut terminals[1..] {
        until_it_asks(terminal, scene);
    }
    let mut first = terminals.remove(0);
    answer(&mut first, scene, &code, &mut asked);
    asked.succeeded += usize::from(first.wait().status == 0);
    let ended = Instant::now();
    for terminal in &mut terminals {
        let runs = Cell::new(false);
        terminal.expect_one_of(&[], &|| {
            runs.set(ended.elapsed() > GRACE);
            runs.get()
        });
        if runs.get() {
            asked.codes += 1;
            terminal.type_line(&code);
        }
    }
    asked.succeeded += terminals.into_iter().map(|terminal| usize::from(terminal.wait().status == 0)).sum::<usize>();
    asked
}

fn one(world: &World, scene: &Scene, program: &Path, words: &[&str]) -> Asked {
    let mut asked = Asked::default();
    let mut terminal = (scene.start)(world.command(program, words));
    answer(&mut terminal, scene, &world.aws.fresh_code("some-user"), &mut asked);
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    asked
}

/// Answers until the command has ended.
fn answer(terminal: &mut Terminal, scene: &Scene, code: &str, asked: &mut Asked) {
    while terminal.expect_one_of(&[scene.code], &|| false).is_some() {
        asked.codes += 1;
        terminal.type_line(code);
    }
}

fn until_it_asks(terminal: &mut Terminal, scene: &Scene) {
    let started = Instant::now();
    terminal.expect_one_of(&[scene.code], &|| started.elapsed() > 4 * GRACE);
}
