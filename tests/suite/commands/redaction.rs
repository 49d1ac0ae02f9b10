//! Replaces everything that differs between runs, so that the rest can be compared as a whole. Never replaces words.

use crate::support::world::World;

/// The text with the home, ports, key ids, times and digests of this run replaced by names in brackets.
pub fn redacted(world: &World, text: &str) -> String {
    let port = world.aws.url().rsplit(':').next().unwrap_or_default().to_owned();
    let text = text.replace(&world.home().display().to_string(), "[home]").replace(&format!(":{port}"), ":[port]");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let found = [key_id, moment, time_of_day, digest, folder].into_iter().find_map(|find| find(rest));
        let taken = if let Some((length, name)) = found {
            out.push_str(name);
            length
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

fn key_id(text: &str) -> Option<(usize, &'static str)> {
    let name = match text.get(..4)? {
        "AKIA" => "[AKIA…]",
        "ASIA" => "[ASIA…]",
        _ => return None,
    };
    text.get(4..20)?.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).then_some((20, name))
}

/// `2026-01-31T12:00:00Z`
fn moment(text: &str) -> Option<(usize, &'static str)> {
    let fits = |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
    text.get(..20)?.bytes().zip(*b"0000-00-00T00:00:00Z").all(fits).then_some((20, "[time]"))
}

/// `12:00:00 UTC`, followed by the local time.
fn time_of_day(text: &str) -> Option<(usize, &'static str)> {
    let fits = |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
    if !text.get(..12)?.bytes().zip(*b"00:00:00 UTC").all(fits) {
        return None;
    }
    let zone =
        text[12..].strip_prefix(" (").and_then(|rest| rest.find(" local time)")).map_or(0, |end| end + " (".len() + " local time)".len());
    Some((12 + zone, "[time of day]"))
}

/// The folder of a session's file, named after the first two digits of its digest.
fn folder(text: &str) -> Option<(usize, &'static str)> {
    text.strip_prefix("/sessions/")?.get(..2)?.bytes().all(|b| b.is_ascii_hexdigit()).then_some((12, "/sessions/[..]"))
}

/// Sixty-four hexadecimal digits.
fn digest(text: &str) -> Option<(usize, &'static str)> {
    text.get(..64)?.bytes().all(|b| b.is_ascii_hexdigit()).then_some((64, "[digest]"))
}
