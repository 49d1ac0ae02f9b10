//! Checks every policy of a file, and turns what is found into what people, programs and code hosts read. Never reads a file.

use super::document::{self, Kind, Reading, statement_node};
use super::evaluate::Mfa;
use super::input::{Found, OF_PLAN, Unknown, Unread, gather, looks_like_terraform};
use super::json::Unreadable;
use super::lint::{Cases, Facts, Finding, Id, Subject, lint};
use super::place::{Lines, Place};
use super::prove::{Row, table};
use super::tree::{Node, Span};

/// What is known beyond the file, and what to look for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub kind: Option<Kind>,
    pub facts: Facts,
    /// Not reported.
    pub allowed: Vec<Id>,
}

/// The findings of one policy in a file.
#[derive(Debug)]
pub struct Checked {
    /// The one of several in the file.
    pub policy: Option<String>,
    /// The document and what it says; `None`: the text is not JSON.
    pub read: Option<(Node, Reading)>,
    pub facts: Facts,
    pub findings: Vec<Finding>,
    pub extent: Extent,
}

/// How much of a policy was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// The file does not say all of it.
    Part,
    /// The file does not say what it says.
    Nothing,
    /// The same policy again, under other conditions of its template.
    Again,
}

impl Checked {
    /// What the flagged statement does, action by action.
    #[must_use]
    pub fn table(&self, finding: &Finding) -> Vec<Row> {
        let Some(((node, reading), (index, _))) = self.read.as_ref().zip(finding.statement.as_ref()) else { return Vec::new() };
        let statement = reading.policy.statements.iter().find(|statement| statement.index == *index);
        statement.map(|statement| table(&Subject::new(node, reading, &self.facts), statement)).unwrap_or_default()
    }
}

/// A file and what was found in it.
#[derive(Debug)]
pub struct Report<'a> {
    /// As it was named on the command line.
    pub file: &'a str,
    pub text: &'a str,
    lines: Lines,
    pub policies: Vec<Checked>,
}

impl<'a> Report<'a> {
    #[must_use]
    pub fn of(file: &'a str, text: &'a str, options: &Options) -> Self {
        let policies = match gather(text, &options.facts) {
            Ok(found) => found.into_iter().flat_map(|found| checked(found, options)).collect(),
            Err(fault) if looks_like_terraform(text) => vec![unreadable(None, &fault, OF_PLAN)],
            Err(fault) => vec![unreadable(None, &fault, HERE)],
        };
        let mut report = Self { file, text, lines: Lines::of(text), policies };
        for checked in &mut report.policies {
            checked.findings.retain(|finding| !options.allowed.contains(&finding.id));
        }
        report
    }

    /// Every finding with the policy that it is in.
    pub fn findings(&self) -> impl Iterator<Item = (&Checked, &Finding)> {
        self.policies.iter().flat_map(|checked| checked.findings.iter().map(move |finding| (checked, finding)))
    }

    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        self.lines.place(self.text, span.start)
    }

    /// Where the span ends.
    #[must_use]
    pub fn end(&self, span: Span) -> Place {
        self.lines.place(self.text, span.end)
    }

    /// The line that the span begins in, and at which byte of it.
    #[must_use]
    pub fn line_of(&self, span: Span) -> (&'a str, usize) {
        self.lines.line_of(self.text, span.start)
    }

    /// The findings as scripts read them.
    #[must_use]
    pub fn nodes(&self) -> Vec<Node> {
        self.findings().map(|(checked, finding)| self.node(checked, finding)).collect()
    }

    fn node(&self, checked: &Checked, finding: &Finding) -> Node {
        let Place { line, column } = self.place(finding.span);
        let statement = match &finding.statement {
            Some((_, Some(sid))) => sid.as_str().into(),
            Some((index, None)) => (*index).into(),
            None => Node::from(None::<&str>),
        };
        Node::object([
            ("id", finding.id.as_str().into()),
            ("severity", finding.severity.as_str().into()),
            ("file", self.file.into()),
            ("policy", checked.policy.as_deref().into()),
            ("statement", statement),
            ("line", line.into()),
            ("column", column.into()),
            ("message", finding.message.as_str().into()),
            ("effect", finding.effect.map(effect_node).into()),
            ("corrected", finding.corrected.as_ref().map(statement_node).into()),
            ("fix", finding.fix.as_str().into()),
        ])
    }
}

fn effect_node(cases: Cases) -> Node {
    Node::object(Mfa::ALL.map(|mfa| (mfa.as_str(), cases.word(mfa).into())))
}

const HERE: &str = "correct this place";

/// The policy, and what its other forms have that it has not.
fn checked(found: Found, options: &Options) -> Vec<Checked> {
    let node = match &found.document {
        Ok(node) => node.clone(),
        Err(Unread::Fault(fault)) => return vec![unreadable(found.name, fault, HERE)],
        Err(Unread::Unknown(unknown)) => {
            let findings = vec![unchecked(unknown)];
            return vec![Checked { policy: found.name, read: None, facts: found.facts, findings, extent: Extent::Nothing }];
        }
    };
    let mut all: Vec<Checked> = Vec::new();
    for node in std::iter::once(node).chain(found.alternatives.iter().cloned()) {
        let gaps = found.gaps(&node);
        let reading = document::read(&node, found.kind.or(options.kind));
        let mut findings = lint(&node, &reading, &found.facts);
        findings.retain(|finding| gaps.leave(finding.span));
        let named = found.unknown.iter().filter(|unknown| gaps.unchecked.contains(&unknown.span)).chain(&found.alternatives_unread);
        let in_statement = |unknown: &Unknown| reading.policy.statements.iter().find(|statement| statement.span.contains(unknown.span));
        findings.extend(named.map(|unknown| {
            let statement = in_statement(unknown).map(|statement| (statement.index, statement.sid.as_ref().map(|sid| sid.value.clone())));
            Finding { statement, ..unchecked(unknown) }
        }));
        let is_known = |finding: &Finding| {
            all.iter().flat_map(|checked| &checked.findings).any(|known| (known.id, known.span) == (finding.id, finding.span))
        };
        findings.retain(|finding| !is_known(finding));
        findings.sort_by_key(|finding| (finding.span.start, finding.id));
        let is_part = findings.iter().any(|finding| finding.id == Id::Unchecked);
        let extent = if all.is_empty() { Extent::Whole } else { Extent::Again };
        all.push(Checked { policy: found.name.clone(), read: Some((node, reading)), facts: found.facts.clone(), findings, extent });
        if is_part {
            all[0].extent = Extent::Part;
        }
    }
    all
}

fn unchecked(unknown: &Unknown) -> Finding {
    Finding::of_document(Id::Unchecked, unknown.span, format!("not checked: {}", unknown.reason), &unknown.cure)
}

fn unreadable(policy: Option<String>, fault: &Unreadable, fix: &str) -> Checked {
    let finding = Finding::of_document(Id::Syntax, fault.span, format!("this is not JSON: {}", fault.reason), fix);
    Checked { policy, read: None, facts: Facts::default(), findings: vec![finding], extent: Extent::Whole }
}
