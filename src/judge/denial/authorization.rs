//! Reads the sentences about authorization: who may not do what with which resource, and which policy says so. Never explains them.

use super::said::{Policy, Said, Verdict};

/// Fills in what the text says.
pub fn read(said: &mut Said) {
    let text = said.text.clone();
    let Some((before, after)) = text.split_once(" is not authorized to perform: ").or_else(|| text.split_once("ot authorized to perform "))
    else {
        said.verdict = verdict(&text);
        return;
    };
    said.principal = before.rsplit_once("User: ").map(|(_, principal)| principal.trim().to_owned()).filter(|arn| arn.starts_with("arn:"));
    said.action = after.split([' ', ',', ')']).next().map(|action| action.trim_end_matches(['.', ',', '"', '\'']).to_owned());
    said.action = said.action.take().filter(|action| action.contains(':'));
    said.resource = after.split_once(" on resource: ").map(|(_, resource)| until_reason(resource));
    said.verdict = verdict(after);
    said.policy_arn = policy_arn(after);
}

/// The resource ends where the reason begins, or where a client goes on.
fn until_reason(text: &str) -> String {
    let ends = [
        " because ",
        " with an explicit deny",
        " (Service",
        " (Aws::",
        " at ",
        " ---> ",
        " - <",
        " - {",
        "</",
        "\"",
        " status code:",
        ", User-Agent:",
        ". Go to ",
        " (AccessDenied",
    ];
    let end = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ',']).to_owned()
}

fn verdict(text: &str) -> Option<Verdict> {
    let lower = text.to_ascii_lowercase();
    let named = |rest: &str| Policy::ALL.into_iter().find(|policy| rest.starts_with(&policy.as_aws().to_ascii_lowercase()));
    if let Some((_, rest)) = lower.split_once("because no ")
        && let Some(policy) = named(rest)
    {
        return Some(Verdict::NotAllowed(policy));
    }
    let (_, rest) = lower.split_once("with an explicit deny")?;
    let kind = rest.strip_prefix(" in a ").or_else(|| rest.strip_prefix(" in an ")).and_then(named);
    Some(Verdict::Denied(kind))
}

/// The policy that AWS names after the kind of it.
fn policy_arn(text: &str) -> Option<String> {
    let rest = &text[text.find("with an explicit deny")?..];
    // After a quotation mark, a client may print the same sentence again.
    let rest = &rest[..rest.find(['"', '<']).unwrap_or(rest.len())];
    let arn = &rest[rest.find(": arn:")? + 2..];
    let end = arn.find([' ', ',', '"', '<', ')']).unwrap_or(arn.len());
    Some(arn[..end].trim_end_matches('.').to_owned())
}

/// The id under which AWS keeps the details of the refusal, and the region that the text names.
pub fn id(text: &str) -> Option<(String, Option<String>)> {
    let word = |rest: &str, fits: fn(char) -> bool| {
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        Some(rest[..end].to_owned()).filter(|word| !word.is_empty())
    };
    let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let after = |before: &str| text.find(before).map(|at| &text[at + before.len()..]);
    let id = after("authorization id: ").or_else(|| after("authorization-details/")).and_then(|rest| word(rest, is_id))?;
    let region = after("region=").and_then(|rest| word(rest, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
    Some((id, region))
}

/// The encoded message, which clients break into lines: AWS takes it without any.
pub fn encoded(text: &str) -> Option<String> {
    const BEFORE: &str = "ncoded authorization failure message:";
    let rest = text[text.find(BEFORE)? + BEFORE.len()..].trim_start();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_+/=".contains(c);
    let mut message = String::new();
    for word in rest.split(' ') {
        let length = word.find(|c| !is_part(c)).unwrap_or(word.len());
        // A program's path, as of a stack trace.
        if !message.is_empty() && word.starts_with('/') {
            break;
        }
        // After the first, a short word is one of a sentence that goes on.
        if !message.is_empty() && length < 20 && length != word.len() || !message.is_empty() && word.len() < 20 && !is_end(rest, word) {
            break;
        }
        message.push_str(&word[..length]);
        if length < word.len() {
            break;
        }
    }
    (message.len() >= 20).then_some(message)
}

/// Whether the text ends with this word: the rest of a message that was broken into lines.
fn is_end(text: &str, word: &str) -> bool {
    text.ends_with(word)
}
