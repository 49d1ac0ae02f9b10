//! The text of a credential report becomes users. Columns are found by their names: AWS adds new ones. Never skips a line, and never takes a
//! value that it does not understand for one that is not there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};

use crate::model::{AccountId, Arn, Partition, Timestamp, capped};

use super::check::ALL;
use super::user::{AccessKey, Certificate, Last, User};

/// The columns that are understood. The last four of them are of no use for a check.
const COLUMNS: [&str; 23] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
    "password_next_rotation",
    ADDITIONAL,
];

/// The guide names it, and reports leave it out.
const ADDITIONAL: &str = "additional_credentials_info";

/// A whole report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub account: Option<AccountId>,
    pub partition: Partition,
    pub users: Vec<User>,
    /// Columns that it should have, and the checks that are not made without them.
    pub missing: Vec<(&'static str, Vec<&'static str>)>,
    /// Columns that nobody here knows.
    pub unknown: Vec<String>,
    /// Users with more credentials than the columns have room for.
    pub with_more: Vec<String>,
}

/// Why a text is not a report that can be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    #[error("the credential report is empty")]
    Empty,
    #[error("line {line} of the credential report is not text in UTF-8 or UTF-16")]
    NotText { line: usize },
    #[error("this is not a credential report: its first line has no column `{0}`")]
    NoReport(&'static str),
    #[error("the credential report has a first line and no user: it is cut short")]
    NoUser,
    #[error("line {line} of the credential report has {has} of {columns} columns: {}", if has < columns { "it is cut short" } else { "it has too many" })]
    Columns { line: usize, has: usize, columns: usize },
    #[error("line {line} of the credential report cannot be read: `{column}` is `{value}`, not {expected}")]
    Value { line: usize, column: &'static str, value: String, expected: &'static str },
}

impl Report {
    /// Reads a report as AWS writes it, or as a spreadsheet or a shell has written it again.
    ///
    /// # Errors
    /// See [`ReportFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ReportFault> {
        let text = decoded(bytes)?;
        if text.trim().is_empty() {
            return Err(ReportFault::Empty);
        }
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(&text)).from_reader(text.as_bytes());
        let mut record = StringRecord::new();
        // The text is UTF-8 and the number of fields is free: nothing else can be wrong for the reader.
        let mut next = |record: &mut StringRecord| reader.read_record(record).unwrap_or(false);
        if !next(&mut record) {
            return Err(ReportFault::Empty);
        }
        let header: Vec<String> = record.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let columns: BTreeMap<&str, usize> = header.iter().enumerate().map(|(place, name)| (name.as_str(), place)).rev().collect();
        for needed in ["user", "arn"] {
            if !columns.contains_key(needed) {
                return Err(ReportFault::NoReport(needed));
            }
        }
        let place = |name: &str| columns.get(name).copied();
        let places: [Option<usize>; COLUMNS.len()] = COLUMNS.map(place);
        let (mut users, mut with_more) = (Vec::new(), Vec::new());
        while next(&mut record) {
            let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
            if record.len() != header.len() {
                return Err(ReportFault::Columns { line, has: record.len(), columns: header.len() });
            }
            let (user, more) = Line { record: &record, places: &places, number: line }.user()?;
            if more {
                with_more.push(user.name.clone());
            }
            users.push(user);
        }
        let first = users.first().ok_or(ReportFault::NoUser)?;
        let arn = Arn::parse(&first.arn).ok();
        Ok(Self {
            account: arn.as_ref().and_then(|arn| arn.account().cloned()),
            partition: arn.map(|arn| arn.partition()).unwrap_or_default(),
            missing: missing(&places),
            unknown: header.iter().filter(|name| !COLUMNS.contains(&name.as_str())).cloned().collect(),
            users,
            with_more,
        })
    }

    /// Whether it says anything of the root user.
    #[must_use]
    pub fn has_root(&self) -> bool {
        self.users.iter().any(User::is_root)
    }
}

