//! The recent codes of one device and their results, so that none is sent twice. Never holds a code: only its hash, with the step.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{MfaSerial, Timestamp, TokenCode};
use crate::ports::Sent;

/// How many codes are remembered: more than a person can type before the first one expires.
const REMEMBERED: usize = 16;
/// AWS accepts codes of the steps around the current one; an older code may occur again by chance.
const STEPS_REMEMBERED: u64 = 6;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    codes: Vec<Line>,
    /// Whether AWS ever accepted a code of this device, or refused one as wrong.
    #[serde(default)]
    known: bool,
    /// Until when AWS accepts no code, in Unix time, because there were too many.
    #[serde(default)]
    closed_until: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// SHA-256 of serial and code, in hexadecimal. The code is used up: what the hash could reveal is worthless.
    code: String,
    step: u64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Pending,
    Taken,
    Refused,
}

impl Ledger {
    /// Parses a ledger; an unreadable one counts as empty.
    pub(super) fn read(text: &[u8]) -> Self {
        serde_json::from_slice(text).unwrap_or_default()
    }

    pub(super) fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn last_spent_step(&self) -> Option<u64> {
        self.codes.iter().filter(|line| line.state != State::Refused).map(|line| line.step).max()
    }

    pub(super) fn has_worked(&self) -> bool {
        // In ledgers of older versions, only the lines show this.
        self.known || self.codes.iter().any(|line| line.state != State::Pending)
    }

    pub(super) fn closed_until(&self) -> Option<Timestamp> {
        self.closed_until.map(Timestamp::from_unix)
    }

    pub(super) fn close_until(&mut self, until: Timestamp) {
        self.closed_until = Some(until.as_unix());
    }

    pub(super) fn sent_before(&self, serial: &MfaSerial, code: &TokenCode, step: u64) -> Option<Sent> {
        let hash = hash(serial, code);
        let line = self.codes.iter().rev().find(|line| line.code == hash && step.abs_diff(line.step) <= STEPS_REMEMBERED)?;
        Some(match line.state {
            State::Pending => Sent::Pending,
            State::Taken => Sent::Taken,
            State::Refused => Sent::Refused,
        })
    }

    pub(super) fn record(&mut self, serial: &MfaSerial, code: &TokenCode, step: u64, what: Sent) {
        let code = hash(serial, code);
        self.codes.retain(|line| line.code != code);
        let state = match what {
            Sent::Pending => State::Pending,
            Sent::Taken => State::Taken,
            Sent::Refused => State::Refused,
            Sent::Unanswered => return,
        };
        if matches!(what, Sent::Taken | Sent::Refused) {
            self.known = true;
            self.closed_until = None;
        }
        self.codes.push(Line { code, step, state });
        let surplus = self.codes.len().saturating_sub(REMEMBERED);
        self.codes.drain(..surplus);
    }
}

fn hash(serial: &MfaSerial, code: &TokenCode) -> String {
    let digest =
        Sha256::new().chain_update("vault code\0").chain_update(serial.as_str()).chain_update("\0").chain_update(code.expose()).finalize();
    hex::encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_remembered_by_what_became_of_it() {
        let serial = MfaSerial::parse("GAHT12345678").unwrap();
        let (first, second) = (TokenCode::parse("111111").unwrap(), TokenCode::parse("222222").unwrap());
        let mut ledger = Ledger::default();
        ledger.record(&serial, &first, 100, Sent::Pending);
        assert_eq!(ledger.last_spent_step(), Some(100), "a code on its way may be spent");
        ledger.record(&serial, &first, 100, Sent::Unanswered);
        assert_eq!(ledger.last_spent_step(), None, "a code that AWS never answered is not");
        ledger.record(&serial, &first, 101, Sent::Refused);
        assert_eq!(ledger.last_spent_step(), None, "a refused code spends no step");
        assert_eq!(ledger.sent_before(&serial, &first, 101), Some(Sent::Refused));
        ledger.record(&serial, &second, 102, Sent::Taken);
        let ledger = Ledger::read(&ledger.write());
        assert_eq!(ledger.last_spent_step(), Some(102));
        assert_eq!(ledger.sent_before(&serial, &second, 103), Some(Sent::Taken));
        assert_eq!(ledger.sent_before(&serial, &second, 200), None, "the same digits may come back by chance");
        assert!(!String::from_utf8(ledger.write()).unwrap().contains("222222"));
    }

    #[test]
    fn a_device_that_worked_is_known_however_many_codes_come_after() {
        let serial = MfaSerial::parse("GAHT12345678").unwrap();
        let code = |number: u64| TokenCode::parse(&format!("{number:06}")).unwrap();
        for what in [Sent::Taken, Sent::Refused] {
            let mut ledger = Ledger::default();
            ledger.record(&serial, &code(1), 1, Sent::Pending);
            assert!(!ledger.has_worked(), "nobody knows yet");
            ledger.record(&serial, &code(1), 1, what);
            for number in 2..100 {
                ledger.record(&serial, &code(number), number, Sent::Pending);
            }
            ledger.close_until(Timestamp::from_unix(180));
            let mut ledger = Ledger::read(&ledger.write());
            assert!(ledger.has_worked());
            assert_eq!(ledger.closed_until(), Some(Timestamp::from_unix(180)));
            ledger.record(&serial, &code(1), 200, Sent::Taken);
            assert_eq!(ledger.closed_until(), None, "it is open again");
        }
        let older = br#"{"codes":[{"code":"x","step":7,"state":"refused"}],"holder":1}"#;
        assert!(Ledger::read(older).has_worked(), "as an older version wrote it");
    }

    #[test]
    fn a_damaged_ledger_is_an_empty_one() {
        assert_eq!(Ledger::read(b"{\"codes\":[{").last_spent_step(), None);
    }
}
