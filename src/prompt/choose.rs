//! Decides which ways of asking are available, the best first. Pure: the facts come in as values, and nothing is opened.

use crate::config::settings::PromptMethod;

/// A way of asking the user, or a device that provides the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Terminal,
    /// The program to call, since its name depends on the platform.
    Pinentry(&'static str),
    Zenity,
    Kdialog,
    Osascript,
    WindowsDialog,
    Ykman,
}

/// The state of the controlling terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TerminalState {
    Ready,
    /// It exists, but reading from it would stop this process.
    Background,
    /// Another program reads its keys: a command alongside this process, or a full-screen program that started it.
    Taken,
    /// The same, but no program is there that could read its keys: one that crashed has left it so.
    LeftRaw,
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Unix,
    MacOs,
    Windows,
}

impl System {
    pub(super) const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_os = "macos") {
        Self::MacOs
    } else {
        Self::Unix
    };
}

/// The facts that decide how to ask.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Surroundings<'a> {
    pub system: System,
    pub terminal: TerminalState,
    /// Whether a command runs alongside this process and owns the terminal.
    pub alongside_a_command: bool,
    /// `DISPLAY`.
    pub display: Option<&'a str>,
    /// Whether `WAYLAND_DISPLAY` is set.
    pub wayland: bool,
    /// Whether the user sits at another machine: `SSH_CONNECTION` or `SSH_TTY`.
    pub ssh: bool,
    /// Whether the desktop is KDE: its own dialogs come first there.
    pub kde: bool,
    /// Whether a program of this name is on the `PATH`.
    pub installed: &'a dyn Fn(&str) -> bool,
}

/// The way chosen by name, else every way that may work here, the best first.
///
/// # Errors
/// Why there is none, as a clause.
pub(super) fn ways(asked: Option<PromptMethod>, around: &Surroundings<'_>) -> Result<Vec<Way>, String> {
    match asked {
        Some(method) => named(method, around).map(|way| vec![way]),
        None if around.alongside_a_command => alongside_a_command(around),
        None if around.terminal == TerminalState::Ready => Ok(vec![Way::Terminal]),
        None => dialogs(around),
    }
}

/// Windows first: text on the terminal would be in the middle of the command's output.
fn alongside_a_command(around: &Surroundings<'_>) -> Result<Vec<Way>, String> {
    match (dialogs(around), around.terminal) {
        (windows, TerminalState::Ready) => Ok(windows.unwrap_or_default().into_iter().chain([Way::Terminal]).collect()),
        (windows, _) => windows,
    }
}

fn named(method: PromptMethod, around: &Surroundings<'_>) -> Result<Way, String> {
    let (way, program) = match method {
        PromptMethod::Terminal => match around.terminal {
            TerminalState::Ready => return Ok(Way::Terminal),
            state => return Err(lacking(state, around.alongside_a_command).to_owned()),
        },
        PromptMethod::Pinentry => {
            let program = pinentry(around).unwrap_or("pinentry");
            (Way::Pinentry(program), program)
        }
        PromptMethod::Zenity => (Way::Zenity, "zenity"),
        PromptMethod::Kdialog => (Way::Kdialog, "kdialog"),
        PromptMethod::Osascript => (Way::Osascript, "osascript"),
        PromptMethod::Ykman => (Way::Ykman, "ykman"),
    };
    if (around.installed)(program) { Ok(way) } else { Err(format!("`{program}` is not on the `PATH`")) }
}

