//! Where sessions are kept between runs: encrypted files, and the locks that let one process at a time make one. Never holds a long-term key.

mod cache_key;
mod device_notes;
mod device_turn;
mod dropping;
mod drops;
mod files;
mod flight;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod ledger;
mod lock_files;
mod seal;
mod strays;
#[cfg(test)]
mod tests;
mod unasked;

pub use cache_key::{CacheKey, CacheKeyHolder};
pub use device_notes::{DeviceFile, Held};
pub use dropping::Dropped;
pub use drops::Scope;
pub(crate) use files::base_label;
pub use files::{CachedSession, SessionFiles};
pub use lock_files::FileLocks;
pub use seal::Label;
pub use strays::Strays;
pub use unasked::Unasked;
