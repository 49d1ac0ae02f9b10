//! Saved reports: rewritten by spreadsheets and shells, truncated, outdated. An unreadable report is never taken for an empty one.

use vault::judge::report::{Check, Report, ReportFault};

use crate::support::world::World;

use super::super::shown;
use super::{COLUMNS, DAY, ROOT, before, line, report};

fn with(text: impl AsRef<[u8]>) -> (World, crate::support::world::Run) {
    let world = World::new();
    world.write("report.csv", text);
    let run = world.vault(["audit", "--report", "report.csv", "--json"]).run();
    (world, run)
}

/// A report with one user without MFA.
fn plain() -> String {
    report(&[line("alice", &[("password_enabled", "true"), ("password_last_used", &before(DAY)), ("password_last_changed", &before(DAY))])])
}

#[test]
fn a_report_is_read_in_every_format_in_which_it_is_saved() {
    let expected = Report::parse(plain().as_bytes()).unwrap();
    assert_eq!((expected.users.len(), expected.users[1].password), (2, Some(true)));
    let wide_plain: Vec<u8> = [0xff, 0xfe].into_iter().chain(plain().encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big_plain: Vec<u8> = [0xfe, 0xff].into_iter().chain(plain().encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let quoted = |text: &str| {
        text.lines()
            .map(|line| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","))
            .collect::<Vec<_>>()
            .join("\n")
    };
    for (how, bytes) in [
        ("with a line end", format!("{}\n", plain()).into_bytes()),
        ("with line ends of Windows", plain().replace('\n', "\r\n").into_bytes()),
        ("with empty lines at the end", format!("{}\n\n\n", plain()).into_bytes()),
        ("with a mark of its encoding", format!("\u{feff}{}", plain()).into_bytes()),
        ("as PowerShell writes it", wide_plain.clone()),
        ("as UTF-16 of the other kind", big_plain.clone()),
        ("as UTF-16 without a mark", wide_plain[2..].to_vec()),
        ("as UTF-16 of the other kind without a mark", big_plain[2..].to_vec()),
        ("with line ends of old Macs", plain().replace('\n', "\r").into_bytes()),
        ("by a spreadsheet where the comma is for fractions", plain().replace(',', ";").into_bytes()),
        ("with tabs", plain().replace(',', "\t").into_bytes()),
        ("with every cell quoted", quoted(&plain()).into_bytes()),
        ("with names of columns in capitals", plain().replacen(COLUMNS, &COLUMNS.to_uppercase(), 1).into_bytes()),
        ("with times that end in Z", plain().replace("+00:00", "Z").into_bytes()),
    ] {
        assert_eq!(Report::parse(&bytes).as_ref(), Ok(&expected), "{how}");
    }
}

#[test]
fn columns_are_found_by_their_names() {
    let reversed: Vec<String> = plain().lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",")).collect();
    assert_eq!(Report::parse(reversed.join("\n").as_bytes()), Report::parse(plain().as_bytes()));
    let with_more: Vec<_> = plain().lines().map(|line| format!("{line},x")).collect();
    let report = Report::parse(with_more.join("\n").as_bytes()).unwrap();
    assert_eq!(report.unknown, ["x"]);
}

/// The report without one column.
fn without(column: &str) -> String {
    let place = COLUMNS.split(',').position(|name| name == column).expect("the column exists");
    let cut = |line: &str| {
        let cells: Vec<_> = line.split(',').enumerate().filter(|(at, _)| *at != place).map(|(_, cell)| cell).collect();
        cells.join(",")
    };
    plain().lines().map(cut).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_missing_column_is_named_with_the_checks_it_prevents() {
    for column in COLUMNS.split(',') {
        let parsed = Report::parse(without(column).as_bytes());
        if matches!(column, "user" | "arn") {
            assert!(matches!(parsed, Err(ReportFault::NoReport(named)) if named == column), "{column}");
            continue;
        }
        let missing = parsed.unwrap().missing;
        let expected: Vec<&str> =
            vault::judge::report::ALL.iter().filter(|check| check.needs.contains(&column)).map(|check: &&Check| check.kind.id).collect();
        assert_eq!(missing, [(column, expected)], "{column}");
    }
    let (_world, run) = with(without("mfa_active"));
    assert_eq!(run.status, 0);
    assert!(run.stderr.contains("warning: the report has no column `mfa_active`: not everything is checked for `root-no-mfa`"), "{run:?}");
    assert!(!run.stdout.contains("console-no-mfa"), "unknown values give no findings: {run:?}");
}

/// As UTF-16, with this after it.
fn wide(text: &str, after: &[u8]) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).chain(after.iter().copied()).collect()
}

