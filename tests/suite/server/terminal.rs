//! At a terminal, a command with an endpoint behaves as without `vault`: Ctrl-C, Ctrl-Z, `fg`, `bg`, resize, hang-up.

use super::renewal::{ASK, PROMPT as CODE, short_lived, window_code};
use super::*;

const READY: &str = "ready> ";
const PROMPT: &str = "MFA code for ";

/// An interactive shell with job control.
fn shell(world: &World) -> Terminal {
    let arguments = ["--norc", "--noprofile", "--noediting", "-i"];
    let mut shell = Terminal::run(world.command("/bin/bash".as_ref(), &arguments).env("PS1", READY).env("HISTFILE", ""));
    shell.expect(READY);
    shell
}

/// A command line that runs a Python program under `exec --server`. The terminal echoes it, so it must not contain the expected text.
fn serve_python(world: &World, program: &str) -> String {
    world.write("program.py", program);
    format!("{} exec --server read-only -- python3 program.py", World::binary().display())
}

/// Waits, and counts the signals with this name.
fn counts(signal: &str) -> String {
    format!(
        "import os, signal, time\ncount = []\nsignal.signal(signal.SIG{signal}, lambda *_: count.append(1))\n\
         print('started pid=%d.' % os.getpid(), flush=True)\nwhile not count: time.sleep(0.01)\n\
         # Whatever was sent twice has time to arrive.\ntime.sleep(0.5)\n"
    )
}

/// The program's pid, once it runs.
fn started(shell: &mut Terminal) -> u32 {
    shell.expect("started pid=");
    shell.expect(".").parse().expect("a pid is a number")
}

/// The process group of `vault` and its command, which is in the foreground.
fn group_of(pid: u32) -> u32 {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).expect("pids are small")).expect("a pid is not zero");
    rustix::process::getpgid(Some(pid)).expect("the process is there").as_raw_nonzero().get().unsigned_abs()
}

fn leave(mut shell: Terminal) {
    shell.expect(READY);
    shell.type_line("exit");
    let ended = shell.wait();
    assert!(ended.as_it_was, "{ended:?}");
}

#[test]
fn ctrl_c_reaches_the_command_once_and_vault_waits_for_it() {
    let world = signed_in();
    for (letter, signal) in [(b'c', "INT"), (b'\\', "QUIT")] {
        let mut shell = shell(&world);
        let program = format!("{}print('got', len(count), 'and cleaned up')\nos._exit(3)\n", counts(signal));
        shell.type_line(&format!("{}; echo \"status=$?\"", serve_python(&world, &program)));
        started(&mut shell);
        shell.press_ctrl(letter);
        shell.expect("got 1 and cleaned up");
        shell.expect("status=3");
        leave(shell);
    }
}

#[test]
fn ctrl_c_does_not_kill_vault_after_a_window_asked() {
    let world = World::with_key();
    let answers = format!("case $word in GETPIN) echo 'D {}'; echo OK;; *) echo OK;; esac", world.aws.fresh_code("some-user"));
    install(&world, "pinentry", &format!("echo OK; while read -r word rest; do {answers}; done"));
    let mut shell = shell(&world);
    shell.type_line(&format!("export DISPLAY=:7 PATH=\"{}:$PATH\"", world.path("bin").display()));
    shell.expect(READY);
    let program = format!("{}print('got', len(count), 'and cleaned up')\nos._exit(3)\n", counts("INT"));
    shell.type_line(&format!("{}; echo \"status=$?\"", serve_python(&world, &program).replace("exec", "exec --prompt pinentry")));
    started(&mut shell);
    shell.press_ctrl(b'c');
    shell.expect("got 1 and cleaned up");
    shell.expect("status=3");
    leave(shell);
}

#[test]
fn ctrl_c_ends_a_command_that_does_not_handle_it() {
    let world = signed_in();
    let mut shell = shell(&world);
    shell.type_line(&format!("{} exec --server read-only -- sleep 600", World::binary().display()));
    shell.expect("600");
    // Once the command runs, the shell's foreground group is another one.
    let started = std::time::Instant::now();
    let children = || std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.pid())).unwrap_or_default();
    let served = || {
        let vault = children().trim().to_owned();
        let below = std::fs::read_to_string(format!("/proc/{vault}/task/{vault}/children")).unwrap_or_default();
        let line = |pid: &str| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        below.split_whitespace().any(|pid| line(pid).starts_with("sleep"))
    };
    while !served() {
        assert!(started.elapsed() < Duration::from_secs(30), "the command never ran: {}", shell.screen());
        std::thread::sleep(Duration::from_millis(10));
    }
    shell.press_ctrl(b'c');
    shell.expect(READY);
    shell.type_line("echo \"status=$?\"");
    shell.expect("status=130");
    leave(shell);
}

