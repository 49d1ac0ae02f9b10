//! Instruction counts of the warm path, by callgrind: the same on a busy machine as on an idle one. `--check` compares them with the committed
//! ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::builds::Build;
use crate::support::world::{TWO_PROFILES, World};
use crate::warm::{command, large_config, warm_world};

/// How much a count may rise before a new one must be committed.
const TOLERANCE: f64 = 0.05;

fn committed_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.toml")
}

/// The counts of a build, by name.
///
/// `exec` is counted up to the point where it becomes the command. The command does not exist, because callgrind cannot report on a
/// process that is replaced.
fn counts(binary: &Path) -> Option<BTreeMap<String, u64>> {
    let (small, large) = (warm_world(TWO_PROFILES), warm_world(&large_config()));
    let mut counts = BTreeMap::new();
    for (name, world, arguments) in [
        ("exec-read-only", &small, &["exec", "read-only", "--", "no-such-command"][..]),
        ("exec-opssudo", &small, &["exec", "opssudo", "--", "no-such-command"][..]),
        ("credential-process-opssudo", &small, &["credential-process", "opssudo"][..]),
        ("exec-opssudo-5000-profiles", &large, &["exec", "opssudo", "--", "no-such-command"][..]),
    ] {
        counts.insert(name.to_owned(), count(world, binary, arguments)?);
    }
    Some(counts)
}

/// `None` if valgrind is not installed.
fn count(world: &World, binary: &Path, arguments: &[&str]) -> Option<u64> {
    let mut words = vec!["--tool=callgrind", "--callgrind-out-file=/dev/null", binary.to_str()?];
    words.extend(arguments);
    let output = command(world, Path::new("valgrind"), &words).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = said.lines().find_map(|line| line.split_once("Collected :").map(|(_, count)| count.trim().to_owned()));
    Some(collected.unwrap_or_else(|| panic!("valgrind counts instructions:\n{said}")).parse().expect("a count is a number"))
}

pub fn table(build: &Build) {
    match counts(&build.binary) {
        None => println!("\nvalgrind is not installed, so no instructions are counted"),
        Some(counts) => {
            println!("\n{:<58} {:>14}", "instructions (callgrind)", "count");
            for (name, count) in counts {
                println!("{name:<58} {count:>14}");
            }
        }
    }
}

/// Fails if a count is more than the tolerance above the committed one.
pub fn check(binary: &Path) -> ExitCode {
    let Some(counts) = counts(binary) else {
        println!("valgrind is not installed: run tests/run, which installs what the tests need");
        return ExitCode::FAILURE;
    };
    let text = std::fs::read_to_string(committed_path()).expect("the committed counts can be read");
    let committed: BTreeMap<String, u64> = toml::from_str(&text).expect("the committed counts are TOML");
    let mut failed = 0;
    for (name, &count) in &counts {
        let known = committed.get(name).copied().unwrap_or_default();
        let rise = count as f64 / known.max(1) as f64 - 1.0;
        let verdict =
            if rise > TOLERANCE { "ROSE: make it cheaper, or commit the new figure with `cargo bench -- --update`" } else { "ok" };
        failed += usize::from(rise > TOLERANCE);
        println!("{name}: {count} instructions, committed {known} ({:+.1} %): {verdict}", rise * 100.0);
    }
    println!("{} passed, {failed} failed", counts.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes the counts of this build to the committed file.
pub fn update(binary: &Path) -> ExitCode {
    let Some(counts) = counts(binary) else { return ExitCode::FAILURE };
    let version = Command::new("rustc")
        .arg("--version")
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    let mut text = format!(
        "# Instructions of the warm path, counted by callgrind on x86-64 with {version}.\n# Written by `cargo bench -- --update`; compared by `cargo bench -- --check`.\n"
    );
    for (name, count) in counts {
        text.push_str(&format!("{name} = {count}\n"));
    }
    std::fs::write(committed_path(), text).expect("the counts can be written");
    ExitCode::SUCCESS
}
