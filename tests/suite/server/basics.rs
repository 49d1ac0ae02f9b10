//! What the command gets, and which profiles get no endpoint.

use super::*;

#[test]
fn the_command_gets_an_endpoint_and_no_key() {
    let world = signed_in();
    let run = world
        .vault(["exec", "--server", "read-only", "--", "sh", "-c", "env | sort"])
        .env("AWS_PROFILE", "other")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/elsewhere")
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/elsewhere")
        .run()
        .ok();
    let mut seen: Vec<_> = run.lines().filter(|line| line.starts_with("AWS")).collect();
    seen.retain(|line| !line.starts_with("AWS_ENDPOINT_URL=") && !line.starts_with("AWS_EC2_METADATA_DISABLED="));
    let (token, rest) = seen.split_first().expect("there are variables");
    let (name, token) = token.split_once('=').expect("a variable has a value");
    assert_eq!(name, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let (file, rest) = rest.split_first().expect("there are more");
    assert!(
        file.starts_with(&format!("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={}/endpoint-token-", world.path(".local/state/vault").display())),
        "{file}"
    );
    let (uri, rest) = rest.split_first().expect("there are more");
    let port = uri.strip_prefix("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/credentials"));
    assert!(port.is_some_and(|port| port.parse::<u16>().is_ok()), "{uri}");
    let (of_profile, rest) = rest.split_last().expect("there are more");
    assert!(of_profile.starts_with("AWS_VAULT_FROM_PROFILE=AWS_REGION:"), "{of_profile}");
    assert_eq!(rest, ["AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1", "AWS_VAULT=read-only"]);
}

#[test]
fn each_run_has_a_separate_port_and_token() {
    let world = signed_in();
    let one = Job::start(&world, "read-only");
    let other = Job::start(&world, "read-only");
    assert_ne!(one.token, other.token);
    assert_ne!(one.port(), other.port());
    let foreign = other.request("GET /credentials", &[("Host", &other.host()), ("Authorization", &one.token)]);
    assert_eq!(send(other.connect(), &foreign).status, 401);
    other.end_well();
    one.credentials();
    one.end_well();
}

#[test]
fn the_endpoint_serves_the_session_as_container_credentials() {
    let world = signed_in();
    let job = Job::start(&world, "opssudo");
    let json = job.credentials();
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    assert!(text("AccessKeyId").starts_with("ASIA"), "{json}");
    assert!(world.secrets().contains(&text("SecretAccessKey")) && world.secrets().contains(&text("Token")));
    assert_eq!((text("RoleArn"), text("AccountId")), (world.aws.role_arn("OpsSudo"), "123456789012".to_owned()));
    assert!(vault::model::Timestamp::parse_rfc3339(&text("Expiration")).is_ok(), "{json}");
    let again = job.credentials();
    assert_eq!(json, again, "one session serves every request");
    job.end_well();
    assert_eq!(world.aws.calls("AssumeRole"), 1);
}

#[test]
fn after_the_command_has_ended_no_request_is_answered() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let (address, request) = (("127.0.0.1", job.port()), job.good_request());
    assert_eq!(send(job.connect(), &request).status, 200);
    // Connected before the end, and not answered after it.
    let early = job.connect();
    job.end_well();
    assert_eq!(send(early, &request).text, "");
    assert!(TcpStream::connect(address).is_err(), "the port is closed");
}

#[test]
fn processes_that_the_command_left_running_get_nothing() {
    let world = signed_in();
    let late = "import os, sys, time, urllib.request as u\n\
                while os.getppid() == int(sys.argv[1]): time.sleep(0.01)\n\
                time.sleep(0.3)\n\
                r = u.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers={'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']})\n\
                try: out = u.urlopen(r).read().decode()\n\
                except Exception as e: out = type(e).__name__\n\
                open('late.part', 'w').write(out)\n\
                os.rename('late.part', 'late')\n";
    world.write("late.py", late);
    world.vault(["exec", "--server", "read-only", "--", "sh", "-c", "python3 late.py $$ > /dev/null 2>&1 & exit 0"]).run().ok();
    let started = std::time::Instant::now();
    while !world.path("late").exists() && started.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(world.read("late"), "URLError");
}

