//! Each quoting, tested with the program that reads it: any word arrives unchanged, as one word, and nothing in it runs.

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vault::config::{credential_process_line, linked_profile};
use vault::model::quote::{
    argument_in_shell, in_config_line_of_unix, in_fish, in_nushell, in_sh, in_shell, in_toml, path_in_shell, with_backslashes,
};
use vault::model::{ProfileName, fit};

/// The words as the shell reads them, if it runs the line at all. It finds no program to run.
fn read_by(shell: &[&str], words: &[String]) -> Option<Vec<Vec<u8>>> {
    let line = format!("printf '%s\\0' {}", words.join(" "));
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .args(["-c", &line])
        .env("PATH", "/nowhere")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| panic!("{shell:?}: {error}"));
    let is_read = output.status.success() && output.stderr.is_empty();
    is_read.then(|| output.stdout.split_inclusive(|byte| *byte == 0).map(|word| word[..word.len() - 1].to_vec()).collect())
}

const BASH: &[&str] = &["/usr/bin/bash", "--norc"];
const ZSH: &[&str] = &["/usr/bin/zsh", "-f"];
const FISH: &[&str] = &["/usr/bin/fish", "--no-config"];
const SH: &[&str] = &["/bin/sh"];

/// Words with many characters that are special somewhere.
fn words(of: &'static str) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(of, 1..40)
}

const ANYTHING: &str = "([\"'\\\\`$(){};&|<>*?~#!%=@^ \t\n\r\u{1b}\u{202e}\u{2019}\u{e9}a-c-]|\\PC|[\u{1}-\u{1f}]){0,12}";
const NO_CONTROLS: &str = "([\"'\\\\`$(){};&|<>*?~#!%=@^ \u{2019}\u{e9}a-c-]|\\PC){0,12}";

/// Few cases with many words: each case starts a process.
fn check(of: &'static str, property: impl Fn(Vec<String>) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    if let Err(fault) = runner.run(&words(of), property) {
        panic!("{fault}");
    }
}

fn bytes(words: &[String]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.clone().into_bytes()).collect()
}

#[test]
fn each_shell_reads_its_own_quoting_back() {
    check(ANYTHING, |words| {
        let written: Vec<_> = words.iter().map(|word| in_sh(word).to_string()).collect();
        // fish reads text that was quoted for the others.
        for shell in [BASH, ZSH, SH, FISH] {
            prop_assert_eq!(read_by(shell, &written), Some(bytes(&words)), "{:?}: {:?}", shell, &written);
        }
        let written: Vec<_> = words.iter().map(|word| in_fish(word).to_string()).collect();
        prop_assert_eq!(read_by(FISH, &written), Some(bytes(&words)), "{:?}", &written);
        Ok(())
    });
}

#[test]
fn a_word_to_paste_is_one_word_to_each_shell_and_shown_as_it_is() {
    check(ANYTHING, |words| {
        let written: Vec<_> = words.iter().map(|word| in_shell(word).into_owned()).collect();
        for shell in [BASH, ZSH] {
            prop_assert_eq!(read_by(shell, &written), Some(bytes(&words)), "{:?}: {:?}", shell, &written);
        }
        // These shells do not know the notation of control characters: they may misread or refuse them, but run nothing.
        let read = read_by(SH, &written);
        prop_assert_eq!(read.map(|read| read.len()), Some(words.len()), "{:?}", &written);
        for (word, written) in words.iter().zip(&written) {
            prop_assert!(word.is_empty() || written.starts_with('$') || fit(word) == word.as_str(), "{}", written);
            prop_assert_eq!(fit(written), written.as_str());
        }
        Ok(())
    });
    check(NO_CONTROLS, |words| {
        let words: Vec<_> = words.iter().map(|word| fit(word).into_owned()).collect();
        let written: Vec<_> = words.iter().map(|word| in_shell(word).into_owned()).collect();
        for shell in [SH, FISH] {
            prop_assert_eq!(read_by(shell, &written), Some(bytes(&words)), "{:?}: {:?}", shell, &written);
        }
        Ok(())
    });
}

#[test]
fn fish_refuses_a_word_that_it_would_misread() {
    for word in ["a\u{1b}b", "a\n; printf pwned", "\u{202e}'; printf pwned #"] {
        assert_eq!(read_by(FISH, &[in_shell(word).into_owned()]), None, "{word:?}");
    }
}

#[test]
fn a_path_that_is_not_utf8_or_begins_with_a_dash_arrives_too() {
    use std::os::unix::ffi::OsStrExt as _;
    for path in [&b"/a\xff'b\\ $(c)"[..], b"-rf", b"- -", b"\xfe\x1b["] {
        let path = Path::new(std::ffi::OsStr::from_bytes(path));
        let arrives = if path.as_os_str().as_bytes().starts_with(b"-") { Path::new(".").join(path) } else { path.to_owned() };
        for shell in [BASH, ZSH] {
            let read = read_by(shell, &[path_in_shell(path).into_owned()]);
            assert_eq!(read, Some(vec![arrives.as_os_str().as_bytes().to_vec()]), "{path:?}");
            let read = read_by(shell, &[argument_in_shell(path.as_os_str()).into_owned()]);
            assert_eq!(read, Some(vec![path.as_os_str().as_bytes().to_vec()]), "{path:?}");
        }
    }
}

#[test]
fn every_shell_reads_a_word_of_a_config_line_back_and_vault_recognizes_it() {
    check(ANYTHING, |words| {
        let written: Vec<_> = words.iter().map(|word| in_config_line_of_unix(word).into_owned()).collect();
        for shell in [BASH, ZSH, SH] {
            prop_assert_eq!(read_by(shell, &written), Some(bytes(&words)), "{:?}: {:?}", shell, &written);
        }
        for name in words.iter().filter_map(|word| ProfileName::parse(word).ok()) {
            let line = credential_process_line(Path::new("/opt/it's \\my tools/vault"), &name).expect("the path has no control characters");
            prop_assert_eq!(linked_profile(&line), Some(name));
        }
        Ok(())
    });
}

#[test]
fn bash_reads_a_word_with_backslashes_back() {
    check(NO_CONTROLS, |words| {
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty() && !word.contains('\n')).collect();
        let written: Vec<_> = words.iter().map(|word| with_backslashes(word).into_owned()).collect();
        prop_assert_eq!(read_by(BASH, &written), Some(if words.is_empty() { vec![Vec::new()] } else { bytes(&words) }), "{:?}", &written);
        Ok(())
    });
}

#[test]
fn a_key_of_toml_and_a_value_of_nushell_are_read_back() {
    check(ANYTHING, |words| {
        for word in &words {
            let line = format!("{} = 1\n", in_toml(word));
            let table = toml::de::DeTable::parse(&line).map_err(|fault| TestCaseError::fail(format!("{line}: {fault}")))?;
            let keys: Vec<_> = table.get_ref().keys().map(|key| key.get_ref().to_string()).collect();
            prop_assert_eq!(keys, vec![word.clone()], "{}", &line);
        }
        Ok(())
    });
    check(NO_CONTROLS, |words| {
        for word in &words {
            // Without control characters it is the same as JSON.
            let read: String =
                serde_json::from_str(&in_nushell(word).to_string()).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
            prop_assert_eq!(&read, word);
        }
        Ok(())
    });
}
