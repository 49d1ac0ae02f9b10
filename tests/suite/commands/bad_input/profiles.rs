//! Profiles that cannot be resolved.

use insta::{allow_duplicates, assert_snapshot};

use crate::support::world::World;

use super::{Kept, world_of};

#[test]
fn an_unknown_profile_is_an_error_with_suggestions_and_never_the_default() {
    let world = world_of("[default]\nregion = us-east-1\n[profile read-only]\n[profile prod]\n[profile prod-eu]\n");
    let kept = Kept::in_(&world);
    for command in [&["exec", "pord", "--", "true"][..], &["export", "pord"], &["credential-process", "pord"], &["explain", "pord"]] {
        allow_duplicates! {
            assert_snapshot!(kept.by(&world.command(&World::binary(), command).run(), 1), @"
            vault: profile `pord` is not defined
            hint: did you mean `prod`? `vault list` shows all
            ");
        }
    }
    assert_snapshot!(kept.by(&world.vault(["exec", "xyzzy", "--", "true"]).run(), 1), @"
    vault: profile `xyzzy` is not defined
    hint: run `vault list` to see what is defined, or `vault add xyzzy` to define it
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "--", "true"]).env("AWS_PROFILE", "prodeu").run(), 1), @"
    vault: profile `prodeu` is not defined
    hint: did you mean `prod-eu` or `prod`? `vault list` shows all
    ");
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_name_with_an_invisible_character_is_refused_and_not_shown_as_another() {
    let world = world_of("[profile pro\u{202e}d]\nregion = us-east-1\n[profile prod]\nregion = us-east-1\n");
    for command in [&["exec", "pro\u{202e}d", "--", "true"][..], &["add", "pro\u{202e}d", "--env"], &["explain", "pro\u{200b}d"]] {
        let run = world.command(&World::binary(), command).run().fails(2);
        assert!(run.stderr.contains("cannot contain an invisible character (U+20"), "{run:?}");
    }
    let run = world.vault(["list"]).run();
    assert!(run.stderr.contains("cannot contain an invisible character (U+202E)"), "{run:?}");
    assert_eq!(run.stdout.matches("prod").count(), 1, "{run:?}");
}

#[test]
fn a_section_without_the_prefix_is_reported_as_one() {
    let world = world_of("[prod]\nregion = us-east-1\n");
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "prod", "--", "true"]).run(), 1), @"
    vault: in the config file, section `[prod]` is not a profile: it needs the prefix `profile`
      --> ~/.aws/config:1
    hint: write `[profile prod]`
    ");
}

#[test]
fn a_loop_of_profiles_is_shown() {
    let world = world_of(
        "[profile a]\nsource_profile = b\nrole_arn = arn:aws:iam::123456789012:role/A\n\
         [profile b]\nsource_profile = c\nrole_arn = arn:aws:iam::123456789012:role/B\n\
         [profile c]\nsource_profile = a\nrole_arn = arn:aws:iam::123456789012:role/C\n\
         [profile x]\ninclude_profile = y\n[profile y]\ninclude_profile = x\n[profile z]\ninclude_profile = z\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "a", "--", "true"]).run(), 1), @"
    vault: profile `a` cannot be resolved: `source_profile` is circular: `a` → `b` → `c` → `a`
      --> ~/.aws/config:8
    hint: remove one `source_profile` line from the loop
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "x", "--", "true"]).run(), 1), @"
    vault: profile `x` cannot be resolved: `include_profile` is circular: `x` → `y` → `x`
      --> ~/.aws/config:13
    hint: remove one `include_profile` line from the loop
    ");
    assert_snapshot!(kept.by(&world.vault(["explain", "z"]).run(), 1), @"
    vault: profile `z` cannot be resolved: `include_profile` is circular: `z` → `z`
      --> ~/.aws/config:15
    hint: remove one `include_profile` line from the loop
    ");
}

#[test]
fn an_undefined_source_profile_is_named() {
    let world = world_of(
        "[profile read-only]\n[profile a]\nsource_profile = base\nrole_arn = arn:aws:iam::123456789012:role/A\n\
         [profile b]\nrole_arn = arn:aws:iam::123456789012:role/A\nsource_profile = read_only\n[profile c]\ninclude_profile = nothing\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "a", "--", "true"]).run(), 1), @"
    vault: profile `a` cannot be resolved: source_profile `base` is not defined
      --> ~/.aws/config:3
    hint: add a `[profile base]` section, or run `vault list` to see what is defined
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "b", "--", "true"]).run(), 1), @"
    vault: profile `b` cannot be resolved: source_profile `read_only` is not defined
      --> ~/.aws/config:7
    hint: did you mean `read-only`? `vault list` shows all
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "c", "--", "true"]).run(), 1), @"
    vault: profile `c` cannot be resolved: include_profile `nothing` is not defined
      --> ~/.aws/config:9
    hint: add a `[profile nothing]` section, or run `vault list` to see what is defined
    ");
}

#[test]
fn a_role_needs_a_source() {
    let world = world_of(
        "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/A\n[profile b]\nrole_arn = arn:aws:iam::123456789012:role/A\ncredential_source = Ec2InstanceMetadata\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "a", "--", "true"]).run(), 1), @"
    vault: profile `a` has a role, but no credentials to assume it with
      --> ~/.aws/config:2
    hint: add `source_profile = NAME` to profile `a`, where NAME has the key, or store a key for it with `vault add a`
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "b", "--", "true"]).run(), 1), @"
    vault: profile `b` takes its credentials from `credential_source = Ec2InstanceMetadata`, which vault does not read
      --> ~/.aws/config:5
    hint: give profile `b` a `source_profile` whose key is stored with `vault add`
    ");
}

#[test]
fn a_profile_without_a_stored_key_says_how_to_store_one() {
    let world = world_of(
        "[profile lonely]\nregion = us-east-1\n[profile role]\nsource_profile = lonely\nrole_arn = arn:aws:iam::123456789012:role/A\n",
    );
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "lonely", "--", "true"]).run(), 1), @"
    vault: no key is stored for profile `lonely`
    hint: store it with `vault add lonely`
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "role", "--", "true"]).run(), 1), @"
    vault: no key is stored for profile `lonely`, which profile `role` starts from
    hint: store it with `vault add lonely`
    ");
    world.write(".aws/credentials", "[lonely]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = in-the-clear-all-along\n");
    assert_snapshot!(kept.by(&world.vault(["exec", "lonely", "--", "true"]).run(), 1), @"
    vault: no key is stored for profile `lonely`
      --> ~/.aws/credentials:3
    hint: vault does not use the plaintext key in that file: move it into the keystore with `vault import --scrub`
    ");
}
