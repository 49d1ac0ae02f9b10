//! Runs a helper command and takes its answer, which may be a secret, from its stdout: into memory that never grows and is wiped. Never
//! takes more than the caller expects.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretSlice};
use zeroize::Zeroizing;

use super::process;
use crate::model::fit;

/// How often it is looked whether anybody still waits for the answer.
const LOOK: Duration = Duration::from_millis(100);
/// The same for a command that has closed its pipes.
const SHORTLY: Duration = Duration::from_millis(5);
/// How long what a command wrote at its end may take to arrive.
const LINGER: Duration = Duration::from_secs(1);

/// What a helper command that has ended wrote to its stdout.
pub struct Answer {
    pub status: ExitStatus,
    pub text: Zeroizing<Vec<u8>>,
}

/// Runs the command to its end, with its stdin and stderr as the caller set them. The answer has `most` bytes at most.
///
/// # Errors
/// When the command cannot be started, and `InvalidData` for an answer that is longer.
pub fn of(command: &mut Command, most: usize) -> io::Result<Answer> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let text = child.stdout.take().map_or_else(nothing, |stdout| read(stdout, most));
    end(child, text)
}

/// The same for a command without the person's stdin and stderr: it reads `input`, and each line of what it says on stderr goes to `heard`,
/// fit to be shown and cut where it is longer than any message.
///
/// # Errors
/// As [`of`].
pub fn overheard(command: &mut Command, most: usize, input: Option<&SecretSlice<u8>>, mut heard: impl FnMut(&str)) -> io::Result<Answer> {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let text = thread::scope(|scope| {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A command that ends without reading says why by its status.
            scope.spawn(move || stdin.write_all(input.expose_secret()));
        }
        let text = scope.spawn(|| stdout.map_or_else(nothing, |stdout| read(stdout, most)));
        if let Some(stderr) = stderr {
            hear(BufReader::new(stderr), &mut heard);
        }
        text.join().unwrap_or_else(|_| Err(io::Error::other("its answer cannot be read")))
    });
    end(child, text)
}

/// Hands each line on. What comes after too many of them is read all the same, so that the command can go on, and forgotten.
fn hear(mut from: impl BufRead, heard: &mut impl FnMut(&str)) {
    /// The longest line, and all of them, in bytes.
    const LONGEST: usize = 4 * 1024;
    const MOST: usize = 256 * 1024;
    let (mut line, mut taken) = (Vec::new(), 0);
    let mut hand_on = |line: &mut Vec<u8>| {
        taken += line.len() + 1;
        if taken <= MOST {
            heard(fit(String::from_utf8_lossy(line).trim_end_matches('\r')).as_ref());
        }
        line.clear();
    };
    loop {
        let piece = match from.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Ok([]) | Err(_) => break,
            Ok(piece) => piece,
        };
        let end = piece.iter().position(|byte| *byte == b'\n');
        let part = &piece[..end.unwrap_or(piece.len())];
        let room = LONGEST.saturating_sub(line.len()).min(part.len());
        line.extend_from_slice(&part[..room]);
        let used = part.len() + usize::from(end.is_some());
        from.consume(used);
        if end.is_some() {
            hand_on(&mut line);
        }
    }
    if !line.is_empty() {
        hand_on(&mut line);
    }
}

/// Runs a command that asks a person, or may take as long, to its end, with its stdin as the caller set it. What it says on stderr, where
/// the caller made that a pipe, goes to `heard` line by line. It is ended once nobody waits for the answer any more: `over` is asked now
/// and then, and there is no answer.
///
/// # Errors
/// As [`of`].
pub fn unless(command: &mut Command, most: usize, mut heard: impl FnMut(&str), over: &dyn Fn() -> bool) -> io::Result<Option<Answer>> {
    enum News {
        Line(String),
        Piece(io::Result<Zeroizing<Vec<u8>>>),
    }
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    // Not waited for: what the command has started itself may keep the pipes open.
    let (tell, news) = mpsc::channel();
    if let Some(stderr) = child.stderr.take() {
        let tell = tell.clone();
        thread::spawn(move || {
            hear(BufReader::new(stderr), &mut |line: &str| {
                let _ = tell.send(News::Line(line.to_owned()));
            });
        });
    }
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || in_pieces(stdout, most, |piece| tell.send(News::Piece(piece)).is_ok()));
    }
    // With room for all that is taken, so that it does not grow, which would leave a copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(most));
    let mut pause = LOOK;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match news.recv_timeout(pause) {
            Ok(News::Line(line)) => heard(&line),
            Ok(News::Piece(piece)) => match piece.and_then(|piece| add(&mut text, &piece, most)) {
                Ok(()) => {}
                Err(error) => {
                    process::end(&mut child);
                    return Err(error);
                }
            },
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                if let Some(status) = child.try_wait()? {
                    return Ok(Some(Answer { status, text }));
                }
                // It has nothing more to say, and most end at once then.
                pause = SHORTLY;
                thread::sleep(pause);
            }
        }
        match ended {
            None => ended = child.try_wait()?.map(|status| (status, Instant::now())),
            // What it has started itself keeps the pipes open.
            Some((status, since)) if since.elapsed() >= LINGER => return Ok(Some(Answer { status, text })),
            Some(_) => {}
        }
        if over() {
            process::end(&mut child);
            return Ok(None);
        }
    }
}

