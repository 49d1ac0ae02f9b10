//! `version`: variables in a policy of the language that has none. Never looks at a policy that has them.

use super::super::document::{Statement, Text, VERSION};
use super::cases::Cases;
use super::finding::{Finding, Id};
use super::subject::Subject;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    if subject.variables {
        return;
    }
    let with_variable = subject.policy.statements.iter().find_map(|statement| Some((statement, variable(statement)?)));
    let Some((statement, text)) = with_variable else { return };
    let (span, there) = subject
        .policy
        .version
        .as_ref()
        .map_or((text.span, "without `Version`".to_owned()), |version| (version.span, format!("in version `{}`", version.value)));
    let message = format!("{there}, `{}` means just these characters: `${{…}}` is not a variable, and AWS fills in no name", text.value);
    let fix = format!("write `\"Version\": \"{VERSION}\"` at the top of the document");
    found.push(Finding::new(Id::Version, statement, span, message, fix).effect(Cases::always(statement.effect, false)));
}

fn variable(statement: &Statement) -> Option<&Text> {
    let resources = statement.resource.iter().flat_map(|patterns| &patterns.patterns);
    let values = statement.tests().flat_map(|(_, test)| &test.values);
    resources.chain(values).find(|text| text.value.contains("${"))
}
