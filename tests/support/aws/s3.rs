//! The part of S3 that `aws s3 ls` needs: `ListBuckets`.

use super::http::Wire;
use super::refusal::Refusal;
use super::state::{Caller, World};
use super::xml::{element, text};

pub fn action(wire: &Wire) -> String {
    match (wire.method.as_str(), wire.path.as_str()) {
        ("GET", "/") => "ListBuckets".to_owned(),
        (method, path) => format!("{method} {path}"),
    }
}

pub fn list_buckets(world: &World, action: &str, caller: &Caller) -> Result<String, Refusal> {
    if action != "ListBuckets" {
        return Err(Refusal::new(501, "NotImplemented", "A header you provided implies functionality that is not implemented"));
    }
    world.authorize(caller, "s3:ListAllMyBuckets", "", caller.mfa_at().is_some())?;
    let bucket = |name: &str| element("Bucket", &(text("Name", name) + &text("CreationDate", "2020-01-31T12:00:00.000Z")));
    let mine = world.buckets.iter().filter(|(account, _)| *account == caller.account);
    let buckets: String = mine.map(|(_, name)| bucket(name)).collect();
    let inner = element("Owner", &text("ID", &caller.account)) + &element("Buckets", &buckets);
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</ListAllMyBucketsResult>"
    ))
}
