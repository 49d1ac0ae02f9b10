//! Decides where our own files are. Never creates one.

use std::path::{Path, PathBuf};

/// Our folder inside each of the user's base directories.
const OURS: &str = "vault";

/// The folders of our own files, by how long the files matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directories {
    /// Long-term keys and their index.
    pub data: PathBuf,
    /// Sessions: everything here can be made again.
    pub cache: PathBuf,
    /// Locks, and state that only has to outlive a run.
    pub state: PathBuf,
    /// `config.toml`.
    pub config: PathBuf,
}

impl Directories {
    /// The platform's folders; on Linux, those of the XDG base directory specification. `None` if the user has no home.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        home()?;
        Some(Self {
            data: dirs::data_dir()?.join(OURS),
            cache: dirs::cache_dir()?.join(OURS),
            // Only Linux has a separate folder for state.
            state: dirs::state_dir().or_else(dirs::data_local_dir)?.join(OURS),
            config: dirs::config_dir()?.join(OURS),
        })
    }

    /// All four under one root, for tests.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        let place = |name: &str| root.join(name).join(OURS);
        Self { data: place("data"), cache: place("cache"), state: place("state"), config: place("config") }
    }

    /// The folder of the `file` keystore's items.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// The folder of the lock files.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.state.join("locks")
    }
}

/// Our folders above one of our files, from its own folder up to the one with our name. None for any other file.
pub fn ours(file: &Path) -> impl Iterator<Item = &Path> {
    let is_outermost = |folder: &&Path| folder.file_name().is_some_and(|name| name == OURS);
    let depth = file.ancestors().skip(1).position(|folder| is_outermost(&folder));
    file.ancestors().skip(1).take(depth.map_or(0, |depth| depth + 1))
}

/// The home folder and the number of its owner, if root runs in a user's home. The user could never use what root makes or caches
/// there.
#[cfg(unix)]
#[must_use]
pub fn home_of_another() -> Option<(PathBuf, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let home = home()?;
    let owner = std::fs::metadata(&home).ok()?.uid();
    (owner != 0).then_some((home, owner))
}

/// There is no root here.
#[cfg(not(unix))]
#[must_use]
pub fn home_of_another() -> Option<(PathBuf, u32)> {
    None
}

/// The user's home directory, from `$HOME` or the user database. A relative one is ignored: it would change with every `cd`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "it is asked as the crate below asks it")]
pub fn home() -> Option<PathBuf> {
    // A static C library would load plug-ins to read the user database.
    if cfg!(all(target_os = "linux", target_env = "gnu", target_feature = "crt-static"))
        && std::env::var_os("HOME").is_none_or(|home| home.is_empty())
    {
        return None;
    }
    dirs::home_dir().filter(|home| home.is_absolute())
}

/// The path with a leading `~` expanded, as AWS tools read paths; `None` if there is no home folder.
#[must_use]
pub fn without_tilde(path: PathBuf) -> Option<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) => Some(home()?.join(rest)),
        Err(_) => Some(path),
    }
}

/// The path as a person would write it: `~` for their home.
#[must_use]
pub fn with_tilde(path: &Path) -> PathBuf {
    match home().and_then(|home| path.strip_prefix(&home).map(Path::to_owned).ok()) {
        Some(rest) => Path::new("~").join(rest),
        None => path.to_owned(),
    }
}
