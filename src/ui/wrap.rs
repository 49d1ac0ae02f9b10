//! Breaks sentences into lines. Never breaks a command in backticks: pasted, its two halves would be two commands.

use unicode_width::UnicodeWidthStr as _;

/// The lines of a text, each of so many columns at most where its words allow that; `None`: it is one line.
#[must_use]
pub fn wrap(text: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room else { return vec![text.to_owned()] };
    let mut lines: Vec<String> = Vec::new();
    for word in words(text) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// What is kept together: a word, and everything between two backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut in_command = false;
    let blank = move |c: char| {
        in_command ^= c == '`';
        c == ' ' && !in_command
    };
    text.split(blank).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_never_in_a_command() {
        for (text, room, lines) in [
            ("a bc def", 8, &["a bc def"][..]),
            ("a bc def", 7, &["a bc", "def"]),
            ("a  b", 1, &["a", "b"]),
            ("run `ls -l x`, now", 10, &["run", "`ls -l x`,", "now"]),
            ("run `ls -l x`, now", 3, &["run", "`ls -l x`,", "now"]),
            ("東京 東京", 8, &["東京", "東京"]),
            ("toolongforit", 3, &["toolongforit"]),
            ("", 3, &[""]),
        ] {
            assert_eq!(wrap(text, Some(room)), lines, "{text:?} in {room}");
        }
        assert_eq!(wrap("a bc def", None), ["a bc def"]);
    }
}
