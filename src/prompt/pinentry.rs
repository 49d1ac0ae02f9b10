//! Asks through `pinentry`, which comes with `GnuPG`: a small client of its protocol. Never lets it keep an answer, and never logs a line.
//!
//! The protocol is Assuan's (<https://www.gnupg.org/documentation/manuals/assuan/>): one line each way, percent-escaped.

use std::io::{self, Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use hex::FromHex as _;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::os::env::Environment;
use crate::os::interrupts::Interrupts;
use crate::os::tty::Kept;
use crate::os::waiting::Wait;
use crate::os::{files, process, tty};
use crate::ports::PromptError;

use super::Terminal;
use super::choose::TerminalState;
use super::dialog::{Question, TITLE, awaited};
use super::moot::{self, moot};

/// The longest line of the protocol, including its line end.
const MAX_LINE: usize = 1000;
/// How often to check whether anybody still waits for the answer.
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn ask(env: &Environment, program: &str, question: &Question<'_>) -> Result<SecretString, PromptError> {
    let mut command = process::helper(env, program);
    if matches!(terminal_state(question), TerminalState::Background | TerminalState::Taken | TerminalState::LeftRaw) {
        // It would look for a terminal there, and draw over the program that uses it.
        command.env_remove("GPG_TTY");
    }
    // Before it gets the terminal, so that no signal ends this process and leaves it there.
    let (signals, terminal) = (Interrupts::noticed(), Kept::now());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| PromptError::Unavailable(format!("`{program}` cannot be run: {}", files::reason(&error))))?;
    let answered = talk(&mut child, env, program, question, &signals);
    // It ends when its stdin closes, which dropping the session does; if it hangs anyway, do not wait for it.
    match answered {
        Ok(_) => process::end_when_done(&mut child),
        Err(_) => process::end(&mut child),
    }
    let signal = signals.over();
    if signal.is_some() {
        terminal.forget_what_is_typed();
    }
    drop(terminal);
    match signal {
        Some(signal) if !signal.is_ctrl_c() => {
            signal.heed();
            Err(PromptError::Cancelled)
        }
        Some(_) => Err(PromptError::Cancelled),
        None => answered,
    }
}

fn talk(
    child: &mut Child,
    env: &Environment,
    program: &str,
    question: &Question<'_>,
    signals: &Interrupts,
) -> Result<SecretString, PromptError> {
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(PromptError::Failed(format!("`{program}` has no pipes")));
    };
    let lines = lines(env, question);
    let (tell, answer) = mpsc::channel();
    // Not joined: processes that it started may keep the pipes open.
    thread::spawn(move || {
        let answered = Conversation::greeted(stdout, stdin).and_then(|mut session| {
            // It ignores options that it does not know.
            lines.iter().try_for_each(|line| session.optional(line))?;
            session.get_pin()
        });
        tell.send(answered)
    });
    let over = moot(question.made_elsewhere);
    let mut wait = Wait::for_(&awaited(program));
    loop {
        match answer.recv_timeout(LOOK) {
            Ok(answered) => return answered.map_err(|fault| fault.into_prompt_error(program)),
            Err(RecvTimeoutError::Disconnected) => return Err(PromptError::Failed(format!("`{program}` does not answer"))),
            Err(RecvTimeoutError::Timeout) if signals.seen().is_some() => return Err(PromptError::Cancelled),
            Err(RecvTimeoutError::Timeout) if over() => return Err(moot::why()),
            Err(RecvTimeoutError::Timeout) => wait.look(false),
        }
    }
}

/// The options to set before it asks.
fn lines(env: &Environment, question: &Question<'_>) -> Vec<String> {
    let mut lines: Vec<_> = options(env, question).into_iter().map(|option| format!("OPTION {option}")).collect();
    // Some give up after a minute by default; people who look for their device need as long as on a terminal.
    lines.push("SETTIMEOUT 0".to_owned());
    lines.push(format!("SETTITLE {}", escaped(TITLE)));
    lines.push(format!("SETDESC {}", escaped(question.text)));
    lines.push(format!("SETPROMPT {}", escaped(if question.hidden { "Passphrase:" } else { "Code:" })));
    lines.extend(question.complaint.map(|complaint| format!("SETERROR {}", escaped(complaint))));
    lines
}

/// Another program reads from a terminal that must not be used.
fn terminal_state(question: &Question<'_>) -> TerminalState {
    if question.on_terminal { Terminal::state(false) } else { TerminalState::Background }
}

