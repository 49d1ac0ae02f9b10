//! A real terminal for the commands under test, and a simulated person who reads the screen and types. Fails rather than wait forever.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command as OnTerminal, Pty, open};
use rustix::termios::{LocalModes, Termios, tcgetattr, tcgetpgrp};

use super::leaks;
use super::world::{Invocation, finish, status_of};

/// The longest wait of a test.
const PATIENCE: Duration = Duration::from_secs(40);

/// The command's controlling terminal, from the person's side.
pub struct Terminal {
    keyboard: Arc<Pty>,
    /// The command's side: kept open so that its settings can be read after the command has ended.
    settings: OwnedFd,
    original: Termios,
    screen: Arc<Screen>,
    /// Signals the end of output.
    closed: Receiver<()>,
    child: Child,
    read_to: usize,
    secrets: Vec<String>,
}

#[derive(Default)]
struct Screen {
    text: Mutex<Vec<u8>>,
    more: Condvar,
    nobody_looks: AtomicBool,
}

/// Runs a command that hands over a stored key, and confirms it by typing the profile's name.
pub fn run_exposing(invocation: Invocation<'_>, profile: &str) -> Ended {
    let mut terminal = Terminal::run_behind_pipes(invocation);
    terminal.expect("Type the profile's name to continue: ");
    terminal.type_line(profile);
    terminal.wait()
}

/// The state after the command has ended.
#[derive(Debug)]
pub struct Ended {
    /// The status as a shell shows it.
    pub status: i32,
    /// All that was ever on the terminal.
    pub screen: String,
    /// The output to pipes, if there were any.
    pub stdout: String,
    pub stderr: String,
    /// Whether the terminal echoes and has all its previous settings.
    pub as_it_was: bool,
}

impl Terminal {
    /// Starts the command with stdin, stdout and stderr on the terminal.
    pub fn run(invocation: Invocation<'_>) -> Self {
        let secrets = invocation.secrets();
        Self::start(OnTerminal::from(invocation.into_command()), secrets)
    }

    /// The same on a terminal with this many columns.
    pub fn run_of_width(invocation: Invocation<'_>, columns: u16) -> Self {
        Self::run_sized(invocation, 24, columns)
    }

    /// The same on a terminal of this size.
    pub fn run_sized(invocation: Invocation<'_>, rows: u16, columns: u16) -> Self {
        let secrets = invocation.secrets();
        Self::start_sized(OnTerminal::from(invocation.into_command()), secrets, (rows, columns))
    }

