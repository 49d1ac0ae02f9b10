//! Judges what is written in the AWS files and the settings. Never reads one.

use crate::judge::{Finding, Kind};

use super::facts::{ConfigFault, Facts};
use super::kinds as k;

pub fn judge(facts: &Facts, findings: &mut Vec<Finding>) {
    findings.extend(facts.config_faults.iter().map(|fault| as_is(&k::CONFIG_FAULT, fault)));
    findings.extend(facts.ignored_sections.iter().map(|fault| as_is(&k::IGNORED_SECTION, fault)));
    findings.extend(facts.plans.iter().map(judge_plan));
    for unknown in &facts.unknown_keys {
        let message = format!("`{}` is not a key that AWS tools know, so it has no effect", unknown.key);
        findings.push(
            Finding::new(&k::UNKNOWN_KEY, &unknown.place, message).fix(format!("if it is meant to be `{}`, correct it", unknown.near)),
        );
    }
    for (table, near) in &facts.stray_tables {
        let finding = Finding::new(&k::STRAY_TABLE, table, "the settings have this table, but no profile has its name");
        findings.push(match near {
            Some(near) => finding.fix(format!("if `{near}` is meant, correct the name; else remove the table")),
            None => finding.fix("correct the name, or remove the table"),
        });
    }
    for process in &facts.processes {
        let message = format!("`credential_process` of profile `{}` starts `{}`, which is not there", process.profile, process.program);
        findings.push(
            Finding::new(&k::PROCESS_MISSING, &process.place, message)
                .fix("correct the path; if `vault link` wrote the line, run it again"),
        );
    }
    for open in &facts.protected_open {
        let source = &open.source.profile;
        let message = format!(
            "it is protected, but `{source}` is linked: `aws --profile {}` assumes the role without asking",
            open.profile.in_shell()
        );
        findings.push(
            Finding::new(&k::PROTECTED_OPEN, open.profile.as_str(), message)
                .evidence(open.source.origin.to_string())
                .fix(format!("run `vault unlink {}`, and `vault exec` where a tool needs `{source}`", source.in_shell())),
        );
    }
    for linked in &facts.protected_linked {
        let (profile, asks_for) = (&linked.profile, &linked.asks_for);
        let message = format!("profile `{profile}` asks vault for `{asks_for}`, which is protected: tools get an error, not credentials");
        findings.push(
            Finding::new(&k::PROTECTED_LINKED, &linked.place, message)
                .fix(format!("remove the line: `vault unlink {}`", profile.in_shell())),
        );
    }
    for key in &facts.plain_keys {
        let message = format!("the long-term key of profile `{}` is there in plain text", key.profile);
        let fix = "move it into the keystore: `vault import credentials --scrub`";
        findings.push(Finding::new(&k::PLAINTEXT_KEY, &key.place, message).evidence(format!("key {}", key.key_id)).fix(fix));
    }
    for (name, file) in &facts.aws_vault_left {
        let message = format!("key `{name}` was imported, and is still in aws-vault's store");
        findings.push(Finding::new(&k::AWS_VAULT_LEFT, file, message).fix(format!("remove it there: `aws-vault remove {name}`")));
    }
}

/// What keeps a profile from being planned.
#[must_use]
pub fn judge_plan(fault: &ConfigFault) -> Finding {
    as_is(&k::PROFILE_PLAN, fault)
}

fn as_is(kind: &'static Kind, fault: &ConfigFault) -> Finding {
    Finding { fix: fault.fix.clone(), ..Finding::new(kind, &fault.subject, &fault.message) }
}
