//! Names in a sentence. Never decides which.

use std::fmt::Display;

/// Names in backticks, as a list in a sentence.
#[must_use]
pub fn ticked<T: Display>(names: &[T]) -> String {
    let ticked: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match ticked.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_names_comes_after_an_and() {
        assert_eq!(
            ["", "a", "a b", "a b c"].map(|names| ticked(&names.split_whitespace().collect::<Vec<_>>())),
            ["", "`a`", "`a` and `b`", "`a`, `b` and `c`"]
        );
    }
}
