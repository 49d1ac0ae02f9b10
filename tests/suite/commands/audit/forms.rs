//! The output formats of findings, and the exit status.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::pty::Terminal;
use crate::support::world::{Run, World};

use super::{line, report};

/// A world with a report. Everything in it is so old that the clock does not matter.
fn world() -> World {
    let world = World::new();
    let old = "2020-01-01T00:00:00+00:00";
    let lines = [
        line(
            "alice",
            &[("password_enabled", "true"), ("password_last_used", old), ("password_last_changed", old), ("mfa_active", "false")],
        ),
        line(
            "=cmd|x",
            &[
                ("mfa_active", "true"),
                ("access_key_1_active", "true"),
                ("access_key_1_last_rotated", old),
                ("access_key_1_last_used_date", old),
                ("access_key_1_last_used_region", "eu-west-1"),
                ("access_key_1_last_used_service", "s3"),
            ],
        ),
    ];
    world.write("report.csv", report(&lines));
    world
}

fn audit<const N: usize>(world: &World, arguments: [&str; N]) -> Run {
    let mut invocation = world.vault(["audit", "--report", "report.csv"]);
    for argument in arguments {
        invocation = invocation.arg(argument);
    }
    invocation.run()
}

/// Numbers of days grow over time.
fn without_days(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(' ') {
        let number = word.trim();
        out += if number.len() >= 4 && number.bytes().all(|byte| byte.is_ascii_digit()) { "DAYS " } else { word };
    }
    out
}

