//! A profile's settings for clients: the child of `exec` and `--server`, a shell that reads `export`, and vault's own calls follow them as
//! a client with the profile would. A nested run starts without the outer profile's settings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use vault::config::client_settings::{CLIENT_SETTINGS, ClientSetting, is_about_credentials};

use crate::support::aws::Fault;
use crate::support::tools;
use crate::support::world::{World, usual_aws};

use super::network::Proxy;
use super::variables;

/// Credentials that need no call.
const SOURCE: &str = r#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"x-secret","SessionToken":"x-token"}"#;

/// A world whose profiles get their credentials from a file, and where no endpoint is set.
fn world(config: &str) -> World {
    let mut world = World::with(usual_aws(), "");
    world.unset("AWS_ENDPOINT_URL");
    world.write("source", SOURCE);
    let source = format!("credential_process = cat {}", world.path("source").display());
    world.write(".aws/config", config.replace("SOURCE", &source));
    world
}

/// A valid value of the setting.
fn value_of(setting: &ClientSetting) -> String {
    match setting.key {
        "retry_mode" => "standard".to_owned(),
        "max_attempts" => "4".to_owned(),
        "use_fips_endpoint" | "use_dualstack_endpoint" | "ignore_configured_endpoint_urls" => "false".to_owned(),
        key => format!("of-{key}"),
    }
}

/// A profile with every setting of the list, and the matching variables.
fn everything(profile: &str) -> (String, BTreeMap<String, String>) {
    let mut config = format!("[profile {profile}]\nregion = eu-west-1\nendpoint_url = https://all.example.com\nservices = mine\nSOURCE\n");
    let mut nested = String::new();
    let mut expected = BTreeMap::new();
    for setting in CLIENT_SETTINGS {
        let value = value_of(&setting);
        let line = format!("{} = {value}\n", setting.key);
        match setting.below {
            None => config.push_str(&line),
            Some(below) => {
                let _ = write!(nested, "  {line}");
                assert_eq!(below, "s3");
            }
        }
        for variable in setting.variables {
            expected.entry((*variable).to_owned()).or_insert_with(|| value.clone());
        }
    }
    let _ = write!(config, "s3 =\n{nested}  addressing_style = path\n");
    config.push_str("[services mine]\ns3 =\n  endpoint_url = https://s3.example.com\napplication_auto_scaling =\n  endpoint_url = https://scale.example.com\n");
    for (name, value) in [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", "https://all.example.com"),
        ("AWS_ENDPOINT_URL_S3", "https://s3.example.com"),
        ("AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING", "https://scale.example.com"),
    ] {
        expected.insert(name.to_owned(), value.to_owned());
    }
    (config, expected)
}

