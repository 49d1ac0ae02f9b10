//! Asks for two codes in a row, and shows when the second one comes. Never checks them.

use std::cell::Cell;

use zeroize::Zeroizing;

use crate::model::{Timestamp, TokenCode};
use crate::os::clock;
use crate::ports::{CodePair, PromptError};
use crate::prompt::Terminal;

/// Two codes that a person reads from a device.
pub struct TypedPair<'a> {
    /// Who shows them, as a part of the question.
    pub of: &'a str,
    /// How far this machine's clock is ahead of AWS's, in seconds.
    pub clock_ahead: i64,
    /// Whether the terminal can write over a line.
    pub can_rewrite: bool,
}

impl TypedPair<'_> {
    /// Asks for both.
    ///
    /// # Errors
    /// See [`PromptError`].
    pub fn ask(&self, complaint: Option<&str>) -> Result<CodePair, PromptError> {
        let terminal = Terminal::open_to_ask(false)?;
        if let Some(complaint) = complaint {
            terminal.tell(complaint);
        }
        let question = format!("First code {}: ", self.of);
        let first = loop {
            let line = terminal.line(&question)?;
            match code(&line)? {
                Ok(code) => break code,
                Err(fault) => terminal.tell(&fault),
            }
        };
        let second = self.second(&terminal, &first)?;
        Ok(CodePair { first, second })
    }

    /// Asks for the code after this one.
    pub(super) fn second(&self, terminal: &Terminal, first: &TokenCode) -> Result<TokenCode, PromptError> {
        let question = format!("The next code {}: ", self.of);
        terminal.tell(&coming(self.seconds_left()));
        // A person who types a code after its step is over already sees the next one.
        let shown = Cell::new(self.seconds_left());
        let until = clock::now().as_unix() + shown.get();
        let look = || {
            let left = (until - clock::now().as_unix()).max(0);
            if self.can_rewrite && left != shown.replace(left) {
                terminal.rewrite_above(&coming(left));
            }
        };
        loop {
            let line = terminal.line_during(&question, &look)?;
            match code(&line)? {
                Ok(code) if code.expose() == first.expose() => terminal.tell("that is the previous code: wait for the next one"),
                Ok(code) => return Ok(code),
                Err(fault) => terminal.tell(&fault),
            }
        }
    }

    fn seconds_left(&self) -> i64 {
        TokenCode::seconds_left(Timestamp::from_unix(clock::now().as_unix() - self.clock_ahead)).into()
    }
}

fn coming(left: i64) -> String {
    if left > 0 { format!("the device shows a new code in {left} s") } else { "the device shows a new code now".to_owned() }
}

/// What was typed: a code, or what is wrong with it. Nothing at all gives up.
pub(super) fn code(line: &Zeroizing<String>) -> Result<Result<TokenCode, String>, PromptError> {
    if line.trim().is_empty() {
        return Err(PromptError::Cancelled);
    }
    Ok(TokenCode::parse(line).map_err(|fault| format!("{fault}; press Enter to give up")))
}
