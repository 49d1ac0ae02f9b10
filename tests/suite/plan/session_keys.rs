//! Promise: never the wrong account or role. Requests that differ in anything that affects the session never share a session key, and
//! equal ones always do.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vault::config::{ProfileSet, Settings};
use vault::model::SessionDuration;
use vault::plan::{CredentialPlan, PlanRequest, SessionKey, resolve};

use super::{file, inventory, plan, plan_with, request};

/// Everything that affects a role session, on top of a key or of another role.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    key_id: &'static str,
    partition: &'static str,
    serial: Option<&'static str>,
    /// Whether the code goes into `AssumeRole` itself.
    no_session: bool,
    /// The shared session's duration in minutes.
    shared: u32,
    /// A role below this one.
    below: Option<&'static str>,
    role: &'static str,
    session_name: String,
    external_id: Option<String>,
    seconds: u32,
    tags: BTreeMap<String, String>,
    transitive: Vec<String>,
    source_identity: Option<String>,
    policy: Policy,
    endpoint: Option<&'static str>,
    fips: bool,
    dualstack: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Policy {
    None,
    ReadOnly,
    Document(&'static str),
    Arns(Vec<&'static str>),
}

/// Short words of one letter, so that one is often a prefix or suffix of another.
fn word() -> impl Strategy<Value = String> {
    "a{2,4}"
}

prop_compose! {
    fn shape()(
        (key_id, partition, serial, no_session, shared) in (
            prop_oneof![Just("AKIAAAAAAAAAAAAAAAA1"), Just("AKIAAAAAAAAAAAAAAAA2")],
            prop_oneof![Just("aws"), Just("aws-cn")],
            prop_oneof![Just(None), Just(Some("GAHT12345678")), Just(Some("GAHT12345679"))],
            any::<bool>(),
            prop_oneof![Just(60), Just(480_u32)],
        ),
        (below, role, session_name, external_id, seconds) in (
            prop_oneof![Just(None), Just(Some("Below")), Just(Some("Under"))],
            prop_oneof![Just("One"), Just("Two")],
            word(),
            prop::option::of(word()),
            prop_oneof![Just(900_u32), Just(3_600)],
        ),
        (fips, dualstack) in (any::<bool>(), any::<bool>()),
        (tags, transitive, source_identity, policy, endpoint) in (
            prop::collection::btree_map("a{1,2}", "a{0,2}", 0..3),
            prop::collection::vec("a{1,2}", 0..3),
            prop::option::of(word()),
            prop_oneof![
                Just(Policy::None), Just(Policy::ReadOnly), Just(Policy::Document("{}")), Just(Policy::Document("{\"a\":1}")),
                Just(Policy::Arns(vec!["arn:aws:iam::aws:policy/A"])),
                Just(Policy::Arns(vec!["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"])),
            ],
            prop_oneof![Just(None), Just(Some("https://a.example.com")), Just(Some("https://b.example.com"))],
        ),
    ) -> Shape {
        Shape { key_id, partition, serial, no_session, shared, below, role, session_name, external_id, seconds, tags, transitive,
            source_identity, policy, endpoint, fips, dualstack }
    }
}

/// A shape, and a copy that differs in one value.
fn neighbours() -> impl Strategy<Value = (Shape, Shape)> {
    (shape(), shape(), 0..17_usize).prop_map(|(one, donor, field)| {
        let mut other = one.clone();
        match field {
            0 => other.key_id = donor.key_id,
            1 => other.partition = donor.partition,
            2 => other.serial = donor.serial,
            3 => other.no_session = donor.no_session,
            4 => other.shared = donor.shared,
            5 => other.below = donor.below,
            6 => other.role = donor.role,
            7 => other.session_name = donor.session_name,
            8 => other.external_id = donor.external_id,
            9 => other.seconds = donor.seconds,
            10 => other.tags = donor.tags,
            11 => other.transitive = donor.transitive,
            12 => other.source_identity = donor.source_identity,
            13 => other.policy = donor.policy,
            14 => other.fips = donor.fips,
            15 => other.dualstack = donor.dualstack,
            _ => other.endpoint = donor.endpoint,
        }
        (one, other)
    })
}

impl Shape {
    /// The shape without values that have no effect: without MFA there is no shared session and no code, and an explicit endpoint has no
    /// variants.
    fn normal(&self) -> Self {
        let mut normal = self.clone();
        if normal.serial.is_none() {
            normal.no_session = false;
        }
        if normal.serial.is_none() || normal.no_session {
            normal.shared = 0;
        }
        // An explicit endpoint is used unchanged.
        if normal.endpoint.is_some() {
            (normal.fips, normal.dualstack) = (false, false);
        }
        normal
    }

    fn plan(&self) -> CredentialPlan {
        let mut lines = vec!["[profile key]".to_owned()];
        lines.extend(self.serial.map(|serial| format!("mfa_serial = {serial}")));
        if let Some(below) = self.below {
            lines.push("[profile below]\nsource_profile = key".to_owned());
            lines.push(format!("role_arn = arn:{}:iam::123456789012:role/{below}", self.partition));
        }
        lines.push(format!("[profile role]\nsource_profile = {}", if self.below.is_some() { "below" } else { "key" }));
        lines.push(format!("role_arn = arn:{}:iam::123456789012:role/{}", self.partition, self.role));
        lines.push(format!("use_fips_endpoint = {}\nuse_dualstack_endpoint = {}", self.fips, self.dualstack));
        lines.push(format!("role_session_name = {}\nduration_seconds = {}", self.session_name, self.seconds));
        lines.extend(self.external_id.as_ref().map(|id| format!("external_id = {id}")));
        lines.extend(self.source_identity.as_ref().map(|identity| format!("source_identity = {identity}")));
        let tags: Vec<_> = self.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        lines.push(format!("session_tags = {}\ntransitive_session_tags = {}", tags.join(","), self.transitive.join(",")));
        let policy = match &self.policy {
            Policy::None | Policy::ReadOnly => String::new(),
            Policy::Document(text) => format!("session_policy = '{text}'"),
            Policy::Arns(arns) => format!("session_policy = {arns:?}"),
        };
        let settings = format!("session_duration = \"{}m\"\n[profile.role]\n{policy}", self.shared);
        let request = PlanRequest {
            endpoint_url: self.endpoint.map(super::variable_url),
            no_session: self.no_session,
            read_only: self.policy == Policy::ReadOnly,
            ..request("role")
        };
        let profiles = ProfileSet::index(Some(file("config", &lines.join("\n"))), None);
        let settings = Settings::parse(Some(file("config.toml", &settings))).unwrap();
        resolve(&profiles, &settings, &inventory([("key", self.key_id)]), &request).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn a_session_key_covers_the_whole_request((one, other) in neighbours()) {
        let (first, second) = (one.plan(), other.plan());
        let same = first.steps().last().unwrap().session_key == second.steps().last().unwrap().session_key;
        prop_assert_eq!(same, one.normal() == other.normal());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_plan_with_another_key_is_the_plan_of_that_key(one in shape(), key_id in prop_oneof![Just("AKIAAAAAAAAAAAAAAAA1"), Just("AKIAAAAAAAAAAAAAAAA2")]) {
        let with_key = one.plan().with_key(vault::model::AccessKeyId::parse_any(key_id).unwrap());
        prop_assert_eq!(with_key, Some(Shape { key_id, ..one }.plan()));
    }
}

#[test]
fn a_protected_profiles_plan_with_another_key_is_the_plan_of_that_key() {
    let settings = "[profile.role]\nprotect = true\n";
    let of = |key_id| {
        let profiles = ProfileSet::index(Some(file("config", ROLE)), None);
        let settings = Settings::parse(Some(file("config.toml", settings))).unwrap();
        resolve(&profiles, &settings, &inventory([("read-only", key_id)]), &request("role")).unwrap()
    };
    let other = "AKIAAAAAAAAAAAAAAAA2";
    let with_key = of("AKIAAAAAAAAAAAAAAAA1").with_key(vault::model::AccessKeyId::parse_any(other).unwrap());
    assert_eq!(with_key, Some(of(other)));
}

fn last_key(config: &str, settings: &str, request: &PlanRequest) -> SessionKey {
    plan_with(config, settings, request).unwrap().steps().last().unwrap().session_key.clone()
}

const ROLE: &str = "[profile read-only]\nmfa_serial = GAHT12345678\n\
    [profile role]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/Role\n";

#[test]
fn differences_that_do_not_affect_a_session_cost_no_code() {
    let usual = last_key(ROLE, "", &request("role"));
    let elsewhere = PlanRequest { region: vault::model::Region::parse("eu-west-1").ok(), ..request("role") };
    assert_eq!(last_key(ROLE, "", &elsewhere), usual, "any region's STS gives the same session");
    let said = PlanRequest { duration: Some(SessionDuration::HOUR), ..request("role") };
    assert_eq!(last_key(ROLE, "", &said), usual, "the default, written out");
    let commented = ROLE.replace("[profile role]", "# a comment\n[profile role]\noutput = json\n");
    assert_eq!(last_key(&commented, "expiry_window = \"1m\"", &request("role")), usual, "not part of the request");
}

#[test]
fn the_other_way_to_assume_a_role_gives_a_separate_session() {
    let chained = last_key(ROLE, "", &request("role"));
    let direct = last_key(ROLE, "", &PlanRequest { no_session: true, ..request("role") });
    assert_ne!(chained, direct);
    let without = last_key(&ROLE.replace("mfa_serial = GAHT12345678\n", ""), "", &request("role"));
    assert!(without != chained && without != direct);
}

/// A hardware serial names no partition, and a plain profile no role: only the region distinguishes them.
#[test]
fn another_partition_is_a_separate_session() {
    let of =
        |region: &str| last_key(&format!("[profile read-only]\nmfa_serial = GAHT12345678\nregion = {region}\n"), "", &request("read-only"));
    assert_ne!(of("us-east-1"), of("cn-north-1"));
    assert_ne!(of("cn-north-1"), of("us-gov-west-1"));
    assert_eq!(of("us-east-1"), of("eu-west-1"));
}

#[test]
fn a_role_on_another_sign_in_is_a_separate_session() {
    let config = |account: &str, portal: &str| {
        format!(
            "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://{portal}.example.com\n\
             [profile sso]\nsso_session = corp\nsso_account_id = {account}\nsso_role_name = Dev\n\
             [profile role]\nsource_profile = sso\nrole_arn = arn:aws:iam::123456789012:role/Role\n"
        )
    };
    let key = |account, portal| last_key(&config(account, portal), "", &request("role"));
    assert_eq!(key("111111111111", "corp"), key("111111111111", "corp"));
    assert_ne!(key("111111111111", "corp"), key("222222222222", "corp"), "another account");
    assert_ne!(key("111111111111", "corp"), key("111111111111", "other"), "another portal under the same name");
    let login = |user: &str| {
        let config = format!(
            "[profile sso]\nlogin_session = {user}\n[profile role]\nsource_profile = sso\nrole_arn = arn:aws:iam::123456789012:role/Role\n"
        );
        last_key(&config, "", &request("role"))
    };
    assert_ne!(login("arn:aws:iam::111111111111:user/a"), login("arn:aws:iam::222222222222:user/a"));
}

#[test]
fn a_role_on_another_source_is_a_separate_session() {
    let of = |line: &str| {
        let config =
            format!("[profile source]\n{line}\n[profile role]\nsource_profile = source\nrole_arn = arn:aws:iam::123456789012:role/Role\n");
        last_key(&config, "", &request("role"))
    };
    let keys = [
        of("credential_process = a"),
        of("credential_process = b"),
        of("sso_session = a"),
        of("login_session = a"),
        of("role_arn = arn:aws:iam::123456789012:role/Below\nweb_identity_token_file = a"),
        of("role_arn = arn:aws:iam::123456789012:role/Below\nweb_identity_token_process = a"),
    ];
    for (index, key) in keys.iter().enumerate() {
        assert!(!keys[..index].contains(key), "number {index}");
    }
}

/// Every cache on every machine is found by this format: a change makes everyone type one more code, and should be deliberate.
#[test]
fn the_format_stays_the_same() {
    let plan = plan(ROLE, &request("role")).unwrap();
    let keys: Vec<_> = plan.steps().into_iter().map(|step| step.session_key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "99e065b73fa44203a07b9fcec7ecac8bf32cedf593351bcea14a49cf9c7aeb02",
            "03913cde3e8338c419054febbfe0d625a1a6b1fa50090858b4914d5df935c515",
        ]
    );
    for key in keys {
        assert_eq!(SessionKey::parse(key).unwrap().as_str(), key);
    }
    for bad in ["", "../../x", &"A".repeat(64), &"a".repeat(63)] {
        assert!(SessionKey::parse(bad).is_none(), "{bad}");
    }
}
