//! The main job with other people's software: GNOME Keyring, `pass` and gpg, the AWS CLI, boto3, terraform, and moto as another AWS.
#![cfg(unix)]

mod auto;
mod aws_cli;
mod boto3;
mod keystore_states;
mod main_job;
mod moto;
mod terraform;
mod where_keys_are;
mod why;

use crate::support::pty::Terminal;
use crate::support::tools;
use crate::support::world::{Invocation, Run, TWO_PROFILES, World, usual_aws};

const PROMPT: &str = "MFA code for arn:aws:iam::123456789012:mfa/some-user: ";

/// Makes a client find `opssudo` by itself.
fn with_credential_process(profile: &str, of: &str) -> String {
    let binary = World::binary();
    format!("{TWO_PROFILES}\n[profile {profile}]\nregion = us-east-1\ncredential_process = {} credential-process {of}\n", binary.display())
}

impl World {
    /// The AWS CLI.
    fn aws_cli(&self, arguments: &[&str]) -> Invocation<'_> {
        self.command(&tools::program("aws"), arguments)
    }

    /// A Python program that may use boto3.
    fn python(&self, program: &str) -> Invocation<'_> {
        self.command(&tools::python(), &["-c", program])
    }

    /// `vault add NAME` with the user's key, checked with AWS.
    fn add_checked(&self, name: &str, key: &(String, String)) -> Run {
        self.vault(["add", name, "--env"]).env("AWS_ACCESS_KEY_ID", &key.0).env("AWS_SECRET_ACCESS_KEY", &key.1).run()
    }

    /// The keystores that `list` shows for a name.
    fn listed(&self, name: &str) -> Vec<String> {
        let json: serde_json::Value = serde_json::from_str(&self.vault(["list", "--json"]).run().ok()).expect("it is JSON");
        let rows = json.as_array().or_else(|| json["profiles"].as_array()).expect("profiles are listed");
        let row = rows.iter().find(|row| row["profile"] == name).unwrap_or_else(|| panic!("{name} is not listed: {json}"));
        row["keys"].as_array().expect("keys are listed").iter().map(|key| key["backend"].as_str().expect("a name").to_owned()).collect()
    }
}
