//! A plan resumes after the last cached session that is good enough, never after one that is not.

use std::collections::BTreeMap;

use proptest::option;
use proptest::prelude::*;
use vault::model::{SessionDuration, Timestamp};
use vault::plan::{CredentialPlan, Freshness, Resume, SessionKey, WhyUnused, of_use_until, resume};

use super::{plan, request};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

const CONFIG: &str = "[profile read-only]\nmfa_serial = GAHT12345678\n\
    [profile role]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/Role\n\
    [profile second]\nsource_profile = role\nrole_arn = arn:aws:iam::123456789012:role/Second\n\
    [profile direct]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/Direct\nduration_seconds = 7200\n";

fn usual() -> Freshness {
    Freshness { expiry_window: SessionDuration::from_secs(300), min_ttl: None, max_mfa_age: None, renew: false }
}

/// The plan's cached sessions, given by the seconds that each has left.
fn cached(plan: &CredentialPlan, left: &[Option<i64>]) -> BTreeMap<SessionKey, Timestamp> {
    let moment = |left: i64| Timestamp::from_unix(NOW.as_unix() + left);
    plan.steps().into_iter().zip(left).filter_map(|(step, left)| Some((step.session_key.clone(), moment((*left)?)))).collect()
}

fn resumed(profile: &str, left: &[Option<i64>], freshness: Freshness) -> (Option<usize>, Vec<(usize, WhyUnused)>) {
    let plan = plan(CONFIG, &request(profile)).unwrap();
    let Resume { from_cached, unused, .. } = resume(&plan, &cached(&plan, left), NOW, &freshness);
    (from_cached, unused.into_iter().map(|unused| (unused.step, unused.why)).collect())
}

#[test]
fn a_plan_resumes_after_its_last_good_session() {
    for (left, from, why) in [
        ([None, None, None], None, "nothing cached"),
        ([Some(9_000), None, None], Some(0), "the shared session"),
        ([Some(9_000), Some(3_000), None], Some(1), "one role"),
        ([Some(9_000), Some(3_000), Some(3_000)], Some(2), "everything"),
        ([None, None, Some(3_000)], Some(2), "the last alone is enough"),
        ([None, Some(3_000), None], Some(1), "so is one in the middle"),
        ([Some(-1), Some(3_000), Some(-1)], Some(1), "expired ones are skipped"),
    ] {
        assert_eq!(resumed("second", &left, usual()).0, from, "{why}");
    }
}

