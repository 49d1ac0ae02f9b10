//! Ctrl-Z: where no shell can continue the job, it changes nothing, as for every program; and a stopped job keeps nobody waiting.

use rustix::process::{Pid, Signal, kill_process};

use super::*;
use crate::support::tools;
use crate::support::world::{Invocation, PASSPHRASE, usual_aws};

const PASSPHRASE_PROMPT: &str = "Passphrase of the file keystore: ";

/// A parent that waits for its child and ignores the signal of Ctrl-Z, which the child does not, as `zsh` does for `$(…)`.
const IGNORING: &str = "\
import signal, subprocess, sys
signal.signal(signal.SIGTSTP, signal.SIG_IGN)
sys.exit(subprocess.run(sys.argv[1:], preexec_fn=lambda: signal.signal(signal.SIGTSTP, signal.SIG_DFL)).returncode)
";

/// The places where no shell can continue the job, with the words that start a command there.
fn places() -> [(&'static str, Vec<String>); 4] {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let python = tools::program("python3").display().to_string();
    let zsh = tools::program("zsh").display().to_string();
    [
        ("the leader of the session", words(&[])),
        ("below a script", words(&["/bin/sh", "-c", "\"$@\"; exit $?", "sh"])),
        ("in zsh's $(…)", words(&[&zsh, "-fic", "text=$(\"$@\")", "zsh"])),
        ("below one that ignores it", words(&["/bin/bash", "-c", "set -m; \"$@\"; exit $?", "bash", &python, "-c", IGNORING])),
    ]
}

fn started<'a>(world: &'a World, place: &[String], arguments: &[&str]) -> Invocation<'a> {
    let binary = World::binary().display().to_string();
    let words: Vec<_> = place.iter().map(String::as_str).chain([&*binary]).chain(arguments.iter().copied()).collect();
    world.command(words[0].as_ref(), &words[1..])
}

fn forget_sessions(world: &World) {
    crate::support::steps::forget_codes(world);
    let _ = std::fs::remove_dir_all(world.path(".cache/vault"));
}

#[test]
fn ctrl_z_at_each_kind_of_prompt_changes_nothing_where_no_shell_can_continue_the_job() {
    let world = world_that_asks_for_its_passphrase();
    for (place, words) in places() {
        forget_sessions(&world);
        let mut terminal = Terminal::run(started(&world, &words, &["exec", "read-only", "--", "true"]));
        // Hidden: the prompt reads the key itself.
        terminal.expect(PASSPHRASE_PROMPT);
        terminal.type_keys("half");
        terminal.press_ctrl(b'z');
        terminal.expect(PASSPHRASE_PROMPT);
        assert!(!terminal.echoes(), "{place}");
        terminal.type_line(PASSPHRASE);
        // Shown, after a hidden one: the key sends its signal, for which there is a handler by now.
        terminal.expect(PROMPT);
        terminal.press_ctrl(b'z');
        terminal.expect(PROMPT);
        terminal.type_line(&world.aws.fresh_code("some-user"));
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.as_it_was), (0, true), "{place}: {ended:?}");
    }
}

#[test]
fn ctrl_z_in_the_list_of_profiles_changes_nothing_there_either() {
    let world = World::with_key();
    for (place, words) in places() {
        if place.contains('$') {
            // Its stdout is not the terminal, so there is no list.
            continue;
        }
        let mut terminal = Terminal::run(started(&world, &words, &["exec", "--", "true"]));
        terminal.expect("Profile: ");
        terminal.press_ctrl(b'z');
        terminal.expect("Profile: ");
        terminal.press_ctrl(b'd');
        let ended = terminal.wait();
        assert!(ended.as_it_was, "{place}: {ended:?}");
    }
}

/// Whoever sends it: outside of a prompt, the kernel would not stop the process either.
#[test]
fn a_stop_from_outside_while_a_helper_runs_changes_nothing_after_a_hidden_prompt() {
    let mut world = World::with(
        usual_aws(),
        "[profile read-only]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n\
         mfa_process = echo $PPID > pid.new; mv pid.new pid; while [ ! -e go ]; do sleep 0.02; done; cat go\n",
    );
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    world.add("read-only", "some-user");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]).in_folder(world.home()));
    terminal.expect(PASSPHRASE_PROMPT);
    terminal.type_line(PASSPHRASE);
    while !world.path("pid").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let vault = Pid::from_raw(i32::try_from(terminal.pid()).expect("pids are small")).expect("a pid is not zero");
    kill_process(vault, Signal::TSTP).expect("it is there");
    world.write("code", world.aws.fresh_code("some-user"));
    std::fs::rename(world.path("code"), world.path("go")).expect("it can be renamed");
    assert_eq!(terminal.wait().status, 0);
}

/// Runs that ask, each with its question: below a shell with job control, the first is stopped there, and the second has to ask or to go on.
#[test]
fn a_job_that_was_stopped_at_its_question_keeps_no_other_run_waiting() {
    let config = "\
[profile bare]
region = us-east-1

[profile process]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
mfa_process = printf 'Which code? ' > /dev/tty; read -r code < /dev/tty; echo \"$code\"

[profile source]
region = us-east-1
credential_process = sh -c \"printf 'Whose key? ' > /dev/tty; read -r key < /dev/tty\"

[profile role]
region = us-east-1
source_profile = source
role_arn = arn:aws:iam::123456789012:role/OpsSudo
";
    for (first, question, second, then) in [
        ("exec bare -- true", PASSPHRASE_PROMPT, "exec bare -- echo ran", "ran"),
        ("exec process -- true", "Which code? ", "exec process -- true", "Which code? "),
        ("exec role -- true", "Whose key? ", "exec role -- true", "Whose key? "),
        ("add other --stdin --no-verify < key", PASSPHRASE_PROMPT, "add third --stdin --no-verify < key", "is stored as"),
        ("add other --stdin --no-verify < key", "New passphrase", "add third --stdin --no-verify < key", "is stored as"),
    ] {
        let mut world = World::with(usual_aws(), config);
        world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
        world.add("bare", "some-user");
        world.add("process", "some-user");
        let (id, secret) = world.aws.user("some-user").access_key();
        world.write("key", format!("{id}\n{secret}\n"));
        if question.starts_with("New") {
            std::fs::remove_dir_all(world.path(".local/share/vault")).expect("it is there");
        }
        if question != "Which code? " {
            world.unset("AWS_VAULT_FILE_PASSPHRASE");
        }
        let script = format!(
            "set -m; \"$0\" {first}; echo \"stopped=$?\"; AWS_VAULT_FILE_PASSPHRASE='{PASSPHRASE}' \"$0\" {second}; kill -9 %1; rm -f key"
        );
        let binary = World::binary().display().to_string();
        let mut shell = Terminal::run(world.command("/bin/bash".as_ref(), &["-c", &script, &binary]).in_folder(world.home()));
        shell.expect(question);
        shell.press_ctrl(b'z');
        shell.expect("stopped=14");
        shell.expect(then);
        if then == question {
            shell.press_ctrl(b'c');
        }
        assert!(shell.wait().as_it_was, "{first}");
        let _ = std::fs::remove_file(world.path("key"));
    }
}
