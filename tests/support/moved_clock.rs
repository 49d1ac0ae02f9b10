//! A time of day that a test moves ahead for all programs of a world at once, so that no test waits for a session's end or the next code. The
//! programs are unchanged: the loader replaces their clock (`LD_PRELOAD`, on Linux). Never for a test of durations.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::preloaded;

const SOURCE: &str = include_str!("moved_clock.c");

/// The variable with the path of the file that holds the clock's lead.
const VARIABLE: &str = "TEST_CLOCK";

pub struct MovedClock {
    file: PathBuf,
}

impl MovedClock {
    /// A clock set ahead to the start of the next TOTP step, so that the test fits into one step, even on a slow machine.
    pub fn new(home: &Path) -> Self {
        let file = home.join("clock");
        let step = u64::from(vault::model::TokenCode::STEP);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
        let ahead = i64::try_from(step - now % step).expect("it is at most a step");
        fs::write(&file, ahead.to_ne_bytes()).expect("files can be written in the home");
        Self { file }
    }

    /// The variables that give a program this clock.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [("LD_PRELOAD", preloaded::library("moved_clock", SOURCE).display().to_string()), (VARIABLE, self.file.display().to_string())]
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Lets this many seconds pass.
    pub fn later(&self, seconds: i64) {
        let now = ahead(&self.file) + seconds;
        // Written in place: programs have the file mapped.
        let mut file = OpenOptions::new().write(true).open(&self.file).expect("the clock is there");
        file.write_all(&now.to_ne_bytes()).expect("files can be written in the home");
    }
}

/// How many seconds ahead the clock in this file is.
pub fn ahead(file: &Path) -> i64 {
    let mut bytes = [0; 8];
    File::open(file).and_then(|mut file| file.read_exact(&mut bytes)).expect("the clock is there");
    i64::from_ne_bytes(bytes)
}
