//! Records facts about AWS's replies to one call, and limits how much of one is read. Never changes a reply.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Once};

use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::config::interceptors::{BeforeDeserializationInterceptorContextMut, FinalizerInterceptorContextRef};
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::BoxError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::{DateTime, Format};
use http_body_util::Limited;

use crate::model::{is_off, spoken_offset};
use crate::os::clock;
use crate::ports::{AwsFault, AwsFaultKind};

use super::unconnected::is_unconnected;

/// The longest answer, in bytes: a page of IAM's longest list is a small part of it.
const MOST: usize = 1 << 20;

/// No clock was compared yet.
const UNKNOWN: i64 = i64::MIN;

/// What was recorded during one call, over all its attempts: the SDK retries by itself, with the same code.
#[derive(Debug, Clone)]
pub(super) struct Reply(Arc<Noted>);

#[derive(Debug)]
struct Noted {
    /// Whether an attempt was sent and got no answer, or an inconclusive one.
    unanswered: AtomicBool,
    /// Whether the last reply was complete.
    whole: AtomicBool,
    /// How far this machine's clock is ahead of the last reply's `Date`, in seconds.
    clock_ahead: AtomicI64,
    /// The longest answer, in bytes.
    most: usize,
}

impl Reply {
    pub(super) fn new() -> Self {
        Self::up_to(MOST)
    }

    /// The same for answers of so many bytes.
    pub(super) fn up_to(most: usize) -> Self {
        let (unanswered, whole) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(Noted { unanswered, whole, clock_ahead: AtomicI64::new(UNKNOWN), most }))
    }

    /// How far this machine's clock is ahead of the last reply's `Date`, in seconds.
    pub(super) fn clock_ahead(&self) -> Option<i64> {
        Some(self.0.clock_ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != UNKNOWN)
    }

    /// The same, if it is more than a slow network explains.
    pub(super) fn clock_off(&self) -> Option<i64> {
        self.clock_ahead().filter(|ahead| is_off(*ahead))
    }

    /// Whether the last reply was complete: the SDK accepts a document that breaks off.
    pub(super) fn is_whole(&self) -> bool {
        self.0.whole.load(Ordering::Relaxed)
    }

    /// A refused code after an attempt without an answer: that one may have used it up. So may one before an attempt that was not sent.
    pub(super) fn explain(&self, fault: AwsFault) -> AwsFault {
        match fault.kind {
            AwsFaultKind::InvalidCode if self.0.unanswered.load(Ordering::Relaxed) => {
                AwsFault { kind: AwsFaultKind::CodeMayBeUsed, ..fault }
            }
            AwsFaultKind::Unreachable if self.0.unanswered.load(Ordering::Relaxed) => AwsFault { kind: AwsFaultKind::NoAnswer, ..fault },
            _ => fault,
        }
    }

    /// Warns about a clock that is off, once in this process: if the call was refused, the refusal names it.
    pub(super) fn warn_of_clock(&self) {
        static WARNED: Once = Once::new();
        if let Some(ahead) = self.clock_off() {
            WARNED.call_once(|| {
                tracing::warn!(
                    "this machine's clock is {}: vault allows for it, but AWS may refuse other tools; set it with {}",
                    spoken_offset(ahead),
                    clock::CURE
                );
            });
        }
    }
}

impl Intercept for Reply {
    fn name(&self) -> &'static str {
        "Reply"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if let Some(ahead) = clock_ahead(response) {
            self.0.clock_ahead.store(ahead, Ordering::Relaxed);
        }
        // The SDK reads a body to its end, however long it is.
        let body = response.take_body();
        *response.body_mut() = SdkBody::from_body_1_x(Limited::new(body, self.0.most));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().and_then(|answer| answer.body().bytes());
        self.0.whole.store(body.is_some_and(is_closed), Ordering::Relaxed);
        let says_nothing = |status: u16| match context.output_or_error() {
            Some(Err(error)) => !(300..500).contains(&status) || !error.is_operation_error(),
            Some(Ok(_)) | None => status >= 500,
        };
        let was_sent = || match context.output_or_error() {
            Some(Err(error)) => error.as_connector_error().is_none_or(|error| !is_unconnected(error)),
            Some(Ok(_)) | None => true,
        };
        if context.response().map_or_else(was_sent, |answer| says_nothing(answer.status().as_u16())) {
            self.0.unanswered.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Whether a document ends with its first element's closing tag.
fn is_closed(document: &[u8]) -> bool {
    let document = document.trim_ascii();
    let mut tags = document.split(|byte| *byte == b'<').skip(1);
    let Some(first) = tags.find(|tag| tag.first().is_some_and(u8::is_ascii_alphabetic)) else { return false };
    let name = first.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/')).next().unwrap_or_default();
    document.strip_suffix(b">").and_then(|rest| rest.strip_suffix(name)).is_some_and(|rest| rest.ends_with(b"</"))
}

/// How far this machine's clock is ahead of the reply's `Date`, in seconds.
pub(super) fn clock_ahead(reply: &HttpResponse) -> Option<i64> {
    let date = DateTime::from_str(reply.headers().get("date")?, Format::HttpDate).ok()?;
    clock::now().as_unix().checked_sub(date.secs()).filter(|ahead| *ahead != UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_closed_at_its_very_end_alone() {
        let document = "<?xml version=\"1.0\"?>\n<!-- x -->\n<AResponse xmlns=\"x\"><AResult><B>AResponse</B></AResult></AResponse>";
        assert!(is_closed(document.as_bytes()) && is_closed(format!("{document}\n \n").as_bytes()));
        for length in 0..document.len() {
            assert!(!is_closed(&document.as_bytes()[..length]), "{}", &document[..length]);
        }
    }
}
