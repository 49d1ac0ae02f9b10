//! A hostile process on the same machine: it gets nothing, and the command is still served.

use std::net::Shutdown;
use std::time::Instant;

use super::*;

/// A stranger's answer must not contain a secret.
#[track_caller]
fn assert_refused(job: &Job<'_>, reply: &Reply, status: u16, why: &str) {
    assert_eq!(reply.status, status, "{why}: {reply:?}");
    let mut secrets = job.world.secrets();
    secrets.push(job.token.clone());
    crate::support::leaks::check_text(why, &reply.text, &secrets);
    assert!(!reply.text.contains("AccessKeyId") && !reply.text.to_lowercase().contains("access-control-"), "{why}: {reply:?}");
}

#[test]
fn a_request_that_lacks_anything_is_refused() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let (path, host) = (job.path(), job.host());
    let get = format!("GET {path}");
    let (to_us, with_token) = (("Host", host.as_str()), ("Authorization", job.token.as_str()));
    let other_token = "0".repeat(64);
    let (localhost, no_port, bearer) = (host.replace("127.0.0.1", "localhost"), "127.0.0.1".to_owned(), format!("Bearer {}", job.token));
    let cases = [
        ("no token", get.as_str(), vec![to_us], 401),
        ("an empty token", &get, vec![to_us, ("Authorization", "")], 401),
        ("another token", &get, vec![to_us, ("Authorization", &other_token)], 401),
        ("a part of the token", &get, vec![to_us, ("Authorization", &job.token[..63])], 401),
        ("the token with a scheme", &get, vec![to_us, ("Authorization", &bearer)], 401),
        ("the token under another name", &get, vec![to_us, ("X-Aws-Ec2-Metadata-Token", &job.token)], 401),
        ("a page whose name was rebound", &get, vec![("Host", "evil.example"), with_token, ("Origin", "http://evil.example")], 403),
        ("another name for the same machine", &get, vec![("Host", &localhost), with_token], 403),
        ("no port", &get, vec![("Host", &no_port), with_token], 403),
        ("two hosts", &get, vec![to_us, ("Host", "evil.example"), with_token], 403),
        ("a preflight of a browser", &format!("OPTIONS {path}"), vec![to_us, ("Origin", "http://evil.example")], 401),
        ("POST", &format!("POST {path}"), vec![to_us, with_token, ("Content-Length", "0")], 405),
        ("PUT", &format!("PUT {path}"), vec![to_us, with_token, ("Content-Length", "0")], 405),
        ("HEAD", &format!("HEAD {path}"), vec![to_us, with_token], 405),
        ("another path", "GET /latest/meta-data/iam/security-credentials/", vec![to_us, with_token], 404),
        ("a query", &format!("{get}?a=b"), vec![to_us, with_token], 404),
    ];
    let refusals = cases.len() + 1;
    for (why, head, headers, status) in cases {
        let reply = send(job.connect(), &job.request(head, &headers));
        assert_refused(&job, &reply, status, why);
        if head.starts_with("HEAD") {
            continue;
        }
        let json = reply.json();
        assert!(json["code"].is_string() && json["message"].is_string(), "{why}: SDKs read a code and a message: {json}");
    }
    let old = send(job.connect(), &format!("GET {path} HTTP/1.0\r\nAuthorization: {}\r\n\r\n", job.token));
    assert_refused(&job, &old, 403, "a client so old that it names no host");
    job.credentials();
    job.end_well();
    println!("{refusals} kinds of requests refused, and the command served after them");
}

#[test]
fn a_request_that_is_not_http_is_refused() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    for (why, bytes) in [
        ("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\u{1}"),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("nonsense", "\r\n\r\nhello\r\n\r\n"),
        ("a header without a name", &format!("GET {} HTTP/1.1\r\n: x\r\n\r\n", job.path())),
        ("two lengths", &format!("GET {} HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", job.path())),
    ] {
        let stream = job.connect();
        let closing = stream.try_clone().expect("a socket can be cloned");
        let reply = std::thread::scope(|scope| {
            let reply = scope.spawn(|| send(stream, bytes));
            let _ = closing.shutdown(Shutdown::Write);
            reply.join().expect("the answer is read")
        });
        assert!(reply.status == 0 || (400..=505).contains(&reply.status), "{why}: {reply:?}");
        assert!(!reply.text.contains("AccessKeyId"), "{why}");
    }
    job.credentials();
    job.end_well();
}

