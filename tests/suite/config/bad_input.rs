//! A fault in a file affects only its own profile, and is reported with file and line. The line itself is never shown.

use vault::config::ProfileSet;

use super::{config, file, name, place, reading};

#[test]
fn a_bad_line_stops_only_its_own_profile() {
    for (line, message, why) in [
        (&b"region us-east-1"[..], "a line of section `[profile bad]` has no `=`", "the `=` was forgotten"),
        (b"= us-east-1", "a line of section `[profile bad]` has no key before the `=`", "the key was"),
        (b"region = caf\xe9", "a line of section `[profile bad]` is not UTF-8 text", "Latin-1"),
        (b"region = x\n  caf\xe9", "a line of section `[profile bad]` is not UTF-8 text", "also in a continuation line"),
        (
            b"s3 =\n  max_queue_size",
            "a line of section `[profile bad]` is indented below a key without a value, and is not a `key = value` pair",
            "half a sub-property",
        ),
        (b"  continued", "a line of section `[profile bad]` has no `=`", "nothing to continue"),
        (
            b"profile next]",
            "a line of section `[profile bad]` has no `=`",
            "a header without `[`: what follows must not be taken for this profile's",
        ),
    ] {
        let text = [b"[profile good]\nregion = a\n[profile bad]\n", line, b"\noutput = json\n[profile late]\nregion = b\n"].concat();
        let set = config(text);
        let error = set.profile(&name("bad")).unwrap_err();
        assert_eq!(error.message, message, "{why}");
        let further = String::from_utf8_lossy(line).matches('\n').count();
        assert_eq!(place(&error), format!("~/.aws/config:{}", 4 + further), "{why}");
        assert!(error.hint.is_some());
        assert!(reading(&set, "good").unwrap().is_some() && reading(&set, "late").unwrap().is_some(), "{why}");
        assert_eq!(set.faults(), [error], "{why}");
    }
}

#[test]
fn a_broken_header_invalidates_its_lines() {
    for (header, profile, message, hint) in [
        ("[profile bad", "bad", "section header `[profile bad` has no closing `]`", "add the `]`"),
        (
            "[profile bad] region = x",
            "bad",
            "section header `[profile bad]` has other text after the `]`",
            "put the text on a separate line, or put ` #` before it",
        ),
        (
            "[profile so bad]",
            "so bad",
            "the name in section header `[profile so bad]` needs quotes",
            "write `[profile \"so bad\"]`: AWS tools do not read the section as it is",
        ),
        (
            "[profile \"bad]",
            "bad",
            "the name in section header `[profile \\\"bad]` has a stray quote or a backslash",
            "write the name without quotes, or in a pair of quotes if it contains a space",
        ),
        ("[profile bad region = x", "bad region = x", "section header `[profile bad region` has no closing `]`", "add the `]`"),
        ("[default", "default", "section header `[default` has no closing `]`", "add the `]`"),
    ] {
        let set = config(format!("[profile above]\nregion = a\n{header}\nregion = stray\n[profile below]\nregion = b\n"));
        let error = set.profile(&name(profile)).unwrap_err();
        assert_eq!((error.message.as_str(), place(&error).as_str()), (message, "~/.aws/config:3"));
        assert_eq!(error.hint.as_deref(), Some(hint));
        assert_eq!(reading(&set, "above").unwrap().unwrap()[0].1, "a", "the stray line does not belong to the profile above");
        assert_eq!(reading(&set, "below").unwrap().unwrap()[0].1, "b");
        assert_eq!(reading(&set, "unheard-of"), Ok(None));
        assert_eq!(set.broken_headers(), [error]);
    }
    // Even with a valid section of the same name: half of the profile may be below the broken one.
    let set = config("[profile a]\nregion = x\n[profile a\nrole_arn = y\n");
    assert_eq!(place(&set.profile(&name("a")).unwrap_err()), "~/.aws/config:3");
}

#[test]
fn lines_above_the_first_header_are_reported() {
    let set = config("\n# mine\nregion = x\n\n[profile a]\nregion = y\n");
    assert!(reading(&set, "a").unwrap().is_some());
    let faults = set.faults();
    assert_eq!(faults[0].message, "this line comes before the first section header and belongs to no profile");
    assert_eq!((faults.len(), place(&faults[0]).as_str()), (1, "~/.aws/config:3"));
}

