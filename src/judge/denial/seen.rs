//! What AWS itself says of a refused request: the condition keys of it, and the statements that matched. Never asks for that.

use serde_json::Value;

use crate::judge::policy::evaluate::Mfa;

/// The details of one refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub mfa: Mfa,
    pub explicit_deny: Option<bool>,
    /// The Sids of the statements that decided.
    pub statements: Vec<String>,
    pub action: Option<String>,
    /// The ARN of who asked.
    pub principal: Option<String>,
    /// The policies that AWS showed.
    pub policies: Vec<SeenPolicy>,
}

/// A policy with statements that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPolicy {
    /// As AWS names it.
    pub name: String,
    pub sids: Vec<String>,
    /// JSON.
    pub document: String,
}

impl Seen {
    /// Reads the document that `DecodeAuthorizationMessage` answers with.
    #[must_use]
    pub fn of_decoded(document: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(document).ok()?;
        let items = |value: &Value| value["items"].as_array().cloned().unwrap_or_default();
        let context = &document["context"];
        context.as_object()?;
        let key = items(&context["conditions"])
            .into_iter()
            .find(|item| item["key"].as_str().is_some_and(|key| key.eq_ignore_ascii_case(Mfa::PRESENT)));
        let value = key.and_then(|key| items(&key["values"]).first().and_then(|value| value["value"].as_str().map(str::to_owned)));
        let sids = items(&document["matchedStatements"]).into_iter().filter_map(|item| item["statementId"].as_str().map(str::to_owned));
        Some(Self {
            mfa: Mfa::of_value(value.as_deref()),
            explicit_deny: document["explicitDeny"].as_bool(),
            statements: sids.filter(|sid| !sid.is_empty()).collect(),
            action: context["action"].as_str().map(str::to_owned),
            principal: context["principal"]["arn"].as_str().map(str::to_owned),
            policies: Vec::new(),
        })
    }
}
