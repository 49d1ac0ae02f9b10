//! What every window that asks has in common: the question, and how a program's answer is read. Never puts an answer into an argument.

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::os::files;
use crate::ports::PromptError;

pub(super) const TITLE: &str = "vault";

/// The longest answer that is read, in bytes: a passphrase may be long, and nothing else is.
const MAX_ANSWER: usize = 4096;

/// What a window shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// What is asked for, such as `MFA code for GAHT12345678`.
    pub text: &'a str,
    /// What was wrong with the answer before.
    pub complaint: Option<&'a str>,
    /// Whether what is typed stays hidden.
    pub hidden: bool,
}

impl Question<'_> {
    /// For windows that have one place for text.
    pub(super) fn whole_text(&self) -> String {
        match self.complaint {
            Some(complaint) => format!("{complaint}\n\n{}", self.text),
            None => self.text.to_owned(),
        }
    }
}

/// How a dialog program ended.
pub(super) struct Ending<'a> {
    pub status: ExitStatus,
    pub errors: &'a str,
}

/// Runs a program that shows one window and prints what was typed. `cancelled` tells a closed window from one that never opened.
///
/// # Errors
/// [`PromptError::Cancelled`] where the person closed the window, [`PromptError::Unavailable`] where there was none.
pub(super) fn answer(name: &str, command: Command, cancelled: impl Fn(&Ending<'_>) -> bool) -> Result<SecretString, PromptError> {
    let unavailable = |error: &io::Error| PromptError::Unavailable(format!("`{name}` cannot be run: {}", files::reason(error)));
    let (status, output, errors) = run(command).map_err(|error| unavailable(&error))?;
    if status.success() {
        return text(&output).ok_or_else(|| PromptError::Failed(format!("what `{name}` printed is not text")));
    }
    let ending = Ending { status, errors: &errors };
    if cancelled(&ending) {
        return Err(PromptError::Cancelled);
    }
    let said = errors.lines().map(str::trim).rfind(|line| !line.is_empty()).map_or_else(|| status.to_string(), str::to_owned);
    Err(PromptError::Unavailable(format!("`{name}` could not show a window: {said}")))
}

/// The answer without the line's end mark.
fn text(output: &[u8]) -> Option<SecretString> {
    let text = std::str::from_utf8(output).ok()?;
    Some(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

fn run(mut command: Command) -> io::Result<(ExitStatus, Zeroizing<Vec<u8>>, String)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Of this size from the start: growing would leave copies of the answer behind.
    let mut output = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    let mut errors = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| stderr.map(|mut stderr| stderr.read_to_end(&mut errors)));
        stdout.map_or(Ok(()), |stdout| read_answer(stdout, &mut output))
    })?;
    Ok((child.wait()?, output, String::from_utf8_lossy(&errors).into_owned()))
}

fn read_answer(mut from: impl Read, output: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = Zeroizing::new([0_u8; 256]);
    loop {
        match from.read(&mut *buffer) {
            Ok(0) => return Ok(()),
            Ok(length) if output.len() + length <= MAX_ANSWER => output.extend_from_slice(&buffer[..length]),
            Ok(_) => return Err(io::Error::other("it answered with too much text")),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
