//! Decides which variables keep the command's requests for credentials away from a proxy. Never removes a host that the user
//! already excepted.

use zeroize::Zeroizing;

use crate::os::env::Environment;
use crate::outlet::child_env::Variable;

const LOOPBACK: &str = "127.0.0.1";

/// The variables that send plain HTTP requests to a proxy.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The exceptions from the proxy, if there is one. Without a proxy, nothing is set: for Python on macOS and Windows, the variable alone
/// disables the system's own proxy.
// Security: not every client knows that loopback must not go through a proxy, and a request for credentials carries the token of this run.
#[must_use]
pub fn variables(env: &Environment) -> Vec<Variable> {
    if PROXIES.iter().all(|name| env.os(name).is_none()) {
        return Vec::new();
    }
    // Some clients prefer one spelling and some the other: a new one must not hide an existing one.
    let names = [("NO_PROXY", "no_proxy"), ("no_proxy", "NO_PROXY")];
    let is_text = |name| env.os(name).is_none() || env.text(name).is_some();
    let all = names.into_iter().filter(|(name, _)| is_text(name));
    all.map(|(name, other)| (name, Zeroizing::new(with_loopback(env.text(name).or(env.text(other)).unwrap_or_default())))).collect()
}

fn with_loopback(exceptions: &str) -> String {
    let exceptions = exceptions.trim().trim_end_matches(',');
    let is_excepted = exceptions.split([',', ' ']).any(|host| host == LOOPBACK);
    // The star means every host only if it is alone.
    if exceptions == "*" || is_excepted {
        exceptions.to_owned()
    } else if exceptions.is_empty() {
        LOOPBACK.to_owned()
    } else {
        format!("{exceptions},{LOOPBACK}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<const N: usize>(variables: [(&str, &str); N]) -> Vec<(String, String)> {
        super::variables(&Environment::of(variables)).into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }

    #[test]
    fn loopback_is_excepted_under_both_names_and_nothing_else_is_lost() {
        for (variables, upper, lower) in [
            ([("HTTP_PROXY", "p"), ("X", "")], "127.0.0.1", "127.0.0.1"),
            ([("all_proxy", "p"), ("NO_PROXY", "corp")], "corp,127.0.0.1", "corp,127.0.0.1"),
            ([("ALL_PROXY", "p"), ("no_proxy", ".corp, other")], ".corp, other,127.0.0.1", ".corp, other,127.0.0.1"),
            ([("http_proxy", "p"), ("no_proxy", "127.0.0.1,corp")], "127.0.0.1,corp", "127.0.0.1,corp"),
            ([("http_proxy", "p"), ("no_proxy", "127.0.0.10")], "127.0.0.10,127.0.0.1", "127.0.0.10,127.0.0.1"),
            ([("http_proxy", "p"), ("NO_PROXY", "*")], "*", "*"),
            ([("http_proxy", "p"), ("NO_PROXY", "corp,")], "corp,127.0.0.1", "corp,127.0.0.1"),
        ] {
            let expected = [("NO_PROXY", upper), ("no_proxy", lower)].map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(told(variables), expected, "{variables:?}");
        }
        let both = told([("HTTP_PROXY", "p"), ("NO_PROXY", "a"), ("no_proxy", "b")]);
        let expected = if cfg!(windows) { ["a,127.0.0.1", "a,127.0.0.1"] } else { ["a,127.0.0.1", "b,127.0.0.1"] };
        assert_eq!(both.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn without_a_proxy_nothing_is_told() {
        assert!(told([("NO_PROXY", "corp"), ("HTTPS_PROXY", "p"), ("HTTP_PROXY", "")]).is_empty());
    }
}
