//! Settings of `[default]` reach no client with another profile's credentials, if a variable can prevent it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use vault::config::client_settings::{CLIENT_SETTINGS, ClientSetting};

use crate::support::world::{World, usual_aws};

use super::variables;

/// A world whose profile gets its credentials from a file, and where no endpoint is set.
fn world(config: &str) -> World {
    let mut world = World::with(usual_aws(), "");
    world.unset("AWS_ENDPOINT_URL");
    world.write("source", r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"x-secret","SessionToken":"x-token"}"#);
    let source = format!("credential_process = cat {}", world.path("source").display());
    world.write(".aws/config", config.replace("SOURCE", &source));
    world
}

/// A value other than the neutral one, valid for vault too.
fn value_of(setting: &ClientSetting) -> &'static str {
    match setting.neutral {
        Some("false") => "true",
        Some("3") => "9",
        Some("standard") => "adaptive",
        _ => "other",
    }
}

/// A section with this header and every setting of the list.
fn every_setting(header: &str) -> String {
    let mut config = format!("[{header}]\n");
    let mut nested = String::new();
    for setting in CLIENT_SETTINGS {
        let line = format!("{} = {}\n", setting.key, value_of(&setting));
        match setting.below {
            None => config.push_str(&line),
            Some(_) => {
                let _ = write!(nested, "  {line}");
            }
        }
    }
    let _ = write!(config, "s3 =\n{nested}");
    config
}

/// The settings variables of a run, for every way of passing variables on.
fn seen(world: &World) -> BTreeMap<String, String> {
    let exec = variables(&world.vault(["exec", "p", "--", "env"]).hands_over().run().ok());
    let server = variables(&world.vault(["exec", "p", "--server", "--", "env"]).hands_over().run().ok());
    world.write("script", format!("eval \"$('{}' export p)\"\nenv\n", World::binary().display()));
    let shell = variables(&world.command(Path::new("sh"), &["script"]).hands_over().run().ok());
    let file = variables(&world.vault(["export", "p", "--format", "dotenv"]).hands_over().run().ok());
    let known = |name: &String| {
        name.starts_with("AWS_ENDPOINT_URL")
            || CLIENT_SETTINGS.iter().any(|setting| setting.variables.contains(&name.as_str()))
            || name.ends_with("REGION")
    };
    let of_settings = |mut seen: BTreeMap<String, String>| -> BTreeMap<_, _> { seen.extract_if(.., |name, _| known(name)).collect() };
    let exec = of_settings(exec);
    for (way, other) in [("--server", server), ("export", shell), ("dotenv", file)] {
        assert_eq!(of_settings(other), exec, "{way}");
    }
    exec
}

#[test]
fn a_setting_of_default_gets_its_neutral_value_if_there_is_one() {
    let world = world(&format!("{}[profile p]\nSOURCE\n", every_setting("default")));
    let mut expected = BTreeMap::new();
    for setting in CLIENT_SETTINGS {
        let Some(neutral) = setting.neutral else { continue };
        expected.extend(setting.variables.iter().map(|name| ((*name).to_owned(), neutral.to_owned())));
    }
    assert!(expected.len() > 15, "{expected:?}");
    assert_eq!(seen(&world), expected);
    let section = world.vault(["export", "p", "--format", "ini"]).hands_over().run().ok();
    assert_eq!(section.lines().filter(|line| line.contains('=') && !line.starts_with("aws_")).count(), 0, "{section}");
}

#[test]
fn either_spelling_of_default_and_the_credentials_file_count() {
    for (config, credentials) in [
        ("[default]\nuse_fips_endpoint = true\n", ""),
        ("[profile default]\nuse_fips_endpoint = true\n", ""),
        ("[profile default]\nregion = x\n[default]\nuse_fips_endpoint = true\n", ""),
        ("[default]\nregion = x\n[profile default]\nuse_fips_endpoint = true\n", ""),
        ("[DEFAULT]\nuse_fips_endpoint = true\n[default]\nregion = x\n", ""),
        ("", "[default]\nuse_fips_endpoint = true\n"),
        ("", "[DEFAULT]\nuse_fips_endpoint = true\n[default]\nregion = x\n"),
    ] {
        let world = world(&format!("{config}[profile p]\nSOURCE\n"));
        world.write(".aws/credentials", credentials);
        assert_eq!(seen(&world).remove("AWS_USE_FIPS_ENDPOINT").as_deref(), Some("false"), "{config}{credentials}");
    }
}

