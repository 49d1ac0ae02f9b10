//! Turns the text of `config.toml` into settings, and points at the line of anything that it does not know. Never fills in a default.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::value::{self, Complaint};
use super::{EffectiveSettings, OverridableSettings, ProfileTable, Settings};
use crate::config::find::count;
use crate::config::{ConfigError, SourceFile};
use crate::model::quote::in_toml;
use crate::model::{Origin, ProfileName, SessionDuration};

const COMMON_KEYS: [&str; 7] = ["backend", "prompt", "session_duration", "role_duration", "expiry_window", "key_max_age", "browser"];
const GLOBAL_KEYS: [&str; 3] = ["file_unlock_ttl", "pass_prefix", "profile"];
const PROFILE_KEYS: [&str; 4] = ["max_mfa_age", "protect", "session_policy", "ykman_account"];

type Item<'t, 'i> = (&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>);

pub(super) fn read(file: &SourceFile) -> Result<Settings, ConfigError> {
    let reader = Reader { file };
    let text = std::str::from_utf8(&file.bytes)
        .map_err(|fault| reader.error("this line is not UTF-8 text", fault.valid_up_to()).hint("save the file in UTF-8"))?;
    let table = DeTable::parse(text).map_err(|fault| {
        let what = fault.message().lines().collect::<Vec<_>>().join(", ");
        let start = fault.span().map_or(0, |span| span.start);
        let error = reader.error(format!("this is not TOML: {what}"), start);
        // The syntax of `~/.aws/config`.
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        match text[line..].lines().next().and_then(|line| line.trim().strip_prefix("[profile ")?.strip_suffix(']')) {
            Some(name) => error.hint(format!("write `[profile.{}]`", in_toml(name.trim()))),
            None => error,
        }
    })?;
    reader.settings(table.get_ref())
}

struct Reader<'a> {
    file: &'a SourceFile,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>, offset: usize) -> ConfigError {
        let line = count(b'\n', &self.file.bytes[..offset.min(self.file.bytes.len())]) + 1;
        ConfigError::new(message).at(Origin { file: Arc::new(self.file.path.clone()), line })
    }

    fn settings(&self, table: &DeTable<'_>) -> Result<Settings, ConfigError> {
        let mut settings = Settings::default();
        for item in table {
            match item.0.get_ref().as_ref() {
                "file_unlock_ttl" => settings.file_unlock_ttl = Some(self.value(item, value::duration)?),
                "pass_prefix" => settings.pass_prefix = Some(self.value(item, value::pass_prefix)?),
                "profile" => self.profiles(item, &mut settings)?,
                key if COMMON_KEYS.contains(&key) => self.common(item, &mut settings.everywhere)?,
                key if PROFILE_KEYS.contains(&key) => {
                    let fault = self.error(format!("`{key}` is a setting of a profile"), item.0.span().start);
                    return Err(fault.hint("move it into a `[profile.NAME]` table"));
                }
                key => return Err(self.unknown(key, item.0.span(), &GLOBAL_KEYS)),
            }
        }
        self.check_window(table, &settings.global())?;
        let tables = table.get("profile").and_then(|profiles| profiles.get_ref().as_table());
        for (name, own) in tables.into_iter().flat_map(|tables| tables.iter()) {
            if let Some(own) = own.get_ref().as_table() {
                self.check_window(own, &settings.effective(settings.profiles.get(name.get_ref().as_ref())))?;
            }
        }
        Ok(settings)
    }

    fn profiles(&self, item: Item<'_, '_>, settings: &mut Settings) -> Result<(), ConfigError> {
        let profiles = self.value(item, |value| value.as_table().ok_or_else(|| "must be tables such as `[profile.prod]`".to_owned()))?;
        for profile in profiles {
            let name = profile.0.get_ref().as_ref();
            ProfileName::parse(name).map_err(|fault| {
                self.error(format!("the profile name `{}` cannot be used: {fault}", name.escape_debug()), profile.0.span().start)
            })?;
            let table =
                self.value(profile, |value| value.as_table().ok_or_else(|| format!("must be a table such as `[profile.{name}]`")))?;
            let mut own = ProfileTable::default();
            for item in table {
                match item.0.get_ref().as_ref() {
                    "max_mfa_age" => own.max_mfa_age = Some(self.value(item, value::max_mfa_age)?),
                    "protect" => own.protect = self.value(item, value::protect)?,
                    "session_policy" => own.session_policy = Some(self.value(item, value::session_policy)?),
                    "ykman_account" => own.ykman_account = Some(self.value(item, value::ykman_account)?),
                    key if COMMON_KEYS.contains(&key) => self.common(item, &mut own.common)?,
                    key if GLOBAL_KEYS.contains(&key) => {
                        let fault = self.error(format!("`{key}` is not a setting of a single profile"), item.0.span().start);
                        return Err(fault.hint("move it above the first table"));
                    }
                    key => return Err(self.unknown(key, item.0.span(), &PROFILE_KEYS)),
                }
            }
            settings.profiles.insert(name.to_owned(), own);
        }
        Ok(())
    }

    fn common(&self, item: Item<'_, '_>, common: &mut OverridableSettings) -> Result<(), ConfigError> {
        match item.0.get_ref().as_ref() {
            "backend" => common.backend = Some(self.value(item, value::backend)?),
            "prompt" => common.prompt = Some(self.value(item, value::prompt)?),
            "session_duration" => common.session_duration = Some(self.value(item, value::session_duration)?),
            "key_max_age" => common.key_max_age = Some(self.value(item, value::key_max_age)?),
            "browser" => common.browser = Some(self.value(item, value::browser)?),
            "role_duration" => common.role_duration = Some(self.value(item, value::role_duration)?),
            _ => common.expiry_window = Some(self.value(item, value::duration)?),
        }
        Ok(())
    }

    fn value<'t, 'i, T>(
        &self,
        (key, value): Item<'t, 'i>,
        read: impl Fn(&'t DeValue<'i>) -> Result<T, Complaint>,
    ) -> Result<T, ConfigError> {
        read(value.get_ref()).map_err(|complaint| self.error(format!("`{}` {complaint}", key.get_ref().escape_debug()), value.span().start))
    }

    fn unknown(&self, key: &str, at: Range<usize>, own: &[&str]) -> ConfigError {
        let known = || COMMON_KEYS.iter().chain(own).filter(|known| **known != "profile");
        let nearest = known().max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
        let all = known().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
        let hint = match nearest {
            Some(nearest) if strsim::jaro_winkler(key, nearest) > 0.7 => format!("write `{nearest}`"),
            _ => format!("the settings here are {all}"),
        };
        self.error(format!("`{}` is not a setting", key.escape_debug()), at.start).hint(hint)
    }

    /// A session that is no longer than the window would be renewed at each use.
    fn check_window(&self, table: &DeTable<'_>, effective: &EffectiveSettings) -> Result<(), ConfigError> {
        let window = effective.expiry_window;
        let too_short: Option<(&str, SessionDuration)> =
            [("session_duration", effective.session_duration), ("role_duration", effective.role_duration)]
                .into_iter()
                .find(|(_, d)| *d <= window);
        let Some((key, duration)) = too_short else { return Ok(()) };
        let culprit = ["expiry_window", key].into_iter().find_map(|name| table.iter().find(|(key, _)| key.get_ref() == name));
        let at = culprit.map_or(0, |(_, value)| value.span().start);
        Err(self.error(format!("`expiry_window` of `{window}` must be shorter than `{key}` of `{duration}`"), at))
    }
}
