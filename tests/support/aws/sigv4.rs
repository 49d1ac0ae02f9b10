//! Checks AWS Signature Version 4 from the specification, sharing no code with the SDK that signs.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::http::Wire;
use super::refusal::Refusal;

/// The claims of an `Authorization` header.
pub struct Signature {
    pub key_id: String,
    pub date: String,
    pub region: String,
    pub service: String,
    signed_headers: Vec<String>,
    code: String,
    pub timestamp: String,
}

impl Signature {
    /// Parses the header and refuses what AWS refuses before it checks any key.
    pub fn read(wire: &Wire) -> Result<Self, Refusal> {
        let Some(header) = wire.header("authorization") else {
            return Err(Refusal::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token"));
        };
        let incomplete = |what: &str| Refusal::incomplete_signature(format!("Authorization header requires {what}."));
        let fields = header.strip_prefix("AWS4-HMAC-SHA256 ").ok_or_else(|| incomplete("the algorithm AWS4-HMAC-SHA256"))?;
        let field = |name: &str| {
            let found = fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or_else(|| incomplete(&format!("'{name}' parameter")))
        };
        let scope: Vec<&str> = field("Credential")?.split('/').collect();
        let [key_id, date, region, service, "aws4_request"] = scope[..] else {
            return Err(incomplete("a Credential of the form KEY/DATE/REGION/SERVICE/aws4_request"));
        };
        let timestamp = wire.header("x-amz-date").ok_or_else(|| incomplete("existence of either a 'X-Amz-Date' or a 'Date' header"))?;
        let read = Self {
            key_id: key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: field("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            code: field("Signature")?.to_owned(),
            timestamp,
        };
        read.check_shape(wire)?;
        Ok(read)
    }

    fn check_shape(&self, wire: &Wire) -> Result<(), Refusal> {
        let must_be_signed = |name: &&str| wire.header(name).is_some() && !self.signed_headers.iter().any(|known| known == name);
        if let Some(name) = ["host", "x-amz-date", "x-amz-security-token"].iter().find(|name| must_be_signed(name)) {
            return Err(Refusal::signature(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")));
        }
        if !self.signed_headers.is_sorted() {
            return Err(Refusal::signature("'SignedHeaders' must be sorted."));
        }
        if !self.timestamp.starts_with(&self.date) {
            return Err(Refusal::signature(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', from '{}'.",
                self.date,
                self.timestamp.get(..8).unwrap_or_default(),
                self.timestamp,
            )));
        }
        Ok(())
    }

    /// A header to create rather than parse.
    pub fn new(key_id: &str, region: &str, service: &str, timestamp: &str, signed_headers: Vec<String>) -> Self {
        Self {
            key_id: key_id.to_owned(),
            date: timestamp[..8].to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers,
            code: String::new(),
            timestamp: timestamp.to_owned(),
        }
    }

    /// The `Authorization` header of this request, signed with `secret`.
    pub fn header(&self, secret: &str, wire: &Wire) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
            self.key_id,
            self.scope(),
            self.signed_headers.join(";"),
            self.compute(secret, wire),
        )
    }

    /// Whether the holder of `secret` signed exactly this request.
    pub fn is_by(&self, secret: &str, wire: &Wire) -> bool {
        self.compute(secret, wire) == self.code
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }

    fn compute(&self, secret: &str, wire: &Wire) -> String {
        let request = payload_hash(self.canonical_request(wire).as_bytes());
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{}\n{request}", self.timestamp, self.scope());
        let key = hmac(format!("AWS4{secret}").as_bytes(), &self.date);
        let key = hmac(&hmac(&hmac(&key, &self.region), &self.service), "aws4_request");
        hex(&hmac(&key, &to_sign))
    }

    pub fn canonical_request(&self, wire: &Wire) -> String {
        // Only S3 uses the path as sent; all others encode it once more.
        let path = if self.service == "s3" { wire.path.clone() } else { encode(&wire.path, "-_.~/") };
        let mut headers = String::new();
        for name in &self.signed_headers {
            let value = wire.header(name).unwrap_or_default();
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(headers, "{name}:{value}").expect("a String takes everything");
        }
        let signed = self.signed_headers.join(";");
        let payload = match wire.header("x-amz-content-sha256") {
            Some(unsigned) if self.service == "s3" && unsigned == "UNSIGNED-PAYLOAD" => unsigned,
            _ => payload_hash(&wire.body),
        };
        format!("{}\n{path}\n{}\n{headers}\n{signed}\n{payload}", wire.method, canonical_query(&wire.query))
    }
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(&str, &str)> =
        query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encode(text: &str, plain: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes everything");
        }
    }
    encoded
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// SHA-256 in hexadecimal.
pub fn payload_hash(raw: &[u8]) -> String {
    hex(&Sha256::digest(raw))
}

pub fn hex(raw: &[u8]) -> String {
    raw.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
