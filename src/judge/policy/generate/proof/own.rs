//! The tables of a user's own credentials, and of the block without MFA. Never about another account.

use super::super::super::document::Policy;
use super::super::super::evaluate::Mfa;
use super::super::super::lint::exceptions::{On, needed};
use super::super::self_manage::SelfManage;
use super::super::switch::Switch;
use super::{ACCOUNT, Mismatch, Proof, allowed, everything, request};

fn without_mfa(action: &str) -> bool {
    needed().map(|(known, _)| known).chain(["iam:GetMFADevice"]).any(|known| known == action)
}

/// Every action that can be allowed: by which switch, on what, and whether always with MFA.
const MANAGED: [(&str, Option<Switch>, On, bool); 29] = [
    ("iam:GetUser", None, On::User, false),
    ("iam:GetAccountPasswordPolicy", Some(Switch::Password), On::Nothing, false),
    ("iam:ChangePassword", Some(Switch::Password), On::User, false),
    ("iam:CreateAccessKey", Some(Switch::AccessKeys), On::User, false),
    ("iam:DeleteAccessKey", Some(Switch::AccessKeys), On::User, false),
    ("iam:ListAccessKeys", Some(Switch::AccessKeys), On::User, false),
    ("iam:UpdateAccessKey", Some(Switch::AccessKeys), On::User, false),
    ("iam:GetAccessKeyLastUsed", Some(Switch::AccessKeys), On::User, false),
    ("iam:DeleteSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:GetSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:ListSSHPublicKeys", Some(Switch::SshKeys), On::User, false),
    ("iam:UpdateSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:UploadSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:DeleteSigningCertificate", Some(Switch::SigningCertificates), On::User, false),
    ("iam:ListSigningCertificates", Some(Switch::SigningCertificates), On::User, false),
    ("iam:UpdateSigningCertificate", Some(Switch::SigningCertificates), On::User, false),
    ("iam:UploadSigningCertificate", Some(Switch::SigningCertificates), On::User, false),
    ("iam:CreateServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:DeleteServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:ListServiceSpecificCredentials", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:ResetServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:UpdateServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:ListVirtualMFADevices", Some(Switch::Mfa), On::Nothing, false),
    ("iam:CreateVirtualMFADevice", Some(Switch::Mfa), On::Device, false),
    ("iam:EnableMFADevice", Some(Switch::Mfa), On::User, false),
    ("iam:GetMFADevice", Some(Switch::Mfa), On::User, false),
    ("iam:ListMFADevices", Some(Switch::Mfa), On::User, false),
    ("iam:ResyncMFADevice", Some(Switch::Mfa), On::User, false),
    ("iam:DeactivateMFADevice", Some(Switch::Mfa), On::User, true),
];

/// What a policy about one's own credentials never allows.
const NEVER: [(&str, On); 9] = [
    ("iam:CreateUser", On::User),
    ("iam:PutUserPolicy", On::User),
    ("iam:AttachUserPolicy", On::User),
    ("iam:CreateLoginProfile", On::User),
    ("iam:DeleteVirtualMFADevice", On::Device),
    ("iam:ListUsers", On::Nothing),
    ("sts:AssumeRole", On::Nothing),
    ("s3:GetObject", On::Nothing),
    ("ec2:RunInstances", On::Nothing),
];

pub(super) fn self_manage(wanted: &SelfManage, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let identity: Vec<_> = documents.iter().map(|(_, policy)| policy).collect();
    let mut proof = Proof::default();
    let never = NEVER.iter().map(|(action, on)| (*action, None, *on, false, false));
    let managed = MANAGED.iter().map(|(action, switch, on, with_mfa)| (*action, *switch, *on, *with_mfa, true));
    for (action, switch, on, with_mfa, ever) in managed.chain(never) {
        for name in ["some-user", "another-user"] {
            let is_on = ever && switch.is_none_or(|switch| wanted.on.contains(&switch));
            let mine = name == "some-user" || on != On::User;
            for mfa in Mfa::ALL {
                let resource = on.resource(|resource| format!("arn:{partition}:iam::{ACCOUNT}:{resource}"), name);
                let mut request = request(partition, action, resource, mfa);
                request.context = request.context.with("iam:ServiceSpecificCredentialServiceName", "codecommit.amazonaws.com");
                let is_allowed = allowed(&identity, &request);
                let open = mfa == Mfa::True || !with_mfa && (!wanted.on.contains(&Switch::Block) || without_mfa(action));
                let of = if mine { "" } else { " of another user" };
                proof.row(format!("`{action}`{of}"), mfa, is_allowed, is_on && mine && open)?;
                if action == "iam:CreateServiceSpecificCredential" {
                    request.context = request.context.with("iam:ServiceSpecificCredentialServiceName", "bedrock.amazonaws.com");
                    let is_allowed = allowed(&identity, &request);
                    proof.row(format!("`{action}` for Bedrock"), mfa, is_allowed, false)?;
                }
            }
        }
    }
    if wanted.on.contains(&Switch::Block) {
        // The block has to hold for members who may do more, and to leave them the calls that need no permission.
        proof.rows.extend(force_mfa(false, documents, partition)?.rows);
    }
    Ok(proof)
}

pub(super) fn force_mfa(console_only: bool, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let all = everything();
    let identity: Vec<_> = documents.iter().map(|(_, policy)| policy).chain([&all]).collect();
    let mut proof = Proof::default();
    let managed = MANAGED.iter().map(|(action, _, on, _)| (*action, *on)).chain(NEVER).chain([("sts:GetSessionToken", On::Nothing)]);
    for (action, on) in managed {
        for mfa in Mfa::ALL {
            let resource = on.resource(|resource| format!("arn:{partition}:iam::{ACCOUNT}:{resource}"), "some-user");
            let request = request(partition, action, resource, mfa);
            let is_allowed = allowed(&identity, &request);
            let expected = without_mfa(action) || mfa == Mfa::True || console_only && mfa == Mfa::Absent;
            proof.row(format!("`{action}` of an administrator"), mfa, is_allowed, expected)?;
        }
    }
    Ok(proof)
}
