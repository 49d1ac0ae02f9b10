//! Writes to stdout and stderr. Never decides the text.

#![expect(clippy::disallowed_methods, reason = "the one place that writes to stdout and stderr")]

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::sync::OnceLock;

use crate::app::Failure;
use crate::model::{at_line_start, capped, fit, in_json, in_shell};
use crate::os::{file_limit, files, tty};

/// The name that this program was started by.
static PROGRAM: OnceLock<String> = OnceLock::new();

/// Records the name that this program was started by, once.
pub fn started_as(program: &str) {
    // A second name in one process changes nothing.
    let _ = PROGRAM.set(program.to_owned());
}

/// The name that this program was started by.
#[must_use]
pub fn program() -> &'static str {
    PROGRAM.get().map_or("vault", String::as_str)
}

/// Writes data to stdout, whole.
///
/// # Errors
/// When stdout is closed or full: then the data did not arrive, and the run has failed.
pub fn data(bytes: &[u8]) -> Result<(), Failure> {
    file_limit::is_an_error_of_stdout();
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| unwritten(&error))
}

/// Writes lines for people to stdout, without terminal control sequences: names and values may come from elsewhere.
///
/// # Errors
/// As of [`data`].
// Security: each stays one line, whatever it contains. If a text were split here, a name could begin a line: a false `hint:`, or a command
// to the system that runs a build.
pub fn lines(lines: &[String]) -> Result<(), Failure> {
    let mut out = String::new();
    for line in lines {
        out.push_str(&at_line_start(&fit(line)));
        out.push('\n');
    }
    data(out.as_bytes())
}

/// Writes a document for programs to stdout.
///
/// # Errors
/// As of [`data`].
pub fn json(value: &serde_json::Value) -> Result<(), Failure> {
    document(value)
}

/// Writes data to stdout, piece by piece: all of it together may be large.
///
/// # Errors
/// As of [`data`].
pub fn pieces(pieces: impl Iterator<Item = String>) -> Result<(), Failure> {
    file_limit::is_an_error_of_stdout();
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let write = || {
        for piece in pieces {
            stdout.write_all(piece.as_bytes())?;
        }
        stdout.flush()
    };
    write().map_err(|error| unwritten(&error))
}

/// Writes a document for programs to stdout, piece by piece, so that a long one needs no extra memory.
///
/// # Errors
/// As of [`data`].
pub fn document(document: &impl serde::Serialize) -> Result<(), Failure> {
    file_limit::is_an_error_of_stdout();
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let written = serde_json::to_writer_pretty(Visible(&mut stdout), document).map_err(io::Error::from);
    written.and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()).map_err(|error| unwritten(&error))
}

/// Passes on JSON as [`in_json`] writes it: names and values may come from elsewhere.
struct Visible<W>(W);

impl<W: io::Write> io::Write for Visible<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(piece) {
            Ok(text) => self.0.write_all(in_json(text).as_bytes())?,
            Err(_) => self.0.write_all(piece)?,
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Data that did not arrive.
#[must_use]
pub fn unwritten(error: &io::Error) -> Failure {
    let is_unread = error.kind() == io::ErrorKind::BrokenPipe;
    Failure { is_unread, ..Failure::new(format!("cannot write to stdout: {}", files::reason(error))) }
}

/// Shows something that is not an error.
pub fn note(message: &str) {
    to_stderr(&format!("vault: {}\n", clause(message)));
}

/// Shows a problem that did not stop the run.
pub fn warn(message: &str) {
    note(&format!("warning: {message}"));
}

/// Tells the person what to do about what was said before.
pub fn hint(hint: &str) {
    to_stderr(&format!("hint: {}\n", clause(hint)));
}

/// Writes text to stderr that is safe to show, with its line ends: after a question, there is none.
pub fn words(text: &str) {
    to_stderr(text);
}

/// Writes a line of the log.
pub fn log(line: &str) {
    to_stderr(&format!("{}\n", clause(line)));
}

/// A clause as it is shown: on one line, without terminal control sequences.
// Security: it contains text from AWS, a helper or a file, which could clear the screen or fake a `hint:`.
pub(super) fn clause(text: &str) -> String {
    /// More characters than any of our messages has.
    const MOST: usize = 4000;
    capped(&fit(text), MOST)
}

pub(super) fn to_stderr(text: &str) {
    file_limit::is_an_error();
    // If stderr is closed, nobody would read it.
    let _ = tty::undisturbed(|| io::stderr().lock().write_all(under_own_name(text).as_bytes()));
}

/// The same for text for people on stdout.
pub(super) fn named(text: &str) -> Cow<'_, str> {
    under_own_name(text)
}

/// Commands to copy use the name that the user calls this program by: another `vault` may be on the machine.
fn under_own_name(text: &str) -> Cow<'_, str> {
    match program() {
        "vault" => text.into(),
        program => {
            let program = in_shell(program);
            text.replace("`vault ", &format!("`{program} ")).replace("| vault ", &format!("| {program} ")).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_means_the_same_and_acts_on_no_terminal() {
        let value = serde_json::json!({"a\u{202e}": ["\u{9b}2J\n\u{1b}", "ü語"]});
        let mut out = Vec::new();
        serde_json::to_writer_pretty(Visible(&mut out), &value).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| fit(line) == line), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
