//! Policies with all that deploys them: the group, the roles, the switches, and why each statement is there. Never knows a format.

use super::super::document::{Policy, Statement, policy_node, size};
use super::super::lint::size::MANAGED;
use super::switch::Switch;

/// The placeholder for the partition in an ARN, until a format fills in its own.
pub const PARTITION: &str = "\u{e000}";

/// Everything of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// The name of the construct, and of what else needs one.
    pub name: &'static str,
    /// What it is for, a sentence a line.
    pub about: Vec<String>,
    /// The name of the group that the policies are for.
    pub group: Option<String>,
    pub policies: Vec<Named>,
    pub roles: Vec<Role>,
    /// The account that the group is in, where roles are in others.
    pub account: Option<String>,
    /// What can be switched where it is deployed, and what it is at first.
    pub switches: Vec<(Switch, bool)>,
}

/// One policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// In the JSON form.
    pub name: String,
    /// In a template.
    pub id: String,
    pub lines: Vec<Line>,
    pub to: To,
}

/// A statement and why it is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub statement: Statement,
    pub why: String,
    /// It is there where this is on; `None`: always.
    pub switch: Option<Switch>,
}

/// Whom a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Group,
    /// The role of this index.
    Role(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Of its trust policy in the JSON form.
    pub name: String,
    pub id: String,
    pub role_name: String,
    /// `/`, or such as `/team/`.
    pub path: String,
    /// The account that it is in, where that is another one than the group's.
    pub account: Option<String>,
    pub trust: Vec<Line>,
}

impl Line {
    #[must_use]
    pub fn new(statement: Statement, why: &str) -> Self {
        Self { statement, why: why.to_owned(), switch: None }
    }

    #[must_use]
    pub fn only_with(mut self, switch: Switch) -> Self {
        self.switch = Some(switch);
        self
    }
}

impl Bundle {
    #[must_use]
    pub fn is_on(&self, switch: Option<Switch>) -> bool {
        switch.is_none_or(|wanted| self.switches.iter().any(|(switch, on)| *switch == wanted && *on))
    }

    /// The documents as IAM takes them, by name.
    #[must_use]
    pub fn documents(&self, partition: &str) -> Vec<(String, Policy)> {
        let document = |lines: &[Line]| {
            let on = lines.iter().filter(|line| self.is_on(line.switch));
            let statements = on.enumerate().map(|(index, line)| Statement { index, ..with_partition(&line.statement, partition) });
            Policy::of(statements.collect())
        };
        let trusts = self.roles.iter().map(|role| (role.name.clone(), document(&role.trust)));
        trusts.chain(self.policies.iter().map(|policy| (policy.name.clone(), document(&policy.lines)))).collect()
    }

    /// Splits what is too long for one managed policy into numbered ones.
    #[must_use]
    pub fn split(mut self) -> Self {
        let mut policies = Vec::new();
        for policy in self.policies {
            let parts = parts(&policy.lines);
            if parts.len() < 2 {
                policies.push(policy);
                continue;
            }
            policies.extend(parts.into_iter().enumerate().map(|(index, lines)| Named {
                name: format!("{}-{}", policy.name, index + 1),
                id: format!("{}{}", policy.id, index + 1),
                lines,
                to: policy.to,
            }));
        }
        self.policies = policies;
        self
    }
}

/// The longest name of a partition, so that a policy fits into each of them.
const LONGEST: &str = "aws-us-gov";

fn length(lines: &[Line]) -> usize {
    let statements = lines.iter().map(|line| with_partition(&line.statement, LONGEST)).collect();
    size(&policy_node(&Policy::of(statements)))
}

/// Lines that fit together, with statements cut where one alone does not fit.
fn parts(lines: &[Line]) -> Vec<Vec<Line>> {
    let mut parts: Vec<Vec<Line>> = vec![Vec::new()];
    let mut rest: Vec<Line> = lines.iter().rev().cloned().collect();
    while let Some(line) = rest.pop() {
        let last = parts.last_mut().expect("there is one from the start");
        let together = [last.as_slice(), std::slice::from_ref(&line)].concat();
        if length(&together) <= MANAGED {
            *last = together;
        } else if length(std::slice::from_ref(&line)) <= MANAGED || !is_divisible(&line.statement) {
            parts.push(vec![line]);
        } else {
            let (one, other) = divided(&line);
            rest.extend([other, one]);
        }
    }
    parts.retain(|part| !part.is_empty());
    for part in &mut parts {
        number(part);
    }
    parts
}

/// What was cut from one statement has one `Sid`, and a document has each once.
fn number(lines: &mut [Line]) {
    for index in 1..lines.len() {
        let sid = lines[index].statement.sid.clone();
        let before =
            lines[..index].iter().filter(|line| line.statement.sid.as_ref().is_some_and(|other| is_of(&other.value, sid.as_ref()))).count();
        if let (Some(sid), 1..) = (&mut lines[index].statement.sid, before) {
            sid.value.push_str(&(before + 1).to_string());
        }
    }
}

fn is_of(numbered: &str, sid: Option<&super::super::document::Text>) -> bool {
    sid.is_some_and(|sid| numbered.strip_prefix(sid.value.as_str()).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit())))
}

/// An Allow of several actions or on several resources is the same as two of them. A Deny, and what is negated, is kept whole.
fn is_divisible(statement: &Statement) -> bool {
    let resources = statement.resource.as_ref();
    let several = statement.action.patterns.len() > 1 || resources.is_some_and(|resource| resource.patterns.len() > 1);
    several && !statement.action.negated && resources.is_none_or(|resource| !resource.negated)
}

fn divided(line: &Line) -> (Line, Line) {
    let (mut one, mut other) = (line.clone(), line.clone());
    let resources = line.statement.resource.as_ref().map_or(0, |resource| resource.patterns.len());
    if line.statement.action.patterns.len() >= resources {
        let half = line.statement.action.patterns.len() / 2;
        one.statement.action.patterns.truncate(half);
        other.statement.action.patterns.drain(..half);
    } else if let (Some(first), Some(second)) = (&mut one.statement.resource, &mut other.statement.resource) {
        let half = resources / 2;
        first.patterns.truncate(half);
        second.patterns.drain(..half);
    }
    (one, other)
}

/// The statement with the partition in its ARNs.
#[must_use]
pub fn with_partition(statement: &Statement, partition: &str) -> Statement {
    let mut statement = statement.clone();
    let resources = statement.resource.iter_mut().flat_map(|patterns| &mut patterns.patterns);
    let principals = statement.principal.iter_mut().flat_map(|principal| &mut principal.who).map(|who| &mut who.name);
    let tests = statement.conditions.iter_mut().flat_map(|block| &mut block.tests).flat_map(|test| &mut test.values);
    for text in resources.chain(principals).chain(tests) {
        if text.value.contains(PARTITION) {
            text.value = text.value.replace(PARTITION, partition);
        }
    }
    statement
}