#[test]
fn oversized_request_heads_are_refused() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let (host, path) = (job.host(), job.path());
    let usual = format!("Host: {host}\r\nAuthorization: {}\r\n", job.token);
    let many = (0..1000).map(|number| format!("x-{number}: y")).collect::<Vec<_>>().join("\r\n");
    for (why, request) in [
        ("one large header", format!("GET {path} HTTP/1.1\r\n{usual}x: {}\r\n\r\n", "y".repeat(1 << 20))),
        ("many headers", format!("GET {path} HTTP/1.1\r\n{usual}{many}\r\n\r\n")),
        ("a long path", format!("GET {path}{} HTTP/1.1\r\n{usual}\r\n", "/x".repeat(1 << 19))),
        ("a head without end", format!("GET {path} HTTP/1.1\r\n{}", "x: y\r\n".repeat(1 << 18))),
    ] {
        let reply = send(job.connect(), &request);
        assert!(matches!(reply.status, 0 | 400 | 404 | 414 | 431), "{why}: {reply:?}");
        assert!(!reply.text.contains("AccessKeyId"), "{why}");
    }
    job.credentials();
    job.end_well();
}

#[test]
fn one_connection_gets_one_answer() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let good = job.good_request();
    let refused = job.request(&format!("GET {}", job.path()), &[("Host", &job.host())]);
    let reply = send(job.connect(), &good.repeat(5));
    assert_eq!((reply.status, reply.text.matches("AccessKeyId").count()), (200, 1), "nothing after the first request is read");
    assert!(reply.text.to_lowercase().contains("connection: close"), "{}", reply.text.split("\r\n\r\n").next().unwrap_or_default());
    let reply = send(job.connect(), &format!("{refused}{good}"));
    assert_refused(&job, &reply, 401, "a good request behind a bad one");
    let smuggled = job.request(
        &format!("GET {}", job.path()),
        &[("Host", &job.host()), ("Authorization", &job.token), ("Content-Length", &good.len().to_string())],
    );
    let reply = send(job.connect(), &format!("{smuggled}{good}"));
    assert_refused(&job, &reply, 400, "a request as the body of another");
    job.end_well();
}

#[test]
fn slow_clients_are_dropped() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    // A silent client, one that stops in the middle, and one that sends a byte now and then forever.
    let silent = job.connect();
    let mut half = job.connect();
    half.write_all(b"GET /credentials HT").expect("the endpoint reads");
    let mut drip = job.connect();
    drip.set_read_timeout(Some(Duration::from_millis(100))).expect("a time-out can be set");
    let started = Instant::now();
    drip.write_all(b"GET /credentials HTTP/1.1\r\nx: ").expect("the endpoint reads");
    let dropped = loop {
        let mut byte = [0];
        // A write to a closed connection soon fails, and a read shows its end.
        let ended = match drip.read(&mut byte) {
            Ok(count) => count == 0,
            Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        };
        if ended || drip.write_all(b"y").is_err() {
            break true;
        }
        if started.elapsed() > Duration::from_secs(40) {
            break false;
        }
    };
    assert!(dropped, "a client that never completes its request is not waited for");
    for stream in [silent, half] {
        let reply = send(stream, "");
        assert!(matches!(reply.status, 0 | 408), "{reply:?}");
    }
    job.credentials();
    job.end_well();
}

#[test]
fn thousands_of_connections_leave_the_command_unharmed() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let mut open = Vec::new();
    for number in 0..2000 {
        // If there is no room for one more, only the attacker suffers.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", job.port())) {
            let _ = stream.write_all(if number % 2 == 0 { b"GET / HT" } else { b"" });
            open.push(stream);
        }
        if number % 200 == 0 {
            job.credentials();
        }
        // This process's file limit may be lower than an attacker's.
        if open.len() > 400 {
            open.remove(0);
        }
    }
    let files = std::fs::read_dir(format!("/proc/{}/fd", job.pid())).expect("vault is there").count();
    assert!(files < 300, "vault holds {files} files open");
    job.credentials();
    drop(open);
    job.credentials();
    job.end_well();
}

#[test]
fn an_attack_does_not_disturb_the_commands_requests() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let attack_ends = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let guess = job.request(&format!("GET {}", job.path()), &[("Host", &job.host()), ("Authorization", &"f".repeat(64))]);
                while !attack_ends.load(std::sync::atomic::Ordering::SeqCst) {
                    if let Ok(stream) = TcpStream::connect(("127.0.0.1", job.port())) {
                        assert!(!send(stream, &guess).text.contains("AccessKeyId"));
                    }
                }
            });
        }
        let served = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..300 {
                job.credentials();
            }
        }));
        attack_ends.store(true, std::sync::atomic::Ordering::SeqCst);
        served.expect("each request was answered");
    });
    job.end_well();
}

#[test]
fn hundreds_of_good_requests_at_once_are_all_answered() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let gate = std::sync::Barrier::new(400);
    std::thread::scope(|scope| {
        for _ in 0..400 {
            scope.spawn(|| {
                gate.wait();
                job.credentials();
            });
        }
    });
    job.end_well();
}
