//! The port stays reserved while any process lives that may send the token there: nobody else can listen for it.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpSocket;

use super::renewal::{ASK, short_lived};
use super::*;

/// The ways in which another process could listen on the port now.
fn ways_to_listen(port: u16) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let _inside = runtime.enter();
    let addresses: [IpAddr; 3] = [Ipv4Addr::LOCALHOST.into(), Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    let mut ways = Vec::new();
    for address in addresses {
        for (reuse_address, reuse_port) in [(false, false), (true, false), (false, true), (true, true)] {
            let listen = || -> std::io::Result<()> {
                let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
                socket.set_reuseaddr(reuse_address)?;
                socket.set_reuseport(reuse_port)?;
                socket.bind(SocketAddr::new(address, port))?;
                socket.listen(1).map(drop)
            };
            if listen().is_ok() {
                ways.push(format!("{address} address {reuse_address} port {reuse_port}"));
            }
        }
    }
    ways
}

#[track_caller]
fn belongs_to_the_run(port: u16) {
    assert_eq!(ways_to_listen(port), [""; 0], "another process could receive the token");
}

#[track_caller]
fn refuses_at_once(port: u16) {
    assert_eq!(TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.kind()).err(), Some(ErrorKind::ConnectionRefused));
}

#[track_caller]
fn becomes_free(port: u16) {
    let started = Instant::now();
    while ways_to_listen(port).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(30), "it is still held");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn kill(pid: u32) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("pids are small")).expect("a pid is not zero");
    kill_process(pid, Signal::KILL).expect("it is there");
}

#[test]
fn nobody_else_can_use_the_port_while_vault_runs() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    belongs_to_the_run(job.port());
    job.credentials();
    belongs_to_the_run(job.port());
    let port = job.port();
    job.end_well();
    becomes_free(port);
}

#[test]
fn nobody_else_can_use_the_port_after_vault_was_killed_but_its_command_was_not() {
    let world = signed_in();
    let mut job = Job::start(&world, "read-only");
    let (port, uri) = (job.port(), job.uri.clone());
    job.credentials();
    kill(job.pid());
    let ended = job.child.take().map(|mut vault| vault.wait());
    assert!(matches!(ended, Some(Ok(_))), "{ended:?}");
    belongs_to_the_run(port);
    // The command's requests fail at once.
    refuses_at_once(port);
    // Another run gets another port.
    let other = Job::start(&world, "read-only");
    assert_ne!(other.uri, uri);
    other.end_well();
    File::create(world.path(&job.held)).and_then(|mut held| held.write_all(b"now\n")).expect("the command waits");
    becomes_free(port);
}

#[test]
fn nobody_else_can_use_the_port_while_a_leftover_process_runs() {
    let world = signed_in();
    for how in ["sleep 600", "sh -c 'sleep 600; true'", "setsid sleep 600"] {
        let script = format!("{how} </dev/null >/dev/null 2>&1 & echo $! $AWS_CONTAINER_CREDENTIALS_FULL_URI");
        let said = world.vault(["exec", "--server", "read-only", "--", "sh", "-c", &script]).run().ok();
        let (pid, uri) = said.trim().split_once(' ').expect("there are two words");
        let port = uri.trim_start_matches("http://127.0.0.1:").trim_end_matches("/credentials").parse().expect("the address has a port");
        belongs_to_the_run(port);
        refuses_at_once(port);
        let below = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        for pid in std::iter::once(pid).chain(below.split_whitespace()) {
            kill(pid.parse().expect("a pid is a number"));
        }
        becomes_free(port);
    }
}

#[test]
fn a_helper_command_of_vault_does_not_hold_the_port() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let pid = job.pid();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("vault is there");
    let helper = children.split_whitespace().next().expect("vault has a helper");
    let sockets = std::fs::read_dir(format!("/proc/{helper}/fd")).expect("the helper is there");
    let held =
        sockets.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok()).filter(|to| to.to_string_lossy().starts_with("socket:"));
    assert_eq!(held.count(), 0);
    job.end_well();
}

#[test]
fn a_helper_command_that_starts_later_does_not_hold_the_port_either() {
    let world = short_lived();
    forget_codes(&world);
    install(&world, "zenity", "ls -l /proc/$$/fd > open.part\nmv open.part open\nexit 1");
    let path = world.own_path();
    let program = format!("{ASK}\nprint(len(ask_at_once(1)))\nwhile not os.path.exists('open'): time.sleep(0.05)\n").replacen(
        "import ",
        "import time, ",
        1,
    );
    let run = world
        .vault(["exec", "--prompt", "zenity", "--server", "read-only", "--", "python3", "-c", &program])
        .env("PATH", &path)
        .env("DISPLAY", ":7")
        .run();
    assert_eq!((run.status, run.stdout.as_str()), (0, "1\n"), "{run:?}");
    let open = std::fs::read_to_string(world.path("open")).expect("a window asked");
    assert!(open.contains(" 1 -> ") && !open.contains("socket:"), "{open}");
}
