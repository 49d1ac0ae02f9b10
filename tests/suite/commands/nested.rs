//! `exec` inside `exec`: the inner run starts from the config and the keystore, never from the outer credentials.

use insta::assert_snapshot;

use crate::support::world::{World, usual_aws};

use super::{shown, signed_in, variables};

fn vault_in_vault(world: &World, outer: &str, inner: &[&str]) -> String {
    let binary = World::binary().display().to_string();
    let mut command = world.vault(["exec", outer, "--", &binary, "exec"]).hands_over();
    for word in inner {
        command = command.arg(word);
    }
    command.run().ok()
}

#[test]
fn the_inner_credentials_come_from_the_keystore() {
    let world = signed_in();
    // Inside, all our variables are removed, the passphrase too: the cached session must be enough.
    let seen = variables(&vault_in_vault(&world, "opssudo", &["read-only", "--", "env"]));
    assert_eq!(seen["AWS_VAULT"], "read-only");
    let direct = variables(&world.vault(["exec", "read-only", "--", "env"]).hands_over().run().ok());
    assert_eq!(seen["AWS_ACCESS_KEY_ID"], direct["AWS_ACCESS_KEY_ID"], "the shared session itself, not one from the role's session");
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (1, 1));

    // A role inside a role is signed by the shared session, not by the outer role; the duration makes it a separate session.
    vault_in_vault(&world, "opssudo", &["opssudo", "--duration", "30m", "--", "true"]);
    assert_eq!(world.aws.last("AssumeRole").key_id.as_deref(), Some(direct["AWS_ACCESS_KEY_ID"].as_str()));
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (1, 2));
}

#[test]
fn the_outer_profile_is_not_the_default_of_the_inner_run() {
    let world = signed_in();
    let binary = World::binary().display().to_string();
    let run = world.vault(["exec", "read-only", "--", &binary, "exec", "--", "true"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 2
    stderr:
    vault: no profile is named
    hint: run `vault exec PROFILE`, or set `AWS_PROFILE`; `vault list` shows what is defined
    ");
}

#[test]
fn the_region_of_the_outer_profile_does_not_apply_to_the_inner_run() {
    let config = "\
[profile one]
region = eu-west-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user

[profile two]
region = ap-south-1
source_profile = one
role_arn = arn:aws:iam::123456789012:role/OpsSudo

[profile none]
source_profile = one
role_arn = arn:aws:iam::123456789012:role/OpsSudo
";
    let world = World::with(usual_aws(), config);
    world.add("one", "some-user");
    super::sign_in(&world, "one");
    let region = |outer: &str, inner: &[&str]| {
        variables(&vault_in_vault(&world, outer, &[inner, &["--", "env"]].concat())).get("AWS_REGION").cloned()
    };
    assert_eq!(region("one", &["two"]).as_deref(), Some("ap-south-1"), "the outer profile's region is ignored");
    assert_eq!(region("one", &["none"]), None, "and does not leak into a profile that has none");
    assert_eq!(region("two", &["one"]).as_deref(), Some("eu-west-1"));
    assert_eq!(region("one", &["two", "--region", "us-west-2"]).as_deref(), Some("us-west-2"));
    // A region from the outer run's flag applies to everything inside.
    let binary = World::binary().display().to_string();
    let seen = world.vault(["exec", "one", "--region", "sa-east-1", "--", &binary, "exec", "two", "--", "env"]).hands_over().run().ok();
    assert_eq!(variables(&seen)["AWS_REGION"], "sa-east-1");
}