#[test]
fn each_skipped_session_has_a_reason() {
    let window = |seconds| Freshness { expiry_window: SessionDuration::from_secs(seconds), ..usual() };
    let min_ttl = |seconds| Freshness { min_ttl: Some(SessionDuration::from_secs(seconds)), ..usual() };
    let max_age = |seconds| Freshness { max_mfa_age: Some(SessionDuration::from_secs(seconds)), ..usual() };
    let eight_hours = 8 * 3_600;
    for (profile, left, freshness, expected, why) in [
        ("read-only", vec![Some(eight_hours + 60)], usual(), (Some(0), vec![]), "a clock correction no larger than a network delay"),
        ("read-only", vec![Some(eight_hours + 61)], usual(), (None, vec![(0, WhyUnused::ClockSetBack)]), "made while the clock was ahead"),
        ("read-only", vec![Some(i64::MAX / 2)], usual(), (None, vec![(0, WhyUnused::ClockSetBack)]), "far ahead"),
        ("read-only", vec![Some(0)], usual(), (None, vec![(0, WhyUnused::Expired)]), "at its last second"),
        ("read-only", vec![Some(299)], usual(), (None, vec![(0, WhyUnused::ExpiresSoon { seconds_left: 299 })]), "in the window"),
        ("read-only", vec![Some(300)], usual(), (Some(0), vec![]), "just outside"),
        ("read-only", vec![Some(300)], window(301), (None, vec![(0, WhyUnused::ExpiresSoon { seconds_left: 300 })]), "a wider window"),
        ("role", vec![None, Some(1_800)], window(3_600), (Some(1), vec![]), "the window is capped at half of a session"),
        ("role", vec![None, Some(1_799)], window(3_600), (None, vec![(1, WhyUnused::ExpiresSoon { seconds_left: 1_799 })]), "or less"),
        (
            "role",
            vec![Some(600), Some(600)],
            min_ttl(1_200),
            (Some(0), vec![(1, WhyUnused::ExpiresSoon { seconds_left: 600 })]),
            "--min-ttl applies to the session that is handed over, not to its source",
        ),
        (
            "role",
            vec![Some(600), Some(299)],
            min_ttl(60),
            (Some(0), vec![(1, WhyUnused::ExpiresSoon { seconds_left: 299 })]),
            "--min-ttl is never less than the window",
        ),
        (
            "read-only",
            vec![Some(eight_hours - 3_601)],
            max_age(3_600),
            (None, vec![(0, WhyUnused::MfaTooOld { seconds: 3_601 })]),
            "its code was typed too long ago",
        ),
        ("read-only", vec![Some(eight_hours - 3_600)], max_age(3_600), (Some(0), vec![]), "just in time"),
        (
            "role",
            vec![Some(eight_hours - 7_200), Some(1_800)],
            max_age(3_600),
            (Some(1), vec![]),
            "a role session carries no age of its code",
        ),
        (
            "role",
            vec![Some(eight_hours - 7_200), None],
            max_age(3_600),
            (None, vec![(0, WhyUnused::MfaTooOld { seconds: 7_200 })]),
            "but a new role session needs a young enough code",
        ),
        ("direct", vec![Some(1_800)], max_age(3_600), (Some(0), vec![]), "a role session with the code in its call carries no age either"),
        (
            "role",
            vec![Some(9_000), Some(3_000)],
            Freshness { renew: true, ..usual() },
            (None, vec![(1, WhyUnused::RenewalAsked), (0, WhyUnused::RenewalAsked)]),
            "--fresh",
        ),
    ] {
        assert_eq!(resumed(profile, &left, freshness), expected, "{why}");
    }
}

#[test]
fn any_time_in_a_session_file_is_handled() {
    let plan = plan(CONFIG, &request("role")).unwrap();
    let freshness = Freshness { max_mfa_age: Some(SessionDuration::HOUR), ..usual() };
    for (claimed, from) in [(i64::MIN, None), (i64::MAX, None)] {
        let claimed = Timestamp::from_unix(claimed);
        let sessions = plan.steps().into_iter().map(|step| (step.session_key.clone(), claimed)).collect();
        assert_eq!(resume(&plan, &sessions, NOW, &freshness).from_cached, from);
        assert!(of_use_until(plan.steps()[0], claimed, &freshness) <= claimed.plus(SessionDuration::HOUR));
    }
}

proptest! {
    #[test]
    fn no_session_is_used_unless_it_is_good_enough(
        left in prop::collection::vec(option::of(-100_i64..30_000), 3),
        window in 0..7_200_u32,
        min_ttl in option::of(0..7_200_u32),
        max_mfa_age in option::of(60..30_000_u32),
        renew in prop::bool::weighted(0.1),
    ) {
        let plan = plan(CONFIG, &request("second")).unwrap();
        let sessions = cached(&plan, &left);
        let freshness = Freshness {
            expiry_window: SessionDuration::from_secs(window),
            min_ttl: min_ttl.map(SessionDuration::from_secs),
            max_mfa_age: max_mfa_age.map(SessionDuration::from_secs),
            renew,
        };
        let good = |index: usize| left[index].is_some_and(|left| {
            let duration = plan.steps()[index].duration.as_secs();
            let least = if index == 2 { min_ttl.unwrap_or(0).max(window.min(duration / 2)) } else { window.min(duration / 2) };
            let old = max_mfa_age.is_some_and(|most| index == 0 && i64::from(duration) - left > i64::from(most));
            !renew && left > 0 && left >= i64::from(least) && left <= i64::from(duration) + 60 && !old
        });
        let found = resume(&plan, &sessions, NOW, &freshness);
        prop_assert_eq!(found.from_cached, (0..3).rev().find(|index| good(*index)));
        prop_assert_eq!(found.first_step_to_run(), found.from_cached.map_or(0, |index| index + 1));
        let passed_over = (found.first_step_to_run()..3).filter(|index| left[*index].is_some()).count();
        prop_assert_eq!(found.unused.len(), passed_over, "each skipped session is explained");
    }
}
