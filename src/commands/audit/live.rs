//! The credential report as AWS makes it now, and what it leaves out, with few calls. Never takes a refusal for an empty answer.

use std::collections::BTreeSet;

use crate::app::obtain::obtain;
use crate::app::passphrase::AnyPassphrase;
use crate::app::prepare::prepare;
use crate::app::target_profile::TargetProfile;
use crate::app::{Context, Failure, failure, keystores, protect};
use crate::aws::IamClient;
use crate::cli::arguments::CredentialArguments;
use crate::judge::report::{Devices, Lookups, Report, ReportFault};
use crate::model::{MfaSerial, Partition, ProfileName, SessionDuration, Timestamp};
use crate::os::clock::SystemClock;
use crate::ports::{AwsFault, AwsFaultKind, Clock, CredentialReports, ReportAnswer, ReportState};
use crate::ui;

/// How long to wait between two looks, in seconds, and how often: large accounts take minutes.
const PAUSE: u32 = 2;
const LONGEST_PAUSE: u32 = 10;
const LOOKS: u32 = 60;

/// So many users are asked about one by one; beyond that it is said that they are not.
const MOST_USERS: usize = 200;

/// A report, with what it leaves out.
pub struct Live {
    pub report: Report,
    pub generated_at: Option<Timestamp>,
    pub lookups: Lookups,
}

/// Asks with the credentials of the profile.
///
/// # Errors
/// When there are none, or AWS refuses the report.
pub fn ask(context: &Context, profile: &ProfileName, arguments: &CredentialArguments) -> Result<Live, Failure> {
    let code = arguments.code()?;
    let passphrase = AnyPassphrase { context, no_wait: arguments.no_wait };
    let keystores = keystores::open(context, &passphrase)?;
    let prepared = prepare(context, &keystores, profile.clone(), &arguments.options())?;
    let asking = protect::Asking {
        by: "audit",
        words: &["vault".into(), "audit".into(), profile.as_str().into()],
        else_what: "no report is fetched",
    };
    protect::confirm(&prepared.plan, &asking, arguments.no_wait)?;
    let credentials = obtain(context, &keystores, &prepared, code)?;
    let target = TargetProfile::read(context, profile)?;
    let region = match prepared.plan.last_step() {
        Some(step) => step.endpoint.region.clone(),
        None => target.region(context, arguments.region.as_ref())?,
    };
    let iam = IamClient::for_reports(context.clients(), credentials, target.route(&region, target.iam_endpoint.as_ref()));
    let partition = Partition::of_region(&region);
    let (text, generated_at) = fetched(&iam, &SystemClock, &ui::note).map_err(|not| not.failure(partition, profile))?;
    let report = Report::parse(&text).map_err(|fault: ReportFault| Failure::new(format!("profile `{profile}`: {fault}")))?;
    let lookups = looked_up(&iam, &report);
    Ok(Live { report, generated_at, lookups })
}

/// Why there is no report.
enum NotFetched {
    Aws(AwsFault),
    TooLong,
}

impl NotFetched {
    fn failure(&self, partition: Partition, profile: &ProfileName) -> Failure {
        match self {
            Self::Aws(fault) => {
                let failure = Failure::new(format!("profile `{profile}`: there is no credential report: {}", failure::explained(fault)));
                match fault.kind {
                    AwsFaultKind::AccessDenied => failure.hint(
                        "your policy must allow `iam:GenerateCredentialReport` and `iam:GetCredentialReport`, as AWS's `SecurityAudit` does; `vault why` explains the text above",
                    ),
                    _ => failure.maybe_hint(failure::on_fault_alone(fault, Some(partition), Some(profile))),
                }
            }
            Self::TooLong => Failure::new(format!(
                "profile `{profile}`: AWS was still making the credential report after {} minutes",
                LOOKS * LONGEST_PAUSE / 60
            ))
            .hint("run the command again: AWS keeps working on it"),
        }
    }
}

/// Has the report made and waits for it.
fn fetched(iam: &dyn CredentialReports, clock: &dyn Clock, tell: &dyn Fn(&str)) -> Result<(Vec<u8>, Option<Timestamp>), NotFetched> {
    let mut told = false;
    let mut pause = PAUSE;
    let mut state = iam.generate_report().map_err(NotFetched::Aws)?;
    for _ in 0..LOOKS {
        if state == ReportState::Complete {
            match iam.report().map_err(NotFetched::Aws)? {
                ReportAnswer::Ready { content, generated_at } => return Ok((content, generated_at)),
                ReportAnswer::UnderWay | ReportAnswer::Absent => {}
            }
        }
        if !told {
            tell("AWS is making the credential report: this takes some seconds, or minutes in a large account");
            told = true;
        }
        clock.sleep(SessionDuration::from_secs(pause));
        pause = (pause * 2).min(LONGEST_PAUSE);
        state = iam.generate_report().map_err(NotFetched::Aws)?;
    }
    Err(NotFetched::TooLong)
}

/// What the report leaves out. What AWS refuses is named and left out.
fn looked_up(iam: &dyn CredentialReports, report: &Report) -> Lookups {
    let devices = match devices(iam, report) {
        Ok(devices) => Some(devices),
        Err(fault) => {
            ui::warn(&format!("kinds of MFA devices are not checked (`fido-only`, `root-virtual-mfa`): {}", failure::explained(&fault)));
            None
        }
    };
    let bearer_keys = match iam.service_credentials() {
        Ok(all) => Some(all),
        Err(fault) => {
            ui::warn(&format!("service-specific credentials are not checked (`bearer-key`): {}", failure::explained(&fault)));
            None
        }
    };
    Lookups { devices, bearer_keys }
}

