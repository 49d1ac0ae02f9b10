//! moto as an AWS that we did not write: it understands what is sent to it, and agrees with every signature.

use super::*;

use crate::support::moto::Moto;

const WRONG: &str = "wrongwrongwrongwrongwrongwrongwrongwrong";

fn enter() -> (World, Moto) {
    let mut world =
        World::with(usual_aws(), "[profile opssudo]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n");
    let moto = Moto::start(&world);
    moto.enter(&mut world);
    (world, moto)
}

#[test]
fn a_key_is_added_a_device_is_found_and_one_code_serves_profile_and_role() {
    let (world, moto) = enter();
    let added = world.add_checked("read-only", &moto.key);
    assert_eq!(added.status, 0, "{added:?}");
    assert!(added.stderr.contains("of arn:aws:iam::123456789012:user/some-user is stored"), "{added:?}");
    let config = world.read(".aws/config");
    assert!(config.contains("[profile read-only]\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n"), "{config}");
    let buckets = world.vault(["exec", "read-only", "--mfa-token", "123456", "--", "aws", "s3", "ls"]).run().ok();
    assert!(buckets.contains("some-bucket"), "{buckets}");
    let arn =
        world.vault(["exec", "opssudo", "--region", "us-east-1", "--", "aws", "sts", "get-caller-identity", "--query", "Arn"]).run().ok();
    assert!(arn.starts_with("\"arn:aws:sts::123456789012:assumed-role/OpsSudo/"), "{arn}");
    let region = world.vault(["exec", "opssudo", "--region", "eu-west-1", "--", "printenv", "AWS_REGION"]).run().ok();
    assert_eq!(region, "eu-west-1\n");
}

#[test]
fn it_agrees_with_our_signatures_and_sees_the_permissions_of_the_role() {
    let (world, moto) = enter();
    moto.check_signatures(&world);
    let added = world.add_checked("read-only", &moto.key);
    assert!(added.status == 0 && added.stderr.contains("mfa_serial = arn:aws:iam::123456789012:mfa/some-user"), "{added:?}");
    // For more than an hour the key itself signs the call for the role, with the code in it.
    let buckets =
        world.vault(["exec", "opssudo", "-d", "2h", "--region", "us-east-1", "--mfa-token", "123456", "--", "aws", "s3", "ls"]).run().ok();
    assert!(buckets.contains("some-bucket"), "{buckets}");
    // The role may use S3 and nothing else, the user the other way about: so it was the role's session.
    let refused = world.vault(["exec", "opssudo", "-d", "2h", "--region", "us-east-1", "--", "aws", "iam", "list-users"]).run();
    assert!(refused.status != 0 && refused.stderr.contains("AccessDenied"), "{refused:?}");
}

#[test]
fn a_wrong_secret_and_an_unknown_key_are_refused_and_not_stored() {
    let (mut world, moto) = enter();
    world.keep_secret(WRONG);
    moto.check_signatures(&world);
    let wrong = world.add_checked("read-only", &(moto.key.0.clone(), WRONG.to_owned())).fails(1);
    // Its refusals are not in AWS's own form, so that there is only a status to tell.
    assert!(wrong.stderr.starts_with("vault: the key is not stored: AWS refused") && wrong.stderr.contains(": HTTP 403, "), "{wrong:?}");
    let unknown = world.add_checked("read-only", &world.aws.user("some-user").access_key()).fails(1);
    assert!(unknown.stderr.contains(": HTTP 403, "), "{unknown:?}");
    assert!(!world.path(".local/share/vault/keys").exists());
}
