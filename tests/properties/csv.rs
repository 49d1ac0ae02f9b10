//! Keys of the console's files are read and taken out again, each with its row and nothing else.

use secrecy::ExposeSecret as _;
use vault::foreign::Found;
use vault::foreign::csv::{found, without};
use vault::model::LongTermCredentials;

const FILE: &str = "alice_accessKeys.csv";

/// Of each file, so many keys are taken out by themselves.
const MOST: usize = 4;

type Row = (String, Option<(String, String)>);

fn rows(found: &[Found]) -> Vec<Row> {
    let key = |key: &LongTermCredentials| (key.key_id.as_str().to_owned(), key.secret.expose_secret().to_owned());
    found.iter().map(|found| (found.name.clone(), found.held.key().map(key))).collect()
}

pub fn check(data: &[u8]) {
    let read = match (found(data, FILE), found(data, FILE)) {
        (Ok(read), Ok(again)) => {
            assert_eq!(rows(&read), rows(&again));
            read
        }
        (Err(fault), Err(again)) => {
            assert_eq!(fault, again);
            assert!(without(data, &[]).is_none_or(|left| left == data), "nothing is taken out");
            return;
        }
        _ => panic!("it is read in the same way again"),
    };
    assert!(!read.is_empty());
    assert_eq!(without(data, &[]).as_deref(), Some(data), "nothing is taken out");
    let keys: Vec<_> = read.iter().filter_map(|found| found.held.key()).collect();
    for key in keys.iter().take(MOST) {
        check_without(data, &read, &[key]);
    }
    check_without(data, &read, &keys);
}

fn check_without(data: &[u8], read: &[Found], keys: &[&LongTermCredentials]) {
    let pairs: Vec<_> = keys.iter().map(|key| (&key.key_id, &key.secret)).collect();
    let is_moved = |row: &Row| {
        let of_row =
            |(id, secret): &(String, String)| keys.iter().any(|key| key.key_id.as_str() == id && key.secret.expose_secret() == secret);
        row.1.as_ref().is_some_and(of_row)
    };
    let kept: Vec<Row> = rows(read).into_iter().filter(|row| !is_moved(row)).collect();
    match without(data, &pairs) {
        None => assert!(kept.is_empty(), "another row was lost"),
        Some(left) => {
            assert!(!kept.is_empty(), "nothing is left of it");
            let mut rest = data.iter();
            assert!(left.iter().all(|byte| rest.any(|other| other == byte)), "nothing is added");
            let again = found(&left, FILE).expect("the rest is read as before");
            assert_eq!(rows(&again), kept, "{}\n=>\n{}", String::from_utf8_lossy(data), String::from_utf8_lossy(&left));
        }
    }
}
