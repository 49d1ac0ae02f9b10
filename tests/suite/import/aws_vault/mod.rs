//! aws-vault's stores, with items as aws-vault writes them.

mod file;
mod lines;
mod pass;
mod secret_service;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Elsewhere;

/// Typical names.
const NAMES: [(&str, &str); 3] = [("jon", "alice"), ("team a/prod eu", "bob"), ("größe 本番 100%", "carol")];

/// Other items that aws-vault keeps.
const SESSIONS: [&str; 3] = ["sts.GetSessionToken,am9u,YXJu,1700000000", "oidc:https://x", "jon session (1700000000)"];

/// The key of the user as aws-vault 7 writes it.
fn payload(here: &Elsewhere, user: &str) -> String {
    let (id, secret) = here.world.aws.user(user).access_key();
    format!(
        r#"{{"AccessKeyID":"{id}","SecretAccessKey":"{secret}","SessionToken":"","Source":"","CanExpire":false,"Expires":"0001-01-01T00:00:00Z","AccountID":""}}"#
    )
}

fn wrapped(name: &str, payload: &str) -> String {
    let data = STANDARD.encode(payload);
    format!(
        r#"{{"Key":{},"Data":"{data}","Label":"aws-vault ({})","Description":"","KeychainNotTrustApplication":false,"KeychainNotSynchronizable":false}}"#,
        serde_json::json!(name),
        name.replace('"', "")
    )
}

/// The rows of `--json`, sorted by name.
fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}
