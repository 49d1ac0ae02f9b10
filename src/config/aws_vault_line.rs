//! Recognises the `credential_process` lines that ask aws-vault, and for which profile. Never runs one.

use super::words;
use crate::model::ProfileName;

/// Options of aws-vault that take the next word for their value, where they have none after a `=`.
const WITH_VALUE: [&str; 24] = [
    "-d",
    "--duration",
    "-t",
    "--mfa-token",
    "--region",
    "--format",
    "--backend",
    "--prompt",
    "--keychain",
    "--secret-service-collection-name",
    "--secret-service",
    "--pass-dir",
    "--pass-cmd",
    "--pass-prefix",
    "--file-dir",
    "--config",
    "--stdout",
    "--ecs-server-port",
    "--op-timeout",
    "--op-vault-id",
    "--op-item-title-prefix",
    "--op-item-tag",
    "--op-connect-host",
    "--biometrics",
];

/// The profile that such a line asks aws-vault for; `None` for every other line.
#[must_use]
pub fn aws_vault_profile(line: &str) -> Option<ProfileName> {
    let words = words(line);
    let is_aws_vault = |word: &str| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
        name.strip_suffix(".exe").unwrap_or(name) == "aws-vault"
    };
    let start = match words.iter().position(|word| is_aws_vault(word)) {
        Some(at) => at + 1,
        // `sh -c 'aws-vault …'`
        None => return words.iter().filter(|word| word.contains(' ')).find_map(|word| aws_vault_profile(word)),
    };
    let mut plain = Vec::new();
    let mut rest = words[start..].iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--" => break,
            option if WITH_VALUE.contains(&option) => drop(rest.next()),
            option if option.starts_with('-') => {}
            word => plain.push(word),
        }
    }
    match plain[..] {
        ["exec" | "export", profile, ..] => ProfileName::parse(profile).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_people_have() {
        for (line, profile) in [
            ("aws-vault exec jon --json", Some("jon")),
            ("aws-vault exec --json jon", Some("jon")),
            ("/usr/local/bin/aws-vault export --format=json jon", Some("jon")),
            ("aws-vault export --format json 'team a/prod'", Some("team a/prod")),
            ("aws-vault --backend=pass exec --duration 1h -n jon --json", Some("jon")),
            ("aws-vault --backend pass --prompt ykman exec jon --json", Some("jon")),
            ("env AWS_VAULT_BACKEND=pass aws-vault exec jon --json", Some("jon")),
            ("sh -c 'aws-vault exec jon --json 2>/dev/null'", Some("jon")),
            (r#""C:\Tools\aws-vault.exe" exec jon --json"#, Some("jon")),
            ("aws-vault exec jon -- aws sts get-session-token", Some("jon")),
            ("aws-vault list", None),
            ("/usr/bin/vault credential-process jon", None),
            ("my-aws-vault exec jon", None),
            ("", None),
        ] {
            assert_eq!(aws_vault_profile(line).as_ref().map(ProfileName::as_str), profile, "{line}");
        }
    }
}
