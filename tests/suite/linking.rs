//! `vault link` and `vault unlink`: the line with which the AWS CLI and the SDKs call this program, written where they use it.
#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;

use crate::support::tools;
use crate::support::world::{Run, TWO_PROFILES, World, usual_aws};

const WITH_REGIONS: &str = "\
# mine
[profile read-only]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
# the one above is the old phone

[profile opssudo]
source_profile = read-only
role_arn = arn:aws:iam::123456789012:role/OpsSudo
region=eu-west-1
output = text
";

fn world(config: &str) -> World {
    let world = World::with(usual_aws(), config);
    world.add("read-only", "some-user");
    world.write(".aws/config", config);
    world
}

/// Caches the shared MFA session, so that no client has to prompt.
fn with_session(world: World) -> World {
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world
}

fn line(program: &Path, profile: &str) -> String {
    format!("credential_process = {} credential-process {profile}\n", program.display())
}

impl World {
    fn config(&self) -> String {
        self.read(".aws/config")
    }

    fn who(&self, profile: &str) -> Run {
        let arguments = ["sts", "get-caller-identity", "--query", "Arn", "--output", "text", "--profile", profile];
        self.command(&tools::program("aws"), &arguments).env("AWS_DEFAULT_REGION", "us-east-1").run()
    }
}

#[test]
fn a_plain_profile_gets_the_line_itself_and_unlink_restores_the_file() {
    let world = world(WITH_REGIONS);
    let run = world.vault(["link", "read-only"]).run();
    assert!(run.stderr.contains("wrote `credential_process` in profile `read-only` in ~/.aws/config"), "{run:?}");
    let serial = "mfa_serial = arn:aws:iam::123456789012:mfa/some-user\n";
    let expected = WITH_REGIONS.replacen(serial, &format!("{serial}{}", line(&World::binary(), "read-only")), 1);
    assert_eq!(world.config(), expected);
    let again = world.vault(["link", "read-only"]).run();
    assert!(again.stderr.contains("nothing to do: there already is `credential_process` in profile `read-only`"), "{again:?}");
    assert_eq!(world.config(), expected);
    world.vault(["unlink", "read-only"]).run().ok();
    assert_eq!(world.config(), WITH_REGIONS);
}

#[test]
fn a_profile_with_a_role_gets_a_second_profile_because_aws_tools_use_the_role_first() {
    for unlinked in ["opssudo", "opssudo-vault"] {
        let world = world(WITH_REGIONS);
        let run = world.vault(["link", "opssudo"]).run();
        assert!(run.stderr.contains("AWS tools follow the `role_arn` of `opssudo` itself"), "{run:?}");
        let section = format!(
            "\n[profile opssudo-vault]\n# made by `vault link`\nregion = eu-west-1\noutput = text\n{}",
            line(&World::binary(), "opssudo")
        );
        assert_eq!(world.config(), format!("{WITH_REGIONS}{section}"));
        world.vault(["unlink", unlinked]).run().ok();
        assert_eq!(world.config(), WITH_REGIONS, "{unlinked}");
    }
}

#[test]
fn the_aws_cli_and_boto3_then_use_the_profiles() {
    let world = with_session(world(TWO_PROFILES));
    for arguments in [&["link", "read-only"][..], &["link", "opssudo"], &["link", "opssudo", "--as", "ops"]] {
        world.command(&World::binary(), arguments).run().ok();
    }
    assert_eq!(world.who("read-only").ok(), "arn:aws:iam::123456789012:user/some-user\n");
    for profile in ["opssudo-vault", "ops"] {
        assert_eq!(world.who(profile).ok(), "arn:aws:sts::123456789012:assumed-role/OpsSudo/some-user\n");
        let program = format!(
            "import boto3; print(boto3.Session(profile_name='{profile}', region_name='us-east-1').client('sts').get_caller_identity()['Arn'])"
        );
        let arn = world.command(&tools::python(), &["-c", &program]).run().ok();
        assert_eq!(arn, "arn:aws:sts::123456789012:assumed-role/OpsSudo/some-user\n");
    }
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (1, 1));
}

