//! How this program's own sentences about refusals begin: `vault why` recognises them in what a command printed. Never says why.

/// Before the name of the call, which ends with a backtick.
pub const REFUSED_CALL: &str = "AWS refused `";

/// A code that AWS did not accept, for any reason.
pub const REFUSED_CODE: &str = "AWS refused the code";

/// Two codes in a row that AWS did not accept. It begins as [`REFUSED_CODE`] does: look for this one first.
pub const REFUSED_CODES: &str = "AWS refused the codes";

/// A device from which AWS accepts no codes for now.
pub const REFUSED_DEVICE: &str = "AWS refuses codes from this device";
