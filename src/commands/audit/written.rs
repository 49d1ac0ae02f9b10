//! Writes the findings of an audit: a table, JSON, CSV, Markdown. Never decides what is found.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::app::Failure;
use crate::judge::Finding;
use crate::judge::report::{Check, Found, Judgement};
use crate::model::fit;
use crate::ui;

use super::{Audited, Format};

/// Writes all of it to stdout.
///
/// # Errors
/// When stdout is closed or full.
pub fn write(audited: &[Audited], format: Format) -> Result<(), Failure> {
    match format {
        Format::Table => audited.iter().try_for_each(|audited| {
            let judgement = audited.judgement();
            ui::finding_by_finding(judgement.in_short().map(head), judgement.findings())
        }),
        // One profile is one document, several are an array of these.
        Format::Json => match audited {
            [one] => ui::document(one),
            several => ui::document(&several),
        },
        Format::Csv => {
            ui::pieces(std::iter::once(csv_header()))?;
            audited.iter().try_for_each(|audited| {
                let judgement = audited.judgement();
                ui::pieces(csv(audited, judgement.findings()))
            })
        }
        Format::Markdown => audited.iter().try_for_each(|audited| {
            let judgement = audited.judgement();
            ui::pieces(markdown(audited, judgement.findings()))
        }),
    }
}

fn head(found: Found<'_>) -> ui::Head<'_> {
    ui::Head { severity: found.check.kind.severity, subject: found.user, id: found.check.kind.id }
}

impl Serialize for Audited {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("account", &self.account)?;
        map.serialize_entry("generated_at", &self.generated_at.map(|at| at.to_string()))?;
        map.serialize_entry("users", &self.users())?;
        map.serialize_entry("findings", &Written(&self.judgement()))?;
        map.end()
    }
}

/// Findings in the form that scripts of auditors read.
struct Written<'a>(&'a Judgement<'a>);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for finding in self.0.findings() {
            sequence.serialize_element(&Entry(&finding))?;
        }
        sequence.end()
    }
}

struct Entry<'a>(&'a Finding);

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Finding { kind, severity, subject, message, evidence, fix } = self.0;
        let check = Check::of(self.0);
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("id", kind.id)?;
        map.serialize_entry("severity", severity.as_str())?;
        map.serialize_entry("user", subject)?;
        map.serialize_entry("message", message)?;
        map.serialize_entry("evidence", evidence)?;
        map.serialize_entry("cis", &Cis(check))?;
        map.serialize_entry("security_hub", &check.security_hub)?;
        map.serialize_entry("fix", fix)?;
        map.end()
    }
}

/// The numbers by version, or `null` where CIS asks for nothing of the kind.
struct Cis(&'static Check);

impl Serialize for Cis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.cis == [None; 3] {
            return serializer.serialize_none();
        }
        serializer.collect_map(Check::CIS_VERSIONS.iter().zip(self.0.cis))
    }
}

/// So many findings make one piece of the output.
const PIECE: usize = 500;

fn csv_header() -> String {
    let cis = Check::CIS_VERSIONS.map(|version| format!("cis_{version}"));
    let header = ["account", "severity", "id", "user", "message", "evidence", &cis[0], &cis[1], &cis[2], "security_hub", "fix"];
    records(std::iter::once(header))
}

fn csv(audited: &Audited, mut findings: impl Iterator<Item = Finding>) -> impl Iterator<Item = String> {
    let account = audited.account.as_deref().unwrap_or_default();
    std::iter::from_fn(move || {
        let some: Vec<_> = findings.by_ref().take(PIECE).collect();
        (!some.is_empty()).then(|| records(some.iter().map(|finding| record(account, finding))))
    })
}

fn record<'a>(account: &'a str, finding: &'a Finding) -> [&'a str; 11] {
    let check = Check::of(finding);
    let [first, second, third] = check.cis.map(Option::unwrap_or_default);
    let [evidence, fix] = [&finding.evidence, &finding.fix].map(|text| text.as_deref().unwrap_or_default());
    let hub = check.security_hub.unwrap_or_default();
    let (severity, id) = (finding.severity.as_str(), finding.kind.id);
    [account, severity, id, &finding.subject, &finding.message, evidence, first, second, third, hub, fix]
}

fn records<'a>(records: impl Iterator<Item = [&'a str; 11]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        writer.write_record(record.map(spreadsheet)).expect("memory takes what is written");
    }
    String::from_utf8(writer.into_inner().expect("memory takes what is written")).expect("text was written")
}

/// Keeps a name from being a formula.
// Security: names of users may begin with `=`, and a spreadsheet would work out what follows.
fn spreadsheet(cell: &str) -> String {
    let cell = fit(cell);
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.into_owned() }
}

fn markdown(audited: &Audited, findings: impl Iterator<Item = Finding>) -> impl Iterator<Item = String> {
    let account = audited.account.as_deref().unwrap_or("unknown");
    let made = audited.generated_at.map_or_else(String::new, |at| format!(", report made {at}"));
    let title = format!("## Account {account}\n\n{} users{made}, judged {}.\n\n", audited.users(), audited.now);
    let mut findings = findings.peekable();
    let before = match findings.peek() {
        Some(_) => "| severity | user | id | finding | fix | CIS 5.0 / 6.0 / 7.0 | Security Hub |\n|---|---|---|---|---|---|---|\n",
        None => "No findings.\n",
    };
    [title, before.to_owned()].into_iter().chain(findings.map(|finding| row(&finding))).chain(["\n".to_owned()])
}

fn row(finding: &Finding) -> String {
    let check = Check::of(finding);
    let cis = if check.cis == [None; 3] { "–".to_owned() } else { check.cis.map(|number| number.unwrap_or("–")).join(" / ") };
    let what = match &finding.evidence {
        Some(evidence) => format!("{} ({evidence})", finding.message),
        None => finding.message.clone(),
    };
    let cells = [
        finding.severity.as_str(),
        &finding.subject,
        finding.kind.id,
        &what,
        finding.fix.as_deref().unwrap_or_default(),
        &cis,
        check.security_hub.unwrap_or("–"),
    ];
    format!("| {} |\n", cells.map(cell).join(" | "))
}

/// The text as one cell, in which foreign markup has no effect.
fn cell(text: &str) -> String {
    fit(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('[', "\\[")
}
