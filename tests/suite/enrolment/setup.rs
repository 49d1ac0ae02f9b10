//! `setup`: from an access key to a working `exec`. Steps that are done already are skipped.

use crate::support::password_store::PasswordStore;
use crate::support::secret_service::SecretService;
use crate::support::steps::forget_codes;
use crate::support::world::PASSPHRASE;

use super::*;

pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/OpsSudo";
const ID: &str = "Access key id: ";
const SECRET: &str = "Secret access key: ";
const CODE: &str = "MFA code for ";
const HALF_MADE: &str = "Delete that key and continue? [y/N] ";
const NEW_PASSPHRASE: &str = "New passphrase for the file keystore: ";
const REPEAT: &str = "Repeat the passphrase: ";
const QUESTIONS: [&str; 8] = [ID, SECRET, FIRST, NEXT, CODE, HALF_MADE, NEW_PASSPHRASE, REPEAT];

/// The keystore for the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    File,
    Pass,
    SecretService,
}

/// A world with nothing but an AWS, and the services that must outlive its commands.
pub(super) struct Nothing {
    pub world: World,
    _store: Option<PasswordStore>,
    _service: Option<SecretService>,
}

impl Nothing {
    pub fn on(store: Store, describe: impl FnOnce(UserBuilder) -> UserBuilder) -> Self {
        let aws = StandIn::builder().user("some-user", describe).role("OpsSudo", |role| role.require_mfa());
        let mut world = World::with(aws.start(), "");
        let mut nothing = (None, None);
        match store {
            Store::File => world.seed_identity(),
            Store::Pass => {
                world.set("AWS_VAULT_BACKEND", "pass");
                nothing.0 = Some(PasswordStore::init(&world, ""));
            }
            Store::SecretService => {
                let service = SecretService::start(world.home());
                service.enter(&mut world);
                nothing.1 = Some(service);
            }
        }
        Self { world, _store: nothing.0, _service: nothing.1 }
    }
}

fn world() -> Nothing {
    Nothing::on(Store::File, UserBuilder::block_without_mfa)
}

pub(super) fn setup(world: &World) -> Terminal {
    Terminal::run(world.vault(["setup", "me", "--region", "eu-west-1", "--role", ROLE]))
}

/// The key that the user was given.
pub(super) fn given(world: &World) -> (String, String) {
    let key = world.aws.user("some-user").access_key();
    assert!(world.aws.key_statuses("some-user")[0].0 == key.0, "it is the oldest");
    key
}

/// Answers the prompts as a person would, until the command has ended or `until` says so.
pub(super) fn follow(world: &World, terminal: &mut Terminal, key: &(String, String), until: &dyn Fn() -> bool) {
    let mut app = None;
    while let Some(asked) = terminal.expect_one_of(&QUESTIONS, until) {
        let answer = match QUESTIONS[asked] {
            ID => key.0.clone(),
            SECRET => key.1.clone(),
            FIRST => app.insert(App::scan(terminal, 24, 80).0).code(0),
            NEXT => app.as_ref().expect("it was scanned").code(1),
            CODE => forget_codes(world).aws.fresh_code("some-user"),
            HALF_MADE => "y".to_owned(),
            _ => PASSPHRASE.to_owned(),
        };
        terminal.type_line(&answer);
    }
}

/// Follows the command to its end and checks the result. Returns the text of the screen.
#[track_caller]
pub(super) fn ends_well(world: &World, mut terminal: Terminal, given: &(String, String)) -> String {
    follow(world, &mut terminal, given, &|| false);
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    for says in ["session: `me` is signed in", "proof: AWS knows the session as arn:aws:iam::123456789012:user/some-user"] {
        assert!(ended.screen.contains(says), "{ended:?}");
    }
    let serial = world.aws.user("some-user").serial();
    assert_eq!(
        world.read(".aws/config"),
        format!(
            "[profile me]\nregion = eu-west-1\nmfa_serial = {serial}\n\n[profile OpsSudo]\nsource_profile = me\nrole_arn = {ROLE}\nregion = eu-west-1\n"
        )
    );
    let keys = world.aws.key_statuses("some-user");
    assert!(keys.len() == 2 && keys[0] == (given.0.clone(), false) && keys[1].1, "the original key is replaced: {keys:?}");
    assert_eq!((stored(world), old_key(world)), (keys[1].0.clone(), given.0.clone()), "the index has both keys");
    world.vault(["exec", "OpsSudo", "--", "true"]).run().ok();
    ended.screen
}

