//! Two hundred processes that start with nothing cached cause one prompt, one `GetSessionToken`, and one `AssumeRole` for each role.

use super::{Crowd, ROLES};
use crate::support::world::{World, finish, status_of};

const PROCESSES: usize = 200;

/// Half of them run `exec`, half `credential-process`, over all roles.
fn rush(crowd: &Crowd) {
    let role = |index: usize| format!("role{}", index % ROLES + 1);
    let children: Vec<_> = (0..PROCESSES)
        .map(|index| {
            let role = role(index);
            let invocation = if index % 2 == 0 {
                crowd.world.vault(["exec", &role, "--", "printenv", "AWS_ACCESS_KEY_ID"])
            } else {
                crowd.world.vault(["credential-process", &role])
            };
            invocation.start()
        })
        .collect();
    let mut served = 0;
    for child in children {
        let (status, stdout, stderr) = finish(child);
        assert_eq!(status_of(status), 0, "{stderr}");
        assert!(stdout.contains("ASIA"), "{stdout}");
        served += 1;
    }
    let aws = &crowd.world.aws;
    println!(
        "{served} processes served, {} prompts, {} GetSessionToken, {} AssumeRole",
        crowd.prompts().len(),
        aws.calls("GetSessionToken"),
        aws.calls("AssumeRole")
    );
    assert_eq!(crowd.prompts().len(), 1, "prompts");
    assert_eq!(aws.calls("GetSessionToken"), 1, "GetSessionToken calls");
    let roles: Vec<_> = aws
        .requests()
        .into_iter()
        .filter(|request| request.action == "AssumeRole")
        .map(|request| (request.role_arn, request.outcome))
        .collect();
    assert_eq!(aws.calls("AssumeRole"), ROLES, "AssumeRole calls: {roles:?}");
}

#[test]
fn two_hundred_processes_ask_once_with_the_file_keystore() {
    let crowd = Crowd::new();
    crowd.world.add("base", "some-user");
    rush(&crowd);
}

#[test]
fn two_hundred_processes_ask_once_with_the_secret_service() {
    let mut crowd = Crowd::new();
    let bus = crate::support::secret_service::SecretService::start(crowd.world.home());
    bus.enter(&mut crowd.world);
    crowd.world.add("base", "some-user");
    rush(&crowd);
    drop(bus);
}

/// A single process works in the same world.
#[test]
fn a_single_process_asks_once_and_the_next_not_at_all() {
    let crowd = Crowd::new();
    crowd.world.add("base", "some-user");
    for _ in 0..2 {
        crowd.world.vault(["exec", "role1", "--", "true"]).run().ok();
    }
    assert_eq!(crowd.prompts().len(), 1);
    let _: &World = &crowd.world;
}