/// As UTF-8 and without its mark; a shell of Windows writes UTF-16 into files, and other programs do so without a mark.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, ReportFault> {
    let rest = match bytes {
        [0xff, 0xfe, rest @ ..] => return wide(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => return wide(rest, u16::from_be_bytes).map(Cow::Owned),
        // No report begins with a zero, or has one after its first letter.
        [_, 0, ..] => return wide(bytes, u16::from_le_bytes).map(Cow::Owned),
        [0, _, ..] => return wide(bytes, u16::from_be_bytes).map(Cow::Owned),
        rest => rest.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(rest),
    };
    std::str::from_utf8(rest).map(Cow::Borrowed).map_err(|error| {
        let line = rest[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        ReportFault::NotText { line }
    })
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ReportFault> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        text.push(c.map_err(|_| ReportFault::NotText { line: text.split('\n').count() })?);
    }
    // Half a character: the end is missing.
    if odd.is_empty() { Ok(text) } else { Err(ReportFault::NotText { line: text.split('\n').count() }) }
}

/// A spreadsheet writes a semicolon where the comma is the sign of fractions.
fn delimiter(text: &str) -> u8 {
    let first = text.trim_start().lines().next().unwrap_or_default();
    match first {
        first if first.contains(',') => b',',
        first if first.contains(';') => b';',
        first if first.contains('\t') => b'\t',
        _ => b',',
    }
}

/// The columns that are not there, and what is not checked without them.
fn missing(places: &[Option<usize>; COLUMNS.len()]) -> Vec<(&'static str, Vec<&'static str>)> {
    let absent = COLUMNS.into_iter().zip(places).filter(|(name, place)| place.is_none() && *name != ADDITIONAL);
    let checks = |column: &str| ALL.iter().filter(|check| check.needs.contains(&column)).map(|check| check.kind.id).collect();
    absent.map(|(column, _)| (column, checks(column))).collect()
}

/// One line of the report.
struct Line<'a> {
    record: &'a StringRecord,
    places: &'a [Option<usize>; COLUMNS.len()],
    number: usize,
}

impl Line<'_> {
    /// The user, and whether there is more about them than has been read.
    fn user(&self) -> Result<(User, bool), ReportFault> {
        let key = |first: usize| -> Result<AccessKey, ReportFault> {
            let used_for: Vec<_> = [first + 4, first + 3].into_iter().filter_map(|column| self.known(column)).collect();
            Ok(AccessKey {
                active: self.flag(first)?,
                created: self.moment(first + 1)?,
                used: self.moment(first + 2)?,
                used_for: (!used_for.is_empty()).then(|| used_for.join(" in ")),
            })
        };
        let certificate = |first: usize| -> Result<Certificate, ReportFault> {
            Ok(Certificate { active: self.flag(first)?, created: self.moment(first + 1)? })
        };
        let user = User {
            name: self.text(0).unwrap_or_default().to_owned(),
            arn: self.text(1).unwrap_or_default().to_owned(),
            created: self.moment(2)?,
            password: self.flag(3)?,
            password_used: self.moment(4)?,
            password_changed: self.moment(5)?,
            mfa: self.flag(6)?,
            keys: [key(7)?, key(12)?],
            certificates: [certificate(17)?, certificate(19)?],
        };
        if user.name.is_empty() {
            return Err(self.fault(0, "a name"));
        }
        Ok((user, self.known(COLUMNS.len() - 1).is_some()))
    }

    fn text(&self, column: usize) -> Option<&str> {
        self.places[column].and_then(|place| self.record.get(place)).map(str::trim)
    }

    /// What is there, where AWS knows anything.
    fn known(&self, column: usize) -> Option<&str> {
        self.text(column).filter(|text| !is_nothing(text))
    }

    fn flag(&self, column: usize) -> Result<Option<bool>, ReportFault> {
        match self.known(column) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(self.fault(column, "`true` or `false`")),
        }
    }

    fn moment(&self, column: usize) -> Result<Last, ReportFault> {
        if self.places[column].is_none() {
            return Ok(Last::Unknown);
        }
        let Some(text) = self.known(column) else { return Ok(Last::Never) };
        Timestamp::parse_rfc3339(text).or_else(|_| Timestamp::parse_any(text)).map(Last::At).map_err(|_| self.fault(column, "a time"))
    }

    fn fault(&self, column: usize, expected: &'static str) -> ReportFault {
        let value = capped(self.text(column).unwrap_or_default(), 60);
        ReportFault::Value { line: self.number, column: COLUMNS[column], value, expected }
    }
}

fn is_nothing(text: &str) -> bool {
    text.is_empty() || ["N/A", "no_information", "not_supported"].iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}
