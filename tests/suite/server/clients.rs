//! Real clients: boto3 and the AWS CLI as the command find the endpoint by themselves and renew in time.

use super::renewal::ASK;
use super::*;

const SETTINGS: &str = "expiry_window = \"0s\"\n";

/// Lists the buckets every twenty seconds of the world's clock, for this many seconds; prints how often, and with how many sessions.
const FOR_A_WHILE: &str = "\
import boto3
client = boto3.client('s3')
keys, calls, passed = set(), 0, 0
while passed < int(sys.argv[1]):
    assert [bucket['Name'] for bucket in client.list_buckets()['Buckets']] == ['some-bucket']
    keys.add(client._request_signer._credentials.get_frozen_credentials().access_key)
    calls += 1
    later(20)
    passed += 20
print(calls, len(keys))
";

/// One boto3 session each in this many threads, which all begin at once. They share only the descriptions of the services.
const THREADS: &str = "\
import boto3, botocore.loaders, botocore.session, sys, threading
count, failures, keys = int(sys.argv[1]), [], set()
descriptions = botocore.loaders.create_loader()
[descriptions.load_service_model('s3', kind) for kind in ('service-2', 'endpoint-rule-set-1')]
descriptions.load_data('endpoints'), descriptions.load_data_with_path('partitions')
def new_session():
    core = botocore.session.Session()
    core.register_component('data_loader', descriptions)
    return boto3.Session(botocore_session=core)
gate = threading.Barrier(count)
def work():
    try:
        session = new_session()
        gate.wait()
        if use: session.client('s3').list_buckets()
        keys.add(session.get_credentials().get_frozen_credentials().access_key)
    except Exception as error: failures.append(repr(error))
threads = [threading.Thread(target=work) for _ in range(count)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(failures), len(keys), failures[:1])
";

impl World {
    fn boto3_served(&self, profile: &str, program: &str, argument: &str) -> crate::support::world::Invocation<'_> {
        let python = tools::python().display().to_string();
        self.vault(["exec", "--server", "--region", "us-east-1", profile, "--", &python, "-c", program, argument])
    }
}

#[test]
fn boto3_uses_the_endpoint() {
    let world = signed_in();
    let who = "import boto3; s = boto3.Session(); print(s.get_credentials().method, s.client('sts').get_caller_identity()['Arn'])";
    let out = world.boto3_served("opssudo", who, "").run().ok();
    assert!(out.starts_with("container-role arn:aws:sts::123456789012:assumed-role/OpsSudo/"), "{out}");
}

#[test]
fn the_aws_cli_uses_the_endpoint() {
    let world = signed_in();
    let aws = tools::program("aws").display().to_string();
    let out = world.vault(["exec", "--server", "--region", "us-east-1", "opssudo", "--", &aws, "s3", "ls"]).run().ok();
    assert!(out.trim_end().ends_with("some-bucket"), "{out}");
    let listed =
        world.vault(["exec", "--server", "--region", "us-east-1", "opssudo", "--", &aws, "configure", "list"]).hands_over().run().ok();
    assert!(listed.contains("container-role"), "{listed}");
    let who = world
        .vault(["exec", "--server", "--region", "us-east-1", "opssudo", "--", &aws, "sts", "get-caller-identity", "--query", "Arn"])
        .run()
        .ok();
    assert!(who.contains("assumed-role/OpsSudo/"), "{who}");
}

#[test]
fn a_role_session_that_ends_many_times_is_renewed_each_time_without_a_code() {
    let mut world = signed_in();
    world.own_clock();
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.forget_requests();
    let served = world.boto3_served("opssudo", &format!("{ASK}{FOR_A_WHILE}"), "3000").env("AWS_VAULT_DURATION", "15m").run().ok();
    let numbers: Vec<usize> = served.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    let &[calls, sessions] = numbers.as_slice() else { panic!("two numbers: {served}") };
    let renewals = world.aws.calls("AssumeRole");
    println!("calls to S3: {calls}, sessions: {sessions}, AssumeRole: {renewals}, GetSessionToken: {}", world.aws.calls("GetSessionToken"));
    assert!(sessions >= 4, "fifty minutes are more than three lifetimes, but {sessions} sessions were seen");
    // Each is renewed at half its lifetime: every seven and a half minutes, and once or twice more at the start.
    assert!((4..=10).contains(&renewals), "{renewals} calls of AssumeRole");
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.answered("ListBuckets")), (0, calls), "no code, and no failed call");
}

