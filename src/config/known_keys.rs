//! The keys of profiles that AWS tools and this program know, to find the misspelt ones. Never decides what a key means.

/// How alike a key must be to a known one to be taken for it, from 0 to 1: `mfa_seral` and `mfa_serial` are at 0.98, `mfa_device` and
/// `mfa_serial` at 0.82.
const ALIKE: f64 = 0.92;

/// As the AWS CLI, the SDKs and aws-vault have them.
const KNOWN: &[&str] = &[
    "account_id_endpoint_mode",
    "api_versions",
    "aws_access_key_id",
    "aws_account_id",
    "aws_secret_access_key",
    "aws_security_token",
    "aws_session_token",
    "auth_scheme_preference",
    "ca_bundle",
    "cli_auto_prompt",
    "cli_binary_format",
    "cli_follow_urlparam",
    "cli_history",
    "cli_pager",
    "cli_timestamp_format",
    "credential_process",
    "credential_source",
    "defaults_mode",
    "disable_request_compression",
    "duration_seconds",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "ec2_metadata_v1_disabled",
    "endpoint_discovery_enabled",
    "endpoint_url",
    "external_id",
    "ignore_configured_endpoint_urls",
    "include_profile",
    "login_session",
    "max_attempts",
    "mfa_process",
    "mfa_serial",
    "output",
    "parameter_validation",
    "parent_profile",
    "region",
    "request_checksum_calculation",
    "request_min_compression_size_bytes",
    "response_checksum_validation",
    "retry_mode",
    "role_arn",
    "role_session_name",
    "s3",
    "s3_disable_express_session_auth",
    "s3_disable_multiregion_access_points",
    "s3_us_east_1_regional_endpoint",
    "s3_use_arn_region",
    "sdk_ua_app_id",
    "services",
    "session_tags",
    "sigv4a_signing_region_set",
    "source_identity",
    "source_profile",
    "sso_account_id",
    "sso_region",
    "sso_registration_scopes",
    "sso_role_name",
    "sso_session",
    "sso_start_url",
    "sts_regional_endpoints",
    "tcp_keepalive",
    "transitive_session_tags",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
    "web_identity_token_file",
    "web_identity_token_process",
];

/// The known key that this one is nearly; `None` for a known one, and for one that is like none of them: other tools have keys of their own.
#[must_use]
pub fn nearly(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    // A person takes another separator for the same key.
    let plain = key.replace(['-', ' '], "_");
    if KNOWN.contains(&key.as_str()) {
        return None;
    }
    let near = KNOWN.iter().map(|known| (strsim::jaro_winkler(&plain, known), *known)).filter(|(near, _)| *near >= ALIKE);
    // `sso_account` and `sso_account_id` are alike for their length alone, as `region_name` and `region` are not.
    near.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_taken_for_the_nearest_and_foreign_keys_are_left_alone() {
        for known in KNOWN {
            assert_eq!(nearly(known), None, "{known}");
        }
        for (key, near) in [
            ("mfa_seral", Some("mfa_serial")),
            ("mfa-serial", Some("mfa_serial")),
            ("MFA_Serial", None),
            ("source_profil", Some("source_profile")),
            ("rolearn", Some("role_arn")),
            ("credential_proces", Some("credential_process")),
            ("granted_sso_start_url", None),
            ("azure_tenant_id", None),
            ("color", None),
            ("cli_alias", None),
            ("x_principal_arn", None),
        ] {
            assert_eq!(nearly(key), near, "{key}");
        }
    }
}
