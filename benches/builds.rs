//! The builds that are measured: the ordinary one, and the static one that is distributed. Builds the second where this machine can.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::world::World;

/// A binary and its name in the tables.
pub struct Build {
    pub name: &'static str,
    pub binary: PathBuf,
    _folder: TempDir,
}

impl Build {
    /// A copy of the file, as `cargo install` makes one: a file fresh from the linker is in the page cache in small pieces, and starts more
    /// slowly until it is read from the disk again.
    fn installed(name: &'static str, built: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let binary = folder.path().join("vault");
        std::fs::copy(built, &binary).expect("the binary can be copied");
        Self { name, binary, _folder: folder }
    }
}

/// The binary that cargo built for this run.
pub fn ordinary() -> PathBuf {
    World::binary()
}

pub fn all() -> Vec<Build> {
    let mut builds = vec![Build::installed("the ordinary build (cargo build --release)", &ordinary())];
    match static_build() {
        Err(why) => println!("the static build is not measured: {why}\n"),
        Ok(binary) => {
            let name = "the static build (cargo build --release --config .cargo/static.toml --target …)";
            builds.push(Build::installed(name, &binary));
        }
    }
    builds
}

fn static_build() -> Result<PathBuf, String> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return Err("it is for Linux with the GNU C library".to_owned());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    println!("building for {target}, statically …");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args(["build", "--quiet", "--release", "--bin", "vault", "--config", ".cargo/static.toml", "--target", &target])
        .current_dir(root);
    match build.status() {
        Ok(status) if status.success() => {}
        outcome => return Err(format!("it cannot be built here: {outcome:?}")),
    }
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(folder.join(target).join("release/vault"))
}
