//! What the layers below report through `tracing`: warnings always, decisions and the names of requests with `--debug`. Never a secret:
//! the layers that handle secrets log none.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::os::waiting;
use crate::ports::Notices;

use super::output;

/// Shows our own events from now on: all of them on stderr, or only the warnings, in the place of notices.
pub fn start(all: bool, notices: &'static (dyn Notices + Sync)) {
    waiting::is_shown_by(notices);
    // A second call in one process changes nothing.
    let _ = tracing::subscriber::set_global_default(Log { all, notices });
}

/// Writes each event as a line. The subscribers of `tracing-subscriber` would cost each run far more.
struct Log {
    all: bool,
    notices: &'static (dyn Notices + Sync),
}

impl Log {
    fn least(&self) -> Level {
        if self.all { Level::INFO } else { Level::WARN }
    }
}

impl Subscriber for Log {
    // Security: the SDK's and the HTTP client's events are left out, since they may show headers and bodies. What they say below this level
    // is not even in the release build: `release_max_level_info` in Cargo.toml.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("vault") && *metadata.level() <= self.least()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.least()))
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        if self.all {
            output::log(&format!("{:>5} {}{}", event.metadata().level(), line.message, line.fields));
        } else {
            self.notices.warn(&line.message);
        }
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

/// An event as text: its message, and its fields as ` name=value`.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
