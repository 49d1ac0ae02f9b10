//! boto3, as a child of `exec` and through `credential_process`.

use super::*;

const BUCKETS: &str = "\
import boto3, sys
client = boto3.Session(profile_name=sys.argv[1] if sys.argv[1:] else None).client('s3')
print([bucket['Name'] for bucket in client.list_buckets()['Buckets']])
";

#[test]
fn boto3_under_exec_uses_the_role() {
    let world = World::with_key();
    let who = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])";
    let python = tools::python().display().to_string();
    let arn = world.vault(["exec", "opssudo", "--region", "us-east-1", "--", &python, "-c", who]).code_of("some-user").run().ok();
    assert!(arn.starts_with("arn:aws:sts::123456789012:assumed-role/OpsSudo/"), "{arn}");
    let buckets = world.vault(["exec", "read-only", "--", &python, "-c", BUCKETS]).run().ok();
    assert_eq!(buckets, "['some-bucket']\n");
}

#[test]
fn boto3_asks_for_a_code_through_credential_process() {
    let world = World::with(usual_aws(), &with_credential_process("ops", "opssudo"));
    world.add("read-only", "some-user");
    let mut terminal = Terminal::run_behind_pipes(world.python(BUCKETS).arg("ops"));
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.stdout.as_str()), (0, "['some-bucket']\n"), "{ended:?}");
    assert_eq!(world.python(BUCKETS).arg("ops").run().ok(), "['some-bucket']\n");
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")), (1, 1));
}

#[test]
fn boto3_may_request_credentials_again_and_again() {
    // boto3 tries to renew credentials with less than a quarter of an hour left at each use.
    let config = with_credential_process("ops", "opssudo --duration 15m");
    let world = World::with(usual_aws(), &config);
    world.add("read-only", "some-user");
    world.vault(["exec", "opssudo", "--duration", "15m", "--", "true"]).code_of("some-user").run().ok();
    let program = BUCKETS.replace("print", "[client.list_buckets() for _ in range(3)]\nprint");
    assert_eq!(world.python(&program).arg("ops").run().ok(), "['some-bucket']\n");
    assert_eq!((world.aws.answered("ListBuckets"), world.aws.calls("AssumeRole")), (4, 1));
}

#[test]
fn boto3_without_a_terminal_raises_our_error() {
    let world = World::with(usual_aws(), &with_credential_process("ops", "opssudo"));
    world.add("read-only", "some-user");
    let run = world.python(BUCKETS).arg("ops").run().fails(1);
    assert!(run.stderr.contains("CredentialRetrievalError") && run.stderr.contains("this process has no terminal"), "{run:?}");
}

/// A client's behaviour: its hosts and number of attempts.
const SETTINGS: &str = "\
import boto3, json
session = boto3.Session()
def of(service):
    client = session.client(service, region_name=session.region_name or 'us-west-2', aws_access_key_id='a', aws_secret_access_key='b')
    config = client.meta.config
    return [client.meta.endpoint_url, config.retries.get('mode'), config.retries.get('total_max_attempts') or 3, config.request_checksum_calculation,
            config.response_checksum_validation, config.account_id_endpoint_mode, config.defaults_mode, config.disable_request_compression,
            config.request_min_compression_size_bytes]
print(json.dumps({'region': session.region_name, **{service: of(service) for service in ['iam', 's3', 'sts']}}))
";

#[test]
fn boto3_does_the_same_under_exec_as_with_the_profile_whatever_default_says() {
    const URL: &str = "endpoint_url = http://127.0.0.1:9\n";
    let mut world = World::with_key();
    world.unset("AWS_ENDPOINT_URL");
    world.write("source", r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"x-secret","SessionToken":"x-token"}"#);
    let source = format!("credential_process = cat {}\n", world.path("source").display());
    let python = tools::python().display().to_string();
    for (default, own, (name, value)) in [
        (URL, "", ("UNUSED", "")),
        ("services = s\n", "", ("UNUSED", "")),
        (URL, "endpoint_url = http://127.0.0.2:9\n", ("UNUSED", "")),
        (URL, "", ("AWS_ENDPOINT_URL", "http://127.0.0.2:9")),
        ("ignore_configured_endpoint_urls = true\n", "endpoint_url = http://127.0.0.2:9\n", ("UNUSED", "")),
        ("use_fips_endpoint = true\n", "", ("UNUSED", "")),
        ("use_dualstack_endpoint = true\nretry_mode = adaptive\nmax_attempts = 9\n", "", ("UNUSED", "")),
        ("use_dualstack_endpoint = false\n", "use_dualstack_endpoint = true\n", ("UNUSED", "")),
        ("use_fips_endpoint = true\n", "", ("AWS_USE_FIPS_ENDPOINT", "true")),
        ("max_attempts = 9\n", "retry_mode = adaptive\n", ("UNUSED", "")),
        (
            "sts_regional_endpoints = legacy\ndefaults_mode = in-region\nrequest_checksum_calculation = when_required\n\
             response_checksum_validation = when_required\naccount_id_endpoint_mode = required\ndisable_request_compression = true\n\
             request_min_compression_size_bytes = 1\n",
            "",
            ("UNUSED", ""),
        ),
    ] {
        let own = format!("region = us-east-1\n{own}");
        world.write(
            ".aws/config",
            format!("[default]\nregion = eu-west-1\n{default}[profile p]\n{source}{own}[services s]\niam =\n  endpoint_url = http://127.0.0.3:9\n"),
        );
        let with_profile = world.python(SETTINGS).env("AWS_PROFILE", "p").env(name, value).run().ok();
        // `--server` gives the same, as other tests show.
        let under_exec = world.vault(["exec", "p", "--", &python, "-c", SETTINGS]).env(name, value).run().ok();
        assert_eq!(under_exec, with_profile, "{default} {own} {name}");
    }
}
