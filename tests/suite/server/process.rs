//! `vault` keeps running as the command's parent without side effects: statuses, signals, streams, limits.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::world::{Run, status_of};

use super::*;

/// Counts its signals, and prints the counts at the end.
const COUNTS: &str = "\
import os, signal, sys, time
counts = {}
def count(number, frame): counts[number] = counts.get(number, 0) + 1
numbers = [getattr(signal, 'SIG' + name) for name in sys.argv[1].split(',')]
for number in numbers: signal.signal(number, count)
print('ready', flush=True)
while not all(counts.get(number) for number in numbers): time.sleep(0.01)
# Whatever was sent twice has time to arrive.
time.sleep(0.5)
print(','.join(str(counts[number]) for number in numbers))
";

fn serve(world: &World, script: &str) -> Run {
    world.vault(["exec", "--server", "read-only", "--", "sh", "-c", script]).run()
}

/// Waits until the command has written this line.
#[track_caller]
fn says(child: &mut Child, line: &str) {
    let mut bytes = vec![0; line.len()];
    child.stdout.as_mut().expect("stdout is a pipe").read_exact(&mut bytes).expect("the command writes");
    assert_eq!(String::from_utf8_lossy(&bytes), line);
}

#[test]
fn statuses_pass_through() {
    let world = signed_in();
    for status in [0, 1, 2, 42, 126, 127, 130, 255] {
        let run = serve(&world, &format!("exit {status}"));
        assert_eq!((run.status, run.stderr.as_str()), (status, ""));
    }
}

#[test]
fn a_command_that_cannot_start_gives_the_same_error_as_without_the_endpoint() {
    let world = signed_in();
    world.write("not-executable", "");
    for command in ["no-such-command", "./no-such-file", "./not-executable"] {
        let with = world.vault(["exec", "--server", "read-only", "--", command]).run();
        let without = world.vault(["exec", "read-only", "--", command]).run();
        assert_eq!((with.status, with.stderr), (without.status, without.stderr));
    }
}

#[test]
fn vault_dies_by_the_same_signal_as_the_command() {
    let world = signed_in();
    for (signal, expected) in [("TERM", 143), ("KILL", 137), ("INT", 130), ("SEGV", 139), ("QUIT", 131), ("HUP", 129), ("PIPE", 141)] {
        let child = world.vault(["exec", "--server", "read-only", "--", "sh", "-c", &format!("kill -{signal} $$")]).start();
        let (status, _, stderr) = finish(child);
        assert_eq!((status.code(), status_of(status)), (None, expected), "{signal}: {stderr}");
    }
    // A signal without a name has no default action to imitate, so the status is the shell's.
    let run = serve(&world, "kill -40 $$");
    assert_eq!(run.status, 168);
}

#[test]
fn signals_sent_to_vault_reach_the_command_once() {
    let world = signed_in();
    let names = "TERM,INT,QUIT,HUP,USR1,USR2,WINCH";
    let mut child = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", COUNTS, names]).start();
    says(&mut child, "ready\n");
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP, Signal::USR1, Signal::USR2, Signal::WINCH] {
        kill_process(Pid::from_child(&child), signal).expect("vault is there");
    }
    let (status, stdout, stderr) = finish(child);
    assert_eq!((status.code(), stdout.as_str()), (Some(0), "1,1,1,1,1,1,1\n"), "{stderr}");
}

#[test]
fn a_signal_to_all_processes_reaches_the_command_once() {
    use std::os::unix::process::CommandExt as _;
    let world = signed_in();
    for (signal, name) in [(Signal::TERM, "TERM"), (Signal::INT, "INT"), (Signal::HUP, "HUP"), (Signal::QUIT, "QUIT")] {
        for one_by_one in [false, true] {
            let mut start = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", COUNTS, name]).into_command();
            let mut child = start.process_group(0).stdout(std::process::Stdio::piped()).spawn().expect("it starts");
            says(&mut child, "ready\n");
            let vault = Pid::from_child(&child);
            if one_by_one {
                // Service managers signal every process that they started, and CI systems every process with their mark.
                let pid = vault.as_raw_nonzero();
                let below = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("vault is there");
                let below = below.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
                for pid in std::iter::once(vault).chain(below) {
                    kill_process(pid, signal).expect("the process is there");
                    std::thread::sleep(Duration::from_millis(10));
                }
            } else {
                rustix::process::kill_process_group(vault, signal).expect("the group is there");
            }
            let (status, stdout, _) = finish(child);
            assert_eq!((status.code(), stdout.as_str()), (Some(0), "1\n"), "{name}, one by one: {one_by_one}");
        }
    }
}

