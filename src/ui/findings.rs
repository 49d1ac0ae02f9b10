//! The one table in which findings are shown: in columns where they fit, else one below the other. Never decides what is found, and never
//! says anything by colour alone.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::app::Failure;
use crate::judge::{Finding, Severity};
use crate::model::fit;

use super::output;
use super::table::{BETWEEN, HEADER, NOTHING, is_colorful, room, styled};
use super::wrap::wrap;

/// With fewer columns left for the sentences, they go below.
const FEWEST: usize = 36;

const BAD: Style = AnsiColor::Red.on_default().bold();
const MIDDLING: Style = AnsiColor::Yellow.on_default();
const PLAIN: Style = Style::new();

/// Writes the findings to stdout, in the order in which they are.
///
/// # Errors
/// When stdout is closed or full.
pub fn findings(findings: &[Finding]) -> Result<(), Failure> {
    output::data(drawn(findings, room(), is_colorful()).as_bytes())
}

/// The words of one finding, as they are fit to be shown.
struct Row<'a> {
    severity: Severity,
    id: &'static str,
    subject: String,
    finding: &'a Finding,
}

/// As text, for a terminal with this many columns; `None`: not a terminal.
fn drawn(findings: &[Finding], room: Option<usize>, in_color: bool) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let row = |finding| {
        let Finding { kind, severity, subject, .. }: &Finding = finding;
        // Security: names and values may come from elsewhere.
        let subject = if subject.is_empty() { NOTHING.to_owned() } else { fit(subject).into_owned() };
        Row { severity: *severity, id: kind.id, subject, finding }
    };
    let rows: Vec<_> = findings.iter().map(row).collect();
    let widest = |title: &str, width: &dyn Fn(&Row<'_>) -> usize| rows.iter().map(width).max().unwrap_or(0).max(title.len());
    let widths = [
        widest("SEVERITY", &|row| row.severity.as_str().len()),
        widest("SUBJECT", &|row| row.subject.width()),
        widest("ID", &|row| row.id.len()),
    ];
    let indent = widths.iter().sum::<usize>() + BETWEEN.len() * widths.len();
    match room {
        Some(room) if room < indent + FEWEST => narrow(&rows, room, in_color),
        _ => wide(&rows, widths, room.map(|room| room - indent), in_color),
    }
}

fn wide(rows: &[Row<'_>], widths: [usize; 3], room: Option<usize>, in_color: bool) -> String {
    let padded = |text: &str, width: usize| format!("{text}{}{BETWEEN}", " ".repeat(width.saturating_sub(text.width())));
    let titles = ["SEVERITY", "SUBJECT", "ID"].iter().zip(widths).map(|(title, width)| padded(title, width)).collect::<String>();
    let indent = " ".repeat(titles.width());
    let mut out = styled(&format!("{titles}FINDING"), HEADER, in_color);
    out.push('\n');
    for row in rows {
        let severity = styled(row.severity.as_str(), style(row.severity), in_color);
        let gap = " ".repeat(widths[0] - row.severity.as_str().len());
        out += &[&severity, &gap, BETWEEN, &padded(&row.subject, widths[1]), &padded(row.id, widths[2])].concat();
        for (number, line) in lines(row.finding, room).enumerate() {
            if number > 0 {
                out += &indent;
            }
            out += &line;
            out.push('\n');
        }
    }
    out
}

fn narrow(rows: &[Row<'_>], room: usize, in_color: bool) -> String {
    let mut out = String::new();
    for row in rows {
        let severity = styled(row.severity.as_str(), style(row.severity), in_color);
        out += &[&severity, BETWEEN, &styled(&row.subject, HEADER, in_color), BETWEEN, row.id, "\n"].concat();
        for line in lines(row.finding, Some(room.saturating_sub(BETWEEN.len()))) {
            out += BETWEEN;
            out += &line;
            out.push('\n');
        }
    }
    out
}

/// The sentences of a finding, each on lines of its own.
fn lines(finding: &Finding, room: Option<usize>) -> impl Iterator<Item = String> {
    let message = match &finding.evidence {
        Some(evidence) => format!("{} ({})", fit(&finding.message), fit(evidence)),
        None => fit(&finding.message).into_owned(),
    };
    let fix = finding.fix.as_ref().map(|fix| format!("fix: {}", fit(fix)));
    std::iter::once(message).chain(fix).flat_map(move |text| wrap(&output::named(&text), room))
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High | Severity::Error => BAD,
        Severity::Medium | Severity::Warning => MIDDLING,
        Severity::Low | Severity::Note => PLAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Kind;

    const BAD_ONE: Kind = Kind { id: "console-no-mfa", severity: Severity::High, about: "x" };
    const OTHER: Kind = Kind { id: "key-age", severity: Severity::Medium, about: "x" };

    fn some() -> Vec<Finding> {
        vec![
            Finding::new(&BAD_ONE, "ali\x1b[2Jce", "a console password and no MFA device")
                .evidence("password last used 2026-01-02")
                .fix("run `vault mfa enroll alice` with the key of alice"),
            Finding::new(&OTHER, "", "東京 is old"),
        ]
    }

    #[test]
    fn they_are_in_columns_where_these_fit_and_one_below_the_other_where_not() {
        assert_eq!(
            drawn(&some(), Some(140), false),
            "SEVERITY  SUBJECT  ID              FINDING\n\
             high      alice    console-no-mfa  a console password and no MFA device (password last used 2026-01-02)\n\
             \x20                                  fix: run `vault mfa enroll alice` with the key of alice\n\
             medium    -        key-age         東京 is old\n"
        );
        assert_eq!(
            drawn(&some(), Some(72), false),
            "SEVERITY  SUBJECT  ID              FINDING\n\
             high      alice    console-no-mfa  a console password and no MFA device\n\
             \x20                                  (password last used 2026-01-02)\n\
             \x20                                  fix: run `vault mfa enroll alice`\n\
             \x20                                  with the key of alice\n\
             medium    -        key-age         東京 is old\n"
        );
        assert_eq!(
            drawn(&some(), Some(40), false),
            "high  alice  console-no-mfa\n  a console password and no MFA device\n  (password last used 2026-01-02)\n  \
             fix: run `vault mfa enroll alice` with\n  the key of alice\nmedium  -  key-age\n  東京 is old\n"
        );
        assert_eq!(drawn(&some(), None, false), drawn(&some(), Some(10_000), false), "a pipe has no width");
        assert_eq!(drawn(&[], Some(80), true), "");
    }

    #[test]
    fn color_adds_nothing_that_is_not_there_without_it() {
        for room in [None, Some(10), Some(200)] {
            let colorful = drawn(&some(), room, true);
            assert!(colorful.contains("\x1b[1m"), "{colorful:?}");
            assert_eq!(anstream::adapter::strip_str(&colorful).to_string(), drawn(&some(), room, false));
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for room in 30..120 {
            let text = drawn(&some(), Some(room), false);
            // A command is never broken: two halves of one are two commands.
            assert!(text.lines().all(|line| line.width() <= room || line.contains('`')), "{room}: {text}");
        }
    }
}
