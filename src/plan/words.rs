//! The words for a plan: where it starts, the reasons for its steps, its notes. Never decides anything.

use super::{Base, NamedAfter, Note, ProgramKind, Source, TokenFrom, Wanted, WhyStep};

/// Where the plan starts.
pub(super) fn base(base: &Base) -> String {
    match base {
        Base::StoredKey { name, key_id } => format!("the key {key_id}, stored as `{name}`"),
        Base::Source(Source::Program(program)) => match &program.kind {
            ProgramKind::CredentialProcess { .. } => format!("the `credential_process` of profile `{}`", program.profile),
            ProgramKind::AwsCli { key, .. } => {
                format!("the AWS CLI's own sign-in (`{}`) of profile `{}`", key.as_str(), program.profile)
            }
        },
        Base::Source(Source::WebIdentity(identity)) => match &identity.token.from {
            TokenFrom::File { path } => format!("the web identity token in {path}"),
            TokenFrom::Process { .. } => format!("the `web_identity_token_process` of profile `{}`", identity.token.profile),
        },
    }
}

/// Why the step is made, as one clause.
pub(super) fn why(why: WhyStep) -> &'static str {
    match why {
        WhyStep::SharedSession => "the shared MFA session: one code serves this profile and every role on top of it",
        WhyStep::SessionWithoutMfa => "a session without MFA, since no device is configured",
        WhyStep::KeyWithoutMfa => "no MFA device is configured, so the key signs the call itself",
        WhyStep::KeyAsAsked => "`--no-session`: the key signs the call, with the code in it",
        WhyStep::KeyForLongSession => {
            "a role assumed from a session cannot last more than 1h, so the key signs the call, with the code in it"
        }
        WhyStep::SignedBySharedSession => "signed by the shared MFA session, so no second code is needed",
        WhyStep::SignedBySource => "signed by the credentials of the profile's own source",
        WhyStep::WebIdentity => "the web identity token is the proof",
        WhyStep::SignedByRole => "signed by the role of the previous step",
    }
}

/// A note as one clause.
#[must_use]
pub fn note_in_words(note: &Note) -> String {
    match note {
        Note::SerialFrom { profile } => format!("the MFA device comes from profile `{profile}`, which this profile builds on"),
        Note::SerialOfVariable => "the MFA device comes from `AWS_MFA_SERIAL`".to_owned(),
        Note::SerialOfVariableNotUsed { serial } => {
            format!("`AWS_MFA_SERIAL` is not used: {serial} belongs to another account than the key")
        }
        Note::CappedByChaining { wanted, role } => {
            format!(
                "{}, but AWS gives {role} at most 1h here: its credentials come from another session (role chaining)",
                in_words(*wanted)
            )
        }
        Note::CappedForRoot { wanted } => format!("{}, but a root user's session lasts at most 1h", in_words(*wanted)),
        Note::CappedAsProtected { wanted, to } => {
            format!("{}, but sessions of a protected profile last at most {to}", in_words(*wanted))
        }
        Note::DurationNotUsed { asked } => {
            format!("you asked for {asked}, but no call is made: their source decides how long these credentials last")
        }
        Note::NoMfa => "no `mfa_serial` is configured: a session without MFA cannot call IAM".to_owned(),
        Note::LongTermKeyExposed => "the long-term key itself is handed over".to_owned(),
        Note::CredentialProcessNotUsed { profile } => {
            format!("the `credential_process` of profile `{profile}` is not run, because the profile's key is stored")
        }
        Note::PlaintextKey { profile, origin } => {
            format!("the key of profile `{profile}` is also unencrypted at {origin}: delete those lines once the stored key works")
        }
        Note::PlaintextKeyNotUsed { profile, origin } => {
            format!(
                "AWS tools may use the unencrypted key of profile `{profile}` at {origin}, not its `credential_process`: delete those lines if they are not meant"
            )
        }
    }
}

fn in_words(wanted: Wanted) -> String {
    let duration = wanted.duration;
    if wanted.by_request { format!("you asked for {duration}") } else { format!("the session would last {duration}") }
}

/// Where a role session's name comes from.
pub(super) fn named_after(from: NamedAfter) -> &'static str {
    match from {
        NamedAfter::Setting => "`role_session_name` of the profile",
        NamedAfter::User => "the IAM user of the key",
        NamedAfter::Device => "the MFA device",
        NamedAfter::Profile => "the profile",
    }
}
