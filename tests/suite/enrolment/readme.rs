//! The README's "A new user from zero", followed line by line.

use crate::support::readme::consoles;
use crate::support::steps::install;

use super::setup::{Nothing, Store, follow, given};
use super::*;

const DAY: i64 = 86_400;

#[test]
fn the_steps_work_as_written() {
    let mut nothing = Nothing::on(Store::File, UserBuilder::block_without_mfa);
    nothing.world.own_clock();
    let path = std::env::var("PATH").expect("there is one");
    let folder = World::binary().parent().expect("it is in a folder").display().to_string();
    nothing.world.set("PATH", &format!("{}:{folder}:{path}", nothing.world.path("bin").display()));
    let world = &nothing.world;
    install(world, "terraform", "[ -n \"$AWS_SESSION_TOKEN\" ] && echo \"$AWS_VAULT: $1 complete\"");
    let key = given(world);
    let mut screen = String::new();
    let mut followed = 0;
    for line in consoles("A new user from zero").first().expect("the section has a console block") {
        let Some(command) = line.strip_prefix("$ ") else {
            // Each prompt, with the answer.
            let asked = line.split(':').next().unwrap_or_default();
            assert!(screen.contains(asked), "vault asks `{asked}`: {screen}");
            continue;
        };
        if command.starts_with("vault rotate") {
            // As the README says, a day later.
            world.later(DAY + 60);
        }
        let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", command]));
        follow(world, &mut terminal, &key, &|| false);
        let ended = terminal.wait();
        assert_eq!(ended.status, 0, "{command}: {ended:?}");
        assert!(!command.starts_with("vault exec") || ended.screen == "OpsSudo: apply complete\n", "no third code: {ended:?}");
        screen = ended.screen;
        followed += 1;
    }
    assert!(followed >= 3 && screen.contains(&format!("the old key {} is deleted", key.0)), "{screen}");
    let keys = world.aws.key_statuses("some-user");
    assert!(keys.len() == 1 && keys[0].0 != key.0 && keys[0].1, "{keys:?}");
}