/// The terminal to use if it has no window, and the language.
fn options(env: &Environment, question: &Question<'_>) -> Vec<String> {
    let terminal = match terminal_state(question) {
        // It is our child, so `/dev/tty` is the same terminal for it as for us.
        TerminalState::Ready => Some(tty::device().map_or_else(|| "/dev/tty".to_owned(), |path| path.display().to_string())),
        // Another program reads there. Without a terminal, it opens a window or reports that it cannot.
        TerminalState::Background | TerminalState::Taken | TerminalState::LeftRaw => None,
        TerminalState::Absent => env.text("GPG_TTY").map(str::to_owned),
    };
    let language = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env.text(name));
    let options = [("ttyname", terminal.as_deref()), ("ttytype", env.text("TERM")), ("lc-ctype", language)];
    options.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", escaped(value?)))).collect()
}

/// Percent-escapes characters that would end the line or look like an escape, and truncates to the length of a line.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let piece = match c {
            '%' | '\n' | '\r' => format!("%{:02X}", u32::from(c)),
            c => c.to_string(),
        };
        // Leave room for the command before it.
        if out.len() + piece.len() > MAX_LINE - 100 {
            break;
        }
        out.push_str(&piece);
    }
    out
}

#[derive(Debug)]
enum Fault {
    /// The number of an `ERR` line, and its text.
    Refused(u32, String),
    /// It answered, and this is what is wrong with that.
    Unusable(&'static str),
    Broken(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl Fault {
    /// The lower sixteen bits of the number are the code, the upper ones the source (libgpg-error).
    fn into_prompt_error(self, program: &str) -> PromptError {
        const TIMEOUT: u32 = 62;
        const CANCELED: u32 = 99;
        const FULLY_CANCELED: u32 = 198;
        match self {
            Self::Refused(number, _) if matches!(number & 0xffff, TIMEOUT | CANCELED | FULLY_CANCELED) => PromptError::Cancelled,
            Self::Refused(_, text) => PromptError::Unavailable(format!("`{program}` cannot ask here: {text}")),
            Self::Unusable(what) => PromptError::Unavailable(format!("`{program}` answered with {what}")),
            Self::Broken(error) => PromptError::Unavailable(format!("`{program}` does not answer: {}", files::reason(&error))),
        }
    }
}

struct Conversation<R, W> {
    from: R,
    to: W,
    /// Input that was read but not yet used. Fixed size: growing would leave copies of the answer in memory.
    buffer: Zeroizing<Vec<u8>>,
}

impl<R: Read, W: Write> Conversation<R, W> {
    fn greeted(from: R, to: W) -> Result<Self, Fault> {
        let mut session = Self { from, to, buffer: Zeroizing::new(Vec::with_capacity(2 * MAX_LINE)) };
        session.reply()?;
        Ok(session)
    }

    fn send(&mut self, command: &str) -> Result<(), Fault> {
        // One write, so that it arrives as one line.
        self.to.write_all(format!("{command}\n").as_bytes())?;
        Ok(self.to.flush()?)
    }

    /// A command that it may refuse.
    fn optional(&mut self, command: &str) -> Result<(), Fault> {
        self.send(command)?;
        match self.reply() {
            Ok(_) | Err(Fault::Refused(..)) => Ok(()),
            Err(broken) => Err(broken),
        }
    }

    fn get_pin(&mut self) -> Result<SecretString, Fault> {
        self.send("GETPIN")?;
        let data = self.reply()?;
        let _ = self.send("BYE");
        let text = std::str::from_utf8(&data).map_err(|_| Fault::Unusable("something that is not text"))?;
        Ok(SecretString::from(text))
    }

    /// The data before the next `OK`.
    fn reply(&mut self) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let mut data = Zeroizing::new(Vec::with_capacity(4 * MAX_LINE));
        loop {
            let line = self.line()?;
            let (keyword, rest) = match line.iter().position(|byte| *byte == b' ') {
                Some(at) => (&line[..at], &line[at + 1..]),
                None => (line.as_slice(), &line[line.len()..]),
            };
            match keyword {
                b"OK" => return Ok(data),
                b"D" if data.len() + rest.len() <= data.capacity() => unescape(rest, &mut data),
                b"D" => return Err(Fault::Unusable("too much text")),
                b"ERR" => {
                    let text = String::from_utf8_lossy(rest);
                    let (number, text) = text.split_once(' ').unwrap_or((&text, "it did not say why"));
                    return Err(Fault::Refused(number.parse().unwrap_or(0), text.to_owned()));
                }
                // We have no answers to its inquiries.
                b"INQUIRE" => self.send("CAN")?,
                // Status lines and comments.
                _ => {}
            }
        }
    }

    fn line(&mut self) -> Result<Zeroizing<Vec<u8>>, Fault> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = Zeroizing::new(self.buffer[..end].to_vec());
                self.buffer.copy_within(end + 1.., 0);
                let left = self.buffer.len() - end - 1;
                self.buffer.truncate(left);
                return Ok(line);
            }
            if self.buffer.len() > MAX_LINE {
                return Err(Fault::Unusable("a line that is too long"));
            }
            let mut piece = Zeroizing::new([0_u8; MAX_LINE]);
            match self.from.read(&mut piece[..MAX_LINE - 1]) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Ok(length) => self.buffer.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Appends the bytes that an escaped text stands for; an escape that is cut short stands for itself.
fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let byte = match (first, tail) {
            (b'%', [high, low, ..]) => <[u8; 1]>::from_hex([*high, *low]).ok(),
            _ => None,
        };
        out.extend(byte.unwrap_or([*first]));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    /// Hands out one byte at a time, as a pipe may.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let [first, rest @ ..] = self.0 else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn typed(replies: &str) -> Result<String, PromptError> {
        let outcomes = [replies.as_bytes()].map(|bytes| {
            let mut session = Conversation::greeted(Slow(bytes), io::sink())?;
            session.optional("SETDESC x")?;
            session.get_pin().map(|pin| pin.expose_secret().to_owned())
        });
        let [outcome] = outcomes;
        outcome.map_err(|fault: Fault| fault.into_prompt_error("pinentry"))
    }

