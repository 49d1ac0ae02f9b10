//! Finds the sections of a file in one pass and keeps only where they are. Never reads a property.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

use super::find::{count, find_all};
use super::glued::{Finder, Glued};
use super::header::{self, HeaderFault, SectionKind};
use super::lines::{Line, is_space};
use super::property::{Indentation, speaking_lines};
use super::{ConfigError, FileKind, SourceFile};
use crate::model::{Origin, ProfileName};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The keys of a section of this name are in every section for the AWS CLI and boto3, which read with Python's `configparser`. For the SDKs
/// it is a section like any other.
pub(super) const EVERY_SECTION: &[u8] = b"DEFAULT";

/// Whether a section of that name is meant, and not `[profile DEFAULT]`.
pub(super) fn is_of_every_section(file: FileKind, kind: SectionKind) -> bool {
    match file {
        FileKind::Config => kind == SectionKind::Other,
        FileKind::Credentials => kind == SectionKind::Profile { explicit: false },
    }
}

/// A section's place in its file.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub kind: SectionKind,
    pub name: Range<usize>,
    /// The header line.
    header: Line,
    /// Its number, counted from 1.
    line: usize,
}

impl Span {
    fn is_broken(&self) -> bool {
        matches!(self.kind, SectionKind::Broken(_))
    }
}

/// A file and where its sections are.
pub(super) struct IndexedFile {
    pub kind: FileKind,
    path: Arc<PathBuf>,
    // Security: wiped when dropped, since either file may contain keys.
    bytes: Zeroizing<Vec<u8>>,
    sections: Vec<Span>,
    /// The headers that are part of a value.
    glued: Vec<Glued>,
    /// For callers that ask for many sections by their names.
    order: OnceLock<Order>,
}

/// The places of sections, in the order of names.
struct Order {
    by_name: Vec<u32>,
    /// Only the broken headers, by the profiles that they were meant for.
    broken: Vec<u32>,
    /// The same for sections that have no effect.
    ignored: Vec<u32>,
}

impl IndexedFile {
    pub fn new(kind: FileKind, file: SourceFile) -> Self {
        let (sections, glued) = find_sections(&file.bytes, kind);
        Self { kind, path: Arc::new(file.path), bytes: Zeroizing::new(file.bytes), sections, glued, order: OnceLock::new() }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn sections(&self) -> impl Iterator<Item = &Span> {
        self.sections.iter().inspect(|_| looks::count())
    }

    pub fn name(&self, section: &Span) -> &[u8] {
        looks::count();
        &self.bytes[section.name.clone()]
    }

    /// The bytes from the end of the header line to the next header.
    pub fn body(&self, section: &Span) -> Range<usize> {
        let next = self.sections.partition_point(|other| other.header.start <= section.header.start);
        let end = self.sections.get(next).map_or(self.bytes.len(), |other| other.header.start);
        section.header.next..end
    }

    pub fn origin(&self, section: &Span) -> Origin {
        Origin { file: Arc::clone(&self.path), line: section.line }
    }

    /// The line that contains the byte at `offset` of this section.
    pub fn origin_within(&self, section: &Span, offset: usize) -> Origin {
        let further = count(b'\n', &self.bytes[section.header.start..offset]);
        Origin { file: Arc::clone(&self.path), line: section.line + further }
    }

    /// Makes many lookups by name cheap. For one or two of them, sorting is not worth it.
    pub fn sort_names(&self) {
        self.order.get_or_init(|| {
            let section = |index: &u32| &self.sections[*index as usize];
            // The sorts are stable, and sections of one name stay in the order of the file.
            let all = || (0..).take(self.sections.len());
            let mut by_name: Vec<u32> = all().collect();
            by_name.sort_by_key(|index| self.name(section(index)));
            let mut broken: Vec<u32> = all().filter(|index| section(index).is_broken()).collect();
            broken.sort_by_key(|index| self.meant_profile(section(index)));
            let mut ignored: Vec<u32> = all().filter(|index| self.meant_in_vain(section(index)).is_some()).collect();
            ignored.sort_by_key(|index| self.meant_in_vain(section(index)));
            Order { by_name, broken, ignored }
        });
    }

    /// The sections of this name, of any kind.
    pub fn named(&self, name: &[u8]) -> Vec<&Span> {
        match self.order.get() {
            Some(order) => self.equal(&order.by_name, name, |section| self.name(section)),
            None => self.sections().filter(|section| self.name(section) == name).collect(),
        }
    }

    /// Sections without effect that were meant for this name, and, if nothing is sorted yet, others.
    pub fn in_vain_for(&self, name: &[u8]) -> Vec<&Span> {
        match self.order.get() {
            Some(order) => self.equal(&order.ignored, name, |section| self.meant_in_vain(section).unwrap_or_default()),
            None => self.sections().collect(),
        }
    }

    /// The sections whose key is the name, in this order.
    fn equal<'a>(&'a self, order: &[u32], name: &[u8], key: impl Fn(&'a Span) -> &'a [u8]) -> Vec<&'a Span> {
        let section = |index: &u32| &self.sections[*index as usize];
        let start = order.partition_point(|index| key(section(index)) < name);
        order[start..].iter().map(section).take_while(|section| key(section) == name).collect()
    }

