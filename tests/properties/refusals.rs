//! The words of a refusal are read on one line, and get a verdict, whatever is known of the profile.

use vault::aws::fuzzing::kept_refusal;
use vault::judge::denial::{Facts, Machine, Signer, explain, read};
use vault::model::{Partition, ProfileName, Timestamp};

use super::assert_shown;

pub fn check(data: &[u8]) {
    if let Ok(answer) = serde_json::from_slice(data) {
        let kept = kept_refusal(&answer);
        assert_eq!(kept, kept_refusal(&answer));
        assert!(kept.policies.iter().all(|policy| !policy.sids.is_empty()), "a policy that decided has a statement that did");
    }
    let text = String::from_utf8_lossy(data);
    let said = read(&text);
    assert_eq!(said, read(&text));
    let Some(said) = said else { return };
    assert_shown(&said.text);
    // What came out of a terminal may be given again.
    assert!(read(&said.text).is_some() || said.text.is_empty(), "{:?}", said.text);
    let name = || ProfileName::parse("ops").expect("it is a plain name");
    let machine = Machine { clock_cure: "`ntpd`", window_ends: Timestamp::from_unix(1_800_000_000) };
    let signers = [
        Signer::LongTermKey,
        Signer::Session { mfa: true },
        Signer::Session { mfa: false },
        Signer::Role { mfa: true, hops: 1 },
        Signer::Role { mfa: false, hops: 2 },
        Signer::Other,
    ];
    let facts = signers.map(|signer| Facts {
        profile: name(),
        key_of: Some(name()),
        signer,
        partition: Partition::default(),
        narrowed_by: vec!["session_policy"],
        roles: vec!["arn:aws:iam::123456789012:role/Ops".to_owned()],
        device_has_worked: true,
    });
    for facts in std::iter::once(None).chain(facts.iter().map(Some)) {
        let findings = explain(&said, facts, None, &machine);
        assert!(!findings.is_empty(), "there is a verdict");
        assert!(findings.iter().all(|finding| !finding.message.is_empty()));
    }
}
