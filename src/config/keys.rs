//! The names of the keys of `~/.aws/config` and of the credentials file, each in one place. Never says what a key means.

/// Declares the names, and a list of all of them.
macro_rules! keys {
    ($($name:ident, $key:literal;)+) => {
        $(pub const $name: &str = $key;)+

        /// All of them.
        pub const ALL: &[&str] = &[$($name),+];
    };
}

keys! {
    // Roles, and what profiles they build on.
    ROLE_ARN, "role_arn";
    SOURCE_PROFILE, "source_profile";
    INCLUDE_PROFILE, "include_profile";
    PARENT_PROFILE, "parent_profile";
    EXTERNAL_ID, "external_id";
    DURATION_SECONDS, "duration_seconds";
    ROLE_SESSION_NAME, "role_session_name";
    SESSION_TAGS, "session_tags";
    TRANSITIVE_SESSION_TAGS, "transitive_session_tags";
    SOURCE_IDENTITY, "source_identity";

    // The code of an MFA device.
    MFA_SERIAL, "mfa_serial";
    MFA_PROCESS, "mfa_process";

    // A profile's own sources of credentials.
    CREDENTIAL_PROCESS, "credential_process";
    CREDENTIAL_SOURCE, "credential_source";
    WEB_IDENTITY_TOKEN_FILE, "web_identity_token_file";
    WEB_IDENTITY_TOKEN_PROCESS, "web_identity_token_process";
    SSO_SESSION, "sso_session";
    SSO_START_URL, "sso_start_url";
    SSO_REGION, "sso_region";
    SSO_ACCOUNT_ID, "sso_account_id";
    SSO_ROLE_NAME, "sso_role_name";
    LOGIN_SESSION, "login_session";

    // Unencrypted keys.
    AWS_ACCESS_KEY_ID, "aws_access_key_id";
    AWS_SECRET_ACCESS_KEY, "aws_secret_access_key";
    AWS_SESSION_TOKEN, "aws_session_token";
    AWS_SECURITY_TOKEN, "aws_security_token";

    // Where and how calls are made.
    REGION, "region";
    SERVICES, "services";
    ENDPOINT_URL, "endpoint_url";
    IGNORE_CONFIGURED_ENDPOINT_URLS, "ignore_configured_endpoint_urls";
    USE_FIPS_ENDPOINT, "use_fips_endpoint";
    USE_DUALSTACK_ENDPOINT, "use_dualstack_endpoint";
    CA_BUNDLE, "ca_bundle";
    RETRY_MODE, "retry_mode";
    MAX_ATTEMPTS, "max_attempts";
}