    /// The profile that a broken header was evidently meant for.
    fn meant_profile(&self, section: &Span) -> &[u8] {
        looks::count();
        header::meant_profile(self.header_text(section), self.kind)
    }

    /// The sections that make up a profile. `[profile default]` in the config file replaces `[default]` there.
    pub fn profile_sections(&self, name: &[u8]) -> impl Iterator<Item = &Span> {
        let mut sections = self.named(name);
        sections.retain(|section| matches!(section.kind, SectionKind::Profile { .. }));
        let explicit = |section: &Span| section.kind == SectionKind::Profile { explicit: true };
        if self.kind == FileKind::Config && name == b"default" && sections.iter().any(|section| explicit(section)) {
            sections.retain(|section| explicit(section));
        }
        sections.into_iter()
    }

    /// The sections that make up a profile for readers that use Python's `configparser`: of several headers that name it, the last replaces the
    /// others. The settings of [`EVERY_SECTION`] come first.
    pub fn profile_sections_by_configparser(&self, name: &[u8]) -> impl Iterator<Item = &Span> {
        let mut own = self.named(name);
        own.retain(|section| matches!(section.kind, SectionKind::Profile { .. }));
        let header = |section: &Span| self.header_text(section).split(|byte| *byte == b']').next().unwrap_or_default();
        let mut headers = Vec::new();
        for section in &own {
            if !headers.contains(&header(section)) {
                headers.push(header(section));
            }
        }
        own.retain(|section| headers.last() == Some(&header(section)));
        let of_every_section = if own.is_empty() { Vec::new() } else { self.named(EVERY_SECTION) };
        of_every_section.into_iter().filter(|section| is_of_every_section(self.kind, section.kind)).chain(own)
    }

    /// The first broken header that was evidently meant for the profile.
    pub fn broken_header_of(&self, name: &[u8]) -> Option<ConfigError> {
        let meant = match self.order.get() {
            Some(order) => self.equal(&order.broken, name, |section| self.meant_profile(section)).first().copied(),
            None => self.sections().find(|section| section.is_broken() && self.meant_profile(section) == name),
        };
        match meant {
            Some(section) => self.header_error(section),
            None => self.glued_header_of(name, |kind| matches!(kind, SectionKind::Profile { .. })),
        }
    }

    /// The first header that is part of a value and concerns the section of this name and of a kind that `is_kind` accepts: either it is
    /// the header that was meant for that section, or the section contains the value.
    pub fn glued_header_of(&self, name: &[u8], is_kind: impl Fn(SectionKind) -> bool) -> Option<ConfigError> {
        let concerned = |glued: &&Glued| {
            let owner = self.owner(glued).is_some_and(|section| is_kind(section.kind) && self.name(section) == name);
            owner || is_kind(glued.kind) && self.bytes[glued.name.clone()] == *name
        };
        self.glued.iter().find(concerned).map(|glued| self.glued_error(glued))
    }