#[test]
fn byte_order_marks_line_ends_and_odd_bytes_elsewhere_do_no_harm() {
    for (text, why) in [
        (&b"\xef\xbb\xbf[profile a]\nregion = x\n"[..], "a byte-order mark, as Windows editors leave it"),
        (b"[profile a]\r\nregion = x\r\n", "CRLF"),
        (b"[profile a]\r\nregion = x\r", "half a CRLF at the end"),
        (b"[profile\ta]\n\tregion\t=\tx\t\n", "tabs"),
        (b"# caf\xe9\n[profile a] # caf\xe9\nregion = x # caf\xe9\n", "Latin-1 in comments"),
        (b"[profile b]\nregion = \xff\xfe\n[profile a]\nregion = x\n", "binary in another profile"),
        (b"[profile \xff]\nregion = y\n[profile a]\nregion = x\n", "and in its name"),
        (b"[profile a]\nregion = x", "no final newline"),
        (b"[profile a]\nregion = y\n[profile a]\nREGION = x\n", "twice: the later wins, in any letter case"),
    ] {
        let read = reading(&config(text), "a").unwrap().unwrap();
        assert_eq!((read[0].0.as_str(), read[0].1.as_str(), read.len()), ("region", "x", 1), "{why}");
    }
    for empty in [&b""[..], b"\xef\xbb\xbf", b"\n", b"# nothing"] {
        let set = config(empty);
        assert!(set.names().is_empty() && set.faults().is_empty() && reading(&set, "default") == Ok(None));
    }
}

#[test]
fn unusable_names_are_faults() {
    let set = config("[profile -x]\n[profile a]\n");
    assert_eq!(set.names(), [name("a")]);
    let faults = set.faults();
    assert_eq!(faults[0].message, "the profile name `-x` cannot be used: a profile name cannot start with a dash");
    assert_eq!((faults.len(), place(&faults[0]).as_str()), (1, "~/.aws/config:1"));
}

#[test]
fn a_nearly_matching_name_is_suggested() {
    let set = ProfileSet::index(
        file("~/.aws/config", "[production]\nregion = x\n[profile prod]\n[profile prod-eu]\n[profile dev]\n"),
        file("~/.aws/credentials", "[profile stage]\n[prof]\n"),
    );
    assert_eq!(set.suggestions("prdo").first(), Some(&name("prod")));
    assert_eq!(set.suggestions("PROD").first(), Some(&name("prod")), "wrong case is a likely slip");
    assert!(set.suggestions("zzz").is_empty());

    let ignored = set.ignored_section("production").unwrap();
    assert_eq!(ignored.message, "in the config file, section `[production]` is not a profile: it needs the prefix `profile`");
    assert_eq!((place(&ignored).as_str(), ignored.hint.as_deref()), ("~/.aws/config:1", Some("write `[profile production]`")));
    let ignored = set.ignored_section("stage").unwrap();
    assert_eq!(place(&ignored), "~/.aws/credentials:1");
    assert_eq!(ignored.hint.as_deref(), Some("write `[stage]`"));
    assert_eq!(set.ignored_section("dev"), None);
}

#[test]
fn the_credentials_file_wins_over_the_config_file() {
    let set = ProfileSet::index(
        file("c", "[default]\nregion = nobody\n[profile a]\nregion = x\ns3 =\n  k = v\n[profile default]\noutput = json\n"),
        file("k", "[a]\nregion = y\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s3cr3t\n[only]\nregion = z\n"),
    );
    let profile = set.profile(&name("a")).unwrap().unwrap();
    assert_eq!(profile.origin.to_string(), "c:3");
    let region = profile.get("Region").unwrap();
    assert_eq!((region.value.as_str(), region.origin.to_string().as_str()), ("y", "k:2"));
    assert_eq!(profile.get("s3").unwrap().nested["k"], "v");
    assert_eq!(set.profile(&name("only")).unwrap().unwrap().origin.to_string(), "k:5");
    assert_eq!(set.names(), [name("default"), name("a"), name("only")]);
    assert_eq!(reading(&set, "default").unwrap().unwrap().len(), 1, "`[profile default]` replaces `[default]`");
}

/// Security: a secret in a file is noticed and never shown.
#[test]
fn secrets_stay_in_the_file() {
    let text = "[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\nAWS_Secret_Access_Key = s3cr3t\n[t]\naws_access_key_id = ASIA\n\
                aws_secret_access_key = s3cr3t\naws_session_token = s3cr3t\n[half]\naws_secret_access_key = s3cr3t\n[bad]\ns3cr3t\n";
    let source = file("k", text);
    let shown = format!("{source:?}");
    let set = ProfileSet::index(None, source);
    let profile = set.profile(&name("a")).unwrap().unwrap();
    let key = profile.plaintext_key().unwrap();
    assert_eq!((key.id, key.origin.line, key.temporary), ("AKIAIOSFODNN7EXAMPLE", 3, false));
    assert!(profile.get("aws_secret_access_key").is_none() && profile.iter().all(|(key, _)| !key.contains("secret")));
    let temporary = set.profile(&name("t")).unwrap().unwrap();
    assert!(temporary.plaintext_key().unwrap().temporary && temporary.iter().count() == 1);
    assert!(set.profile(&name("half")).unwrap().unwrap().plaintext_key().is_none());
    let error = set.profile(&name("bad")).unwrap_err();
    for text in [shown, format!("{set:?} {profile:?} {temporary:?} {error:?}")] {
        assert!(!text.contains("s3cr3t"), "{text}");
    }
}
