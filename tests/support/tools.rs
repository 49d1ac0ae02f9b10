//! Other people's programs that tests run: finds them, and fails if they are missing. A test that skips itself proves nothing.

use std::path::{Path, PathBuf};

use super::world::tools;

/// Fails if one of these programs is missing.
#[track_caller]
pub fn require(programs: &[&str]) {
    for program in programs {
        assert!(find(program).is_some(), "`{program}` is missing: run tests/run, which installs what the tests need");
    }
}

/// The path of the program; fails if it is missing.
#[track_caller]
pub fn program(name: &str) -> PathBuf {
    find(name).unwrap_or_else(|| panic!("`{name}` is missing: run tests/run, which installs what the tests need"))
}

/// The program's path, among the tests' own tools or else on the `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(tools()).chain(std::env::split_paths(&path)).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The tests' own Python, which has boto3.
#[track_caller]
pub fn python() -> PathBuf {
    let python = tools().join("python");
    assert!(Path::exists(&python), "`{}` is missing: run tests/run, which installs what the tests need", python.display());
    python
}
