//! Commands to run, each with what it does. Never decides which.

use unicode_width::UnicodeWidthStr as _;

use crate::app::Failure;

use super::output;
use super::table::{BETWEEN, HEADER, is_colorful, room, styled};
use super::wrap::wrap;

/// Writes them to stdout: in two columns if they fit, else one below the other.
///
/// # Errors
/// As of [`output::data`].
pub fn steps(steps: &[(String, String)]) -> Result<(), Failure> {
    output::data(drawn(steps, room(), is_colorful()).as_bytes())
}

fn drawn(steps: &[(String, String)], room: Option<usize>, in_color: bool) -> String {
    let width = steps.iter().map(|(command, _)| command.width()).max().unwrap_or(0);
    let longest = steps.iter().map(|(_, about)| about.width()).max().unwrap_or(0);
    let fits = room.is_none_or(|room| 3 * BETWEEN.len() + width + longest <= room);
    let mut out = String::new();
    for (command, about) in steps {
        let shown = styled(command, HEADER, in_color);
        if fits {
            let blanks = " ".repeat(width - command.width());
            out.extend([BETWEEN, &shown, &blanks, BETWEEN, BETWEEN, about]);
        } else {
            let below = wrap(about, room.map(|room| room.saturating_sub(2 * BETWEEN.len())));
            out.extend([BETWEEN, &shown]);
            for line in &below {
                out.extend(["\n", BETWEEN, BETWEEN, line]);
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_in_columns_where_there_is_room() {
        let steps = [("vault a", "one two"), ("vault abc", "three")].map(|(command, about)| (command.to_owned(), about.to_owned()));
        let wide = "  vault a      one two\n  vault abc    three\n";
        assert_eq!(drawn(&steps, None, false), wide);
        assert_eq!(drawn(&steps, Some(22), false), wide, "it just fits");
        assert_eq!(drawn(&steps, Some(9), false), "  vault a\n    one\n    two\n  vault abc\n    three\n");
        let colorful = drawn(&steps, None, true);
        assert!(colorful.contains("\x1b[1m"), "{colorful:?}");
        assert_eq!(anstream::adapter::strip_str(&colorful).to_string(), wide);
    }
}
