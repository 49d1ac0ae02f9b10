//! The text of an error as AWS wrote it: without the frames, line breaks and escapes that terminals and SDKs put around it. Never adds a word.

use crate::model::fit;

/// More than an encoded message and its surroundings have, in bytes.
const MOST: usize = 256 * 1024;

/// On one line, with single blanks.
pub fn cleaned(text: &str) -> String {
    // A program's last words are its error.
    let text = &text[text.ceil_char_boundary(text.len().saturating_sub(MOST))..];
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        // Terraform draws a frame along its errors.
        lines.push_str(line.trim_matches(|c: char| c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c)));
        lines.push('\n');
    }
    let unescaped =
        [("\\n", " "), ("\\\"", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&amp;", "&")]
            .iter()
            .fold(lines, |text, (escaped, plain)| if text.contains(escaped) { text.replace(escaped, plain) } else { text });
    without_answer(fit(&unescaped).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Without the start of the raw answer, which the PHP SDK prints before AWS's words and cuts short.
fn without_answer(mut text: String) -> String {
    let ends = || [" (client): ", " (server): "].iter().find_map(|end| text.find(end));
    if let (Some(start), Some(end)) = (text.find("; AWS HTTP error: "), ends())
        && let Some(code) = text[..end].rfind(' ')
        && start < code
    {
        text.replace_range(start..code, ";");
    }
    text
}
