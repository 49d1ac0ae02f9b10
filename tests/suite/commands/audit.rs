//! `audit` judges a credential report: each check on both sides of its limit, reports in every format in which they are saved, and every
//! output format.

mod forms;
mod live;
mod saved;

use std::collections::BTreeSet;

use vault::judge::Finding;
use vault::judge::report::{Limits, Lookups, Report, judge};
use vault::model::Timestamp;

pub const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// The time of the report, long after everything in it was created: `2026-09-01T00:00:00Z`.
pub const NOW: i64 = 1_788_220_800;
pub const DAY: i64 = 86_400;

/// A good root user: MFA, no key, long unused.
pub const ROOT: &str = "<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,2021-01-01T00:00:00+00:00,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

/// One line of a report: a user without credentials, with these columns changed.
pub fn line(name: &str, differs: &[(&str, &str)]) -> String {
    let path = differs.iter().find(|(column, _)| *column == "path").map_or("/", |(_, path)| path);
    let arn = format!("arn:aws:iam::123456789012:user{path}{name}");
    let cell = |column: &str| -> String {
        if let Some((_, value)) = differs.iter().find(|(known, _)| *known == column) {
            return (*value).to_owned();
        }
        let plain = match column {
            "user" => name,
            "arn" => &arn,
            "user_creation_time" => "2024-01-01T00:00:00+00:00",
            "password_enabled" | "mfa_active" => "false",
            column if column.ends_with("_active") => "false",
            _ => "N/A",
        };
        plain.to_owned()
    };
    COLUMNS.split(',').map(cell).collect::<Vec<_>>().join(",")
}

/// A whole report with root and these lines, as AWS writes it: no final newline.
pub fn report(lines: &[String]) -> String {
    let mut all = vec![COLUMNS.to_owned(), ROOT.to_owned()];
    all.extend_from_slice(lines);
    all.join("\n")
}

/// This many seconds before [`NOW`], in the report's format.
pub fn before(seconds: i64) -> String {
    Timestamp::from_unix(NOW - seconds).to_string()
}

fn judged_with(text: &str, lookups: &Lookups, limits: &Limits) -> Vec<Finding> {
    judge(&Report::parse(text.as_bytes()).expect("the report is valid"), lookups, limits, Timestamp::from_unix(NOW))
}

/// The ids of the findings about one user.
fn found(differs: &[(&str, &str)], limits: &Limits) -> Vec<&'static str> {
    let findings = judged_with(&report(&[line("alice", differs)]), &Lookups::default(), limits);
    findings.iter().map(|finding| finding.kind.id).collect()
}

/// The ids of the findings about a root user with these columns changed.
fn found_of_root(differs: &[(&str, &str)]) -> Vec<&'static str> {
    let cells = COLUMNS
        .split(',')
        .zip(ROOT.split(','))
        .map(|(column, plain)| differs.iter().find(|(known, _)| *known == column).map_or(plain, |(_, value)| value));
    let text = format!("{COLUMNS}\n{}", cells.collect::<Vec<_>>().join(","));
    judged_with(&text, &Lookups::default(), &Limits::default()).iter().map(|finding| finding.kind.id).collect()
}

const MFA: (&str, &str) = ("mfa_active", "true");
const PASSWORD: (&str, &str) = ("password_enabled", "true");
const KEY: (&str, &str) = ("access_key_1_active", "true");

#[test]
fn a_user_with_mfa_who_uses_a_new_key_and_a_password_has_no_finding() {
    let (recent, new) = (before(DAY), before(10 * DAY));
    let good = [
        MFA,
        PASSWORD,
        KEY,
        ("password_last_used", recent.as_str()),
        ("password_last_changed", &new),
        ("access_key_1_last_rotated", &new),
        ("access_key_1_last_used_date", &recent),
        // An inactive key is no risk, however old.
        ("access_key_2_last_rotated", "2019-01-01T00:00:00+00:00"),
        ("cert_1_last_rotated", "2019-01-01T00:00:00+00:00"),
    ];
    assert_eq!(found(&good, &Limits::default()), [""; 0]);
    assert_eq!(found_of_root(&[]), [""; 0]);
}

