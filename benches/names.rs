//! `--names BINARY`: checks that a static build resolves host names by itself. The C library would read `nsswitch.conf` and load plug-ins
//! that it was not built with.

use std::path::Path;
use std::process::ExitCode;

use crate::cold;
use crate::warm::command;

pub fn check(binary: &Path) -> ExitCode {
    let world = cold::world(0);
    let trace = world.path("trace");
    let mut run = command(&world, Path::new("strace"), &["-f", "-e", "trace=%file", "-o", trace.to_str().expect("the path is text")]);
    // A name, where the other worlds have an address.
    let endpoint = world.aws.url().replace("127.0.0.1", "localhost");
    run.arg(binary).args(["exec", "--fresh", "plain", "--", "true"]).env("AWS_ENDPOINT_URL", endpoint);
    let output = run.output().expect("strace can be started");
    let opened = world.read("trace");
    let ours: Vec<_> = opened.lines().take_while(|line| !line.contains("/true\"")).collect();
    let plug_ins: Vec<_> = ours.iter().filter(|line| line.contains("nsswitch.conf") || line.contains("libnss")).collect();
    let read_hosts = ours.iter().any(|line| line.contains("/etc/hosts"));
    println!("exec: {}; /etc/hosts read: {read_hosts}; plug-ins looked for: {plug_ins:?}", output.status);
    println!("{}", String::from_utf8_lossy(&output.stderr));
    if output.status.success() && read_hosts && plug_ins.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
