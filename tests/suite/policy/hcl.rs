//! The terraform output is valid HCL, refers only to its own declarations, and evaluates to the JSON form. These tests need no terraform;
//! `printed` runs it on machines that have it.

use std::collections::BTreeSet;

use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::Element;
use serde_json::{Map, Value, json};

use vault::judge::policy::document::policy_node;
use vault::judge::policy::generate::formats::terraform;
use vault::judge::policy::generate::{
    Bastion, ForceMfa, From, SelfManage, ServiceAccount, SudoRole, Switch, Target, Users, Wanted, generate,
};
use vault::judge::policy::json;

fn kinds() -> Vec<Wanted> {
    let group = || "some-group".to_owned();
    let target = |account: &str| Target { account: account.to_owned(), path_and_name: "team/Ops".to_owned() };
    let bastion = |users| {
        let roles = vec![target("123456789012"), target("999999999999")];
        Wanted::Bastion(Bastion { roles, account: "111122223333".to_owned(), users, group: group() })
    };
    vec![
        Wanted::SelfManage(SelfManage { on: Switch::ALL.to_vec(), group: group() }),
        Wanted::SelfManage(SelfManage { on: vec![Switch::Mfa, Switch::Block], group: group() }),
        Wanted::ForceMfa(ForceMfa { console_only: false, group: group() }),
        Wanted::SudoRole(SudoRole { account: "123456789012".to_owned(), role: "Ops".to_owned(), max_mfa_age: Some(3600), group: group() }),
        bastion(Users::ExternalId("some-id".to_owned())),
        bastion(Users::Named(vec!["alice".to_owned()])),
        Wanted::ServiceAccount(ServiceAccount {
            actions: vec!["s3:GetObject".to_owned()],
            resources: vec!["arn:aws:s3:::bucket/${aws:username}/*".to_owned(), "arn:aws:s3:::b\"\\%{x}".to_owned()],
            from: From { addresses: vec!["203.0.113.0/24".to_owned()], endpoints: vec!["vpce-1".to_owned()] },
            group: group(),
        }),
    ]
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect()
}

fn attribute<'a>(block: &'a Block, name: &str) -> Option<&'a Expression> {
    block.body.get_attribute(name).map(|attribute| &attribute.value)
}

/// The values that an expression can use: the variables' defaults, and the partition and account from AWS.
fn scope(body: &Body) -> Value {
    let nothing = json!({});
    let defaults = body.get_blocks("variable").map(|block| {
        let default = attribute(block, "default").expect("every variable has a default");
        (labels(block)[0].to_owned(), evaluated(default, &nothing))
    });
    json!({
        "var": defaults.collect::<Map<_, _>>(),
        "data": {"aws_partition": {"current": {"partition": "aws"}}, "aws_caller_identity": {"current": {"account_id": "111122223333"}}},
    })
}

/// The part of the language that `vault` prints. Anything else is a bug in the output.
fn evaluated(expression: &Expression, scope: &Value) -> Value {
    match expression {
        Expression::Bool(value) => json!(**value),
        Expression::String(text) => json!(text.as_str()),
        Expression::StringTemplate(template) => template
            .iter()
            .map(|element| match element {
                Element::Literal(text) => text.to_string(),
                Element::Interpolation(inner) => evaluated(&inner.expr, scope).as_str().expect("it is text").to_owned(),
                Element::Directive(directive) => panic!("a directive: {directive:?}"),
            })
            .collect::<String>()
            .into(),
        Expression::Array(items) => items.iter().map(|item| evaluated(item, scope)).collect(),
        Expression::Object(object) => {
            let named = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                let name = match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(key) => evaluated(key, scope).as_str().expect("a key is text").to_owned(),
                };
                (name, evaluated(value.expr(), scope))
            };
            object.iter().map(named).collect::<Map<_, _>>().into()
        }
        Expression::Variable(name) => scope.get(name.as_str()).unwrap_or_else(|| panic!("nothing is named {name:?}")).clone(),
        Expression::Traversal(traversal) => {
            traversal.operators.iter().fold(evaluated(&traversal.expr, scope), |value, operator| match &**operator {
                TraversalOperator::GetAttr(name) => value.get(name.as_str()).unwrap_or_else(|| panic!("no {name:?} in {value}")).clone(),
                other => panic!("an operator: {other:?}"),
            })
        }
        Expression::ForExpr(for_expr) => {
            let name = for_expr.intro.value_var.as_str().to_owned();
            let all = evaluated(&for_expr.intro.collection_expr, scope);
            let within = all.as_array().expect("it is a list").iter().map(|item| {
                let mut within = scope.clone();
                within[&name] = item.clone();
                within
            });
            let holds = |within: &Value| for_expr.cond.as_ref().is_none_or(|cond| evaluated(&cond.expr, within) == json!(true));
            within.filter(holds).map(|within| evaluated(&for_expr.value_expr, &within)).collect()
        }
        Expression::FuncCall(call) => {
            assert!(call.name.name.as_str() == "jsonencode" && call.args.len() == 1, "a function: {call:?}");
            evaluated(call.args.get(0).expect("there is one"), scope).to_string().into()
        }
        other => panic!("an expression of another kind: {other:?}"),
    }
}

/// The target of a reference, such as `aws_iam_group.group`.
fn reference(expression: &Expression) -> Option<String> {
    let Expression::Traversal(traversal) = expression else { return None };
    let (Expression::Variable(root), Some(TraversalOperator::GetAttr(name))) =
        (&traversal.expr, traversal.operators.first().map(|first| &**first))
    else {
        return None;
    };
    Some(format!("{}.{}", root.as_str(), name.as_str()))
}

#[test]
fn the_terraform_form_says_the_same_as_the_json_form() {
    for wanted in kinds() {
        let (bundle, _) = generate(&wanted, "aws").expect("it is proved");
        let text = terraform(&bundle);
        let body: Body = text.parse().unwrap_or_else(|error| panic!("{wanted:?}: {error}\n{text}"));
        let resources: Vec<_> = body.get_blocks("resource").collect();

        let count = |kind: &str| resources.iter().filter(|block| labels(block)[0] == kind).count();
        assert_eq!(
            (count("aws_iam_group"), count("aws_iam_role"), count("aws_iam_policy")),
            (1, bundle.roles.len(), bundle.policies.len()),
            "{text}"
        );
        assert_eq!(count("aws_iam_group_policy_attachment") + count("aws_iam_role_policy_attachment"), bundle.policies.len(), "{text}");

        // Each name is declared once, and every reference is to a declaration.
        let declared: BTreeSet<_> = resources.iter().map(|block| labels(block).join(".")).collect();
        assert_eq!(declared.len(), resources.len(), "{text}");
        let values = resources.iter().flat_map(|block| block.body.attributes()).map(|attribute| &attribute.value);
        let referred: BTreeSet<_> = values.filter_map(reference).filter(|name| name.starts_with("aws_")).collect();
        assert!(referred.is_subset(&declared) && referred.iter().any(|name| name.starts_with("aws_iam_group.")), "{referred:?}\n{text}");

        let scope = scope(&body);
        let encoded = resources.iter().filter_map(|block| attribute(block, "assume_role_policy").or_else(|| attribute(block, "policy")));
        let found: Vec<Value> = encoded
            .map(|expression| {
                serde_json::from_str(evaluated(expression, &scope).as_str().expect("a document is text")).expect("it is JSON")
            })
            .collect();
        let expected: Vec<Value> = bundle
            .documents("aws")
            .iter()
            .map(|(_, policy)| serde_json::from_str(&json::compact(&policy_node(policy))).expect("it is JSON"))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}
