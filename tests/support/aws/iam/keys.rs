//! IAM calls about access keys.

use crate::support::aws::clock::rfc3339;
use crate::support::aws::state::User;
use crate::support::aws::xml::{element, text};

pub fn list_access_keys(user: &User) -> String {
    let keys = user.keys.iter().map(|key| {
        let status = if key.active { "Active" } else { "Inactive" };
        let about = text("AccessKeyId", &key.id) + &text("Status", status) + &text("CreateDate", &rfc3339(key.created));
        element("member", &(text("UserName", &user.name) + &about))
    });
    element("AccessKeyMetadata", &keys.collect::<String>()) + &text("IsTruncated", "false")
}
