//! Changes the text of the config file and keeps every other byte. Never writes a file.

use std::ops::Range;
use std::path::PathBuf;

use super::find::find;
pub use super::header::header_of;
use super::index::{IndexedFile, Span, text_start};
use super::lines::{Line, indent, statement, trim};
use super::property::{Property, properties, speaking_lines};
use super::{ConfigError, FileKind, ProfileSet, SourceFile};
use crate::model::ProfileName;

/// Marks a section that this program made: only such a section is removed whole.
pub const MADE: &str = "# made by `vault link`";

/// Adds a section with these settings at the end if the profile has none; else changes nothing. `comment` goes below its header.
///
/// # Errors
/// When a broken header was evidently meant for this profile, or a setting could not be read back.
pub fn ensure_section(bytes: &[u8], name: &ProfileName, comment: Option<&str>, settings: &[(&str, &str)]) -> Result<Vec<u8>, ConfigError> {
    let file = read(bytes);
    refuse_broken_header(&file, name)?;
    let settings = settings.iter().map(|(key, value)| setting_lines(key, value)).collect::<Result<Vec<_>, _>>()?;
    let mut text = bytes.to_vec();
    if file.profile_sections(name.as_str().as_bytes()).next().is_some() {
        return Ok(text);
    }
    let end = line_end(bytes);
    // The last line of a removable section records whether the line above it had a line end.
    let restorable = comment.is_some();
    let complete = is_empty(bytes) || bytes.ends_with(b"\n");
    // A blank line separates the section from the text above it.
    if !is_empty(bytes) {
        if !complete {
            text.extend_from_slice(end);
        }
        if restorable || !bytes.ends_with(b"\n\n") && !bytes.ends_with(b"\r\n\r\n") {
            text.extend_from_slice(end);
        }
    }
    let lines = std::iter::once(header_of(name)).chain(comment.map(str::to_owned)).chain(settings.into_iter().flatten());
    for line in lines {
        text.extend_from_slice(line.as_bytes());
        text.extend_from_slice(end);
    }
    if restorable && !complete {
        text.truncate(text.len() - end.len());
    }
    Ok(text)
}

/// Whether [`ensure_section`] can write the setting.
#[must_use]
pub fn can_write(key: &str, value: &str) -> bool {
    setting_lines(key, value).is_ok()
}

/// The setting's text: further lines of its value, such as those of `s3 =`, are indented below the first.
pub(super) fn setting_lines(key: &str, value: &str) -> Result<Vec<String>, ConfigError> {
    let mut parts = value.split('\n');
    let first = parts.next().unwrap_or_default();
    let lines: Vec<_> =
        std::iter::once(format!("{key} = {first}").trim_end().to_owned()).chain(parts.map(|part| format!("  {part}"))).collect();
    let text = lines.join("\n");
    let mut read = properties(text.as_bytes(), 0, text.len());
    let same = |property: Property<'_>| property.key == key && property.value().is_ok_and(|found| found == value);
    let is_read_back =
        is_plain_key(key) && !value.chars().any(|c| c.is_control() && c != '\n') && read.next().is_some_and(|found| found.is_ok_and(same));
    if is_read_back && read.next().is_none() { Ok(lines) } else { Err(unwritable(key)) }
}

/// Sets a key of the profile to this value: in place if it is set, else below the profile's last setting.
///
/// # Errors
/// When the profile has no section, a broken header was evidently meant for it, or the setting could not be read back.
pub fn set_key(bytes: &[u8], name: &ProfileName, key: &str, value: &str) -> Result<Vec<u8>, ConfigError> {
    check_setting(key, value)?;
    let file = read(bytes);
    refuse_broken_header(&file, name)?;
    let sections = file.profile_sections(name.as_str().as_bytes()).collect::<Vec<_>>();
    let Some(last) = sections.last() else {
        return Err(ConfigError::new(format!("profile `{name}` has no section in the config file")));
    };
    // If a key is set twice, the last one counts, so that is the one to change.
    let set = sections.iter().flat_map(|section| with_key(&file, section, key)).last();
    Ok(match set {
        Some(property) => replace_value(bytes, &property, value),
        None => insert_lines(&file, last, None, &[format!("{key} = {value}")]),
    })
}

