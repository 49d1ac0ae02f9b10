//! Values: what a profile name, an ARN, a code or a credential *is*. Touches nothing: no files, no clock, no environment, no network.

mod access_key_id;
mod arn;
mod backend;
mod clock_offset;
mod command_line;
mod console;
mod credentials;
mod duration;
mod endpoint_url;
mod foreign_text;
mod mfa_device;
mod mfa_serial;
mod origin;
mod otpauth;
mod partition;
mod percent;
mod profile_name;
pub mod quote;
mod refused;
mod region;
mod rotation;
mod ticked;
mod timestamp;
mod token_code;

pub use access_key_id::{AccessKeyId, AccountId};
pub use arn::{Arn, RoleArn};
pub use backend::Backend;
pub use clock_offset::{is_off, spoken_offset};
pub use command_line::CommandLine;
pub use console::{ConsoleHosts, console_path, console_services};
pub use credentials::{Credentials, LongTermCredentials, SessionCredentials};
pub use duration::{SessionDuration, spoken_duration};
pub use endpoint_url::{EndpointFrom, EndpointUrl};
pub use foreign_text::{ForeignText, at_line_start, capped, fit, in_json, shown};
pub use mfa_device::{MfaDevice, MfaKind};
pub use mfa_serial::MfaSerial;
pub use origin::Origin;
pub use otpauth::{ISSUER, otpauth_uri};
pub use partition::Partition;
pub use percent::in_percent;
pub use profile_name::ProfileName;
pub use quote::{in_shell, path_in_shell};
pub use refused::{REFUSED_CALL, REFUSED_CODE, REFUSED_CODES, REFUSED_DEVICE};
pub use region::Region;
pub use rotation::{Rotation, RotationKind, RotationNote, RotationStage, StoredKey};
pub use ticked::ticked;
pub use timestamp::Timestamp;
pub use token_code::TokenCode;

/// Why a text is not the value it should be: one lower-case clause that quotes no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

impl Malformed {
    pub(crate) fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}
