//! Shows findings to a person: the line with a caret, the three cases, the statement as it should be. Never decides what is found.

use crate::judge::Severity;
use crate::judge::policy::check::{Checked, Extent, Report};
use crate::judge::policy::document::statement_node;
use crate::judge::policy::evaluate::Mfa;
use crate::judge::policy::json;
use crate::judge::policy::lint::Finding;
use crate::judge::policy::prove::Row;
use crate::model::fit;

/// How much of a line is shown, in characters: policies are often written in one.
const WIDEST: usize = 100;

/// The report as lines. Text from a document is never a whole line.
pub(super) fn lines(reports: &[Report<'_>], prove: bool) -> Vec<String> {
    let mut out = Vec::new();
    for report in reports {
        for (checked, finding) in report.findings() {
            one(&mut out, report, checked, finding);
            if prove {
                table(&mut out, checked, finding);
            }
            out.push(String::new());
        }
    }
    out.push(summary(reports));
    out
}

fn one(out: &mut Vec<String>, report: &Report<'_>, checked: &Checked, finding: &Finding) {
    let place = report.place(finding.span);
    out.push(format!("{}[{}]: {}", finding.severity.as_str(), finding.id.as_str(), finding.message));
    // Each by itself: an escape sequence without an end would take away what comes after it.
    let policy = checked.policy.as_ref().map_or_else(String::new, |policy| format!(", policy `{}`", fit(policy)));
    let statement = match &finding.statement {
        Some((_, Some(sid))) => format!(", statement `{}`", fit(sid)),
        Some((index, None)) => format!(", statement {}", index + 1),
        None => String::new(),
    };
    out.push(format!("  --> {}:{}:{}{policy}{statement}", fit(report.file), place.line, place.column));
    let end = report.end(finding.span);
    let length = if end.line == place.line { end.column.saturating_sub(place.column) } else { 1 };
    let (line, at) = report.line_of(finding.span);
    let (line, caret) = excerpt(line, at, length);
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    out.extend([format!(" {margin} |"), format!(" {number} | {line}"), format!(" {margin} | {caret}")]);
    if let Some(cases) = finding.effect {
        for (mfa, who) in Mfa::ALL.into_iter().zip(["long-term key (no MFA information)", "session without MFA", "session with MFA"]) {
            out.push(format!(" {margin} = {who}: {}", cases.word(mfa)));
        }
    }
    out.push(format!("fix: {}", finding.fix));
    if let Some(corrected) = &finding.corrected {
        out.extend(json::pretty(&statement_node(corrected)).lines().map(|line| format!("    {line}")));
    }
}

/// The part of the line around this byte of it, and the carets below it. Looks at no more of the line than is shown.
fn excerpt(line: &str, at: usize, length: usize) -> (String, String) {
    let (before, after) = line.split_at(at);
    let is_short = line.chars().nth(WIDEST).is_none();
    let before: Vec<_> = before.char_indices().rev().take(if is_short { WIDEST } else { WIDEST / 3 }).collect();
    let is_cut_before = before.last().is_some_and(|(at, _)| *at > 0);
    let mut rest = after.chars();
    let after: Vec<_> = rest.by_ref().take(WIDEST - before.len()).collect();
    let shown = before.iter().rev().map(|(_, c)| *c).chain(after.iter().copied()).map(|c| if c == '\t' { ' ' } else { c });
    let ellipsis = |is_cut: bool| is_cut.then_some('…');
    let shown: String = ellipsis(is_cut_before).into_iter().chain(shown).chain(ellipsis(rest.next().is_some())).collect();
    let carets = length.clamp(1, after.len().max(1));
    (shown, format!("{}{}", " ".repeat(before.len() + usize::from(is_cut_before)), "^".repeat(carets)))
}

/// What the flagged statement does with each action.
fn table(out: &mut Vec<String>, checked: &Checked, finding: &Finding) {
    let rows = checked.table(finding);
    let width = |cell: fn(&Row) -> &str, title: &str| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0).max(title.len());
    let (actions, resources) = (width(|row| &row.action, "ACTION"), width(|row| &row.resource, "RESOURCE"));
    if rows.is_empty() {
        return;
    }
    out.push("proof: what this statement does".to_owned());
    let mut line = |columns: [&str; 5]| {
        let [action, resource, rest @ ..] = columns;
        let cases = rest.map(|cell| format!("{cell:<13}")).concat();
        out.push(format!("    {action:<actions$}  {resource:<resources$}  {}", cases.trim_end()));
    };
    line(["ACTION", "RESOURCE", "MFA ABSENT", "MFA FALSE", "MFA TRUE"]);
    for row in &rows {
        let [absent, off, on] = Mfa::ALL.map(|mfa| row.cases.word(mfa));
        line([&row.action, &row.resource, absent, off, on]);
    }
}

fn summary(reports: &[Report<'_>]) -> String {
    let count = |severity| reports.iter().flat_map(Report::findings).filter(|(_, finding)| finding.severity == severity).count();
    let several = |number: usize, word: &str| if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") };
    let of = |extent| reports.iter().flat_map(|report| &report.policies).filter(|checked| checked.extent == extent).count();
    let (part, nothing) = (of(Extent::Part), of(Extent::Nothing));
    let policies = several(of(Extent::Whole) + part, "policy").replace("policys", "policies");
    // Also where their findings are left out: what was not checked never looks like what is clean.
    let part = if part == 0 { String::new() } else { format!(" ({part} only in part)") };
    let nothing = if nothing == 0 { String::new() } else { format!(", {nothing} not checked") };
    let found: Vec<_> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
        .into_iter()
        .map(|(severity, word)| (count(severity), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| several(number, word))
        .collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    format!("checked {policies}{part}{nothing}: {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_are_below_what_is_meant_also_in_a_line_that_is_too_long_to_show() {
        assert_eq!(excerpt("\t\"a\": 1", 1, 3), (" \"a\": 1".to_owned(), " ^^^".to_owned()));
        assert_eq!(excerpt("", 0, 0), (String::new(), "^".to_owned()));
        let long = format!("{}here{}", "a".repeat(500), "b".repeat(500));
        let (shown, caret) = excerpt(&long, 500, 4);
        let at = caret.find('^').unwrap();
        assert_eq!(shown.chars().skip(at).take(4).collect::<String>(), "here");
        assert!(shown.chars().count() <= WIDEST + 2 && shown.starts_with('…') && shown.ends_with('…'));
    }

    /// It would take minutes to scan the whole line each time.
    #[test]
    fn a_hundred_thousand_excerpts_of_one_long_line_take_a_moment() {
        let long = "ü\t".repeat(1_000_000);
        for number in 0..100_000 {
            let (shown, caret) = excerpt(&long, number * 3, 1);
            let cut = usize::from(number * 2 > WIDEST / 3);
            assert_eq!((shown.chars().count(), caret.chars().count()), (WIDEST + 1 + cut, (number * 2).min(WIDEST / 3) + cut + 1));
        }
    }
}
