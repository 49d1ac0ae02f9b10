//! Judges the variables that bear on credentials. Never sees the value of a secret one.

use crate::judge::Finding;
use crate::model::Timestamp;

use super::facts::Variable;
use super::kinds as k;

pub fn judge(variables: &[Variable], now: Timestamp, findings: &mut Vec<Finding>) {
    let is_set = |name: &str| variables.iter().any(|variable| variable.name == name);
    let value = |name: &str| variables.iter().find(|variable| variable.name == name).and_then(|variable| variable.value.as_deref());
    // What an outer `vault exec` set is as it should be, until it expires.
    let in_vault = is_set("AWS_VAULT");
    let key_id = value("AWS_ACCESS_KEY_ID").unwrap_or_default();
    let has_token = is_set("AWS_SESSION_TOKEN") || is_set("AWS_SECURITY_TOKEN");
    let unset = "`unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN`";
    if key_id.starts_with("AKIA") && !has_token {
        let finding = Finding::new(
            &k::KEY_IN_ENVIRONMENT,
            "AWS_ACCESS_KEY_ID",
            "a long-term key is in the environment of every program that you start",
        );
        findings.push(
            finding
                .evidence(format!("key {key_id}"))
                .fix(format!("store it with `vault add NAME --env`, then run {unset} and remove it from your shell's files")),
        );
    }
    if has_token && key_id.starts_with("AKIA") {
        let finding = Finding::new(
            &k::STALE_TOKEN,
            "AWS_SESSION_TOKEN",
            "a session token is set, and the access key is a long-term one: AWS refuses the two together",
        );
        findings.push(finding.evidence(format!("key {key_id}")).fix("run `unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN`"));
    } else if has_token && key_id.is_empty() {
        let finding = Finding::new(&k::STALE_TOKEN, "AWS_SESSION_TOKEN", "a session token is set without its access key");
        findings.push(finding.fix("run `unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN`"));
    } else if key_id.starts_with("ASIA") && !has_token {
        let finding =
            Finding::new(&k::STALE_TOKEN, "AWS_ACCESS_KEY_ID", "the access key is a temporary one, and its session token is not set");
        findings.push(finding.evidence(format!("key {key_id}")).fix(format!("run {unset}")));
    }
    if let Some(expires) = value("AWS_CREDENTIAL_EXPIRATION").and_then(|text| Timestamp::parse_any(text).ok())
        && expires <= now
        && !key_id.is_empty()
    {
        let fix = if in_vault { "leave this shell, and start a new one with `vault exec`".to_owned() } else { format!("run {unset}") };
        findings.push(
            Finding::new(
                &k::EXPIRED_ENVIRONMENT,
                "AWS_CREDENTIAL_EXPIRATION",
                format!("the credentials in the environment expired at {expires}"),
            )
            .fix(fix),
        );
    }
    let profile = value("AWS_PROFILE").or_else(|| value("AWS_DEFAULT_PROFILE"));
    if let Some(profile) = profile
        && !key_id.is_empty()
        && !in_vault
    {
        let finding = Finding::new(
            &k::PROFILE_WITH_KEY,
            "AWS_PROFILE",
            format!("profile `{profile}` and an access key are both set: most tools use the key"),
        );
        findings.push(finding.fix(format!("run {unset}")));
    }
    let container: Vec<_> =
        variables.iter().map(|variable| variable.name.as_str()).filter(|name| name.starts_with("AWS_CONTAINER_")).collect();
    if !container.is_empty() && !in_vault {
        let finding = Finding::new(
            &k::CONTAINER_VARIABLES,
            container[0],
            "SDKs that find no other credentials ask the endpoint that these variables name",
        );
        findings.push(finding.evidence(container.join(", ")).fix(format!("run `unset {}`", container.join(" "))));
    }
    if let (Some(region), Some(default)) = (value("AWS_REGION"), value("AWS_DEFAULT_REGION"))
        && region != default
    {
        let finding = Finding::new(&k::TWO_REGIONS, "AWS_REGION", format!("it says `{region}`, and `AWS_DEFAULT_REGION` says `{default}`"));
        findings.push(finding.fix("unset one of them, or set both to the same"));
    }
}
