//! The environment of the child of `exec`: its own credentials, and nothing that points to others.

use std::collections::BTreeMap;

use crate::support::world::{PASSPHRASE, World};

use super::{signed_in, variables};

/// Variables that would lead a child to other credentials, or stale copies of its own.
const MISLEADING: [&str; 41] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_OF_A_LATER_DAY",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CREDENTIAL_FILE",
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_SCOPE",
    "AWS_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_BEARER_TOKEN_OF_A_LATER_DAY",
    "AMAZON_ACCESS_KEY_ID",
    "AMAZON_SECRET_ACCESS_KEY",
    "AMAZON_SESSION_TOKEN",
    "AWS_SSO_PROFILE",
    "AWS_SSO_ACCOUNT_ID",
    "AWSUME_PROFILE",
    "AWSUME_EXPIRATION",
    "GRANTED_SSO_ACCOUNT_ID",
    "GRANTED_SSO_ROLE_NAME",
    "AWS_OKTA_PROFILE",
    "AWS_OKTA_ASSUMED_ROLE_ARN",
    "SAML2AWS_PROFILE",
    "EC2_ACCESS_KEY",
    "EC2_SECRET_KEY",
    "EC2_SECURITY_TOKEN",
    "ASSUMED_ROLE",
    "AWS_DEFAULT_REGION",
];

/// The variables that the child has and would not have without `vault`.
fn added(world: &World, seen: &str) -> BTreeMap<String, String> {
    let mut seen = variables(seen);
    for (name, value) in world.variables() {
        if !name.starts_with("AWS_VAULT_") {
            assert_eq!(seen.remove(&name).as_deref(), Some(value.as_str()), "`{name}` is unchanged");
        }
    }
    seen
}

#[test]
fn the_child_gets_its_credentials_and_the_rest_unchanged() {
    let world = signed_in();
    let run = world.vault(["exec", "read-only", "--", "env"]).hands_over().run();
    let added = added(&world, &run.stdout);
    let session = world.aws.last("GetSessionToken");
    assert_eq!(session.serial.as_deref(), Some("arn:aws:iam::123456789012:mfa/some-user"));
    let names: Vec<_> = added.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "AWS_ACCESS_KEY_ID",
            "AWS_ACCOUNT_ID",
            "AWS_CREDENTIAL_EXPIRATION",
            "AWS_DEFAULT_REGION",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SECURITY_TOKEN",
            "AWS_SESSION_TOKEN",
            "AWS_VAULT",
            "AWS_VAULT_FROM_PROFILE"
        ]
    );
    assert!(added["AWS_ACCESS_KEY_ID"].starts_with("ASIA"));
    assert_eq!(added["AWS_SECURITY_TOKEN"], added["AWS_SESSION_TOKEN"]);
    let secrets = world.aws.all_secrets();
    assert!(secrets.contains(&added["AWS_SECRET_ACCESS_KEY"]) && secrets.contains(&added["AWS_SESSION_TOKEN"]));
    assert_eq!((added["AWS_VAULT"].as_str(), added["AWS_REGION"].as_str()), ("read-only", "us-east-1"));
    assert_eq!(added["AWS_DEFAULT_REGION"], "us-east-1");
    let expires = &added["AWS_CREDENTIAL_EXPIRATION"];
    assert!(vault::model::Timestamp::parse_rfc3339(expires).is_ok() && expires.ends_with('Z'), "{expires}");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "a successful run prints no message");
}

#[test]
fn misleading_variables_are_removed() {
    let world = signed_in();
    for words in [&["exec", "read-only", "--", "env"][..], &["exec", "--server", "read-only", "--", "env"]] {
        let mut command = world.command(&World::binary(), words).hands_over();
        for name in MISLEADING {
            // The region alone is the person's choice, so it must be a valid one.
            command = command.env(name, if name == "AWS_DEFAULT_REGION" { "eu-west-1" } else { "stale" });
        }
        let seen = variables(&command.run().ok());
        assert!(seen.values().all(|value| value != "stale"), "{words:?} {:?}", seen.keys());
        assert_eq!((seen["AWS_REGION"].as_str(), seen["AWS_DEFAULT_REGION"].as_str()), ("eu-west-1", "eu-west-1"));
    }
}

