//! Runs a helper command and reads its answer, which may be a secret, from its stdout: into memory that never grows and is wiped. Never
//! reads more than the caller expects.

use std::io::{self, ErrorKind, Read, Write as _};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretSlice};
use zeroize::Zeroizing;

use super::files::reason;
pub use super::hearing::Heard;
use super::hearing::Hearing;
use super::interrupts::Interrupts;
use super::process;
use super::tty::Kept;
use super::waiting::Wait;

/// How often to check whether anybody still waits for the answer.
const LOOK: Duration = Duration::from_millis(100);
/// The same for a command that has closed its pipes.
const SHORTLY: Duration = Duration::from_millis(5);
/// How long the last output of a command may take to arrive.
const LINGER: Duration = Duration::from_secs(1);

/// Why there is no answer, as what the command did: it follows the command's name.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    #[error("cannot be run: {}", reason(.0))]
    NotStarted(io::Error),
    /// The answer is longer than any that was expected. The command was ended.
    #[error("answered with too much text")]
    TooMuch,
    /// A signal ended the command, and not this process.
    #[error("was ended by a signal")]
    Interrupted,
    #[error("was started, but its answer cannot be read: {}", reason(.0))]
    Unread(io::Error),
}

impl NoAnswer {
    /// Whether there is no such program.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::NotStarted(error) if error.kind() == ErrorKind::NotFound)
    }
}

/// The stdout of a helper command that has ended.
pub struct Answer {
    pub status: ExitStatus,
    pub text: Zeroizing<Vec<u8>>,
}

