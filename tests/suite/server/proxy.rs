//! A proxy from the environment must not see requests for credentials, because they carry the token.

use super::*;

/// A client that uses its proxy except for hosts in `NO_PROXY`.
const ASK: &str = "import os, urllib.request as u, json\n\
                   r = u.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], headers={'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']})\n\
                   print(json.loads(u.urlopen(r, timeout=20).read())['AccessKeyId'][:4], os.environ.get('NO_PROXY'), os.environ.get('no_proxy'))\n";

#[test]
fn the_commands_requests_for_credentials_bypass_the_proxy() {
    let world = signed_in();
    // Nobody answers there.
    let nowhere = "http://127.0.0.1:9";
    for (name, excepted) in [("HTTP_PROXY", ""), ("http_proxy", ""), ("HTTP_PROXY", "internal.example"), ("http_proxy", "internal.example")]
    {
        let run = world.vault(["exec", "--server", "read-only", "--", "python3", "-c", ASK]);
        let run = run.env(name, nowhere).env("NO_PROXY", excepted);
        let expected = if excepted.is_empty() { "127.0.0.1".to_owned() } else { format!("{excepted},127.0.0.1") };
        assert_eq!(run.run().ok(), format!("ASIA {expected} {expected}\n"), "{name}, {excepted}");
    }
    for name in ["ALL_PROXY", "all_proxy"] {
        let run = world.vault(["exec", "--server", "read-only", "--", "sh", "-c", "echo $NO_PROXY $no_proxy"]).env(name, nowhere);
        assert_eq!(run.env("no_proxy", "a,127.0.0.1").run().ok(), "a,127.0.0.1 a,127.0.0.1\n", "{name}");
    }
}

#[test]
fn without_a_proxy_or_an_endpoint_no_proxy_is_unchanged() {
    let world = signed_in();
    let script = ["sh", "-c", "echo ${NO_PROXY-unset} ${no_proxy-unset}"];
    let [sh, c, echo] = script;
    assert_eq!(world.vault(["exec", "--server", "read-only", "--", sh, c, echo]).run().ok(), "unset unset\n");
    let run = world.vault(["exec", "--server", "read-only", "--", sh, c, echo]).env("NO_PROXY", "a");
    assert_eq!(run.run().ok(), "a unset\n");
    let run = world.vault(["exec", "read-only", "--", sh, c, echo]).env("HTTP_PROXY", "http://127.0.0.1:9").env("NO_PROXY", "a");
    assert_eq!(run.run().ok(), "a unset\n");
}