#[test]
fn a_path_and_a_profile_that_need_quotes_arrive_whole_in_every_tool() {
    let config = TWO_PROFILES.replace("[profile opssudo]", "[profile \"my ops\"]");
    let world = with_session(world(&config));
    let folder = world.path("it's my $HOME/`tools`");
    std::fs::create_dir_all(&folder).expect("folders can be made in the home");
    let program = folder.join("my vault");
    symlink(World::binary(), &program).expect("links can be made in the home");
    world.command(&program, &["link", "my ops", "--as", "other"]).run().ok();
    assert!(world.config().contains("/it'\\''s my $HOME/`tools`/my vault' credential-process 'my ops'\n"), "{}", world.config());
    // Python's `shlex`, without a shell.
    assert!(world.who("other").ok().contains("assumed-role/OpsSudo/"));
    // The SDKs run the line with a shell.
    let line = world.config().lines().find_map(|line| line.strip_prefix("credential_process = ").map(str::to_owned));
    let run = world.command(Path::new("/bin/sh"), &["-c", &line.expect("the line is there")]).hands_over().run();
    assert!(run.ok().contains("\"AccessKeyId\""));
}

#[test]
fn the_path_still_works_after_the_program_is_replaced() {
    let world = world(TWO_PROFILES);
    let link = world.path("bin/aws-vault-like");
    std::fs::create_dir_all(world.path("bin")).expect("folders can be made in the home");
    symlink(World::binary(), &link).expect("links can be made in the home");
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    world.command(Path::new("/bin/sh"), &["-c", "aws-vault-like link read-only"]).env("PATH", &path).run().ok();
    assert!(world.config().contains(&line(&link, "read-only")), "{}", world.config());
}

/// Every way in which a file can end, and a profile with every setting that the second profile must repeat.
#[test]
fn all_settings_but_credentials_are_copied_and_unlink_restores_every_byte() {
    const ROLE: &str = "source_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\nexternal_id = 12\nmfa_process = x\n";
    const SAID: &str = "ca_bundle = /corp.pem\ncli_pager =\ns3 =\n    addressing_style = path\n    Max_Queue = 5 # kept\nservices = mine\nmax_attempts = 4\nof_another_tool = 1\nregion = eu-north-1\n";
    const CARRIED: &str = "ca_bundle = /corp.pem\ncli_pager =\ns3 =\n  addressing_style = path\n  Max_Queue = 5 # kept\nservices = mine\nmax_attempts = 4\nof_another_tool = 1\nregion = eu-north-1\noutput = text\n";
    const SERVICES: &str = "[services mine]\ndynamodb =\n  endpoint_url = http://localhost:8000\n[profile base]\nregion = us-west-1\noutput = text\n[profile read-only]\n";
    let world = world(TWO_PROFILES);
    for (config, credentials) in [
        (format!("{SERVICES}[profile ops]\n{ROLE}{SAID}include_profile = base\n"), String::new()),
        (SERVICES.to_owned(), format!("[ops]\n{ROLE}{SAID}include_profile = base\n")),
    ] {
        world.write(".aws/credentials", &credentials);
        for ending in ["", "\n", "\n\n", "\n\n\n", "\n# x"] {
            let before = format!("{}{ending}", config.trim_end());
            for text in [before.clone(), before.replace('\n', "\r\n")] {
                world.write(".aws/config", &text);
                world.vault(["link", "ops"]).run().ok();
                let added = world.config().replace("\r\n", "\n");
                let section = format!("[profile ops-vault]\n# made by `vault link`\n{CARRIED}{}", line(&World::binary(), "ops"));
                assert!(added.ends_with(section.trim_end()) || added.ends_with(&section), "{added}");
                world.vault(["unlink", "ops"]).run().ok();
                assert_eq!(world.config(), text, "{ending:?}");
            }
        }
    }
    // A plain profile in the credentials file needs no copies: its section gets only the line.
    world.write(".aws/config", "[profile x]");
    let of_credentials = "[read-only]\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\nregion = us-east-1\n";
    world.write(".aws/credentials", of_credentials);
    world.vault(["link", "read-only"]).run().ok();
    let expected = format!("[profile x]\n\n[profile read-only]\n# made by `vault link`\n{}", line(&World::binary(), "read-only"));
    assert_eq!(world.config(), expected.trim_end());
    world.vault(["unlink", "read-only"]).run().ok();
    assert_eq!(world.config(), "[profile x]");
    // With an included profile, which is in the config file.
    world.write(".aws/credentials", format!("{of_credentials}include_profile = x\n"));
    world.write(".aws/config", "[profile x]\nregion = eu-west-1\noutput = text");
    world.vault(["link", "read-only"]).run().ok();
    let section = format!("[profile read-only]\n# made by `vault link`\noutput = text\n{}", line(&World::binary(), "read-only"));
    assert_eq!(world.config(), format!("[profile x]\nregion = eu-west-1\noutput = text\n\n{section}").trim_end());
    world.vault(["unlink", "read-only"]).run().ok();
    assert_eq!(world.config(), "[profile x]\nregion = eu-west-1\noutput = text");
}

