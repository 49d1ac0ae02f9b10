//! Reads a tree as a policy, and names everything that keeps IAM from taking it. Never stops at the first fault.

use super::super::tree::{Member, Node, Span, Value};
use super::{
    Block, Effect, Operator, Patterns, Policy, Principal, PrincipalKind, Statement, Test, Text, VERSION, Who, actions, arns, principals,
};

/// What a policy is attached to decides which elements it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of a user, a group or a role: what it may do.
    Identity,
    /// Of a role: who may assume it.
    Trust,
}

/// Why IAM does not take a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A lower-case clause.
    pub reason: String,
    pub span: Span,
    /// The statement that it is in, with its `Sid`.
    pub statement: Option<(usize, Option<String>)>,
}

impl Fault {
    /// Why a text is not an action.
    #[must_use]
    pub fn of_action(text: &str) -> Option<String> {
        actions::fault(text)
    }

    /// Why a text is not a resource.
    #[must_use]
    pub fn of_resource(text: &str) -> Option<String> {
        arns::fault(text)
    }
}

/// A policy as far as it could be read: a statement with a fault that changes its meaning is left out.
#[derive(Debug, Clone)]
pub struct Reading {
    pub policy: Policy,
    pub kind: Kind,
    pub faults: Vec<Fault>,
}

/// Reads the document. `kind`: what it is, where that is known; else `Principal` tells.
#[must_use]
pub fn read(node: &Node, kind: Option<Kind>) -> Reading {
    let statements = node.get("Statement").map(Node::one_or_more).unwrap_or_default();
    let has_principal = |node: &Node| node.get("Principal").is_some() || node.get("NotPrincipal").is_some();
    let kind = kind.unwrap_or_else(|| {
        // One statement more or less without it is a fault in the other kind.
        let with = statements.iter().filter(|node| has_principal(node)).count();
        if with > 0 && with * 2 >= statements.len() { Kind::Trust } else { Kind::Identity }
    });
    let mut reader = Reader { kind, faults: Vec::new(), statement: None };
    let policy = reader.policy(node);
    Reading { policy, kind, faults: reader.faults }
}

struct Reader {
    kind: Kind,
    faults: Vec<Fault>,
    statement: Option<(usize, Option<String>)>,
}

const DOCUMENT: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT: &[&str] = &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

impl Reader {
    fn fault(&mut self, span: Span, reason: impl Into<String>) {
        self.faults.push(Fault { reason: reason.into(), span, statement: self.statement.clone() });
    }

    fn policy(&mut self, node: &Node) -> Policy {
        let mut policy = Policy { version: None, id: None, statements: Vec::new(), span: node.span };
        if !node.is_object() {
            self.fault(node.span, format!("a policy is an object, and this is {}", node.kind()));
            return policy;
        }
        self.names(node, DOCUMENT, "a policy");
        if let Some(version) = node.get("Version") {
            policy.version = self.text(version, "`Version`");
            if let Some(version) = policy.version.as_ref().filter(|version| ![VERSION, "2008-10-17"].contains(&version.value.as_str())) {
                let (span, reason) = (version.span, format!("there is no version `{}`: write `{VERSION}`", version.value));
                self.fault(span, reason);
            }
        }
        policy.id = node.get("Id").and_then(|id| self.text(id, "`Id`"));
        let Some(statements) = node.get("Statement") else {
            self.fault(node.span, "`Statement` is missing");
            return policy;
        };
        let list = match &statements.value {
            Value::Object(_) => std::slice::from_ref(statements),
            Value::List(items) if !items.is_empty() => items.as_slice(),
            Value::List(_) => {
                self.fault(statements.span, "`Statement` is empty: a policy needs at least one statement");
                return policy;
            }
            _ => {
                self.fault(statements.span, format!("`Statement` is an object or a list of objects, and this is {}", statements.kind()));
                return policy;
            }
        };
        for (index, node) in list.iter().enumerate() {
            self.statement = Some((index, node.get("Sid").and_then(Node::text).map(str::to_owned)));
            if let Some(statement) = self.statement(index, node) {
                policy.statements.push(statement);
            }
        }
        self.statement = None;
        self.sids(list);
        policy
    }

    /// Names that are unknown or come twice.
    fn names(&mut self, node: &Node, known: &[&str], of: &str) {
        for (at, Member { name, name_span, .. }) in node.members().iter().enumerate() {
            if node.members()[..at].iter().any(|before| before.name == *name) {
                self.fault(*name_span, format!("`{name}` appears twice"));
            } else if !known.contains(&name.as_str()) {
                let distance = |other: &&&str| strsim::damerau_levenshtein(&name.to_ascii_lowercase(), &other.to_ascii_lowercase());
                let near = known.iter().min_by_key(distance).filter(|other| distance(other) <= 2);
                let advice = near.map_or_else(String::new, |near| format!(": write `{near}`"));
                self.fault(*name_span, format!("{of} has no element `{name}`{advice}"));
            }
        }
    }

