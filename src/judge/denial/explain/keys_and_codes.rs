//! Explains refused codes, devices and keys: for each, AWS has one text for several causes. Never explains a policy.

use crate::judge::Finding;

use super::super::guess::{get_mfa, guess};
use super::super::{Facts, Signer, kinds as k};
use super::Case;

impl Case<'_> {
    pub(super) fn mfa_code(&self) -> Vec<Finding> {
        let again = "wait for the device's next code and use it";
        let verdict = self.finding(&k::MFA_CODE, "AWS refused the MFA code, and gives the same error for three causes", again);
        self.with_guesses(
            verdict,
            [
                Some(guess(&k::MFA_CODE, "the code was used before: each code works once", again)),
                Some(guess(
                    &k::MFA_CODE,
                    "the code is of another device or account, or was mistyped",
                    format!("compare `mfa_serial` with the entry in your app: `vault explain {}` shows it", self.profile()),
                )),
                Some(guess(
                    &k::CLOCK,
                    "the clock of the device or of this machine is off",
                    format!("set the clock; for a hardware token, run `vault mfa resync {}`", self.profile()),
                )),
            ],
        )
    }

    pub(super) fn mfa_device(&self) -> Vec<Finding> {
        let serial = "correct `mfa_serial`: `vault mfa list` shows the devices of the user";
        if self.facts.is_some_and(|facts| facts.device_has_worked) {
            let message = "the MFA device had too many codes within three minutes: this machine has used it before, so its serial is right";
            return self.mfa_budget(message);
        }
        let verdict = self.finding(&k::MFA_DEVICE, "AWS could not check the MFA code, and gives the same error for two causes", serial);
        self.with_guesses(
            verdict,
            [
                Some(guess(&k::MFA_DEVICE, "`mfa_serial` is not a device of the user whose key signed", serial)),
                Some(guess(&k::MFA_BUDGET, "the device had too many codes within three minutes", format!("wait {}", self.until()))),
            ],
        )
    }

    /// A device from which AWS accepts no codes for now.
    pub(super) fn mfa_budget(&self, message: &str) -> Vec<Finding> {
        self.verdict(&k::MFA_BUDGET, message, format!("send no more codes {}", self.until()))
    }

    fn until(&self) -> String {
        format!("until {} UTC", self.machine.window_ends.time_of_day())
    }

    pub(super) fn key_unknown(&self) -> Vec<Finding> {
        let profile = self.profile();
        if self.said.is_iam() && self.signer == Some(Signer::Session { mfa: false }) {
            let message = "IAM refuses sessions that were made without a code, as if the key were unknown";
            return self.verdict(&k::SESSION_WITHOUT_MFA, message, get_mfa(self.facts, self.signer));
        }
        let verdict = self.finding(
            &k::KEY_UNKNOWN,
            "AWS does not know the access key id or the session token",
            format!("see which key signs with `vault explain {profile}`"),
        );
        let without_mfa = guess(
            &k::SESSION_WITHOUT_MFA,
            "a session that was made without a code called IAM, which refuses it with these words",
            get_mfa(self.facts, self.signer),
        );
        let inactive = guess(
            &k::KEY_UNKNOWN,
            "the key is inactive or deleted, as after a rotation on another machine",
            format!("store the new one with {}", Facts::store_anew(self.facts)),
        );
        let new = guess(&k::KEY_UNKNOWN, "the key is new: each AWS endpoint needs some seconds to learn of it", "try again in a minute");
        let partition = self.facts.map_or_else(
            || {
                guess(
                    &k::KEY_UNKNOWN,
                    "the key is of another partition, such as `aws-cn`",
                    "name a region of that partition with `--region`",
                )
            },
            |facts| {
                guess(
                    &k::KEY_UNKNOWN,
                    format!("the key is not of partition `{}`, where the call went", facts.partition),
                    "correct `region` in the profile",
                )
            },
        );
        let first = self.said.is_iam() && self.signer.is_none();
        self.with_guesses(verdict, [first.then_some(without_mfa), Some(inactive), Some(new), Some(partition)])
    }

    pub(super) fn credentials_rejected(&self) -> Vec<Finding> {
        let profile = self.profile();
        let verdict = self.finding(
            &k::CREDENTIALS_REJECTED,
            "EC2 could not check the credentials and did not say why",
            format!("run `vault explain {profile}` to see what signs the request"),
        );
        let key = guess(
            &k::KEY_UNKNOWN,
            "the key is inactive, deleted or replaced",
            format!("renew the session with `vault exec --fresh {profile} -- aws sts get-caller-identity`"),
        );
        let region = guess(&k::REGION_DISABLED, "the account has not enabled the region", "name another one with `--region`");
        self.with_guesses(verdict, [Some(key), Some(region)])
    }
}
