//! The third act: what is wrong with this machine, why AWS said no, and who in the account has no MFA.

use std::path::Path;

use serde_json::Value;

use crate::support::aws::StandIn;
use crate::support::steps::signed_in_at;
use crate::support::world::{Run, World};
use crate::{S3_LS, Tour};

/// An account with an administrator and with a user who has no MFA.
fn world() -> World {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .user("bob", |user| user)
        .role("OpsSudo", |role| role.require_mfa())
        .bucket("some-bucket")
        .keep_refusals()
        .start();
    signed_in_at(aws)
}

fn ids(run: &Run) -> Vec<String> {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    let findings = document["findings"].as_array().or_else(|| document.as_array()).cloned().unwrap_or_default();
    findings.iter().filter_map(|finding| finding["id"].as_str().map(str::to_owned)).collect()
}

impl Tour {
    pub fn third_act(&mut self) {
        println!("\nThird act: what is wrong, and why\n");
        self.world = world();
        self.doctor();
        self.why();
        self.audit();
    }

    fn doctor(&mut self) {
        let config = self.world.read(".aws/config");
        let spoilt = format!("{config}\n[profile staging]\nregion = us-east-1\nmfa_seral = arn:aws:iam::123456789012:mfa/some-user\n");
        self.world.write(".aws/config", spoilt);
        let found = self.world.vault(["doctor", "--json"]).run();
        let right = ids(&found).contains(&"unknown-key".to_owned()) && found.stdout.contains("`mfa_serial`");
        self.step("`doctor` finds a misspelt key in the config and suggests the right name", "vault doctor", right, &found);
        println!("      {}", ids(&found).join(" "));

        self.world.write(".aws/config", config);
        let fixed = self.world.vault(["doctor", "--fix"]).run();
        let healthy = self.world.vault(["doctor", "opssudo"]).run();
        let right = fixed.status == 0 && healthy.status == 0 && healthy.stdout.is_empty();
        self.step("after the correction and `--fix`, `doctor` finds nothing", "vault doctor opssudo", right, &healthy);
    }

    fn why(&mut self) {
        let myself = std::env::current_exe().expect("the path of this program is known").display().to_string();
        let (id, secret) = self.world.aws.user("some-user").access_key();
        let bare = self.world.command(Path::new(&myself), &[S3_LS]);
        let refused = bare.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run();
        let run = self.world.vault(["why", "--json", "read-only"]).stdin(&refused.stdout).run();
        let causes = ids(&run);
        let right =
            causes.first().is_some_and(|cause| cause == "mfa-absent") && self.world.aws.answered("GetRequestAuthorizationDetails") == 1;
        self.step(
            "AWS says what was missing from the refused request, so nothing is guessed",
            "aws s3 ls 2>&1 | vault why read-only",
            right,
            &run,
        );
        println!("      {}", causes.join(" "));

        let shown = self.world.vault(["why", "read-only"]).stdin(&refused.stdout).run();
        let right = shown.status == 0 && shown.stdout.contains("\"iam:ChangePassword\"");
        self.step("the statement that denied it has a mistake, and its corrected form is printed", "vault why read-only", right, &shown);

        let text = "An error occurred (AccessDenied) when calling the GetSessionToken operation: MultiFactorAuthentication failed with invalid MFA one time pass code. ";
        let offline = self.world.vault(["why", "--offline", "--json", text]).run();
        let right =
            offline.status == 0 && ids(&offline).first().is_some_and(|cause| cause == "mfa-code") && offline.stdout.contains("guess 1: ");
        self.step("AWS gives the same error for three causes: vault ranks its guesses", "vault why --offline '…'", right, &offline);
    }

    fn audit(&mut self) {
        let run = self.world.vault(["audit", "read-only", "--json", "--fail-on", "high"]).run();
        let right = run.status == 1 && run.stdout.contains("\"bob\"") && ids(&run).contains(&"key-no-mfa".to_owned());
        self.step("`audit` finds the user without MFA and ends with status 1", "vault audit read-only --fail-on high", right, &run);
        let table = self.world.vault(["audit", "read-only", "--format", "markdown"]).run();
        self.step("the same as a table to paste", "vault audit read-only --format markdown", table.stdout.contains("| bob |"), &table);
        // A title, the count and the head of the table come first.
        for line in table.stdout.lines().take(9) {
            println!("      {line}");
        }
    }
}
