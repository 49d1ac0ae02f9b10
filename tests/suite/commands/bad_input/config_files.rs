//! Config files as other programs and systems write them.

use std::fmt::Write as _;
use std::fs;

use insta::{allow_duplicates, assert_snapshot};

use crate::support::world::{World, usual_aws};

use super::super::{sign_in, variables};
use super::{Kept, shown, world_of};

const SERIAL: &str = "mfa_serial = arn:aws:iam::123456789012:mfa/some-user";

/// Signs in and asserts that the profile's own region was read.
#[track_caller]
fn works(world: &World, why: &str) {
    let before = fs::read(world.path(".aws/config")).expect("it is there");
    sign_in(world, "read-only");
    let seen = variables(&world.vault(["exec", "read-only", "--", "env"]).hands_over().run().ok());
    assert_eq!(seen.get("AWS_REGION").map(String::as_str), Some("eu-west-1"), "{why}");
    assert_eq!(world.aws.last("GetSessionToken").serial.as_deref(), Some("arn:aws:iam::123456789012:mfa/some-user"), "{why}");
    assert_eq!(fs::read(world.path(".aws/config")).expect("it is there"), before, "{why}: the file is unchanged");
}

#[test]
fn line_ends_byte_order_marks_and_tabs_do_not_matter() {
    let lines = format!("[profile read-only]\nregion = eu-west-1\n{SERIAL}\n");
    for (text, why) in [
        (lines.replace('\n', "\r\n"), "CRLF"),
        (format!("\u{feff}{lines}"), "a byte-order mark"),
        (format!("\u{feff}{}", lines.replace('\n', "\r\n")), "both"),
        (lines.replace(" = ", "\t=\t").replace("profile ", "profile\t"), "tabs"),
        (lines.trim_end().to_owned(), "no end mark"),
    ] {
        works(&world_of(text), why);
    }
}

#[test]
fn invalid_utf8_affects_only_its_own_profile() {
    let world = world_of(
        [
            &b"# caf\xe9\n[profile other]\nregion = caf\xe9\n\0\0\xff\n"[..],
            format!("[profile read-only] # \u{fc}\nregion = eu-west-1\n{SERIAL}\n").as_bytes(),
        ]
        .concat(),
    );
    works(&world, "Latin-1 and zeros elsewhere");
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "other", "--", "true"]).run(), 1), @"
    vault: a line of section `[profile other]` is not UTF-8 text
      --> ~/.aws/config:3
    hint: save the file in UTF-8
    ");
}

#[test]
fn ten_megabytes_are_read() {
    let mut text = String::new();
    while text.len() < 10 << 20 {
        let number = text.len();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "[profile filler-{number}]\nregion = us-east-1\noutput = json\n# nothing else here, but it takes its room in the file"
        );
    }
    let _ = writeln!(text, "[profile read-only]\nregion = eu-west-1\n{SERIAL}");
    works(&world_of(text), "at the end of ten megabytes");
}

#[test]
fn a_directory_in_place_of_a_file_is_named() {
    let world = World::with(usual_aws(), "");
    world.add("read-only", "some-user");
    fs::remove_file(world.path(".aws/config")).expect("it can be removed");
    fs::create_dir(world.path(".aws/config")).expect("a directory can be made");
    for command in [&["exec", "read-only", "--", "true"][..], &["list"], &["add", "new", "--env", "--no-verify"]] {
        let run = world
            .command(&World::binary(), command)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .run();
        allow_duplicates! {
            assert_snapshot!(shown(&world, &run), @"
            status 1
            stderr:
            vault: cannot read `[home]/.aws/config`: it is a directory
            hint: see what is there: `ls -ld [home]/.aws/config`
            ");
        }
    }
    super::assert_key(&world, "read-only");
}

#[test]
fn a_missing_file_named_by_the_environment_defines_nothing() {
    let world = World::with_key();
    let run = world.vault(["exec", "read-only", "--", "true"]).env("AWS_CONFIG_FILE", "/nonexistent/config").run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: profile `read-only` is not defined
    hint: run `vault list` to see what is defined, or `vault add read-only` to define it
    ");
}

#[test]
fn a_bad_line_is_shown_by_its_number_and_never_quoted() {
    let mut world = world_of(format!("[profile read-only]\n{SERIAL}\naws_secret_access_key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"));
    world.keep_secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let run = world.vault(["exec", "read-only", "--", "true"]).run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: a line of section `[profile read-only]` has no `=`
      --> ~/.aws/config:3
    hint: write `key = value`, or put `#` before the line
    ");
    // The secret is in the file on purpose.
    world.write(".aws/config", "");
}

#[test]
fn malformed_settings_do_not_fall_back_to_defaults() {
    let world = World::with_key();
    let kept = Kept::in_(&world);
    for (text, why) in [
        ("backend = \"file\"\nsesion_duration = \"1h\"\n", "unknown key"),
        ("backend = file\n", "no TOML"),
        ("backend = \"floppy\"\n", "no keystore"),
    ] {
        world.write(".config/vault/config.toml", text);
        let stderr = kept.by(&world.vault(["exec", "read-only", "--", "true"]).run(), 1);
        assert!(stderr.contains("  --> ~/.config/vault/config.toml:"), "{why}: {stderr}");
    }
    world.write(".config/vault/config.toml", "sesion_duration = \"1h\"\n");
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--", "true"]).run(), 1), @"
    vault: `sesion_duration` is not a setting
      --> ~/.config/vault/config.toml:1
    hint: write `session_duration`
    ");
}

#[test]
fn a_utf_16_file_is_not_taken_for_an_empty_one_and_nothing_is_added() {
    let lines = format!("[profile read-only]\r\nregion = eu-west-1\r\n{SERIAL}\r\n");
    let little: Vec<u8> = lines.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = lines.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[&b"\xff\xfe"[..], &little].concat(), [&b"\xfe\xff"[..], &big].concat(), little, big] {
        let world = world_of(bytes);
        let kept = Kept::in_(&world);
        for arguments in [
            ["exec", "read-only", "--", "true"].as_slice(),
            &["explain", "read-only"],
            &["list"],
            &["add", "new", "--stdin", "--no-verify"],
            &["unlink", "x"],
        ] {
            let run = world.command(&World::binary(), arguments).run();
            allow_duplicates! {assert_snapshot!(kept.by(&run, 1), @"
            vault: the file is written in UTF-16, which no AWS tool reads
              --> ~/.aws/config:1
            hint: save it in UTF-8: `iconv -f UTF-16 -t UTF-8`, or `Set-Content -Encoding utf8` in PowerShell
            ")};
        }
    }
}