const INCLUDING: &str = "\
[profile base]
region = eu-west-1
output = text
s3 =
  addressing_style = path
[profile below]
include_profile = base
max_attempts = 7
[profile read-only]
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
include_profile = below
";

/// AWS tools do not know `include_profile`.
#[test]
fn included_settings_of_a_plain_profile_reach_aws_tools() {
    let world = with_session(world(INCLUDING));
    let run = world.vault(["link", "read-only"]).run();
    assert!(run.stderr.contains("it now has its own copy of `max_attempts`, `region`, `output`, `s3`"), "{run:?}");
    let block = |region: &str| {
        format!(
            "include_profile = below\n# added by `vault link`, up to `credential_process`\nmax_attempts = 7\nregion = {region}\noutput = text\ns3 =\n  addressing_style = path\n{}",
            line(&World::binary(), "read-only")
        )
    };
    assert_eq!(world.config(), INCLUDING.replacen("include_profile = below\n", &block("eu-west-1"), 1));
    // The region and the format come from the profile alone.
    let who = ["sts", "get-caller-identity", "--query", "Arn", "--profile", "read-only"];
    assert_eq!(world.command(&tools::program("aws"), &who).run().ok(), "arn:aws:iam::123456789012:user/some-user\n");
    let program = "import boto3; s = boto3.Session(profile_name='read-only'); c = s.client('s3').meta.config; print(c.region_name, c.s3['addressing_style'], c.retries['total_max_attempts'])";
    assert_eq!(world.command(&tools::python(), &["-c", program]).run().ok(), "eu-west-1 path 7\n");
    // Linking again reports nothing new, and applies changes.
    let linked = world.config();
    assert!(world.vault(["link", "read-only"]).run().stderr.contains("nothing to do"));
    assert_eq!(world.config(), linked);
    world.write(".aws/config", linked.replacen("region = eu-west-1", "region = eu-north-1", 1));
    world.vault(["link", "read-only"]).run().ok();
    assert!(world.config().ends_with(&block("eu-north-1")), "{}", world.config());
    world.vault(["unlink", "read-only"]).run().ok();
    assert_eq!(world.config(), INCLUDING.replacen("region = eu-west-1", "region = eu-north-1", 1));
}

/// Each way of linking, on files of every kind, and twice.
#[test]
fn unlink_restores_every_byte_from_before_link() {
    let world = world(INCLUDING);
    let all = [
        ("", "read-only"),
        ("[profile other]\nregion = eu-west-1 # mine\n", "read-only"),
        ("[profile ops]\n# for the IDE\n  output = json\n  s3 =\n    addressing_style = virtual\n\n# after\n", "ops"),
        ("[profile ops]", "ops"),
        ("[profile ops]\n# nothing", "ops"),
        ("[profile read-only]\n\tmax_queue = 5\n\n\n; over\n[profile x]\n", "read-only"),
        ("[default]\nregion = x\n", "new"),
    ];
    for (more, target) in all {
        for ending in ["", "\n", "\n\n", "\n# x", "\r", "\n\r", "\n# x\r", "\r\n", "\r\n\r"] {
            let before = format!("{INCLUDING}{}{ending}", more.trim_end());
            for before in [before.clone(), before.replace('\n', "\r\n"), format!("\u{feff}{before}")] {
                world.write(".aws/config", &before);
                let link = || world.vault(["link", "read-only", "--as", target]).run().ok();
                link();
                let linked = world.config();
                link();
                assert_eq!(world.config(), linked, "{before:?}");
                assert_ne!(linked, before);
                world.vault(["unlink", target]).run().ok();
                assert_eq!(world.config(), before, "{target}");
            }
        }
    }
}

#[test]
fn print_shows_the_section_and_writes_nothing() {
    let world = world(WITH_REGIONS);
    let printed = world.vault(["link", "opssudo", "--print"]).run().ok();
    assert_eq!(
        printed,
        format!(
            "[profile opssudo-vault]\n# made by `vault link`\nregion = eu-west-1\noutput = text\n{}",
            line(&World::binary(), "opssudo")
        )
    );
    assert_eq!(world.config(), WITH_REGIONS);
}

