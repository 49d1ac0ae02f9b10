//! An encrypted item of aws-vault opens only whole and with its passphrase, and asks for no more work than it may.

use std::num::NonZeroU32;

use secrecy::{ExposeSecret as _, SecretString};
use vault::foreign::aws_vault::fuzzing::{HEADER, Item, held, named, seal};

use super::pick;

const ONCE: NonZeroU32 = NonZeroU32::MIN;

/// The library that writes these files refuses more.
const MOST_WORK: u32 = 1_300_000;

/// Opening takes time in proportion.
const LITTLE_WORK: u32 = 64;

pub fn check(data: &[u8]) {
    check_content(data);
    check_sealed(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (name, _) = named(text);
    assert!(name.len() <= text.len(), "an escape is longer than what it means");
    if let Some(item) = Item::parse(text) {
        assert!(item.iterations() <= MOST_WORK);
        if item.iterations() <= LITTLE_WORK
            && let Some(content) = item.open(&SecretString::from("p"))
        {
            check_content(&content);
        }
    }
    // As a header that somebody sealed, with numbers of their own.
    let sealed = seal(text, ONCE, "p", b"content").expect("any header can be sealed");
    if let Some(item) = Item::parse(&sealed) {
        assert!((1..=MOST_WORK).contains(&item.iterations()));
    }
}

fn check_content(content: &[u8]) {
    let read = held(content);
    if let Some(key) = read.key() {
        let secret = key.secret.expose_secret();
        assert!(!key.key_id.is_temporary() && !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic()));
    }
}

fn check_sealed(data: &[u8]) {
    let sealed = seal(HEADER, ONCE, "p", data).expect("any content can be sealed");
    let open = |text: &str, passphrase: &str| Item::parse(text)?.open(&SecretString::from(passphrase));
    assert!(open(&sealed, "p").is_some_and(|content| *content == data), "it is what was sealed");
    assert!(open(&sealed, "q").is_none(), "with another passphrase");
    let place = pick(data, sealed.len());
    let mut changed = sealed.clone().into_bytes();
    changed[place] = match changed[place] {
        b'A' => b'B',
        b'.' => b'-',
        _ => b'A',
    };
    let changed = String::from_utf8(changed).expect("it is ASCII");
    assert!(open(&changed, "p").is_none(), "it was changed at {place}");
    assert!(open(&sealed[..place], "p").is_none(), "it was cut at {place}");
}
