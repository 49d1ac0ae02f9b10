//! Knows what the keys of a profile are for: which ones are about credentials, and which environment variables match the others.
//! Never reads a value.
//!
//! The pairs are those of the AWS SDKs and Tools Reference Guide
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>), with the AWS CLI's own
//! (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html>).

use super::keys;
pub use super::keys::{
    CA_BUNDLE, ENDPOINT_URL, IGNORE_CONFIGURED_ENDPOINT_URLS, MAX_ATTEMPTS, REGION, RETRY_MODE, SERVICES, USE_DUALSTACK_ENDPOINT,
    USE_FIPS_ENDPOINT,
};

/// A client setting, which does not affect whose credentials a client uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSetting {
    pub key: &'static str,
    /// The key that it is nested under, as in botocore's `s3 =` sections.
    pub below: Option<&'static str>,
    /// The matching variables, in the names of all tools.
    pub variables: &'static [&'static str],
    /// Whether an empty value means something too.
    pub may_be_empty: bool,
    /// The value of the variables that gives clients their default behaviour. None if there is no such value, or if
    /// clients have different defaults.
    pub neutral: Option<&'static str>,
}

const fn setting(key: &'static str, variables: &'static [&'static str]) -> ClientSetting {
    ClientSetting { key, below: None, variables, may_be_empty: false, neutral: None }
}

const fn below(below: &'static str, key: &'static str, variables: &'static [&'static str]) -> ClientSetting {
    ClientSetting { below: Some(below), ..setting(key, variables) }
}

impl ClientSetting {
    const fn neutral(self, value: &'static str) -> Self {
        Self { neutral: Some(value), ..self }
    }
}

pub const ENDPOINT_URL_VARIABLE: &str = "AWS_ENDPOINT_URL";
pub const IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
pub const USE_FIPS_ENDPOINT_VARIABLE: &str = "AWS_USE_FIPS_ENDPOINT";
pub const USE_DUALSTACK_ENDPOINT_VARIABLE: &str = "AWS_USE_DUALSTACK_ENDPOINT";
pub const CA_BUNDLE_VARIABLE: &str = "AWS_CA_BUNDLE";
pub const RETRY_MODE_VARIABLE: &str = "AWS_RETRY_MODE";
pub const MAX_ATTEMPTS_VARIABLE: &str = "AWS_MAX_ATTEMPTS";
/// The SDKs read `AWS_REGION`; the AWS CLI 1 and boto3 read the other.
pub const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The settings that have a variable, except region and endpoints, which have their own rules. If several have the same
/// variable, the first one in the profile counts.
///
/// The neutral values are the defaults in the guide, if botocore's `configprovider.py` has the same. The guide has none for the
/// discovery of endpoints, which `auto` enables in the SDK for JavaScript; for `use_arn_region`, which is on in botocore and off elsewhere;
/// and for text values. Three attempts are one less than `DynamoDB`'s default.
pub const CLIENT_SETTINGS: [ClientSetting; 28] = [
    setting(IGNORE_CONFIGURED_ENDPOINT_URLS, &[IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE]).neutral("false"),
    setting(USE_FIPS_ENDPOINT, &[USE_FIPS_ENDPOINT_VARIABLE]).neutral("false"),
    setting(USE_DUALSTACK_ENDPOINT, &[USE_DUALSTACK_ENDPOINT_VARIABLE]).neutral("false"),
    setting(CA_BUNDLE, &[CA_BUNDLE_VARIABLE]),
    setting(RETRY_MODE, &[RETRY_MODE_VARIABLE]).neutral("standard"),
    setting(MAX_ATTEMPTS, &[MAX_ATTEMPTS_VARIABLE]).neutral("3"),
    setting("defaults_mode", &["AWS_DEFAULTS_MODE"]).neutral("legacy"),
    setting("sts_regional_endpoints", &["AWS_STS_REGIONAL_ENDPOINTS"]).neutral("regional"),
    // The guide has the first name, botocore the second, the SDK for JavaScript both.
    setting("endpoint_discovery_enabled", &["AWS_ENABLE_ENDPOINT_DISCOVERY", "AWS_ENDPOINT_DISCOVERY_ENABLED"]),
    setting("account_id_endpoint_mode", &["AWS_ACCOUNT_ID_ENDPOINT_MODE"]).neutral("preferred"),
    setting("auth_scheme_preference", &["AWS_AUTH_SCHEME_PREFERENCE"]),
    setting("sigv4a_signing_region_set", &["AWS_SIGV4A_SIGNING_REGION_SET"]),
    setting("request_checksum_calculation", &["AWS_REQUEST_CHECKSUM_CALCULATION"]).neutral("WHEN_SUPPORTED"),
    setting("response_checksum_validation", &["AWS_RESPONSE_CHECKSUM_VALIDATION"]).neutral("WHEN_SUPPORTED"),
    setting("disable_request_compression", &["AWS_DISABLE_REQUEST_COMPRESSION"]).neutral("false"),
    setting("request_min_compression_size_bytes", &["AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"]).neutral("10240"),
    setting("disable_host_prefix_injection", &["AWS_DISABLE_HOST_PREFIX_INJECTION"]).neutral("false"),
    setting("sdk_ua_app_id", &["AWS_SDK_UA_APP_ID"]),
    setting("s3_use_arn_region", &["AWS_S3_USE_ARN_REGION"]),
    below("s3", "use_arn_region", &["AWS_S3_USE_ARN_REGION"]),
    setting("s3_us_east_1_regional_endpoint", &["AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"]),
    below("s3", "us_east_1_regional_endpoint", &["AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"]),
    setting("s3_disable_multiregion_access_points", &["AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"]).neutral("false"),
    below("s3", "s3_disable_multiregion_access_points", &["AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"]).neutral("false"),
    setting("s3_disable_express_session_auth", &["AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"]).neutral("false"),
    // Of the AWS CLI only. An empty value means no pager.
    setting("output", &["AWS_DEFAULT_OUTPUT"]).neutral("json"),
    ClientSetting { may_be_empty: true, ..setting("cli_pager", &["AWS_PAGER"]) },
    setting("cli_auto_prompt", &["AWS_CLI_AUTO_PROMPT"]).neutral("off"),
];

