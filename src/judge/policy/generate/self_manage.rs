//! `self-manage`: users manage their own password, keys and MFA devices. Never lets them change another user.

use super::super::document::{Base, Effect, Operator, Statement};
use super::super::evaluate::Mfa;
use super::bundle::{Bundle, Line, Named, PARTITION, To};
use super::force_mfa;
use super::switch::Switch;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfManage {
    pub on: Vec<Switch>,
    pub group: String,
}

/// The services whose credentials work without AWS's signatures.
const SERVICES: [&str; 2] = ["codecommit.amazonaws.com", "cassandra.amazonaws.com"];

fn own() -> [String; 1] {
    [format!("arn:{PARTITION}:iam::*:user/${{aws:username}}")]
}

impl SelfManage {
    pub(super) fn bundle(&self) -> Bundle {
        let lines = lines();
        Bundle {
            name: "SelfEditing",
            about: vec![
                "Users of this group manage their own credentials, and nobody else's.".to_owned(),
                "Made by `vault policy self-manage`, which proved it before it was printed.".to_owned(),
            ],
            group: Some(self.group.clone()),
            policies: vec![Named { name: "policy".to_owned(), id: "SelfEditingPolicy".to_owned(), lines, to: To::Group }],
            roles: Vec::new(),
            account: None,
            switches: Switch::ALL.into_iter().map(|switch| (switch, self.on.contains(&switch))).collect(),
        }
    }
}

fn lines() -> Vec<Line> {
    let allow = |sid: &str, actions: &[&str]| Statement::new(sid, Effect::Allow, actions);
    vec![
        Line::new(allow("ReadOwnUser", &["iam:GetUser"]).on(&own()), "Tools ask whose key it is before they do anything else."),
        Line::new(
            allow("ReadPasswordPolicy", &["iam:GetAccountPasswordPolicy"]).on(&["*"]),
            "A new password has to follow the rules of the account.",
        )
        .only_with(Switch::Password),
        Line::new(
            allow("ChangeOwnPassword", &["iam:ChangePassword"]).on(&own()),
            "AWS asks for the old password, so a stolen key alone changes nothing.",
        )
        .only_with(Switch::Password),
        Line::new(
            allow(
                "ManageOwnAccessKeys",
                &["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
            )
            .on(&own()),
            "Keys are rotated by the person who uses them.",
        )
        .only_with(Switch::AccessKeys),
        Line::new(
            allow(
                "ManageOwnSSHKeys",
                &[
                    "iam:DeleteSSHPublicKey",
                    "iam:GetSSHPublicKey",
                    "iam:ListSSHPublicKeys",
                    "iam:UpdateSSHPublicKey",
                    "iam:UploadSSHPublicKey",
                ],
            )
            .on(&own()),
            "For Git over SSH with CodeCommit.",
        )
        .only_with(Switch::SshKeys),
        Line::new(
            allow(
                "ManageOwnSigningCertificates",
                &[
                    "iam:DeleteSigningCertificate",
                    "iam:ListSigningCertificates",
                    "iam:UpdateSigningCertificate",
                    "iam:UploadSigningCertificate",
                ],
            )
            .on(&own()),
            "For old SOAP interfaces.",
        )
        .only_with(Switch::SigningCertificates),
        Line::new(
            allow(
                "ManageOwnServiceCredentials",
                &[
                    "iam:DeleteServiceSpecificCredential",
                    "iam:ListServiceSpecificCredentials",
                    "iam:ResetServiceSpecificCredential",
                    "iam:UpdateServiceSpecificCredential",
                ],
            )
            .on(&own()),
            "For Git over HTTPS with CodeCommit, and for Keyspaces.",
        )
        .only_with(Switch::ServiceCredentials),
        Line::new(
            allow("CreateOwnServiceCredentials", &["iam:CreateServiceSpecificCredential"]).on(&own()).when(
                Operator::from(Base::StringEquals),
                "iam:ServiceSpecificCredentialServiceName",
                &SERVICES,
            ),
            "Such credentials never see MFA: only for these services, and not, for example, for Bedrock's API keys.",
        )
        .only_with(Switch::ServiceCredentials),
        Line::new(
            allow("ListVirtualDevices", &["iam:ListVirtualMFADevices"]).on(&["*"]),
            "The console needs the list to assign a device; the call has no resource to limit it to.",
        )
        .only_with(Switch::Mfa),
        Line::new(
            allow("CreateDevices", &["iam:CreateVirtualMFADevice"]).on(&[format!("arn:{PARTITION}:iam::*:mfa/*")]),
            "Any name, because a second device needs a different one. A device belongs to nobody until it is enabled.",
        )
        .only_with(Switch::Mfa),
        Line::new(
            allow("EnableOwnDevices", &["iam:EnableMFADevice", "iam:GetMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"]).on(&own()),
            "Enrolment works without MFA; AWS itself asks for it from the second device on.",
        )
        .only_with(Switch::Mfa),
        Line::new(
            allow("DeactivateOwnDevices", &["iam:DeactivateMFADevice"]).on(&own()).when(Operator::BOOL, Mfa::PRESENT, &["true"]),
            "A stolen key must not be able to remove the device.",
        )
        .only_with(Switch::Mfa),
        Line::new(force_mfa::statement(Operator::BOOL_IF_EXISTS), force_mfa::WHY).only_with(Switch::Block),
    ]
}