#[test]
fn ctrl_z_and_fg_and_bg_work_on_both() {
    let world = signed_in();
    let mut shell = shell(&world);
    let program = format!("{}\nprint('went on', flush=True)\n", counts("USR1"));
    shell.type_line(&serve_python(&world, &program));
    let pid = started(&mut shell);
    let group = group_of(pid);
    for _ in 0..3 {
        shell.expect_foreground(group);
        shell.press_ctrl(b'z');
        shell.expect("Stopped");
        shell.expect(READY);
        for stopped in [pid, group] {
            let stat = std::fs::read_to_string(format!("/proc/{stopped}/stat")).expect("it is there");
            assert_eq!(stat.rsplit(") ").next().and_then(|rest| rest.chars().next()), Some('T'), "{stat}");
        }
        shell.type_line("bg");
        shell.expect(READY);
        shell.type_line("jobs");
        shell.expect("Running");
        shell.expect(READY);
        shell.type_line("fg");
    }
    shell.expect_foreground(group);
    shell.type_keys("");
    shell.press_ctrl(b'z');
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line(&format!("kill -USR1 {pid}; fg; echo \"status=$?\""));
    shell.expect("went on");
    shell.expect("status=0");
    leave(shell);
}

#[test]
fn a_command_that_stops_itself_stops_the_job() {
    let world = signed_in();
    let mut shell = shell(&world);
    let program = "import os, signal\nprint('started pid=%d.' % os.getpid(), flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)\nprint('went', 'on')\n";
    shell.type_line(&serve_python(&world, program));
    started(&mut shell);
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line("fg; echo \"status=$?\"");
    shell.expect("went on");
    shell.expect("status=0");
    leave(shell);
}

#[test]
fn a_command_in_a_script_is_not_a_separate_job() {
    let world = signed_in();
    // The command is stopped and continued from outside, without job control.
    let command = "(sleep 0.5; kill -CONT $$) & kill -STOP $$; echo went on";
    let script = format!("{} exec --server read-only -- sh -c '{command}'; echo \"status=$?\"", World::binary().display());
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", &script]));
    terminal.expect("went on");
    terminal.expect("status=0");
    assert!(terminal.wait().as_it_was);
}

#[test]
fn ctrl_z_stops_a_job_that_a_script_runs() {
    let world = signed_in();
    let mut shell = shell(&world);
    world.write("script", format!("{}; echo \"status=$?\"", serve_python(&world, &format!("{}print('went', 'on')\n", counts("USR1")))));
    shell.type_line("sh script");
    let pid = started(&mut shell);
    shell.expect_foreground(group_of(pid));
    shell.press_ctrl(b'z');
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line(&format!("kill -USR1 {pid}; fg"));
    shell.expect("went on");
    shell.expect("status=0");
    leave(shell);
}

#[test]
fn the_endpoint_answers_after_a_stop() {
    let world = signed_in();
    let mut shell = shell(&world);
    let ask = "import os, signal, urllib.request as u\n\
               def ask():\n\
               \x20   r = u.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers={'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']})\n\
               \x20   return u.urlopen(r, timeout=2).status\n\
               print('started pid=%d.' % os.getpid(), ask(), flush=True)\n\
               os.kill(os.getpid(), signal.SIGTSTP)\n\
               print('answered', ask())\n";
    shell.type_line(&serve_python(&world, ask));
    started(&mut shell);
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line("fg");
    shell.expect("answered 200");
    leave(shell);
}

#[test]
fn an_interactive_shell_as_the_command_has_its_own_jobs() {
    let world = signed_in();
    let mut outer = shell(&world);
    let inner = "bash --norc --noprofile --noediting -i";
    outer.type_line(&format!("PS1='inner> ' {} exec --server read-only -- {inner}; echo \"status=$?\"", World::binary().display()));
    outer.expect("inner> ");
    outer.type_line("echo \"for $AWS_VAULT\"");
    outer.expect("for read-only");
    outer.expect("inner> ");
    // A job of the inner shell is stopped and ended without effect on anything else.
    outer.type_line("sh -c 'printf \"star%s pid=%s.\\n\" ted $$; exec sleep 600'");
    let job = started(&mut outer);
    outer.expect_foreground(job);
    outer.press_ctrl(b'z');
    outer.expect("Stopped");
    outer.expect("inner> ");
    outer.type_line("fg");
    outer.expect_foreground(job);
    outer.press_ctrl(b'c');
    outer.expect("inner> ");
    // Ctrl-C at its prompt does not end it.
    outer.press_ctrl(b'c');
    outer.expect("inner> ");
    // The whole inner shell is a job of the outer one.
    outer.type_line("suspend");
    outer.expect("Stopped");
    outer.expect(READY);
    outer.type_line("fg");
    outer.type_line("echo \"back for $AWS_VAULT\"");
    outer.expect("back for read-only");
    outer.type_line("exit 5");
    outer.expect("exit");
    leave(outer);
}

