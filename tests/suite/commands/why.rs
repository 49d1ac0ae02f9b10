//! `why` extracts AWS's text from a client's output, names the cause if AWS does, and calls a guess a guess.

mod asked;
mod clients;
mod texts;

use vault::judge::Finding;
use vault::judge::denial::{Facts, Machine, Said, Seen, Signer, explain, read};
use vault::model::{Partition, ProfileName, Timestamp};

/// The facts about a profile whose requests are signed like this.
pub fn facts(signer: Signer) -> Facts {
    let roles = match signer {
        Signer::Role { hops, .. } => (0..hops).map(|number| format!("arn:aws:iam::123456789012:role/R{number}")).collect(),
        _ => Vec::new(),
    };
    Facts {
        profile: ProfileName::parse("ops").expect("it is a name"),
        key_of: Some(ProfileName::parse("base").expect("it is a name")),
        signer,
        partition: Partition::Aws,
        narrowed_by: Vec::new(),
        roles,
        device_has_worked: false,
    }
}

pub fn said(text: &str) -> Said {
    read(text).unwrap_or_else(|| panic!("not recognised: {text}"))
}

pub fn findings(text: &str, facts: Option<&Facts>, seen: Option<&Seen>) -> Vec<Finding> {
    let machine = Machine { clock_cure: "`set-clock`", window_ends: Timestamp::from_unix(1_769_860_980) };
    explain(&said(text), facts, seen, &machine)
}

/// The ids, with the verdict first.
pub fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.kind.id).collect()
}
