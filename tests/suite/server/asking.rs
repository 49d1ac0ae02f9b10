//! Prompts for the next code while a command uses the terminal: a window first, and the terminal only while nothing else reads it.

use crate::support::world::Invocation;

use super::renewal::{ASK, PROMPT, short_lived, window_code};
use super::*;

/// Puts the terminal into raw mode, as an editor does, requests credentials, and prints the result and the keys that it read.
const TAKES_KEYS: &str = "\
import tty, termios
before = termios.tcgetattr(0)
tty.setraw(0)
later(61)
print('asking\\r', flush=True)
result = ask_at_once(1)[0]
keys = b''
while not keys.endswith(b'q'): keys += os.read(0, 100)
termios.tcsetattr(0, termios.TCSANOW, before)
print('keys', keys.decode(), 'result', result)
";

fn serve<'a>(world: &'a World, program: &str) -> Invocation<'a> {
    world.vault(["exec", "--server", "read-only", "--", "python3", "-c", &format!("{ASK}{program}")])
}

/// Installs a window that gives the next code.
fn with_window<'a>(world: &World, invocation: Invocation<'a>) -> Invocation<'a> {
    install(world, "zenity", &window_code(world));
    // Other window programs would be tried first.
    install(world, "pinentry", "exit 1");
    let path = world.own_path();
    invocation.env("PATH", &path).env("DISPLAY", ":7")
}

#[test]
fn a_command_that_reads_keys_gets_them_all_and_a_window_asks() {
    let world = short_lived();
    forget_codes(&world);
    world.aws.shorten_sessions(1.0);
    let mut terminal = Terminal::run(with_window(&world, serve(&world, TAKES_KEYS)));
    terminal.expect("asking");
    let typed = "all of these keys are for the command, q";
    for key in typed.chars() {
        terminal.type_keys(key.to_string());
        std::thread::sleep(Duration::from_millis(10));
    }
    terminal.expect(&format!("keys {typed} result ASIA"));
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
    assert!(!ended.screen.contains(PROMPT), "{ended:?}");
    assert_eq!(world.read("asked"), "asked\n");
}

#[test]
fn a_command_that_reads_keys_gets_an_error_without_a_window() {
    let world = short_lived();
    forget_codes(&world);
    let mut terminal = Terminal::run(serve(&world, TAKES_KEYS));
    terminal.expect("asking");
    terminal.expect("the command uses the terminal's keyboard itself, and there is no display");
    terminal.expect("hint: run `vault exec read-only -- true` on a terminal");
    terminal.type_keys("123456q");
    terminal.expect("keys 123456q result 503 the credentials of `read-only` were not renewed");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
    assert!(!ended.screen.contains(PROMPT), "{ended:?}");
}

#[test]
fn a_window_is_tried_before_the_terminal() {
    let world = short_lived();
    forget_codes(&world);
    world.aws.shorten_sessions(1.0);
    let terminal = Terminal::run(with_window(&world, serve(&world, "later(61); print('served', ask_at_once(1)[0][:4])")));
    let ended = terminal.wait();
    assert!(ended.status == 0 && ended.screen.contains("served ASIA") && !ended.screen.contains(PROMPT), "{ended:?}");
}

#[test]
fn a_prompt_is_given_up_if_the_command_takes_the_terminal_meanwhile() {
    let mut world = short_lived();
    let raw = "import time, tty\n\
               thread = threading.Thread(target=ask_at_once, args=(1,)); later(61); thread.start()\n\
               while not os.path.exists('take'): time.sleep(0.05)\n\
               import termios; before = termios.tcgetattr(0); tty.setraw(0); thread.join()\n\
               raw = not termios.tcgetattr(0)[3] & termios.ICANON\n\
               before[3] |= termios.ECHO | termios.ISIG; termios.tcsetattr(0, termios.TCSANOW, before); print('left raw', raw)\n";
    // Once with a visible code, and once with a hidden passphrase.
    for question in [PROMPT, "assphrase"] {
        let _ = std::fs::remove_file(world.path("take"));
        if question == "assphrase" {
            world.write(".config/vault/config.toml", "expiry_window = \"0s\"\nfile_unlock_ttl = \"0s\"\n");
            world.unset("AWS_VAULT_FILE_PASSPHRASE");
        }
        forget_codes(&world);
        let mut terminal = Terminal::run(serve(&world, raw));
        terminal.expect(question);
        world.write("take", "");
        terminal.expect("the command uses the terminal's keyboard itself");
        terminal.expect("left raw True");
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
        if question == PROMPT {
            let run = world.vault(["exec", "--no-wait", "read-only", "--", "true"]).code_of("some-user").run();
            assert_eq!(run.status, 0, "the device is free: {run:?}");
        }
    }
}

#[test]
fn a_command_that_waits_for_a_line_receives_it() {
    let world = short_lived();
    forget_codes(&world);
    let program = "later(61); thread = threading.Thread(target=ask_at_once, args=(1,)); thread.start()\n\
                   print('it has', input()); thread.join()\n";
    for _ in 0..3 {
        let mut terminal = Terminal::run(serve(&world, program));
        terminal.expect(PROMPT);
        terminal.type_line("yes");
        terminal.expect("it has yes");
        // The next line goes to the next reader.
        terminal.type_line("");
        assert_eq!(terminal.wait().status, 0);
        forget_codes(&world);
        world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
        forget_codes(&world);
    }
}