#[test]
fn settings_of_the_profile_or_environment_stay_and_nothing_else_is_added() {
    // The profile has the same keys.
    let own = world(&format!("{}{}SOURCE\n", every_setting("default"), every_setting("profile p")));
    let by_profile = seen(&own);
    for setting in CLIENT_SETTINGS {
        assert!(setting.variables.iter().all(|name| by_profile[*name] == value_of(&setting)), "{}", setting.key);
    }
    // The environment has them.
    let mut around = world(&format!("{}[profile p]\nSOURCE\n", every_setting("default")));
    for setting in CLIENT_SETTINGS {
        around.set(setting.variables[0], value_of(&setting));
    }
    let by_env = seen_in_exec(&around);
    for setting in CLIENT_SETTINGS {
        assert_eq!(by_env[setting.variables[0]], value_of(&setting), "{}", setting.key);
    }
    // `[default]` has the neutral value, or no value, or is the profile itself.
    for config in [
        "[default]\nuse_fips_endpoint = False\nretry_mode = standard\nmax_attempts = 3\noutput =\n[profile p]\nSOURCE\n",
        "[profile p]\nSOURCE\n",
    ] {
        assert_eq!(seen(&world(config)), BTreeMap::new(), "{config}");
    }
    let same = world("[default]\nmax_attempts = 9\nSOURCE\n");
    let seen = variables(&same.vault(["exec", "default", "--", "env"]).hands_over().run().ok());
    assert_eq!(seen["AWS_MAX_ATTEMPTS"], "9");
    // In this mode, each tool has a different number of attempts.
    let legacy = world("[default]\nmax_attempts = 9\n[profile p]\nretry_mode = legacy\nSOURCE\n");
    assert!(!seen_in_exec(&legacy).contains_key("AWS_MAX_ATTEMPTS"));
}

fn seen_in_exec(world: &World) -> BTreeMap<String, String> {
    variables(&world.vault(["exec", "p", "--", "env"]).hands_over().run().ok())
}

#[test]
fn endpoints_of_default_are_ignored_if_nothing_else_sets_one() {
    const IGNORE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    const URL: &str = "endpoint_url = http://default.example.com\n";
    let services = "[services s]\ns3 =\n  endpoint_url = http://s3.example.com\n[services none]\ns3 =\n  x = y\n";
    for (default, own, variable, expected) in [
        (URL, "", None, Some("true")),
        ("services = s\n", "", None, Some("true")),
        ("services = none\n", "", None, None),
        ("endpoint_url =\n", "", None, None),
        (URL, "ignore_configured_endpoint_urls = false\n", None, Some("true")),
        (URL, "endpoint_url = http://p.example.com\n", None, None),
        // If the others were ignored, so would the profile's own.
        (URL, "services = s\n", None, None),
        (URL, "", Some(("AWS_ENDPOINT_URL", "http://env.example.com")), None),
        (URL, "", Some(("AWS_ENDPOINT_URL_S3", "http://env.example.com")), None),
        (URL, "", Some(("AWS_ENDPOINT_URL", "")), Some("true")),
        (URL, "", Some((IGNORE, "false")), Some("false")),
        // The profile's endpoints count, though those of `[default]` do not.
        ("ignore_configured_endpoint_urls = true\n", "endpoint_url = http://p.example.com\n", None, Some("false")),
        ("ignore_configured_endpoint_urls = true\n", "", Some(("AWS_ENDPOINT_URL", "http://env.example.com")), Some("false")),
    ] {
        let mut world = world(&format!("[default]\n{default}[profile p]\nSOURCE\n{own}{services}"));
        if let Some((name, value)) = variable {
            world.set(name, value);
        }
        let seen = seen_in_exec(&world);
        assert_eq!(seen.get(IGNORE).map(String::as_str), expected, "{default} {own} {variable:?}");
        if own.contains("endpoint_url = http") {
            assert_eq!(seen["AWS_ENDPOINT_URL"], "http://p.example.com");
        }
    }
}

#[test]
fn a_nested_run_gets_none_of_it() {
    let world = world(&format!(
        "{}[profile p]\nSOURCE\n[profile own]\nSOURCE\nmax_attempts = 5\n[profile q]\nSOURCE\ninclude_profile = default\n",
        every_setting("default")
    ));
    let inner = World::binary().display().to_string();
    for (name, attempts, fips) in [("own", "5", "false"), ("q", "9", "true")] {
        let seen = variables(&world.vault(["exec", "p", "--", &inner, "exec", name, "--", "env"]).hands_over().run().ok());
        assert_eq!((seen["AWS_MAX_ATTEMPTS"].as_str(), seen["AWS_USE_FIPS_ENDPOINT"].as_str()), (attempts, fips), "{name}");
    }
}