fn entry(world: &World) -> serde_json::Value {
    let index: serde_json::Value = serde_json::from_str(&world.read(".local/share/vault/index.json")).expect("the index is whole");
    index["entries"].as_array().expect("it has entries").iter().find(|entry| entry["name"] == "me").expect("the key is there").clone()
}

fn stored(world: &World) -> String {
    entry(world)["key_id"].as_str().expect("the index knows the key").to_owned()
}

fn old_key(world: &World) -> String {
    let rows = world.vault(["rotate", "me", "--status", "--json"]).run().ok();
    let rows: serde_json::Value = serde_json::from_str(&rows).expect("it is JSON");
    rows[0]["old_key_id"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn setup_leads_from_a_key_to_a_session_in_every_keystore_and_the_next_run_has_nothing_to_do() {
    for store in [Store::File, Store::Pass, Store::SecretService] {
        let nothing = Nothing::on(store, UserBuilder::block_without_mfa);
        let world = &nothing.world;
        let given = given(world);
        let screen = ends_well(world, setup(world), &given);
        assert!(!screen.contains(CODE), "no third code: {screen}");
        assert!(screen.contains("rotation: key `me` is ") && screen.contains(&format!("the old key {} is inactive", given.0)), "{screen}");
        world.aws.forget_requests();
        let screen = ends_well(world, setup(world), &given);
        for says in [
            "key: already stored as `me`".to_owned(),
            format!("device: {PREFIX}some-user is already in the profile"),
            "rotation: the key was replaced already".to_owned(),
            format!("role: {ROLE} already has the profile `OpsSudo`"),
        ] {
            assert!(screen.contains(&says), "{store:?} {says}: {screen}");
        }
        for made in ["CreateVirtualMFADevice", "GetSessionToken", "CreateAccessKey", "UpdateAccessKey"] {
            assert_eq!(world.aws.calls(made), 0, "{store:?} {made}");
        }
    }
}

/// Only the person knows the passphrase, and nothing keeps it between two prompts.
#[test]
fn a_passphrase_is_asked_for_once() {
    let aws = StandIn::builder().user("some-user", |u| u).role("OpsSudo", |role| role.require_mfa()).start();
    let mut world = World::with(aws, "");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    let key = given(&world);
    let mut terminal = setup(&world);
    follow(&world, &mut terminal, &key, &|| false);
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    let asked = |question: &str| ended.screen.matches(question).count();
    assert_eq!((asked(NEW_PASSPHRASE), asked("Passphrase of the file keystore: ")), (1, 0), "{ended:?}");
}

#[test]
fn a_missing_profile_and_a_missing_region_are_added() {
    for config in ["", "[profile me]\n"] {
        let nothing = world();
        let world = &nothing.world;
        world.add("me", "some-user");
        world.write(".aws/config", config);
        let screen = ends_well(world, setup(world), &given(world));
        assert!(screen.contains("key: already stored as `me`"), "{screen}");
    }
}

#[test]
fn a_key_in_another_keystore_than_the_chosen_one_does_not_count() {
    let nothing = Nothing::on(Store::Pass, UserBuilder::block_without_mfa);
    let world = &nothing.world;
    world.add("me", "some-user");
    let mut terminal = Terminal::run(world.vault(["setup", "me", "--backend", "file"]));
    terminal.expect(ID);
    terminal.press_ctrl(b'c');
    assert_eq!(terminal.wait().status, 130);
}

/// Runs `setup` with these arguments and no terminal, for a user who has a device.
fn run_with(world: &World, words: &[&str]) -> crate::support::world::Run {
    let words = [&["setup", "me"], words].concat();
    world.command(&World::binary(), &words).code_of("some-user").run()
}

fn write_csv(world: &World, rows: &[(&str, (String, String))]) -> String {
    let rows: String = rows.iter().map(|(user, (id, secret))| format!("{user},{id},{secret}\n")).collect();
    world.write("key.csv", format!("User name,Access key ID,Secret access key\n{rows}"));
    world.path("key.csv").display().to_string()
}

#[test]
fn the_key_is_read_from_the_consoles_file_and_the_file_is_named_for_deletion() {
    let nothing = Nothing::on(Store::File, |u| u.mfa("phone").block_without_mfa());
    let world = &nothing.world;
    let other = |n: u8| (format!("AKIA{}", n.to_string().repeat(16)), "x".repeat(40));
    let given = given(world);
    // The command does not guess whose key it is.
    for rows in [&[("a", given.clone()), ("b", other(2))][..], &[("me", given.clone()), ("me", other(2))], &[]] {
        let path = write_csv(world, rows);
        let run = run_with(world, &["--csv", &path]).fails(1);
        assert!(run.stderr.contains("key.csv"), "{run:?}");
        assert_eq!(world.aws.calls("GetCallerIdentity"), 0);
    }
    for rows in [&[("any-user", given.clone())][..], &[("b", other(2)), ("me", given.clone())]] {
        world.vault(["remove", "me", "--force"]).run();
        world.aws.activate_key(&given.0);
        let path = write_csv(world, rows);
        let run = run_with(world, &["--csv", &path, "--keep-key"]);
        assert!(run.status == 0 && run.stderr.contains("key.csv`: it holds the key that you were given"), "{run:?}");
        assert_eq!(stored(world), given.0);
        forget_codes(world);
    }
    assert_eq!(run_with(world, &["--csv", "x", "--env"]).status, 2);
    std::fs::remove_file(world.path("key.csv")).expect("it is there");
}

#[test]
fn a_key_is_kept_on_request_or_if_aws_does_not_let_it_be_replaced() {
    let nothing = Nothing::on(Store::File, |u| u.mfa("phone").deny("iam:CreateAccessKey"));
    let world = &nothing.world;
    world.add("me", "some-user");
    let given = given(world);
    let run = run_with(world, &[]).fails(1);
    assert!(run.stderr.contains("CreateAccessKey") && run.stderr.contains("add `--keep-key`"), "{run:?}");
    let run = world.vault(["setup", "me", "--keep-key"]).run();
    assert!(
        run.status == 0 && run.stderr.contains("rotation: the key that you were given is kept; `vault rotate me` replaces it"),
        "{run:?}"
    );
    assert_eq!((stored(world), world.aws.key_statuses("some-user")), (given.0.clone(), vec![(given.0, true)]));
}

#[test]
fn each_role_gets_a_profile_even_if_two_accounts_have_roles_of_one_name() {
    let nothing = Nothing::on(Store::File, |u| u.mfa("phone"));
    let world = &nothing.world;
    world.add("me", "some-user");
    let other = "arn:aws:iam::210987654321:role/team/OpsSudo";
    let words = ["--keep-key", "--role", ROLE, "--role", other, "--role", "arn:aws:iam::123456789012:role/Reader"];
    let run = run_with(world, &words);
    assert_eq!(run.status, 0, "{run:?}");
    let config = world.read(".aws/config");
    for (name, arn) in [("OpsSudo", ROLE), ("me-OpsSudo", other), ("Reader", "arn:aws:iam::123456789012:role/Reader")] {
        assert!(config.contains(&format!("[profile {name}]\nsource_profile = me\nrole_arn = {arn}\n")), "{name}: {config}");
    }
    world.vault(["setup", "me", "--keep-key", "--role", other, "--role", ROLE]).run().ok();
    assert_eq!(world.read(".aws/config"), config, "the order does not matter");
}

#[test]
fn the_section_of_a_role_called_default_is_the_one_that_aws_tools_read() {
    let nothing = Nothing::on(Store::File, |u| u.mfa("phone"));
    let world = &nothing.world;
    world.add("me", "some-user");
    let role = "arn:aws:iam::123456789012:role/default";
    assert_eq!(run_with(world, &["--keep-key", "--role", role]).status, 0);
    let config = world.read(".aws/config");
    assert!(config.contains(&format!("\n[default]\nsource_profile = me\nrole_arn = {role}\n")), "{config}");
    assert!(!config.contains("[profile default]"), "{config}");
    // Once more, it is there already.
    world.vault(["setup", "me", "--keep-key", "--role", role]).run().ok();
    assert_eq!(world.read(".aws/config"), config);
}

/// A later run that made a device no longer remembers the interrupted one.
#[test]
fn a_device_that_was_enabled_before_the_run_ended_is_used() {
    use vault::ports::DeviceNote as _;
    for named in ["", "mfa_serial = arn:aws:iam::123456789012:mfa/phone\n"] {
        let nothing = Nothing::on(Store::File, |u| u.mfa("phone"));
        let world = &nothing.world;
        world.add("me", "some-user");
        world.write(".aws/config", format!("[profile me]\nregion = us-east-1\n{named}"));
        let user = vault::model::Arn::parse("arn:aws:iam::123456789012:user/some-user").expect("an ARN");
        let note = vault::sessions::DeviceFile::of_enrolment(&crate::support::steps::directories(world), &user);
        note.begin(&vault::model::MfaSerial::parse(&format!("{PREFIX}phone")).expect("a serial"));
        let run = run_with(world, &["--keep-key"]);
        assert!(run.status == 0 && run.stderr.contains("phone in a run that was interrupted: continuing with it"), "{run:?}");
        assert_eq!((note.begun(), world.aws.calls("CreateVirtualMFADevice")), (None, 0));
        assert!(world.read(".aws/config").contains(&format!("mfa_serial = {PREFIX}phone\n")));
    }
}

#[test]
fn a_user_with_several_devices_chooses_once() {
    let nothing = Nothing::on(Store::File, |u| u.mfa("phone").mfa("tablet"));
    let world = &nothing.world;
    world.add("me", "some-user");
    let code = world.aws.code_of(&format!("{PREFIX}tablet"));
    let setup = || Terminal::run(world.vault(["setup", "me", "-t", &code]));
    let mut terminal = setup();
    terminal.expect("user `some-user` has several MFA devices:");
    terminal.expect("Which one? [1-2, Enter: 1] ");
    terminal.type_line("2");
    terminal.expect("everything is set up");
    assert_eq!(terminal.wait().status, 0);
    let mut terminal = setup();
    terminal.expect(&format!("device: {PREFIX}tablet is already in the profile"));
    assert_eq!(terminal.wait().status, 0);
    // Without a terminal there is nobody to answer.
    world.write(".aws/config", "[profile me]\n");
    let run = world.vault(["setup", "me"]).run().fails(1);
    assert!(run.stderr.contains(&format!("to one of them: {PREFIX}phone, {PREFIX}tablet")), "{run:?}");
}

#[test]
fn another_users_role_profile_does_not_count_and_ours_counts_under_any_name() {
    let aws = StandIn::builder().user("some-user", |u| u.mfa("phone")).user("other", |u| u.mfa("tablet"));
    let world = World::with(aws.role("OpsSudo", |role| role).start(), "");
    world.add("me", "some-user");
    world.add("other", "other");
    world.write(".aws/config", format!("[profile me]\n\n[profile admin]\nsource_profile = me\nrole_arn = {ROLE}\n"));
    let run = run_with(&world, &["--keep-key", "--role", ROLE]);
    assert!(run.status == 0 && run.stderr.contains(&format!("role: {ROLE} already has the profile `admin`")), "{run:?}");
    for name in ["OpsSudo", "other-OpsSudo"] {
        let run = world.vault(["setup", "other", "--keep-key", "--role", ROLE]).code_of("other").run();
        assert_eq!(run.status, 0, "{run:?}");
        assert!(world.read(".aws/config").contains(&format!("[profile {name}]\nsource_profile = other\nrole_arn = {ROLE}\n")), "{run:?}");
        let config =
            world.read(".aws/config").replace("[profile OpsSudo]\nsource_profile = other", "[profile OpsSudo]\nsource_profile = me");
        world.write(".aws/config", config);
        forget_codes(&world);
    }
}

#[test]
fn a_key_other_than_the_stored_one_is_not_dropped_silently() {
    let nothing = world();
    let world = &nothing.world;
    let given = given(world);
    ends_well(world, setup(world), &given);
    let other = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let csv = |key: (&str, &str)| write_csv(world, &[("some-user", (key.0.to_owned(), key.1.to_owned()))]);
    for how in ["--stdin", "--env", "--csv"] {
        let with = |key: (&str, &str)| {
            let run = match how {
                "--csv" => world.command(&World::binary(), &["setup", "me", "--csv", &csv(key)]),
                _ => world.vault(["setup", "me", how]).stdin(&format!("{}\n{}\n", key.0, key.1)),
            };
            run.env("AWS_ACCESS_KEY_ID", key.0).env("AWS_SECRET_ACCESS_KEY", key.1).run()
        };
        let refused = with(other).fails(1);
        assert!(refused.stderr.contains("is already stored as `me`"), "{how}: {refused:?}");
        // `add` has no flag for a file; it prompts.
        let flag = if how == "--csv" { String::new() } else { format!(" {how}") };
        assert!(refused.stderr.contains(&format!("`vault add --force me{flag}`")), "{how}: {refused:?}");
        let again = with((&given.0, &given.1));
        assert_eq!(again.status, 0, "{how}: the replaced key is the one that was given: {again:?}");
    }
    std::fs::remove_file(world.path("key.csv")).expect("it was written here");
    // The same if the index does not know which key is stored.
    std::fs::remove_file(world.path(".local/share/vault/index.json")).expect("it is there");
    let run = world.vault(["setup", "me", "--env"]).env("AWS_ACCESS_KEY_ID", other.0).env("AWS_SECRET_ACCESS_KEY", other.1).run().fails(1);
    assert!(run.stderr.contains("is already stored as `me`"), "{run:?}");
}

#[test]
fn a_key_that_was_replaced_but_not_deactivated_is_not_reported_as_kept() {
    let nothing = Nothing::on(Store::File, |u| u.mfa("phone").deny("iam:UpdateAccessKey"));
    let world = &nothing.world;
    world.add("me", "some-user");
    let given = given(world);
    let run = run_with(world, &[]).fails(1);
    assert!(run.stderr.contains("UpdateAccessKey") && !run.stderr.contains("--keep-key"), "{run:?}");
    assert_ne!(stored(world), given.0);
    let run = world.vault(["setup", "me", "--keep-key"]).run();
    assert!(
        run.status == 0 && run.stderr.contains("rotation: the key was replaced already; the one that you were given is active"),
        "{run:?}"
    );
}

/// With an `mfa_serial` in the role's profile, the AWS CLI would ask for a code, which AWS refuses for the session that the link gives.
#[test]
fn after_a_link_the_aws_cli_uses_the_role_by_its_own_name_without_a_code() {
    let nothing = Nothing::on(Store::File, |u| u.mfa("phone"));
    let world = &nothing.world;
    world.add("me", "some-user");
    assert_eq!(run_with(world, &["--keep-key", "--region", "us-east-1", "--role", ROLE]).status, 0);
    world.vault(["link", "me"]).run().ok();
    let words = ["sts", "get-caller-identity", "--query", "Arn", "--output", "text", "--profile", "OpsSudo"];
    let arn = world.command(&crate::support::tools::program("aws"), &words).run().ok();
    assert!(arn.starts_with("arn:aws:sts::123456789012:assumed-role/OpsSudo/"), "{arn}");
    // The AWS CLI keeps the session that it made itself, unencrypted.
    std::fs::remove_dir_all(world.path(".aws/cli")).expect("it is there");
}
