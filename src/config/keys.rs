//! The names of the keys of `~/.aws/config` and of the credentials file, each in one place. Never says what a key means.

// Roles, and what profiles they build on.
pub const ROLE_ARN: &str = "role_arn";
pub const SOURCE_PROFILE: &str = "source_profile";
pub const INCLUDE_PROFILE: &str = "include_profile";
pub const PARENT_PROFILE: &str = "parent_profile";
pub const EXTERNAL_ID: &str = "external_id";
pub const DURATION_SECONDS: &str = "duration_seconds";
pub const ROLE_SESSION_NAME: &str = "role_session_name";
pub const SESSION_TAGS: &str = "session_tags";
pub const TRANSITIVE_SESSION_TAGS: &str = "transitive_session_tags";
pub const SOURCE_IDENTITY: &str = "source_identity";

// The code of an MFA device.
pub const MFA_SERIAL: &str = "mfa_serial";
pub const MFA_PROCESS: &str = "mfa_process";

// A profile's own sources of credentials.
pub const CREDENTIAL_PROCESS: &str = "credential_process";
pub const CREDENTIAL_SOURCE: &str = "credential_source";
pub const WEB_IDENTITY_TOKEN_FILE: &str = "web_identity_token_file";
pub const WEB_IDENTITY_TOKEN_PROCESS: &str = "web_identity_token_process";
pub const SSO_SESSION: &str = "sso_session";
pub const SSO_START_URL: &str = "sso_start_url";
pub const SSO_REGION: &str = "sso_region";
pub const SSO_ACCOUNT_ID: &str = "sso_account_id";
pub const SSO_ROLE_NAME: &str = "sso_role_name";
pub const LOGIN_SESSION: &str = "login_session";

// Unencrypted keys.
pub const AWS_ACCESS_KEY_ID: &str = "aws_access_key_id";
pub const AWS_SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
pub const AWS_SESSION_TOKEN: &str = "aws_session_token";
pub const AWS_SECURITY_TOKEN: &str = "aws_security_token";

// Where and how calls are made.
pub const REGION: &str = "region";
pub const SERVICES: &str = "services";
pub const ENDPOINT_URL: &str = "endpoint_url";
pub const IGNORE_CONFIGURED_ENDPOINT_URLS: &str = "ignore_configured_endpoint_urls";
pub const USE_FIPS_ENDPOINT: &str = "use_fips_endpoint";
pub const USE_DUALSTACK_ENDPOINT: &str = "use_dualstack_endpoint";
pub const CA_BUNDLE: &str = "ca_bundle";
pub const RETRY_MODE: &str = "retry_mode";
pub const MAX_ATTEMPTS: &str = "max_attempts";