    /// Starts the command on the terminal, but with its stdin empty and with stdout and stderr in pipes.
    pub fn run_behind_pipes(invocation: Invocation<'_>) -> Self {
        let secrets = invocation.secrets();
        let command = OnTerminal::from(invocation.into_command());
        Self::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()), secrets)
    }

    /// Starts the command on the terminal with its stdout in a pipe, as in `vault export > file`.
    pub fn run_into_a_pipe(invocation: Invocation<'_>) -> Self {
        let secrets = invocation.secrets();
        Self::start(OnTerminal::from(invocation.into_command()).stdout(Stdio::piped()), secrets)
    }

    fn start(command: OnTerminal, secrets: Vec<String>) -> Self {
        Self::start_sized(command, secrets, (24, 80))
    }

    fn start_sized(command: OnTerminal, secrets: Vec<String>, (rows, columns): (u16, u16)) -> Self {
        let (keyboard, commands_end) = open().expect("the system has terminals left");
        keyboard.resize(Size::new(rows, columns)).expect("the terminal takes its size");
        let settings = commands_end.as_fd().try_clone_to_owned().expect("the terminal can be opened twice");
        let original = tcgetattr(&settings).expect("the settings can be read");
        let child = command.spawn(commands_end).expect("the program can be started");
        let (keyboard, screen) = (Arc::new(keyboard), Arc::new(Screen::default()));
        let (say_closed, closed) = mpsc::channel();
        let (wire, shown) = (Arc::clone(&keyboard), Arc::clone(&screen));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // When the last process closes the terminal, reads fail.
            while let Ok(length @ 1..) = (&*wire).read(&mut buffer) {
                shown.text.lock().expect("no reader panics").extend_from_slice(&buffer[..length]);
                shown.more.notify_all();
                if shown.nobody_looks.load(Ordering::SeqCst) {
                    return;
                }
            }
            let _ = say_closed.send(());
        });
        Self { keyboard, settings, original, screen, closed, child, read_to: 0, secrets }
    }

    /// Waits for this text after the previously expected one; returns the text in between.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> String {
        let started = Instant::now();
        let mut ended_at = None;
        let mut shown = self.screen.text.lock().expect("no reader panics");
        loop {
            let unread = &shown[self.read_to..];
            if let Some(at) = unread.windows(text.len()).position(|window| window == text.as_bytes()) {
                let before = String::from_utf8_lossy(&unread[..at]).into_owned();
                self.read_to += at + text.len();
                return before;
            }
            if ended_at.is_none() && matches!(self.child.try_wait(), Ok(Some(_))) {
                ended_at = Some(Instant::now());
            }
            let hopeless = ended_at.is_some_and(|ended| ended.elapsed() > Duration::from_secs(2));
            if hopeless || started.elapsed() > PATIENCE {
                let screen = String::from_utf8_lossy(&shown).into_owned();
                drop(shown);
                panic!("`{text}` never came on the terminal:\n{screen}\n{}", self.said_elsewhere());
            }
            shown = self.screen.more.wait_timeout(shown, Duration::from_millis(100)).expect("no reader panics").0;
        }
    }

    /// Waits for one of these texts after the previously expected one, and returns its index. `None` once the command has ended or `until`
    /// is true.
    #[track_caller]
    pub fn expect_one_of(&mut self, texts: &[&str], until: &dyn Fn() -> bool) -> Option<usize> {
        let started = Instant::now();
        let mut ended_at = None;
        let mut shown = self.screen.text.lock().expect("no reader panics");
        loop {
            let unread = &shown[self.read_to..];
            let end_of = |text: &&str| Some(unread.windows(text.len()).position(|window| window == text.as_bytes())? + text.len());
            let first = texts.iter().enumerate().filter_map(|(index, text)| Some((end_of(text)?, index))).min();
            if let Some((end, index)) = first {
                self.read_to += end;
                return Some(index);
            }
            if ended_at.is_none() && matches!(self.child.try_wait(), Ok(Some(_))) {
                ended_at = Some(Instant::now());
            }
            if until() || ended_at.is_some_and(|ended| ended.elapsed() > Duration::from_millis(300)) {
                return None;
            }
            assert!(started.elapsed() < PATIENCE, "none of {texts:?} came:\n{}", String::from_utf8_lossy(&shown));
            shown = self.screen.more.wait_timeout(shown, Duration::from_millis(20)).expect("no reader panics").0;
        }
    }

    /// Waits until this process's job is in the foreground: until then, Ctrl-C and Ctrl-Z reach the shell.
    #[track_caller]
    pub fn expect_foreground(&self, pid: u32) {
        let started = Instant::now();
        while tcgetpgrp(&*self.keyboard).map(|job| job.as_raw_nonzero().get().unsigned_abs()) != Ok(pid) {
            assert!(started.elapsed() < PATIENCE, "job {pid} never got the terminal:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The piped output of a command that the test gives up on.
    fn said_elsewhere(&mut self) -> String {
        let _ = self.child.kill();
        let mut text = String::new();
        for pipe in [self.child.stdout.take().map(OwnedFd::from), self.child.stderr.take().map(OwnedFd::from)].into_iter().flatten() {
            let _ = File::from(pipe).read_to_string(&mut text);
        }
        text
    }

    /// Types the text and presses Enter.
    pub fn type_line(&self, text: &str) {
        self.write(format!("{text}\r").as_bytes());
    }

    /// Types the text without Enter.
    pub fn type_keys(&self, text: impl AsRef<[u8]>) {
        self.write(text.as_ref());
    }

    /// Presses Ctrl and a letter.
    pub fn press_ctrl(&self, letter: u8) {
        self.write(&[letter & 0x1f]);
    }

    fn write(&self, bytes: &[u8]) {
        (&*self.keyboard).write_all(bytes).expect("the terminal takes what is typed");
    }

    pub fn resize(&self, rows: u16, columns: u16) {
        self.keyboard.resize(Size::new(rows, columns)).expect("the terminal takes its size");
    }

    /// Takes the terminal away from the command, as a lost connection does, and waits for the command to end.
    pub fn hang_up(self) {
        let Self { keyboard, settings, screen, child, .. } = self;
        screen.nobody_looks.store(true, Ordering::SeqCst);
        // The reader also holds the terminal open until its next read. Typed text may have no echo, so write something.
        rustix::io::write(&settings, b" ").expect("the terminal accepts output");
        drop((keyboard, settings));
        finish(child);
    }

    /// Whether the terminal echoes now.
    pub fn echoes(&self) -> bool {
        tcgetattr(&self.settings).expect("the settings can be read").local_modes.contains(LocalModes::ECHO)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All bytes written to the terminal so far.
    pub fn written(&self) -> Vec<u8> {
        self.screen.text.lock().expect("no reader panics").clone()
    }

    /// All text on the terminal so far.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.text.lock().expect("no reader panics")).replace("\r\n", "\n")
    }

    /// Waits for the command to end, and searches the terminal's text for secrets.
    #[track_caller]
    pub fn wait(self) -> Ended {
        let Self { keyboard, settings, original, screen, closed, child, secrets, .. } = self;
        let (status, stdout, stderr) = finish(child);
        let now = tcgetattr(&settings).expect("the settings can be read");
        let as_it_was = now.local_modes == original.local_modes
            && now.input_modes == original.input_modes
            && now.output_modes == original.output_modes
            && format!("{:?}", now.special_codes) == format!("{:?}", original.special_codes);
        drop(settings);
        // Pending output comes before the end, unless a leftover process has the terminal open too.
        let _ = closed.recv_timeout(Duration::from_secs(5));
        let screen = String::from_utf8_lossy(&screen.text.lock().expect("no reader panics")).replace("\r\n", "\n");
        drop(keyboard);
        leaks::check_text("what was on the terminal", &screen, &secrets);
        leaks::check_text("stderr", &stderr, &secrets);
        Ended { status: status_of(status), screen, stdout, stderr, as_it_was }
    }
}