#[test]
fn a_line_that_only_some_tools_would_use_is_not_written() {
    // If a profile has two sections, the SDKs read one or both, and botocore the last.
    for sections in [
        "[profile default]\n[default]\nregion = us-east-1\n",
        "[profile default]\nregion = us-east-1\n[default]\n",
        "[profile default]\n[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
        "[profile default]\ncredential_process = LINE\n[profile \"default\"]\nregion = us-east-1\n",
    ] {
        let line = line(&World::binary(), "read-only");
        let config = format!("{TWO_PROFILES}{}", sections.replace("credential_process = LINE\n", &line));
        let world = world(&config);
        let run = world.vault(["link", "read-only", "--as", "default"]).run().fails(1);
        assert!(run.stderr.contains("AWS tools"), "{run:?}");
        assert_eq!(world.config(), config);
    }
    // The section that all of them read.
    let world = with_session(world(&format!("{TWO_PROFILES}[default]\nregion = us-east-1\n[profile default]\n")));
    world.vault(["link", "read-only", "--as", "default"]).run().ok();
    assert_eq!(world.who("default").ok(), "arn:aws:iam::123456789012:user/some-user\n");
}

#[test]
fn a_line_that_no_tool_would_use_is_not_written() {
    const OTHERS: &str = "
[profile busy]
credential_process = /opt/other get-credentials

[profile bare]
region = us-east-1

[profile portal]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Dev

[sso-session corp]
sso_start_url = https://example.com/start
sso_region = us-east-1
";
    let config = format!("{TWO_PROFILES}{OTHERS}");
    let world = world(&config);
    world.write(
        ".aws/credentials",
        "[overruled]\ncredential_process = /opt/other\n\n[plain]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n",
    );
    for (arguments, expected) in [
        (&["link", "opssudo", "--as", "opssudo"][..], "AWS tools follow the `role_arn` of profile `opssudo` and would ignore"),
        (&["link", "opssudo", "--as", "portal"], "AWS tools follow the `sso_session` of profile `portal`"),
        (&["link", "opssudo", "--as", "plain"], "AWS tools follow the `aws_access_key_id` of profile `plain`"),
        (&["link", "opssudo", "--as", "busy"], "profile `busy` already has another `credential_process`, at ~/.aws/config:11"),
        (
            &["link", "opssudo", "--as", "overruled"],
            "profile `overruled` already has another `credential_process`, at ~/.aws/credentials:2",
        ),
        (&["link", "oopssudo"], "profile `oopssudo` is not defined"),
        (&["link", "bare"], "no key is stored for profile `bare`"),
    ] {
        let on_itself = arguments == ["link", "opssudo", "--as", "opssudo"];
        let run = world.command(&World::binary(), arguments).run().fails(if on_itself { 2 } else { 1 });
        assert!(run.stderr.contains(expected) && run.stderr.contains("hint: "), "{arguments:?}: {run:?}");
    }
    assert_eq!(world.config(), config);
    // Settings that AWS tools would use first lead to a second profile.
    world.vault(["link", "portal"]).run().ok();
    assert!(world.config().contains("[profile portal-vault]\n# made by `vault link`\ncredential_process = "), "{}", world.config());
}

#[test]
fn unlink_removes_only_our_lines_and_keeps_a_persons() {
    let kept = "[profile ops]\n# for the IDE\nregion = eu-west-1\n";
    let other = "[profile other]\ncredential_process = /opt/other credential-process --profile opssudo\n";
    let by_hand = "[profile hand]\ncredential_process = /usr/local/bin/vault credential-process opssudo\n";
    let before = format!("{TWO_PROFILES}\n{kept}\n{other}\n[profile bare]\n\n{by_hand}");
    let world = world(&before);
    for name in ["ops", "bare", "opssudo-vault"] {
        world.vault(["link", "opssudo", "--as", name]).run().ok();
    }
    let run = world.vault(["unlink", "opssudo"]).run();
    assert!(run.stderr.contains("removed `credential_process` of profile `ops` and `credential_process` of profile `bare` and profile `opssudo-vault` from ~/.aws/config"), "{run:?}");
    assert_eq!(world.config(), before);
    for (name, hint) in [
        ("opssudo", "nothing is left to remove; `vault link opssudo` links the profile"),
        ("other", "its `credential_process` is another program's"),
        ("nobody", "`vault list` shows which profiles there are"),
    ] {
        // A line with another path is removed by unlinking its own profile.
        let run = world.vault(["unlink", name]).run().fails(1);
        assert!(run.stderr.contains(&format!("`vault link` wrote no line for profile `{name}` in ~/.aws/config")), "{run:?}");
        assert!(run.stderr.contains(&format!("hint: {hint}")), "{run:?}");
    }
    assert_eq!(world.config(), before);
}

