//! The keys of profiles that AWS tools and this program know, to find the misspelt ones. Never decides what a key means.

use super::client_settings::CLIENT_SETTINGS;
use super::keys;

/// How alike a key must be to a known one to be taken for it, from 0 to 1: `mfa_seral` and `mfa_serial` are at 0.98, `mfa_device` and
/// `mfa_serial` at 0.82.
const ALIKE: f64 = 0.92;

/// Those that this program has no other use for, as the AWS CLI, the SDKs and aws-vault have them.
const OTHERS: [&str; 13] = [
    "api_versions",
    "aws_account_id",
    "cli_binary_format",
    "cli_follow_urlparam",
    "cli_history",
    "cli_timestamp_format",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "ec2_metadata_v1_disabled",
    "parameter_validation",
    "s3",
    "sso_registration_scopes",
    "tcp_keepalive",
];

fn known() -> impl Iterator<Item = &'static str> {
    let settings = CLIENT_SETTINGS.into_iter().filter(|setting| setting.below.is_none()).map(|setting| setting.key);
    keys::ALL.iter().copied().chain(settings).chain(OTHERS)
}

/// The known key that this one is nearly; `None` for a known one, and for one that is like none of them: other tools have keys of their own.
#[must_use]
pub fn nearly(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    // A user who writes another separator means the same key.
    let plain = key.replace(['-', ' '], "_");
    if known().any(|known| known == key) {
        return None;
    }
    let near = known().map(|known| (strsim::jaro_winkler(&plain, known), known)).filter(|(near, _)| *near >= ALIKE);
    // `sso_account` and `sso_account_id` are alike for their length alone, as `region_name` and `region` are not.
    near.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_setting_is_known_and_found_when_it_lacks_a_letter() {
        for setting in CLIENT_SETTINGS.iter().filter(|setting| setting.below.is_none()) {
            let (misspelt, _) = setting.key.split_at(setting.key.len() - 1);
            assert_eq!((nearly(setting.key), nearly(misspelt)), (None, Some(setting.key)));
        }
    }

    #[test]
    fn a_misspelt_key_is_taken_for_the_nearest_and_foreign_keys_are_left_alone() {
        for known in known() {
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
