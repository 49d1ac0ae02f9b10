//! A credentials endpoint for one child: on loopback, for every client that has the token of this run, while it is open. Never hands out a
//! long-term key, and requests renewals instead of making them.
//!
//! ```text
//! connections   accepts connections, under limits
//! gate          decides whether to answer a request
//! served_session  the session, and its renewal: one at a time
//! reply         JSON over the wire
//! port          keeps the port while somebody may send a token there
//! no_proxy      keeps the command's requests away from a proxy
//! ```

mod connections;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod gate;
pub mod no_proxy;
mod port;
mod reply;
mod served_session;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chacha20poly1305::aead::{OsRng, rand_core::RngCore as _};
use secrecy::SecretString;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::model::{RoleArn, SessionCredentials, SessionDuration};
use crate::os::child::Inherited;

use connections::Door;
use gate::Gate;
use served_session::ServedSession;

pub use served_session::renewal_window;

/// Where the endpoint's credentials come from once the first ones are old.
pub trait Renewal: Send {
    /// A new session. May take as long as a person needs to type a code: no request is lost meanwhile.
    ///
    /// # Errors
    /// See [`NotRenewed`].
    fn renew(&mut self) -> Result<SessionCredentials, NotRenewed>;
}

/// A failed renewal.
#[derive(Debug)]
pub struct NotRenewed {
    /// The reason: one clause, which the child's SDK shows. Never contains a secret.
    pub message: String,
    /// How long to wait before another attempt.
    pub again_after: Duration,
}

/// What the endpoint serves.
pub struct Served {
    /// The first session, which may not be new.
    pub first: SessionCredentials,
    /// How long a new one lasts; `None` if the source decides.
    pub lifetime: Option<SessionDuration>,
    /// The role that it is a session of.
    pub role: Option<RoleArn>,
    pub renewal: Box<dyn Renewal>,
}

/// An open endpoint. Dropping it closes it.
pub struct Endpoint {
    address: SocketAddr,
    token: SecretString,
    port: port::Hold,
    /// Nothing is ever sent: the server ends when this is dropped.
    close: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    /// Opens an endpoint on a port of the system's choice, with a new token.
    ///
    /// # Errors
    /// When the system provides no port or thread.
    pub fn open(served: Served) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (listener, port) = runtime.block_on(async { port::listen() })?;
        let address = listener.local_addr()?;
        let token = new_token();

        let Served { first, lifetime, role, renewal } = served;
        let (ask, asked) = mpsc::channel();
        let held = Arc::new(ServedSession::new(&first, lifetime, role, ask));
        let gate = Gate { host: address.to_string(), token: token.clone() };
        let door = Arc::new(Door::new(gate, Arc::clone(&held)));
        let (close, closed) = oneshot::channel();
        // This thread is not joined: it may be waiting for a person when the child ends.
        thread::Builder::new().name("renewal".to_owned()).spawn(move || renew_when_asked(&asked, &held, renewal))?;
        let thread = thread::Builder::new().name("endpoint".to_owned()).spawn(move || runtime.block_on(door.serve(listener, closed)))?;
        Ok(Self { address, token, port, close: Some(close), thread: Some(thread) })
    }

    /// For `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("http://{}{}", self.address, gate::PATH)
    }

    /// What the command inherits, so that nobody else gets the port while the command lives.
    #[must_use]
    pub fn hold(&self) -> Inherited<'_> {
        self.port.for_the_command()
    }

    /// For `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
    #[must_use]
    pub fn token(&self) -> &SecretString {
        &self.token
    }
}

impl Drop for Endpoint {
    /// When this returns, connections are refused, and open requests are never answered.
    fn drop(&mut self) {
        drop(self.close.take());
        if let Some(thread) = self.thread.take() {
            // A panic there ends the whole process, so there is no other outcome.
            let _ = thread.join();
        }
    }
}

/// 256 random bits, in hexadecimal.
fn new_token() -> SecretString {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    OsRng.fill_bytes(&mut *bytes);
    SecretString::from(hex::encode(bytes.as_slice()))
}

fn renew_when_asked(asked: &Receiver<()>, held: &ServedSession, mut renewal: Box<dyn Renewal>) {
    while let Ok(()) = asked.recv() {
        held.settle(renewal.renew());
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_token_has_256_bits_and_is_never_the_same() {
        let (one, other) = (new_token(), new_token());
        assert_eq!(one.expose_secret().len(), 64);
        assert!(one.expose_secret().bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(one.expose_secret(), other.expose_secret());
    }
}
