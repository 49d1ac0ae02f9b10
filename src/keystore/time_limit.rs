//! Waits for what may hang, and no longer than a person would. Never ends the work that it gave up on.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::os::waiting;

/// How long a person may take over the prompt of a keychain.
pub(crate) const OF_A_PERSON: Duration = Duration::from_mins(2);

/// The result of the work, or `None` if it took longer. The thread then keeps running: it holds nothing that anybody waits for.
pub(crate) fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (send, receive) = mpsc::sync_channel(1);
    let worker = thread::Builder::new().name("keychain".to_owned()).spawn(move || {
        let _ = send.send(work());
    });
    if worker.is_err() {
        return None;
    }
    let (silent, rest) = (waiting::patience().min(limit), limit.saturating_sub(waiting::patience()));
    receive.recv_timeout(silent).ok().or_else(|| {
        if rest.is_zero() {
            return None;
        }
        waiting::tell("the keychain");
        receive.recv_timeout(rest).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_hangs_is_not_waited_for() {
        assert_eq!(within(Duration::from_secs(10), || 7), Some(7));
        assert_eq!(within(Duration::from_millis(20), || thread::sleep(Duration::from_mins(1))), None);
    }
}
