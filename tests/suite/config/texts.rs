//! Generates config files: orderly ones that the SDKs can read, and heaps of lines that may be unreadable. Never checks anything.

use proptest::prelude::*;
use proptest::sample::select;

/// The keys in the generated files. One is not an identifier, and one has two spellings.
pub const KEYS: [&str; 9] =
    ["region", "Role_ARN", "role_arn", "mfa_serial", "s3", "a-b.c", "aws_access_key_id", "aws_secret_access_key", "bad key"];

/// Profiles in the generated files.
pub const NAMES: [&str; 5] = ["default", "a", "b", "c", "q r"];

/// Each profile has one spelling: the SDKs merge different spellings in hash-map order.
const CONFIG_HEADERS: [&str; 11] = [
    "[ default ]",
    "[profile default]",
    "[profile a]",
    "[profile \t b]",
    "[profile \"q r\"]",
    "[sso-session a]",
    "[services a]",
    "[services b]",
    "[a]",
    "[plugins x]",
    "[profile]",
];
const CREDENTIALS_HEADERS: [&str; 6] = ["[default]", "[a]", "[ c ]", "[profile z]", "[services a]", "[c d]"];

const VALUES: [&str; 9] = ["us-east-1", "arn:aws:iam::1:role/x=y", "a#b", "a;b", "two words", "caf\u{e9}", "a:b", "x\u{3000}#y", "[z]"];
const NOTHING: [&str; 4] = ["", "# c", "; [c]", "#"];

fn blanks() -> impl Strategy<Value = &'static str> {
    select(vec!["", " ", "\t", "  ", " \t "])
}

fn comment() -> impl Strategy<Value = &'static str> {
    select(vec!["", " ", " # c", "\t;c = d", " #"])
}

fn noise() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just(String::new()), 1 => select(vec!["\n", "# c\n", ";c = d\n", "  \t\n", "#\n\n"]).prop_map(str::to_owned)]
}

/// A property with its continuation lines. Below a key without a value, these are pairs, or the SDKs would refuse the file.
fn property() -> impl Strategy<Value = String> {
    let with_value = (select(&VALUES[..]), comment()).prop_flat_map(|(value, comment)| {
        let more = (noise(), select(vec![" ", "\t", "    "]), select(vec!["more", "k = v", "[x]", "= y", "z # c"]), blanks())
            .prop_map(|(noise, indent, text, behind)| format!("{noise}{indent}{text}{behind}\n"));
        proptest::collection::vec(more, 0..3).prop_map(move |more| (format!("{value}{comment}"), more))
    });
    let without = select(&NOTHING[1..]).prop_map(|c| format!(" {c}")).boxed();
    let without = prop_oneof![blanks().prop_map(str::to_owned), without].prop_flat_map(|nothing| {
        let more = (noise(), select(vec![" ", "\t", "    "]), select(vec!["k = v", "K=v # c", "k2\t=  x = y", "endpoint_url = http://x"]))
            .prop_map(|(noise, indent, text)| format!("{noise}{indent}{text}\n"));
        proptest::collection::vec(more, 0..3).prop_map(move |more| (nothing.clone(), more))
    });
    (noise(), select(&KEYS[..]), blanks(), blanks(), prop_oneof![3 => with_value.boxed(), 1 => without.boxed()])
        .prop_map(|(noise, key, before, after, (value, more))| format!("{noise}{key}{before}={after}{value}\n{}", more.concat()))
}

fn orderly(headers: &'static [&'static str]) -> impl Strategy<Value = String> {
    let header_comment = select(vec!["", " ", "# c", " ; see [x]", "\t#"]);
    let section = (noise(), select(headers), header_comment, proptest::collection::vec(property(), 0..5))
        .prop_map(|(noise, header, comment, properties)| format!("{noise}{header}{comment}\n{}", properties.concat()));
    (proptest::collection::vec(section, 0..7), any::<bool>(), any::<bool>()).prop_map(|(sections, crlf, cut_end)| {
        let mut text = sections.concat();
        if cut_end && text.ends_with('\n') {
            text.pop();
        }
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

/// A config file that the SDKs can read.
pub fn orderly_config() -> impl Strategy<Value = String> {
    orderly(&CONFIG_HEADERS)
}

/// A credentials file that the SDKs can read.
///
/// Without a header that continues a value: the SDKs take it for text, and we refuse it.
pub fn orderly_credentials() -> impl Strategy<Value = String> {
    orderly(&CREDENTIALS_HEADERS).prop_map(|text| text.replace("[x]", "[x] y"))
}

/// Any heap of lines: broken headers, indented sections, bad lines, odd bytes, byte-order marks, no final newline.
pub fn any_text() -> impl Strategy<Value = Vec<u8>> {
    const LINES: [&[u8]; 28] = [
        b"[default]",
        b"[profile default]",
        b"[profile a]",
        b"[profile a] # x",
        b"[profile b]",
        b"  [profile b]",
        b"\t[profile c]",
        b"[profile 'q r']",
        b"[profile a",
        b"[profile b] x",
        b"[]",
        b"[",
        b"region = x",
        b"region = x ; y",
        b"  region = x",
        b"region: x",
        b"Region =",
        b"region=",
        b"  k = v",
        b"\tmore",
        b" ",
        b"",
        b"# c",
        b"   ; c",
        b"bad",
        b"= bad",
        b"region = \xff",
        b"  \xff",
    ];
    let marks = select(vec![&b""[..], b"\xef\xbb\xbf"]);
    let end = select(vec![&b"\n"[..], b"\r\n"]);
    (marks, end, proptest::collection::vec(select(&LINES[..]), 0..14), any::<bool>()).prop_map(|(mark, end, lines, complete)| {
        let mut text = [mark, &lines.join(end)].concat();
        if complete {
            text.extend_from_slice(end);
        }
        text
    })
}
