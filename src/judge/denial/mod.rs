//! Why AWS said no: the text of a refusal, and what is known of the profile that met it, become a cause and a cure. Never asks AWS, and
//! calls a guess a guess.

mod authorization;
mod clean;
mod explain;
mod facts;
mod guess;
mod kinds;
mod known;
mod plain;
mod read;
mod said;
mod seen;
mod statements;

pub use explain::{Machine, explain};
pub use facts::{Facts, Signer};
pub use kinds::{ALL, NOT_RECOGNISED, OTHER_ERROR, kinds};
pub use read::read;
pub use said::{Policy, Said, Verdict};
pub use seen::{Seen, SeenPolicy};
pub use statements::{Trap, traps};
