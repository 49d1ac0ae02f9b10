//! Keeps everyone else from the endpoint's port as long as a process lives that may still send its token there. Never listens itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
#[cfg(unix)]
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use tokio::net::{TcpListener, TcpSocket};

use crate::os::child::Inherited;

/// How many clients may connect at the same moment.
const ROOM: u32 = 1024;

/// A second socket on the port. The command inherits it, and so does everything that the command starts.
// Security: if this process is killed, the command continues with an address and a token. With the port free, another user could listen
// there, take the token and answer with other credentials. This way, nobody can, and the command's requests are refused at once.
pub(super) struct Hold {
    #[cfg(unix)]
    socket: OwnedFd,
}

/// A range of descriptors that no script opens by number.
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
        // The limit of this process may be lower.
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
            // Another process was faster: nobody knows this port yet.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

/// Two sockets have the port: one that listens, and one that stays when the first is closed. From then on, connections are refused, as
/// if nothing listened, and nobody can bind the port.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn listen_alongside_a_hold() -> io::Result<(TcpListener, Hold)> {
    let hold = TcpSocket::new_v4()?;
    hold.bind(any_port())?;
    let socket = TcpSocket::new_v4()?;
    // The system allows two sockets on one address while both permit it and neither listens.
    hold.set_reuseaddr(true)?;
    socket.set_reuseaddr(true)?;
    socket.bind(hold.local_addr()?)?;
    let listener = socket.listen(ROOM)?;
    // From here on, no third can.
    hold.set_reuseaddr(false)?;
    Ok((listener, Hold::of(hold.as_fd())?))
}

/// Other systems share an address with every process of the user or with none: so this is the listening socket itself. When this process
/// has ended, connections wait there until the client gives up.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn listen() -> io::Result<(TcpListener, Hold)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(any_port())?;
    let listener = socket.listen(ROOM)?;
    #[cfg(unix)]
    let hold = Hold::of(listener.as_fd())?;
    // On Windows, a socket is not simply inherited: there, the command has to notice that its connections are refused.
    #[cfg(not(unix))]
    let hold = Hold {};
    Ok((listener, hold))
}

fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}
