//! A terminal's screen after all output, cell by cell; and a camera that reads a QR code from it.

use std::num::NonZeroU16;

use vt100::{Color, Parser};

/// The theme's default colours.
#[derive(Clone, Copy)]
pub enum Theme {
    Dark,
    Light,
}

/// A terminal of this size after this output.
pub struct Shown(Parser);

impl Shown {
    pub fn after(written: &[u8], rows: u16, columns: u16) -> Self {
        let size = |number| NonZeroU16::new(number).expect("a terminal has cells");
        let mut parser = Parser::new(size(rows), size(columns), 1000);
        parser.process(written);
        Self(parser)
    }

    pub fn is_alternate(&self) -> bool {
        self.0.screen().alternate_screen()
    }

    /// All visible text, including the scrollback.
    pub fn text(&mut self) -> String {
        let mut all = String::new();
        for back in (0..=1000).rev() {
            self.0.screen_mut().set_scrollback(back);
            all.push_str(&self.0.screen().contents());
            all.push('\n');
        }
        all
    }

    /// The text of the only QR code on the screen.
    pub fn qr_code(&self, theme: Theme) -> String {
        const SCALE: usize = 4;
        let screen = self.0.screen();
        let (rows, columns) = screen.size();
        let (rows, columns) = (usize::from(rows.get()), usize::from(columns.get()));
        let is_light = |color: Color, foreground: bool| match color {
            Color::Idx(231) => true,
            Color::Idx(16) => false,
            Color::Default => foreground == matches!(theme, Theme::Dark),
            other => panic!("a theme may have any colour for {other:?}"),
        };
        let pixel = |x: usize, y: usize| {
            let cell = screen.cell(u16::try_from(y / 2).expect("a row"), u16::try_from(x).expect("a column")).expect("it is on the screen");
            let foreground = match cell.contents() {
                "█" => true,
                "▀" => y.is_multiple_of(2),
                "▄" => !y.is_multiple_of(2),
                _ => false,
            };
            is_light(if foreground { cell.fgcolor() } else { cell.bgcolor() }, foreground)
        };
        let pixels: Vec<bool> = (0..rows * 2).flat_map(|y| (0..columns).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
        let is_dark = |x: usize, y: usize| !pixels[y / SCALE * columns + x / SCALE];
        let mut image = rqrr::PreparedImage::prepare_from_bitmap(columns * SCALE, rows * 2 * SCALE, is_dark);
        let found = image.detect_grids();
        let texts: Vec<_> = found.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 1, "one code can be read: {texts:?}\n{}", screen.contents());
        texts.into_iter().next().expect("there is one")
    }
}
