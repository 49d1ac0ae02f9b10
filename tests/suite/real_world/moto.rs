//! moto as an AWS that we did not write: it understands our requests and accepts every signature.

use serde_json::Value;

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
fn moto_accepts_our_signatures_and_applies_the_roles_permissions() {
    let (world, moto) = enter();
    moto.check_signatures(&world);
    let added = world.add_checked("read-only", &moto.key);
    assert!(added.status == 0 && added.stderr.contains("mfa_serial = arn:aws:iam::123456789012:mfa/some-user"), "{added:?}");
    // For more than an hour, the key itself signs the call for the role, with the code in it.
    let buckets =
        world.vault(["exec", "opssudo", "-d", "2h", "--region", "us-east-1", "--mfa-token", "123456", "--", "aws", "s3", "ls"]).run().ok();
    assert!(buckets.contains("some-bucket"), "{buckets}");
    // The role may use only S3, and the user everything else: so it was the role's session.
    let refused = world.vault(["exec", "opssudo", "-d", "2h", "--region", "us-east-1", "--", "aws", "iam", "list-users"]).run();
    assert!(refused.status != 0 && refused.stderr.contains("AccessDenied"), "{refused:?}");
}

/// The id of the key that is stored, and the stage of its rotation.
fn stored(world: &World) -> (String, String) {
    let rows: serde_json::Value =
        serde_json::from_str(&world.vault(["rotate", "read-only", "--status", "--json"]).run().ok()).expect("it is JSON");
    let text = |field: &str| rows[0][field].as_str().expect(field).to_owned();
    (text("key_id"), text("stage"))
}

#[test]
fn a_key_is_replaced_with_one_code_and_restored_and_deleted() {
    let (world, moto) = enter();
    assert_eq!(world.add_checked("read-only", &moto.key).status, 0);
    let old = moto.key.0.clone();
    world.vault(["rotate", "read-only", "--mfa-token", "123456"]).run().ok();
    let (new, stage) = stored(&world);
    assert_eq!((moto.keys(&world), stage.as_str()), (vec![(old.clone(), false), (new, true)], "grace"));
    // No code from here on.
    world.vault(["rotate", "read-only", "--undo"]).run().ok();
    assert_eq!((moto.keys(&world), stored(&world)), (vec![(old.clone(), true)], (old.clone(), "current".to_owned())));
    world.vault(["rotate", "read-only", "--grace", "7d"]).run().ok();
    world.vault(["rotate", "read-only", "--finish"]).run().ok();
    let (new, stage) = stored(&world);
    assert_eq!((moto.keys(&world), stage.as_str()), (vec![(new.clone(), true)], "current"));
    let buckets =
        world.vault(["exec", "opssudo", "--region", "us-east-1", "--fresh", "--mfa-token", "654321", "--", "aws", "s3", "ls"]).run().ok();
    assert!(new != old && buckets.contains("some-bucket"), "{buckets}");
}

#[test]
fn the_replaced_key_is_refused_and_the_new_ones_signatures_are_accepted() {
    let (world, moto) = enter();
    assert_eq!(world.add_checked("read-only", &moto.key).status, 0);
    // moto does not know sessions from `GetSessionToken`, so the keys themselves sign.
    world.write(
        ".aws/config",
        "[profile read-only]\nregion = us-east-1\n[profile opssudo]\nsource_profile = read-only\nregion = us-east-1\n\
         role_arn = arn:aws:iam::123456789012:role/OpsSudo\n",
    );
    moto.check_signatures(&world);
    world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
    let (new, _) = stored(&world);
    assert_ne!(new, moto.key.0);
    let buckets = world.vault(["exec", "opssudo", "--", "aws", "s3", "ls"]).run().ok();
    assert!(buckets.contains("some-bucket"), "{buckets}");
    let unknown = world.add_checked("old", &moto.key).fails(1);
    assert!(unknown.stderr.contains(": HTTP 403, "), "it is gone: {unknown:?}");
}

