//! Draws a QR code in the cells of a terminal: two modules in each, dark on light whatever the terminal's own colours are. Never decides where.

use qrcode::{Color, EcLevel, QrCode};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// The quiet zone around a code, in modules: what ISO/IEC 18004 asks for, and what readers get along with where there is no room.
const QUIET: [usize; 2] = [4, 2];

/// Fixed entries of the palette of 256 colours, which themes leave alone: black on white.
const DARK_ON_LIGHT: &str = "\x1b[38;5;16;48;5;231m";
const PLAIN: &str = "\x1b[0m";

/// A code as it is drawn.
pub(super) struct Drawing {
    // Security: anyone who reads it has the seed.
    pub text: Zeroizing<String>,
    pub rows: usize,
}

/// A terminal's size, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub columns: usize,
    pub rows: usize,
}

/// Draws the text where there is room for it; else how much room it needs.
pub(super) fn draw(text: &SecretString, room: Room) -> Result<Drawing, Room> {
    // The lowest level of error correction: a screen has no scratches, and the code is smaller.
    let nothing = Room { columns: usize::MAX, rows: usize::MAX };
    let code = QrCode::with_error_correction_level(text.expose_secret(), EcLevel::L).map_err(|_| nothing)?;
    let needed = |quiet: usize| {
        let side = code.width() + 2 * quiet;
        Room { columns: side, rows: side.div_ceil(2) }
    };
    let fits = |quiet: &usize| needed(*quiet).columns <= room.columns && needed(*quiet).rows <= room.rows;
    let quiet = QUIET.into_iter().find(fits).ok_or_else(|| needed(QUIET[QUIET.len() - 1]))?;
    let (width, colors) = (code.width(), Zeroizing::new(code.to_colors().iter().map(|color| *color == Color::Dark).collect::<Vec<_>>()));
    let is_dark = |x: usize, y: usize| {
        let inside = (quiet..quiet + width).contains(&x) && (quiet..quiet + width).contains(&y);
        inside && colors[(y - quiet) * width + (x - quiet)]
    };
    let Room { columns, rows } = needed(quiet);
    // Each cell takes three bytes; growing would leave copies behind.
    let mut drawn = Zeroizing::new(String::with_capacity(rows * (columns * 3 + 40)));
    for row in 0..rows {
        drawn.push_str(DARK_ON_LIGHT);
        for x in 0..columns {
            drawn.push(match (is_dark(x, 2 * row), is_dark(x, 2 * row + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawn.push_str(PLAIN);
        drawn.push_str("\r\n");
    }
    Ok(Drawing { text: drawn, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed_uri(name: &str) -> SecretString {
        SecretString::from(format!("otpauth://totp/{name}%40123456789012?secret={}&issuer=AWS", "MZXW6YTBOI234567".repeat(4)))
    }

    #[test]
    fn a_usual_code_fits_a_terminal_of_24_lines_with_a_line_left_for_the_question() {
        let drawing = draw(&seed_uri("some-user"), Room { columns: 60, rows: 23 }).unwrap_or_else(|_| panic!("there is room"));
        assert!(drawing.rows <= 23, "{}", drawing.rows);
        let lines: Vec<_> = drawing.text.lines().collect();
        assert_eq!(lines.len(), drawing.rows);
        assert!(lines.iter().all(|line| line.starts_with(DARK_ON_LIGHT) && line.ends_with(PLAIN)));
    }

    #[test]
    fn where_there_is_no_room_it_says_how_much_it_needs() {
        let uri = seed_uri("some-user");
        let needed = draw(&uri, Room { columns: 20, rows: 10 }).map(|_| ()).expect_err("there is no room");
        assert!(draw(&uri, needed).is_ok());
        assert!(draw(&uri, Room { columns: needed.columns - 1, ..needed }).is_err());
        assert!(draw(&uri, Room { rows: needed.rows - 1, ..needed }).is_err());
    }
}
