//! The one table in which findings are shown: in columns where they fit, else one below the other. Never decides what is found, and never
//! says anything by colour alone.

use std::borrow::{Borrow, Cow};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::app::Failure;
use crate::judge::{Finding, Severity};
use crate::model::{at_line_start, fit};

use super::output;
use super::table::{BETWEEN, HEADER, NOTHING, is_colorful, room, styled};
use super::wrap::wrap;

/// With fewer columns left for the sentences, they go below.
const FEWEST: usize = 60;

/// Over the columns before the sentences.
const TITLES: [&str; 3] = ["SEVERITY", "SUBJECT", "ID"];

const BAD: Style = AnsiColor::Red.on_default().bold();
const MIDDLING: Style = AnsiColor::Yellow.on_default();
const PLAIN: Style = Style::new();

/// Writes the findings to stdout, in the order in which they are.
///
/// # Errors
/// When stdout is closed or full.
pub fn findings(findings: &[Finding]) -> Result<(), Failure> {
    finding_by_finding(findings.iter().map(Head::of), findings.iter())
}

/// The same for findings that are made one at a time. `heads` are their heads, each at least once.
///
/// # Errors
/// When stdout is closed or full.
pub fn finding_by_finding<'h>(
    heads: impl Iterator<Item = Head<'h>>,
    findings: impl Iterator<Item = impl Borrow<Finding>>,
) -> Result<(), Failure> {
    output::pieces(drawn(heads, findings, room(), is_colorful()))
}

/// What is shown of a finding before its sentences.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    pub severity: Severity,
    pub subject: &'a str,
    pub id: &'static str,
}

impl<'a> Head<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self { severity: finding.severity, subject: &finding.subject, id: finding.kind.id }
    }

    /// The columns, as they are fit to be shown.
    fn columns(self) -> [Cow<'a, str>; 3] {
        // Security: names and values are as somebody else wrote them.
        let subject = if self.subject.is_empty() { NOTHING.into() } else { fit(self.subject) };
        [self.severity.as_str().into(), subject, self.id.into()]
    }
}

/// As text, a piece for each of them, for a terminal of so many columns; `None`: for something that is no terminal.
fn drawn<'h>(
    heads: impl Iterator<Item = Head<'h>>,
    findings: impl Iterator<Item = impl Borrow<Finding>>,
    room: Option<usize>,
    in_color: bool,
) -> impl Iterator<Item = String> {
    let (mut widths, mut any) = (TITLES.map(str::len), false);
    for head in heads {
        any = true;
        for (width, cell) in widths.iter_mut().zip(head.columns()) {
            *width = cell.width().max(*width);
        }
    }
    let indent = widths.iter().sum::<usize>() + BETWEEN.len() * widths.len();
    let is_narrow = room.is_some_and(|room| room < indent + FEWEST);
    let header = (any && !is_narrow).then(|| {
        let titles: String = TITLES.iter().zip(widths).map(|(title, width)| padded(title, width)).collect();
        styled(&format!("{titles}FINDING"), HEADER, in_color) + "\n"
    });
    let piece = move |finding: &Finding| match room {
        Some(room) if is_narrow => narrow(finding, room, in_color),
        _ => wide(finding, widths, room.map(|room| room - indent), in_color),
    };
    header.into_iter().chain(findings.map(move |finding| piece(finding.borrow())))
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}{BETWEEN}", " ".repeat(width.saturating_sub(text.width())))
}

fn wide(finding: &Finding, widths: [usize; 3], room: Option<usize>, in_color: bool) -> String {
    let [severity, subject, id] = Head::of(finding).columns();
    let gap = " ".repeat(widths[0] - severity.len());
    let severity = styled(&severity, style(finding.severity), in_color);
    let mut out = [&severity, &gap, BETWEEN, &padded(&subject, widths[1]), &padded(&id, widths[2])].concat();
    let indent = " ".repeat(widths.iter().sum::<usize>() + BETWEEN.len() * widths.len());
    for (number, line) in lines(finding, room).enumerate() {
        if number > 0 {
            out += &indent;
        }
        out += &line;
        out.push('\n');
    }
    out
}

fn narrow(finding: &Finding, room: usize, in_color: bool) -> String {
    let [severity, subject, id] = Head::of(finding).columns();
    let severity = styled(&severity, style(finding.severity), in_color);
    let mut out = [&severity, BETWEEN, &styled(&subject, HEADER, in_color), BETWEEN, &id, "\n"].concat();
    for line in lines(finding, Some(room.saturating_sub(BETWEEN.len()))) {
        out += BETWEEN;
        out += &line;
        out.push('\n');
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
    std::iter::once(message)
        .chain(fix)
        .flat_map(move |text| wrap(&output::named(&text), room))
        .map(|line| at_line_start(&line).into_owned())
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

    fn text(findings: &[Finding], room: Option<usize>, in_color: bool) -> String {
        drawn(findings.iter().map(Head::of), findings.iter(), room, in_color).collect()
    }

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
            text(&some(), Some(140), false),
            "SEVERITY  SUBJECT  ID              FINDING\n\
             high      alice    console-no-mfa  a console password and no MFA device (password last used 2026-01-02)\n\
             \x20                                  fix: run `vault mfa enroll alice` with the key of alice\n\
             medium    -        key-age         東京 is old\n"
        );
        assert_eq!(
            text(&some(), Some(95), false),
            "SEVERITY  SUBJECT  ID              FINDING\n\
             high      alice    console-no-mfa  a console password and no MFA device (password last used\n\
             \x20                                  2026-01-02)\n\
             \x20                                  fix: run `vault mfa enroll alice` with the key of alice\n\
             medium    -        key-age         東京 is old\n"
        );
        assert_eq!(
            text(&some(), Some(40), false),
            "high  alice  console-no-mfa\n  a console password and no MFA device\n  (password last used 2026-01-02)\n  \
             fix: run `vault mfa enroll alice` with\n  the key of alice\nmedium  -  key-age\n  東京 is old\n"
        );
        assert_eq!(text(&some(), None, false), text(&some(), Some(10_000), false), "a pipe has no width");
        assert_eq!(text(&[], Some(80), true), "");
    }

    #[test]
    fn color_adds_nothing_that_is_not_there_without_it() {
        for room in [None, Some(10), Some(200)] {
            let colorful = text(&some(), room, true);
            assert!(colorful.contains("\x1b[1m"), "{colorful:?}");
            assert_eq!(anstream::adapter::strip_str(&colorful).to_string(), text(&some(), room, false));
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for room in 30..120 {
            let text = text(&some(), Some(room), false);
            // A command is never broken: two halves of one are two commands.
            assert!(text.lines().all(|line| line.width() <= room || line.contains('`')), "{room}: {text}");
        }
    }
}
