//! The parameters of a Query-protocol call, and AWS's messages for values out of bounds.

use super::refusal::Refusal;

/// Names and values, percent-decoded, in their original order.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(form: &str) -> Self {
        let pairs = form.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decode(name), decode(value))).collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// `Name.member.1`, `Name.member.2`, …, each with `suffix`, up to the first missing one.
    pub fn list(&self, name: &str, suffix: &str) -> Vec<String> {
        (1..).map_while(|n| self.get(&format!("{name}.member.{n}{suffix}")).map(str::to_owned)).collect()
    }

    pub fn tags(&self) -> Vec<(String, String)> {
        self.list("Tags", ".Key").into_iter().zip(self.list("Tags", ".Value")).collect()
    }

    /// `DurationSeconds`, or the call's default.
    pub fn duration(&self, default: u64) -> Result<u64, Refusal> {
        let Some(text) = self.get("DurationSeconds") else {
            return Ok(default);
        };
        text.parse().map_err(|_| Refusal::new(400, "MalformedInput", "Start of structure or map found where not expected."))
    }
}

fn decode(text: &str) -> String {
    let mut raw = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| text_hex(tail.get(..2)?)).flatten();
        let (byte, tail) = match escaped {
            Some(byte) => (byte, &tail[2..]),
            None if *first == b'+' => (b' ', tail),
            None => (*first, tail),
        };
        raw.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&raw).into_owned()
}

fn text_hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Collects all violated constraints, because AWS reports them together.
#[derive(Default)]
pub struct Checks(Vec<String>);

impl Checks {
    pub fn required(&mut self, at: &str, value: Option<&str>) {
        if value.is_none() {
            self.0.push(format!("Value null at '{at}' failed to satisfy constraint: Member must not be null"));
        }
    }

    pub fn range(&mut self, at: &str, value: u64, least: u64, most: u64) {
        self.broken(value < least, at, &value.to_string(), &format!("have value greater than or equal to {least}"));
        self.broken(value > most, at, &value.to_string(), &format!("have value less than or equal to {most}"));
    }

    pub fn length(&mut self, at: &str, value: Option<&str>, least: usize, most: usize) {
        let Some(value) = value else { return };
        let length = value.chars().count();
        self.broken(length < least, at, value, &format!("have length greater than or equal to {least}"));
        self.broken(length > most, at, value, &format!("have length less than or equal to {most}"));
    }

    /// Only letters, digits, `_` and the characters in `also`; `pattern` is AWS's notation.
    pub fn letters(&mut self, at: &str, value: Option<&str>, also: &str, pattern: &str) {
        let Some(value) = value else { return };
        let bad = value.chars().any(|c| !c.is_ascii_alphanumeric() && c != '_' && !also.contains(c));
        self.broken(bad, at, value, &format!("satisfy regular expression pattern: {pattern}"));
    }

    pub fn digits(&mut self, at: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        let bad = !value.bytes().all(|byte| byte.is_ascii_digit());
        self.broken(bad, at, value, "satisfy regular expression pattern: [\\d]*");
    }

    pub fn count(&mut self, at: &str, count: usize, most: usize) {
        self.broken(count > most, at, "[...]", &format!("have length less than or equal to {most}"));
    }

    /// The two MFA parameters, which `GetSessionToken` and `AssumeRole` share.
    pub fn mfa(&mut self, params: &Params) {
        let (serial, code) = (params.get("SerialNumber"), params.get("TokenCode"));
        self.length("serialNumber", serial, 9, 256);
        self.letters("serialNumber", serial, "+=/:,.@-", "[\\w+=/:,.@-]*");
        self.length("tokenCode", code, 6, 6);
        self.digits("tokenCode", code);
    }

    pub fn finish(self) -> Result<(), Refusal> {
        let (count, all) = (self.0.len(), self.0.join("; "));
        let errors = if count == 1 { "error" } else { "errors" };
        match count {
            0 => Ok(()),
            _ => Err(Refusal::validation(format!("{count} validation {errors} detected: {all}"))),
        }
    }

    fn broken(&mut self, broken: bool, at: &str, value: &str, must: &str) {
        if broken {
            self.0.push(format!("Value '{value}' at '{at}' failed to satisfy constraint: Member must {must}"));
        }
    }
}
