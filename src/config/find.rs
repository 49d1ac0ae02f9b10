//! Finds a byte in a file's text at the speed of memory. Never queries the processor's features.

#[cfg(not(target_arch = "x86_64"))]
use memchr::arch::all::memchr::One;
// Every x86-64 processor has SSE2. Choosing something wider begins with ten `cpuid` instructions, each of which traps to a virtual machine's host:
// that took longer than searching a usual config, and 3 % of a cached run.
#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr::One;

#[cfg(not(target_arch = "x86_64"))]
fn searcher(byte: u8) -> One {
    One::new(byte)
}

#[cfg(target_arch = "x86_64")]
fn searcher(byte: u8) -> One {
    One::new(byte).expect("every x86-64 processor has SSE2")
}

/// The first position of the byte.
pub(super) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    searcher(byte).find(text)
}

/// All positions of the byte, from front to back.
pub(super) fn find_all(byte: u8, text: &[u8]) -> impl Iterator<Item = usize> {
    let searcher = searcher(byte);
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + searcher.find(&text[from..])?;
        from = at + 1;
        Some(at)
    })
}

/// How often the byte occurs.
pub(super) fn count(byte: u8, text: &[u8]) -> usize {
    searcher(byte).count(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_one_byte_after_the_other(text in proptest::collection::vec(b'a'..b'd', 0..200)) {
            let places: Vec<_> = (0..text.len()).filter(|at| text[*at] == b'b').collect();
            prop_assert_eq!(find(b'b', &text), places.first().copied());
            prop_assert_eq!(find_all(b'b', &text).collect::<Vec<_>>(), places.clone());
            prop_assert_eq!(count(b'b', &text), places.len());
        }
    }
}
