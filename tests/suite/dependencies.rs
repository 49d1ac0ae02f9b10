//! Checks the rules of `deny.toml` on licences, unwanted crates and sources with cargo alone. Never checks advisories: their database must
//! be fetched, and cargo-deny checks them where it is installed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use semver::{Version, VersionReq};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
struct Rules {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// Licences allowed for one crate only.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    /// `NAME` or `NAME:VERSIONS`.
    #[serde(rename = "crate")]
    spec: String,
}

/// Crates that are built into the program on some system, or that build it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: Version,
    licence: String,
}

impl Rules {
    fn read() -> Self {
        toml::from_str(&read("deny.toml")).expect("`deny.toml` has the parts that are checked here")
    }

    /// The rules without this licence.
    fn without(&self, licence: &str) -> Self {
        let allow = self.licenses.allow.iter().filter(|allowed| *allowed != licence).cloned().collect();
        let exceptions =
            self.licenses.exceptions.iter().map(|one| Exception { name: one.name.clone(), allow: one.allow.clone() }).collect();
        Self { licenses: Licences { allow, exceptions }, bans: Bans { deny: Vec::new() } }
    }

    fn allows(&self, package: &Package) -> bool {
        let extra = self.licenses.exceptions.iter().filter(|exception| exception.name == package.name).flat_map(|one| &one.allow);
        allowed(&package.licence, self.licenses.allow.iter().chain(extra))
    }

    fn bans(&self, package: &Package) -> bool {
        self.bans.deny.iter().any(|banned| {
            let (name, versions) = banned.spec.split_once(':').unwrap_or((&banned.spec, "*"));
            name == package.name && VersionReq::parse(versions).expect("versions in cargo's notation").matches(&package.version)
        })
    }
}

/// Whether these licences satisfy the crate's licence expression. Older crates write `/` for `OR`.
fn allowed<'a>(licence: &str, list: impl Iterator<Item = &'a String>) -> bool {
    let list: Vec<_> = list.map(|text| Licensee::parse(text).unwrap_or_else(|error| panic!("`deny.toml`: {text}: {error}"))).collect();
    Expression::parse_mode(licence, ParseMode::LAX)
        .is_ok_and(|expression| expression.evaluate(|wanted| list.iter().any(|one| one.satisfies(wanted))))
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The packages for every system, if they are or can be downloaded; else for this system alone.
fn packages() -> (BTreeSet<Package>, bool) {
    let attempts: [(&[&str], bool); 3] = [(&["--offline", "--target", "all"], true), (&["--target", "all"], true), (&["--offline"], false)];
    let (text, whole) = attempts.iter().find_map(|(words, whole)| tree(words).map(|text| (text, *whole))).expect("cargo shows its tree");
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    let packages: BTreeSet<_> = lines.iter().filter_map(|line| package(line)).collect();
    assert!(
        packages.len() > 100 && packages.iter().any(|package| package.name == "age"),
        "{} crates: this is not the whole tree",
        packages.len()
    );
    (packages, whole)
}

/// The crates that cargo builds with every feature, without tests. Unlike `cargo metadata`, it omits crates that no feature enables.
fn tree(words: &[&str]) -> Option<String> {
    let fixed = ["tree", "--locked", "--all-features", "--edges", "normal,build", "--prefix", "none", "--format", "{p}\t{l}\t"];
    let output = Command::new(env!("CARGO")).args(fixed).args(words).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Reads `name v1.2.3 (proc-macro)`, a tab, and the licence. `None` for an empty line.
fn package(line: &str) -> Option<Package> {
    let (package, rest) = line.split_once('\t')?;
    let mut words = package.split(' ');
    let (name, version) = (words.next()?, words.next()?.trim_start_matches('v'));
    let version = Version::parse(version).unwrap_or_else(|error| panic!("{line}: {error}"));
    Some(Package { name: name.to_owned(), version, licence: rest.split('\t').next()?.to_owned() })
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let rules = Rules::read();
    let (packages, _) = packages();
    let refused: Vec<_> = packages.iter().filter(|package| !rules.allows(package)).collect();
    assert!(refused.is_empty(), "`deny.toml` does not allow the licences of {refused:#?}");
}

#[test]
fn every_allowed_licence_is_needed() {
    let rules = Rules::read();
    // The licence of a crate for another system looks unused if that crate cannot be fetched.
    let (packages, true) = packages() else { return };
    for licence in &rules.licenses.allow {
        let without = rules.without(licence);
        assert!(packages.iter().any(|package| !without.allows(package)), "`deny.toml` allows {licence}, which nothing needs");
    }
    let bare =
        Rules { licenses: Licences { allow: rules.licenses.allow.clone(), exceptions: Vec::new() }, bans: Bans { deny: Vec::new() } };
    for exception in &rules.licenses.exceptions {
        let needed = packages.iter().any(|package| package.name == exception.name && !bare.allows(package));
        assert!(needed, "`deny.toml` has an exception for {}, which needs none", exception.name);
    }
}

#[test]
fn no_unwanted_crate_is_in_the_tree() {
    let rules = Rules::read();
    let (packages, _) = packages();
    assert!(!rules.bans.deny.is_empty());
    let found: Vec<_> = packages.iter().filter(|package| rules.bans(package)).collect();
    assert!(found.is_empty(), "`deny.toml` says why these are unwanted: {found:#?}");
}

#[test]
fn every_dependency_comes_from_the_registry_with_a_version_requirement() {
    let lock: toml::Table = toml::from_str(&read("Cargo.lock")).expect("`Cargo.lock` is TOML");
    let locked = lock["package"].as_array().expect("there are packages");
    let elsewhere = |package: &&toml::Value| {
        package["name"].as_str() != Some("vault") && package.get("source").and_then(toml::Value::as_str) != Some(CRATES_IO)
    };
    assert_eq!(locked.iter().filter(elsewhere).collect::<Vec<_>>(), Vec::<&toml::Value>::new());

    let manifest = read("Cargo.toml");
    assert!(!manifest.contains("\"*\""), "a dependency accepts any version");
}

#[test]
fn the_rules_refuse_what_they_should() {
    let rules = Rules::read();
    let of = |name: &str, version: &str, licence: &str| Package {
        name: name.to_owned(),
        version: Version::parse(version).expect("a version"),
        licence: licence.to_owned(),
    };
    for licence in ["GPL-3.0-only", "MPL-2.0", "MIT AND AGPL-3.0-only", "", "my own", "OpenSSL"] {
        assert!(!rules.allows(&of("some", "1.0.0", licence)), "{licence}");
    }
    for licence in
        ["MIT", "MIT/GPL-2.0-only", "Apache-2.0 / MIT", "(MIT OR MPL-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception OR MIT"]
    {
        assert!(rules.allows(&of("some", "1.0.0", licence)), "{licence}");
    }
    // An exception for one crate does not hold for others.
    assert!(rules.allows(&of("option-ext", "0.2.0", "MPL-2.0")));
    for (name, version, banned) in [
        ("ring", "0.17.0", true),
        ("openssl-sys", "0.9.1", true),
        ("hyper", "0.14.9", true),
        ("hyper", "1.2.0", false),
        ("rustls", "0.22.4", true),
    ] {
        assert_eq!(rules.bans(&of(name, version, "MIT")), banned, "{name} {version}");
    }
}
