//! Runs a helper command and reads its answer, which may be a secret, from its stdout: into memory that never grows and is wiped. Never
//! reads more than the caller expects.

use std::convert::identity;
use std::io::{self, ErrorKind, Read, Write as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
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

/// Like [`of`], but without input, and for a command that asks the user or may take as long. `over` is called regularly: once it says that
/// nobody waits for the answer any more, the command is ended, and there is no answer.
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
    let over = || signals.seen().is_some() || over();
    let answer = started(command, input).and_then(|mut child| attended(what, &mut child, most, heard, &over, LINGER, (identity, identity)));
    let signal = signals.over();
    if signal.is_some() {
        others();
        terminal.forget_what_is_typed();
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

/// Starts the command with its pipes, and writes `input` to it.
fn started(command: &mut Command, input: Option<&SecretSlice<u8>>) -> Result<Child, NoAnswer> {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(NoAnswer::NotStarted)?;
    // Do not join the thread: processes that the command started may keep the pipe open.
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        let input = Zeroizing::new(input.expose_secret().to_vec());
        // If a command ends without reading, its status says why.
        thread::spawn(move || stdin.write_all(&input));
    }
    Ok(child)
}

/// Waits for the command and its answer. `linger`: how long after its end output may still be written, if processes that it started keep its
/// pipes open. `readers` make what reads its stdout and its stderr.
fn attended<O: Read + Send + 'static, E: Read + Send + 'static>(
    what: &str,
    child: &mut Child,
    most: usize,
    mut heard: impl FnMut(Heard<'_>),
    over: &dyn Fn() -> bool,
    linger: Duration,
    readers: (impl FnOnce(ChildStdout) -> O, impl FnOnce(ChildStderr) -> E),
) -> Result<Option<Answer>, NoAnswer> {
    let (tell, news) = mpsc::channel();
    let mut rest = [Weak::new(), Weak::new()];
    // These threads are not joined either.
    if let Some(stderr) = child.stderr.take() {
        let tell = tell.clone();
        let passing = Arc::new(Passing::of(&stderr));
        rest[1] = Arc::downgrade(&passing);
        let stderr = readers.1(stderr);
        thread::spawn(move || listen(stderr, passing, |said| tell.send(News::Said(said)).is_ok()));
    }
    if let Some(stdout) = child.stdout.take() {
        let passing = Arc::new(Passing::of(&stdout));
        rest[0] = Arc::downgrade(&passing);
        let stdout = readers.0(stdout);
        thread::spawn(move || in_pieces(stdout, &passing, most, |piece| tell.send(News::Piece(piece)).is_ok()));
    }
    // With room for the whole answer, because growing would leave a copy in memory.
    let mut text = Zeroizing::new(Vec::with_capacity(most));
    let mut hearing = Hearing::default();
    let mut wait = Wait::for_(what);
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let status = loop {
        // Processes that it started may keep the pipes open. This comes before the look at the news: what is no longer under way is there.
        let last = ended.filter(|(_, since)| since.elapsed() >= linger && !rest.iter().any(is_under_way));
        let patience = if last.is_some() { Duration::ZERO } else { hearing.patience().unwrap_or(LOOK).min(LOOK) };
        match news.recv_timeout(patience) {
            Ok(News::Said(said)) => hearing.take(&said, &mut heard),
            Ok(News::Piece(piece)) => {
                if let Err(error) = piece.map_err(NoAnswer::Unread).and_then(|piece| add(&mut text, &piece, most)) {
                    process::end(child);
                    return Err(error);
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some((status, _)) = last {
                    break status;
                }
            }
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
        if ended.is_none() {
            ended = child.try_wait().map_err(NoAnswer::Unread)?.map(|status| (status, Instant::now()));
        }
        if over() {
            process::end(child);
            return Ok(None);
        }
    };
    hearing.end(&mut heard);
    Ok(Some(Answer { status, text }))
}

/// Shows what a thread that reads a pipe has not passed on yet. The thread waits until there is something to read, then takes the lock, reads
/// and passes on. So each byte is in the pipe, or the lock is held, or the byte was passed on: also if the thread does not run for a while.
struct Passing {
    /// A second handle.
    #[cfg(unix)]
    pipe: Option<std::os::fd::OwnedFd>,
    lock: Mutex<()>,
}

impl Passing {
    #[cfg(unix)]
    fn of(pipe: &impl std::os::fd::AsFd) -> Self {
        Self { pipe: pipe.as_fd().try_clone_to_owned().ok(), lock: Mutex::new(()) }
    }

    #[cfg(not(unix))]
    fn of<P>(_pipe: &P) -> Self {
        Self { lock: Mutex::new(()) }
    }

    /// Waits until there is something to read, or the end, and takes the lock. If that cannot be seen, the read itself waits, and must not
    /// hold the lock meanwhile.
    fn begin(&self) -> Option<MutexGuard<'_, ()>> {
        self.is_ready(true).then(|| self.lock.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is something to read, or the end; `waits` until there is. `false` if that cannot be seen.
    #[cfg(unix)]
    fn is_ready(&self, waits: bool) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let limit = if waits { None } else { Some(&at_once) };
        self.pipe.as_ref().is_some_and(|pipe| {
            let mut pipes = [PollFd::new(pipe, PollFlags::IN)];
            rustix::io::retry_on_intr(|| poll(&mut pipes, limit)).is_ok_and(|ready| ready > 0)
        })
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "as on Unix")]
    fn is_ready(&self, _waits: bool) -> bool {
        false
    }
}

/// Whether the pipe's thread has something left to pass on.
fn is_under_way(rest: &Weak<Passing>) -> bool {
    // A thread that has ended passes nothing on, and the end of the pipe stays there to read.
    let Some(passing) = rest.upgrade() else { return false };
    // Never waits: the thread may be slow.
    let Ok(_between) = passing.lock.try_lock() else { return true };
    passing.is_ready(false)
}

/// Passes on the output as it arrives. Output beyond the limit is still read, so that the command can continue, but dropped, and nobody waits
/// for it: what the command left running may write without end.
fn listen(mut from: impl Read, passing: Arc<Passing>, mut take: impl FnMut(Vec<u8>) -> bool) {
    /// The most bytes that are passed on.
    const MOST: usize = 256 * 1024;
    let (mut buffer, mut taken) = ([0; 4096], 0);
    while taken <= MOST {
        let _under_way = passing.begin();
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
    drop(passing);
    let _ = io::copy(&mut from, &mut io::sink());
}

/// Passes on what is read, as it arrives, up to the limit; `take` returns whether anybody still wants it.
fn in_pieces(mut from: impl Read, passing: &Passing, most: usize, mut take: impl FnMut(io::Result<Zeroizing<Vec<u8>>>) -> bool) {
    let mut length = 0;
    while length <= most {
        let mut piece = Zeroizing::new(vec![0; most + 1]);
        let _under_way = passing.begin();
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
    use std::cell::Cell;

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

    /// Reads, but keeps what it read until it is released, and from then on passes everything on at once.
    struct Slow<P>(P, mpsc::Receiver<()>);

    impl<P: Read> Read for Slow<P> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer);
            let _ = self.1.recv();
            read
        }
    }

    #[test]
    fn output_that_was_read_but_not_passed_on_is_waited_for() {
        for slow in ["stdout", "stderr"] {
            let mut child = started(&mut shell("sleep 600 & echo 1234; echo why >&2"), None).unwrap();
            let (release, released) = mpsc::channel();
            let (other, at_once) = mpsc::channel();
            drop(other);
            let (release, looks) = (Cell::new(Some(release)), Cell::new(0));
            let over = || {
                looks.set(looks.get() + 1);
                if looks.get() == 5 {
                    drop(release.take());
                }
                false
            };
            let mut said = Vec::new();
            let heard = |heard: Heard<'_>| said.extend(heard.line().map(str::to_owned));
            let (first, second) = if slow == "stdout" { (released, at_once) } else { (at_once, released) };
            let readers = (|stdout| Slow(stdout, first), |stderr| Slow(stderr, second));
            let answer = attended("it", &mut child, 9, heard, &over, Duration::ZERO, readers).unwrap().unwrap();
            assert_eq!((answer.text.as_slice(), &said[..], looks.get() >= 5), (&b"1234\n"[..], &["why".to_owned()][..], true), "{slow}");
        }
    }

    #[test]
    fn what_a_command_leaves_running_may_write_without_end() {
        for line in ["yes >&2 & echo 1234", "(while :; do echo . >&2; done) & echo 1234"] {
            // The first process to write after this one has read enough of it ends by itself.
            let answer = of("it", &mut shell(line), 9, None, |_| ()).unwrap();
            assert_eq!(answer.text.as_slice(), b"1234\n", "{line}");
        }
    }

    #[test]
    fn nobody_waits_for_output_beyond_the_limit() {
        let mut child = started(&mut shell("exec yes >&2"), None).unwrap();
        let stderr = child.stderr.take().unwrap();
        let passing = Arc::new(Passing::of(&stderr));
        let rest = Arc::downgrade(&passing);
        thread::spawn(move || listen(stderr, passing, |_| true));
        let started = Instant::now();
        while rest.strong_count() > 0 {
            assert!(started.elapsed() < Duration::from_secs(30), "the thread still passes on");
            thread::sleep(SHORTLY);
        }
        assert!(child.try_wait().unwrap().is_none(), "the command goes on");
        process::end(&mut child);
    }

    #[test]
    fn output_is_under_way_until_it_is_passed_on_or_its_thread_has_ended() {
        let mut child = started(&mut shell("echo 1234"), None).unwrap();
        child.wait().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let passing = Arc::new(Passing::of(&stdout));
        let rest = Arc::downgrade(&passing);
        assert!(is_under_way(&rest), "the thread has not come to what is in the pipe");
        let held = passing.begin();
        assert!(held.is_some() && is_under_way(&rest), "it is reading");
        let mut read = Vec::new();
        stdout.read_to_end(&mut read).unwrap();
        assert_eq!(read, b"1234\n");
        assert!(is_under_way(&rest), "it has not passed on what it read");
        drop(held);
        drop(passing);
        assert!(!is_under_way(&rest), "nobody reads any more");
        assert!(!is_under_way(&Weak::new()));
    }

    #[test]
    fn an_empty_pipe_that_stays_open_has_nothing_under_way() {
        let mut child = started(&mut shell("exec sleep 600"), None).unwrap();
        let passing = Arc::new(Passing::of(child.stdout.as_ref().unwrap()));
        assert!(!is_under_way(&Arc::downgrade(&passing)));
        process::end(&mut child);
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
