//! None of the managed policies that AWS publishes, as copied in moto, has an error.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use vault::judge::Severity;
use vault::judge::policy::document::size;
use vault::judge::policy::json;
use vault::judge::policy::lint::published::fingerprint;
use vault::judge::policy::lint::size::MANAGED;
use vault::judge::policy::tree::Node;

use super::{Options, Report};

/// The policies by their names, with the document of each.
fn published() -> Vec<(String, Node)> {
    let file = moto().join("iam/aws_managed_policies.py");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (_, text) = text.split_once("\"\"\"").expect("the data is a long string");
    let (text, _) = text.rsplit_once("\"\"\"").expect("the string ends");
    let tree = json::read(text).expect("of JSON");
    let policies: Vec<_> =
        tree.members().iter().filter_map(|member| Some((member.name.clone(), member.value.get("Document")?.clone()))).collect();
    assert!(policies.len() > 1500, "{}", policies.len());
    policies
}

/// Where pip installed moto.
fn moto() -> PathBuf {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/lib");
    let versions = std::fs::read_dir(&lib).expect("run tests/run, which installs what the tests need");
    let packages = versions.map(|entry| entry.expect("it can be read").path().join("site-packages/moto"));
    packages.into_iter().find(|path| path.is_dir()).expect("run tests/run, which installs what the tests need")
}

#[test]
fn no_policy_that_aws_publishes_has_an_error() {
    let mut faults = String::new();
    for (name, document) in published() {
        let text = json::pretty(&document);
        let report = Report::of(&name, &text, &Options::default());
        assert_eq!(report.policies.len(), 1, "{name}");
        for (_, finding) in report.findings().filter(|(_, finding)| finding.id.severity() == Severity::Error) {
            let _ = writeln!(faults, "{name}:{}: {}: {}", report.place(finding.span).line, finding.id.as_str(), finding.message);
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// `UPDATE=1` rewrites the list.
#[test]
fn the_list_of_long_policies_of_aws_is_current() {
    let long = published().into_iter().filter(|(_, document)| size(document) > MANAGED);
    let mut prints: Vec<_> = long.map(|(_, document)| fingerprint(&document)).collect();
    prints.sort_unstable();
    let expected = prints.join("\n") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/judge/policy/lint/published.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).expect("the list can be written");
    }
    let found = std::fs::read_to_string(&path).expect("the list can be read");
    assert!(found == expected, "`{}` is not current: run `UPDATE=1 cargo nextest run long_policies`, then build again", path.display());
}