/// Hands on what is read, as it comes, up to what is too much; `take` says whether anybody still wants it.
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

fn add(text: &mut Vec<u8>, piece: &[u8], most: usize) -> io::Result<()> {
    if text.len() + piece.len() > most {
        return Err(too_much());
    }
    text.extend_from_slice(piece);
    Ok(())
}

fn too_much() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "it answered with too much text")
}

fn end(mut child: Child, text: io::Result<Zeroizing<Vec<u8>>>) -> io::Result<Answer> {
    if text.is_err() {
        // Nobody reads what else it has to say.
        let _ = child.kill();
    }
    let status = child.wait()?;
    Ok(Answer { status, text: text? })
}

#[expect(clippy::unnecessary_wraps, reason = "in place of what may fail to be read")]
fn nothing() -> io::Result<Zeroizing<Vec<u8>>> {
    Ok(Zeroizing::default())
}

fn read(mut from: impl Read, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    // One byte more, to see the answer that is too long.
    let mut text = Zeroizing::new(vec![0; most + 1]);
    let mut length = 0;
    while length <= most {
        match from.read(&mut text[length..]) {
            Ok(0) => {
                text.truncate(length);
                return Ok(text);
            }
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Err(too_much())
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
        let answer = of(&mut shell("printf 1234; exit 3"), 4).unwrap();
        assert_eq!((&**answer.text, answer.status.code()), (&b"1234"[..], Some(3)));
        for endless in ["printf 12345; exec sleep 600", "yes"] {
            assert_eq!(of(&mut shell(endless), 4).err().unwrap().kind(), ErrorKind::InvalidData, "{endless}");
        }
    }

    #[test]
    fn what_is_said_meanwhile_cannot_act_on_a_terminal_or_fill_the_memory() {
        let mut said = Vec::new();
        let line = "printf '\\033[2Jcleared\\rover\\nlast' >&2; yes | head -c 3000000 >&2";
        overheard(&mut shell(line), 1, None, |line| said.push(line.to_owned())).unwrap();
        assert_eq!((said[0].as_str(), said[1].as_str()), ("cleared over", "lasty"));
        assert!((1000..300_000).contains(&said.len()), "{}", said.len());
    }

    #[test]
    fn what_is_said_meanwhile_is_heard_and_no_pipe_fills_up() {
        let mut said = Vec::new();
        let input = SecretSlice::from(vec![b'x'; 100_000]);
        let line = "printf 'one\\r\\n\\377\\n' >&2; yes | head -c 100000 | tr '\\n' y >&2; cat";
        let answer = overheard(&mut shell(line), 100_000, Some(&input), |line| said.push(line.to_owned())).unwrap();
        assert_eq!(answer.text.as_slice(), input.expose_secret());
        assert_eq!((said[0].as_str(), said[1].as_str(), said[2].len()), ("one", "\u{fffd}", 4096), "and a long line is cut");
        assert!(overheard(&mut shell("cat; exec sleep 0"), 1, None, |_| ()).unwrap().text.is_empty(), "nothing is on stdin");
    }

    #[test]
    fn a_command_whose_answer_nobody_waits_for_is_ended_and_what_it_started_holds_nobody_up() {
        // Each of them would hold the pipes open for minutes; the last one hears no signal that asks it to end.
        for line in ["exec sleep 600", "sleep 600 & sleep 600", "trap '' TERM; while :; do sleep 600; done"] {
            let started = std::time::Instant::now();
            let answer = unless(shell(line).stderr(Stdio::piped()), 9, |_| (), &|| started.elapsed() > Duration::from_millis(150));
            assert!(answer.unwrap().is_none(), "{line}");
        }
        let mut said = Vec::new();
        let answer = unless(shell("echo one >&2; echo 1234").stderr(Stdio::piped()), 9, |line| said.push(line.to_owned()), &|| false);
        assert_eq!((answer.unwrap().unwrap().text.as_slice(), said), (&b"1234\n"[..], vec!["one".to_owned()]));
    }

    #[test]
    fn what_a_command_leaves_running_holds_up_no_answer() {
        for line in ["sleep 600 & echo 1234", "sleep 600 2>&1 >&- & echo 1234", "sleep 600 2>&- & echo 1234", "echo 1234; exec >&- 2>&-"] {
            let answer = unless(shell(line).stderr(Stdio::piped()), 9, |_| (), &|| false).unwrap().unwrap();
            assert_eq!((answer.text.as_slice(), answer.status.code()), (&b"1234\n"[..], Some(0)), "{line}");
        }
    }

    #[test]
    fn an_answer_that_is_too_long_ends_the_command() {
        // The last one would be read to its end, and its stderr stays open.
        for line in ["yes", "yes 2>/dev/null & sleep 600", "printf 1234567890; exec sleep 600"] {
            let error = unless(shell(line).stderr(Stdio::piped()), 9, |_| (), &|| false).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{line}");
        }
        assert_eq!(unless(&mut shell("printf 12345; printf 6789"), 9, |_| (), &|| false).unwrap().unwrap().text.as_slice(), b"123456789");
    }

    #[test]
    fn a_command_that_goes_on_without_pipes_is_ended_once_nobody_waits() {
        let started = Instant::now();
        let over = || started.elapsed() > Duration::from_millis(150);
        assert!(unless(shell("exec >&- 2>&-; exec sleep 600").stderr(Stdio::piped()), 9, |_| (), &over).unwrap().is_none());
    }
}
