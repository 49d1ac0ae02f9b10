//! `import --scrub`, killed at any system call that writes, renames, syncs or removes: no key is lost, the file is the old or the new one,
//! and another run completes the import.

use std::collections::BTreeMap;

use crate::support::tools;
use crate::support::world::World;

use super::{Elsewhere, section};

const CALLS: [&str; 11] =
    ["write", "pwrite64", "rename", "renameat", "renameat2", "fsync", "fdatasync", "unlink", "unlinkat", "linkat", "ftruncate"];

/// An import to kill, and the file that it scrubs.
struct Killed<'a> {
    here: &'a Elsewhere,
    file: &'a str,
    import: Vec<&'a str>,
    old: String,
    /// `None`: the file is gone.
    new: Option<String>,
}

impl Killed<'_> {
    fn reset(&self) {
        let run = self.here.world.vault(["remove", "-f", "alice"]).run();
        assert!(run.status == 0 || run.stderr.contains("no key is stored"), "{run:?}");
        self.here.write(self.file, &self.old);
    }

    fn found(&self) -> Option<String> {
        std::fs::read_to_string(self.here.path(self.file)).ok()
    }

    fn traced(&self, options: &[&str]) -> i32 {
        let binary = World::binary();
        let words = [&["-f", "-qq", "-o", "trace"], options, &["--", binary.to_str().expect("the path is text")], &self.import].concat();
        self.here.world.command(&tools::program("strace"), &words).run().status
    }

    /// How often each call occurs, as the maximum over processes and threads.
    fn counts(&self) -> Vec<(&'static str, usize)> {
        self.reset();
        assert_eq!(self.traced(&["-e", &format!("trace={}", CALLS.join(","))]), 0);
        assert_eq!(self.found(), self.new);
        let trace = self.here.world.read("trace");
        let count = |call: &str| {
            let mut by_process = BTreeMap::new();
            for line in trace.lines() {
                let (process, rest) = line.split_once(' ').unwrap_or_default();
                if rest.trim_start().starts_with(&format!("{call}(")) {
                    *by_process.entry(process).or_insert(0) += 1;
                }
            }
            by_process.into_values().max().unwrap_or(0)
        };
        CALLS.iter().map(|call| (*call, count(call))).collect()
    }

    fn at_every_point(&self) {
        let counts = self.counts();
        let of = |call: &str| counts.iter().find(|(name, _)| *name == call).map_or(0, |(_, count)| *count);
        assert!(of("write") > 3 && of("fsync") > 3 && of("rename") + of("renameat") + of("renameat2") > 1, "{counts:?}");
        let (mut points, mut kept) = (0, 0);
        for (call, count) in counts {
            for nth in 1..=count {
                self.reset();
                let status = self.traced(&["-e", &format!("trace={call}"), "-e", &format!("inject={call}:signal=SIGKILL:when={nth}")]);
                let (point, found) = (format!("{call} {nth}"), self.found());
                let is_old = found.as_deref() == Some(self.old.as_str());
                assert!(is_old || found == self.new, "{point}: {found:?}");
                if status == 0 {
                    // The number of calls varies between runs.
                    assert_eq!(found, self.new, "{point}");
                    continue;
                }
                points += 1;
                kept += usize::from(is_old);
                if is_old {
                    let run = self.here.world.command(&World::binary(), &self.import).run();
                    assert_eq!((run.status, self.found() == self.new), (0, true), "{point}: {run:?}");
                }
                assert!(self.here.uses("alice", "alice"), "{point}");
            }
        }
        println!("{}: killed at {points} points: the file was the old one after {kept}", self.file);
        assert!(points > 12 && kept > 8 && kept < points, "{points} {kept}");
    }
}

#[test]
fn a_key_is_never_lost_and_the_file_is_old_or_new() {
    let here = Elsewhere::new();
    let old = section("alice", "alice") + "region = eu-west-1\n" + &section("bob", "nobody") + "aws_session_token = t\n";
    let old = here.write("credentials", &old);
    let (id, secret) = here.world.aws.user("alice").access_key();
    let new = Some(old.replace(&format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n"), ""));
    let import = vec!["import", "credentials", "--yes", "--no-verify", "--scrub", "--json"];
    Killed { here: &here, file: "credentials", import, old, new }.at_every_point();
}

#[test]
fn the_same_for_a_file_that_is_removed() {
    let here = Elsewhere::new();
    let old = here.write("x.csv", "Access key ID,Secret access key\nID(alice),SECRET(alice)\n");
    let path = here.path("x.csv").display().to_string();
    let import = vec!["import", "csv", &path, "--as", "alice", "--yes", "--no-verify", "--scrub", "--json"];
    Killed { here: &here, file: "x.csv", import, old, new: None }.at_every_point();
}
