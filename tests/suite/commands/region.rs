//! The command's region comes from the flag, the environment or the profile, in this order.

use insta::assert_snapshot;

use crate::support::world::World;

use super::{forget_codes, shown, signed_in, variables};

#[test]
fn the_flag_wins_over_the_environment_which_wins_over_the_profile() {
    let world = signed_in();
    for (flag, aws_region, default_region, expected) in [
        (Some("eu-central-1"), Some("eu-west-1"), Some("eu-west-2"), "eu-central-1"),
        (None, Some("eu-west-1"), Some("eu-west-2"), "eu-west-1"),
        (None, None, Some("eu-west-2"), "eu-west-2"),
        (None, Some(""), Some(""), "us-east-1"),
        (None, None, None, "us-east-1"),
    ] {
        let region = flag.map_or_else(Vec::new, |region| vec!["--region", region]);
        let mut words = vec!["exec", "read-only"];
        words.extend(&region);
        words.extend(["--fresh", "--", "env"]);
        let mut command = forget_codes(&world).command(&World::binary(), &words).code_of("some-user").hands_over();
        for (name, value) in [("AWS_REGION", aws_region), ("AWS_DEFAULT_REGION", default_region)] {
            if let Some(value) = value {
                command = command.env(name, value);
            }
        }
        let seen = variables(&command.run().ok());
        assert_eq!((seen["AWS_REGION"].as_str(), seen["AWS_DEFAULT_REGION"].as_str()), (expected, expected));
        assert_eq!(world.aws.last("GetSessionToken").region, expected, "the call goes to that region too");
    }
}

#[test]
fn a_malformed_region_is_reported_with_its_place() {
    let world = signed_in();
    for region in ["US East", "us_east_1", "-x"] {
        let run = world.vault(["exec", "read-only", &format!("--region={region}"), "--", "true"]).run().fails(2);
        assert!(run.stderr.contains("is not a region name such as `us-east-1`"), "{run:?}");
    }
    let run = world.vault(["exec", "read-only", "--", "true"]).env("AWS_REGION", "us east").run();
    assert_snapshot!(shown(&world, &run), @"
    status 2
    stderr:
    vault: `AWS_REGION`: `us east` is not a region name such as `us-east-1`
    hint: correct or unset `AWS_REGION`
    ");
    world.write(".aws/config", "[profile read-only]\nregion = us/east\n");
    let run = world.vault(["exec", "read-only", "--", "true"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: `region` of profile `read-only`: `us/east` is not a region name such as `us-east-1`
      --> ~/.aws/config:2
    hint: correct that line
    ");
}
