//! Where sessions are kept between runs. Never says which of them is used.

use crate::model::{SessionCredentials, Timestamp};
use crate::plan::{SessionKey, Step};

/// When the cached sessions expire, for those that only look at them.
pub trait Expirations {
    /// When the session cached under `key` expires; `None` where there is none that could be opened.
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp>;
}

/// Where sessions are kept between runs.
pub trait SessionCache: Expirations {
    /// The session, where it can still be opened. Whatever is wrong with it, the answer is `None`: it is made anew.
    fn load(&self, key: &SessionKey) -> Option<SessionCredentials>;
    /// Keeps the session. A failure costs only the next run a call, so it is a warning and not an error.
    fn store(&self, key: &SessionKey, step: &Step, session: &SessionCredentials);
}
