//! Bytes as hexadecimal digits, and back. Never moves what it writes, so that a secret leaves no copy behind.

/// Two small digits for each byte.
///
/// The text has its final size from the beginning: neither writing it nor boxing it moves it.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(*byte));
    }
    text
}

/// The byte that two digits stand for, be they small or capital; `None` where one of them is no digit.
#[must_use]
pub fn byte(high: u8, low: u8) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(value(high)? << 4 | value(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_read_back() {
        for value in 0..=u8::MAX {
            let text = encode(&[value]);
            assert_eq!(text, format!("{value:02x}"));
            assert_eq!(byte(text.as_bytes()[0], text.as_bytes()[1]), Some(value));
        }
        assert_eq!((byte(b'A', b'f'), byte(b'g', b'0'), byte(b'0', b' ')), (Some(0xaf), None, None));
        let text = encode(&[0; 33]);
        assert_eq!(text.len(), text.capacity());
    }
}
