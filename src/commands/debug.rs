//! What `--debug` shows: decisions and the names of requests, on stderr. Never a secret: the layers that handle secrets log none.

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Shows our own events from now on.
// Security: the SDK's and the HTTP client's events are left out, since at this level they show headers and bodies.
pub fn start() {
    let ours = filter_fn(|metadata| metadata.target().starts_with("vault") && *metadata.level() <= tracing::Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time().with_target(false);
    // A second call in one process changes nothing.
    let _ = tracing_subscriber::registry().with(lines).with(ours).try_init();
}
