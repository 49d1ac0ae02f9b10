//! Runs the missing steps of a plan. Never decides what the plan is, and reaches the world only through `ports`.

mod budget;
mod code;
pub mod enroll;
mod error;
mod retries;
pub mod rotate;
mod run;
mod session_or_key;
mod state;
mod steps;

pub use budget::window_ends;
pub use error::{CodeRefusal, EngineError, FailedCall};
pub use run::run;
pub use state::{Options, Ports};