#[test]
fn the_status_of_a_shell_passes_through() {
    let world = signed_in();
    let mut shell = Terminal::run(world.vault(["exec", "--server", "read-only"]).env("SHELL", "/bin/bash").env("PS1", "inner> "));
    shell.expect("a shell with the credentials of `read-only`, renewed while it runs; leave it with `exit`");
    shell.type_line("exit 5");
    let ended = shell.wait();
    assert_eq!((ended.status, ended.as_it_was), (5, true), "{ended:?}");
}

#[test]
fn death_by_a_signal_passes_through() {
    let world = signed_in();
    let mut shell = shell(&world);
    for (signal, status) in [("TERM", 143), ("KILL", 137), ("HUP", 129), ("USR1", 138), ("INT", 130)] {
        shell.type_line(&format!("{} exec --server read-only -- sh -c 'kill -{signal} $$'", World::binary().display()));
        shell.expect("$$'");
        shell.expect(READY);
        shell.type_line("echo \"status=$?\"");
        shell.expect(&format!("status={status}"));
        shell.expect(READY);
    }
    shell.type_line("");
    leave(shell);
}

#[test]
fn a_new_size_of_the_terminal_reaches_the_command_once() {
    let world = signed_in();
    let program = format!("{}print('now', os.get_terminal_size(), 'told', len(count))\n", counts("WINCH"));
    let mut shell = shell(&world);
    shell.type_line(&serve_python(&world, &program));
    let group = group_of(started(&mut shell));
    shell.expect_foreground(group);
    shell.resize(31, 99);
    shell.expect("now os.terminal_size(columns=99, lines=31) told 1");
    leave(shell);
}

#[test]
fn a_hang_up_reaches_the_command() {
    let world = signed_in();
    let program = format!("{}open('gone', 'w').write('hung up')\n", counts("HUP"));
    // If `vault` leads the session, as with `ssh -t` or in a separate terminal window, only it gets the signal.
    let line = serve_python(&world, &program);
    let mut alone = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", &format!("exec {line}")]));
    started(&mut alone);
    alone.hang_up();
    wait_for(&world, "gone");
    std::fs::remove_file(world.path("gone")).expect("it was there");
    // Under a shell, the job gets it.
    let mut below = shell(&world);
    below.type_line(&line);
    let pid = started(&mut below);
    below.expect_foreground(group_of(pid));
    below.hang_up();
    wait_for(&world, "gone");
}

