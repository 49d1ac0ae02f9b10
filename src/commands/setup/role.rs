//! Writes a profile for a role that builds on the profile being set up. Never changes an existing profile.

use crate::app::{Context, Failure, config_file};
use crate::config::{edit, keys};
use crate::model::{ProfileName, RoleArn};

use super::step;

/// Writes a profile for the role, under the role's name.
pub(super) fn write_profile(context: &Context, source: &ProfileName, role: &RoleArn) -> Result<(), Failure> {
    let arn = role.to_string();
    let own = arn.rsplit('/').next().unwrap_or_default();
    let profiles = context.profiles()?;
    let is_of_role = |name: &ProfileName| {
        let Ok(Some(profile)) = profiles.profile(name) else { return false };
        let says = |key, value: &str| profile.get(key).is_some_and(|setting| setting.value == value);
        says(keys::ROLE_ARN, &arn) && says(keys::SOURCE_PROFILE, source.as_str())
    };
    if let Some(name) = profiles.names().into_iter().find(is_of_role) {
        step("role", &format!("{arn} already has the profile `{name}`"));
        return Ok(());
    }
    let named = |text: &str| ProfileName::parse(text).map_err(Failure::from);
    let mut name = named(own)?;
    if profiles.is_defined(&name) {
        // Another account may have a role of that name, and another user the same role.
        name = named(&format!("{source}-{own}"))?;
    }
    if profiles.is_defined(&name) {
        return Err(Failure::new(format!("profiles `{own}` and `{name}` already exist, and neither is for {arn} on top of `{source}`"))
            .hint(format!("add a profile for it yourself: `role_arn = {arn}` and `source_profile = {source}`")));
    }
    let source_profile = profiles.profile(source)?;
    let region = source_profile.as_ref().and_then(|profile| profile.get(keys::REGION)).map(|setting| setting.value.clone());
    // No `mfa_serial`: the role uses the device of its source. Other AWS tools would ask for a separate code, and AWS takes none for the
    // session that `vault link` gives them.
    let mut settings = vec![(keys::SOURCE_PROFILE, source.as_str()), (keys::ROLE_ARN, arn.as_str())];
    settings.extend(region.as_deref().map(|region| (keys::REGION, region)));
    config_file::change(context, |before| Ok(edit::ensure_section(before, &name, None, &settings)?))?;
    step("role", &format!("{arn} has the profile `{name}` now: `vault exec {} -- COMMAND`", name.in_shell()));
    Ok(())
}