/// One list tells who has a virtual device; the others with MFA are asked about one by one.
fn devices(iam: &dyn CredentialReports, report: &Report) -> Result<Devices, AwsFault> {
    let owners: BTreeSet<String> = iam.owners_of_virtual_devices()?.into_iter().collect();
    let root_has_virtual = owners.iter().any(|arn| arn.ends_with(":root"));
    let others: Vec<_> =
        report.users.iter().filter(|user| !user.is_root() && user.mfa == Some(true) && !owners.contains(&user.arn)).collect();
    if others.len() > MOST_USERS {
        ui::warn(&format!(
            "{} users have MFA and no virtual device: only the first {MOST_USERS} of them are checked for `fido-only`",
            others.len()
        ));
    }
    let mut fido_only = BTreeSet::new();
    for user in others.into_iter().take(MOST_USERS) {
        let serials = iam.serials_of(&user.name)?;
        // A device that STS cannot check has no serial that it accepts.
        if !serials.is_empty() && serials.iter().all(|serial| MfaSerial::parse(serial).is_err()) {
            fido_only.insert(user.name.clone());
        }
    }
    Ok(Devices { fido_only, root_has_virtual })
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::judge::report::BearerKey;
    use crate::model::ForeignText;

    /// An IAM that answers these, one after the other.
    struct Fake {
        states: RefCell<Vec<ReportState>>,
        answers: RefCell<Vec<Result<ReportAnswer, AwsFault>>>,
    }

    impl CredentialReports for Fake {
        fn generate_report(&self) -> Result<ReportState, AwsFault> {
            let mut states = self.states.borrow_mut();
            Ok(if states.len() > 1 { states.remove(0) } else { states[0] })
        }

        fn report(&self) -> Result<ReportAnswer, AwsFault> {
            self.answers.borrow_mut().remove(0)
        }

        fn owners_of_virtual_devices(&self) -> Result<Vec<String>, AwsFault> {
            Ok(vec!["arn:aws:iam::123456789012:user/phone".to_owned(), "arn:aws:iam::123456789012:root".to_owned()])
        }

        fn serials_of(&self, user_name: &str) -> Result<Vec<String>, AwsFault> {
            Ok(match user_name {
                "passkey" => vec!["arn:aws:iam::123456789012:u2f/user/passkey/x".to_owned()],
                "both" => vec!["arn:aws:iam::123456789012:u2f/user/both/x".to_owned(), "GAHT12345678".to_owned()],
                other => panic!("{other} is not asked about"),
            })
        }

        fn service_credentials(&self) -> Result<Vec<BearerKey>, AwsFault> {
            Ok(Vec::new())
        }
    }

    #[derive(Default)]
    struct Waited(Cell<u32>, Cell<u32>);

    impl Clock for Waited {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix(0)
        }

        fn sleep(&self, duration: SessionDuration) {
            self.0.set(self.0.get() + 1);
            self.1.set(self.1.get() + duration.as_secs());
        }
    }

    fn fake(states: Vec<ReportState>, answers: Vec<Result<ReportAnswer, AwsFault>>) -> Fake {
        Fake { states: RefCell::new(states), answers: RefCell::new(answers) }
    }

    fn ready() -> ReportAnswer {
        ReportAnswer::Ready { content: b"user".to_vec(), generated_at: None }
    }

    #[test]
    fn a_report_is_waited_for_with_pauses_and_one_word() {
        use ReportState::{Complete, UnderWay};
        for (states, answers, waits) in [
            (vec![Complete], vec![Ok(ready())], 0),
            (vec![UnderWay, UnderWay, Complete], vec![Ok(ready())], 2),
            (vec![Complete], vec![Ok(ReportAnswer::UnderWay), Ok(ReportAnswer::Absent), Ok(ready())], 2),
        ] {
            let (clock, told) = (Waited::default(), Cell::new(0));
            let fetched = fetched(&fake(states, answers), &clock, &|_| told.set(told.get() + 1));
            assert!(fetched.is_ok_and(|(content, _)| content == b"user"));
            assert_eq!((clock.0.get(), told.get()), (waits, u32::from(waits > 0)));
        }
        let clock = Waited::default();
        assert!(matches!(fetched(&fake(vec![UnderWay], Vec::new()), &clock, &|_| ()), Err(NotFetched::TooLong)));
        assert!(clock.1.get() > 300, "large accounts take minutes: {}", clock.1.get());
    }

    #[test]
    fn a_refusal_is_no_empty_report() {
        let fault = AwsFault {
            operation: "GetCredentialReport",
            kind: AwsFaultKind::Other,
            message: ForeignText::of("LimitExceeded"),
            clock_ahead: None,
            endpoint: None,
        };
        let fetched = fetched(&fake(vec![ReportState::Complete], vec![Err(fault)]), &Waited::default(), &|_| ());
        assert!(matches!(fetched, Err(NotFetched::Aws(_))));
    }

    #[test]
    fn only_users_with_mfa_and_no_virtual_device_are_asked_about() {
        let line = |name: &str, mfa: &str| format!("{name},arn:aws:iam::123456789012:user/{name},{mfa}");
        let text =
            ["user,arn,mfa_active".to_owned(), line("phone", "true"), line("none", "false"), line("passkey", "true"), line("both", "true")];
        let report = Report::parse(text.join("\n").as_bytes()).unwrap();
        let found = devices(&fake(Vec::new(), Vec::new()), &report).unwrap();
        assert!(found.root_has_virtual);
        assert_eq!(found.fido_only.into_iter().collect::<Vec<_>>(), ["passkey"]);
    }
}
