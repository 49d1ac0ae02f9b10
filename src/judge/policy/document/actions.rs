//! Decides what the name of an action looks like. Never knows which actions there are.

/// Why `Action` does not accept this.
pub(super) fn fault(action: &str) -> Option<String> {
    if action == "*" {
        return None;
    }
    let form = "write `service:Name`, such as `iam:GetUser`";
    let Some((service, name)) = action.split_once(':') else {
        return Some(format!("`{action}` names no service: {form}"));
    };
    let service_fits = !service.is_empty() && service.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let name_fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "*?_-".contains(c));
    (!service_fits || !name_fits).then(|| format!("`{action}` is not an action: {form}"))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn an_action_is_a_service_and_a_name_in_which_wildcards_may_be() {
        for action in ["*", "iam:GetUser", "iam:*", "s3:Get*", "ec2:Describe?ags", "execute-api:Invoke", "a4b:x"] {
            assert_eq!(fault(action), None, "{action}");
        }
        for action in
            ["", "GetUser", "iam", "iam:", ":GetUser", "i*m:Get", "iam:Get User", "iam:Get:User", "arn:aws:iam::*:user/x", "s3.Get"]
        {
            assert!(fault(action).is_some(), "{action}");
        }
    }
}
