//! What the layers below report through `tracing`: warnings always, decisions and the names of requests with `--debug`. Never a secret:
//! the layers that handle secrets log none.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber, span};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::ports::Notices;

/// Shows our own events from now on: all of them on stderr, or only the warnings, where notices go.
pub fn start(all: bool, notices: &'static (dyn Notices + Sync)) {
    // A second call in one process changes nothing.
    if all {
        #[expect(clippy::disallowed_methods, reason = "the lines are those of `--debug`, which the subscriber writes itself")]
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time().with_target(false).with_ansi(false);
        let _ = tracing_subscriber::registry().with(lines).with(filter_fn(|metadata| is_ours(metadata, Level::INFO))).try_init();
    } else {
        let _ = tracing::subscriber::set_global_default(Warnings(notices));
    }
}

// Security: the SDK's and the HTTP client's events are left out, since they may show headers and bodies. What they say below this level
// is not even in the release build: `release_max_level_info` in Cargo.toml.
fn is_ours(metadata: &Metadata<'_>, least: Level) -> bool {
    metadata.target().starts_with("vault") && *metadata.level() <= least
}

/// Writes warnings as every other message is written. The registry that `--debug` sets up would cost each run far more.
struct Warnings(&'static (dyn Notices + Sync));

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_ours(metadata, Level::WARN)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.0.warn(&message.0);
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        // Spans are not shown, so that one id serves them all.
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
