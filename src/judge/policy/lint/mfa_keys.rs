//! Decides which condition keys are about MFA, also under names that are misspelt. Never looks at a value.

use super::super::document::Test;
use super::super::evaluate::Mfa;

/// Whether a condition is about MFA, also under a name that is misspelt.
#[must_use]
pub(super) fn is_about_mfa(test: &Test) -> bool {
    is_mfa_key(test) || looks_like_mfa(&test.key.value)
}

/// Whether a condition is on one of the two keys.
#[must_use]
pub(super) fn is_mfa_key(test: &Test) -> bool {
    test.asks(Mfa::PRESENT) || test.asks(Mfa::AGE)
}

/// Whether a key is one of the two on MFA, misspelt.
pub(super) fn looks_like_mfa(key: &str) -> bool {
    if key.contains('/') || [Mfa::PRESENT, Mfa::AGE].iter().any(|known| known.eq_ignore_ascii_case(key)) {
        return false;
    }
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let ours = |prefix: &str| key.to_ascii_lowercase().starts_with(prefix);
    let near = || {
        let distance = |known: &str| strsim::damerau_levenshtein(&known.to_ascii_lowercase(), &key.to_ascii_lowercase());
        [Mfa::PRESENT, Mfa::AGE].iter().any(|known| distance(known) <= 4)
    };
    let of_global = ours("aws:") || ours("iam:") || ours("sts:") || !key.contains(':');
    of_global
        && (plain.contains("multifactor")
            || plain.contains("mfapresent")
            || plain.contains("mfaauth")
            || plain.contains("mfaage")
            || near())
}
