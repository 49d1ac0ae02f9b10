//! Finds the `credential_process` that leads back to this program for the profile it belongs to. Never runs one.

use crate::config::keys;
use crate::config::{ProfileSet, words};
use crate::model::ProfileName;

use super::chain::walk;
use super::effective::Effective;
use super::{Inventory, PlanError};

/// Our command for other programs. `export` can print the same JSON, but so can aws-vault's `export`: a
/// line does not show whose it is, and a loop through it is found when it runs.
const COMMAND: &str = "credential-process";
/// Our options that take a value in the next word. An unknown option shows that the command is another program's.
const WITH_VALUE: [&str; 9] = ["-d", "--duration", "--region", "-t", "--mfa-token", "--min-ttl", "--backend", "--prompt", "--color"];
const SWITCHES: [&str; 8] = ["-n", "--no-session", "--expose-long-term-key", "--fresh", "--no-wait", "--read-only", "--debug", "--"];

/// Refuses a command that would start itself forever, and shows the loop.
///
/// A path that reaches a stored key ends there: that profile's own `credential_process` is not run.
pub(super) fn refuse_loop(profiles: &ProfileSet, inventory: &Inventory, origin: &Effective, command: &str) -> Result<(), PlanError> {
    let mut path = vec![origin.name.clone()];
    let mut command = command.to_owned();
    // Each iteration either ends or adds a new profile.
    loop {
        let Some(asked) = asked_of_this_program(&command) else { return Ok(()) };
        let known = path.contains(&asked);
        path.push(asked.clone());
        let circle = |path| Err(PlanError::Cycle { key: keys::CREDENTIAL_PROCESS, path, origin: origin.origin(keys::CREDENTIAL_PROCESS) });
        if known {
            return circle(path);
        }
        let Ok(chain) = walk(profiles, inventory, &asked) else { return Ok(()) };
        let Some(last) = chain.last().filter(|last| !inventory.has_key(&last.name)) else { return Ok(()) };
        if last.name != asked {
            let back = path.contains(&last.name);
            path.push(last.name.clone());
            if back {
                return circle(path);
            }
        }
        let Some(next) = last.text(keys::CREDENTIAL_PROCESS) else { return Ok(()) };
        next.clone_into(&mut command);
    }
}

/// The profile in `… credential-process [OPTIONS] PROFILE`, for every name of the program; `None` if the command is
/// not ours.
pub(super) fn asked_of_this_program(command: &str) -> Option<ProfileName> {
    let words = words(command);
    let Some(place) = words.iter().position(|word| word == COMMAND) else {
        // `sh -c 'vault credential-process NAME'`
        return words.iter().filter(|word| word.contains(char::is_whitespace)).find_map(|line| asked_of_this_program(line));
    };
    let mut words = words.into_iter().skip(place + 1);
    let mut asked = None;
    while let Some(word) = words.next() {
        if WITH_VALUE.contains(&word.as_str()) {
            words.next();
        } else if !word.starts_with('-') {
            asked = asked.or(Some(word));
        } else if !SWITCHES.contains(&word.as_str()) && !WITH_VALUE.iter().any(|option| joined(option, &word)) {
            // Such as `granted credential-process --profile NAME`.
            return None;
        }
    }
    ProfileName::parse(&asked?).ok()
}

/// `--region=us-east-1`, `-d2h`.
fn joined(option: &str, word: &str) -> bool {
    word.strip_prefix(option).is_some_and(|value| value.starts_with('=') || !option.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_command_asks_for() {
        for (command, asked, why) in [
            ("vault credential-process ops", Some("ops"), "the plain case"),
            ("/usr/bin/aws-mfa-vault credential-process ops", Some("ops"), "under another name"),
            ("vault --backend file credential-process ops", Some("ops"), "options before the command"),
            ("vault credential-process --region us-east-1 ops", Some("ops"), "an option's value is not a profile"),
            ("vault credential-process ops --duration 1h --no-session", Some("ops"), "options after it"),
            ("vault credential-process --region=us-east-1 -d2h -- ops", Some("ops"), "joined"),
            ("vault credential-process 'my ops'", Some("my ops"), "quoted"),
            ("\"C:\\Program Files\\vault.exe\" credential-process my\\ ops", Some("my ops"), "a blank after a backslash"),
            ("aws-vault export --format=json ops", None, "aws-vault's own form"),
            ("aws-vault exec ops --json", None, "its older form"),
            ("granted credential-process --profile ops", None, "another program's command of that name"),
            ("op-helper ops", None, "another program"),
            ("sh -c 'vault credential-process \"my ops\"'", Some("my ops"), "in a shell of its own"),
            ("vault credential-process", None, "no profile"),
            ("", None, "nothing"),
        ] {
            assert_eq!(asked_of_this_program(command).as_ref().map(ProfileName::as_str), asked, "{why}: {command}");
        }
    }
}
