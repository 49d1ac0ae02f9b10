//! Decides what `Resource` takes: a pattern of an ARN. Never knows which resources there are.

/// Why this is not a pattern of an ARN.
pub(super) fn fault(resource: &str) -> Option<String> {
    if resource == "*" {
        return None;
    }
    let form = "write `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`, or `*`";
    if resource.is_empty() {
        return Some(format!("an empty string names no resource: {form}"));
    }
    let parts = parts(resource);
    let [arn, partition, service, _, account, _] = parts.as_slice() else {
        return Some(format!("`{resource}` does not have the six parts of an ARN: {form}"));
    };
    let is_pattern = |text: &str| text.contains(['*', '?']) || text.contains("${");
    let account_fits = account.is_empty()
        || is_pattern(account)
        || account.len() == 12 && account.chars().all(|c| c.is_ascii_digit())
        || matches!(*account, "aws" | "aws-marketplace" | "cloudfront");
    if *arn != "arn" || partition.is_empty() || service.is_empty() {
        return Some(format!("`{resource}` is not an ARN: {form}"));
    }
    if !account_fits {
        return Some(format!("`{account}` in `{resource}` is not an account id, which has twelve digits"));
    }
    has_blank(resource).then(|| format!("`{resource}` contains a space"))
}

/// Outside of `${…}`, where one may be before a default.
fn has_blank(text: &str) -> bool {
    let mut within = false;
    text.chars().any(|c| {
        within = c == '{' || within && c != '}';
        c.is_whitespace() && !within
    })
}

/// The six parts of an ARN, the last with all that follows. A colon in `${…}` separates nothing.
pub(in super::super) fn parts(arn: &str) -> Vec<&str> {
    let (mut parts, mut start, mut within) = (Vec::new(), 0, false);
    for (at, c) in arn.char_indices() {
        match c {
            '$' if arn[at..].starts_with("${") => within = true,
            '}' => within = false,
            ':' if !within && parts.len() < 5 => {
                parts.push(&arn[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&arn[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_everything_or_has_six_parts() {
        for resource in [
            "*",
            "arn:aws:iam::*:user/${aws:username}",
            "arn:${AWS::Partition}:s3:::bucket/*",
            "arn:*:*:*:*:*",
            "arn:aws:iam::aws:policy/X",
            "arn:aws:s3:::b/${aws:username, 'x'}",
            "arn:aws:organizations::*:",
            "arn:aws:sns:us-east-1:123456789012:topic:more",
        ] {
            assert_eq!(fault(resource), None, "{resource}");
        }
        for resource in ["", "bucket", "arn:aws:s3", "arn:aws:iam::1234:user/x", "arn:aws::::x", "urn:aws:s3:::x", "arn:aws:s3:::a b"] {
            assert!(fault(resource).is_some(), "{resource}");
        }
        assert_eq!(parts("arn:aws:iam::1:user/${a:b}:x"), ["arn", "aws", "iam", "", "1", "user/${a:b}:x"]);
    }
}