#[test]
fn each_limit_is_exact_to_the_second() {
    let limits = Limits { password_age: Some(30 * DAY), ..Limits::default() };
    let (recent, new) = (before(0), before(DAY));
    let base = [
        MFA,
        PASSWORD,
        KEY,
        ("password_last_used", recent.as_str()),
        ("password_last_changed", &new),
        ("access_key_1_last_rotated", &new),
        ("access_key_1_last_used_date", &recent),
    ];
    // Too old: one second after the limit. Unused: exactly at the limit.
    for (column, id, last_good, first_bad) in [
        ("access_key_1_last_rotated", "key-age", 90 * DAY, 90 * DAY + 1),
        ("access_key_1_last_used_date", "unused", 45 * DAY - 1, 45 * DAY),
        ("password_last_used", "unused", 45 * DAY - 1, 45 * DAY),
        ("password_last_changed", "password-age", 30 * DAY, 30 * DAY + 1),
        ("access_key_2_last_rotated", "key-age", 90 * DAY, 90 * DAY + 1),
        ("access_key_2_last_used_date", "unused", 45 * DAY - 1, 45 * DAY),
    ] {
        let with = |seconds: i64| {
            let moment = before(seconds);
            let mut cells: Vec<_> = base.to_vec();
            if column.starts_with("access_key_2") {
                // The second key in the place of the first.
                let second =
                    [("access_key_2_active", "true"), ("access_key_2_last_rotated", &new), ("access_key_2_last_used_date", &recent)];
                cells.retain(|(known, _)| !known.starts_with("access_key_1"));
                cells.extend(second);
            }
            cells.retain(|(known, _)| *known != column);
            cells.push((column, moment.as_str()));
            found(&cells, &limits)
        };
        assert_eq!(with(last_good), [""; 0], "{column} {last_good}");
        assert_eq!(with(first_bad), [id], "{column} {first_bad}");
    }
    let root = |seconds: i64| found_of_root(&[("password_last_used", &before(seconds))]);
    assert_eq!(root(90 * DAY), ["root-used"]);
    assert_eq!(root(90 * DAY + 1), [""; 0]);
    let root = |seconds: i64| found_of_root(&[("access_key_2_last_used_date", &before(seconds))]);
    assert_eq!((root(90 * DAY), root(90 * DAY + 1)), (vec!["root-used"], vec![]));
}

#[test]
fn every_check_has_a_user_who_fails_it() {
    use vault::judge::report::{ALL, BearerKey, Devices, Glob};
    let (recent, old) = (before(DAY), before(500 * DAY));
    let users: &[(&str, &[(&str, &str)])] = &[
        ("console", &[PASSWORD, ("password_last_used", &recent), ("password_last_changed", &old)]),
        ("key", &[KEY, ("access_key_1_last_rotated", &old), ("access_key_1_last_used_date", &old)]),
        ("passkey", &[MFA]),
        ("new-key", &[MFA, KEY, ("access_key_1_last_rotated", &recent)]),
        ("ci-bot", &[MFA, PASSWORD, ("password_last_used", &recent), ("password_last_changed", &recent)]),
        (
            "twice",
            &[
                MFA,
                KEY,
                ("access_key_2_active", "true"),
                ("access_key_1_last_used_date", &recent),
                ("access_key_2_last_used_date", &recent),
            ],
        ),
        ("signs", &[MFA, ("cert_1_active", "true")]),
    ];
    let lines: Vec<_> = users.iter().map(|(name, cells)| line(name, cells)).collect();
    let root = |cells: &[(&str, &str)]| {
        let cell = |(column, plain): (&str, &str)| {
            cells.iter().find(|(known, _)| *known == column).map_or_else(|| plain.to_owned(), |(_, value)| (*value).to_owned())
        };
        COLUMNS.split(',').zip(ROOT.split(',')).map(cell).collect::<Vec<_>>().join(",")
    };
    let devices = Devices { fido_only: ["passkey".to_owned()].into(), root_has_virtual: true };
    let bearer = BearerKey { user: "signs".to_owned(), id: "ACCA".to_owned(), service: "x".to_owned(), active: true, expires: None };
    let lookups = Lookups { devices: Some(devices), bearer_keys: Some(vec![bearer]) };
    let limits = Limits { password_age: Some(90 * DAY), bots: Some(Glob::new("ci-*")), ..Limits::default() };
    let mut seen = BTreeSet::new();
    for root in [root(&[("mfa_active", "false"), ("access_key_1_active", "true")]), root(&[("password_last_used", &recent)])] {
        let text = [&[COLUMNS.to_owned(), root][..], &lines].concat().join("\n");
        for finding in judged_with(&text, &lookups, &limits) {
            assert!(finding.fix.as_ref().is_some_and(|fix| !fix.is_empty()) && finding.evidence.is_some(), "{finding:?}");
            seen.insert(finding.kind.id);
        }
    }
    let all: BTreeSet<&str> = ALL.iter().map(|check| check.kind.id).collect();
    assert_eq!(seen, all, "each id has a user");
}

#[test]
fn a_credential_that_was_never_used_is_unused_since_its_creation() {
    let (old, new) = (before(45 * DAY), before(45 * DAY - 1));
    for (set, ids) in [(&old, vec!["unused"]), (&new, vec![])] {
        let cells = [MFA, PASSWORD, ("password_last_used", "no_information"), ("password_last_changed", set)];
        assert_eq!(found(&cells, &Limits::default()), ids, "{set}");
    }
    // A key that was never used has that finding alone, not `unused` as well.
    for made in [&old, &new] {
        let cells = [MFA, KEY, ("access_key_1_last_rotated", made.as_str())];
        assert_eq!(found(&cells, &Limits::default()), ["key-never-used"], "{made}");
    }
}

