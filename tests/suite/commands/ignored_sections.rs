//! `add`, `explain` and `list` name sections that were meant for a profile but are ignored, and headers glued to a value.

use crate::support::world::{Run, TWO_PROFILES, World, usual_aws};

fn add(world: &World, name: &str) -> Run {
    let (id, secret) = world.aws.user("some-user").access_key();
    world.vault(["add", name, "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run()
}

#[test]
fn no_profile_is_added_next_to_an_ignored_section_of_the_name() {
    for (header, name) in
        [("[abc]", "abc"), ("[Profile abc]", "abc"), ("[profileabc]", "abc"), ("[profiles abc]", "abc"), ("[Default]", "default")]
    {
        let config = format!("{TWO_PROFILES}\n{header}\nregion = eu-west-1\n");
        let world = World::with(usual_aws(), &config);
        let run = add(&world, name);
        assert_eq!(run.status, 1, "{header}: {run:?}");
        assert!(run.stderr.contains(header) && run.stderr.contains("~/.aws/config:10"), "{header}: {run:?}");
        assert_eq!(world.read(".aws/config"), config, "{header}");
        let run = world.vault(["explain", name]).run();
        assert!(run.status == 1 && run.stderr.contains("~/.aws/config:10"), "{header}: {run:?}");
        let run = world.vault(["list"]).run();
        assert!(run.status == 0 && run.stderr.contains("~/.aws/config:10"), "{header}: {run:?}");
    }
}

#[test]
fn the_credentials_file_is_checked_too() {
    let world = World::new();
    world.write(".aws/credentials", "[profile abc]\nregion = eu-west-1\n");
    for run in [add(&world, "abc"), world.vault(["explain", "abc"]).run(), world.vault(["list"]).run()] {
        assert!(run.stderr.contains("`[profile abc]`") && run.stderr.contains("~/.aws/credentials:1"), "{run:?}");
    }
}

/// To every AWS tool, such a section is a profile with that whole name: it is listed, and messages agree with that.
#[test]
fn a_prefix_that_became_part_of_the_name_is_pointed_out() {
    for prefix in ["Profile", "PROFILE", "profiles"] {
        let world = World::new();
        world.write(".aws/credentials", format!("[{prefix} abc]\nregion = eu-west-1\n"));
        for run in [add(&world, "abc"), world.vault(["explain", "abc"]).run(), world.vault(["list"]).run()] {
            let said = format!("section `[{prefix} abc]` is the profile `{prefix} abc`, not `abc`");
            assert!(run.stderr.contains(&said) && !run.stderr.contains("is not a profile"), "{run:?}");
            assert!(run.stderr.contains("~/.aws/credentials:1"), "{run:?}");
        }
        assert!(world.vault(["list"]).run().ok().contains(&format!("{prefix} abc")));
    }
}

#[test]
fn an_ignored_section_next_to_a_valid_one_is_a_warning() {
    let more = "\n[default]\nregion = us-east-1\n\n[profile default]\nsource_profile = read-only\n\n[read-only]\noutput = json\n";
    let world = World::with(usual_aws(), &format!("{TWO_PROFILES}{more}"));
    let run = add(&world, "read-only");
    assert!(run.status == 0 && run.stderr.contains("warning: ") && run.stderr.contains("~/.aws/config:16"), "{run:?}");
    // A profile's source is checked too.
    let run = world.vault(["explain", "default"]).run();
    assert!(run.status == 0 && run.stderr.contains("~/.aws/config:10") && run.stderr.contains("~/.aws/config:16"), "{run:?}");
    let run = world.vault(["list"]).run();
    assert!(run.status == 0 && run.stderr.contains("~/.aws/config:10") && run.stderr.contains("~/.aws/config:16"), "{run:?}");
    assert_eq!(add(&world, "default").stderr.matches("~/.aws/config:10").count(), 1);
}

#[test]
fn no_role_is_assumed_through_a_header_glued_to_a_value() {
    let glued = "\n[profile old]\nsource_profile = read-only\ntool_id = 1111[profile new]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n";
    let world = World::with(usual_aws(), &format!("{TWO_PROFILES}{glued}"));
    world.add("read-only", "some-user");
    for profile in ["old", "new"] {
        for run in [world.vault(["exec", profile, "--", "true"]).run(), world.vault(["explain", profile]).run(), add(&world, profile)] {
            assert_eq!(run.status, 1, "{run:?}");
            assert!(run.stderr.contains("`[profile new]`") && run.stderr.contains("~/.aws/config:12"), "{run:?}");
        }
    }
    assert!(world.vault(["list"]).run().stderr.contains("~/.aws/config:12"));
    assert_eq!(world.aws.requests(), []);
}