#[test]
fn simultaneous_links_lose_none() {
    let config = (0..8).fold(TWO_PROFILES.to_owned(), |config, n| format!("{config}\n[profile p{n}]\nsource_profile = read-only\n"));
    let world = world(&config);
    thread::scope(|scope| {
        for n in 0..8 {
            let world = &world;
            scope.spawn(move || world.command(&World::binary(), &["link", &format!("p{n}")]).run().ok());
        }
    });
    for n in 0..8 {
        assert!(world.config().contains(&line(&World::binary(), &format!("p{n}"))), "{}", world.config());
    }
}

#[test]
fn a_profile_with_its_own_credentials_does_not_become_another() {
    let world = with_session(world(TWO_PROFILES));
    let before = world.config();
    let refused = world.vault(["link", "opssudo", "--as", "read-only"]).run().fails(1);
    assert!(
        refused.stderr.contains("profile `read-only` has its own credentials, and every AWS tool would use those of `opssudo`"),
        "{refused:?}"
    );
    assert!(refused.stderr.contains("`vault link opssudo --as NAME`"), "{refused:?}");
    assert_eq!(world.config(), before);
}

#[test]
fn a_line_that_leads_back_to_itself_is_reported_and_not_followed() {
    let world = with_session(world(TWO_PROFILES));
    for profile in ["read-only", "opssudo"] {
        world.vault(["link", profile]).run().ok();
    }
    world.vault(["remove", "--force", "read-only"]).run().ok();
    for profile in ["read-only", "opssudo-vault"] {
        let run = world.who(profile);
        assert_ne!(run.status, 0, "{run:?}");
        assert!(run.stderr.contains("`credential_process` is circular: `read-only` → `read-only`"), "{run:?}");
    }
    // Each alone is fine: only together they are a loop.
    world.write(
        ".aws/config",
        format!(
            "[profile a]\n{}[profile b]\n{}",
            line(&World::binary(), "b"),
            line(&World::binary(), "a").replace("credential-process", "credential-process --region us-east-1")
        ),
    );
    let run = world.vault(["credential-process", "a"]).run().fails(1);
    assert!(run.stderr.contains("is circular: `a` → `b` → `a`"), "{run:?}");
    assert!(run.stderr.contains("--> ~/.aws/config:2"), "{run:?}");
}

#[test]
fn a_protected_role_whose_source_is_linked_gets_a_warning_wherever_one_looks() {
    const WARNING: &str = "vault: warning: profile `opssudo` is protected, but `read-only` is linked: `aws --profile opssudo` assumes the role without asking";
    let world = world(TWO_PROFILES);
    world.write(".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
    assert!(!world.vault(["explain", "opssudo"]).run().stderr.contains("linked"), "nothing is linked yet");
    let run = world.vault(["link", "read-only", "--as", "tools"]).run();
    assert!(run.status == 0 && !run.stderr.contains("protected"), "AWS tools do not follow `source_profile` to that one: {run:?}");
    let run = world.vault(["link", "read-only"]).run();
    let warning_and_cure = format!("{WARNING}\nhint: `vault unlink read-only` takes the link away");
    assert!(run.status == 0 && run.stderr.contains(&warning_and_cure), "{run:?}");
    let run = world.vault(["explain", "opssudo"]).run();
    assert!(run.stderr.contains(&warning_and_cure), "{run:?}");
    let run = world.vault(["explain", "read-only"]).run();
    assert!(!run.stderr.contains("protected"), "{run:?}");
}

#[test]
fn no_key_is_stored_under_a_name_that_is_another_profile_for_every_aws_tool() {
    let world = world(&format!("{TWO_PROFILES}\n[profile ops]\nregion = us-east-1\n"));
    world.vault(["link", "opssudo", "--as", "ops"]).run().ok();
    let (before, (id, secret)) = (world.config(), world.aws.user("some-user").access_key());
    let run = world.vault(["add", "ops", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().fails(1);
    assert!(
        run.stderr.contains("because of `vault link`, AWS tools get the credentials of `opssudo` from profile `ops`")
            && run.stderr.contains("vault unlink ops"),
        "{run:?}"
    );
    assert_eq!(world.config(), before);
}
