//! An undisturbed rotation, for every kind of user.

use std::time::Duration;

use super::{entry, ids, rotate, stored};
use crate::support::aws::StandIn;
use crate::support::steps::{forget_codes, sign_in};
use crate::support::world::{TWO_PROFILES, World, usual_aws};

#[test]
fn one_session_serves_the_whole_rotation_and_the_old_key_is_kept_for_the_grace_period() {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").path("/ops/team/").block_without_mfa())
        .role("OpsSudo", |role| role.require_mfa())
        .start();
    let mut world = World::with(aws, TWO_PROFILES);
    world.own_clock();
    world.add("read-only", "some-user");
    let (old, _) = world.aws.user("some-user").access_key();
    let run = rotate(&world, ["read-only"]);
    assert_eq!(run.status, 0, "{run:?}");
    let new = ids(&world.aws, "some-user")[1].clone();
    assert_eq!(world.aws.key_statuses("some-user"), [(old.clone(), false), (new.clone(), true)]);
    assert_eq!((stored(&world, "read-only"), entry(&world, "read-only")["user"].as_str()), (new.clone(), Some("some-user")));
    assert!(run.stderr.contains(&format!("key `read-only` is {new} now; the old key {old} is inactive")), "{run:?}");
    assert!(run.stdout.is_empty(), "{run:?}");

    // During the grace period, a run does nothing.
    let again = world.vault(["rotate", "read-only"]).run();
    assert!(again.status == 0 && again.stderr.contains("`vault rotate read-only --undo` brings it back"), "{again:?}");
    assert_eq!(world.aws.key_statuses("some-user"), [(old.clone(), false), (new.clone(), true)]);
    assert_eq!(world.aws.calls("GetSessionToken"), 1, "one code for the whole rotation");
    // IAM does not tell whom a session belongs to.
    let nameless = world.aws.requests().into_iter().filter(|request| request.service == "iam" && request.action != "GetAccessKeyLastUsed");
    nameless.for_each(|request| assert_eq!(request.user_name.as_deref(), Some("some-user"), "{}", request.action));

    world.later(24 * 3600 + 1);
    let done = rotate(&world, ["read-only"]);
    assert!(done.status == 0 && done.stderr.contains(&format!("the old key {old} is deleted")), "{done:?}");
    assert_eq!(world.aws.key_statuses("some-user"), [(new.clone(), true)]);
    assert!(entry(&world, "read-only")["rotation"].is_null());
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
}

