//! Gives a user a new MFA device, in stages: look, clean up after an earlier run, make the device, enable it with two codes; and makes the first
//! session with them. Also removes a device. Never keeps the seed, and names every device that it leaves at AWS.

mod first_session;
mod left_over;
mod name;
mod pairs;
mod removal;
mod stages;

pub use first_session::first_session;
pub use left_over::left_unassigned;
pub use pairs::{NoPair, with_pairs};
pub use removal::{Removed, Remover};
pub use stages::{Enroller, Found, NotEnrolled, Why};