/// Runs the command to its end, with its stdin as the caller set it, or with `input`. The answer has at most `most` bytes. Its
/// stderr goes to `heard` as it arrives. `what` names the command, as in "waiting for …".
///
/// # Errors
/// See [`NoAnswer`].
pub fn of(
    what: &str,
    command: &mut Command,
    most: usize,
    input: Option<&SecretSlice<u8>>,
    heard: impl FnMut(Heard<'_>),
) -> Result<Answer, NoAnswer> {
    of_with(what, command, most, input, heard, &|| ())
}

/// Like [`of`], and `others` is called if a signal ends this process: it ends other processes that work for the command.
///
/// # Errors
/// As [`of`].
pub fn of_with(
    what: &str,
    command: &mut Command,
    most: usize,
    input: Option<&SecretSlice<u8>>,
    heard: impl FnMut(Heard<'_>),
    others: &dyn Fn(),
) -> Result<Answer, NoAnswer> {
    run(what, command, most, input, heard, &|| false, others).map(|answer| answer.expect("nothing but `over` ends it before its time"))
}

/// Like [`of`], but without input, and for a command that asks a person, or may take as long. It is ended once nobody waits for the answer any
/// more: `over` is called regularly, and if it says so, there is no answer.
///
/// # Errors
/// As [`of`].
pub fn unless(
    what: &str,
    command: &mut Command,
    most: usize,
    heard: impl FnMut(Heard<'_>),
    over: &dyn Fn() -> bool,
) -> Result<Option<Answer>, NoAnswer> {
    run(what, command, most, None, heard, over, &|| ())
}

enum News {
    Said(Vec<u8>),
    Piece(io::Result<Zeroizing<Vec<u8>>>),
}

fn run(
    what: &str,
    command: &mut Command,
    most: usize,
    input: Option<&SecretSlice<u8>>,
    heard: impl FnMut(Heard<'_>),
    over: &dyn Fn() -> bool,
    others: &dyn Fn(),
) -> Result<Option<Answer>, NoAnswer> {
    // A signal that ends this process ends the command first, which would otherwise keep waiting for an answer; and the terminal is restored,
    // which the command may have changed.
    let (signals, terminal) = (Interrupts::noticed(), Kept::now());
    let answer = attended(what, command, most, input, heard, &|| signals.seen().is_some() || over());
    let signal = signals.over();
    if signal.is_some() {
        others();
    }
    drop(terminal);
    match signal {
        Some(signal) => {
            signal.heed();
            // Only the first process of a container gets here.
            Err(NoAnswer::Interrupted)
        }
        None => answer,
    }
}

fn attended(
    what: &str,
    command: &mut Command,
    most: usize,
    input: Option<&SecretSlice<u8>>,
    mut heard: impl FnMut(Heard<'_>),
    over: &dyn Fn() -> bool,
) -> Result<Option<Answer>, NoAnswer> {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(NoAnswer::NotStarted)?;
    // Do not join the threads: processes that the command started may keep the pipes open.
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        let input = Zeroizing::new(input.expose_secret().to_vec());
        // If a command ends without reading, its status says why.
        thread::spawn(move || stdin.write_all(&input));
    }
    let (tell, news) = mpsc::channel();
    if let Some(stderr) = child.stderr.take() {
        let tell = tell.clone();
        thread::spawn(move || listen(stderr, |said| tell.send(News::Said(said)).is_ok()));
    }
    let rest = Rest::of(child.stdout.as_ref());
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || in_pieces(stdout, most, |piece| tell.send(News::Piece(piece)).is_ok()));
    }
    // With room for the whole answer, because growing would leave a copy in memory.
    let mut text = Zeroizing::new(Vec::with_capacity(most));
    let mut hearing = Hearing::default();
    let mut wait = Wait::for_(what);
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let status = loop {
        match news.recv_timeout(hearing.patience().unwrap_or(LOOK).min(LOOK)) {
            Ok(News::Said(said)) => hearing.take(&said, &mut heard),
            Ok(News::Piece(piece)) => {
                if let Err(error) = piece.map_err(NoAnswer::Unread).and_then(|piece| add(&mut text, &piece, most)) {
                    process::end(&mut child);
                    return Err(error);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                hearing.end(&mut heard);
                if let Some(status) = child.try_wait().map_err(NoAnswer::Unread)? {
                    break status;
                }
                // Its pipes are closed, and most commands then end at once.
                thread::sleep(SHORTLY);
            }
        }
        hearing.hand_on(&mut heard);
        wait.look(hearing.is_in_a_line());
        match ended {
            None => ended = child.try_wait().map_err(NoAnswer::Unread)?.map(|status| (status, Instant::now())),
            // Processes that it started keep the pipes open. On a busy machine, the thread that reads may not have come to what is there.
            Some((status, since)) if since.elapsed() >= LINGER && !rest.is_there() => break status,
            Some(_) => {}
        }
        if over() {
            process::end(&mut child);
            return Ok(None);
        }
    };
    hearing.end(&mut heard);
    Ok(Some(Answer { status, text }))
}

/// A second handle of a pipe that a thread reads, to see whether the pipe still holds something.
struct Rest {
    #[cfg(unix)]
    pipe: Option<std::os::fd::OwnedFd>,
}

impl Rest {
    #[cfg(unix)]
    fn of(pipe: Option<&ChildStdout>) -> Self {
        Self { pipe: pipe.and_then(|pipe| std::os::fd::AsFd::as_fd(pipe).try_clone_to_owned().ok()) }
    }

    #[cfg(not(unix))]
    fn of(_pipe: Option<&ChildStdout>) -> Self {
        Self {}
    }

    #[cfg(unix)]
    fn is_there(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        self.pipe.as_ref().is_some_and(|pipe| {
            let mut pipes = [PollFd::new(pipe, PollFlags::IN)];
            poll(&mut pipes, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok() && pipes[0].revents().contains(PollFlags::IN)
        })
    }

    #[cfg(not(unix))]
    fn is_there(&self) -> bool {
        let Self {} = self;
        false
    }
}

/// Passes on the output as it arrives. Output beyond the limit is still read, so that the command can continue, but dropped.
fn listen(mut from: impl Read, mut take: impl FnMut(Vec<u8>) -> bool) {
    /// The most bytes that are passed on.
    const MOST: usize = 256 * 1024;
    let (mut buffer, mut taken) = ([0; 4096], 0);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => {
                taken += read;
                if taken <= MOST && !take(buffer[..read].to_vec()) {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Passes on what is read, as it arrives, up to the limit; `take` returns whether anybody still wants it.
fn in_pieces(mut from: impl Read, most: usize, mut take: impl FnMut(io::Result<Zeroizing<Vec<u8>>>) -> bool) {
    let mut length = 0;
    while length <= most {
        let mut piece = Zeroizing::new(vec![0; most + 1]);
        let read = match from.read(&mut piece) {
            Ok(0) => return,
            Ok(read) => {
                length += read;
                piece.truncate(read);
                Ok(piece)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = read.is_err();
        if !take(read) || is_last {
            return;
        }
    }
}

fn add(text: &mut Vec<u8>, piece: &[u8], most: usize) -> Result<(), NoAnswer> {
    if text.len() + piece.len() > most {
        return Err(NoAnswer::TooMuch);
    }
    text.extend_from_slice(piece);
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::os::env::Environment;

    fn shell(line: &str) -> Command {
        process::shell(&Environment::of([("PATH", "/usr/bin:/bin")]), line)
    }

    #[test]
    fn an_answer_is_taken_whole_or_not_at_all() {
        let answer = of("it", &mut shell("printf 1234; exit 3"), 4, None, |_| ()).unwrap();
        assert_eq!((&**answer.text, answer.status.code()), (&b"1234"[..], Some(3)));
        for endless in ["printf 12345; exec sleep 600", "yes"] {
            assert!(matches!(of("it", &mut shell(endless), 4, None, |_| ()), Err(NoAnswer::TooMuch)), "{endless}");
        }
    }

    #[test]
    fn only_a_command_that_never_started_cannot_be_run() {
        let error = of("it", &mut process::helper(&Environment::of([("PATH", "/usr/bin:/bin")]), "/nonexistent/program"), 4, None, |_| ())
            .err()
            .unwrap();
        assert!(error.is_missing() && error.to_string().starts_with("cannot be run: "), "{error}");
        for ran in ["yes", "echo 12345"] {
            let error = of("it", &mut shell(ran), 4, None, |_| ()).err().unwrap();
            assert!(!error.is_missing(), "{ran}");
            assert_eq!(error.to_string(), "answered with too much text", "{ran}");
        }
    }

    #[test]
    fn what_is_said_meanwhile_cannot_act_on_a_terminal_or_fill_the_memory() {
        let mut said = Vec::new();
        let line = "printf '\\033[2Jcleared\\rover\\nlast' >&2; yes | head -c 3000000 >&2";
        of("it", &mut shell(line), 1, None, |heard| said.extend(heard.line().map(str::to_owned))).unwrap();
        assert_eq!((said[0].as_str(), said[1].as_str()), ("cleared over", "lasty"));
        assert!((1000..300_000).contains(&said.len()), "{}", said.len());
    }

    #[test]
    fn what_is_said_meanwhile_is_heard_and_no_pipe_fills_up() {
        let mut said = Vec::new();
        let input = SecretSlice::from(vec![b'x'; 100_000]);
        let line = "printf 'one\\r\\n\\377\\n' >&2; yes | head -c 100000 | tr '\\n' y >&2; cat";
        let answer = of("it", &mut shell(line), 100_000, Some(&input), |heard| said.extend(heard.line().map(str::to_owned))).unwrap();
        assert_eq!(answer.text.as_slice(), input.expose_secret());
        assert_eq!((said[0].as_str(), said[1].as_str(), said[2].len()), ("one", "\u{fffd}", 4096), "and a long line is cut");
        assert!(of("it", shell("cat; exec sleep 0").stdin(Stdio::null()), 1, None, |_| ()).unwrap().text.is_empty(), "nothing is on stdin");
    }

    #[test]
    fn a_command_whose_answer_nobody_waits_for_is_ended_and_what_it_started_holds_nobody_up() {
        // Each of them would hold the pipes open for minutes; the last one ignores `SIGTERM`.
        for line in ["exec sleep 600", "sleep 600 & sleep 600", "trap '' TERM; while :; do sleep 600; done"] {
            let started = std::time::Instant::now();
            let answer = unless("it", &mut shell(line), 9, |_| (), &|| started.elapsed() > Duration::from_millis(150));
            assert!(answer.unwrap().is_none(), "{line}");
        }
        let mut said = Vec::new();
        let answer =
            unless("it", &mut shell("echo one >&2; echo 1234"), 9, |heard| said.extend(heard.line().map(str::to_owned)), &|| false);
        assert_eq!((answer.unwrap().unwrap().text.as_slice(), said), (&b"1234\n"[..], vec!["one".to_owned()]));
    }

    #[test]
    fn what_a_command_leaves_running_holds_up_no_answer() {
        for line in ["sleep 600 & echo 1234", "sleep 600 2>&1 >&- & echo 1234", "sleep 600 2>&- & echo 1234", "echo 1234; exec >&- 2>&-"] {
            for answer in
                [of("it", &mut shell(line), 9, None, |_| ()), unless("it", &mut shell(line), 9, |_| (), &|| false).map(Option::unwrap)]
            {
                let answer = answer.unwrap();
                assert_eq!((answer.text.as_slice(), answer.status.code()), (&b"1234\n"[..], Some(0)), "{line}");
            }
        }
    }

    #[test]
    fn an_answer_that_is_too_long_ends_the_command() {
        // The last one would be read to its end, but its stderr stays open.
        for line in ["yes", "yes 2>/dev/null & sleep 600", "printf 1234567890; exec sleep 600"] {
            let error = unless("it", &mut shell(line), 9, |_| (), &|| false).err().unwrap();
            assert!(matches!(error, NoAnswer::TooMuch), "{line}: {error}");
        }
        assert_eq!(
            unless("it", &mut shell("printf 12345; printf 6789"), 9, |_| (), &|| false).unwrap().unwrap().text.as_slice(),
            b"123456789"
        );
    }

    #[test]
    fn a_command_that_goes_on_without_pipes_is_ended_once_nobody_waits() {
        let started = Instant::now();
        let over = || started.elapsed() > Duration::from_millis(150);
        assert!(unless("it", &mut shell("exec >&- 2>&-; exec sleep 600"), 9, |_| (), &over).unwrap().is_none());
    }

    #[test]
    fn a_question_is_heard_before_its_line_ends() {
        // It waits for its answer, which is sent once the question was heard.
        let pipe = tempfile::tempdir().unwrap();
        let line = format!("cd {}; mkfifo answer; printf 'Code: ' >&2; cat answer", pipe.path().display());
        let mut said = Vec::new();
        let heard = |heard: Heard<'_>| {
            if heard == Heard::Part("Code: ") {
                shell(&format!("printf 1234 > {}/answer", pipe.path().display())).status().unwrap();
            }
            said.push(format!("{heard:?}"));
        };
        let answer = of("it", &mut shell(&line), 9, None, heard).unwrap();
        assert_eq!(answer.text.as_slice(), b"1234");
        assert_eq!(said, [format!("{:?}", Heard::Part("Code: ")), format!("{:?}", Heard::Line { whole: "Code: ", new: "" })]);
    }
}
