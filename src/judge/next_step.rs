//! Decides what is worth doing next on this machine: facts → steps, the most useful first. Never looks at the machine, and never puts a step
//! into words.

use crate::model::ProfileName;

/// The facts that can be gathered without unlocking or calling anything.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whether a file or a profile in it cannot be used as it is.
    pub is_something_wrong: bool,
    /// Whether a long-term key is stored.
    pub has_key: bool,
    /// The profile of a setup that was interrupted, and the command that continues it.
    pub unfinished_setup: Option<(ProfileName, String)>,
    /// The profile to show commands with: one that can be used now.
    pub usable: Option<ProfileName>,
    /// A profile that lacks its key and nothing else.
    pub lacks_key: Option<ProfileName>,
    /// Where keys are that could be imported.
    pub importable: Vec<KeyPlace>,
}

/// A place with keys that are not stored here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPlace {
    pub kind: KeyPlaceKind,
    /// As a user would write it.
    pub path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlaceKind {
    /// A file of the AWS tools, unencrypted.
    Plaintext,
    AwsVault,
}

/// Something worth doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// Find out what is wrong.
    Doctor,
    /// Continue an interrupted setup with this command.
    ContinueSetup(String),
    /// Run a command with this profile.
    Exec(ProfileName),
    /// Copy the keys that are in other places.
    Import,
    /// Store a key; for this profile, if it is known for which.
    Add(Option<ProfileName>),
    /// Go from a key that somebody sent to a device and a session.
    Setup,
}

/// The steps, the most useful first. There is always one.
#[must_use]
pub fn next_steps(facts: &Facts) -> Vec<NextStep> {
    let mut steps = Vec::new();
    // A key that no profile can use is a fault too: its section is gone.
    if facts.is_something_wrong || (facts.has_key && facts.usable.is_none()) {
        steps.push(NextStep::Doctor);
    }
    let unfinished = facts.unfinished_setup.as_ref();
    steps.extend(unfinished.map(|(_, command)| NextStep::ContinueSetup(command.clone())));
    let usable = facts.usable.as_ref().filter(|usable| unfinished.is_none_or(|(profile, _)| profile != *usable));
    steps.extend(usable.cloned().map(NextStep::Exec));
    if facts.has_key {
        return steps;
    }
    if !facts.importable.is_empty() {
        steps.push(NextStep::Import);
    }
    // A profile with SSO or another source needs no key.
    if facts.usable.is_none() {
        steps.push(NextStep::Add(facts.lacks_key.clone()));
        steps.push(NextStep::Setup);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_decides_what_comes_next() {
        use NextStep::{Add, ContinueSetup, Doctor, Exec, Import, Setup};
        let name = |name: &str| ProfileName::parse(name).unwrap();
        let facts = |words: &str| {
            let says = |word: &str| words.split(' ').any(|said| said == word);
            let place = KeyPlace { kind: KeyPlaceKind::Plaintext, path: "~/.aws/credentials".to_owned() };
            Facts {
                is_something_wrong: says("wrong"),
                has_key: says("key"),
                unfinished_setup: ["ops", "new"].into_iter().find(|word| says(word)).map(|word| (name(word), format!("setup {word}"))),
                usable: says("usable").then(|| name("ops")),
                lacks_key: says("lacks").then(|| name("base")),
                importable: says("elsewhere").then_some(place).into_iter().collect(),
            }
        };
        for (words, steps) in [
            ("", vec![Add(None), Setup]),
            ("lacks", vec![Add(Some(name("base"))), Setup]),
            ("elsewhere", vec![Import, Add(None), Setup]),
            ("key usable", vec![Exec(name("ops"))]),
            ("key usable elsewhere", vec![Exec(name("ops"))]),
            ("key usable wrong", vec![Doctor, Exec(name("ops"))]),
            ("key", vec![Doctor]),
            ("key usable ops", vec![ContinueSetup("setup ops".to_owned())]),
            ("key usable new", vec![ContinueSetup("setup new".to_owned()), Exec(name("ops"))]),
            ("key usable wrong ops", vec![Doctor, ContinueSetup("setup ops".to_owned())]),
            ("usable", vec![Exec(name("ops"))]),
            ("usable elsewhere", vec![Exec(name("ops")), Import]),
            ("wrong", vec![Doctor, Add(None), Setup]),
            ("wrong elsewhere lacks", vec![Doctor, Import, Add(Some(name("base"))), Setup]),
        ] {
            assert_eq!(next_steps(&facts(words)), steps, "{words}");
        }
    }

    #[test]
    fn there_is_always_a_step() {
        for bits in 0..64_u8 {
            let has = |bit: u8| bits & (1 << bit) != 0;
            let name = || ProfileName::parse("ops").unwrap();
            let place = KeyPlace { kind: KeyPlaceKind::AwsVault, path: String::new() };
            let facts = Facts {
                is_something_wrong: has(0),
                has_key: has(1),
                unfinished_setup: has(5).then(|| (name(), String::new())),
                usable: has(2).then(name),
                lacks_key: has(3).then(name),
                importable: has(4).then_some(place).into_iter().collect(),
            };
            assert!(!next_steps(&facts).is_empty(), "{facts:?}");
        }
    }
}
