//! Searches for secrets where none may be: in a command's output, and in every file below a folder. Searches for encoded forms too.

use std::fs;
use std::path::{Path, PathBuf};

/// Fails if the text contains a secret.
#[track_caller]
pub fn check_text(what: &str, text: &str, secrets: &[String]) {
    for secret in secrets.iter().filter(|secret| is_worth_looking_for(secret)) {
        assert!(!text.contains(secret.as_str()), "a secret is in {what}:\n{}", text.replace(secret.as_str(), "<<<SECRET>>>"));
    }
}

/// Fails if a file below the folder contains a secret, plain or in base64 or hexadecimal.
#[track_caller]
pub fn check_folder(folder: &Path, secrets: &[String]) {
    let (checked, found) = search_folder(folder, secrets);
    assert!(checked > 0, "there was nothing to check in {}", folder.display());
    assert!(found.is_empty(), "unencrypted secret in {found:?}");
}

/// The number of files below the folder, and those that contain a secret.
pub fn search_folder(folder: &Path, secrets: &[String]) -> (usize, Vec<PathBuf>) {
    let mut needles: Vec<Vec<u8>> = Vec::new();
    for secret in secrets.iter().filter(|secret| is_worth_looking_for(secret)) {
        needles.push(secret.as_bytes().to_vec());
        needles.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes());
        needles.push(base64_core(secret.as_bytes()).into_bytes());
    }
    let (mut checked, mut found) = (0, Vec::new());
    walk(folder, &mut |path, content| {
        checked += 1;
        if needles.iter().any(|needle| content.windows(needle.len()).any(|window| window == needle.as_slice())) {
            found.push(path.to_owned());
        }
    });
    (checked, found)
}

fn walk(folder: &Path, check: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("the kind of a file is known");
        if kind.is_dir() {
            walk(&path, check);
        } else if kind.is_file()
            && let Ok(content) = fs::read(&path)
        {
            check(&path, &content);
        }
    }
}

/// Short texts occur by chance.
fn is_worth_looking_for(secret: &str) -> bool {
    secret.len() >= 12
}

/// The part of the base64 text that does not depend on the text after it.
fn base64_core(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks_exact(3) {
        let bits = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
        for shift in [18, 12, 6, 0] {
            text.push(char::from(ALPHABET[(bits >> shift & 63) as usize]));
        }
    }
    text
}
