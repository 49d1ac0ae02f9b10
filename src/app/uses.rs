//! Counts how often each profile is used, so that the most used comes first in lists to choose from. Holds names and numbers alone: no
//! command, no time. Never fails a run: a file that cannot be read has no counts, and a count that cannot be written is lost.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::{ProfileName, SessionCredentials, Timestamp};
use crate::os::dirs::Directories;
use crate::os::files;
use crate::plan::{SessionKey, Step};
use crate::ports::{Expirations, SessionCache};

/// In the data folder: a line for each profile, with its count, a blank, and its name.
const FILE: &str = "profile-uses";

/// If the sum of all counts is larger, they are halved, so that profiles used long ago lose their place.
const MOST_USES: u32 = 1_000;
/// The most profiles that have a count.
const MOST_NAMES: usize = 200;
/// A larger file is not ours.
const MOST_BYTES: usize = 64 * 1024;

/// How often each profile was used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses(BTreeMap<String, u32>);

impl Uses {
    /// The content of the file.
    #[must_use]
    pub fn read(directories: &Directories) -> Self {
        let bytes = files::read_private(&directories.data.join(FILE)).ok().flatten().unwrap_or_default();
        if bytes.len() > MOST_BYTES { Self::default() } else { Self::parse(&String::from_utf8_lossy(&bytes)) }
    }

    /// Counts this run, once. A run that is given a profile and finds its session cached is not counted: it writes nothing.
    pub fn count_run(directories: &Directories, profile: &ProfileName) {
        static IS_COUNTED: AtomicBool = AtomicBool::new(false);
        if !IS_COUNTED.swap(true, Ordering::Relaxed) {
            Self::count(directories, profile);
        }
    }

    fn count(directories: &Directories, profile: &ProfileName) {
        let mut uses = Self::read(directories);
        uses.add(profile);
        let written = files::create_private_directory(&directories.data)
            .and_then(|()| files::write_disposable(&directories.data.join(FILE), uses.text().as_bytes()));
        if let Err(error) = written {
            tracing::info!("the use of the profile is not counted: {error}");
        }
    }

    /// How often it was used.
    #[must_use]
    pub fn of(&self, profile: &ProfileName) -> u32 {
        self.0.get(profile.as_str()).copied().unwrap_or(0)
    }

    fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (count, name) = line.split_once(' ')?;
            let name = ProfileName::parse(name).ok()?;
            Some((name.to_string(), count.parse().ok()?))
        };
        Self(text.lines().filter_map(line).collect())
    }

    fn add(&mut self, profile: &ProfileName) {
        let count = self.0.entry(profile.to_string()).or_default();
        *count = count.saturating_add(1);
        if self.0.values().fold(0_u32, |sum, count| sum.saturating_add(*count)) > MOST_USES {
            for count in self.0.values_mut() {
                *count /= 2;
            }
        }
        self.0.retain(|name, count| *count > 0 || name == profile.as_str());
        while self.0.len() > MOST_NAMES {
            let others = self.0.iter().filter(|(name, _)| *name != profile.as_str());
            let Some(least) = others.min_by_key(|(_, count)| **count).map(|(name, _)| name.clone()) else { return };
            self.0.remove(&least);
        }
    }

    fn text(&self) -> String {
        self.0.iter().fold(String::new(), |text, (name, count)| text + &format!("{count} {name}\n"))
    }
}

/// A cache that remembers whether this run has made a session.
pub struct Noting<'a> {
    pub cache: &'a dyn SessionCache,
    pub has_made: Cell<bool>,
}

impl Expirations for Noting<'_> {
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp> {
        self.cache.expiration(key)
    }
}

impl SessionCache for Noting<'_> {
    fn load(&self, key: &SessionKey) -> Option<SessionCredentials> {
        self.cache.load(key)
    }

    fn store(&self, key: &SessionKey, step: &Step, session: &SessionCredentials) {
        self.has_made.set(true);
        self.cache.store(key, step, session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> ProfileName {
        ProfileName::parse(name).unwrap()
    }

    #[test]
    fn what_is_written_is_read_and_anything_else_is_passed_over() {
        let mut uses = Uses::default();
        for profile in ["a b", "a b", "本番"] {
            uses.add(&name(profile));
        }
        assert_eq!(Uses::parse(&uses.text()), uses);
        assert_eq!((uses.of(&name("a b")), uses.of(&name("本番")), uses.of(&name("x"))), (2, 1, 0));
        assert_eq!(Uses::parse("3 a\nnonsense\n-1 b\n99999999999 c\n4 \n\n2 d\x1b[2J\n"), Uses::parse("3 a\n"));
    }

    #[test]
    fn the_file_stays_small_and_what_was_used_long_ago_gives_way() {
        let mut uses = Uses::default();
        for number in 0..5_000 {
            uses.add(&name(&format!("p{}", number % 400)));
        }
        assert!(uses.0.len() <= MOST_NAMES && uses.0.values().sum::<u32>() <= MOST_USES, "{}", uses.0.len());
        for profile in std::iter::repeat_n("old", 700).chain(std::iter::repeat_n("new", 600)) {
            uses.add(&name(profile));
        }
        assert!(uses.of(&name("new")) > uses.of(&name("old")), "{} {}", uses.of(&name("new")), uses.of(&name("old")));
        assert!(uses.text().len() < MOST_BYTES / 2);
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_no_failure() {
        let root = tempfile::tempdir().unwrap();
        let directories = Directories::under(root.path());
        Uses::count(&directories, &name("a"));
        Uses::count(&directories, &name("a"));
        assert_eq!(Uses::read(&directories).of(&name("a")), 2);
        std::fs::remove_file(directories.data.join(FILE)).unwrap();
        std::fs::create_dir(directories.data.join(FILE)).unwrap();
        Uses::count(&directories, &name("a"));
        assert_eq!(Uses::read(&directories), Uses::default());
    }
}
