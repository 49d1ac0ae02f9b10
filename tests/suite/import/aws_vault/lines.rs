//! Lines in the config that still call aws-vault, and headers that only aws-vault can read.

use super::super::{Elsewhere, section};

const CONFIG: &str = "\
[profile alice]
credential_process = aws-vault exec alice --json

[profile tools]
credential_process = /usr/local/bin/aws-vault --backend=pass export --format=json 'bob'

[profile bob]
region = us-east-1

[profile other]
credential_process = /usr/bin/something-else

[profile team a/prod]
region = us-east-1
";

#[test]
fn lines_and_headers_are_named_with_their_replacement() {
    let here = Elsewhere::with(CONFIG);
    here.write("credentials", &(section("alice", "alice") + &section("bob", "bob") + &section("team a/prod", "carol")));
    // AWS tools would use the keys in the credentials file first.
    let run = here.import(&["--yes", "--scrub"]).run();
    assert_eq!(run.status, 0, "a header does not count as a failed key: {run:?}");
    for line in [
        "`alice` asks aws-vault for its credentials (~/.aws/config:2): `vault link alice` replaces that line",
        "`tools` asks aws-vault for its credentials (~/.aws/config:5): `vault link bob --as tools` replaces that line",
        "write `[profile \"team a/prod\"]`",
    ] {
        assert!(run.stderr.contains(line), "{line}: {run:?}");
    }
    assert!(!run.stderr.contains("something-else") && !run.stderr.contains("`other`"), "{run:?}");
    assert_eq!(here.world.read(".aws/config"), CONFIG, "nothing is changed");
    assert_eq!(here.stored("team a/prod"), Some(here.world.aws.user("carol").access_key().0));
    // The printed commands work.
    here.world.vault(["link", "alice"]).run().ok();
    here.world.vault(["link", "bob", "--as", "tools"]).run().ok();
    let config = here.world.read(".aws/config");
    assert!(!config.contains("aws-vault") && config.matches(" credential-process ").count() == 2, "{config}");
    let run = here.world.vault(["link", "bob", "--as", "other"]).run();
    assert_eq!(run.status, 1, "another program's line stays: {run:?}");
    let run = here.import(&["--yes"]).run();
    assert!(!run.stderr.contains("asks aws-vault"), "{run:?}");
}
