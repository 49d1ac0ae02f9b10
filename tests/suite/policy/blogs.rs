//! Policies from blog posts and old help pages: each finding explains its trap without another page.

use super::{Options, Report};

/// Ids and messages of the findings.
fn found(text: &str) -> Vec<(&'static str, String)> {
    let report = Report::of("policy.json", text, &Options::default());
    report.findings().map(|(_, finding)| (finding.id.as_str(), finding.message.clone())).collect()
}

#[track_caller]
fn says(text: &str, expected: &[(&str, &str)]) {
    let found = found(text);
    assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "{found:#?}");
    for ((id, message), (_, words)) in found.iter().zip(expected) {
        assert!(message.contains(words), "{id}: `{words}` is not in: {message}");
    }
}

/// "Block everything unless signed in with MFA", with the operator that most copies have.
#[test]
fn a_deny_with_bool() {
    says(
        r#"{"Version": "2012-10-17", "Statement": [
          {"Sid": "BlockMostAccessUnlessSignedInWithMFA", "Effect": "Deny",
           "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:GetUser", "iam:ListMFADevices", "iam:ListVirtualMFADevices",
                         "iam:ResyncMFADevice", "iam:ChangePassword", "iam:GetAccountPasswordPolicy", "sts:GetSessionToken"],
           "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        &[("deny-bool", "a stolen access key gets past this `Deny`")],
    );
}

/// With this policy, the console works, and the command line never does.
#[test]
fn a_block_that_lacks_an_exception_for_get_session_token() {
    says(
        r#"{"Version": "2012-10-17", "Statement": [
          {"Sid": "DenyAllExceptListedIfNoMFA", "Effect": "Deny",
           "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:GetUser", "iam:ListMFADevices", "iam:ListVirtualMFADevices",
                         "iam:ResyncMFADevice", "iam:ChangePassword", "iam:GetAccountPasswordPolicy"],
           "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        &[("not-action-missing", "without `sts:GetSessionToken`, no session with MFA can be made from an access key")],
    );
}

/// From AWS's own tutorial, before devices could have any name.
#[test]
fn a_device_named_after_its_user() {
    says(
        r#"{"Version": "2012-10-17", "Statement": [
          {"Sid": "AllowIndividualUserToManageTheirOwnMFA", "Effect": "Allow",
           "Action": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"],
           "Resource": ["arn:aws:iam::*:mfa/${aws:username}", "arn:aws:iam::*:user/${aws:username}"]}]}"#,
        &[("create-device-name", "an MFA device can be created only under the name `${aws:username}`: AWS refuses every other name")],
    );
}

/// All of them at once, as copied from post to post.
#[test]
fn the_policy_that_has_them_all() {
    says(
        r#"{"Version": "2012-10-17", "Statement": [
          {"Sid": "AllowIndividualUserToManageTheirOwnMFA", "Effect": "Allow",
           "Action": ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice", "iam:EnableMFADevice", "iam:ResyncMFADevice"],
           "Resource": ["arn:aws:iam::*:mfa/${aws:username}", "arn:aws:iam::*:user/${aws:username}"]},
          {"Sid": "BlockMostAccessUnlessSignedInWithMFA", "Effect": "Deny",
           "NotAction": ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice", "iam:ListVirtualMFADevices", "iam:EnableMFADevice",
                         "iam:ResyncMFADevice", "iam:ListAccountAliases", "iam:ListUsers", "iam:ListMFADevices", "iam:GetAccountSummary"],
           "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        &[
            ("device-without-mfa", "a stolen access key can remove devices"),
            ("create-device-name", "AWS refuses every other name"),
            (
                "not-action-missing",
                "without `sts:GetSessionToken`, no session with MFA can be made from an access key; without `iam:GetUser`",
            ),
            ("first-password", "a new user who has to change the password at the first sign-in cannot"),
            ("deny-bool", "a stolen access key gets past this `Deny`"),
        ],
    );
}
