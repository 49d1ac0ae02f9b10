//! What is done about a finding: the command of an administrator, or the sentence to send to the person. Never decides whether there is one.

use crate::model::{AccountId, ConsoleHosts, Partition, in_shell};

use super::user::User;

/// The sentence to send to the user.
pub fn send(user: &User, sentence: &str) -> String {
    format!("send to {}: \"{sentence}\"", user.name)
}

/// A command of the AWS CLI about the user.
pub fn aws(user: &User, command: &str, rest: &str) -> String {
    format!("`aws iam {command} --user-name {}{rest}`", in_shell(&user.name))
}

pub fn drop_password(user: &User) -> String {
    format!("run {}", aws(user, "delete-login-profile", ""))
}

/// The report has no ids of keys: they are looked up first.
pub fn disable_key(user: &User) -> String {
    format!(
        "find its id with {}, then run {}",
        aws(user, "list-access-keys", ""),
        aws(user, "update-access-key", " --status Inactive --access-key-id KEY_ID")
    )
}

pub fn disable_certificate(user: &User) -> String {
    format!(
        "find its id with {}, then run {}",
        aws(user, "list-signing-certificates", ""),
        aws(user, "update-signing-certificate", " --status Inactive --certificate-id CERTIFICATE_ID")
    )
}

/// Where users of an account sign in.
pub fn console(partition: Partition, user: &User) -> String {
    let account = user.arn.split(':').nth(4).and_then(|account| AccountId::parse(account).ok());
    match account.zip(ConsoleHosts::of(partition).ok()) {
        Some((account, hosts)) => hosts.of_account(&account),
        None => "the AWS console".to_owned(),
    }
}