    /// The section that contains a header within a value.
    fn owner(&self, glued: &Glued) -> Option<&Span> {
        let after = self.sections.partition_point(|section| section.header.start <= glued.start);
        after.checked_sub(1).map(|index| &self.sections[index])
    }

    fn glued_error(&self, glued: &Glued) -> ConfigError {
        // Security: in the credentials file, text in brackets may also be the end of a password.
        let shown = match self.kind {
            FileKind::Config => {
                format!("the section header `{}`", String::from_utf8_lossy(&self.bytes[glued.start..glued.end]).escape_debug())
            }
            FileKind::Credentials => "a section header".to_owned(),
        };
        let message = match self.owner(glued) {
            Some(section) if section.header.next > glued.start => format!("{shown} is on the line of another header"),
            Some(section) => {
                let header = String::from_utf8_lossy(self.header_text(section));
                let header = header.split_inclusive(']').next().unwrap_or_default().trim();
                format!(
                    "{shown} is part of a value of section `{}`, so AWS tools read the lines below it as that section's",
                    header.escape_debug()
                )
            }
            None => format!("{shown} is part of a line that belongs to no section"),
        };
        let line = count(b'\n', &self.bytes[..glued.start]) + 1;
        ConfigError::new(message)
            .at(Origin { file: Arc::clone(&self.path), line })
            .hint("put the header on a separate line, without indentation")
    }

    /// All header errors, and text above the first header, which belongs to no section.
    pub fn header_errors(&self) -> Vec<ConfigError> {
        let first = self.sections.first().map_or(self.bytes.len(), |section| section.header.start);
        let stray = speaking_lines(&self.bytes, text_start(&self.bytes), first).next().map(|line| {
            let line = count(b'\n', &self.bytes[..line.start]) + 1;
            ConfigError::new("this line comes before the first section header and belongs to no profile")
                .at(Origin { file: Arc::clone(&self.path), line })
                .hint("put `[default]` or `[profile NAME]` above it, or remove it")
        });
        let broken = self.sections().filter_map(|section| self.header_error(section));
        stray.into_iter().chain(broken).chain(self.glued.iter().map(|glued| self.glued_error(glued))).collect()
    }

    pub fn header_text(&self, section: &Span) -> &[u8] {
        section.header.text(&self.bytes)
    }

    fn header_error(&self, section: &Span) -> Option<ConfigError> {
        let SectionKind::Broken(fault) = section.kind else { return None };
        // Security: such a line may contain a setting, so nothing is shown from the first `]` or `=` on.
        let text = String::from_utf8_lossy(self.header_text(section));
        let shown = text.split(['=', ']']).next().unwrap_or_default().trim().chars().take(80).collect::<String>();
        let shown = shown.escape_debug();
        let quoted = || {
            let meant = std::str::from_utf8(self.meant_profile(section)).ok().and_then(|name| ProfileName::parse(name).ok());
            meant.map_or_else(|| "[profile \"NAME\"]".to_owned(), |name| header::header_of(&name))
        };
        let (message, hint) = match fault {
            HeaderFault::NoBracket => (format!("section header `{shown}` has no closing `]`"), "add the `]`"),
            HeaderFault::TextBehind => (
                format!("section header `{shown}]` has other text after the `]`"),
                "put the text on a separate line, or put ` #` before it",
            ),
            HeaderFault::NoName => (format!("section header `{shown}]` has no name"), "put the name before the `]`"),
            HeaderFault::NeedsQuotes => {
                let hint = format!("write `{}`: AWS tools do not read the section as it is", quoted());
                return Some(
                    ConfigError::new(format!("the name in section header `{shown}]` needs quotes")).at(self.origin(section)).hint(hint),
                );
            }
            HeaderFault::OddQuotes => (
                format!("the name in section header `{shown}]` has a stray quote or a backslash"),
                "write the name without quotes, or in a pair of quotes if it contains a space",
            ),
        };
        Some(ConfigError::new(message).at(self.origin(section)).hint(hint))
    }
}

/// After a byte order mark.
pub(super) fn text_start(bytes: &[u8]) -> usize {
    if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
}

