//! `exec --server`: a command with a credentials endpoint for as long as it runs.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests look at the machine from outside")]

mod asking;
mod basics;
mod clients;
mod hostile;
mod port;
mod process;
mod proxy;
mod renewal;
mod replaced_key;
mod terminal;
mod token_file;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Child;
use std::time::Duration;

use crate::support::pty::Terminal;
use crate::support::steps::{forget_codes, install, signed_in};
use crate::support::tools;
use crate::support::world::{TWO_PROFILES, World, finish};

/// Prints the endpoint's address, then waits for a line.
const HOLD: &str = "mkfifo \"held-$$\"; echo \"$AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN held-$$\"; \
                    read -r line < \"held-$$\"; echo \"released $line\"; exit 9";

/// A running command with its endpoint.
struct Job<'a> {
    world: &'a World,
    /// `None` once it has ended.
    child: Option<Child>,
    uri: String,
    token: String,
    held: String,
}

impl<'a> Job<'a> {
    fn start(world: &'a World, profile: &str) -> Self {
        let mut child = world.vault(["exec", "--server", profile, "--", "sh", "-c", HOLD]).start();
        // One byte at a time, so that later output stays in the pipe.
        let mut stdout = BufReader::with_capacity(1, child.stdout.as_mut().expect("stdout is a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the command writes a line");
        let [uri, token, held] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            let (status, stdout, stderr) = finish(child);
            panic!("the command did not say where its endpoint is: {line:?}, {status}, {stdout}, {stderr}")
        };
        Self { world, uri: uri.to_owned(), token: token.to_owned(), held: held.to_owned(), child: Some(child) }
    }

    /// The pid of `vault`.
    fn pid(&self) -> u32 {
        self.child.as_ref().map(Child::id).expect("it has not ended yet")
    }

    fn port(&self) -> u16 {
        let host = self.host();
        host.rsplit(':').next().and_then(|port| port.parse().ok()).expect("the address has a port")
    }

    fn host(&self) -> String {
        self.uri.trim_start_matches("http://").split('/').next().expect("an address has a host").to_owned()
    }

    fn path(&self) -> String {
        self.uri.trim_start_matches("http://").trim_start_matches(&self.host()).to_owned()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port())).expect("the endpoint listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out can be set");
        stream
    }

    /// An SDK's request with these headers instead of the usual ones.
    fn request(&self, head: &str, headers: &[(&str, &str)]) -> String {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{head} HTTP/1.1\r\n{headers}\r\n")
    }

    /// A valid client's request.
    fn good_request(&self) -> String {
        self.request(&format!("GET {}", self.path()), &[("Host", &self.host()), ("Authorization", &self.token), ("Accept", "*/*")])
    }

    /// The answer to a valid client's request.
    #[track_caller]
    fn credentials(&self) -> serde_json::Value {
        let reply = send(self.connect(), &self.good_request());
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    /// Lets the command end, and checks that nothing disturbed it.
    #[track_caller]
    fn end_well(mut self) -> String {
        File::create(self.world.path(&self.held)).and_then(|mut held| held.write_all(b"now\n")).expect("the command waits");
        let (status, stdout, stderr) = finish(self.child.take().expect("it ends once"));
        assert_eq!((status.code(), stdout.as_str()), (Some(9), "released now\n"), "{stderr}");
        crate::support::leaks::check_text("stderr", &stderr, &self.world.secrets());
        stderr
    }
}

impl Drop for Job<'_> {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM);
            finish(child);
        }
    }
}

#[derive(Debug)]
struct Reply {
    /// 0 if the connection was cut.
    status: u16,
    text: String,
}

impl Reply {
    fn json(&self) -> serde_json::Value {
        let body = self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        // A delayed answer comes in chunks, with their sizes in between.
        let json = body.find('{').map_or("", |at| &body[at..=body.rfind('}').unwrap_or(at)]);
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

fn send(mut stream: TcpStream, request: &str) -> Reply {
    // An early refusal may cut off the rest of the request.
    let _ = stream.write_all(request.as_bytes());
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Reply { status: text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), text }
}