#[test]
fn the_account_id_is_set_if_known_and_only_with_its_own_credentials() {
    let world = World::with_key();
    let config = world
        .read(".aws/config")
        .replace("role_arn = arn:aws:iam::123456789012:role/OpsSudo", "role_arn = arn:aws:iam::210987654321:role/Other");
    super::sign_in(&world, "read-only");
    let account = |world: &World, words: &[&str]| {
        let seen = world.command(&World::binary(), words).env("AWS_ACCOUNT_ID", "999999999999").hands_over().run().ok();
        variables(&seen).get("AWS_ACCOUNT_ID").cloned()
    };
    assert_eq!(account(&world, &["exec", "read-only", "--", "env"]).as_deref(), Some("123456789012"));
    assert_eq!(account(&world, &["exec", "opssudo", "--", "env"]).as_deref(), Some("123456789012"));
    // An endpoint gives it with each session.
    assert_eq!(account(&world, &["exec", "--server", "read-only", "--", "env"]), None);
    // Unknown: another program's key does not say.
    world.write("source", r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"x-secret","SessionToken":"x-token"}"#);
    world.write(".aws/config", format!("{config}[profile odd]\ncredential_process = cat {}\n", world.path("source").display()));
    assert_eq!(account(&world, &["exec", "odd", "--", "env"]), None);
}

#[test]
fn helpers_get_no_credentials_and_credential_processes_none_from_an_outer_vault() {
    let world = World::with_key();
    super::sign_in(&world, "read-only");
    let seen = world.path("seen");
    let helper = format!("env > '{}'; printf '%s' '{PASSPHRASE}'", seen.display());
    super::lock_keystore(&world);
    // The long-term key itself signs.
    let command = super::forget_codes(&world).vault(["exec", "opssudo", "--no-session", "--", "true"]).code_of("some-user");
    let mut command = command.no_env("AWS_VAULT_FILE_PASSPHRASE").env("AWS_VAULT_FILE_PASSPHRASE_COMMAND", &helper);
    for name in MISLEADING.into_iter().filter(|name| *name != "AWS_DEFAULT_REGION") {
        command = command.env(name, "stale");
    }
    command.run().ok();
    let inherited = variables(&world.read("seen"));
    assert!(inherited.contains_key("HOME") && inherited.values().all(|value| value != "stale"), "{:?}", inherited.keys());

    world.write(
        ".aws/config",
        format!(
            "{}[profile by-command]\ncredential_process = env > '{}'; echo '{{\"Version\":1,\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":\"x\",\"SessionToken\":\"t\"}}'\n",
            world.read(".aws/config"),
            seen.display()
        ),
    );
    world.vault(["exec", "by-command", "--", "true"]).env("AWS_PROFILE", "mine").run().ok();
    assert_eq!(variables(&world.read("seen"))["AWS_PROFILE"], "mine", "the same as under the AWS CLI");
    let binary = World::binary().display().to_string();
    world.vault(["exec", "read-only", "--", &binary, "exec", "by-command", "--", "true"]).run().ok();
    let inherited = variables(&world.read("seen"));
    assert!(
        !inherited.keys().any(|name| name.contains("ACCESS_KEY") || name.contains("TOKEN") || name == "AWS_ACCOUNT_ID"),
        "{:?}",
        inherited.keys()
    );
    std::fs::remove_file(&seen).expect("it can be removed");
}

#[test]
fn none_of_our_own_variables_reaches_the_child() {
    let world = signed_in();
    let seen = world
        .vault(["exec", "read-only", "--", "env"])
        .env("AWS_VAULT_PROMPT", "terminal")
        .env("AWS_VAULT_DURATION", "8h")
        .env("AWS_VAULT_ANYTHING_ELSE", "1")
        .hands_over()
        .run()
        .ok();
    let ours: Vec<_> = variables(&seen).into_keys().filter(|name| name.contains("AWS_VAULT_")).collect();
    // An exception: it lists the names of the profile's settings.
    assert_eq!(ours, ["AWS_VAULT_FROM_PROFILE"]);
    assert!(!seen.contains(PASSPHRASE), "{seen}");
}

#[test]
fn a_profile_without_a_region_sets_none() {
    let world = World::with(crate::support::world::usual_aws(), "[profile plain]\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n");
    world.add("plain", "some-user");
    super::sign_in(&world, "plain");
    let seen = variables(&world.vault(["exec", "plain", "--", "env"]).hands_over().run().ok());
    assert!(!seen.contains_key("AWS_REGION") && !seen.contains_key("AWS_DEFAULT_REGION"));
    assert_eq!(world.aws.last("GetSessionToken").region, "us-east-1", "the call uses the partition's default region");
}

#[test]
fn odd_variables_pass_through_unchanged() {
    let world = signed_in();
    let run = world.vault(["exec", "read-only", "--", "printenv", "ODD"]).env("ODD", "a b\n'\"$ü=\t").run();
    assert_eq!(run.stdout, "a b\n'\"$ü=\t\n");
}
