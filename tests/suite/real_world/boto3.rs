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
fn boto3_may_ask_again_as_often_as_it_likes() {
    // boto3 tries to renew what lasts less than a quarter of an hour whenever it is used.
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
