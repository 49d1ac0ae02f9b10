//! What holds for every input that somebody else wrote. The fuzz targets look for an input for which it does not; the suite tries those that
//! were collected.

pub mod config;
pub mod csv;
pub mod edits;
pub mod jwe;
pub mod policies;
pub mod process;
pub mod refusals;
pub mod replies;
pub mod report;
pub mod scrub;
pub mod sessions;
pub mod settings;

/// Panics if something does not hold for this input.
pub type Check = fn(&[u8]);

/// The properties by the names of their targets.
pub const ALL: &[(&str, Check)] = &[
    ("config", config::check),
    ("csv", csv::check),
    ("edits", edits::check),
    ("jwe", jwe::check),
    ("policies", policies::check),
    ("process", process::check),
    ("refusals", refusals::check),
    ("replies", replies::check),
    ("report", report::check),
    ("scrub", scrub::check),
    ("sessions", sessions::check),
    ("settings", settings::check),
];

/// Nothing in the text acts on a terminal.
fn assert_shown(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

fn with_crlf(data: &[u8]) -> Vec<u8> {
    data.split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| match line.strip_suffix(b"\n") {
            Some(text) => [text, b"\r\n"].concat(),
            None => line.to_vec(),
        })
        .collect()
}

/// A place below `length` that depends on the whole input, so that every place is met.
fn pick(data: &[u8], length: usize) -> usize {
    let sum = data.iter().fold(data.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    sum % length.max(1)
}
