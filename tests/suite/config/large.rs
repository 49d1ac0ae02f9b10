//! Reading one profile of thousands reads only its own sections. Never measures time: the benches do.

use std::fmt::Write as _;

use super::{config, name};

fn text_of(profiles: usize) -> String {
    let mut text = String::new();
    for number in 0..profiles {
        writeln!(
            text,
            "[profile account-{number:05}]\n# made by a generator, like most files of this size\nregion = eu-central-1\noutput = json\n\
             role_arn = arn:aws:iam::{number:012}:role/OrganizationAccountAccessRole\nsource_profile = account-00000\n\
             mfa_serial = arn:aws:iam::123456789012:mfa/some-user\n"
        )
        .expect("a string takes all");
    }
    text
}

#[test]
fn five_thousand_profiles_are_read() {
    let set = config(text_of(5_000));
    assert_eq!(set.names().len(), 5_000);
    let last = set.profile(&name("account-04999")).unwrap().unwrap();
    assert_eq!(last.get("role_arn").unwrap().value, "arn:aws:iam::000000004999:role/OrganizationAccountAccessRole");
    assert_eq!((last.origin.line, last.get("role_arn").unwrap().origin.line), (4_999 * 8 + 1, 4_999 * 8 + 5));
    assert_eq!(set.suggestions("acount-04999")[0], name("account-04999"));
}

#[test]
fn ten_megabytes_are_read() {
    let text = text_of(36_000);
    assert!(text.len() > 9_500_000, "{}", text.len());
    assert!(config(text).profile(&name("account-35999")).unwrap().is_some());
}

/// If `profile` read other sections, it would fail on them.
#[test]
fn only_the_requested_sections_are_read() {
    let text = text_of(50).replace("region = eu-central-1", "region \u{fffd}");
    let text = text.into_bytes().into_iter().map(|byte| if byte == 0xbd { 0xff } else { byte }).collect::<Vec<_>>();
    let text = [text.as_slice(), b"[profile mine]\nregion = x\n"].concat();
    let set = config(text);
    assert!(set.profile(&name("mine")).unwrap().is_some());
    assert!(set.profile(&name("account-00007")).is_err());
    assert_eq!(set.faults().len(), 50);
}
