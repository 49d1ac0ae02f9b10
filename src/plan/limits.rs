//! How long STS lets sessions last. Never says how long one does.

use crate::model::SessionDuration;

/// Shorter sessions are refused by every call.
pub(super) const SHORTEST: SessionDuration = SessionDuration::from_secs(900);
/// `AssumeRole` accepts sessions of up to twelve hours, where the role itself allows them.
pub(super) const LONGEST_ROLE: SessionDuration = SessionDuration::from_secs(43_200);
/// `GetSessionToken` accepts up to 36 hours.
pub(super) const LONGEST_SESSION: SessionDuration = SessionDuration::from_secs(129_600);
