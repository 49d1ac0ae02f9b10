//! A credential report is judged in the same way in every encoding, and each of its users has a name.

use vault::judge::report::{Judgement, Limits, Lookups, Report, judge};
use vault::model::Timestamp;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

pub fn check(data: &[u8]) {
    let read = Report::parse(data);
    assert_eq!(read, Report::parse(data));
    if let Ok(text) = std::str::from_utf8(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data))
        && !text.as_bytes().iter().take(2).any(|byte| *byte == 0)
    {
        let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        for wide in [[&b"\xff\xfe"[..], &units(u16::to_le_bytes)].concat(), [&b"\xfe\xff"[..], &units(u16::to_be_bytes)].concat()] {
            assert_eq!(Report::parse(&wide), read, "in UTF-16");
        }
    }
    let Ok(report) = read else { return };
    assert!(!report.users.is_empty() && report.users.iter().all(|user| !user.name.is_empty()));
    let (lookups, limits) = (Lookups::default(), Limits { password_age: Some(Limits::KEY_AGE), ..Limits::default() });
    let findings = judge(&report, &lookups, &limits, NOW);
    assert_eq!(findings, judge(&report, &lookups, &limits, NOW));
    let judgement = Judgement::new(&report, &lookups, &limits, NOW);
    assert_eq!(judgement.worst(), findings.first().map(|finding| finding.severity));
    assert!(judgement.in_short().map(|found| found.check.kind.id).eq(findings.iter().map(|finding| finding.kind.id)), "in the same order");
}
