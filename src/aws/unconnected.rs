//! Decides whether a call failed before anything was sent. Never looks at an answer.

/// Whether there was no connection to send anything over.
pub(super) fn is_unconnected(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(hyper_util::client::legacy::Error::is_connect)
        || error.source().is_some_and(is_unconnected)
}
