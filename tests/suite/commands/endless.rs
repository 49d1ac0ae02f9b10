//! Endless answers from each service: `vault` reads no more than a real answer contains.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// More than `vault` ever reads of an answer, plus the sockets' buffers.
const TOO_MUCH: usize = 48 << 20;

/// Answers every request endlessly. Returns the URL, and the largest number of bytes read of one answer.
fn endless() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let url = format!("http://{}", listener.local_addr().expect("it has one"));
    let most = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&most);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || answer(stream, &counted));
        }
    });
    (url, most)
}

/// Answers until the reader stops, and counts meanwhile: the reader may be gone before this thread notices.
fn answer(mut stream: TcpStream, most: &AtomicUsize) {
    let mut request = [0; 16_384];
    let _ = stream.read(&mut request);
    let blanks = [b' '; 16_384];
    let mut taken = 0;
    if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n{").is_ok() {
        while taken < TOO_MUCH && stream.write_all(&blanks).is_ok() {
            taken += blanks.len();
            most.fetch_max(taken, Ordering::SeqCst);
        }
    }
}

#[test]
fn no_service_makes_vault_read_endlessly() {
    let denied = "An error occurred (AccessDenied) when calling the ListUsers operation: User: arn:aws:sts::123456789012:assumed-role/OpsSudo/x \
                  is not authorized to perform: iam:ListUsers with an explicit deny in an identity-based policy, or call the \
                  GetRequestAuthorizationDetails API with the following authorization id: 0abc123def";
    for (service, arguments) in [
        ("STS", &["exec", "read-only", "--", "true"][..]),
        ("IAM", &["rotate", "read-only"]),
        ("IAM_TOOLBOX", &["why", "opssudo", denied]),
        ("SIGNIN", &["login", "opssudo", "--stdout"]),
    ] {
        let mut world = signed_in();
        let (url, most) = endless();
        world.vault(["exec", "opssudo", "--", "true"]).run().ok();
        world.set(&format!("AWS_ENDPOINT_URL_{service}"), &url);
        world.set("AWS_MAX_ATTEMPTS", "1");
        let mut command = forget_codes(&world).command(&World::binary(), arguments);
        if service == "STS" {
            // The endpoint is part of what identifies a session.
            command = command.code_of("some-user");
        }
        let run = command.run();
        let taken = most.load(Ordering::SeqCst);
        assert!(taken > 0, "{service} is called: {run:?}");
        assert!(taken < TOO_MUCH, "{service}: {taken} bytes of one answer were read: {run:?}");
    }
}
