//! Decides whether a pattern with wildcards and variables fits a text. Never takes longer than
//! in proportion to the product of their lengths.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use super::request::Context;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    One(char),
    AnyOne,
    Any,
}

/// Whether the pattern fits, case and all. `context`: where `${…}` is a variable, the values of it.
pub(super) fn matches(pattern: &str, text: &str, context: Option<&Context>) -> bool {
    let Some(plain) = pattern.find(['*', '?', '$']) else { return pattern == text };
    if !text.starts_with(&pattern[..plain]) {
        return false;
    }
    parts(pattern, context).is_some_and(|parts| fits(&parts, text))
}

pub(super) fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    let Some(plain) = pattern.find(['*', '?']) else { return pattern.eq_ignore_ascii_case(text) };
    // Of thousands of patterns, most are of another service.
    if !text.get(..plain).is_some_and(|start| start.eq_ignore_ascii_case(&pattern[..plain])) {
        return false;
    }
    parts(&pattern.to_ascii_lowercase(), None).is_some_and(|parts| fits(&parts, &text.to_ascii_lowercase()))
}

/// The text with its variables filled in, wildcards as they are; `None`: one of them has no value.
pub(super) fn filled(text: &str, context: &Context) -> Option<String> {
    if !text.contains("${") {
        return Some(text.to_owned());
    }
    let parts = parts(text, Some(context))?;
    Some(
        parts
            .into_iter()
            .map(|part| match part {
                Part::One(c) => c,
                Part::AnyOne => '?',
                Part::Any => '*',
            })
            .collect(),
    )
}

/// A text that the pattern fits, and the context in which it does: each wildcard, and each variable without a value, is `x`.
pub(super) fn example(pattern: &str, context: &Context) -> (String, Context) {
    let mut context = context.clone();
    let mut rest = pattern;
    while let Some((variable, after)) = rest.split_once("${").and_then(|(_, rest)| rest.split_once('}')) {
        if value_of(variable, &context).is_none() {
            context = context.with(key_and_default(variable).0, "x");
        }
        rest = after;
    }
    let parts = parts(pattern, Some(&context)).unwrap_or_default();
    let text = parts.into_iter().map(|part| if let Part::One(c) = part { c } else { 'x' });
    (text.collect(), context)
}

/// `None`: a variable has no value, so that nothing fits.
fn parts(pattern: &str, context: Option<&Context>) -> Option<Vec<Part>> {
    let mut parts = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if let (Some(context), Some(after)) = (context, rest.strip_prefix("${"))
            && let Some((variable, after)) = after.split_once('}')
        {
            parts.extend(value_of(variable, context)?.chars().map(Part::One));
            rest = after;
            continue;
        }
        parts.push(match c {
            '*' => Part::Any,
            '?' => Part::AnyOne,
            c => Part::One(c),
        });
        rest = &rest[c.len_utf8()..];
    }
    Some(parts)
}

/// The value of what is between the braces: a key, perhaps with a default, or a character that would else be a wildcard.
fn value_of(variable: &str, context: &Context) -> Option<String> {
    if ["*", "?", "$"].contains(&variable) {
        return Some(variable.to_owned());
    }
    let (key, default) = key_and_default(variable);
    // A key with several values cannot be filled in.
    let value = context.get(key).filter(|values| values.len() == 1).map(|values| values[0].as_str());
    value.or(default).map(str::to_owned)
}

fn key_and_default(variable: &str) -> (&str, Option<&str>) {
    match variable.split_once(',') {
        Some((key, default)) => (key.trim(), default.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''))),
        None => (variable.trim(), None),
    }
}

fn fits(pattern: &[Part], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut within) = (0, 0);
    // Where to go on if what follows the last `*` does not fit: that star takes one more character.
    let mut star: Option<(usize, usize)> = None;
    while within < text.len() {
        match pattern.get(at) {
            Some(Part::Any) => {
                star = Some((at, within));
                at += 1;
            }
            Some(Part::AnyOne) => (at, within) = (at + 1, within + 1),
            Some(Part::One(c)) if *c == text[within] => (at, within) = (at + 1, within + 1),
            _ => match star {
                Some((of, taken)) => {
                    star = Some((of, taken + 1));
                    (at, within) = (of + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|part| *part == Part::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_fit_any_characters_or_one() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "ac", true),
            ("a?c", "ac", false),
            ("a?c", "abc", true),
            ("*b*", "abc", true),
            ("a*b*c", "aXbYbc", true),
            ("abc", "ABC", false),
            ("a**", "a", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text, None), expected, "{pattern} {text}");
        }
        assert!(
            matches_ignoring_case("IAM:get*", "iam:GetUser") && matches_ignoring_case("*", "") && !matches_ignoring_case("ec2:*", "ec")
        );
        assert!(!matches_ignoring_case("é*", "x") && !matches_ignoring_case("x*", "é"));
        // The usual trap of such a search: each star would try every place.
        assert!(!matches(&"*a".repeat(500), &"a".repeat(499), None));
    }

    #[test]
    fn variables_have_the_value_of_the_request_and_no_wildcards() {
        let context = Context::default().with("aws:username", "a*").with_all("aws:TagKeys", &["x", "y"]);
        for (pattern, text, expected) in [
            ("user/${aws:username}", "user/a*", true),
            ("user/${aws:username}", "user/ab", false),
            ("user/${AWS:UserName}", "user/a*", true),
            ("${aws:userid}", "", false),
            ("${aws:userid, 'x'}", "x", true),
            ("${aws:username, 'x'}", "a*", true),
            ("${aws:TagKeys}", "x", false),
            ("${*}${?}${$}", "*?$", true),
            ("${*}", "x", false),
            ("${aws:username", "${aws:username", true),
        ] {
            assert_eq!(matches(pattern, text, Some(&context)), expected, "{pattern} {text}");
        }
        assert!(matches("${aws:username}", "${aws:username}", None), "without variables, the text is what it says");
    }

    #[test]
    fn an_example_is_a_text_that_the_pattern_fits() {
        let context = Context::default().with("aws:username", "some-user").with_all("aws:TagKeys", &["x", "y"]);
        for (pattern, expected) in [
            ("a*?", "axx"),
            ("home/${aws:username}/*", "home/some-user/x"),
            ("${aws:PrincipalTag/team}/${ aws:userid }", "x/x"),
            ("${aws:PrincipalTag/team, 'none'}-${aws:PrincipalTag/team,broken}", "x-x"),
            ("${*}${?}${$}", "*?$"),
            ("${aws:PrincipalTag/team, 'none'}", "none"),
            ("${aws:TagKeys}", "x"),
            ("${a${b}c}", "xc}"),
            ("${aws:username", "${aws:username"),
        ] {
            let (text, context) = example(pattern, &context);
            assert_eq!(text, expected, "{pattern}");
            assert!(matches(pattern, &text, Some(&context)), "{pattern} {text}");
        }
    }
}