#[test]
fn json_is_one_document_with_the_benchmark_numbers() {
    let world = world();
    let document: Value = serde_json::from_str(&audit(&world, ["--json"]).ok()).unwrap();
    assert_eq!((&document["account"], &document["users"]), (&Value::from("123456789012"), &Value::from(3)));
    assert!(document["generated_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{document}");
    let findings = document["findings"].as_array().unwrap();
    let ids: Vec<_> = findings.iter().map(|finding| (finding["id"].as_str().unwrap(), finding["user"].as_str().unwrap())).collect();
    assert_eq!(ids, [("console-no-mfa", "alice"), ("key-age", "=cmd|x"), ("unused", "=cmd|x"), ("unused", "alice")]);
    let first = &findings[0];
    assert_eq!(first["severity"], "high");
    assert_eq!(first["cis"], serde_json::json!({"5.0": "1.9", "6.0": "2.9", "7.0": "2.10"}));
    assert_eq!(first["security_hub"], "IAM.5");
    assert!(first["fix"].as_str().unwrap().contains("https://123456789012.signin.aws.amazon.com/console/"), "{first}");
    assert_eq!(first["evidence"], "mfa_active is false, password last used 2020-01-01T00:00:00Z");
    let same: Value = serde_json::from_str(&audit(&world, ["--format", "json"]).ok()).unwrap();
    assert_eq!(same["findings"], document["findings"]);
}

#[test]
fn a_spreadsheet_gets_no_formula_and_a_wiki_no_markup() {
    let world = world();
    let csv = audit(&world, ["--format", "csv"]).ok();
    assert!(csv.starts_with("account,severity,id,user,message,evidence,cis_5.0,cis_6.0,cis_7.0,security_hub,fix\n"), "{csv}");
    assert!(csv.contains("123456789012,medium,key-age,'=cmd|x,") && !csv.contains(",=cmd"), "{csv}");
    let markdown = audit(&world, ["--format", "markdown"]).ok();
    assert!(markdown.starts_with("## Account 123456789012\n\n3 users, report made "), "{markdown}");
    assert!(markdown.contains("| medium | =cmd\\|x | key-age | access key 1 is "), "{markdown}");
    assert!(markdown.contains("| 1.13 / 2.13 / 2.12 | IAM.3 |"), "{markdown}");
}

#[test]
fn fail_on_decides_which_findings_fail_the_run() {
    let world = world();
    for (severity, status) in [("critical", 0), ("high", 1), ("medium", 1), ("low", 1)] {
        let run = audit(&world, ["--fail-on", severity]);
        assert_eq!(run.status, status, "{severity}: {run:?}");
    }
    assert_eq!(audit(&world, []).status, 0, "findings alone do not fail the run");
    audit(&world, ["--fail-on", "worst"]).fails(2);
    audit(&world, ["--json", "--format", "csv"]).fails(2);
    audit(&world, ["--max-key-age", "90"]).fails(2);
    let lenient = audit(&world, ["--max-unused", "9999w", "--max-key-age", "9999w", "--fail-on", "medium"]).fails(1);
    assert!(!lenient.stdout.contains("unused") && !lenient.stdout.contains("key-age"), "{lenient:?}");
}

#[test]
fn the_worst_findings_come_first_with_the_age_of_the_report() {
    let world = world();
    let run = audit(&world, []);
    assert!(run.stderr.contains("vault: credential report of account 123456789012: 3 users, made "), "{run:?}");
    assert_snapshot!(without_days(&run.stdout), @r#"
    SEVERITY  SUBJECT  ID              FINDING
    high      alice    console-no-mfa  has a console password and no MFA device (mfa_active is false, password last used 2020-01-01T00:00:00Z)
                                       fix: send to alice: "sign in at https://123456789012.signin.aws.amazon.com/console/, open Security credentials and assign an authenticator app"
    medium    =cmd|x   key-age         access key 1 is DAYS days old (access key 1 made 2020-01-01T00:00:00Z)
                                       fix: send to =cmd|x: "replace your access key with `vault rotate NAME`"
    medium    =cmd|x   unused          access key 1 not used for DAYS days (access key 1 last used 2020-01-01T00:00:00Z for s3 in eu-west-1)
                                       fix: find its id with `aws iam list-access-keys --user-name '=cmd|x'`, then run `aws iam update-access-key --user-name '=cmd|x' --status Inactive --access-key-id KEY_ID`
    medium    alice    unused          password not used for DAYS days (password last used 2020-01-01T00:00:00Z)
                                       fix: run `aws iam delete-login-profile --user-name alice`
    "#);
    assert!(!run.stdout.contains('\x1b'), "a pipe gets no colour");
}

/// The table on a terminal of this many columns, without notes.
fn table_at(columns: u16) -> String {
    let world = world();
    let invocation = world.vault(["audit", "--report", "report.csv", "--color", "never"]);
    let screen = Terminal::run_of_width(invocation, columns).wait().screen.replace('\r', "");
    let table: Vec<_> = screen.lines().filter(|line| !line.starts_with("vault: ")).collect();
    for line in table.iter().filter(|line| !line.contains('`')) {
        assert!(line.chars().count() <= usize::from(columns), "{columns}: {line:?}");
    }
    without_days(&table.join("\n"))
}

/// The table as the terminal gets it, with these variables.
fn shown_with(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let world = world();
    let mut invocation = world.vault(["audit", "--report", "report.csv"]).env("TERM", "xterm");
    for (name, value) in variables {
        invocation = invocation.env(name, value);
    }
    for argument in arguments {
        invocation = invocation.arg(argument);
    }
    Terminal::run_of_width(invocation, 140).wait().screen
}

#[test]
fn a_terminal_gets_colour_unless_the_person_wants_none() {
    let bold = "\x1b[1m";
    assert!(shown_with(&[], &[]).contains(bold));
    assert!(shown_with(&[("NO_COLOR", "1")], &["--color", "always"]).contains(bold), "what is asked for in this run comes first");
    for (variables, arguments) in [
        (&[("NO_COLOR", "1")][..], &[][..]),
        (&[("TERM", "dumb")], &[]),
        (&[], &["--color", "never"]),
        (&[("NO_COLOR", "1")], &["--color", "auto"]),
    ] {
        let shown = shown_with(variables, arguments);
        assert!(shown.contains("SEVERITY") && !shown.contains("\x1b["), "{variables:?} {arguments:?}: {shown:?}");
    }
    // An empty one is none.
    assert!(shown_with(&[("NO_COLOR", "")], &[]).contains(bold));
}

#[test]
fn the_table_fits_the_terminal() {
    assert_snapshot!(table_at(140), @r#"
    SEVERITY  SUBJECT  ID              FINDING
    high      alice    console-no-mfa  has a console password and no MFA device (mfa_active is false, password last used 2020-01-01T00:00:00Z)
                                       fix: send to alice: "sign in at https://123456789012.signin.aws.amazon.com/console/, open Security
                                       credentials and assign an authenticator app"
    medium    =cmd|x   key-age         access key 1 is DAYS days old (access key 1 made 2020-01-01T00:00:00Z)
                                       fix: send to =cmd|x: "replace your access key with `vault rotate NAME`"
    medium    =cmd|x   unused          access key 1 not used for DAYS days (access key 1 last used 2020-01-01T00:00:00Z for s3 in eu-west-1)
                                       fix: find its id with `aws iam list-access-keys --user-name '=cmd|x'`, then run
                                       `aws iam update-access-key --user-name '=cmd|x' --status Inactive --access-key-id KEY_ID`
    medium    alice    unused          password not used for DAYS days (password last used 2020-01-01T00:00:00Z)
                                       fix: run `aws iam delete-login-profile --user-name alice`
    "#);
    assert_snapshot!(table_at(80), @r#"
    high  alice  console-no-mfa
      has a console password and no MFA device (mfa_active is false, password last
      used 2020-01-01T00:00:00Z)
      fix: send to alice: "sign in at
      https://123456789012.signin.aws.amazon.com/console/, open Security credentials
      and assign an authenticator app"
    medium  =cmd|x  key-age
      access key 1 is DAYS days old (access key 1 made 2020-01-01T00:00:00Z)
      fix: send to =cmd|x: "replace your access key with `vault rotate NAME`"
    medium  =cmd|x  unused
      access key 1 not used for DAYS days (access key 1 last used
      2020-01-01T00:00:00Z for s3 in eu-west-1)
      fix: find its id with `aws iam list-access-keys --user-name '=cmd|x'`, then
      run
      `aws iam update-access-key --user-name '=cmd|x' --status Inactive --access-key-id KEY_ID`
    medium  alice  unused
      password not used for DAYS days (password last used 2020-01-01T00:00:00Z)
      fix: run `aws iam delete-login-profile --user-name alice`
    "#);
}
