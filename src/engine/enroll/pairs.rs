//! Asks for two codes in a row until AWS takes them. Never computes one.

use crate::model::REFUSED_CODES;
use crate::ports::{AwsFault, AwsFaultKind, CodePair, PromptError};

/// How often codes are asked for.
const ATTEMPTS: usize = 3;

/// Why AWS took no codes.
pub enum NoPair {
    Aws(AwsFault),
    Prompt(PromptError),
    /// AWS took no pair of codes.
    Refused,
}

/// The pair that AWS took. `ask` gets what was wrong with the one before.
///
/// # Errors
/// If no codes are given, or AWS refuses three pairs, or refuses for another reason.
pub fn with_pairs(
    ask: impl Fn(Option<&str>) -> Result<CodePair, PromptError>,
    send: impl Fn(&CodePair) -> Result<(), AwsFault>,
) -> Result<CodePair, NoPair> {
    let refused = format!("{REFUSED_CODES}: they must be two in a row, the older one first");
    let mut complaint = None;
    for _ in 0..ATTEMPTS {
        let codes = ask(complaint).map_err(NoPair::Prompt)?;
        match send(&codes) {
            Ok(()) => return Ok(codes),
            Err(fault) if fault.kind == AwsFaultKind::InvalidCodePair => complaint = Some(refused.as_str()),
            Err(fault) => return Err(NoPair::Aws(fault)),
        }
    }
    Err(NoPair::Refused)
}