#[test]
fn an_unknown_second_key_is_shown_and_left_alone() {
    let (world, moto) = enter();
    assert_eq!(world.add_checked("read-only", &moto.key).status, 0);
    let other = moto.ask(&world, "print(iam.create_access_key(UserName='some-user')['AccessKey']['AccessKeyId'])");
    let run = world.vault(["rotate", "read-only", "--mfa-token", "123456"]).run().fails(1);
    assert!(run.stderr.contains("has two keys") && run.stderr.contains(other.trim()) && run.stderr.contains(&moto.key.0), "{run:?}");
    assert_eq!(moto.keys(&world), [(moto.key.0.clone(), true), (other.trim().to_owned(), true)]);
}

#[test]
fn a_wrong_secret_and_an_unknown_key_are_refused_and_not_stored() {
    let (mut world, moto) = enter();
    world.keep_secret(WRONG);
    moto.check_signatures(&world);
    let wrong = world.add_checked("read-only", &(moto.key.0.clone(), WRONG.to_owned())).fails(1);
    // Its refusals are not in AWS's format, so only the status can be checked.
    assert!(wrong.stderr.starts_with("vault: the key is not stored: AWS refused") && wrong.stderr.contains(": HTTP 403, "), "{wrong:?}");
    let unknown = world.add_checked("read-only", &world.aws.user("some-user").access_key()).fails(1);
    assert!(unknown.stderr.contains(": HTTP 403, "), "{unknown:?}");
    assert!(!world.path(".local/share/vault/keys").exists());
}

/// moto checks no codes and has no `ResyncMFADevice`: it shows that it understands the other calls. The stand-in checks their effects.
#[test]
fn devices_are_listed_enrolled_and_removed() {
    let (world, moto) = enter();
    assert_eq!(world.add_checked("read-only", &moto.key).status, 0);
    let devices = || -> Vec<String> {
        let rows: Value = serde_json::from_str(&world.vault(["mfa", "list", "read-only", "--json"]).run().ok()).expect("it is JSON");
        let serial = |row: &Value| row["serial"].as_str().expect("a serial").rsplit('/').next().unwrap_or_default().to_owned();
        rows.as_array().expect("it is a list").iter().map(serial).collect()
    };
    assert_eq!(devices(), ["some-user"]);
    let mut terminal = Terminal::run(world.vault(["mfa", "enroll", "read-only", "--device", "tablet", "--seed", "-t", "123456"]));
    for (question, answer) in [
        ("First code that the app shows: ", "111111"),
        ("The next code that the app shows: ", "222222"),
        ("mfa/tablet instead? [y/N] ", "y"),
    ] {
        terminal.expect(question);
        terminal.type_line(answer);
    }
    terminal.expect("you are signed in");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(devices(), ["some-user", "tablet"]);
    world.vault(["mfa", "remove", "read-only", "--device", "some-user", "--force"]).run().ok();
    assert_eq!(devices(), ["tablet"]);
    let mut terminal = Terminal::run(world.vault(["mfa", "resync", "read-only"]));
    terminal.expect("First code of ");
    terminal.type_line("111111");
    terminal.expect("The next code of ");
    terminal.type_line("222222");
    terminal.expect("ResyncMFADevice");
    assert_eq!(terminal.wait().status, 1, "moto has no such call");
}

/// moto checks no codes, accepts one twice, knows a device at once, asks for MFA nowhere, and its sessions belong to no user: it shows that it
/// understands the calls of `setup`, in their order. The stand-in checks their effects.
#[test]
fn a_new_user_is_set_up() {
    let (world, moto) = enter();
    world.write(".aws/config", "");
    let role = "arn:aws:iam::123456789012:role/OpsSudo";
    let setup = world.vault(["setup", "me", "--env", "--region", "us-east-1", "--role", role, "-t", "123456"]);
    let run = setup.env("AWS_ACCESS_KEY_ID", &moto.key.0).env("AWS_SECRET_ACCESS_KEY", &moto.key.1).run();
    assert!(run.status == 0 && run.stderr.contains(&format!("the old key {} is inactive", moto.key.0)), "{run:?}");
    let buckets = world.vault(["exec", "OpsSudo", "--", "aws", "s3", "ls"]).run().ok();
    assert!(buckets.contains("some-bucket"), "{buckets}");
}