#[test]
fn a_signal_to_vault_alone_reaches_the_command_after_one_to_all() {
    use std::os::unix::process::CommandExt as _;
    let world = signed_in();
    let mut start = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", COUNTS, "INT,TERM"]).into_command();
    let mut child = start.process_group(0).stdout(std::process::Stdio::piped()).spawn().expect("it starts");
    says(&mut child, "ready\n");
    rustix::process::kill_process_group(Pid::from_child(&child), Signal::INT).expect("the group is there");
    std::thread::sleep(Duration::from_secs(1));
    kill_process(Pid::from_child(&child), Signal::TERM).expect("vault is there");
    let (status, stdout, _) = finish(child);
    assert_eq!((status.code(), stdout.as_str()), (Some(0), "1,1\n"));
}

#[test]
fn no_process_is_left_when_vault_is_killed() {
    let world = signed_in();
    let job = Job::start(&world, "opssudo");
    let pid = job.pid();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("vault is there");
    let witness = children.split_whitespace().next().expect("vault has a child").to_owned();
    let line = || std::fs::read_to_string(format!("/proc/{witness}/cmdline")).unwrap_or_default();
    assert!(line().contains("vault-signal-witness"), "{}", line());
    kill_process(Pid::from_raw(i32::try_from(pid).expect("pids are small")).expect("a pid is not zero"), Signal::KILL)
        .expect("it is there");
    let started = std::time::Instant::now();
    while !line().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20), "it is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::fs::File::create(world.path(&job.held)).and_then(|mut held| held.write_all(b"now\n")).expect("the command waits");
}

#[test]
fn a_signal_from_a_script_in_the_same_process_group_reaches_the_command() {
    let world = signed_in();
    let binary = World::binary().display().to_string();
    let script = format!(
        "mkfifo ready; {binary} exec --server read-only -- sh -c 'trap \"echo got it; exit 7\" TERM; echo > ready; while :; do sleep 0.02; done' & \
         read -r line < ready; kill -TERM $!; wait $!; echo \"status=$?\""
    );
    let out = world.command("sh".as_ref(), &["-c", &script]).run().ok();
    assert_eq!(out, "got it\nstatus=7\n");
}

#[test]
fn a_command_that_signals_its_parent_gets_nothing_back() {
    let world = signed_in();
    let script = "import os, signal, time\n\
                  got = []\n\
                  signal.signal(signal.SIGTERM, lambda *_: got.append(1))\n\
                  os.kill(os.getppid(), signal.SIGTERM)\n\
                  time.sleep(0.5)\n\
                  print(len(got))\n";
    let out = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", script]).run().ok();
    assert_eq!(out, "0\n");
}

/// The state of the process, as one letter.
fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(") ").next()?.chars().next()
}

