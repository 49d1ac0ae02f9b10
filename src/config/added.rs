//! The settings that this program adds to a section of the user, above the key that it writes there, and removes again. Never touches a
//! line that it did not write.

use super::ConfigError;
use super::edit::{insert_lines, lines, push_comments, read, refuse_broken_header, setting_lines, with_key};
use super::lines::indent;
use super::property::properties;
use crate::model::ProfileName;

/// The added lines begin with this one, and end with the key that they are added for.
pub const ADDED: &str = "# added by `vault link`, up to `credential_process`";

/// Adds these settings above the profile's key `until`, or where that key would be added. The profile must have a section.
///
/// # Errors
/// When a broken header was evidently meant for this profile, or a setting could not be read back.
pub fn add(bytes: &[u8], name: &ProfileName, settings: &[(&str, &str)], until: &str) -> Result<Vec<u8>, ConfigError> {
    let file = read(bytes);
    refuse_broken_header(&file, name)?;
    let settings = settings.iter().map(|(key, value)| setting_lines(key, value)).collect::<Result<Vec<_>, _>>()?;
    if settings.is_empty() {
        return Ok(bytes.to_vec());
    }
    let added: Vec<_> = std::iter::once(ADDED.to_owned()).chain(settings.into_iter().flatten()).collect();
    let sections: Vec<_> = file.profile_sections(name.as_str().as_bytes()).collect();
    let Some(last) = sections.last() else { return Ok(bytes.to_vec()) };
    let above = sections.iter().flat_map(|section| with_key(&file, section, until)).last();
    Ok(insert_lines(&file, last, above.map(|property| property.line), &added))
}

/// Removes what [`add`] added. Comments that somebody else added stay.
///
/// # Errors
/// When a broken header was evidently meant for this profile.
pub fn remove(bytes: &[u8], name: &ProfileName, until: &str) -> Result<Vec<u8>, ConfigError> {
    let file = read(bytes);
    refuse_broken_header(&file, name)?;
    let mut text = Vec::with_capacity(bytes.len());
    let mut kept = 0;
    for section in file.profile_sections(name.as_str().as_bytes()) {
        let body = file.body(section);
        let all: Vec<_> = properties(bytes, body.start, body.end).flatten().collect();
        for mark in lines(bytes, body.start, body.end).filter(|line| line.text(bytes)[indent(line.text(bytes))..] == *ADDED.as_bytes()) {
            let is_within = all.iter().any(|property| (property.line.start..property.end).contains(&mark.start));
            let end = all.iter().find(|property| property.line.start > mark.start && property.key.eq_ignore_ascii_case(until));
            let (false, Some(end)) = (is_within || mark.start < kept, end) else { continue };
            text.extend_from_slice(&bytes[kept..mark.start]);
            kept = mark.next;
            for property in all.iter().filter(|property| (mark.start..end.line.start).contains(&property.line.start)) {
                text.extend_from_slice(&bytes[kept..property.line.start]);
                push_comments(&mut text, bytes, property);
                kept = property.end;
            }
        }
    }
    text.extend_from_slice(&bytes[kept..]);
    Ok(text)
}