#[test]
fn without_grace_or_with_finish_the_old_key_is_deleted_at_once() {
    let world = World::with_key();
    let (first, _) = world.aws.user("some-user").access_key();
    let run = rotate(&world, ["read-only", "--grace", "0s"]);
    assert_eq!(run.status, 0, "{run:?}");
    let second = stored(&world, "read-only");
    assert_eq!(world.aws.key_statuses("some-user"), [(second.clone(), true)]);
    assert_ne!(first, second);

    let nothing = world.vault(["rotate", "read-only", "--finish"]).run();
    assert!(nothing.status == 0 && nothing.stderr.contains("no rotation of key `read-only` is under way"), "{nothing:?}");
    assert_eq!(ids(&world.aws, "some-user"), std::slice::from_ref(&second), "`--finish` starts no rotation");

    world.vault(["rotate", "read-only", "--grace", "7d"]).run().ok();
    let run = world.vault(["rotate", "read-only", "--finish"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
    // Another run shortened the period.
    world.vault(["rotate", "read-only"]).run().ok();
    world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
    assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
}

#[test]
fn a_key_is_found_at_the_end_of_a_chain_and_under_each_of_its_names() {
    let config = format!("{TWO_PROFILES}\n[profile also]\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n");
    let world = World::with(usual_aws(), &config);
    world.add("read-only", "some-user");
    world.add("also", "some-user");
    let run = rotate(&world, ["opssudo", "--grace", "0s"]);
    assert_eq!(run.status, 0, "{run:?}");
    let new = ids(&world.aws, "some-user");
    assert_eq!(new, [stored(&world, "read-only")]);
    assert_eq!(new, [stored(&world, "also")], "the other name does not keep a key that is gone");
    forget_codes(&world);
    world.vault(["exec", "also", "--fresh", "--", "true"]).code_of("some-user").run().ok();

    // `--all` rotates each key once.
    let before = world.aws.answered("CreateAccessKey");
    let run = rotate(&world, ["--all", "--grace", "0s"]);
    assert_eq!((run.status, world.aws.answered("CreateAccessKey")), (0, before + 1), "{run:?}");
    assert_eq!(stored(&world, "read-only"), stored(&world, "also"));
}

#[test]
fn a_role_with_a_long_session_does_not_prevent_a_rotation() {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .role("OpsSudo", |role| role.require_mfa().max_duration(43_200))
        .start();
    let world = World::with(aws, &format!("{TWO_PROFILES}duration_seconds = 14400\n"));
    world.add("read-only", "some-user");
    let run = rotate(&world, ["opssudo", "--grace", "0s"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
}

#[test]
fn a_user_without_mfa_and_every_partition_work() {
    let aws = StandIn::builder().user("bare", |user| user).start();
    let world = World::with(aws, "[profile bare]\nregion = eu-west-1\n");
    world.add("bare", "bare");
    let run = world.vault(["rotate", "bare", "--grace", "0s"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(ids(&world.aws, "bare"), [stored(&world, "bare")]);

    for (partition, region) in [("aws-us-gov", "us-gov-east-1"), ("aws-cn", "cn-northwest-1"), ("aws-eusc", "eusc-de-east-1")] {
        let aws = StandIn::builder().partition(partition).user("some-user", |user| user.mfa("some-user").block_without_mfa()).start();
        let config = format!("[profile p]\nregion = {region}\nmfa_serial = arn:{partition}:iam::123456789012:mfa/some-user\n");
        let world = World::with(aws, &config);
        world.add("p", "some-user");
        let run = rotate(&world, ["p", "--grace", "0s"]);
        assert_eq!(run.status, 0, "{partition}: {run:?}");
        assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "p")], "{partition}");
    }
}

#[test]
fn each_service_is_given_time_to_learn_of_the_new_key() {
    for (service, user, seconds) in [("iam", "some-user", 4), ("sts", "some-user", 4), ("iam", "bare", 20), ("sts", "bare", 4)] {
        let aws = StandIn::builder().user("some-user", |user| user.mfa("some-user").block_without_mfa()).user("bare", |user| user).start();
        let world = World::with(aws, &format!("{TWO_PROFILES}\n[profile bare]\nregion = us-east-1\n"));
        let name = if user == "bare" { "bare" } else { "read-only" };
        world.add(name, user);
        sign_in_unless_bare(&world, name);
        world.aws.delay_new_keys(service, Duration::from_secs(seconds));
        let run = world.vault(["rotate", name, "--grace", "0s"]).run();
        assert_eq!(run.status, 0, "{service} {user}: {run:?}");
        assert_eq!(ids(&world.aws, user), [stored(&world, name)], "{service} {user}");
        let of_old_key: Vec<_> = world.aws.requests().into_iter().map(|request| request.action).collect();
        let (verified, touched) =
            (of_old_key.iter().rposition(|a| a == "GetCallerIdentity"), of_old_key.iter().position(|a| a == "UpdateAccessKey"));
        assert!(verified < touched, "{of_old_key:?}");
    }
}

fn sign_in_unless_bare(world: &World, name: &str) {
    if name != "bare" {
        sign_in(world, name);
    }
}

#[test]
fn two_keys_are_shown_with_a_command_for_each_choice_and_none_is_guessed() {
    let aws = StandIn::builder().user("some-user", |user| user.mfa("some-user").block_without_mfa().second_key()).start();
    let world = World::with(aws, TWO_PROFILES);
    world.add("read-only", "some-user");
    let [first, second] = ids(&world.aws, "some-user").try_into().expect("there are two");
    world.aws.deactivate_key(&second);
    world.aws.used_key(&second, 3 * 86_400);
    let run = rotate(&world, ["read-only"]).fails(1);
    for part in [
        format!("{first} active, 0 days old, used last at "),
        format!("{second} inactive, 0 days old, used last at "),
        "for s3 in eu-west-1".to_owned(),
        format!("`vault exec read-only -- aws iam delete-access-key --user-name some-user --access-key-id {second}`"),
        format!("`vault exec read-only -- aws iam update-access-key --user-name some-user --access-key-id {second} --status Inactive`"),
        "`vault add --force read-only`".to_owned(),
    ] {
        assert!(run.stderr.contains(&part), "{part}: {run:?}");
    }
    assert_eq!(world.aws.key_statuses("some-user"), [(first, true), (second, false)]);
    assert!(entry(&world, "read-only")["rotation"].is_null());
}

#[test]
fn a_leaked_key_is_reported_as_leaked() {
    for two in [false, true] {
        let describe = |user: crate::support::aws::UserBuilder| user.mfa("some-user").block_without_mfa().quarantined();
        let aws = StandIn::builder().user("some-user", |user| if two { describe(user).second_key() } else { describe(user) }).start();
        let world = World::with(aws, TWO_PROFILES);
        world.add("read-only", "some-user");
        let run = rotate(&world, ["read-only"]).fails(1);
        assert!(run.stderr.contains("leaked") && run.stderr.contains("ask an administrator"), "{run:?}");
        assert!(entry(&world, "read-only")["rotation"].is_null(), "no rotation has started");
    }
}

#[test]
fn only_a_users_stored_key_is_replaced() {
    let aws = StandIn::builder().user("root", |user| user.root()).start();
    let world = World::with(aws, "[profile root]\nregion = us-east-1\n[profile sso]\ncredential_process = echo {}\n");
    world.add("root", "root");
    let run = world.vault(["rotate", "root"]).run().fails(1);
    assert!(run.stderr.contains("does not belong to an IAM user"), "{run:?}");
    let run = world.vault(["rotate", "sso"]).run().fails(1);
    assert!(run.stderr.contains("does not use a stored key"), "{run:?}");
    world.vault(["rotate"]).run().fails(2);
    assert_eq!(world.aws.calls("CreateAccessKey"), 0);
}
