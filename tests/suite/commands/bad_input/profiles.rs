//! Profiles that lead nowhere.

use insta::{allow_duplicates, assert_snapshot};

use crate::support::world::World;

use super::{Kept, world_of};

#[test]
fn an_unknown_profile_is_an_error_with_suggestions_and_never_the_default() {
    let world = world_of("[default]\nregion = us-east-1\n[profile read-only]\n[profile prod]\n[profile prod-eu]\n");
    let kept = Kept::in_(&world);
    for command in [&["exec", "pord", "--", "true"][..], &["export", "pord"], &["credential-process", "pord"], &["explain", "pord"]] {
        allow_duplicates! {
            assert_snapshot!(kept.by(world.command(&World::binary(), command).run(), 1), @"");
        }
    }
    assert_snapshot!(kept.by(world.vault(["exec", "xyzzy", "--", "true"]).run(), 1), @"");
    assert_snapshot!(kept.by(world.vault(["exec", "--", "true"]).env("AWS_PROFILE", "prodeu").run(), 1), @"");
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_section_without_the_prefix_is_named_as_what_it_is() {
    let world = world_of("[prod]\nregion = us-east-1\n");
    assert_snapshot!(Kept::in_(&world).by(world.vault(["exec", "prod", "--", "true"]).run(), 1), @"");
}

#[test]
fn a_circle_is_shown() {
    let world = world_of(
        "[profile a]\nsource_profile = b\nrole_arn = arn:aws:iam::123456789012:role/A\n\
         [profile b]\nsource_profile = c\nrole_arn = arn:aws:iam::123456789012:role/B\n\
         [profile c]\nsource_profile = a\nrole_arn = arn:aws:iam::123456789012:role/C\n\
         [profile x]\ninclude_profile = y\n[profile y]\ninclude_profile = x\n[profile z]\ninclude_profile = z\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(world.vault(["exec", "a", "--", "true"]).run(), 1), @"");
    assert_snapshot!(kept.by(world.vault(["exec", "x", "--", "true"]).run(), 1), @"");
    assert_snapshot!(kept.by(world.vault(["explain", "z"]).run(), 1), @"");
}

#[test]
fn a_source_that_is_not_defined_is_named() {
    let world = world_of(
        "[profile read-only]\n[profile a]\nsource_profile = base\nrole_arn = arn:aws:iam::123456789012:role/A\n\
         [profile b]\nrole_arn = arn:aws:iam::123456789012:role/A\nsource_profile = read_only\n[profile c]\ninclude_profile = nothing\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(world.vault(["exec", "a", "--", "true"]).run(), 1), @"");
    assert_snapshot!(kept.by(world.vault(["exec", "b", "--", "true"]).run(), 1), @"");
    assert_snapshot!(kept.by(world.vault(["exec", "c", "--", "true"]).run(), 1), @"");
}

#[test]
fn a_role_needs_a_source() {
    let world = world_of(
        "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/A\n[profile b]\nrole_arn = arn:aws:iam::123456789012:role/A\ncredential_source = Ec2InstanceMetadata\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(world.vault(["exec", "a", "--", "true"]).run(), 1), @"");
    assert_snapshot!(kept.by(world.vault(["exec", "b", "--", "true"]).run(), 1), @"");
}

#[test]
fn a_profile_without_a_stored_key_says_how_to_store_one() {
    let world = world_of(
        "[profile lonely]\nregion = us-east-1\n[profile role]\nsource_profile = lonely\nrole_arn = arn:aws:iam::123456789012:role/A\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(world.vault(["exec", "lonely", "--", "true"]).run(), 1), @"");
    assert_snapshot!(kept.by(world.vault(["exec", "role", "--", "true"]).run(), 1), @"");
    world.write(".aws/credentials", "[lonely]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = in-the-clear-all-along\n");
    assert_snapshot!(kept.by(world.vault(["exec", "lonely", "--", "true"]).run(), 1), @"");
}
