//! A minimal S3 client: signs one `ListBuckets`, for a tour or test on a machine without the AWS CLI.

use std::fmt;
use std::io::{Read, Write};
use std::net::TcpStream;

use super::clock::{Clock, compact};
use super::http::Wire;
use super::sigv4::{Signature, payload_hash};

/// Credentials as any client holds them.
#[derive(Clone)]
pub struct Keys {
    pub id: String,
    pub secret: String,
    pub token: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The request as sent; `spoil` may change it after signing.
pub fn list_buckets_with(url: &str, region: &str, keys: &Keys, spoil: impl FnOnce(&mut Wire)) -> (u16, String) {
    signed(url, (region, "s3"), keys, "", spoil)
}

/// A call with its parameters to this service in this region.
pub fn call(url: &str, scope: (&str, &str), keys: &Keys, parameters: &str) -> (u16, String) {
    signed(url, scope, keys, parameters, |_| ())
}

fn signed(url: &str, (region, service): (&str, &str), keys: &Keys, query: &str, spoil: impl FnOnce(&mut Wire)) -> (u16, String) {
    let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let timestamp = compact(Clock::new().now());
    let mut headers = vec![
        ("host".to_owned(), host.clone()),
        ("x-amz-content-sha256".to_owned(), payload_hash(&[])),
        ("x-amz-date".to_owned(), timestamp.clone()),
    ];
    headers.extend(keys.token.clone().map(|token| ("x-amz-security-token".to_owned(), token)));
    let signed = headers.iter().map(|(name, _)| name.clone()).collect();
    let mut wire = Wire { method: "GET".to_owned(), path: "/".to_owned(), query: query.to_owned(), headers, body: Vec::new() };
    let authorization = Signature::new(&keys.id, region, service, &timestamp, signed).header(&keys.secret, &wire);
    wire.headers.push(("authorization".to_owned(), authorization));
    spoil(&mut wire);
    send(&host, &wire).expect("the stand-in answers")
}

/// Status and body of `ListBuckets`.
pub fn list_buckets(url: &str, region: &str, keys: &Keys) -> (u16, String) {
    list_buckets_with(url, region, keys, |_| ())
}

fn send(host: &str, wire: &Wire) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(host)?;
    let query = if wire.query.is_empty() { String::new() } else { format!("?{}", wire.query) };
    let mut request = format!("{} {}{query} HTTP/1.1\r\n", wire.method, wire.path);
    for (name, value) in &wire.headers {
        request = request + name + ": " + value + "\r\n";
    }
    stream.write_all((request + "connection: close\r\n\r\n").as_bytes())?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok((status, reply.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned()))
}
