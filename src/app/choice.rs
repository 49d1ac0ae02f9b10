//! Asks on the terminal which of several things is meant. Never chooses by itself, but for what Enter alone means.

use crate::ports::PromptError;
use crate::prompt::Terminal;

/// The index of the one that the person means; Enter alone is the first.
///
/// # Errors
/// When nobody can be asked, or they give up.
pub fn ask(about: &str, choices: &[&str]) -> Result<usize, PromptError> {
    let terminal = Terminal::open_to_ask(false)?;
    terminal.tell(about);
    for (index, choice) in choices.iter().enumerate() {
        terminal.tell(&format!("  {}  {choice}", index + 1));
    }
    loop {
        let line = terminal.line(&format!("Which one? [1-{}, Enter: 1] ", choices.len()))?;
        match chosen(&line, choices) {
            Some(index) => return Ok(index),
            None => terminal.tell("type the number of one of them"),
        }
    }
}

fn chosen(line: &str, choices: &[&str]) -> Option<usize> {
    let text = line.trim();
    if text.is_empty() {
        return Some(0);
    }
    let number = text.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|index| *index < choices.len());
    number.or_else(|| choices.iter().position(|choice| *choice == text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_a_name_or_enter_chooses_and_nothing_else() {
        let choices = ["a", "b"];
        for (line, expected) in
            [("", Some(0)), (" 1 ", Some(0)), ("2", Some(1)), ("b", Some(1)), ("0", None), ("3", None), ("-1", None), ("c", None)]
        {
            assert_eq!(chosen(line, &choices), expected, "{line}");
        }
    }
}
