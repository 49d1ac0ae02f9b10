//! A header inside a value is reported for both profiles, and text that only looks like one is left alone.

use vault::config::ProfileSet;
use vault::config::edit::ensure_section;

use super::{file, name, place, reading};

#[test]
fn a_header_within_a_value_stops_both_profiles() {
    for (line, why) in [
        ("tool_id = 1111[profile new]", "a file without a line feed at its end, and a tool that appends"),
        ("tool_id = 1111[profile new]  # why", "with a comment"),
        ("tool_id = 1111 [profile new]", "with a blank between"),
        ("tool_id =[profile new]", "without a value"),
        ("tool_id = [profile \"new\"]", "quoted"),
        ("tool_id = 1111[profile new]role_arn = x", "glued to what comes after it as well"),
        ("s3 =\n  k = v[profile new]", "to a sub-property"),
        ("tool_id = 1111\n  [profile new]", "indented, which continues the value above"),
        ("tool_id = 1111\n  more[profile new]", "glued to a continuation line"),
        ("tool_id = 1111[profile \t new]\r", "other white space, and CRLF"),
    ] {
        let text = format!("[profile old]\n{line}\nrole_arn = arn:aws:iam::210987654321:role/New\n[profile late]\nregion = b\n");
        let set = ProfileSet::index(file("~/.aws/config", text.as_str()), None);
        let at = format!("~/.aws/config:{}", 2 + line.matches('\n').count());
        for profile in ["old", "new"] {
            let error = set.profile(&name(profile)).expect_err(why);
            assert!(error.message.contains("is part of a value of section `[profile old]`"), "{why}: {error}");
            assert_eq!(place(&error), at, "{why}");
            assert!(error.hint.is_some());
            assert_eq!(ensure_section(text.as_bytes(), &name(profile), None, &[]), Err(error), "{why}: edits are refused");
        }
        assert!(reading(&set, "late").unwrap().is_some(), "{why}: other profiles are not affected");
        assert_eq!(set.broken_headers().len(), 1, "{why}");
    }
}

#[test]
fn other_sections_are_reported_too() {
    let set = |text: &str| ProfileSet::index(file("c", text), None);
    let error = set("[profile old]\nregion = x[default]\n").profile(&name("default")).unwrap_err();
    assert!(error.message.contains("`[default]`"), "{error}");
    assert!(set("[profile old]\nregion = x[services s]\n").profile(&name("old")).is_err());
    assert!(set("[profile old]\nregion = x[services s]\n").services("s").is_err());
    assert!(set("[profile old]\nregion = x[sso-session s]\n").sso_session("s").is_err());
    assert!(set("[sso-session s]\nregion = x[profile new]\n").sso_session("s").is_err());
    assert!(set("[profile old][profile new]\n").profile(&name("new")).is_err());
}

/// Security: text in brackets there may be part of a secret, and is not shown.
#[test]
fn glued_headers_are_found_in_the_credentials_file_too() {
    for line in
        ["aws_secret_access_key = s3cr3t[new]", "region = x[new] # s3cr3t", "aws_session_token = s3cr3t==\n  [new]", "id = x[profile new]"]
    {
        let set = ProfileSet::index(None, file("k", format!("[old]\n{line}\nrole_arn = x\n")));
        for profile in ["old", "new"] {
            let error = set.profile(&name(profile)).expect_err(line);
            assert_eq!(place(&error), format!("k:{}", 2 + line.matches('\n').count()));
            assert!(!format!("{error:?}").contains("new") && !format!("{error:?}").contains("s3cr3t"), "{error:?}");
        }
    }
}

#[test]
fn text_that_only_looks_like_a_header_is_a_value() {
    for line in [
        "# tool_id = 1111[profile new]",
        "# [sso-session a b]",
        "# [services \"a]",
        "tool_id = [sso-session a b]",
        "tool_id = [services \"a]",
        "tool_id = 1111[sso-session 'a b\"]",
        "tool_id = [profile]",
        "tool_id = [profile \"\"]",
        "tool_id = 1111 # see [profile new]",
        "description = as [profile new] does it",
        "credential_process = tool '[profile new]'",
        "tool_id = 1111[new]",
        "tool_id = [\"default\"]",
        "tool_id = 1111[profilers]",
        "tool_id = 1111[profile new",
    ] {
        let set = ProfileSet::index(file("c", format!("[profile old]\n{line}\n")), None);
        assert_eq!(set.faults(), [], "{line}");
        assert!(reading(&set, "old").unwrap().is_some() && reading(&set, "new").unwrap().is_none(), "{line}");
    }
    for line in ["password = x[a-9$!]", "scopes = [openid]", "credential_process = tool[new]", "id = x [new]", "list = x[\"a\"]"] {
        let set = ProfileSet::index(None, file("k", format!("[old]\n{line}\n")));
        assert_eq!(set.faults(), [], "{line}");
    }
}
