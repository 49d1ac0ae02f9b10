//! The connection settings of each call: its own profile's first, then those of the profiles on top.

use vault::plan::RetryMode;

use super::{plan, request};

#[test]
fn each_call_is_retried_as_its_profiles_say() {
    use RetryMode::{Adaptive, Standard};
    let role = "[profile role]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/Role\n";
    for (source, top, expected) in [
        ("", "", [(None, None); 2]),
        ("retry_mode = adaptive", "", [(Some(Adaptive), None), (None, None)]),
        ("", "retry_mode = Adaptive\nmax_attempts = 7", [(Some(Adaptive), Some(7)); 2]),
        ("retry_mode = legacy\nmax_attempts = 2", "retry_mode = adaptive", [(Some(Standard), Some(2)), (Some(Adaptive), None)]),
        ("include_profile = base", "", [(Some(Adaptive), Some(9)), (None, None)]),
    ] {
        let base = "[profile base]\nretry_mode = adaptive\nmax_attempts = 9\n";
        let config = format!("{base}[profile read-only]\nmfa_serial = GAHT12345678\n{source}\n{role}{top}\n");
        let plan = plan(&config, &request("role")).unwrap();
        let connections: Vec<_> = plan.steps().iter().map(|step| (step.connection.retry_mode, step.connection.max_attempts)).collect();
        assert_eq!(connections, expected, "{source:?}, {top:?}");
    }
}
