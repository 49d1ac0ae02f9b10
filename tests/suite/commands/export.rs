//! `export` in every format: the real shells and tools read back exactly the same values.

use std::collections::BTreeMap;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::world::World;

use super::{shown, signed_in, variables};

fn exported(world: &World, profile: &str, format: &str) -> String {
    let run = world.vault(["export", profile, "--format", format]).hands_over().run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{format}: nothing but data");
    run.stdout
}

/// The variables that the child of `exec` gets; every format contains the same.
fn handed_over(world: &World, profile: &str) -> BTreeMap<String, String> {
    let mut seen = variables(&world.vault(["exec", profile, "--", "env"]).hands_over().run().ok());
    seen.retain(|name, _| name.starts_with("AWS_") && !name.starts_with("AWS_VAULT") && name != "AWS_ENDPOINT_URL");
    seen.remove("AWS_EC2_METADATA_DISABLED");
    assert!(seen.contains_key("AWS_SESSION_TOKEN"), "{:?}", seen.keys());
    seen
}

/// Runs `script` in a shell and returns the variables that the shell then exports.
fn read_by(world: &World, shell: &[&str], script: &str) -> BTreeMap<String, String> {
    world.write("script", script);
    let run = world.command(Path::new(shell[0]), &shell[1..]).hands_over().run();
    // It holds secrets, which no file may contain at the end.
    std::fs::remove_file(world.path("script")).expect("the script can be removed");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{shell:?}");
    let mut seen = variables(&run.stdout);
    seen.retain(|name, _| name.starts_with("AWS_") && !name.starts_with("AWS_VAULT") && name != "AWS_ENDPOINT_URL");
    seen.remove("AWS_EC2_METADATA_DISABLED");
    seen
}

/// Whether the shell is on this machine. `tests/run` installs those that Debian has.
fn has(world: &World, shell: &str) -> bool {
    world.command(Path::new("sh"), &["-c", &format!("command -v {shell} >/dev/null")]).run().status == 0
}