#[test]
fn missing_mfa_is_found_for_each_kind_of_active_credential() {
    let (recent, new) = (before(DAY), before(DAY));
    let used = [
        ("password_last_used", recent.as_str()),
        ("password_last_changed", &new),
        ("access_key_1_last_rotated", &new),
        ("access_key_1_last_used_date", &recent),
        ("access_key_2_last_rotated", &new),
        ("access_key_2_last_used_date", &recent),
    ];
    for (active, ids) in [
        (&[][..], &[][..]),
        (&[PASSWORD][..], &["console-no-mfa"][..]),
        (&[KEY], &["key-no-mfa"]),
        (&[("access_key_2_active", "TRUE")], &["key-no-mfa"]),
        (&[PASSWORD, KEY], &["console-no-mfa", "key-no-mfa"]),
        (&[KEY, ("access_key_2_active", "true")], &["key-no-mfa", "two-keys"]),
        (&[("cert_1_active", "true"), ("cert_2_active", "true")], &["certificate", "certificate"]),
    ] {
        assert_eq!(found(&[active, &used].concat(), &Limits::default()), ids, "{active:?}");
    }
}

#[test]
fn root_has_its_own_checks() {
    for (differs, ids) in [
        (&[("access_key_1_active", "true")][..], &["root-key"][..]),
        (&[("access_key_1_active", "true"), ("access_key_2_active", "true")], &["root-key", "root-key"]),
        (&[("mfa_active", "false")], &["root-no-mfa"]),
        // The organization deleted its credentials: nobody can sign in.
        (&[("mfa_active", "false"), ("password_enabled", "false")], &[]),
        (&[("cert_1_active", "true")], &["certificate"]),
        (&[("password_last_used", "no_information")], &[]),
    ] {
        assert_eq!(found_of_root(differs), ids, "{differs:?}");
    }
}

#[test]
fn programs_are_recognized_by_path_or_pattern_and_have_no_password() {
    let (recent, new) = (before(DAY), before(DAY));
    let cells = |path: &'static str| {
        [MFA, PASSWORD, ("path", path), ("password_last_used", recent.as_str()), ("password_last_changed", new.as_str())]
    };
    let with = |pattern: &str| Limits { bots: Some(vault::judge::report::Glob::new(pattern)), ..Limits::default() };
    assert_eq!(found(&cells("/"), &Limits::default()), [""; 0]);
    assert_eq!(found(&cells("/bots/"), &Limits::default()), ["bot-with-password"]);
    assert_eq!(found(&cells("/bots/ci/"), &Limits::default()), ["bot-with-password"]);
    assert_eq!(found(&cells("/"), &with("al*")), ["bot-with-password"]);
    assert_eq!(found(&cells("/"), &with("bob*")), [""; 0]);
    // A bot's key without MFA is still a finding: only its fix differs.
    let bot = [KEY, ("access_key_1_last_rotated", new.as_str()), ("access_key_1_last_used_date", &recent)];
    let findings = judged_with(&report(&[line("ci", &bot)]), &Lookups::default(), &with("ci"));
    assert_eq!(findings[0].kind.id, "key-no-mfa");
    assert!(findings[0].fix.as_ref().unwrap().contains("vault policy service-account"), "{findings:?}");
}

#[test]
fn other_calls_add_what_the_report_leaves_out() {
    use vault::judge::report::{BearerKey, Devices};
    let root_and_alice = report(&[line("alice", &[MFA])]);
    let ids = |lookups: &Lookups| {
        let findings = judged_with(&root_and_alice, lookups, &Limits::default());
        findings.iter().map(|finding| (finding.kind.id, finding.subject.clone())).collect::<Vec<_>>()
    };
    let pair = |id: &'static str, user: &str| (id, user.to_owned());
    assert_eq!(ids(&Lookups::default()), []);
    let devices = Devices { fido_only: ["alice".to_owned()].into(), root_has_virtual: true };
    let of_devices = ids(&Lookups { devices: Some(devices), bearer_keys: None });
    assert_eq!(of_devices, [pair("fido-only", "alice"), pair("root-virtual-mfa", "<root_account>")]);
    let key = |active, expires| BearerKey {
        user: "alice".to_owned(),
        id: "ACCA".to_owned(),
        service: "bedrock.amazonaws.com".to_owned(),
        active,
        expires,
    };
    let keys = vec![key(true, None), key(false, None), key(true, Some(Timestamp::from_unix(NOW + DAY)))];
    let of_keys = ids(&Lookups { devices: None, bearer_keys: Some(keys) });
    assert_eq!(of_keys, [pair("bearer-key", "alice"), pair("bearer-key", "alice")]);
}
