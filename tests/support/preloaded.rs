//! Small C libraries that the loader puts before the C library (`LD_PRELOAD`, on Linux), so that an unchanged program of a world finds a
//! different system.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The variable that hides the kernel's keyring, as in most containers.
pub fn without_keyring() -> (&'static str, String) {
    ("LD_PRELOAD", library("no_keyring", include_str!("no_keyring.c")).display().to_string())
}

/// Built once for all tests of one build.
pub fn library(name: &str, source: &str) -> PathBuf {
    let folder = std::env::current_exe().expect("the path of this program is known");
    let folder = folder.parent().expect("a program is in a folder");
    let built = folder.join(format!("{name}-{}.so", checksum(source)));
    if !built.exists() {
        let own = tempfile::tempdir_in(folder).expect("a temporary folder can be made");
        let (code, library) = (own.path().join("source.c"), own.path().join("library.so"));
        fs::write(&code, source).expect("the folder can be written");
        let status = Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(&code).status();
        assert!(status.is_ok_and(|status| status.success()), "`cc` fails: run tests/run, which installs what the tests need");
        // Two tests may build it at once: the second puts the same file in place of the first.
        fs::rename(&library, &built).expect("both are in one folder");
    }
    built
}

fn checksum(source: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(source).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
