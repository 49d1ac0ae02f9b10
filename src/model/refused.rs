//! How this program's own sentences about refusals begin: `vault why` recognises them in what a command printed. Never says why.

/// Before the name of the call, which ends with a backtick.
pub const REFUSED_CALL: &str = "AWS refused `";

/// A code that AWS did not accept, for any reason.
pub const REFUSED_CODE: &str = "AWS refused the code";
