//! Turns a line of Markdown into plain text: code keeps its backticks, links become words, emphasis is dropped. Never breaks a line.

/// The name of the page that a link in another page leads to, if it does.
pub(super) type Linked<'a> = &'a dyn Fn(&str) -> Option<String>;

pub(super) fn plain(text: &str, linked: Linked<'_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '[', '*', '\\']) {
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        rest = match here.as_bytes()[0] {
            b'`' => {
                let end = here[1..].find('`').map_or(here.len(), |end| end + 2);
                // A bar in a cell of a table needs its backslash even in code.
                out.push_str(&here[..end].replace("\\|", "|"));
                &here[end..]
            }
            b'[' => {
                if let Some((words, target, rest)) = link(here) {
                    out.push_str(&with_target(&plain(words, linked), target, linked));
                    rest
                } else {
                    out.push('[');
                    &here[1..]
                }
            }
            // The character after a backslash is not markup.
            b'\\' if here[1..].starts_with(|next: char| next.is_ascii_punctuation()) => {
                out.push_str(&here[1..2]);
                &here[2..]
            }
            b'\\' => {
                out.push('\\');
                &here[1..]
            }
            _ => &here[1..],
        };
    }
    out + rest
}

/// The words of a link, where it leads, and what comes after it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let (target, rest) = after.split_once(')')?;
    (!words.contains(']')).then_some((words, target, rest))
}

fn with_target(words: &str, target: &str, linked: Linked<'_>) -> String {
    match linked(target) {
        Some(page) if words == target => format!("`vault help {page}`"),
        Some(page) => format!("{words} (`vault help {page}`)"),
        None if target.starts_with("https://") => format!("{words} ({target})"),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_and_links_and_emphasis_become_words() {
        for (text, expected) in [
            ("a *b* **c** d", "a b c d"),
            ("`a*b*` [x] \\* \\a", "`a*b*` [x] * \\a"),
            ("see [p.md](p.md) and [`x`](p.md#y)", "see `vault help p` and `x` (`vault help p`)"),
            ("[age](https://age-encryption.org)-encrypted", "age (https://age-encryption.org)-encrypted"),
            ("[the README](../README.md#first-use)", "the README"),
            ("an open ` and [an open one", "an open ` and [an open one"),
        ] {
            assert_eq!(plain(text, &|target| target.starts_with("p.md").then(|| "p".to_owned())), expected, "{text}");
        }
    }
}
