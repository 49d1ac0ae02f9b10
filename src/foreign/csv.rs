//! The files in which the AWS console gives keys: CSV in the layouts that it had over the years, and the oldest, of `NAME=VALUE` lines.
//! Never shows what is in one.

use std::ops::Range;

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::model::AccessKeyId;

use super::{Found, Held, Tool};

/// Why a file is none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvFault {
    NotText,
    /// There is no column for this.
    NoColumn(&'static str),
    /// The quotes in it do not match.
    Quotes,
    NoRow,
}

const ID: &str = "Access key ID";
const SECRET: &str = "Secret access key";

/// The keys in the file. `file_name` names the user where the file itself does not: it is `NAME_accessKeys.csv`.
///
/// # Errors
/// When it is no such file.
pub fn found(content: &[u8], file_name: &str) -> Result<Vec<Found>, CsvFault> {
    let text = std::str::from_utf8(content).map_err(|_| CsvFault::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let of_file = file_name.strip_suffix("_accessKeys.csv").unwrap_or_default();
    if let Some(key) = of_lines(text) {
        return Ok(vec![row_found(of_file, key)]);
    }
    let (columns, rows) = table(text)?;
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            let name = columns.user.map(|at| row.cell(at).to_owned()).filter(|name| !name.is_empty());
            row_found(&name.unwrap_or_else(|| of_file.to_owned()), columns.key(row))
        })
        .collect();
    if found.is_empty() { Err(CsvFault::NoRow) } else { Ok(found) }
}

/// The file without the rows of these keys; `None` where no other key is in it.
#[must_use]
pub fn without(content: &[u8], keys: &[(&AccessKeyId, &SecretString)]) -> Option<Vec<u8>> {
    let is_moved = |held: &Held| {
        held.key().is_some_and(|key| {
            let secret = key.secret.expose_secret().as_bytes();
            keys.iter().any(|(id, known)| **id == key.key_id && bool::from(secret.ct_eq(known.expose_secret().as_bytes())))
        })
    };
    let Ok(whole) = std::str::from_utf8(content) else { return Some(content.to_vec()) };
    let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    if let Some(held) = of_lines(text) {
        return (!is_moved(&held)).then(|| content.to_vec());
    }
    let Ok((columns, rows)) = table(text) else { return Some(content.to_vec()) };
    let (moved, kept): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| is_moved(&columns.key(row)));
    if kept.is_empty() {
        return None;
    }
    let offset = whole.len() - text.len();
    let mut left = Vec::with_capacity(content.len());
    let mut at = 0;
    for row in moved {
        left.extend_from_slice(&content[at..offset + row.place.start]);
        at = offset + row.place.end;
    }
    left.extend_from_slice(&content[at..]);
    Some(left)
}

/// Which column holds what.
struct Columns {
    id: usize,
    secret: usize,
    user: Option<usize>,
}

impl Columns {
    fn key(&self, row: &Row) -> Held {
        Held::of(row.cell(self.id), SecretString::from(row.cell(self.secret)))
    }
}

/// A row, and where it is in the text with the end of its line.
struct Row {
    cells: Vec<Zeroizing<String>>,
    place: Range<usize>,
}

impl Row {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |cell| cell.trim())
    }
}

fn table(text: &str) -> Result<(Columns, Vec<Row>), CsvFault> {
    let mut rows = rows(text)?;
    if rows.is_empty() {
        return Err(CsvFault::NoRow);
    }
    let header = rows.remove(0);
    let column = |names: &[&str]| header.cells.iter().position(|cell| names.contains(&plain(cell).as_str()));
    let id = column(&["accesskeyid", "awsaccesskeyid"]).ok_or(CsvFault::NoColumn(ID))?;
    let secret = column(&["secretaccesskey", "awssecretkey", "awssecretaccesskey"]).ok_or(CsvFault::NoColumn(SECRET))?;
    Ok((Columns { id, secret, user: column(&["username"]) }, rows))
}

fn row_found(name: &str, held: Held) -> Found {
    Found { tool: Tool::Csv, place: name.to_owned(), name: name.to_owned(), held, serial: None }
}

/// `AWSAccessKeyId=…` and `AWSSecretKey=…`, as in an old `rootkey.csv`.
fn of_lines(text: &str) -> Option<Held> {
    let value = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
    Some(Held::of(value("AWSAccessKeyId")?.trim(), SecretString::from(value("AWSSecretKey")?.trim())))
}