#[test]
fn an_incomplete_report_fails_and_says_where() {
    let two = plain();
    let lines: Vec<&str> = two.lines().collect();
    let last = lines[2].len();
    for (text, said) in [
        (Vec::new(), "the credential report is empty"),
        (b" \r\n \n".to_vec(), "the credential report is empty"),
        (b"<html>no</html>".to_vec(), "no column `user`"),
        (COLUMNS.as_bytes().to_vec(), "a first line and no user"),
        (two.as_bytes()[..two.len() - last / 2].to_vec(), "line 3 of the credential report has"),
        (format!("{two},x").into_bytes(), "line 3 of the credential report has 23 of 22 columns: it has too many"),
        (two.as_bytes()[..two.len() - 1].to_vec(), "`cert_2_last_rotated` is `N/`, not a time"),
        (
            two.replace("false,N/A,N/A,N/A,N/A,false,N/A,false,N/A", "maybe,N/A,N/A,N/A,N/A,false,N/A,false,N/A").into_bytes(),
            "is `maybe`, not `true` or `false`",
        ),
        ([two.as_bytes(), b"\n\xff\xfebob"].concat(), "line 4 of the credential report is not text in UTF-8 or UTF-16"),
        // Half a character at the end, half a pair in the middle.
        (wide("user,arn\n", b"x"), "line 2 of the credential report is not text in UTF-8 or UTF-16"),
        (wide("user,arn\n\nx", b"\x00\xd8x\x00"), "line 3 of the credential report is not text in UTF-8 or UTF-16"),
    ] {
        let (_world, run) = with(&text);
        let run = run.fails(1);
        assert!(run.stdout.is_empty() && run.stderr.contains(said) && run.stderr.contains("hint: "), "{said}: {run:?}");
    }
    let world = World::new();
    let run = world.vault(["audit", "--report", "absent.csv"]).run().fails(1);
    assert!(run.stderr.contains("cannot read `absent.csv`"), "{}", shown(&world, &run));
}

#[test]
fn a_report_without_root_notes_that_root_is_not_checked() {
    let (_world, run) = with(plain().replace(&format!("{ROOT}\n"), ""));
    assert_eq!(run.status, 0);
    assert!(run.stderr.contains("warning: the report says nothing about the root user"), "{run:?}");
}

#[test]
fn twenty_thousand_users_are_all_judged() {
    let (old, used) = (before(200 * DAY), before(100 * DAY));
    let cells = [
        ("password_enabled", "true"),
        ("password_last_used", used.as_str()),
        ("password_last_changed", &old),
        ("access_key_1_active", "true"),
        ("access_key_1_last_rotated", &old),
        ("access_key_1_last_used_date", &used),
    ];
    let lines: Vec<_> = (0..20_000).map(|number| line(&format!("user-{number}"), &cells)).collect();
    let (lookups, limits) = (vault::judge::report::Lookups::default(), vault::judge::report::Limits::default());
    let findings = super::judged_with(&report(&lines), &lookups, &limits);
    assert_eq!(findings.len(), 100_000);
    let last = findings.iter().filter(|finding| finding.subject == "user-19999").count();
    assert_eq!(last, 5);
}

/// The row of a user who fails ten checks.
fn worst() -> Vec<(&'static str, String)> {
    let (old, used) = (before(200 * DAY), before(100 * DAY));
    vec![
        ("path", "/bots/".to_owned()),
        ("password_enabled", "true".to_owned()),
        ("password_last_used", used.clone()),
        ("password_last_changed", old.clone()),
        ("access_key_1_active", "true".to_owned()),
        ("access_key_1_last_rotated", old.clone()),
        ("access_key_1_last_used_date", used.clone()),
        ("access_key_1_last_used_region", "eu-central-1".to_owned()),
        ("access_key_1_last_used_service", "sts".to_owned()),
        ("access_key_2_active", "true".to_owned()),
        ("access_key_2_last_rotated", old.clone()),
        ("access_key_2_last_used_date", used),
        ("cert_1_active", "true".to_owned()),
        ("cert_1_last_rotated", old),
    ]
}

/// Far less than all findings at once take: they are written as they are made.
#[cfg(target_os = "linux")]
#[test]
fn the_findings_of_a_large_account_are_never_held_at_once() {
    const USERS: usize = 8_000;
    let cells = worst();
    let cells: Vec<_> = cells.iter().map(|(column, cell)| (*column, cell.as_str())).collect();
    let lines: Vec<_> = (0..USERS).map(|number| line(&format!("some-user-with-a-long-name-{number}"), &cells)).collect();
    let world = World::new();
    world.write("report.csv", report(&lines));
    for (format, least) in [("table", 2 * 10 * USERS), ("json", 10 * USERS)] {
        // The memory that a program may allocate, in KiB: two fifths of the 100 MB that 20,000 users may take.
        let limited = format!("ulimit -d 40960; exec '{}' audit --report report.csv --format {format} > out", World::binary().display());
        let run = world.command("/bin/sh".as_ref(), &["-c", &limited]).run();
        assert_eq!(run.status, 0, "{format}: {run:?}");
        let lines = world.read("out").lines().count();
        assert!(lines >= least, "{format}: {lines} lines");
    }
}
