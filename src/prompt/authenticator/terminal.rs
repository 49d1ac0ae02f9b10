//! Shows the seed on the terminal, as a QR code or as text, and asks for the codes of the app that took it. Never leaves it in the scrollback of
//! a terminal that has an alternate screen.

use std::fmt::Write as _;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::model::{Arn, ISSUER, TokenCode, otpauth_uri};
use crate::os::env::Environment;
use crate::os::interrupts::Interrupts;
use crate::os::screen::AlternateScreen;
use crate::ports::{Authenticator, CodePair, NewDevice, PairRequest, PromptError};
use crate::prompt::Terminal;

use super::pair::{TypedPair, code};
use super::qr::{Room, draw};

const QUESTION: &str = "First code that the app shows: ";
/// The same on one line of a narrow terminal, where there may be no room for another: why was said on the other screen.
const QUESTION_AGAIN: &str = "That was not right. First code that the app shows: ";
/// The lines of the question.
const BELOW: usize = 1;
/// How many characters of a seed stand together, and how many groups in a line: people type it.
const GROUP: usize = 4;
const GROUPS: usize = 8;

/// An authenticator app on a phone, or whatever else reads the code or is typed into.
pub struct TerminalAuthenticator<'a> {
    pub env: &'a Environment,
    /// Whether the seed is shown as text in any case.
    pub as_text: bool,
}

impl Authenticator for TerminalAuthenticator<'_> {
    fn uses_our_clock(&self) -> bool {
        false
    }

    fn codes(&self, request: &PairRequest<'_>) -> Result<CodePair, PromptError> {
        let terminal = Terminal::open_to_ask(false)?;
        let has_screen = AlternateScreen::is_there(self.env);
        let first = self.first(&terminal, request, has_screen)?;
        let pair = TypedPair { of: "that the app shows", clock_ahead: request.clock_ahead, can_rewrite: has_screen };
        let second = pair.second(&terminal, &first)?;
        Ok(CodePair { first, second })
    }
}

impl TerminalAuthenticator<'_> {
    /// Shows the seed for as long as the first code is not there.
    fn first(&self, terminal: &Terminal, request: &PairRequest<'_>, has_screen: bool) -> Result<TokenCode, PromptError> {
        let mut complaint = request.complaint.map(str::to_owned);
        loop {
            let question = if complaint.is_some() { QUESTION_AGAIN } else { QUESTION };
            if let Some(complaint) = complaint.take() {
                terminal.tell(&complaint);
            }
            // Before the terminal is changed, so that no signal ends this process in between.
            let signals = Interrupts::noticed_with_stops();
            let screen = if has_screen { Some(terminal.alternate_screen()?) } else { None };
            let page = self.page(request.device, if has_screen { terminal.room() } else { None });
            terminal.draw(&page)?;
            let line = terminal.line_until(question, &signals);
            drop(screen);
            if let Some(signal) = signals.over() {
                signal.heed();
                if signal.is_stop() {
                    continue;
                }
                return Err(PromptError::Cancelled);
            }
            match code(&line?.unwrap_or_default())? {
                Ok(code) => return Ok(code),
                Err(fault) => complaint = Some(fault),
            }
        }
    }

    /// What is shown above the question; without room for a picture, as text.
    fn page(&self, device: &NewDevice, room: Option<(usize, usize)>) -> Zeroizing<String> {
        let arn = Arn::parse(device.serial.as_str()).ok();
        let name = device.serial.as_str().rsplit('/').next().unwrap_or_default();
        let account = arn.as_ref().and_then(Arn::account);
        let uri = otpauth_uri(name, account, &device.seed);
        let drawn = match room {
            Some((columns, rows)) if !self.as_text => draw(&uri, Room { columns, rows: rows.saturating_sub(BELOW) }).map_err(Some),
            _ => Err(None),
        };
        let label = account.map_or_else(|| name.to_owned(), |account| format!("{name}@{account}"));
        let mut page = Zeroizing::new(String::with_capacity(64 * 1024));
        match drawn {
            Ok(drawing) => {
                if room.is_some_and(|(_, rows)| drawing.rows + BELOW + 2 <= rows) {
                    page.push_str("Scan this with an authenticator app. It is shown only once.\r\n\r\n");
                }
                page.push_str(&drawing.text);
            }
            Err(needed) => {
                if let Some(Room { columns, rows }) = needed.filter(|room| room.columns < usize::MAX) {
                    // Writing to a string cannot fail.
                    let _ =
                        write!(page, "The QR code needs {columns} columns and {} lines, and this terminal has fewer.\r\n", rows + BELOW);
                }
                let _ = write!(
                    page,
                    "Type this seed into an authenticator app. It is shown only once.\r\n\r\n  account  {label} ({ISSUER})\r\n"
                );
                page.push_str(&in_groups(&device.seed));
                page.push_str("  type     time-based (SHA-1, 6 digits, 30 seconds)\r\n\r\n");
            }
        }
        page
    }
}

fn in_groups(seed: &SecretString) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    let seed = seed.expose_secret().trim_end_matches('=').as_bytes();
    for (index, group) in seed.chunks(GROUP).enumerate() {
        text.push_str(match index {
            0 => "  key      ",
            _ if index % GROUPS == 0 => "\r\n           ",
            _ => " ",
        });
        text.extend(group.iter().map(|byte| char::from(*byte)));
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_shown_in_groups_and_lines_that_fit_sixty_columns() {
        let text = in_groups(&SecretString::from("MZXW6YTBOI234567".repeat(4)));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], "  key      MZXW 6YTB OI23 4567 MZXW 6YTB OI23 4567");
        assert!(lines[1].starts_with("           MZXW "));
    }
}