#[test]
fn a_protected_profile_is_not_served() {
    let world = signed_in();
    world.write(".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
    let run = world.vault(["exec", "--server", "opssudo", "--", "touch", "ran"]).run().fails(1);
    assert!(
        run.stderr.contains("profile `opssudo` is protected: its credentials are not served") && run.stderr.contains("hint: "),
        "{run:?}"
    );
    assert!(!world.path("ran").exists());
}

#[test]
fn a_long_term_key_is_not_served() {
    let world = signed_in();
    let arguments = ["exec", "--server", "--no-session", "--expose-long-term-key", "read-only", "--", "touch", "ran"];
    let run = world.vault(arguments).run().fails(2);
    assert!(
        run.stderr.contains("a long-term key, which `--server` does not serve") && run.stderr.contains("hint: leave out `--server`"),
        "{run:?}"
    );
    assert!(!world.path("ran").exists());
}

#[test]
fn credentials_that_clients_would_prefer_to_the_endpoint_stop_the_run() {
    let world = signed_in();
    let key = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
    world.write(".aws/credentials", format!("[default]\n{key}"));
    let run = world.vault(["exec", "--server", "read-only", "--", "touch", "ran"]).run().fails(1);
    assert!(
        run.stderr.contains("`aws_access_key_id` of profile `default` (at ~/.aws/credentials:2) would override the endpoint"),
        "{run:?}"
    );
    assert!(run.stderr.contains("AWS_SHARED_CREDENTIALS_FILE=/dev/null"), "{run:?}");
    assert!(!world.path("ran").exists());
    let hidden = world.vault(["exec", "--server", "read-only", "--", "touch", "ran"]).env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    hidden.run().ok();
    assert!(world.path("ran").exists(), "the hint helps");

    world.write(".aws/credentials", "");
    world.write(".aws/config", format!("{TWO_PROFILES}\n[default]\nregion = eu-west-1\ncredential_process = other\n"));
    let run = world.vault(["exec", "--server", "read-only", "--", "true"]).run().fails(1);
    assert!(run.stderr.contains("`credential_process` of profile `default`") && run.stderr.contains("`[profile base]`"), "{run:?}");
    // Clients read one of two sections of that profile, or `[DEFAULT]`, which applies to all.
    let region = "region = eu-west-1\n";
    for (config, credentials) in [
        (format!("[profile default]\n{region}[default]\n{key}"), String::new()),
        (format!("[profile default]\n{key}[default]\n{region}"), String::new()),
        (format!("[profile \"default\"]\n{key}[profile default]\n{region}"), String::new()),
        (format!("[DEFAULT]\n{key}[default]\n{region}"), String::new()),
        (String::new(), format!("[DEFAULT]\n{key}[default]\n{region}")),
    ] {
        world.write(".aws/config", format!("{TWO_PROFILES}\n{config}"));
        world.write(".aws/credentials", &credentials);
        let run = world.vault(["exec", "read-only", "--server", "--", "true"]).run().fails(1);
        assert!(run.stderr.contains("`aws_access_key_id` of profile `default` (at ~/.aws/c"), "{config}{credentials}: {run:?}");
    }
    // Without such a section, no client reads `[DEFAULT]`.
    world.write(".aws/config", format!("{TWO_PROFILES}\n[DEFAULT]\n{key}"));
    world.write(".aws/credentials", "");
    world.vault(["exec", "read-only", "--server", "--", "true"]).run().ok();
    world.write(".aws/config", format!("{TWO_PROFILES}\n[default]\nregion = eu-west-1\n"));
    world.vault(["exec", "--server", "read-only", "--", "true"]).run().ok();
}

#[test]
fn help_mentions_server() {
    let world = World::new();
    let help = world.vault(["exec", "--help"]).run().ok();
    assert!(help.contains("--server") && help.contains("vault exec opssudo --server -- "), "{help}");
}