/// The values in `seen` of the variables `names`.
fn those_of(seen: &BTreeMap<String, String>, names: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    seen.iter().filter(|(name, _)| names.contains_key(*name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[test]
fn exec_server_and_export_pass_on_every_setting_of_the_profile() {
    let (config, expected) = everything("p");
    let world = world(&config);
    let exec = variables(&world.vault(["exec", "p", "--", "env"]).hands_over().run().ok());
    assert_eq!(those_of(&exec, &expected), expected);
    let server = variables(&world.vault(["exec", "p", "--server", "--", "env"]).hands_over().run().ok());
    assert_eq!(those_of(&server, &expected), expected);
    world.write("script", format!("eval \"$('{}' export p)\"\nenv\n", World::binary().display()));
    let shell = variables(&world.command(Path::new("sh"), &["script"]).hands_over().run().ok());
    assert_eq!(those_of(&shell, &expected), expected);
    let file = variables(&world.vault(["export", "p", "--format", "dotenv"]).hands_over().run().ok());
    let unquoted: BTreeMap<_, _> = file.into_iter().map(|(name, value)| (name, value.trim_matches('"').to_owned())).collect();
    assert_eq!(those_of(&unquoted, &expected), expected);
    assert!(!unquoted.contains_key("AWS_VAULT_FROM_PROFILE"), "the file is read by another shell");
    let ini = world.vault(["export", "p", "--format", "ini"]).hands_over().run().ok();
    for setting in CLIENT_SETTINGS.iter().filter(|setting| setting.below.is_none()) {
        assert!(ini.contains(&format!("\n{} = {}\n", setting.key, value_of(setting))), "{}", setting.key);
    }
}

#[test]
fn variables_of_the_environment_stay_as_they_are() {
    let (config, expected) = everything("p");
    let world = world(&config);
    for name in expected.keys().filter(|name| *name != "AWS_REGION" && *name != "AWS_DEFAULT_REGION") {
        // Values that vault itself reads must be valid.
        let value = match name.as_str() {
            name if name.starts_with("AWS_ENDPOINT_URL") => "https://mine.example.com",
            "AWS_RETRY_MODE" => "adaptive",
            "AWS_MAX_ATTEMPTS" => "9",
            "AWS_USE_FIPS_ENDPOINT" | "AWS_USE_DUALSTACK_ENDPOINT" => "true",
            _ => "mine",
        };
        let seen = variables(&world.vault(["exec", "p", "--", "env"]).env(name, value).hands_over().run().ok());
        assert_eq!(seen[name], value);
        let endpoints = seen.keys().filter(|name| name.starts_with("AWS_ENDPOINT_URL")).count();
        // For AWS tools, the variable for all services wins over a profile's endpoint for one service.
        assert_eq!(endpoints, if name == "AWS_ENDPOINT_URL" { 1 } else { 3 }, "{name}");
    }
    // If a setting has two names, the other is not set either: some tools would read it first.
    let seen = variables(&world.vault(["exec", "p", "--", "env"]).env("AWS_ENDPOINT_DISCOVERY_ENABLED", "no").hands_over().run().ok());
    assert!(!seen.contains_key("AWS_ENABLE_ENDPOINT_DISCOVERY"));
    // An empty variable counts as unset, except for a pager.
    let run = world.vault(["exec", "p", "--", "env"]).env("AWS_CA_BUNDLE", "").env("AWS_PAGER", "").hands_over().run().ok();
    let seen = variables(&run);
    assert_eq!((seen["AWS_CA_BUNDLE"].as_str(), seen["AWS_PAGER"].as_str()), ("of-ca_bundle", ""));
}

#[test]
fn ignored_endpoints_are_not_passed_on() {
    let (config, _) = everything("p");
    let world = world(&config.replace("ignore_configured_endpoint_urls = false", "ignore_configured_endpoint_urls = true"));
    let seen = variables(&world.vault(["exec", "p", "--", "env"]).hands_over().run().ok());
    assert_eq!(seen["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"], "true");
    assert!(!seen.keys().any(|name| name.starts_with("AWS_ENDPOINT_URL")), "{:?}", seen.keys());
}

#[test]
fn an_empty_pager_and_an_included_setting_count_and_a_cleared_one_does_not() {
    let world =
        world("[profile p]\nSOURCE\ninclude_profile = base\ncli_pager =\noutput =\n[profile base]\noutput = text\nretry_mode = adaptive\n");
    let seen = variables(&world.vault(["exec", "p", "--", "env"]).hands_over().run().ok());
    assert_eq!((seen["AWS_PAGER"].as_str(), seen["AWS_RETRY_MODE"].as_str()), ("", "adaptive"));
    assert!(!seen.contains_key("AWS_DEFAULT_OUTPUT"));
}

#[test]
fn every_setting_that_botocore_reads_from_file_and_environment_is_on_the_list() {
    let program = "\
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as v, DEFAULT_S3_CONFIG_VARS as s3
for keys, names, *_ in list(v.values()) + list(s3.values()):
    for key in (keys if isinstance(keys, list) else [keys]):
        for name in (names if isinstance(names, list) else [names]):
            if key and name: print('.'.join(key) if isinstance(key, tuple) else key, name)
";
    let world = world("");
    let printed = world.command(&tools::python(), &["-c", program]).run().ok();
    assert!(printed.lines().count() > 20, "{printed}");
    for line in printed.lines() {
        let (key, name) = line.split_once(' ').expect("two words");
        // The region has its own rules; monitoring and data files concern botocore alone.
        if is_about_credentials(key) || key == "region" || key == "data_path" || key.starts_with("csm_") || name.starts_with("BOTOCORE_") {
            continue;
        }
        let is_listed = CLIENT_SETTINGS.iter().any(|setting| {
            let own = setting.below.map_or_else(|| setting.key.to_owned(), |below| format!("{below}.{}", setting.key));
            own == key && setting.variables.contains(&name)
        });
        assert!(is_listed, "{key} is {name}");
    }
}

/// The hosts called with the same settings: by vault for a session, by the AWS CLI with the profile, and by the AWS CLI under `exec`.
fn hosts(lines: &str, environment: &[(&str, &str)]) -> [Option<String>; 3] {
    let proxy = Proxy::start();
    let mut world = world(&format!(
        "[profile key]\nregion = us-east-1\n{lines}\n[profile p]\nregion = us-east-1\nSOURCE\n{lines}\n[services mine]\nsts =\n  endpoint_url = https://mine.example.com\n"
    ));
    world.add("key", "some-user");
    world.set("HTTPS_PROXY", &proxy.url);
    for (name, value) in environment {
        world.set(name, value);
    }
    let who = ["sts", "get-caller-identity"];
    let mut asked = Vec::new();
    let attempts = |invocation: crate::support::world::Invocation<'_>| invocation.env("AWS_MAX_ATTEMPTS", "1").run();
    let run = attempts(world.vault(["exec", "key", "--", "true"]));
    assert_eq!(run.status, 1, "{run:?}");
    asked.push(proxy.take());
    attempts(world.command(&tools::program("aws"), &[&who[..], &["--profile", "p"]].concat()));
    asked.push(proxy.take());
    attempts(world.command(&World::binary(), &[&["exec", "p", "--", "aws"][..], &who].concat()));
    asked.push(proxy.take());
    asked.try_into().expect("three hosts were called")
}

#[test]
fn vault_calls_the_same_host_as_the_aws_cli() {
    const AWS: &str = "sts.us-east-1.amazonaws.com:443";
    const FIPS: &str = "sts-fips.us-east-1.amazonaws.com:443";
    const ALL: &str = "endpoint_url = https://all.example.com\n";
    const IGNORE: &str = "ignore_configured_endpoint_urls = true\n";
    let and = |one: &str, other: &str| format!("{one}{other}");
    let cases = [
        (String::new(), &[][..], AWS),
        ("use_fips_endpoint = true".to_owned(), &[], FIPS),
        ("use_dualstack_endpoint = true".to_owned(), &[], "sts.us-east-1.api.aws:443"),
        ("use_fips_endpoint = true\nuse_dualstack_endpoint = true".to_owned(), &[], "sts-fips.us-east-1.api.aws:443"),
        ("use_fips_endpoint = true".to_owned(), &[("AWS_USE_FIPS_ENDPOINT", "false")], AWS),
        ("use_fips_endpoint = false".to_owned(), &[("AWS_USE_FIPS_ENDPOINT", "true")], FIPS),
        ("use_fips_endpoint = true".to_owned(), &[("AWS_USE_DUALSTACK_ENDPOINT", "true")], "sts-fips.us-east-1.api.aws:443"),
        (ALL.to_owned(), &[], "all.example.com:443"),
        (and(ALL, "services = mine"), &[], "mine.example.com:443"),
        (and(ALL, IGNORE), &[], AWS),
        (and("services = mine\n", IGNORE), &[("AWS_ENDPOINT_URL", "https://env.example.com")], AWS),
        (and(ALL, IGNORE), &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")], "all.example.com:443"),
        (and(ALL, "services = mine"), &[("AWS_ENDPOINT_URL", "https://env.example.com")], "env.example.com:443"),
        (and(ALL, "services = mine"), &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")], AWS),
        (and(ALL, IGNORE), &[("AWS_USE_FIPS_ENDPOINT", "true")], FIPS),
        (and(ALL, "use_fips_endpoint = true"), &[], "all.example.com:443"),
        ("use_fips_endpoint = true".to_owned(), &[("AWS_ENDPOINT_URL", "https://env.example.com")], "env.example.com:443"),
        (and(ALL, "use_dualstack_endpoint = true"), &[("AWS_USE_FIPS_ENDPOINT", "true")], "all.example.com:443"),
    ];
    std::thread::scope(|scope| {
        for some in cases.chunks(5) {
            scope.spawn(move || {
                for (lines, environment, host) in some {
                    assert_eq!(hosts(lines, environment), [(); 3].map(|()| Some((*host).to_owned())), "{lines} {environment:?}");
                }
            });
        }
    });
}

#[test]
fn a_call_is_tried_as_often_as_the_profile_says() {
    let world = world("");
    world.add("key", "some-user");
    world.aws.fault("GetSessionToken", Fault::internal(), 9);
    let mut before = 0;
    for (lines, variable, expected) in
        [("max_attempts = 1", "", 1), ("retry_mode = legacy\nmax_attempts = 2", "", 2), ("max_attempts = 2", "1", 1), ("", "", 3)]
    {
        world.write(".aws/config", format!("[profile key]\nendpoint_url = {}\n{lines}\n", world.aws.url()));
        world.vault(["exec", "key", "--", "true"]).env("AWS_MAX_ATTEMPTS", variable).run().fails(1);
        let calls = world.aws.requests().len();
        assert_eq!(calls - before, expected, "{lines} {variable}");
        before = calls;
    }
    world.aws.clear_faults();
}

#[test]
fn an_unusable_setting_is_named_with_its_line_and_nothing_is_sent() {
    let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    for (line, status, message, hint) in [
        ("use_fips_endpoint = yes", 1, "`use_fips_endpoint` of profile `key`: `yes` is neither `true` nor `false`", "correct that line"),
        (
            "use_dualstack_endpoint = 1",
            1,
            "`use_dualstack_endpoint` of profile `key`: `1` is neither `true` nor `false`",
            "correct that line",
        ),
        ("max_attempts = 0", 1, "`max_attempts` of profile `key`: it is `0`, not a number from 1", "correct that line"),
        (
            "retry_mode = often",
            1,
            "`retry_mode` of profile `key`: it is `often`, not `standard`, `adaptive` or `legacy`",
            "correct that line",
        ),
        (
            "ca_bundle = /nowhere/x.pem",
            1,
            "`ca_bundle` of profile `key` (~/.aws/config:2): ",
            "correct `ca_bundle` in that profile, or remove the line",
        ),
    ] {
        let world = world("");
        world.add("key", "some-user");
        world.write(".aws/config", format!("[profile key]\n{line}\n"));
        let run = world.vault(["exec", "key", "--", "true"]).run().fails(status);
        assert!(run.stderr.contains(message) && run.stderr.contains(&format!("hint: {hint}")), "{run:?}");
        // Checking a key is such a call too.
        let key = world.aws.user("some-user").access_key();
        let run = world.vault(["add", "key", "--env"]).env(id, &key.0).env(secret, &key.1).run().fails(status);
        assert!(run.stderr.contains(message), "{run:?}");
        assert_eq!(world.aws.requests(), []);
    }
    for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        let run = world("[profile p]\nSOURCE\n").vault(["exec", "p", "--", "true"]).env(name, "yes").run().fails(2);
        assert!(run.stderr.contains(&format!("`{name}`: `yes` is neither `true` nor `false`")), "{run:?}");
    }
}

/// Serves requests over TLS, one at a time, with a certificate that no system trusts.
const TLS_SERVER: &str = "
import http.server, ssl, sys, threading
class Refuse(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        body = b'<ErrorResponse><Error><Code>AccessDenied</Code><Message>reached</Message></Error></ErrorResponse>'
        self.send_response(403); self.send_header('content-length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Refuse)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain('cert.pem', 'key.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)
open('port.new', 'w').write(str(server.server_port)); import os; os.rename('port.new', 'port')
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server.serve_forever()
";

#[test]
fn a_proxy_that_intercepts_tls_is_trusted_by_the_profiles_bundle_and_the_hint_names_it() {
    let world = world("[profile key]\n");
    world.add("key", "some-user");
    let make = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=proxy \
        -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127.0.0.1 2>/dev/null";
    world.command(Path::new("sh"), &["-c", make]).run().ok();
    let mut command = world.command(&tools::python(), &["-c", TLS_SERVER]).into_command();
    let mut server = command.stdin(std::process::Stdio::piped()).spawn().expect("the server can be started");
    let port = (0..3000).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        std::fs::read_to_string(world.path("port")).ok()
    });
    let url = format!("https://127.0.0.1:{}", port.expect("the server has told its port"));
    let bundle = world.path("cert.pem").display().to_string();
    let run_with = |lines: &str, variable: &str| {
        world.write(".aws/config", format!("[profile key]\nendpoint_url = {url}\nmax_attempts = 1\n{lines}\n"));
        world.vault(["exec", "key", "--", "true"]).env("AWS_CA_BUNDLE", variable).run().fails(1)
    };
    let run = run_with("", "");
    assert!(
        run.stderr.contains("AWS could not be reached") && run.stderr.contains("`AWS_CA_BUNDLE`") && run.stderr.contains("`ca_bundle`"),
        "{run:?}"
    );
    for (line, variable) in
        [(format!("ca_bundle = {bundle}"), ""), (String::new(), bundle.as_str()), ("ca_bundle = /nowhere".to_owned(), bundle.as_str())]
    {
        let run = run_with(&line, variable);
        assert!(run.stderr.contains("AWS refused `GetSessionToken`: reached"), "{line} {variable}: {run:?}");
    }
    // A role may need it for its source.
    world.write(
        ".aws/config",
        format!("[profile key]\nendpoint_url = {url}\nmax_attempts = 1\n[profile role]\nsource_profile = key\nmfa_serial = GAHT12345678\nrole_arn = arn:aws:iam::123456789012:role/R\nca_bundle = {bundle}\n"),
    );
    let run = world.vault(["exec", "role", "-t", "123456", "--", "true"]).run().fails(1);
    assert!(run.stderr.contains("AWS refused `GetSessionToken`: reached"), "{run:?}");
    drop(server.stdin.take());
    server.wait().expect("the server ends with its stdin");
    std::fs::remove_file(world.path("key.pem")).expect("it can be removed");
}

/// The environment of `inner` inside `outer`; the outer run's shell runs `between` first.
fn nested(world: &World, outer: &[&str], between: &str, inner: &str) -> BTreeMap<String, String> {
    let script = format!("{between}\nexec '{}' exec {inner} -- env", World::binary().display());
    let words = [&["exec"][..], outer, &["--", "sh", "-c", &script]].concat();
    variables(&world.command(&World::binary(), &words).hands_over().run().ok())
}

#[test]
fn no_setting_of_the_outer_profile_reaches_a_nested_run() {
    let (config, expected) = everything("outer");
    // Its region is included from another profile.
    let config = config.replace("region = eu-west-1\n", "include_profile = base\n") + "[profile base]\nregion = eu-west-1\n";
    let world = world(&format!("{config}[profile bare]\nSOURCE\n[profile own]\nregion = ap-south-1\nca_bundle = /own.pem\nSOURCE\n"));
    for outer in [&["outer"][..], &["outer", "--server"]] {
        let bare = nested(&world, outer, "", "bare");
        assert_eq!(those_of(&bare, &expected), BTreeMap::new());
        assert_eq!(bare["AWS_VAULT"], "bare");
        assert!(!bare.contains_key("AWS_VAULT_FROM_PROFILE"), "nothing comes from a profile");
        let own = nested(&world, outer, "", "own");
        let left = those_of(&own, &expected);
        let names: Vec<_> = left.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(names, ["AWS_CA_BUNDLE=/own.pem", "AWS_DEFAULT_REGION=ap-south-1", "AWS_REGION=ap-south-1"]);
    }
    // Three levels deep, and back to the first profile.
    let three = nested(&world, &["outer", "--", &World::binary().display().to_string(), "exec", "own"], "", "outer");
    assert_eq!(those_of(&three, &expected), expected);
}

#[test]
fn variables_that_a_person_sets_around_or_inside_the_outer_run_stay() {
    let (config, _) = everything("outer");
    let mut world = world(&format!("{config}[profile own]\nregion = ap-south-1\nSOURCE\n"));
    let inside = nested(&world, &["outer"], "export AWS_REGION=sa-east-1 AWS_CA_BUNDLE=/mine.pem AWS_PAGER=", "own");
    assert_eq!(
        (inside["AWS_REGION"].as_str(), inside["AWS_CA_BUNDLE"].as_str(), inside["AWS_PAGER"].as_str()),
        ("sa-east-1", "/mine.pem", "")
    );
    let flag = nested(&world, &["outer", "--region", "us-west-2"], "", "own");
    assert_eq!(flag["AWS_REGION"], "us-west-2", "it applies to everything inside");
    // The same value as the outer profile's, set before it.
    for (name, value) in [("AWS_REGION", "eu-west-1"), ("AWS_MAX_ATTEMPTS", "4"), ("AWS_ENDPOINT_URL_S3", "https://s3.example.com")] {
        world.set(name, value);
    }
    let around = nested(&world, &["outer"], "", "own");
    assert_eq!(around["AWS_REGION"], "eu-west-1");
    assert_eq!((around["AWS_MAX_ATTEMPTS"].as_str(), around["AWS_ENDPOINT_URL_S3"].as_str()), ("4", "https://s3.example.com"));
}

#[test]
fn a_second_export_leaves_nothing_of_the_first_in_the_shell() {
    let (config, expected) = everything("outer");
    let world = world(&format!("{config}[profile bare]\nSOURCE\n"));
    let binary = World::binary().display().to_string();
    for shell in ["sh", "bash"] {
        let script = format!(
            "eval \"$('{binary}' export outer)\"\nexport AWS_VAULT=outer AWS_PROFILE=x AWS_ACCOUNT_ID=999999999999 'AWS_CONTAINER_X=y'\neval \"$('{binary}' export bare)\"\nenv\n"
        );
        world.write("script", script);
        let seen = variables(&world.command(Path::new(shell), &["script"]).hands_over().run().ok());
        assert_eq!(those_of(&seen, &expected), BTreeMap::new());
        for gone in ["AWS_PROFILE", "AWS_ACCOUNT_ID", "AWS_CONTAINER_X", "AWS_VAULT_FROM_PROFILE"] {
            assert!(!seen.contains_key(gone), "{gone}");
        }
        assert_eq!((seen["AWS_VAULT"].as_str(), seen["AWS_ACCESS_KEY_ID"].as_str()), ("bare", "ASIAX"));
    }
}
