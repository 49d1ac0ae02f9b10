//! A profile's own source of credentials or of a token. Never called here.

use crate::config::SignInKey;
use crate::model::{CommandLine, Origin, ProfileName};

/// A program that returns credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub profile: ProfileName,
    pub kind: ProgramKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramKind {
    /// The profile's `credential_process`.
    CredentialProcess { command: CommandLine, origin: Origin },
    /// The AWS CLI: the user signs in with `aws sso login` or `aws login`, and the CLI keeps that session.
    AwsCli {
        /// The key that makes it one.
        key: SignInKey,
        /// The settings that decide the identity: account, role, portal.
        identity: Vec<(String, String)>,
    },
}

/// Where an `OpenID` Connect token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebIdentityToken {
    pub profile: ProfileName,
    pub from: TokenFrom,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenFrom {
    /// A file that holds it.
    File { path: String },
    /// A command that prints it.
    Process { command: CommandLine },
}
