//! Opens a page in the person's browser: with their own command, else with the system's. Never waits for a browser to be closed.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};

use super::env::Environment;
use super::process;
use crate::model::{in_percent, shown};
use crate::ports::{Browser, BrowserError};

/// How long a command may take to say that it failed. A browser that is started by it goes on.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(10);

/// Where the URL goes in a command of the person's, as it is, and percent-encoded as a part of another URL.
const URL: &str = "{url}";
const ENCODED_URL: &str = "{encoded_url}";

/// The browser of this system.
pub struct SystemBrowser<'a> {
    pub env: &'a Environment,
    /// The words of the person's own command.
    pub command: Option<Vec<String>>,
}

impl SystemBrowser<'_> {
    /// The words of the command.
    fn words(&self) -> Result<Vec<String>, BrowserError> {
        if let Some(command) = &self.command {
            return Ok(command.clone());
        }
        let system: &[&str] = if cfg!(target_os = "macos") {
            &["open"]
        } else if cfg!(windows) {
            &["rundll32", "url.dll,FileProtocolHandler"]
        } else {
            let known = [&["xdg-open"][..], &["wslview"], &["gio", "open"]];
            let found = known.into_iter().find(|words| process::find(self.env, words[0]).is_some());
            match found {
                Some(words) if self.env.has_screen() || words[0] == "wslview" => words,
                _ => return Err(BrowserError::None),
            }
        };
        Ok(system.iter().map(|word| (*word).to_owned()).collect())
    }
}

impl Browser for SystemBrowser<'_> {
    // Security: the URL is an argument of the browser for as long as a browser takes one, which other users of the machine may see. Nothing
    // else would open it in the container or profile that the person chose.
    fn open(&self, url: &SecretString) -> Result<(), BrowserError> {
        let words = with_url(self.words()?, url.expose_secret());
        let Some((program, arguments)) = words.split_first() else { return Err(BrowserError::None) };
        let mut command = process::helper(self.env, program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        started(program, command)
    }
}

fn started(program: &str, mut command: Command) -> Result<(), BrowserError> {
    let failed = |reason: String| BrowserError::Failed { command: shown(std::path::Path::new(program)).clone(), reason };
    let mut child = command.spawn().map_err(|error| failed(format!("could not be started: {}", super::files::reason(&error))))?;
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(format!("failed ({status})"))),
            Ok(None) => std::thread::sleep(PAUSE),
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}

/// The words with the URL in its place, else at the end.
fn with_url(words: Vec<String>, url: &str) -> Vec<String> {
    let has_place = words.iter().any(|word| word.contains(URL) || word.contains(ENCODED_URL));
    let mut words: Vec<_> = words.into_iter().map(|word| word.replace(ENCODED_URL, &in_percent(url)).replace(URL, url)).collect();
    if !has_place {
        words.push(url.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_goes_where_the_command_says_else_to_its_end() {
        let words = |words: &[&str]| with_url(words.iter().map(ToString::to_string).collect(), "https://x/?a=b&c=d");
        assert_eq!(words(&["firefox"]), ["firefox", "https://x/?a=b&c=d"]);
        assert_eq!(words(&["chrome", "--profile-directory=Profile 1", "{url}", "-x"])[2], "https://x/?a=b&c=d");
        assert_eq!(
            words(&["firefox", "ext+container:name=prod&url={encoded_url}"]),
            ["firefox", "ext+container:name=prod&url=https%3A%2F%2Fx%2F%3Fa%3Db%26c%3Dd"]
        );
    }
}
