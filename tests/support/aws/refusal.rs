//! An AWS error: HTTP status, code, message; with a constructor for each that several calls share.

use super::toolbox::Why;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// The details that AWS keeps, if a policy is the reason.
    pub why: Option<Box<Why>>,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), why: None }
    }

    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(403, "AccessDenied", message)
    }

    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }

    pub fn invalid_token() -> Self {
        Self::new(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
    }

    pub fn signature(message: impl Into<String>) -> Self {
        Self::new(403, "SignatureDoesNotMatch", message)
    }

    pub fn incomplete_signature(message: impl Into<String>) -> Self {
        Self::new(400, "IncompleteSignature", message)
    }

    /// No policy allows it.
    pub fn not_authorized(caller: &str, action: &str, on: &str) -> Self {
        Self::denied(format!("User: {caller} is not authorized to perform: {action}{on}"))
    }

    /// The same refusal in S3's words.
    pub fn for_s3(self) -> Self {
        match self.code.as_str() {
            "MissingAuthenticationToken" => Self::denied("Access Denied"),
            "InvalidClientTokenId" => {
                Self::new(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
            }
            "ExpiredToken" => Self::new(400, "ExpiredToken", "The provided token has expired."),
            "SignatureDoesNotMatch" if self.message.starts_with("Signature ") => {
                Self::new(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
            }
            "SignatureDoesNotMatch" => Self::signature(
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
            "IncompleteSignature" => Self::new(400, "AuthorizationHeaderMalformed", self.message),
            _ => self,
        }
    }
}