fn wait_for(world: &World, file: &str) {
    let started = std::time::Instant::now();
    while std::fs::read_to_string(world.path(file)).unwrap_or_default() != "hung up" {
        assert!(started.elapsed() < Duration::from_secs(30), "the command never got the signal");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_job_in_the_background_asks_in_a_window_and_leaves_the_terminal_alone() {
    let world = short_lived();
    world.aws.shorten_sessions(1.0);
    forget_codes(&world);
    install(&world, "zenity", &window_code(&world));
    let program = "import urllib.request as u\nlater(61)\n\
                   r = u.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers={'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']})\n\
                   print('served', json.loads(u.urlopen(r, timeout=2).read())['AccessKeyId'][:4])\n";
    let mut shell = shell(&world);
    shell.type_line(&format!("export DISPLAY=:7 PATH=\"{}:$PATH\"", world.path("bin").display()));
    shell.expect(READY);
    // Other window programs would be tried first, so this one is chosen by name.
    shell.type_line(&format!(
        "{} & wait $!; echo \"status=$?\"",
        serve_python(&world, &format!("{ASK}{program}")).replace("exec", "exec --prompt zenity")
    ));
    shell.expect("served ASIA");
    shell.expect("status=0");
    assert!(!shell.screen().contains(PROMPT), "{}", shell.screen());
    assert_eq!(world.read("asked"), "asked\n");
    leave(shell);
}

#[test]
fn a_message_of_vault_does_not_stop_a_job_in_the_background() {
    let world = short_lived();
    let program = "import urllib.request as u\n\
                   masks = [line for line in open('/proc/self/status') if line.startswith(('SigBlk', 'SigIgn'))]\n\
                   later(61)\n\
                   r = u.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers={'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']})\n\
                   for attempt in range(9):\n\
                   \x20   try: u.urlopen(r, timeout=2).read()\n\
                   \x20   except u.HTTPError as error: open('refused', 'w').write('%d' % error.code); break\n\
                   \x20   except Exception: pass\n\
                   # The signal for writing (22) is neither blocked nor ignored in the command.\n\
                   os._exit(3 if any(int(mask.split()[1], 16) >> 21 & 1 for mask in masks) else 5)\n";
    let mut shell = shell(&world);
    shell.type_line("stty tostop");
    shell.expect(READY);
    shell.type_line(&format!("{} & wait $!; echo \"status=$?\"", serve_python(&world, &format!("{ASK}{program}"))));
    shell.expect("this process is in the background of its terminal");
    shell.expect("status=5");
    assert_eq!(world.read("refused"), "503");
    shell.type_line("stty -tostop");
    shell.expect(READY);
    leave(shell);
}

#[test]
fn a_job_in_the_background_never_reads_from_the_terminal() {
    let world = short_lived();
    let program = "import urllib.request as u\n\
                   later(61)\n\
                   r = u.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers={'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']})\n\
                   for attempt in range(3):\n\
                   \x20   try: u.urlopen(r, timeout=2).read()\n\
                   \x20   except u.HTTPError as error: print('refused', error.code); break\n\
                   \x20   except Exception: pass\n";
    let mut shell = shell(&world);
    shell.type_line(&format!("{} & wait $!; echo \"status=$?\"", serve_python(&world, &format!("{ASK}{program}"))));
    shell.expect("this process is in the background of its terminal");
    shell.expect("refused 503");
    shell.expect("status=0");
    assert!(!shell.screen().contains(PROMPT), "{}", shell.screen());
    leave(shell);
}

#[test]
fn what_is_typed_at_a_prompt_when_the_command_ends_does_not_reach_the_shell() {
    let world = short_lived();
    forget_codes(&world);
    let mut shell = shell(&world);
    let program = format!(
        "{ASK}import time\nlater(61)\nthreading.Thread(target=ask_at_once, args=(1,), daemon=True).start()\n\
         while not os.path.exists('end'): time.sleep(0.05)\nos._exit(0)\n"
    );
    shell.type_line(&serve_python(&world, &program));
    shell.expect(CODE);
    shell.type_keys("12");
    shell.expect("12");
    world.write("end", "");
    shell.expect(READY);
    shell.type_line("echo \"sum=$((40 + 2))\"");
    shell.expect("sum=42");
    leave(shell);
}

/// Ctrl-C and Ctrl-\ clear what is typed, and a command's output hides the question: nobody would see that a prompt is still open.
#[test]
fn a_prompt_ends_with_ctrl_c_that_the_command_survives() {
    let world = short_lived();
    for (letter, signal) in [(b'c', "INT"), (b'\\', "QUIT")] {
        for typed in ["", "12"] {
            forget_codes(&world);
            let mut shell = shell(&world);
            let program = format!(
                "{ASK}import signal\nsignal.signal(signal.SIG{signal}, lambda *_: None)\nlater(61)\n\
                 print('request:', ask_at_once(1)[0], flush=True)\nprint('re' + 'ad <%s>' % input(), flush=True)\n"
            );
            shell.type_line(&serve_python(&world, &program));
            shell.expect(CODE);
            shell.type_keys(typed);
            shell.press_ctrl(letter);
            shell.expect("the credentials of `read-only` were not renewed: cancelled");
            shell.expect("request: 503");
            shell.type_line("for the command");
            shell.expect("read <for the command>");
            assert_eq!(shell.screen().matches(CODE).count(), 1, "{}", shell.screen());
            leave(shell);
            world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
        }
    }
}

#[test]
fn a_command_that_ends_by_ctrl_c_at_a_prompt_has_no_message_about_the_prompt() {
    let world = short_lived();
    forget_codes(&world);
    let mut shell = shell(&world);
    let program = format!("{ASK}import signal\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\nlater(61)\nask_at_once(1)\n");
    shell.type_line(&format!("{}; echo \"status=$?\"", serve_python(&world, &program)));
    shell.expect(CODE);
    shell.type_keys("12");
    shell.press_ctrl(b'c');
    shell.expect(READY);
    shell.type_line("echo \"sum=$((40 + 2))\"");
    shell.expect("sum=42");
    assert!(!shell.screen().contains("were not renewed"), "{}", shell.screen());
    leave(shell);
}
