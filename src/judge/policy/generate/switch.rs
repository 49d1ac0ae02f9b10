//! What can be switched where a policy is deployed. Never decides what is on.

/// What users manage themselves, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    Password,
    AccessKeys,
    SshKeys,
    SigningCertificates,
    ServiceCredentials,
    Mfa,
    /// Not what is managed: everything else needs MFA.
    Block,
}

impl Switch {
    pub const ALL: [Self; 7] =
        [Self::Mfa, Self::AccessKeys, Self::Password, Self::SshKeys, Self::SigningCertificates, Self::ServiceCredentials, Self::Block];

    /// The name of the property, in CDK's spelling.
    #[must_use]
    pub fn property(self) -> &'static str {
        match self {
            Self::Password => "passwordEditingAllowed",
            Self::AccessKeys => "accessKeyManagementAllowed",
            Self::SshKeys => "sshKeyManagementAllowed",
            Self::SigningCertificates => "signingCertificateManagementAllowed",
            Self::ServiceCredentials => "serviceCredentialManagementAllowed",
            Self::Mfa => "mfaManagementAllowed",
            Self::Block => "blockNonMFAAccess",
        }
    }

    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Password => "Users may change their own password.",
            Self::AccessKeys => "Users may make, switch off and delete their own access keys.",
            Self::SshKeys => "Users may manage their own SSH keys for CodeCommit.",
            Self::SigningCertificates => "Users may manage their own X.509 signing certificates.",
            Self::ServiceCredentials => "Users may manage their own credentials for CodeCommit and Keyspaces.",
            Self::Mfa => "Users may enrol and replace their own MFA devices.",
            Self::Block => "Without MFA, everything except setting up MFA is denied.",
        }
    }
}
