//! Decides what `Principal` takes. Never asks whether the principal exists.

use super::PrincipalKind;
use super::arns::parts;

/// Why this names no principal of the kind.
pub(super) fn fault(kind: PrincipalKind, name: &str) -> Option<String> {
    match kind {
        PrincipalKind::Everyone | PrincipalKind::CanonicalUser => None,
        PrincipalKind::Service => (!name.contains('.') || name.contains([' ', '*', ':']))
            .then(|| format!("`{name}` is not a service: write its name, such as `ec2.amazonaws.com`")),
        PrincipalKind::Federated => name.is_empty().then(|| "an empty string names no identity provider".to_owned()),
        PrincipalKind::Aws => aws_fault(name),
    }
}

fn aws_fault(name: &str) -> Option<String> {
    let is_account = |text: &str| text.len() == 12 && text.chars().all(|c| c.is_ascii_digit());
    // The id of a user or role that is gone stays in the policies that named it.
    let is_id = name.len() >= 16 && name.starts_with('A') && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if name == "*" || is_account(name) || is_id {
        return None;
    }
    let form = "write an account's twelve digits, or an ARN such as `arn:aws:iam::123456789012:user/NAME`";
    let parts = parts(name);
    let [arn, partition, service, region, account, rest] = parts.as_slice() else {
        return Some(format!("`{name}` is not a principal: {form}"));
    };
    if rest.contains(['*', '?']) && *arn == "arn" {
        return Some(format!(
            "`{name}` has a wildcard, which a principal cannot have: name the account, and put the pattern into a condition on `aws:PrincipalArn`"
        ));
    }
    let named = match *service {
        "iam" => ["user/", "role/"].iter().any(|kind| rest.strip_prefix(kind).is_some_and(|name| !name.is_empty())) || *rest == "root",
        "sts" => ["assumed-role/", "federated-user/"].iter().any(|kind| rest.starts_with(kind)) || *rest == "self",
        _ => false,
    };
    // `cloudfront` and `aws` are accounts of AWS itself.
    let account_fits = is_account(account) || matches!(*account, "cloudfront" | "aws") || account.contains("${");
    let whole = *arn == "arn" && !partition.is_empty() && region.is_empty() && account_fits && named;
    (!whole && !name.starts_with("${")).then(|| format!("`{name}` is not a principal: {form}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_named_whole() {
        for name in [
            "*",
            "123456789012",
            "arn:aws:iam::123456789012:root",
            "arn:aws-cn:iam::123456789012:user/team/some-user",
            "arn:aws:sts::123456789012:assumed-role/Ops/me",
            "AIDACKCEVSQ6C2EXAMPLE",
        ] {
            assert_eq!(aws_fault(name), None, "{name}");
        }
        for name in [
            "",
            "some-user",
            "1234",
            "arn:aws:iam::123456789012:user/*",
            "arn:aws:iam::1:root",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::123456789012:group/x",
        ] {
            assert!(aws_fault(name).is_some(), "{name}");
        }
        assert!(fault(PrincipalKind::Service, "ec2.amazonaws.com").is_none() && fault(PrincipalKind::Service, "ec2").is_some());
    }
}
