//! terraform, if installed: a plan that needs no download, with its state in S3 under the role's credentials.

use super::*;

use crate::support::moto::Moto;

fn configuration(url: &str) -> String {
    format!(
        "terraform {{\n  backend \"s3\" {{\n    bucket = \"some-bucket\"\n    key = \"state\"\n    use_path_style = true\n    \
         skip_requesting_account_id = true\n    endpoints = {{ s3 = \"{url}\", sts = \"{url}\", iam = \"{url}\" }}\n  }}\n}}\n\
         resource \"terraform_data\" \"some\" {{\n  input = \"something\"\n}}\n"
    )
}

#[test]
#[ignore = "needs terraform, which Debian does not package: tests/run runs it if it can, and otherwise lists it as left out"]
fn terraform_plans_and_applies_with_its_state_in_s3_under_the_role() {
    tools::require(&["terraform"]);
    let mut world = World::with(usual_aws(), TWO_PROFILES);
    let moto = Moto::start(&world);
    moto.enter(&mut world);
    world.set("AWS_REGION", "us-east-1");
    world.set("CHECKPOINT_DISABLE", "1");
    world.set("TF_IN_AUTOMATION", "1");
    world.add_checked("read-only", &moto.key).ok();
    world.write("infra/main.tf", configuration(&moto.url));
    let infra = world.path("infra");
    // The role's session of two hours comes from the key itself, because moto checks signatures from here on.
    moto.check_signatures(&world);
    let run = |arguments: [&str; 3]| {
        let mut invocation = world.vault(["exec", "opssudo", "-d", "2h", "--", "terraform"]).in_folder(&infra);
        for argument in arguments {
            invocation = invocation.arg(argument);
        }
        invocation
    };
    let mut terminal = Terminal::run(run(["init", "-input=false", "-no-color"]));
    terminal.expect(PROMPT);
    terminal.type_line("123456");
    terminal.expect("Successfully configured the backend \"s3\"");
    assert_eq!(terminal.wait().status, 0);
    let plan = run(["plan", "-input=false", "-no-color"]).run().ok();
    assert!(plan.contains("Plan: 1 to add, 0 to change, 0 to destroy."), "{plan}");
    run(["apply", "-auto-approve", "-no-color"]).run().ok();
    let state = world.vault(["exec", "opssudo", "-d", "2h", "--", "aws", "s3", "cp", "s3://some-bucket/state", "-"]).run().ok();
    assert!(state.contains("terraform_data"), "{state}");
}