    fn sids(&mut self, list: &[Node]) {
        let sids: Vec<_> = list.iter().map(|node| node.get("Sid").and_then(|sid| Some((sid.text()?, sid.span)))).collect();
        for (index, sid) in sids.iter().enumerate() {
            let Some((text, span)) = sid.filter(|(text, _)| !text.is_empty()) else { continue };
            if sids[..index].iter().flatten().any(|(before, _)| *before == text) {
                self.statement = Some((index, Some(text.to_owned())));
                self.fault(span, format!("two statements have the `Sid` `{text}`"));
            }
        }
        self.statement = None;
    }

    fn statement(&mut self, index: usize, node: &Node) -> Option<Statement> {
        if !node.is_object() {
            self.fault(node.span, format!("a statement is an object, and this is {}", node.kind()));
            return None;
        }
        self.names(node, STATEMENT, "a statement");
        let sid = node.get("Sid").and_then(|sid| self.text(sid, "`Sid`"));
        if let Some(sid) = sid.as_ref().filter(|sid| self.kind == Kind::Identity && !sid.value.chars().all(|c| c.is_ascii_alphanumeric())) {
            self.fault(sid.span, format!("the `Sid` `{}` can have only letters and digits", sid.value));
        }
        let effect = self.effect(node);
        let principal = self.principal(node);
        let action = self.either(node, "Action", "NotAction", actions::fault);
        if let (Kind::Trust, Some(action)) = (self.kind, &action) {
            self.of_sts(action);
        }
        let resource = match self.kind {
            Kind::Identity => self.either(node, "Resource", "NotResource", arns::fault),
            Kind::Trust => {
                let found = node.members().iter().find(|member| ["Resource", "NotResource"].contains(&member.name.as_str()));
                if let Some(Member { name, name_span, .. }) = found {
                    let reason = format!(
                        "a trust policy has no `{name}`: it is about its own role. Policies of other resources, such as buckets, are not checked"
                    );
                    self.fault(*name_span, reason);
                }
                None
            }
        };
        let conditions = node.get("Condition").map_or_else(|| Some(Vec::new()), |node| self.conditions(node));
        let effect = effect?;
        let conditions = conditions?;
        let named = match self.kind {
            Kind::Identity => resource.is_some(),
            Kind::Trust => principal.is_some(),
        };
        let action = action.filter(|_| named)?;
        Some(Statement { index, sid, effect, principal, action, resource, conditions, span: node.span })
    }

    fn effect(&mut self, node: &Node) -> Option<Effect> {
        let Some(effect) = node.get("Effect") else {
            self.fault(node.span, "`Effect` is missing: write `Allow` or `Deny`");
            return None;
        };
        match effect.text() {
            Some("Allow") => Some(Effect::Allow),
            Some("Deny") => Some(Effect::Deny),
            _ => {
                self.fault(effect.span, "`Effect` is `Allow` or `Deny`, in this spelling");
                None
            }
        }
    }

    /// One of two elements: what is named, or everything else.
    fn either(&mut self, node: &Node, plain: &str, not: &str, fault: fn(&str) -> Option<String>) -> Option<Patterns> {
        let (member, negated) = self.one_of(node, plain, not, Some(""))?;
        let patterns = self.texts(&member.value, &member.name)?;
        for pattern in &patterns {
            if let Some(reason) = fault(&pattern.value) {
                self.fault(pattern.span, reason);
            }
        }
        let listed = matches!(member.value.value, Value::List(_));
        Some(Patterns { negated, patterns, listed, name_span: member.name_span })
    }

