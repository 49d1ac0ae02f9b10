//! Commands to copy: a profile's name stays one word in them, without meaning to a shell, whatever it contains.

use crate::support::world::{World, usual_aws};

const CONFIG: &str = r#"[profile "my ops"]
region = us-east-1

[profile plain]
region = us-east-1

[profile "a;b $(c)"]
mfa_serial = arn:aws:iam::123456789012:mfa/some-user

[profile "guarded one"]
source_profile = my ops
role_arn = arn:aws:iam::123456789012:role/OpsSudo

[profile astray]
source_profile = nobody there
role_arn = arn:aws:iam::123456789012:role/OpsSudo
"#;

#[test]
fn a_name_with_a_space_is_quoted_in_every_hint_and_a_plain_one_is_not() {
    let world = World::with(usual_aws(), CONFIG);
    world.write(".config/vault/config.toml", "[profile.\"guarded one\"]\nprotect = true\n");
    let hint = |arguments: &[&str]| world.command(&World::binary(), arguments).run().stderr;
    for (arguments, command) in [
        (&["exec", "my ops", "--", "true"][..], "`vault add 'my ops'`"),
        (&["exec", "plain", "--", "true"], "`vault add plain`"),
        (&["exec", "a;b $(c)", "--", "true"], "`vault add 'a;b $(c)'`"),
        (&["exec", "nobody here", "--", "true"], "`vault add 'nobody here'`"),
        // In files, each format's own quoting applies.
        (&["exec", "astray", "--", "true"], "add a `[profile \"nobody there\"]` section"),
        (&["remove", "my ops"], "`vault remove --force 'my ops'`"),
    ] {
        let said = hint(arguments);
        assert!(said.contains(command), "{arguments:?}: {said}");
    }
    world.add("my ops", "some-user");
    for (arguments, command) in [
        (&["export", "guarded one"][..], "`vault exec 'guarded one' -- COMMAND`"),
        (&["export", "guarded one"], "from `[profile.\"guarded one\"]` in the settings"),
        (&["exec", "guarded one", "--", "true"], "`vault exec 'guarded one'`"),
        (&["link", "my ops", "--as", "guarded one"], "`vault link 'my ops' --as NAME`"),
    ] {
        let said = hint(arguments);
        assert!(said.contains(command), "{arguments:?}: {said}");
    }
}
