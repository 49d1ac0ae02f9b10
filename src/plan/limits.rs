//! STS's limits for the length of sessions. Never decides how long one lasts.

use crate::model::SessionDuration;

/// Every call refuses shorter sessions.
pub(super) const SHORTEST: SessionDuration = SessionDuration::from_secs(900);
/// `AssumeRole` accepts sessions of up to twelve hours, if the role itself allows them.
pub(super) const LONGEST_ROLE: SessionDuration = SessionDuration::from_secs(43_200);
/// `GetSessionToken` accepts up to 36 hours.
pub(super) const LONGEST_SESSION: SessionDuration = SessionDuration::from_secs(129_600);
