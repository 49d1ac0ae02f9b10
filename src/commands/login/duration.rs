//! How long the console may be used, where AWS takes that. Never shortens the credentials themselves.

use crate::model::SessionDuration;
use crate::plan::{Step, WhyStep};

/// What `SessionDuration` says: only for a role that a long-term key assumed. AWS refuses it for a chained role, whose sign-in lasts as long
/// as its credentials (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html>).
pub(super) fn of(step: Option<&Step>) -> Option<SessionDuration> {
    let step = step?;
    let by_key = matches!(step.why, WhyStep::KeyAsAsked | WhyStep::KeyForLongSession | WhyStep::KeyWithoutMfa);
    let (least, most) = (SessionDuration::from_secs(900), SessionDuration::from_secs(43_200));
    (by_key && step.call.role().is_some()).then(|| step.duration.clamp(least, most))
}
