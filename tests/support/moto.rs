//! moto as an AWS that we did not write. boto3 creates users, keys and roles, and moto can check signatures.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::tools;
use super::world::World;

/// Creates a user with a key and a device, a role that the account may assume, and a bucket; prints their data for the test.
const SET_UP: &str = r#"
import boto3, json, sys
at = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
iam = boto3.client("iam", **at)
policy = lambda **rest: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **rest}]})
iam.create_user(UserName="some-user")
key = iam.create_access_key(UserName="some-user")["AccessKey"]
device = iam.create_virtual_mfa_device(VirtualMFADeviceName="some-user")["VirtualMFADevice"]
iam.enable_mfa_device(UserName="some-user", SerialNumber=device["SerialNumber"], AuthenticationCode1="123456", AuthenticationCode2="654321")
actions = ["iam:ListMFADevices", "iam:*AccessKey*", "sts:GetSessionToken", "sts:AssumeRole"]
iam.put_user_policy(UserName="some-user", PolicyName="some", PolicyDocument=policy(Action=actions, Resource="*"))
trust = policy(Action="sts:AssumeRole", Principal={"AWS": "arn:aws:iam::123456789012:user/some-user"})
iam.create_role(RoleName="OpsSudo", AssumeRolePolicyDocument=trust, MaxSessionDuration=43200)
iam.put_role_policy(RoleName="OpsSudo", PolicyName="some", PolicyDocument=policy(Action="s3:*", Resource="*"))
boto3.client("s3", **at).create_bucket(Bucket="some-bucket")
print(key["AccessKeyId"], key["SecretAccessKey"])
"#;

pub struct Moto {
    server: Child,
    pub url: String,
    /// The id and the secret of the user's key.
    pub key: (String, String),
}

impl Moto {
    /// Starts the server and runs [`SET_UP`]. Its `GetSessionToken` returns the constants of the AWS documentation.
    pub fn start(world: &World) -> Self {
        let mut server = Command::new(tools::program("moto_server"))
            .args(["-H", "127.0.0.1", "-p", "0"])
            .env_clear()
            .envs(world.variables())
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("moto can be started");
        let mut lines = BufReader::new(server.stderr.take().expect("stderr is piped")).lines().map_while(Result::ok);
        let url = lines.find_map(|line| Some(line[line.find("http://")?..].trim().to_owned()));
        // Later output is read too, so that moto never blocks on it.
        std::thread::spawn(move || lines.for_each(drop));
        let mut moto = Self { server, url: url.expect("moto says where it listens"), key: (String::new(), String::new()) };
        let key = world.command(&tools::python(), &["-c", SET_UP, &moto.url]).run().ok();
        moto.key = key.trim().split_once(' ').map(|(id, secret)| (id.to_owned(), secret.to_owned())).expect("an id and a secret");
        moto
    }

    /// From now on, every request must be signed by one of moto's own keys or role sessions and allowed by a policy. Sessions from
    /// `GetSessionToken` do not qualify.
    pub fn check_signatures(&self, world: &World) {
        let post = "import sys, urllib.request as r; \
                    r.urlopen(r.Request(sys.argv[1] + '/moto-api/reset-auth', b'0', {'content-type': 'text/plain'})).read()";
        world.command(&tools::python(), &["-c", post, &self.url]).run().ok();
    }

    /// Forgets everything that was made in it.
    pub fn reset(&self, world: &World) {
        let post = "import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1] + '/moto-api/reset', b'')).read()";
        world.command(&tools::python(), &["-c", post, &self.url]).run().ok();
    }

    /// The output of a boto3 script with made-up credentials, which uses the IAM client as `iam`.
    pub fn ask(&self, world: &World, script: &str) -> String {
        let client = "iam = boto3.client('iam', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='test', aws_secret_access_key='test')";
        world.command(&tools::python(), &["-c", &format!("import boto3, sys\n{client}\n{script}"), &self.url]).run().ok()
    }

    /// The ids of the user's keys and whether each is active, oldest first.
    pub fn keys(&self, world: &World) -> Vec<(String, bool)> {
        let script = "for key in iam.list_access_keys(UserName='some-user')['AccessKeyMetadata']: print(key['AccessKeyId'], key['Status'])";
        let listed = self.ask(world, script);
        listed.lines().filter_map(|line| line.split_once(' ')).map(|(id, status)| (id.to_owned(), status == "Active")).collect()
    }

    /// Makes every command of the world use this AWS instead of the stand-in.
    pub fn enter(&self, world: &mut World) {
        world.set("AWS_ENDPOINT_URL", &self.url);
        world.keep_secret(&self.key.1);
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
