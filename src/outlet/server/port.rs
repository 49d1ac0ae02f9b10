//! Keeps the endpoint's port from everyone else, for as long as a process lives that may still send its token there. Never listens itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
#[cfg(unix)]
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use tokio::net::{TcpListener, TcpSocket};

use crate::os::child::Inherited;

/// How many clients may connect in the same instant.
const ROOM: u32 = 1024;

/// A second hold of the port. The command inherits it, and all that the command starts.
// Security: if this process is killed, the command goes on with an address and a token. With the port free, another user could listen
// there, take the token and answer with credentials of their own. This way nobody can, and the command is refused at once.
pub(super) struct Hold {
    #[cfg(unix)]
    socket: OwnedFd,
}

/// Where descriptors are that no script opens by number.
#[cfg(unix)]
const HIGH: i32 = 512;

impl Hold {
    #[cfg(unix)]
    pub(super) fn for_the_command(&self) -> Inherited<'_> {
        self.socket.as_fd()
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "there is nothing to hand on here")]
    pub(super) fn for_the_command(&self) -> Inherited<'_> {
        std::marker::PhantomData
    }

    #[cfg(unix)]
    fn of(socket: BorrowedFd<'_>) -> io::Result<Self> {
        use rustix::io::fcntl_dupfd_cloexec;
        // The limit of this process may be lower than that.
        let socket = fcntl_dupfd_cloexec(socket, HIGH).or_else(|_| fcntl_dupfd_cloexec(socket, 0))?;
        Ok(Self { socket })
    }
}

/// Listens on a port of the system's choice.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn listen() -> io::Result<(TcpListener, Hold)> {
    const ATTEMPTS: usize = 8;
    let mut attempt = 1;
    loop {
        match listen_alongside_a_hold() {
            // Another process was faster: nobody knows of this port yet.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

/// Two sockets have the port: one that listens, and one that stays when that is closed. Connections are refused from then on, as they are
/// where nothing listens, and nobody can bind the port.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn listen_alongside_a_hold() -> io::Result<(TcpListener, Hold)> {
    let hold = TcpSocket::new_v4()?;
    hold.bind(any_port())?;
    let socket = TcpSocket::new_v4()?;
    // The system lets two sockets have one address while both allow it and neither listens.
    hold.set_reuseaddr(true)?;
    socket.set_reuseaddr(true)?;
    socket.bind(hold.local_addr()?)?;
    let listener = socket.listen(ROOM)?;
    // From here on no third can.
    hold.set_reuseaddr(false)?;
    Ok((listener, Hold::of(hold.as_fd())?))
}

/// Other systems share an address with every process of the user or not at all: the hold is the listening socket itself. When this process
/// has ended, connections wait there until the client gives up.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn listen() -> io::Result<(TcpListener, Hold)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(any_port())?;
    let listener = socket.listen(ROOM)?;
    #[cfg(unix)]
    let hold = Hold::of(listener.as_fd())?;
    // Windows hands no socket on without more ado: there the command has to notice that its connections are refused.
    #[cfg(not(unix))]
    let hold = Hold {};
    Ok((listener, hold))
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}