/// Waits until the process is, or is not, stopped.
#[track_caller]
fn expect_stopped(pid: u32, stopped: bool) {
    let started = std::time::Instant::now();
    while (state(pid) == Some('T')) != stopped {
        assert!(started.elapsed() < Duration::from_secs(20), "{pid} is {:?}", state(pid));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn without_job_control_stopping_the_command_stops_nothing_else() {
    use std::os::unix::process::CommandExt as _;
    let world = signed_in();
    // CI and scripts start it in their own group or in a separate one.
    for own_group in [false, true] {
        let command = "echo $$; read -r line; echo \"went on\"";
        let mut start = world.vault(["exec", "--server", "read-only", "--", "sh", "-c", command]).into_command();
        if own_group {
            start.process_group(0);
        }
        let mut vault = start.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().expect("it starts");
        let mut stdout = BufReader::with_capacity(1, vault.stdout.take().expect("stdout is a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the command writes its pid");
        let child: u32 = line.trim().parse().expect("a pid is a number");
        let pid = Pid::from_raw(i32::try_from(child).expect("pids are small")).expect("a pid is not zero");
        kill_process(pid, Signal::STOP).expect("the command is there");
        expect_stopped(child, true);
        std::thread::sleep(Duration::from_millis(300));
        assert_ne!(state(vault.id()), Some('T'), "own group: {own_group}");
        kill_process(pid, Signal::CONT).expect("the command is there");
        expect_stopped(child, false);
        drop(vault.stdin.take());
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("stdout is read");
        assert_eq!((rest.as_str(), vault.wait().expect("it ends").code()), ("went on\n", Some(0)), "own group: {own_group}");
    }
}

#[test]
fn vault_waits_for_a_command_that_takes_its_time_to_end() {
    let world = signed_in();
    let script = "trap 'sleep 0.5; echo cleaned up; exit 3' TERM; echo ready; while :; do sleep 0.02; done";
    let mut child = world.vault(["exec", "--server", "read-only", "--", "sh", "-c", script]).start();
    says(&mut child, "ready\n");
    kill_process(Pid::from_child(&child), Signal::TERM).expect("vault is there");
    let (status, stdout, _) = finish(child);
    assert_eq!((status.code(), stdout.as_str()), (Some(3), "cleaned up\n"));
}

#[test]
fn stdin_stdout_and_stderr_are_the_commands_own() {
    let world = signed_in();
    let run = world.vault(["exec", "--server", "read-only", "--", "sh", "-c", "cat; echo err >&2"]).stdin("in\n").run();
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "in\n", "err\n"));
}

/// Runs the program bare and under `vault exec`, with and without the endpoint, after this preparation.
fn in_three_ways(world: &World, preparation: &str, program: &str) -> [String; 3] {
    let binary = World::binary().display().to_string();
    [String::new(), format!("{binary} exec read-only -- "), format!("{binary} exec --server read-only -- ")]
        .map(|prefix| world.command("bash".as_ref(), &["-c", &format!("{preparation}\n{prefix}{program}")]).run().ok())
}

#[test]
fn the_commands_signal_settings_are_the_same_as_without_vault() {
    let world = signed_in();
    // A signal that the shell ignores, as `nohup` and systemd arrange, stays ignored in the command.
    for preparation in ["true", "trap '' HUP", "trap '' INT QUIT TERM USR1", "trap '' TSTP WINCH", "trap '' PIPE", "trap '' PIPE HUP"] {
        let [bare, exec, serve] = in_three_ways(&world, preparation, "grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status");
        assert_eq!(bare, exec, "{preparation}");
        // glibc's posix_spawn leaves its internal signal 33 ignored, which nobody can send or handle.
        let of_glibc = if preparation.contains("PIPE") { "SigIgn:\t00000001" } else { "SigIgn:\t00000000" };
        assert_eq!(bare, serve.replace(of_glibc, "SigIgn:\t00000000"), "{preparation}");
    }
}

#[test]
fn with_sigpipe_ignored_the_command_is_otherwise_the_same() {
    let world = signed_in();
    world.write("no-interpreter", "echo script $1\n");
    std::fs::set_permissions(world.path("no-interpreter"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is there");
    world.write("closed", "echo\n");
    let environment = "sh -c 'env | grep -Ev \"^(AWS_CONTAINER_|_=)\" | sort | sha256sum'";
    for program in
        [environment, "printf '%s,' '' a\\ b '$c'", "./no-interpreter one", "sh -c 'exit 7'", "no-such-command", "./closed", "./no/such"]
    {
        let [with, without] = ["trap '' PIPE", "true"].map(|preparation| {
            ["exec", "exec --server"].map(|command| {
                let line = format!("{preparation}; {} {command} read-only -- {program}", World::binary().display());
                let run = world.command("bash".as_ref(), &["-c", &line]).run();
                (run.status, run.stdout, run.stderr)
            })
        });
        assert_eq!(with, without, "{program}");
    }
}

#[test]
fn the_command_may_dump_core_as_without_vault() {
    let world = signed_in();
    let dumpable = "python3 -c 'import ctypes, resource; print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE))'";
    for preparation in ["ulimit -Sc 0", "ulimit -Sc 64", "ulimit -Hc 128; ulimit -Sc 128"] {
        let [bare, exec, serve] = in_three_ways(&world, preparation, dumpable);
        assert_eq!((&bare, &bare), (&exec, &serve), "{preparation}");
        assert!(bare.starts_with("1 "), "{bare}");
    }
}

#[test]
fn the_command_inherits_no_open_file_of_vault_except_the_reserved_port() {
    let world = signed_in();
    let [bare, exec, serve] = in_three_ways(&world, "true", "sh -c 'ls /proc/$$/fd'");
    assert_eq!(bare, exec);
    let more: Vec<_> = serve.lines().filter(|number| !bare.lines().any(|known| known == *number)).collect();
    // Its number is one that scripts do not use.
    assert!(matches!(more[..], [number] if number.parse::<u32>().is_ok_and(|number| number >= 512)), "{serve}");
    assert_eq!(serve.lines().count(), bare.lines().count() + 1, "{serve}");
}

#[test]
fn no_secret_is_in_arguments_or_in_the_commands_environment() {
    let world = signed_in();
    let job = Job::start(&world, "opssudo");
    job.credentials();
    let secrets: Vec<_> = world.secrets().into_iter().chain([job.token.clone()]).collect();
    let read = |pid: u32, file: &str| std::fs::read(format!("/proc/{pid}/{file}")).expect("the process is there");
    // The test is the parent of vault, and vault of the command.
    let vault = job.pid();
    let children = String::from_utf8(read(vault, &format!("task/{vault}/children"))).expect("pids are text");
    // The first child only waits for signals.
    let command: u32 = children.split_whitespace().last().and_then(|pid| pid.parse().ok()).expect("vault has a child");
    for pid in [vault, command] {
        let line = String::from_utf8_lossy(&read(pid, "cmdline")).into_owned();
        crate::support::leaks::check_text("the arguments", &line, &secrets);
    }
    let environment = String::from_utf8_lossy(&read(command, "environ")).into_owned();
    crate::support::leaks::check_text("the command's environment", &environment, &world.secrets());
    assert!(environment.contains(&job.token), "the command needs the token");
    job.end_well();
}
