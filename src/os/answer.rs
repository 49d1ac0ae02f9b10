//! Runs a helper command and takes its answer, which may be a secret, from its stdout: into memory that never grows and is wiped. Never
//! takes more than the caller expects.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use secrecy::{ExposeSecret as _, SecretSlice};
use zeroize::Zeroizing;

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

/// The same for a command without the person's stdin and stderr: it reads `input`, and each line of what it says on stderr goes to `heard`.
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
        let lines = stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n')).map_while(Result::ok);
        lines.for_each(|line| heard(String::from_utf8_lossy(&line).trim_end_matches('\r')));
        text.join().unwrap_or_else(|_| Err(io::Error::other("its answer cannot be read")))
    });
    end(child, text)
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
    Err(io::Error::new(ErrorKind::InvalidData, "it answered with too much text"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::os::env::Environment;
    use crate::os::process;

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
    fn what_is_said_meanwhile_is_heard_and_no_pipe_fills_up() {
        let mut said = Vec::new();
        let input = SecretSlice::from(vec![b'x'; 100_000]);
        let line = "printf 'one\\r\\n\\377\\n' >&2; yes | head -c 100000 | tr '\\n' y >&2; cat";
        let answer = overheard(&mut shell(line), 100_000, Some(&input), |line| said.push(line.to_owned())).unwrap();
        assert_eq!(answer.text.as_slice(), input.expose_secret());
        assert_eq!((said[0].as_str(), said[1].as_str(), said[2].len()), ("one", "\u{fffd}", 100_000));
        assert!(overheard(&mut shell("cat; exec sleep 0"), 1, None, |_| ()).unwrap().text.is_empty(), "nothing is on stdin");
    }
}