/// The variable for the endpoint of one service, named as in `services` sections: `s3`, `application_auto_scaling`. None for
/// a text that cannot be the name of a service.
// Security: the text may come from a config file, and the variable's name is printed for a shell to read.
#[must_use]
pub fn endpoint_variable_of(service: &str) -> Option<String> {
    let is_name = service.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_- ".contains(&byte));
    is_name.then(|| format!("{ENDPOINT_URL_VARIABLE}_{}", service.to_ascii_uppercase().replace(['-', ' '], "_")))
}

/// The prefixes of keys that are about credentials: AWS's own, aws-vault's, and those of other programs that make credentials.
const OF_CREDENTIALS: [&str; 27] = [
    "aws_", // `aws_access_key_id` and its like, `aws_account_id`
    "role_",
    "source_",
    "credential_",
    keys::EXTERNAL_ID,
    keys::DURATION_SECONDS,
    "mfa_",
    "web_identity_",
    "sso_",
    keys::LOGIN_SESSION,
    keys::INCLUDE_PROFILE,
    keys::PARENT_PROFILE,
    keys::SESSION_TAGS,
    keys::TRANSITIVE_SESSION_TAGS,
    "session_ttl",
    "assume_role_ttl",
    "chained_session_token_ttl",
    "ec2_metadata_",
    "metadata_service_",
    "imds_",
    "granted_",
    "azure_",
    "okta_",
    "saml",
    "google_config.",
    "x_principal_arn",
    "x_security_token_expires",
];

/// Other keys that clients read from a profile, without a matching variable.
const WITHOUT_A_VARIABLE: [&str; 6] = ["s3", "s3api", "api_versions", "parameter_validation", "tcp_keepalive", "cli_"];

/// Whether AWS clients are known to read the key, for a purpose other than credentials. Unknown keys may be for any program.
#[must_use]
pub fn is_read_by_clients(key: &str) -> bool {
    let is = |known: &str| key.eq_ignore_ascii_case(known);
    let starts = |known: &str| known.ends_with('_') && key.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
    [REGION, SERVICES, ENDPOINT_URL].into_iter().any(is)
        || CLIENT_SETTINGS.iter().any(|setting| setting.below.is_none() && is(setting.key))
        || WITHOUT_A_VARIABLE.into_iter().any(|known| is(known) || starts(known))
}

/// Whether the key is about where credentials come from or whose they are. Every other key is a client setting, even one that this program
/// does not know.
#[must_use]
pub fn is_about_credentials(key: &str) -> bool {
    let starts = |start: &&str| key.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
    OF_CREDENTIALS.iter().any(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_of_clients_is_about_credentials() {
        let others = [REGION, SERVICES, ENDPOINT_URL, "s3", "s3api", "cli_binary_format", "parameter_validation", "tcp_keepalive"];
        for key in CLIENT_SETTINGS.iter().map(|setting| setting.key).chain(others) {
            assert!(!is_about_credentials(key), "{key}");
        }
        for key in
            ["aws_secret_access_key", "ROLE_ARN", "role_session_name", "source_identity", "mfa_process", "sso_session", "login_session"]
        {
            assert!(is_about_credentials(key), "{key}");
        }
    }

    #[test]
    fn the_variable_of_a_service_is_the_one_that_the_guide_lists() {
        for (service, variable) in [
            ("s3", "AWS_ENDPOINT_URL_S3"),
            ("dynamodb", "AWS_ENDPOINT_URL_DYNAMODB"),
            ("application_auto_scaling", "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING"),
        ] {
            assert_eq!(endpoint_variable_of(service).as_deref(), Some(variable));
        }
        for text in ["s3;id", "s3=x", "s3,AWS_REGION:0", "s3\nid", "s3$x", "s3`id`", "s3\tx", "s\u{e9}", "'"] {
            assert_eq!(endpoint_variable_of(text), None, "{text}");
        }
    }
}
