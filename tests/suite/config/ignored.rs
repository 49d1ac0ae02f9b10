//! Sections that were meant for a profile but are ignored are found, with their line; other tools' sections are left alone.

use vault::config::ProfileSet;

use super::{file, place};

#[test]
fn a_section_that_was_meant_for_a_profile_is_found() {
    for (header, meant, hint) in [
        ("[abc]", "abc", "write `[profile abc]`"),
        ("[Profile abc]", "abc", "write `[profile abc]`"),
        ("[PROFILE abc]", "abc", "write `[profile abc]`"),
        ("[profiles abc]", "abc", "write `[profile abc]`"),
        ("[prfile abc]", "abc", "write `[profile abc]`"),
        ("[profileabc]", "abc", "write `[profile abc]`"),
        ("[profile:abc]", "abc", "write `[profile abc]`"),
        ("[profile-abc]", "abc", "write `[profile abc]`"),
        ("[Profile \"a b\"]", "a b", "write `[profile \"a b\"]`"),
        ("[a b]", "a b", "write `[profile \"a b\"]`"),
        ("[Default]", "default", "write `[default]`"),
        ("[DEFAULT]", "DEFAULT", "move them to the profiles that need them, and remove the section"),
    ] {
        let set = ProfileSet::index(file("c", format!("[profile z]\n{header}\nregion = x\n")), None);
        let [found] = &set.ignored_sections(meant)[..] else { panic!("{header}: {:?}", set.ignored_sections(meant)) };
        assert!(found.message.contains(header.replace('"', "\\\"").as_str()), "{header}: {found}");
        assert_eq!((place(found).as_str(), found.hint.as_deref()), ("c:2", Some(hint)), "{header}");
        assert_eq!(set.ignored_sections("z"), [], "{header}");
        assert_eq!(set.all_ignored_sections(), std::slice::from_ref(found), "{header}");
    }
}

#[test]
fn it_is_found_even_if_the_profile_is_defined() {
    let set = ProfileSet::index(
        file("c", "[default]\nregion = x\n[profile default]\n[profile abc]\n[abc]\nmfa_serial = x\n"),
        file("k", "[abc]\n[profile abc]\n[Profile abc]\n"),
    );
    let places = |name: &str| set.ignored_sections(name).iter().map(place).collect::<Vec<_>>();
    assert_eq!(places("default"), ["c:1"]);
    assert_eq!(places("abc"), ["c:5", "k:2", "k:3"]);
    assert_eq!(set.all_ignored_sections().len(), 4);
}

#[test]
fn default_in_capitals_is_reported_to_apply_to_every_section_of_both_files() {
    for (config, credentials) in [("[DEFAULT]\n", ""), ("", "[DEFAULT]\n")] {
        let set = ProfileSet::index(file("c", config), file("k", credentials));
        let [found] = &set.all_ignored_sections()[..] else { panic!("{config}{credentials}") };
        assert!(found.message.contains("the AWS CLI and boto3 read the settings of section `[DEFAULT]` into every section"), "{found}");
        assert_eq!(set.ignored_sections("default"), [], "it was not meant for that profile");
    }
    assert_eq!(ProfileSet::index(file("c", "[profile DEFAULT]\n[profile x]\n"), None).all_ignored_sections(), []);
}

#[test]
fn other_kinds_of_section_are_found_as_well() {
    for (config, credentials, hint) in [
        ("[sso_session s]", "", "write `[sso-session s]`"),
        ("[SSO-session s]", "", "write `[sso-session s]`"),
        ("[service s]", "", "write `[services s]`"),
        ("[profile]", "", "put the name before the `]`"),
        ("", "[sso-session s]", "move it to the config file"),
        ("", "[services s]", "move it to the config file"),
    ] {
        let set = ProfileSet::index(file("c", config), file("k", credentials));
        let hints: Vec<_> = set.all_ignored_sections().into_iter().filter_map(|found| found.hint).collect();
        assert_eq!(hints, [hint], "{config}{credentials}");
        assert_eq!(set.ignored_sections("s"), [], "{config}{credentials}: it was not meant for a profile");
    }
}

#[test]
fn valid_sections_and_other_tools_sections_are_no_fault() {
    let config = "[default]\n[profile a]\n[sso-session a]\n[services a]\n[plugins]\nregion = x\n[preview]\n[granted]\ncolour = red\n[project x]\ny = z\n";
    let set = ProfileSet::index(file("c", config), file("k", "[default]\n[a]\n[profilers]\n[b c]\n"));
    assert_eq!(set.all_ignored_sections(), []);
    assert_eq!(set.ignored_sections("a"), []);
    assert_eq!(set.ignored_sections("default"), []);
    assert_eq!(set.ignored_sections("granted").len(), 1, "a request for a profile of that name means it");
}