/// A heading, however it is written: `Access key ID`, `Access Key Id`.
fn plain(heading: &str) -> String {
    heading.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The rows that are not blank, by RFC 4180: quoted cells may hold commas and line ends, and two quotes in them are one.
// Security: a cell has room for all of the rest at once, since growing would leave copies of a secret behind.
fn rows(text: &str) -> Result<Vec<Row>, CsvFault> {
    let room = text.len();
    let cell = || Zeroizing::new(String::with_capacity(room.min(4096)));
    let (mut rows, mut cells, mut current) = (Vec::new(), Vec::new(), cell());
    let (mut start, mut quoted, mut chars) = (0, false, text.char_indices().peekable());
    while let Some((at, c)) = chars.next() {
        match (quoted, c) {
            (true, '"') if chars.next_if(|(_, next)| *next == '"').is_some() => current.push('"'),
            (true, '"') => quoted = false,
            (false, '"') if current.trim().is_empty() => {
                current.clear();
                quoted = true;
            }
            (false, ',') => cells.push(std::mem::replace(&mut current, cell())),
            (false, '\r') if chars.peek().is_some_and(|(_, next)| *next == '\n') => {}
            (false, '\n' | '\r') => {
                cells.push(std::mem::replace(&mut current, cell()));
                rows.push(Row { cells: std::mem::take(&mut cells), place: start..at + 1 });
                start = at + 1;
            }
            (_, c) => current.push(c),
        }
    }
    if quoted {
        return Err(CsvFault::Quotes);
    }
    cells.push(current);
    rows.push(Row { cells, place: start..text.len() });
    rows.retain(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str, file: &str) -> Result<Vec<(String, String)>, CsvFault> {
        let key = |found: &Found| found.held.key().map_or_else(String::new, |key| format!("{} {}", key.key_id, key.secret.expose_secret()));
        Ok(found(text.as_bytes(), file)?.iter().map(|found| (found.name.clone(), key(found))).collect())
    }

    #[test]
    fn the_layouts_of_the_console() {
        const KEY: &str = "AKIAIOSFODNN7EXAMPLE a/b+c";
        for (text, file, names) in [
            ("Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,a/b+c\n", "alice_accessKeys.csv", &["alice"][..]),
            ("Access key ID,Secret access key\r\nAKIAIOSFODNN7EXAMPLE,a/b+c", "accessKeys.csv", &[""]),
            ("User Name,Access key ID,Secret access key\n\"alice\",AKIAIOSFODNN7EXAMPLE,a/b+c\n", "credentials.csv", &["alice"]),
            ("User Name,Access Key Id,Secret Access Key\n\"a,b\",AKIAIOSFODNN7EXAMPLE,a/b+c\n\n", "x", &["a,b"]),
            (
                "User name,Password,Access key ID,Secret access key,Console login link\nbob,\"p,\"\"w\",AKIAIOSFODNN7EXAMPLE,a/b+c,https://x\n",
                "new_user_credentials.csv",
                &["bob"],
            ),
            ("User name,Access key ID,Secret access key\na,AKIAIOSFODNN7EXAMPLE,a/b+c\nb,AKIAIOSFODNN7EXAMPLE,a/b+c\n", "x", &["a", "b"]),
            ("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\r\nAWSSecretKey=a/b+c\r\n", "rootkey.csv", &[""]),
        ] {
            for text in [text.to_owned(), format!("\u{feff}{text}")] {
                let expected: Vec<_> = names.iter().map(|name| ((*name).to_owned(), KEY.to_owned())).collect();
                assert_eq!(keys(&text, file), Ok(expected), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        for (text, fault) in [
            ("", CsvFault::NoRow),
            ("Access key ID,Secret access key\n", CsvFault::NoRow),
            ("Access key ID\nAKIAIOSFODNN7EXAMPLE\n", CsvFault::NoColumn(SECRET)),
            ("AKIAIOSFODNN7EXAMPLE,a/b+c\n", CsvFault::NoColumn(ID)),
            ("Access key ID,Secret access key\n\"AKIA", CsvFault::Quotes),
        ] {
            assert_eq!(keys(text, "x").err(), Some(fault), "{text}");
        }
        assert_eq!(found(b"\xff\xfe", "x").err(), Some(CsvFault::NotText));
    }

    #[test]
    fn only_the_rows_of_the_keys_go() {
        const HEADER: &str = "\u{feff}User name,Access key ID,Secret access key\r\n";
        const OURS: &str = "a,AKIAIOSFODNN7EXAMPLE,a/b+c\r\n";
        const OTHER: &str = "b,AKIAI44QH8DHBEXAMPLE,d\r\n";
        let id = AccessKeyId::parse_long_term("AKIAIOSFODNN7EXAMPLE").unwrap();
        let secret = SecretString::from("a/b+c");
        let left = |text: &str| without(text.as_bytes(), &[(&id, &secret)]).map(|left| String::from_utf8(left).unwrap());
        assert_eq!(left(&format!("{HEADER}{OURS}")), None);
        assert_eq!(left("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\nAWSSecretKey=a/b+c\n"), None);
        assert_eq!(left(&format!("{HEADER}{OURS}{OTHER}")), Some(format!("{HEADER}{OTHER}")));
        assert_eq!(left(&format!("{HEADER}{OTHER}{OURS}")), Some(format!("{HEADER}{OTHER}")));
        assert_eq!(left(&format!("{HEADER}{OTHER}")), Some(format!("{HEADER}{OTHER}")));
    }
}
