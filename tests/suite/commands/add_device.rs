//! `add` finds the user's MFA device and writes it into the profile. If it cannot, it says what to do and stores the key anyway.

use insta::assert_snapshot;

use crate::support::aws::{StandIn, UserBuilder};
use crate::support::world::World;

use super::shown;

fn world_of(describe: impl FnOnce(UserBuilder) -> UserBuilder) -> World {
    World::with(StandIn::builder().user("some-user", describe).start(), "")
}

fn add(world: &World, name: &str) -> String {
    let (id, secret) = world.aws.user("some-user").access_key();
    let run = world.vault(["add", name, "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run();
    assert_eq!(run.status, 0, "the key is stored with or without the device: {run:?}");
    assert!(world.vault(["list"]).run().ok().contains("file"));
    shown(world, &run)
}

#[test]
fn the_only_device_is_written_and_works_at_once() {
    let world = world_of(|user| user.mfa("my-phone").block_without_mfa());
    assert_snapshot!(add(&world, "me"), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:user/some-user is stored as `me` in the file keystore
    vault: added profile `me` with `mfa_serial = arn:aws:iam::123456789012:mfa/my-phone` to ~/.aws/config
    vault: try it with `vault exec me -- aws s3 ls`
    ");
    assert_eq!(world.read(".aws/config"), "[profile me]\nmfa_serial = arn:aws:iam::123456789012:mfa/my-phone\n");
    super::sign_in(&world, "me");
}

#[test]
fn a_hardware_device_is_written_by_its_serial() {
    let world = world_of(|user| user.hardware_mfa("GAHT12345678"));
    add(&world, "me");
    assert_eq!(world.read(".aws/config"), "[profile me]\nmfa_serial = GAHT12345678\n");
    super::sign_in(&world, "me");
}

#[test]
fn with_several_devices_the_first_is_used_and_the_others_are_named() {
    let world = world_of(|user| user.fido("key").mfa("phone").mfa("tablet"));
    assert_snapshot!(add(&world, "me"), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:user/some-user is stored as `me` in the file keystore
    vault: user `some-user` has several MFA devices: using arn:aws:iam::123456789012:mfa/phone, not arn:aws:iam::123456789012:mfa/tablet
    vault: added profile `me` with `mfa_serial = arn:aws:iam::123456789012:mfa/phone` to ~/.aws/config
    vault: try it with `vault exec me -- aws s3 ls`
    ");
    assert_eq!(world.read(".aws/config"), "[profile me]\nmfa_serial = arn:aws:iam::123456789012:mfa/phone\n");
}

#[test]
fn a_lone_passkey_is_reported_as_unusable() {
    let world = world_of(|user| user.fido("key"));
    assert_snapshot!(add(&world, "me"), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:user/some-user is stored as `me` in the file keystore
    vault: user `some-user` has only passkeys or security keys, which STS cannot check: register an authenticator app too
    vault: added profile `me` to ~/.aws/config
    vault: try it with `vault exec me -- aws s3 ls`
    ");
    assert_eq!(world.read(".aws/config"), "[profile me]\n");
}

#[test]
fn without_a_device_add_says_how_to_get_one() {
    let world = world_of(|user| user);
    assert_snapshot!(add(&world, "me"), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:user/some-user is stored as `me` in the file keystore
    vault: user `some-user` has no MFA device yet: `vault mfa enroll me` makes one and signs you in
    vault: added profile `me` to ~/.aws/config
    vault: try it with `vault exec me -- aws s3 ls`
    ");
}

#[test]
fn a_user_who_may_not_list_devices_is_told_what_to_set() {
    let world = world_of(|user| user.mfa("phone").deny("iam:ListMFADevices"));
    assert_snapshot!(add(&world, "me"), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:user/some-user is stored as `me` in the file keystore
    vault: the MFA device could not be looked up, so set `mfa_serial` in the profile yourself: AWS refused `ListMFADevices`: User: arn:aws:iam::123456789012:user/some-user is not authorized to perform: iam:ListMFADevices on resource: user some-user because no identity-based policy allows the iam:ListMFADevices action (AccessDenied)
    vault: added profile `me` to ~/.aws/config
    vault: try it with `vault exec me -- aws s3 ls`
    ");
    assert_eq!(world.read(".aws/config"), "[profile me]\n");
}

#[test]
fn a_user_with_a_path_is_found_by_the_name_alone() {
    let world = world_of(|user| user.path("/ops/eu/").mfa("phone"));
    add(&world, "me");
    assert!(world.read(".aws/config").contains("mfa/phone"));
}

#[test]
fn a_root_key_is_stored_with_a_warning() {
    let world = world_of(|user| user.root().mfa("root-account-mfa-device"));
    assert_snapshot!(add(&world, "root"), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:root is stored as `root` in the file keystore
    vault: this key does not belong to an IAM user, so vault looks for no MFA device: use an IAM user's key if you can
    vault: added profile `root` to ~/.aws/config
    vault: try it with `vault exec root -- aws s3 ls`
    ");
}

#[test]
fn an_existing_profile_gets_the_device_and_keeps_the_rest() {
    let world = world_of(|user| user.mfa("phone"));
    world.write(".aws/config", "# mine\n[profile me]\nregion = eu-west-1 # home\n\n[profile other]\nregion = us-east-1\n");
    assert_snapshot!(add(&world, "me"), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:user/some-user is stored as `me` in the file keystore
    vault: wrote `mfa_serial = arn:aws:iam::123456789012:mfa/phone` to profile `me` in ~/.aws/config
    vault: try it with `vault exec me -- aws s3 ls`
    ");
    assert_eq!(
        world.read(".aws/config"),
        "# mine\n[profile me]\nregion = eu-west-1 # home\nmfa_serial = arn:aws:iam::123456789012:mfa/phone\n\n[profile other]\nregion = us-east-1\n"
    );
}

#[test]
fn devices_are_listed_at_the_endpoint_of_the_profile() {
    let mut world = world_of(|user| user.mfa("my-phone").block_without_mfa());
    world.unset("AWS_ENDPOINT_URL");
    // Nothing listens at the proxy: a call to AWS itself would fail.
    world.set("HTTPS_PROXY", "http://127.0.0.1:1");
    let url = world.aws.url();
    world.write(
        ".aws/config",
        format!("[profile mine]\nendpoint_url = {url}\n[profile base]\nendpoint_url = {url}\n[profile me]\ninclude_profile = base\n"),
    );
    let added = add(&world, "mine");
    assert!(added.contains("wrote `mfa_serial = arn:aws:iam::123456789012:mfa/my-phone` to profile `mine`"), "{added}");
    let added = add(&world, "me");
    assert!(added.contains("wrote `mfa_serial"), "an included profile counts too: {added}");
}

#[test]
fn a_malformed_profile_is_reported_before_anything_is_stored() {
    let world = world_of(|user| user.mfa("my-phone"));
    for (line, fault) in
        [("mfa_serial = foo bar", "`mfa_serial`"), ("region = no where", "`region`"), ("role_arn = nonsense", "`role_arn`")]
    {
        world.write(".aws/config", format!("[profile me]\n{line}\n"));
        let run = world.vault(["add", "me", "--stdin"]).stdin("AKIAIOSFODNN7EXAMPLE\nx\n").run();
        assert!(run.status == 1 && run.stderr.starts_with(&format!("vault: {fault} of profile `me`: ")), "{run:?}");
        assert!(run.stderr.ends_with("\n  --> ~/.aws/config:2\nhint: correct that line\n"), "{run:?}");
    }
}
