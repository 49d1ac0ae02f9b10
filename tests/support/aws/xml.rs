//! Writes AWS's XML answers: results, errors, and S3's own error format.

use super::refusal::Refusal;

/// One element with text in it.
pub fn text(name: &str, value: &str) -> String {
    format!("<{name}>{}</{name}>", escape(value))
}

/// One element around others.
pub fn element(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// The whole reply of a Query-protocol call.
pub fn reply(namespace: &str, action: &str, result: &str, request_id: &str) -> String {
    let result = element(&format!("{action}Result"), result);
    let metadata = element("ResponseMetadata", &text("RequestId", request_id));
    format!("<{action}Response xmlns=\"{namespace}\">{result}{metadata}</{action}Response>\n")
}

/// The error reply of a Query-protocol call.
pub fn error(namespace: &str, refusal: &Refusal, request_id: &str) -> String {
    let kind = if refusal.status < 500 { "Sender" } else { "Receiver" };
    let inner = text("Type", kind) + &text("Code", &refusal.code) + &text("Message", &refusal.message);
    let body = element("Error", &inner) + &text("RequestId", request_id);
    format!("<ErrorResponse xmlns=\"{namespace}\">{body}</ErrorResponse>\n")
}

/// The error reply of S3.
pub fn s3_error(refusal: &Refusal, request_id: &str) -> String {
    let inner = text("Code", &refusal.code) + &text("Message", &refusal.message);
    let ids = text("RequestId", request_id) + &text("HostId", request_id);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>{inner}{ids}</Error>")
}

/// The error reply of EC2.
pub fn ec2_error(refusal: &Refusal, request_id: &str) -> String {
    let inner = text("Code", &refusal.code) + &text("Message", &refusal.message);
    let body = element("Errors", &element("Error", &inner)) + &text("RequestID", request_id);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", element("Response", &body))
}

fn escape(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