    /// The element that is there, and whether it is the negated one. `missing`: what to say after that it is missing; `None`: it need not be there.
    fn one_of<'n>(&mut self, node: &'n Node, plain: &str, not: &str, missing: Option<&str>) -> Option<(&'n Member, bool)> {
        let found = |wanted: &str| node.members().iter().find(|member| member.name == wanted);
        match (found(plain), found(not)) {
            (Some(_), Some(second)) => {
                self.fault(second.name_span, format!("`{plain}` and `{not}` are in one statement: write one of them"));
                None
            }
            (Some(member), None) => Some((member, false)),
            (None, Some(member)) => Some((member, true)),
            (None, None) => {
                if let Some(missing) = missing {
                    self.fault(node.span, format!("`{plain}` is missing{missing}"));
                }
                None
            }
        }
    }

    fn of_sts(&mut self, action: &Patterns) {
        if action.negated {
            self.fault(action.name_span, "a trust policy has no `NotAction`: name the actions of `sts`");
            return;
        }
        let other = |pattern: &&Text| pattern.value.split_once(':').is_some_and(|(service, _)| !service.eq_ignore_ascii_case("sts"));
        let others: Vec<_> = action.patterns.iter().filter(other).cloned().collect();
        for Text { value, span } in others {
            self.fault(span, format!("`{value}` does not belong in a trust policy, which has only actions of `sts`"));
        }
    }

    fn principal(&mut self, node: &Node) -> Option<Principal> {
        let missing = (self.kind == Kind::Trust).then_some(": a trust policy says who may assume the role");
        let (member, negated) = self.one_of(node, "Principal", "NotPrincipal", missing)?;
        if self.kind == Kind::Identity {
            let reason = format!(
                "`{}` does not belong in an identity policy, which applies to its users, groups and roles: leave it out",
                member.name
            );
            self.fault(member.name_span, reason);
            return None;
        }
        let mut who = Vec::new();
        match &member.value.value {
            Value::Text(text) if text == "*" => {
                who.push(Who { kind: PrincipalKind::Everyone, name: Text { value: text.clone(), span: member.value.span } });
            }
            Value::Object(kinds) if !kinds.is_empty() => {
                let known: Vec<_> = PrincipalKind::NAMED.iter().map(|kind| kind.as_str()).collect();
                self.names(&member.value, &known, "`Principal`");
                for Member { name, value, .. } in kinds {
                    let Some(kind) = PrincipalKind::NAMED.into_iter().find(|kind| kind.as_str() == name) else { continue };
                    for name in self.texts(value, name)? {
                        if let Some(reason) = principals::fault(kind, &name.value) {
                            self.fault(name.span, reason);
                        }
                        who.push(Who { kind, name });
                    }
                }
            }
            _ => {
                self.fault(member.value.span, "`Principal` is `*` or an object such as `{\"AWS\": \"123456789012\"}`");
                return None;
            }
        }
        (!who.is_empty()).then_some(Principal { negated, who, name_span: member.name_span })
    }

    fn conditions(&mut self, node: &Node) -> Option<Vec<Block>> {
        if !node.is_object() {
            self.fault(node.span, format!("`Condition` is an object of operators, and this is {}", node.kind()));
            return None;
        }
        let mut blocks = Vec::new();
        let mut whole = true;
        for (at, Member { name, name_span, value }) in node.members().iter().enumerate() {
            if node.members()[..at].iter().any(|before| before.name == *name) {
                self.fault(*name_span, format!("`{name}` appears twice: JSON keeps one of them"));
            }
            let Some(operator) = Operator::parse(name) else {
                let advice = Operator::nearest(name).map_or_else(String::new, |near| format!(": write `{near}`"));
                self.fault(*name_span, format!("there is no condition operator `{name}`{advice}"));
                whole = false;
                continue;
            };
            if !value.is_object() {
                self.fault(value.span, format!("`{name}` is an object of condition keys, and this is {}", value.kind()));
                whole = false;
                continue;
            }
            let mut tests = Vec::new();
            for (at, member) in value.members().iter().enumerate() {
                if value.members()[..at].iter().any(|before| before.name == member.name) {
                    self.fault(member.name_span, format!("`{}` appears twice: JSON keeps one of them", member.name));
                }
                match self.texts(&member.value, &member.name) {
                    Some(values) => {
                        let key = Text { value: member.name.clone(), span: member.name_span };
                        let listed = matches!(member.value.value, Value::List(_));
                        tests.push(Test { key, values, listed, span: Span { start: member.name_span.start, end: member.value.span.end } });
                    }
                    None => whole = false,
                }
            }
            blocks.push(Block { operator, name_span: *name_span, tests });
        }
        whole.then_some(blocks)
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<Text> {
        let text = node.text().map(|text| Text { value: text.to_owned(), span: node.span });
        if text.is_none() {
            self.fault(node.span, format!("{what} is a string, and this is {}", node.kind()));
        }
        text
    }

    /// One string, or a list of one at least. Conditions may have booleans and numbers, which IAM takes for their text.
    fn texts(&mut self, node: &Node, name: &str) -> Option<Vec<Text>> {
        let items = match &node.value {
            Value::List(items) if items.is_empty() => {
                self.fault(node.span, format!("`{name}` is an empty list"));
                return None;
            }
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let may_be_other =
            !["Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated", "CanonicalUser"].contains(&name);
        let mut texts = Vec::new();
        for item in items {
            let value = match &item.value {
                Value::Text(text) => text.clone(),
                Value::Bool(value) if may_be_other => value.to_string(),
                Value::Number(number) if may_be_other => number.clone(),
                _ => {
                    self.fault(item.span, format!("a value of `{name}` is a string, and this is {}", item.kind()));
                    return None;
                }
            };
            texts.push(Text { value, span: item.span });
        }
        Some(texts)
    }
}
