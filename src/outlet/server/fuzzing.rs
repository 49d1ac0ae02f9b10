//! A door for fuzzing: the answer that a container client gets for a session. Never opens a port, and is in no build that people run.

use crate::model::{RoleArn, SessionCredentials, Timestamp};

use super::reply;

/// The body of the answer.
#[must_use]
pub fn container_json(session: &SessionCredentials, expires: Timestamp, role: Option<&RoleArn>) -> Vec<u8> {
    reply::container_json(session, expires, role).to_vec()
}
