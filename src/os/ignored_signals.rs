//! Which signals this process was told to ignore. Never changes that.

use std::path::Path;

use super::files;

/// The signals that this process ignores, as bits from the first on; `None` where the system does not tell.
pub(super) fn ignored() -> Option<u64> {
    let status = files::read_optional(Path::new("/proc/self/status")).ok()??;
    let line = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"SigIgn:"))?;
    u64::from_str_radix(std::str::from_utf8(line).ok()?.trim(), 16).ok()
}
