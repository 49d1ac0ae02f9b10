//! The way to AWS: proxies, certificates and endpoints, from the variables that every AWS tool reads.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::support::world::{Run, World};

/// A proxy that records the requested hosts and connects to none.
pub(super) struct Proxy {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        // The thread ends with the test process.
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut line = String::new();
                if BufReader::new(&stream).read_line(&mut line).is_ok() {
                    noted.lock().expect("nobody panics with it").push(line.trim_end().to_owned());
                }
                let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
        });
        Self { url, asked }
    }

    /// The host of the first request since the last call of this.
    pub fn take(&self) -> Option<String> {
        let first = self.first();
        self.asked.lock().expect("nobody panics with it").clear();
        first
    }

    /// The host of the first request, which must ask for a tunnel.
    fn first(&self) -> Option<String> {
        let asked = self.asked.lock().expect("nobody panics with it");
        asked.first().map(|line| line.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or(line).to_owned())
    }
}

/// A world whose calls would go to the real AWS if the proxy let them.
fn behind(proxy: &Proxy) -> World {
    let mut world = World::with_key();
    world.unset("AWS_ENDPOINT_URL");
    world.set("HTTPS_PROXY", &proxy.url);
    world
}

fn exec(world: &World) -> Run {
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run()
}

#[test]
fn calls_go_through_the_proxy_and_its_refusal_is_a_network_error() {
    let proxy = Proxy::start();
    let run = exec(&behind(&proxy)).fails(1);
    assert_eq!(proxy.first().as_deref(), Some("sts.us-east-1.amazonaws.com:443"));
    assert!(run.stderr.contains("AWS could not be reached for `GetSessionToken`") && run.stderr.contains("`HTTPS_PROXY`"), "{run:?}");
}

#[test]
fn fips_and_dual_stack_choose_the_endpoint() {
    for (variables, host) in [
        (&[("AWS_USE_FIPS_ENDPOINT", "true")][..], "sts-fips.us-east-1.amazonaws.com:443"),
        (&[("AWS_USE_DUALSTACK_ENDPOINT", "true")], "sts.us-east-1.api.aws:443"),
        (&[("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_USE_DUALSTACK_ENDPOINT", "true")], "sts-fips.us-east-1.api.aws:443"),
    ] {
        let proxy = Proxy::start();
        let mut world = behind(&proxy);
        for (name, value) in variables {
            world.set(name, value);
        }
        exec(&world).fails(1);
        assert_eq!(proxy.first().as_deref(), Some(host), "{variables:?}");
    }
}

#[test]
fn a_host_in_no_proxy_is_called_directly() {
    let proxy = Proxy::start();
    let mut world = World::with_key();
    world.set("HTTP_PROXY", &proxy.url);
    world.set("NO_PROXY", "127.0.0.1");
    assert_eq!(exec(&world).status, 0);
    assert_eq!(proxy.first(), None);
}

#[test]
fn an_unusable_certificate_bundle_is_named() {
    let mut world = World::with_key();
    world.write("empty.pem", "");
    world.write("words.pem", "no certificate at all\n");
    world.write("broken.pem", "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n");
    world.write("cut.pem", "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n");
    world.write("folder/.keep", "");
    for (bundle, words) in [
        ("none.pem", "no such file"),
        ("folder", "it is a directory"),
        ("empty.pem", "contains no PEM certificate"),
        ("words.pem", "contains no PEM certificate"),
        ("broken.pem", "certificate 1 in it cannot be read"),
        ("cut.pem", "is not PEM text"),
    ] {
        world.set("AWS_CA_BUNDLE", &world.path(bundle).display().to_string());
        let run = exec(super::forget_codes(&world)).fails(1);
        assert!(run.stderr.contains("`GetSessionToken` could not be called: `AWS_CA_BUNDLE`"), "{bundle}: {run:?}");
        assert!(run.stderr.contains(words) && run.stderr.contains("hint: correct or unset `AWS_CA_BUNDLE`"), "{bundle}: {run:?}");
        assert_eq!(world.aws.requests(), [], "{bundle}: nothing is sent");
    }
    // A code that was never sent is not spent.
    world.unset("AWS_CA_BUNDLE");
    assert_eq!(exec(&world).status, 0);
}

#[test]
fn iam_may_have_a_separate_endpoint() {
    let mut world = World::new();
    // Nothing listens there: only a service with a separate endpoint answers.
    world.set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    world.set("AWS_ENDPOINT_URL_STS", &world.aws.url());
    world.set("AWS_ENDPOINT_URL_IAM", &world.aws.url());
    world.write(".aws/config", "");
    let (id, secret) = world.aws.user("some-user").access_key();
    world.vault(["add", "me", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
    assert!(world.read(".aws/config").contains("mfa_serial = arn:aws:iam::123456789012:mfa/some-user"));
    assert_eq!((world.aws.calls("GetCallerIdentity"), world.aws.calls("ListMFADevices")), (1, 1));
}
