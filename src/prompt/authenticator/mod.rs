//! Gives the seed of a new device to an authenticator, and asks for the codes that it shows. Never writes a seed anywhere but to the terminal's
//! alternate screen, or to the stdin of the program that keeps it.

mod pair;
mod qr;
mod terminal;
mod ykman;

pub use pair::TypedPair;
pub use terminal::TerminalAuthenticator;
pub use ykman::YkmanAuthenticator;