/// Brackets are rare, so searching for them skips everything else at the speed of memory.
fn find_sections(bytes: &[u8], kind: FileKind) -> (Vec<Span>, Vec<Glued>) {
    let text_start = text_start(bytes);
    let mut sections = Vec::new();
    let mut glued = Finder::new(bytes, kind, text_start);
    let mut section_start = text_start;
    let mut indentation = (text_start, Indentation::default());
    let mut line_number = 1;
    for bracket in find_all(b'[', bytes) {
        let blanks = bytes[text_start..bracket].iter().rev().take_while(|byte| is_space(**byte)).count();
        let start = bracket - blanks;
        let starts_a_line = start == text_start || bytes[start - 1] == b'\n';
        if !starts_a_line || blanks > 0 && continues_a_value(bytes, &mut indentation, start, bracket) {
            glued.look_at(bracket);
            continue;
        }
        let header = Line::at(bytes, start, bytes.len()).expect("the bracket is on this line");
        let read = header::read(header.text(bytes), kind);
        line_number += count(b'\n', &bytes[section_start..start]);
        section_start = start;
        indentation = (header.next, Indentation::default());
        sections.push(Span { kind: read.kind, name: start + read.name.start..start + read.name.end, header, line: line_number });
    }
    (sections, glued.found)
}

/// Whether the indented line at `start` is part of the value above it. Only for such lines are earlier lines read, and
/// no line is read twice.
fn continues_a_value(bytes: &[u8], (walked, indentation): &mut (usize, Indentation), start: usize, bracket: usize) -> bool {
    for line in speaking_lines(bytes, *walked, start) {
        indentation.continues(line.text(bytes));
    }
    *walked = start;
    indentation.clone().continues(&bytes[start..=bracket])
}

/// Counts how many sections are visited, for the test of how many a lookup takes.
mod looks {
    #[cfg(test)]
    thread_local! {
        static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    #[inline]
    pub(super) fn count() {
        #[cfg(test)]
        LOOKS.set(LOOKS.get() + 1);
    }

    #[cfg(test)]
    pub(super) fn take() -> usize {
        LOOKS.take()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::config::ProfileSet;
    use crate::model::ProfileName;

    /// How many sections each lookup visits on average, after the names were listed.
    fn looks_for_each(count: usize) -> [usize; 6] {
        let mut config = String::new();
        for index in 0..count {
            let _ = write!(
                config,
                "[profile a{index}]\n[services a{index}]\n[sso-session a{index}]\n[profile b{index}] x\n[Profile c{index}]\n"
            );
        }
        let file = |text: &str| SourceFile { path: PathBuf::new(), bytes: text.as_bytes().to_vec() };
        let set = ProfileSet::index(Some(file(&config)), Some(file(&config.replace("profile ", ""))));
        let names = set.names();
        assert_eq!(names.iter().filter(|name| name.as_str().starts_with('a')).count(), count);
        let asked: Vec<_> = (0..count).map(|index| ProfileName::parse(&format!("a{index}")).unwrap()).collect();
        let each = |ask: &dyn Fn(&ProfileName)| {
            looks::take();
            asked.iter().for_each(ask);
            looks::take() / count
        };
        [
            each(&|name| assert!(set.profile(name).unwrap().is_some())),
            each(&|name| assert!(set.is_defined(name))),
            each(&|name| assert!(set.services(name.as_str()).unwrap().is_some() && set.sso_session(name.as_str()).unwrap().is_some())),
            each(&|name| assert_eq!(set.readings(name).unwrap().len(), 2)),
            each(&|name| assert_eq!(set.ignored_sections(&name.as_str().replace('a', "c")).len(), 2)),
            each(&|name| assert!(set.suggestions(name.as_str()).len() <= 3)),
        ]
    }

    #[test]
    fn a_section_is_found_without_a_look_at_all_others() {
        let (few, many) = (looks_for_each(100), looks_for_each(1600));
        for (few, many) in few.into_iter().zip(many) {
            // Binary search takes a few more steps for each.
            assert!(many <= few.max(20) * 2, "{few} looks among 100, {many} among 1600");
        }
    }
}