    #[test]
    fn what_was_typed_arrives_as_it_was() {
        for (replies, expected) in [
            ("OK hello\nOK\nD 123456\nOK\n", "123456"),
            ("OK hello\nERR 1 unknown\nS PASSWORD_FROM_CACHE\n# note\nD 12%25%0A\nD 3%\nOK done\n", "12%\n3%"),
            ("OK\nOK\nINQUIRE QUALITY x\nD 1\nOK\n", "1"),
            ("OK\nOK\nOK\n", ""),
        ] {
            assert_eq!(typed(replies).unwrap(), expected, "{replies}");
        }
    }

    #[test]
    fn a_closed_window_is_no_failure_of_the_program() {
        for number in [83_886_179_u32, 83_886_142, 83_886_278] {
            let error = typed(&format!("OK\nOK\nERR {number} Operation cancelled <Pinentry>\n")).unwrap_err();
            assert!(matches!(error, PromptError::Cancelled), "{number}: {error}");
        }
        let error = typed("OK\nOK\nERR 83918950 Inappropriate ioctl for device <Pinentry>\n").unwrap_err().to_string();
        assert!(error.contains("`pinentry` cannot ask here: Inappropriate ioctl"), "{error}");
        let long = format!("OK\nOK\nD {}\nOK\n", "x".repeat(3000));
        for broken in ["", "OK\n", "OK\nOK\nD 123", &long] {
            let error = typed(broken).unwrap_err();
            assert!(matches!(error, PromptError::Unavailable(_)), "{error}");
        }
    }

    #[test]
    fn an_answer_that_is_no_use_is_not_called_silence() {
        let too_much = format!("OK\nOK\n{}OK\n", format!("D {}\n", "x".repeat(900)).repeat(5));
        let too_long = format!("OK\nOK\nD {}\nOK\n", "x".repeat(3000));
        for (replies, what) in
            [(too_much, "too much text"), (too_long, "a line that is too long"), ("OK\nOK\nD %FF\nOK\n".to_owned(), "not text")]
        {
            let error = typed(&replies).unwrap_err().to_string();
            assert!(error.contains("`pinentry` answered with ") && error.ends_with(what), "{error}");
        }
        let silent = typed("OK\nOK\n").unwrap_err().to_string();
        assert!(silent.contains("`pinentry` does not answer: "), "{silent}");
    }

    #[test]
    fn a_question_cannot_break_out_of_its_line() {
        assert_eq!(escaped("100%\r\nGETPIN"), "100%25%0D%0AGETPIN");
        assert!(escaped(&"%".repeat(2000)).len() < MAX_LINE);
    }
}