/// Removes every occurrence of a key from the profile: if only the last were removed, an earlier one would take effect.
///
/// # Errors
/// When a broken header was evidently meant for this profile.
pub fn remove_key(bytes: &[u8], name: &ProfileName, key: &str) -> Result<Vec<u8>, ConfigError> {
    let file = read(bytes);
    refuse_broken_header(&file, name)?;
    let set = file.profile_sections(name.as_str().as_bytes()).flat_map(|section| with_key(&file, section, key));
    let mut text = Vec::with_capacity(bytes.len());
    let mut kept = 0;
    for property in set {
        text.extend_from_slice(&bytes[kept..property.line.start]);
        push_comments(&mut text, bytes, &property);
        kept = property.end;
    }
    // `set_key` adds a line end before a last line without one, so that line end goes too.
    if kept == bytes.len() && kept > 0 && !bytes.ends_with(b"\n") {
        text.truncate(text.len() - last_line_end(&text));
    }
    text.extend_from_slice(&bytes[kept..]);
    Ok(text)
}

/// Removes the profile's section and the blank line above it; `None` if the profile has no section, or one without [`MADE`], or
/// if there is more in it than these keys: another setting, a comment, or an unreadable line. Then a person must decide.
///
/// # Errors
/// When a broken header was evidently meant for this profile.
pub fn remove_section_of(bytes: &[u8], name: &ProfileName, keys: &[&str]) -> Result<Option<Vec<u8>>, ConfigError> {
    let file = read(bytes);
    refuse_broken_header(&file, name)?;
    let sections = file.profile_sections(name.as_str().as_bytes()).collect::<Vec<_>>();
    let [section] = sections[..] else { return Ok(None) };
    let whole = SourceFile { path: PathBuf::new(), bytes: bytes.to_vec() };
    if !matches!(ProfileSet::index(Some(whole), None).profile(name), Ok(Some(_))) {
        return Ok(None);
    }
    let body = file.body(section);
    let known = |property: &Property<'_>| keys.iter().any(|key| property.key.eq_ignore_ascii_case(key));
    if !properties(bytes, body.start, body.end).all(|property| property.is_ok_and(|property| known(&property)))
        || !lines(bytes, body.start, body.end).map(|line| line.text(bytes)).filter(|line| is_comment(line)).eq([MADE.as_bytes()])
        || is_comment_behind(bytes, section, body.start)
    {
        return Ok(None);
    }
    let start = bytes[..section.name.start].iter().rposition(|byte| *byte == b'\n').map_or_else(|| text_start(bytes), |at| at + 1);
    let mut text = bytes[..start].to_vec();
    if body.end == bytes.len() {
        // The section that is now last needs no blank line after it.
        let blank = last_line_end(&text);
        if text[..text.len() - blank].ends_with(b"\n") {
            text.truncate(text.len() - blank);
        }
        if !bytes.ends_with(b"\n") {
            text.truncate(text.len() - last_line_end(&text));
        }
    }
    text.extend_from_slice(&bytes[body.end..]);
    // Without `[profile default]`, a `[default]` that was ignored would take effect; an indented header could continue the text
    // above the section.
    let left = read(&text);
    let gone = left.profile_sections(name.as_str().as_bytes()).next().is_none();
    let others = file.sections().filter(|other| other.name != section.name).map(|other| (other.kind, file.name(other)));
    let the_same = others.eq(left.sections().map(|other| (other.kind, left.name(other))));
    Ok((gone && the_same).then_some(text))
}

pub(super) fn lines(bytes: &[u8], start: usize, end: usize) -> impl Iterator<Item = Line> {
    std::iter::successors(Line::at(bytes, start, end), move |line| Line::at(bytes, line.next, end))
}

fn is_comment(text: &[u8]) -> bool {
    matches!(text.get(indent(text)), Some(b'#' | b';'))
}

/// Whether a comment follows the header of the section.
fn is_comment_behind(bytes: &[u8], section: &Span, body: usize) -> bool {
    let behind = &bytes[section.name.end..body];
    behind.iter().any(|byte| matches!(byte, b'#' | b';'))
}

pub(super) fn read(bytes: &[u8]) -> IndexedFile {
    IndexedFile::new(FileKind::Config, SourceFile { path: PathBuf::from("~/.aws/config"), bytes: bytes.to_vec() })
}

pub(super) fn refuse_broken_header(file: &IndexedFile, name: &ProfileName) -> Result<(), ConfigError> {
    file.broken_header_of(name.as_str().as_bytes()).map_or(Ok(()), Err)
}

pub(super) fn with_key<'a>(file: &'a IndexedFile, section: &Span, key: &str) -> Vec<Property<'a>> {
    let Range { start, end } = file.body(section);
    properties(file.bytes(), start, end).flatten().filter(|property| property.key.eq_ignore_ascii_case(key)).collect()
}

