//! Percent-encoding (RFC 3986): every byte that is not unreserved is escaped. Never decodes.

use std::fmt::Write as _;

/// The text as a part of a URL.
#[must_use]
pub fn in_percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
