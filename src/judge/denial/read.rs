//! Reads what AWS said out of the text that a client printed: the code, the call, who may not do what, and which policy says so. Never
//! explains it.

use crate::model::REFUSED_CALL;

use super::authorization;
use super::clean::cleaned;
use super::known;
use super::said::Said;

/// Reads the text; `None` where nothing in it is of AWS.
#[must_use]
pub fn read(text: &str) -> Option<Said> {
    let text = cleaned(text);
    let code = code(&text);
    let mut said = Said {
        operation: operation(&text),
        principal: None,
        action: None,
        resource: None,
        verdict: None,
        policy_arn: None,
        authorization_id: authorization::id(&text),
        encoded: authorization::encoded(&text),
        code,
        text,
    };
    authorization::read(&mut said);
    // The second Java SDK and .NET write no code, and the first Go SDK writes none that is not a number.
    let is_aws = said.text.contains("(Service: ")
        || said.text.contains("Amazon.Runtime.")
        || is_of_go(&said.text)
        || said.code.is_some()
        || said.operation.is_some()
        || said.action.is_some()
        || said.encoded.is_some()
        || known::of(&said).is_some();
    is_aws.then_some(said)
}

/// The code, in each of the places where clients write it, and wherever a word is one that only AWS uses.
fn code(text: &str) -> Option<String> {
    let after = |before: &str| {
        let rest = &text[text.find(before)? + before.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(rest.len());
        Some(rest[..end].to_owned()).filter(|code| !code.is_empty())
    };
    let told = [
        "An error occurred (",
        "api error ",
        "Error Code: ",
        "<Code>",
        "Code: '",
        "code: Some(\"",
        "code: \"",
        "\"Code\": \"",
        "\"Code\":\"",
        "code: '",
        "::Errors::",
    ];
    if let Some(code) = told.iter().find_map(|before| after(before)) {
        return Some(code);
    }
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|word| !word.is_empty());
    // The name of a class is its last part.
    let mut known = words.by_ref().filter_map(|word| [word, last_part(word)].into_iter().find(|word| known::is_code(word)));
    known.next().map(str::to_owned).or_else(|| before(text))
}

fn last_part(word: &str) -> &str {
    word.rsplit('.').next().unwrap_or(word)
}

/// The code before the message, where the client's own words around both show that it is one: of the PHP SDK and of the first Go SDK.
fn before(text: &str) -> Option<String> {
    let is_code =
        |word: &&str| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) && word.starts_with(char::is_uppercase);
    let of_php = || {
        let end = [" (client): ", " (server): "].iter().find_map(|end| text.find(end))?;
        text[..end].rsplit(' ').next()
    };
    let of_go = || {
        let message = &text[..text.find(" status code: ").filter(|_| is_of_go(text))?];
        let mut words = message.split(' ').filter_map(|word| word.strip_suffix(':')).filter(is_code);
        // `Error:` is a word of the program.
        words.rfind(|word| word.chars().filter(char::is_ascii_uppercase).count() > 1)
    };
    of_php().filter(is_code).or_else(of_go).map(str::to_owned)
}

/// Whether the first Go SDK wrote it.
fn is_of_go(text: &str) -> bool {
    text.contains(" status code: ") && text.contains(", request id: ")
}

/// The call that was refused.
fn operation(text: &str) -> Option<String> {
    let word = |rest: &str| -> Option<String> {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        (end > 0 && rest.starts_with(|c: char| c.is_ascii_uppercase())).then(|| rest[..end].to_owned())
    };
    let of_cli = || word(&text[text.find("when calling the ")? + "when calling the ".len()..]);
    let of_go = || word(text[text.find("operation error ")?..].split_once(": ")?.1);
    let of_us = || word(&text[text.find(REFUSED_CALL)? + REFUSED_CALL.len()..]);
    let of_php = || word(&text[text.find("Error executing \"")? + "Error executing \"".len()..]);
    of_cli().or_else(of_go).or_else(of_us).or_else(of_php)
}