/// Refuses a value that would be read back differently.
fn check_setting(key: &str, value: &str) -> Result<(), ConfigError> {
    let plain_value = trim(value) == value && !value.chars().any(char::is_control);
    let line = format!("{key} = {value}");
    if is_plain_key(key) && plain_value && !value.is_empty() && statement(line.as_bytes()) == Ok(line.as_str()) {
        return Ok(());
    }
    Err(unwritable(key))
}

fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

// Security: the value is not shown.
fn unwritable(key: &str) -> ConfigError {
    ConfigError::new(format!("this value of `{}` cannot be written to the config file", key.escape_debug()))
        .hint("a value is a single line without white space around it, and without ` #` or ` ;` in it, which start a comment")
}

/// Replaces the old value, with all its lines. The key, the white space around `=` and comments stay.
fn replace_value(bytes: &[u8], property: &Property<'_>, value: &str) -> Vec<u8> {
    let divider = property.divider();
    let mut edited = bytes[..divider].to_vec();
    // In `key: a=b`, the `=` would be the separator.
    edited.push(if value.contains('=') { b'=' } else { bytes[divider] });
    let behind = if let Some(old) = property.first_place() {
        edited.extend_from_slice(&bytes[divider + 1..old.start]);
        old.end
    } else {
        edited.push(b' ');
        divider + 1
    };
    edited.extend_from_slice(value.as_bytes());
    // White space before a comment that is neither blank nor tab was part of the old value.
    if matches!(bytes.get(behind), Some(b'#' | b';')) && !value.ends_with(char::is_whitespace) {
        edited.push(b' ');
    }
    edited.extend_from_slice(&bytes[behind..property.line.next]);
    push_comments(&mut edited, bytes, property);
    edited.extend_from_slice(&bytes[property.end..]);
    edited
}

/// Comments and blank lines between the lines of a value are not part of it.
pub(super) fn push_comments(edited: &mut Vec<u8>, bytes: &[u8], property: &Property<'_>) {
    let mut kept = property.line.next;
    for line in speaking_lines(bytes, property.line.next, property.end) {
        edited.extend_from_slice(&bytes[kept..line.start]);
        kept = line.next;
    }
}

/// Inserts new lines above this one, or below the section's last setting, or below its header. Each is indented like its neighbour, so that
/// neither of them continues the other's value.
pub(super) fn insert_lines(file: &IndexedFile, section: &Span, above: Option<Line>, new: &[String]) -> Vec<u8> {
    let bytes = file.bytes();
    let body = file.body(section);
    let last = properties(bytes, body.start, body.end).flatten().last();
    let mark = lines(bytes, body.start, body.end).next().filter(|line| line.text(bytes) == MADE.as_bytes());
    let below = last.map_or(mark.map_or(body.start, |mark| mark.next), |last| last.end);
    let at = above.map_or(below, |line| line.start);
    let neighbour = above.or_else(|| last.map(|last| last.line)).or_else(|| speaking_lines(bytes, body.start, bytes.len()).next());
    let indentation = neighbour.map_or(b"".as_slice(), |line| &bytes[line.start..][..indent(line.text(bytes))]);
    let end = line_end(bytes);
    let mut edited = bytes[..at].to_vec();
    // The last line of a file may have no line end: then the new last line has none either.
    let complete = bytes[..at].ends_with(b"\n");
    for line in new {
        if !complete {
            edited.extend_from_slice(end);
        }
        edited.extend_from_slice(indentation);
        edited.extend_from_slice(line.as_bytes());
        if complete {
            edited.extend_from_slice(end);
        }
    }
    edited.extend_from_slice(&bytes[at..]);
    edited
}

/// Whether this program made the profile's section.
#[must_use]
pub fn is_made(bytes: &[u8], name: &ProfileName) -> bool {
    let file = read(bytes);
    let mut sections = file.profile_sections(name.as_str().as_bytes());
    sections.any(|section| {
        let body = file.body(section);
        lines(bytes, body.start, body.end).next().is_some_and(|line| line.text(bytes) == MADE.as_bytes())
    })
}

/// The line end of the file's first line.
fn line_end(bytes: &[u8]) -> &'static [u8] {
    match find(b'\n', bytes) {
        Some(at) if at > 0 && bytes[at - 1] == b'\r' => b"\r\n",
        _ => b"\n",
    }
}

/// The length of the final line end, as [`line_end`] returned it when it was added: a CR before it may be part of the original file.
fn last_line_end(text: &[u8]) -> usize {
    match text.strip_suffix(b"\n") {
        Some(before) if before.ends_with(b"\r") => line_end(before).len(),
        Some(_) => 1,
        None => 0,
    }
}

fn is_empty(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).is_empty()
}