/// On macOS, `pinentry` is the one for terminals, and the one with a window has a different name.
fn pinentry(around: &Surroundings<'_>) -> Option<&'static str> {
    let names: &[&str] = if around.system == System::MacOs { &["pinentry-mac", "pinentry"] } else { &["pinentry"] };
    names.iter().copied().find(|name| (around.installed)(name))
}

fn dialogs(around: &Surroundings<'_>) -> Result<Vec<Way>, String> {
    let lacking = lacking(around.terminal, around.alongside_a_command);
    let installed = |program: &str| (around.installed)(program);
    if around.ssh && !has_display(around) {
        return Err(format!("{lacking}, and a window would open on another machine's screen"));
    }
    match around.system {
        System::Windows => Ok(vec![Way::WindowsDialog]),
        System::MacOs => {
            let mac = pinentry(around).filter(|name| *name == "pinentry-mac").map(Way::Pinentry);
            Ok(mac.into_iter().chain([Way::Osascript]).collect())
        }
        System::Unix if !has_display(around) => Err(format!("{lacking}, and there is no display (`DISPLAY`, `WAYLAND_DISPLAY`)")),
        System::Unix => {
            let mut ways: Vec<Way> = pinentry(around).map(Way::Pinentry).into_iter().collect();
            let mut desktop = [(Way::Zenity, "zenity"), (Way::Kdialog, "kdialog")];
            if around.kde {
                desktop.reverse();
            }
            ways.extend(desktop.into_iter().filter(|(_, program)| installed(program)).map(|(way, _)| way));
            if ways.is_empty() {
                return Err(format!("{lacking}, and none of `pinentry`, `zenity` and `kdialog` is on the `PATH`"));
            }
            Ok(ways)
        }
    }
}

/// Over SSH, the user only sees a forwarded display: `DISPLAY=:0` and `WAYLAND_DISPLAY` are the remote machine's own screen,
/// as seen by a shell that was started there in a terminal multiplexer.
fn has_display(around: &Surroundings<'_>) -> bool {
    let local = |display: &str| display.starts_with(':') || display.starts_with("unix:");
    if around.ssh { around.display.is_some_and(|display| !local(display)) } else { around.display.is_some() || around.wayland }
}

pub(super) fn lacking(terminal: TerminalState, alongside_a_command: bool) -> &'static str {
    match terminal {
        TerminalState::Background => "this process is in the background of its terminal",
        TerminalState::Taken if alongside_a_command => "the command uses the terminal's keyboard itself",
        TerminalState::Taken => "another program uses the terminal's keyboard itself",
        TerminalState::LeftRaw => "the terminal returns no lines, as after a crash (`stty sane` restores it)",
        TerminalState::Ready | TerminalState::Absent => "this process has no terminal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `terminal taken alongside ssh kde wayland` as words, the display, the programs.
    fn around(system: System, words: &str, display: Option<&str>, programs: &str, asked: Option<PromptMethod>) -> Result<Vec<Way>, String> {
        let says = |word: &str| words.split(' ').any(|said| said == word);
        let terminal = match () {
            () if says("terminal") => TerminalState::Ready,
            () if says("taken") => TerminalState::Taken,
            () if says("raw") => TerminalState::LeftRaw,
            () if says("background") => TerminalState::Background,
            () => TerminalState::Absent,
        };
        let installed = |name: &str| programs.split(' ').any(|program| program == name);
        let (alongside_a_command, wayland, ssh, kde) = (says("alongside"), says("wayland"), says("ssh"), says("kde"));
        ways(asked, &Surroundings { system, terminal, alongside_a_command, display, wayland, ssh, kde, installed: &installed })
    }

    #[test]
    fn what_is_there_decides() {
        const ALL: &str = "pinentry zenity kdialog osascript ykman";
        const PINENTRY: Way = Way::Pinentry("pinentry");
        use System::{MacOs, Unix, Windows};
        for (system, words, display, programs, expected, why) in [
            (Unix, "terminal", Some(":0"), ALL, &[Way::Terminal][..], "the terminal goes before every window"),
            (Unix, "terminal ssh", None, "", &[Way::Terminal], "over SSH too"),
            (Unix, "", Some(":0"), ALL, &[PINENTRY, Way::Zenity, Way::Kdialog], "windows in order, the next where one cannot open"),
            (Unix, "kde", Some(":0"), ALL, &[PINENTRY, Way::Kdialog, Way::Zenity], "KDE's own goes first there"),
            (Unix, "wayland", None, "zenity", &[Way::Zenity], "Wayland is a display"),
            (Unix, "background", Some(":0"), "kdialog", &[Way::Kdialog], "a terminal in whose background we are is none"),
            (Unix, "alongside terminal", Some(":0"), "zenity", &[Way::Zenity, Way::Terminal], "with a command running, windows go first"),
            (Unix, "alongside terminal", None, ALL, &[Way::Terminal], "and the terminal is better than nothing"),
            (Unix, "alongside taken", Some(":0"), "kdialog", &[Way::Kdialog], "unless the command has its keys"),
            (Unix, "taken", Some(":0"), "kdialog", &[Way::Kdialog], "nor is it asked on where another program has them"),
            (Unix, "taken ssh", Some("localhost:10.0"), "zenity", &[Way::Zenity], "be that a forwarded one"),
            (Unix, "ssh", Some("localhost:10.0"), "zenity", &[Way::Zenity], "a forwarded display is in front of the person"),
            (MacOs, "", None, "osascript pinentry", &[Way::Osascript], "there `pinentry` is for terminals"),
            (MacOs, "", None, "osascript pinentry-mac", &[Way::Pinentry("pinentry-mac"), Way::Osascript], "and this has a window"),
            (Windows, "", None, "", &[Way::WindowsDialog], "Windows' own dialog"),
        ] {
            assert_eq!(around(system, words, display, programs, None).as_deref(), Ok(expected), "{why}");
        }
    }

    #[test]
    fn where_there_is_no_way_the_reason_says_what_is_lacking() {
        use System::{MacOs, Unix, Windows};
        for (system, words, display, programs, expected) in [
            (Unix, "", None, "pinentry zenity", "this process has no terminal, and there is no display (`DISPLAY`, `WAYLAND_DISPLAY`)"),
            (Unix, "background", None, "zenity", "this process is in the background of its terminal, and there is no display"),
            (Unix, "alongside taken", None, "zenity", "the command uses the terminal's keyboard itself, and there is no display"),
            (Unix, "taken", None, "zenity", "another program uses the terminal's keyboard itself, and there is no display"),
            (
                Unix,
                "raw",
                None,
                "zenity",
                "the terminal returns no lines, as after a crash (`stty sane` restores it), and there is no display",
            ),
            (Unix, "", Some(":0"), "ykman", "none of `pinentry`, `zenity` and `kdialog` is on the `PATH`"),
            (Unix, "ssh wayland", Some(":0"), "zenity", "a window would open on another machine's screen"),
            (MacOs, "ssh", None, "osascript", "a window would open on another machine's screen"),
            (Windows, "ssh", None, "", "a window would open on another machine's screen"),
        ] {
            let reason = around(system, words, display, programs, None).unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
    }

    #[test]
    fn what_is_asked_for_by_name_is_taken_or_refused_and_never_replaced() {
        use PromptMethod::{Osascript, Pinentry, Terminal, Ykman, Zenity};
        let on = |words, programs, asked| around(System::Unix, words, None, programs, Some(asked));
        assert_eq!(on("terminal", "pinentry", Pinentry), Ok(vec![Way::Pinentry("pinentry")]));
        assert_eq!(on("terminal", "ykman", Ykman), Ok(vec![Way::Ykman]));
        // Without a display the program itself says that it cannot open a window.
        assert_eq!(on("ssh", "zenity", Zenity), Ok(vec![Way::Zenity]));
        assert_eq!(on("terminal", "zenity", Osascript), Err("`osascript` is not on the `PATH`".to_owned()));
        assert_eq!(on("", "zenity", Terminal), Err("this process has no terminal".to_owned()));
        assert_eq!(on("alongside terminal", "zenity", Terminal), Ok(vec![Way::Terminal]));
        let taken = "the command uses the terminal's keyboard itself";
        assert_eq!(on("alongside taken", "zenity", Terminal), Err(taken.to_owned()));
        assert_eq!(on("background", "zenity", Terminal), Err("this process is in the background of its terminal".to_owned()));
    }
}