#[test]
fn each_format_prints_the_session() {
    let world = signed_in();
    let secret = |text: String| {
        let mut text = text;
        for secret in world.aws.all_secrets() {
            text = text.replace(&secret, "[secret]");
        }
        super::redaction::redacted(&world, &text)
    };
    let formats = ["env", "dotenv", "json", "ini", "fish", "powershell", "nushell", "cmd"];
    let all = formats.map(|format| format!("# {format}\n{}", secret(exported(&world, "read-only", format)))).concat();
    assert_snapshot!(all, @r#"
    # env
    export AWS_ACCESS_KEY_ID='[ASIA…]'
    export AWS_SECRET_ACCESS_KEY='[secret]'
    export AWS_SESSION_TOKEN='[secret]'
    export AWS_SECURITY_TOKEN='[secret]'
    export AWS_CREDENTIAL_EXPIRATION='[time]'
    export AWS_ACCOUNT_ID='123456789012'
    export AWS_REGION='us-east-1'
    export AWS_DEFAULT_REGION='us-east-1'
    export AWS_VAULT_FROM_PROFILE='AWS_REGION:487d6534,AWS_DEFAULT_REGION:487d6534'
    # dotenv
    AWS_ACCESS_KEY_ID=[ASIA…]
    AWS_SECRET_ACCESS_KEY=[secret]
    AWS_SESSION_TOKEN=[secret]
    AWS_SECURITY_TOKEN=[secret]
    AWS_CREDENTIAL_EXPIRATION=[time]
    AWS_ACCOUNT_ID=123456789012
    AWS_REGION=us-east-1
    AWS_DEFAULT_REGION=us-east-1
    # json
    {"Version":1,"AccessKeyId":"[ASIA…]","SecretAccessKey":"[secret]","SessionToken":"[secret]","Expiration":"[time]","AccountId":"123456789012"}
    # ini
    [read-only]
    aws_access_key_id = [ASIA…]
    aws_secret_access_key = [secret]
    aws_session_token = [secret]
    aws_credential_expiration = [time]
    aws_account_id = 123456789012
    region = us-east-1
    # fish
    set -gx AWS_ACCESS_KEY_ID '[ASIA…]'
    set -gx AWS_SECRET_ACCESS_KEY '[secret]'
    set -gx AWS_SESSION_TOKEN '[secret]'
    set -gx AWS_SECURITY_TOKEN '[secret]'
    set -gx AWS_CREDENTIAL_EXPIRATION '[time]'
    set -gx AWS_ACCOUNT_ID '123456789012'
    set -gx AWS_REGION 'us-east-1'
    set -gx AWS_DEFAULT_REGION 'us-east-1'
    set -gx AWS_VAULT_FROM_PROFILE 'AWS_REGION:487d6534,AWS_DEFAULT_REGION:487d6534'
    # powershell
    $env:AWS_ACCESS_KEY_ID = '[ASIA…]'
    $env:AWS_SECRET_ACCESS_KEY = '[secret]'
    $env:AWS_SESSION_TOKEN = '[secret]'
    $env:AWS_SECURITY_TOKEN = '[secret]'
    $env:AWS_CREDENTIAL_EXPIRATION = '[time]'
    $env:AWS_ACCOUNT_ID = '123456789012'
    $env:AWS_REGION = 'us-east-1'
    $env:AWS_DEFAULT_REGION = 'us-east-1'
    $env:AWS_VAULT_FROM_PROFILE = 'AWS_REGION:487d6534,AWS_DEFAULT_REGION:487d6534'
    # nushell
    {"AWS_ACCESS_KEY_ID": "[ASIA…]", "AWS_SECRET_ACCESS_KEY": "[secret]", "AWS_SESSION_TOKEN": "[secret]", "AWS_SECURITY_TOKEN": "[secret]", "AWS_CREDENTIAL_EXPIRATION": "[time]", "AWS_ACCOUNT_ID": "123456789012", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_VAULT_FROM_PROFILE": "AWS_REGION:487d6534,AWS_DEFAULT_REGION:487d6534"}
    # cmd
    set "AWS_ACCESS_KEY_ID=[ASIA…]"
    set "AWS_SECRET_ACCESS_KEY=[secret]"
    set "AWS_SESSION_TOKEN=[secret]"
    set "AWS_SECURITY_TOKEN=[secret]"
    set "AWS_CREDENTIAL_EXPIRATION=[time]"
    set "AWS_ACCOUNT_ID=123456789012"
    set "AWS_REGION=us-east-1"
    set "AWS_DEFAULT_REGION=us-east-1"
    set "AWS_VAULT_FROM_PROFILE=AWS_REGION:487d6534,AWS_DEFAULT_REGION:487d6534"
    "#);
    assert_eq!(exported(&world, "read-only", "env"), world.vault(["export", "read-only"]).hands_over().run().ok(), "`env` is the default");
}

#[test]
fn sh_and_bash_read_it_back() {
    let world = signed_in();
    let expected = handed_over(&world, "read-only");
    let script = format!("{}\nenv\n", exported(&world, "read-only", "env"));
    assert_eq!(read_by(&world, &["sh", "script"], &script), expected);
    assert_eq!(read_by(&world, &["bash", "script"], &script), expected);
    // As in the help.
    let eval = format!("eval \"$('{}' export read-only)\"\nenv\n", World::binary().display());
    assert_eq!(read_by(&world, &["sh", "script"], &eval), expected);
}

#[test]
fn every_other_shell_of_this_machine_reads_it_back() {
    let world = signed_in();
    let expected = handed_over(&world, "read-only");
    for (shell, format, words) in [
        ("zsh", "env", &["zsh", "-f", "script"][..]),
        ("fish", "fish", &["fish", "--no-config", "script"]),
        ("pwsh", "powershell", &["pwsh", "-NoProfile", "-File", "script"]),
    ] {
        if !has(&world, shell) {
            eprintln!("left out: `{shell}` is not on this machine");
            continue;
        }
        let script = format!("{}\nenv\n", exported(&world, "read-only", format));
        assert_eq!(read_by(&world, words, &script), expected, "{shell}");
    }
}

#[test]
fn nushell_loads_it_without_a_file() {
    let world = signed_in();
    // This part of NUON is JSON.
    let mut record: BTreeMap<String, String> = serde_json::from_str(&exported(&world, "read-only", "nushell")).expect("it is one record");
    record.retain(|name, _| !name.starts_with("AWS_VAULT"));
    let expected = handed_over(&world, "read-only");
    assert_eq!(record, expected);
    if !has(&world, "nu") {
        eprintln!("left out: `nu` is not on this machine");
        return;
    }
    // As in the help.
    let script = format!("'{}' export read-only --format nushell | from nuon | load-env; ^env", World::binary().display());
    assert_eq!(read_by(&world, &["nu", "--no-config-file", "script"], &script.replacen('\'', "^'", 1)), expected);
}

/// How `docker run --env-file` reads a file (`docker/cli`, `kvfile`): everything after the first `=` is the value, unchanged.
fn read_by_docker(file: &str) -> BTreeMap<String, String> {
    let lines = file.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn docker_and_a_shell_read_a_dotenv_file_alike() {
    let world = signed_in();
    for profile in ["read-only", "opssudo"] {
        let file = exported(&world, profile, "dotenv");
        let expected = handed_over(&world, profile);
        assert_eq!(read_by_docker(&file), expected);
        assert_eq!(read_by(&world, &["sh", "script"], &format!("set -a\n{file}\nenv\n")), expected);
    }
}

#[test]
fn a_value_that_docker_and_a_shell_read_differently_is_not_written() {
    for secret in ["a b", "a$b", "#a", "'a'", "a\\\\b", "~/a", "a;b"] {
        let world = World::with(crate::support::world::usual_aws(), "");
        world.write("source", format!(r#"{{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"{secret}","SessionToken":"t"}}"#));
        world.write(".aws/config", format!("[profile odd]\ncredential_process = cat {}\n", world.path("source").display()));
        let run = world.vault(["export", "odd", "--format", "dotenv"]).run().fails(1);
        assert!(run.stderr.starts_with("vault: `AWS_SECRET_ACCESS_KEY` holds a character"), "{secret}: {run:?}");
    }
}

#[test]
fn aws_tools_read_an_ini_section() {
    let world = signed_in();
    let expected = handed_over(&world, "opssudo");
    let ini = exported(&world, "opssudo", "ini");
    let mut lines = ini.lines();
    assert_eq!(lines.next(), Some("[opssudo]"));
    let pairs: BTreeMap<_, _> = lines.filter_map(|line| line.split_once(" = ")).collect();
    for (key, name) in [
        ("aws_access_key_id", "AWS_ACCESS_KEY_ID"),
        ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
        ("aws_session_token", "AWS_SESSION_TOKEN"),
    ] {
        assert_eq!(pairs[key], expected[name], "{key}");
    }
}

#[test]
fn output_of_another_program_cannot_become_a_shell_command() {
    let world = World::with(crate::support::world::usual_aws(), "");
    world.write("source", r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"s\"&calc&\"","SessionToken":"t\nt"}"#);
    world.write(".aws/config", format!("[profile odd]\ncredential_process = cat {}\n", world.path("source").display()));
    let run = world.vault(["export", "odd", "--format", "cmd"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: `AWS_SECRET_ACCESS_KEY` holds a character that cannot be written safely in this format
    hint: use `--format json`, or `vault exec`
    ");
    let run = world.vault(["export", "odd"]).run().fails(1);
    assert!(run.stderr.starts_with("vault: `AWS_SESSION_TOKEN` holds a character"), "{run:?}");
    world.vault(["export", "odd", "--format", "json"]).run().ok();
}

/// A world whose profile `odd` gets another program's credentials, and has these lines.
fn odd_world(lines: &str) -> World {
    let world = World::with(crate::support::world::usual_aws(), "");
    world.write("source", r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t"}"#);
    world.write(".aws/config", format!("[profile odd]\ncredential_process = cat {}\n{lines}", world.path("source").display()));
    world
}

// Security: the author of a config file must not be able to run commands in its user's shell.
#[test]
fn the_name_of_a_service_cannot_become_a_shell_command() {
    let names = [
        "s3;$'\\164\\157\\165\\143\\150'$IFS$HOME/pwned;x",
        "s3=$(touch pwned)",
        "s3`touch pwned`",
        "s3,AWS_REGION:00000000",
        "s3'",
        "s3/",
    ];
    let sections: String = names.iter().map(|name| format!("{name} =\n  endpoint_url = https://evil.example.com\n")).collect();
    let config = format!("services = s\n[services s]\n{sections}dynamo-db =\n  endpoint_url = https://db.example.com\n");
    let mut world = odd_world(&config);
    world.unset("AWS_ENDPOINT_URL");
    for format in ["env", "fish", "powershell", "cmd", "nushell", "dotenv", "ini"] {
        let text = exported(&world, "odd", format);
        assert!(!text.contains("evil") && !text.contains("touch"), "{format}: {text}");
        assert_eq!(text.contains("AWS_ENDPOINT_URL_DYNAMO_DB"), format != "ini", "{format}: {text}");
    }
    let seen = read_by(&world, &["bash", "script"], &format!("{}env\n", exported(&world, "odd", "env")));
    assert_eq!(seen["AWS_ENDPOINT_URL_DYNAMO_DB"], "https://db.example.com");
    assert!(!world.path("pwned").exists());
    let seen = variables(&world.vault(["exec", "odd", "--", "env"]).hands_over().run().ok());
    assert!(!seen.values().any(|value| value.contains("evil")), "{seen:?}");
    let said = seen["AWS_VAULT_FROM_PROFILE"].split(',').map(|entry| entry.split_once(':').map(|(name, _)| name)).collect::<Vec<_>>();
    assert_eq!(said, [Some("AWS_ENDPOINT_URL_DYNAMO_DB")]);
}

#[test]
fn a_setting_that_a_format_cannot_express_is_left_out() {
    let mut world =
        odd_world("cli_pager = less -R\nca_bundle = /my certs/a%b.pem\nsdk_ua_app_id = \u{e9}\nsigv4a_signing_region_set = *\n");
    world.unset("AWS_ENDPOINT_URL");
    for (format, left_out) in [
        ("env", &["AWS_SDK_UA_APP_ID"][..]),
        ("fish", &["AWS_SDK_UA_APP_ID"]),
        ("cmd", &["AWS_CA_BUNDLE", "AWS_SDK_UA_APP_ID"]),
        ("ini", &["AWS_CA_BUNDLE", "AWS_SDK_UA_APP_ID", "AWS_PAGER"]),
        ("dotenv", &["AWS_CA_BUNDLE", "AWS_SIGV4A_SIGNING_REGION_SET", "AWS_SDK_UA_APP_ID", "AWS_PAGER"]),
    ] {
        // Another profile's value in the shell is still removed.
        let run = world
            .vault(["export", "odd", "--format", format])
            .env("AWS_VAULT_FROM_PROFILE", "AWS_SDK_UA_APP_ID:2d711642")
            .env("AWS_SDK_UA_APP_ID", "x")
            .hands_over()
            .run();
        assert_eq!(run.status, 0, "{format}: {run:?}");
        let expected: String = left_out
            .iter()
            .map(|name| format!("vault: note: `{name}` is left out: the profile's value for it cannot be written safely in this format\n"))
            .collect();
        assert_eq!(run.stderr, expected, "{format}");
        assert!(run.stdout.contains("ASIAX"), "{format}");
        assert_eq!(run.stdout.contains("unset AWS_SDK_UA_APP_ID\n"), format == "env", "{}", run.stdout);
    }
}

#[test]
fn an_unknown_format_is_reported_with_the_known_ones() {
    let world = signed_in();
    let run = world.vault(["export", "read-only", "--format", "yaml"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 2
    stderr:
    vault: invalid value `yaml` for `--format <FORMAT>`
    hint: use one of `env`, `dotenv`, `json`, `ini`, `fish`, `powershell`, `nushell`, `cmd`
    hint: `vault export --help` shows the options and an example
    ");
}
