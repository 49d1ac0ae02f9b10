//! Reads single keys from a terminal, and shows none of them. Always restores the terminal, and never reads more than it returns.

use std::fs::File;
use std::io;

/// A key, or a key combination that editors treat as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Enter,
    Escape,
    Up,
    Down,
    PageUp,
    PageDown,
    Backspace,
    /// Ctrl-W.
    EraseWord,
    /// Ctrl-U.
    EraseLine,
    /// Ctrl-D, or the end of input.
    End,
    Other,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// Nobody waits for it any more.
    #[error("nobody waits for it any more")]
    Over,
    /// Another program has used the terminal in the meantime. It is ours again, but the drawing may be gone.
    #[error("the terminal was another program's meanwhile")]
    Redraw,
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// As long as this lives, the terminal returns each key at once and shows none. Ctrl-C and Ctrl-Z still send signals.
pub struct Keys<'a>(imp::Keys<'a>);

impl<'a> Keys<'a> {
    /// Whether this platform supports it.
    pub const EXIST: bool = cfg!(unix);

    /// # Errors
    /// When it is not a terminal.
    pub fn of(terminal: &'a File) -> io::Result<Self> {
        imp::Keys::of(terminal).map(Self)
    }

    /// Waits for the next key; `over` is called regularly.
    ///
    /// # Errors
    /// See [`NoKey`].
    pub fn next(&mut self, over: &dyn Fn() -> Option<NoKey>) -> Result<Key, NoKey> {
        self.0.next(over)
    }
}

/// Combines the bytes of a terminal into keys.
#[cfg(any(unix, test))]
#[derive(Default)]
struct Decoder(Vec<u8>);

#[cfg(any(unix, test))]
const ESCAPE: u8 = 0x1b;
/// More bytes than the sequence of any key has.
#[cfg(any(unix, test))]
const LONGEST: usize = 32;

#[cfg(any(unix, test))]
impl Decoder {
    /// The key that ends with this byte.
    fn take(&mut self, byte: u8) -> Option<Key> {
        self.0.push(byte);
        let key = match &self.0[..] {
            [ESCAPE] | [ESCAPE, b'[' | b'O'] => None,
            [ESCAPE, ESCAPE] => Some(Key::Escape),
            // A control sequence ends with a byte in this range (ECMA-48).
            [ESCAPE, b'[', .., last] if !(0x40..=0x7e).contains(last) => (self.0.len() >= LONGEST).then_some(Key::Other),
            // Ctrl-P and Ctrl-N, as in shells; Ctrl-K, as in fzf.
            [ESCAPE, b'[' | b'O', .., b'A'] | [0x10 | 0x0b] => Some(Key::Up),
            [ESCAPE, b'[' | b'O', .., b'B'] | [0x0e | b'\t'] => Some(Key::Down),
            [ESCAPE, b'[', b'5', b'~'] => Some(Key::PageUp),
            [ESCAPE, b'[', b'6', b'~'] => Some(Key::PageDown),
            [b'\r' | b'\n'] => Some(Key::Enter),
            [0x7f | 0x08] => Some(Key::Backspace),
            [0x04] => Some(Key::End),
            [0x15] => Some(Key::EraseLine),
            [0x17] => Some(Key::EraseWord),
            [ESCAPE, ..] | [0..0x20] => Some(Key::Other),
            bytes => match std::str::from_utf8(bytes) {
                Ok(text) => text.chars().next().map(Key::Char),
                // The rest of the character is on its way.
                Err(fault) if fault.error_len().is_none() => None,
                Err(_) => Some(Key::Other),
            },
        };
        if key.is_some() {
            self.0.clear();
        }
        key
    }

    /// The key if no more bytes follow: a sequence begins with Escape too.
    fn end(&mut self) -> Option<Key> {
        let key = match &self.0[..] {
            [] => return None,
            [ESCAPE] => Key::Escape,
            _ => Key::Other,
        };
        self.0.clear();
        Some(key)
    }
}

#[cfg(unix)]
mod imp {
    use std::fs::File;
    use std::io::{self, ErrorKind, Read as _};
    use std::sync::{Mutex, Once, PoisonError};
    use std::thread;
    use std::time::{Duration, Instant};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    use super::super::panics;
    use super::super::shared_tty::makes_lines;
    use super::super::tty::{forget_what_is_typed, is_ours_to_read, undisturbed};
    use super::{Decoder, Key, NoKey};

    /// Nobody notices such a delay.
    const LOOK: Duration = Duration::from_millis(10);
    /// How long the rest of a sequence may take, over a slow line too.
    const LINGER: Duration = Duration::from_millis(100);

    /// The terminal, and its settings before.
    static CHANGED: Mutex<Option<(File, Termios)>> = Mutex::new(None);
    static BEFORE_PANICS: Once = Once::new();

