//! Where sessions are kept between runs. Never decides which of them is used.

use crate::model::{SessionCredentials, Timestamp};
use crate::plan::{SessionKey, Step};

/// When the cached sessions expire, for commands that only look at them.
pub trait Expirations {
    /// When the session cached under `key` expires; `None` if there is none. The time may come from a file's header that nothing has
    /// authenticated: only loading the session shows whether it can be opened, and until when it is valid.
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp>;
}

/// Where sessions are kept between runs.
pub trait SessionCache: Expirations {
    /// The session, if it can still be opened. Every problem with it means `None`: a new one is made.
    fn load(&self, key: &SessionKey) -> Option<SessionCredentials>;
    /// Stores the session. A failure only costs the next run a call, so it is a warning, not an error.
    fn store(&self, key: &SessionKey, step: &Step, session: &SessionCredentials);
}
