//! None of the managed policies that AWS publishes, as copied in moto, has an error.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use vault::judge::Severity;
use vault::judge::policy::document::size;
use vault::judge::policy::json;
use vault::judge::policy::lint::size::MANAGED;
use vault::judge::policy::tree::Node;

use super::{Id, Options, Report};

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
        for (_, finding) in report.findings().filter(|(_, finding)| finding.severity == Severity::Error) {
            let _ = writeln!(faults, "{name}:{}: {}: {}", report.place(finding.span).line, finding.id.as_str(), finding.message);
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// The limit depends on the kind of policy. In an account, its ARN shows the kind, in any version; a bare document does not.
#[test]
fn however_long_a_policy_of_aws_is_its_arn_exempts_it() {
    let severity = |text: &str| {
        let report = Report::of("x", text, &Options::default());
        report.findings().find(|(_, finding)| finding.id == Id::Size).map(|(_, finding)| finding.severity)
    };
    let mut long = 0;
    for (name, document) in published().into_iter().filter(|(_, document)| size(document) > MANAGED) {
        long += 1;
        let now = json::pretty(&document);
        // As it may be tomorrow.
        let later =
            now.replacen("\"Statement\": [", "\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"some:New\", \"Resource\": \"*\"},", 1);
        for document in [now, later] {
            let dump = |account: &str| {
                format!(
                    "{{\"Policies\": [{{\"Arn\": \"arn:aws:iam::{account}:policy/{name}\", \"PolicyVersionList\": [{{\"IsDefaultVersion\": true, \"Document\": {document}}}]}}]}}"
                )
            };
            assert_eq!(severity(&dump("aws")), None, "{name}");
            assert_eq!(severity(&dump("123456789012")), Some(Severity::Error), "{name}");
            assert_eq!(severity(&document), Some(Severity::Warning), "{name}");
        }
    }
    assert!(long > 50, "{long}");
}