    pub(super) struct Keys<'a> {
        terminal: &'a File,
        original: Termios,
        ours: Termios,
        decoder: Decoder,
        is_answered: bool,
    }

    impl<'a> Keys<'a> {
        pub(super) fn of(terminal: &'a File) -> io::Result<Self> {
            BEFORE_PANICS.call_once(|| panics::end_after(restore));
            let original = tcgetattr(terminal)?;
            let mut ours = original.clone();
            ours.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::IEXTEN);
            *CHANGED.lock().unwrap_or_else(PoisonError::into_inner) = Some((terminal.try_clone()?, original.clone()));
            let keys = Self { terminal, original, ours, decoder: Decoder::default(), is_answered: false };
            tcsetattr(terminal, OptionalActions::Now, &keys.ours)?;
            Ok(keys)
        }

        pub(super) fn next(&mut self, over: &dyn Fn() -> Option<NoKey>) -> Result<Key, NoKey> {
            let mut last = Instant::now();
            loop {
                if let Some(why) = over() {
                    return Err(why);
                }
                if self.is_changed() {
                    undisturbed(|| tcsetattr(self.terminal, OptionalActions::Now, &self.ours)).map_err(io::Error::from)?;
                    return Err(NoKey::Redraw);
                }
                // One byte at a time, so that the next program gets everything typed after the answer.
                let mut byte = [0];
                match { self.terminal }.read(&mut byte) {
                    Ok(0) => return Ok(Key::End),
                    Ok(_) => {
                        last = Instant::now();
                        if let Some(key) = self.decoder.take(byte[0]) {
                            self.is_answered = key == Key::Enter;
                            return Ok(key);
                        }
                        continue;
                    }
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                    Err(error) => return Err(error.into()),
                }
                if last.elapsed() >= LINGER
                    && let Some(key) = self.decoder.end()
                {
                    return Ok(key);
                }
                thread::sleep(LOOK);
            }
        }

        /// Whether another program, such as the shell that continues this process, has restored its own settings.
        fn is_changed(&self) -> bool {
            makes_lines(self.terminal) && is_ours_to_read(self.terminal)
        }
    }

    impl Drop for Keys<'_> {
        fn drop(&mut self) {
            if !self.is_answered {
                forget_what_is_typed(self.terminal);
            }
            let _ = undisturbed(|| tcsetattr(self.terminal, OptionalActions::Now, &self.original));
            *CHANGED.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn restore() {
        if let Some((terminal, original)) = &*CHANGED.lock().unwrap_or_else(PoisonError::into_inner) {
            forget_what_is_typed(terminal);
            let _ = tcsetattr(terminal, OptionalActions::Now, original);
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use std::fs::File;
    use std::io;
    use std::marker::PhantomData;

    use super::{Key, NoKey};

    pub(super) struct Keys<'a>(PhantomData<&'a File>);

    impl<'a> Keys<'a> {
        #[expect(clippy::unnecessary_wraps, reason = "as on Unix, where the terminal may refuse")]
        pub(super) fn of(_terminal: &'a File) -> io::Result<Self> {
            Ok(Self(PhantomData))
        }

        #[expect(clippy::unused_self, reason = "as on Unix, where keys are read")]
        pub(super) fn next(&mut self, _over: &dyn Fn() -> Option<NoKey>) -> Result<Key, NoKey> {
            Err(NoKey::Failed(io::ErrorKind::Unsupported.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_keys_however_they_are_sent() {
        for (bytes, keys) in [
            (&b"a\r"[..], &[Key::Char('a'), Key::Enter][..]),
            ("ü本".as_bytes(), &[Key::Char('ü'), Key::Char('本')]),
            (b"\x1b[A\x1bOB\x1b[5~\x1b[6~", &[Key::Up, Key::Down, Key::PageUp, Key::PageDown]),
            (b"\x1b[1;5A", &[Key::Up]),
            (b"\x10\x0e\t\x0b", &[Key::Up, Key::Down, Key::Down, Key::Up]),
            (b"\x7f\x08\x15\x17\x04", &[Key::Backspace, Key::Backspace, Key::EraseLine, Key::EraseWord, Key::End]),
            // A sequence that we do not know leaves no rest.
            (b"\x1b[200~x", &[Key::Other, Key::Char('x')]),
            (b"\x1bx\x01\xffy", &[Key::Other, Key::Other, Key::Other, Key::Char('y')]),
            (b"\x1b", &[Key::Escape]),
            (b"\x1b\x1b", &[Key::Escape]),
            (b"\x1b[", &[Key::Other]),
        ] {
            let mut decoder = Decoder::default();
            let mut found: Vec<_> = bytes.iter().filter_map(|byte| decoder.take(*byte)).collect();
            found.extend(decoder.end());
            assert_eq!(found, keys, "{bytes:?}");
        }
        let mut decoder = Decoder::default();
        let endless: Vec<_> = [ESCAPE, b'['].into_iter().chain([b'1'; 100]).filter_map(|byte| decoder.take(byte)).collect();
        assert!(endless.contains(&Key::Other) && decoder.0.len() < LONGEST, "{endless:?}");
    }
}