#[test]
fn the_aws_cli_keeps_working_over_many_sessions() {
    let mut world = signed_in();
    world.own_clock();
    world.write(".config/vault/config.toml", SETTINGS);
    world.aws.forget_requests();
    let aws = tools::program("aws").display().to_string();
    world.write("later", format!("{ASK}later(300)\n"));
    let script = format!("for i in 1 2 3 4 5 6 7 8; do {aws} s3 ls || exit 1; python3 later || exit 1; done");
    let out =
        world.vault(["exec", "--server", "--region", "us-east-1", "opssudo", "--duration", "15m", "--", "sh", "-c", &script]).run().ok();
    assert_eq!(out.matches("some-bucket").count(), 8, "{out}");
    let renewals = world.aws.calls("AssumeRole");
    assert!((3..=16).contains(&renewals), "{renewals} calls of AssumeRole");
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

#[test]
fn fifty_threads_cause_one_call() {
    let world = signed_in();
    world.aws.forget_requests();
    let out = world.boto3_served("opssudo", &format!("use = True\n{THREADS}"), "50").run().ok();
    assert_eq!(out, "0 1 []\n");
    assert_eq!((world.aws.calls("AssumeRole"), world.aws.calls("GetSessionToken")), (1, 0));
}

#[test]
fn fifty_threads_with_an_old_session_cause_one_renewal() {
    let mut world = signed_in();
    world.own_clock();
    world.write(".config/vault/config.toml", SETTINGS);
    // The session is past half its lifetime when the threads begin, and the next one lasts until they are done.
    let program = format!("{ASK}later(480); use = False\n{THREADS}");
    world.aws.forget_requests();
    let out = world.boto3_served("opssudo", &program, "50").env("AWS_VAULT_DURATION", "15m").run().ok();
    assert_eq!(out, "0 1 []\n");
    assert_eq!((world.aws.calls("AssumeRole"), world.aws.calls("GetSessionToken")), (2, 0), "the first call, and one for all threads");
}

#[test]
fn a_key_in_a_boto_file_does_not_win_over_the_endpoint() {
    let world = signed_in();
    let python = tools::python().display().to_string();
    let who = "import boto3, os; print(boto3.Session().get_credentials().method, os.environ.get('BOTO_CONFIG'))";
    let said = |path: Option<&str>| {
        let command = world.vault(["exec", "--server", "read-only", "--", &python, "-c", who]);
        path.into_iter().fold(command, |command, path| command.env("BOTO_CONFIG", path)).run().ok()
    };
    let key = "[Credentials]\nAWS_ACCESS_KEY_ID = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n";
    world.write("with", key);
    world.write("without", "[Credentials]\ngs_access_key_id = x\n");
    let (with, without) = (world.path("with").display().to_string(), world.path("without").display().to_string());
    for (path, expected) in [
        (None, "None"),
        (Some(with.as_str()), "/dev/null"),
        (Some("~/with"), "/dev/null"),
        (Some("$HOME/with"), "/dev/null"),
        (Some(without.as_str()), without.as_str()),
        (Some("/no/such/file"), "/no/such/file"),
        (Some(""), ""),
    ] {
        assert_eq!(said(path), format!("container-role {expected}\n"), "{path:?}");
    }
    world.write(".boto", key);
    assert_eq!(said(None), "container-role /dev/null\n");
    assert_eq!(said(Some(&without)), format!("container-role {without}\n"), "that file is not read then");
    // Google's settings stay.
    world.write(".boto", "[GSUtil]\ndefault_project_id = x\n");
    assert_eq!(said(None), "container-role None\n");
    // Keys in the environment win anyway.
    world.write(".boto", key);
    let plain = world.vault(["exec", "read-only", "--", &python, "-c", who]).run().ok();
    assert_eq!(plain, "env None\n");
}
