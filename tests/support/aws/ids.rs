//! Makes identifiers and secrets in AWS's formats: key ids that contain their account, random secrets, base32 seeds.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use sha2::{Digest, Sha256};

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Random bytes from the standard library's hash seeds: enough for secrets that protect nothing.
pub struct Random {
    seed: [u8; 32],
    drawn: u64,
}

impl Default for Random {
    fn default() -> Self {
        let mut seed = Sha256::new();
        for _ in 0..4 {
            seed.update(RandomState::new().build_hasher().finish().to_be_bytes());
        }
        Self { seed: seed.finalize().into(), drawn: 0 }
    }
}

impl Random {
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut all = [0; N];
        for chunk in all.chunks_mut(32) {
            self.drawn += 1;
            let block = Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        all
    }

    /// An id such as `AKIA…`: 16 base32 characters whose first six bytes hold the account number from bit 7 upwards.
    pub fn id(&mut self, prefix: &str, account: &str) -> String {
        let account: u64 = account.parse().expect("an account is twelve digits");
        let mut raw: [u8; 10] = self.bytes();
        let head = 1 << 47 | account << 7 | u64::from(raw[5] & 0x7f);
        raw[..6].copy_from_slice(&head.to_be_bytes()[2..]);
        format!("{prefix}{}", base32(&raw))
    }

    /// A secret access key: 40 characters.
    pub fn secret(&mut self) -> String {
        self.text::<40>("")
    }

    /// A session token: long, opaque, with characters that break careless quoting.
    pub fn token(&mut self) -> String {
        let mut token = self.text::<220>("FwoGZXIvYXdz");
        token.push_str("/+==");
        token
    }

    /// A TOTP seed in AWS's format: 64 base32 characters.
    pub fn totp_seed(&mut self) -> String {
        base32(&self.bytes::<40>())
    }

    /// A request id: a UUID.
    pub fn request_id(&mut self) -> String {
        let hex = super::sigv4::hex(&self.bytes::<16>());
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn text<const N: usize>(&mut self, start: &str) -> String {
        let tail = self.bytes::<N>().map(|byte| char::from(BASE64[usize::from(byte % 64)]));
        start.chars().chain(tail).collect()
    }
}

/// The account of a key id.
pub fn account_of(key_id: &str) -> Option<String> {
    let raw = unbase32(key_id.get(4..)?)?;
    let mut head = [0; 8];
    head[2..].copy_from_slice(raw.get(..6)?);
    Some(format!("{:012}", (u64::from_be_bytes(head) & 0x7fff_ffff_ff80) >> 7))
}

/// RFC 4648 base32 without padding.
pub fn base32(raw: &[u8]) -> String {
    let bit = |n: usize| raw.get(n / 8).map_or(0, |byte| usize::from(byte >> (7 - n % 8) & 1));
    (0..raw.len() * 8).step_by(5).map(|n| char::from(BASE32[(n..n + 5).fold(0, |value, n| value << 1 | bit(n))])).collect()
}

/// Reads base32; spaces, padding and case do not matter.
pub fn unbase32(text: &str) -> Option<Vec<u8>> {
    let (mut raw, mut value, mut bits) = (Vec::new(), 0_usize, 0);
    for letter in text.bytes().filter(|letter| !matches!(letter, b' ' | b'=')) {
        value = (value << 5 | BASE32.iter().position(|known| *known == letter.to_ascii_uppercase())?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            raw.push(u8::try_from(value >> bits & 0xff).expect("eight bits"));
        }
    }
    Some(raw)
}
