//! Writes a plan for people and for programs. Never decides anything: it shows what `resolve` and `resume` decided.

use serde_json::{Value, json};

use crate::model::{fit, spoken_duration};

use super::words::{self, note_in_words};
use super::{Base, CodeSource, CredentialPlan, Forecast, NamedAfter, ProgramKind, Source, Step, TokenFrom, WhyUnused};

/// The plan in words, one step after another, as lines for a terminal.
#[must_use]
pub fn as_text(shown: &Forecast<'_>) -> Vec<String> {
    let plan = &*shown.plan;
    let mut out = Vec::new();
    let mut line = |text: String| out.push(fit(&text).into_owned());
    line(format!("profile {}", plan.profile));
    line(format!("  starts from {}", words::base(&plan.base)));
    if let Some(region) = &plan.region {
        line(format!("  region {region}"));
    }
    steps(shown, &mut line);
    if let Some(by) = &plan.protected {
        let builds = if *by == plan.profile { String::new() } else { format!(": it builds on `{by}`") };
        line(format!(
            "  protected{builds}: `vault exec` and `vault login` ask for its name first; no other command hands out its credentials"
        ));
    }
    for note in &plan.notes {
        line(format!("  note: {}", note_in_words(note)));
    }
    match &shown.after_long_term_key {
        Some(Ok(after_key)) => {
            line("  if that command returns a long-term key (known only once it runs), these calls are made instead:".to_owned());
            steps(after_key, &mut line);
            for note in after_key.plan.notes.iter().filter(|note| !plan.notes.contains(note)) {
                line(format!("  note: {}", note_in_words(note)));
            }
        }
        Some(Err(error)) => line(format!("  if that command returns a long-term key (known only once it runs), it is refused: {error}")),
        None => {}
    }
    line(format!("  now: {}", verdict(shown)));
    out
}

fn steps(shown: &Forecast<'_>, mut line: impl FnMut(String)) {
    let plan = &*shown.plan;
    for (index, step) in plan.steps().into_iter().enumerate() {
        let subject = step.call.role().map_or_else(String::new, |role| format!(" {}", role.arn));
        line(format!("  {}. {}{subject}, {}", index + 1, step.call.name(), step.duration));
        line(format!("     why: {}", words::why(step.why)));
        if let Some(variant) = variant(step) {
            line(format!("     endpoint: {variant}"));
        }
        if let Some(serial) = &step.with_code {
            if index < shown.resume.first_step_to_run() {
                line(format!("     code: of {serial}; none is needed now"));
            } else {
                line(format!("     code: {} of {serial}{}", code_source(plan), in_place_of_process(plan)));
            }
        }
        if let Some(max) = plan.max_mfa_age.filter(|max| step.is_mfa_session() && *max < step.duration) {
            line(format!("     used until: its code is {max} old (`max_mfa_age`)"));
        }
        if let Some(role) = step.call.role() {
            line(format!("     session name: {} ({})", role.session_name.text, words::named_after(role.session_name.from)));
            for (what, value) in [("external id", &role.external_id), ("source identity", &role.source_identity)] {
                if let Some(value) = value {
                    line(format!("     {what}: {value}"));
                }
            }
            if !role.tags.is_empty() {
                let tags: Vec<_> = role.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
                line(format!("     tags: {}", tags.join(", ")));
            }
            if !role.transitive_tags.is_empty() {
                line(format!("     tags for the roles after it: {}", role.transitive_tags.join(", ")));
            }
            if role.policy.is_some() {
                line("     limited by: `session_policy` of the settings".to_owned());
            }
            for arn in &role.policy_arns {
                line(format!("     limited by: {arn}"));
            }
        }
        line(format!("     {}", state(shown, index, step)));
    }
    if plan.last_step().is_none() {
        line("  no call is made: these credentials are handed over as they are".to_owned());
    }
}

/// The same for programs: stable names, times in RFC 3339, durations in seconds.
#[must_use]
pub fn as_json(shown: &Forecast<'_>) -> Value {
    let plan = &*shown.plan;
    let mut document = json!({
        "profile": plan.profile.as_str(),
        "region": plan.region.as_ref().map(crate::model::Region::as_str),
        "base": base_json(&plan.base),
        "mfa": mfa_json(plan),
        "protected_by": plan.protected.as_ref().map(crate::model::ProfileName::as_str),
        "steps": steps_json(shown),
        "asks_for_code": shown.asks_for_code(),
        "notes": notes_json(plan),
    });
    match &shown.after_long_term_key {
        Some(Ok(after_key)) => {
            document["if_long_term_key"] = json!({
                "mfa": mfa_json(&after_key.plan),
                "steps": steps_json(after_key),
                "asks_for_code": after_key.asks_for_code(),
                "notes": notes_json(&after_key.plan),
            });
        }
        Some(Err(error)) => document["if_long_term_key"] = json!({ "refused": error.to_string() }),
        None => {}
    }
    document
}

fn mfa_json(plan: &CredentialPlan) -> Value {
    plan.mfa.as_ref().map_or(Value::Null, |mfa| {
        json!({
            "serial": mfa.serial.as_str(),
            "code_from": match mfa.code { CodeSource::Prompt | CodeSource::ChosenPrompt => "prompt", CodeSource::Process { .. } => "mfa_process" },
        })
    })
}

fn notes_json(plan: &CredentialPlan) -> Vec<String> {
    plan.notes.iter().map(note_in_words).collect()
}

fn steps_json(shown: &Forecast<'_>) -> Vec<Value> {
    shown
        .plan
        .steps()
        .into_iter()
        .enumerate()
        .map(|(index, step)| {
            let mut value = json!({
                "call": step.call.name(),
                "duration_seconds": step.duration.as_secs(),
                "why": words::why(step.why),
                "mfa_serial": step.with_code.as_ref().map(crate::model::MfaSerial::as_str),
                "endpoint_region": step.endpoint.region.as_str(),
                "endpoint_url": step.endpoint.url.as_deref(),
                "use_fips_endpoint": step.endpoint.variant.fips,
                "use_dualstack_endpoint": step.endpoint.variant.dualstack,
                "session_key": step.session_key.as_str(),
                "cached_until": shown.expiration(step).map(|expires| expires.to_string()),
                "will_run": index >= shown.resume.first_step_to_run(),
            });
            if let Some(role) = step.call.role() {
                value["role_arn"] = role.arn.as_str().into();
                value["role_session_name"] = role.session_name.text.clone().into();
                value["role_session_name_from"] = match role.session_name.from {
                    NamedAfter::Setting => "role_session_name",
                    NamedAfter::User => "iam_user",
                    NamedAfter::Device => "mfa_serial",
                    NamedAfter::Profile => "profile",
                }
                .into();
                value["external_id"] = role.external_id.clone().into();
                value["source_identity"] = role.source_identity.clone().into();
                value["session_tags"] = json!(role.tags);
                value["transitive_session_tags"] = json!(role.transitive_tags);
                value["session_policy"] = role.policy.clone().into();
                value["session_policy_arns"] = role.policy_arns.clone().into();
            }
            value
        })
        .collect()
}

fn base_json(base: &Base) -> Value {
    match base {
        Base::StoredKey { name, key_id } => json!({"kind": "stored_key", "name": name.as_str(), "access_key_id": key_id.as_str()}),
        Base::Source(Source::Program(program)) => {
            let kind = match &program.kind {
                ProgramKind::CredentialProcess { .. } => "credential_process",
                ProgramKind::AwsCli { key, .. } => key.as_str(),
            };
            json!({"kind": kind, "profile": program.profile.as_str()})
        }
        Base::Source(Source::WebIdentity(identity)) => {
            let profile = identity.token.profile.as_str();
            match &identity.token.from {
                TokenFrom::File { path } => json!({"kind": "web_identity_token_file", "profile": profile, "path": path}),
                TokenFrom::Process { .. } => json!({"kind": "web_identity_token_process", "profile": profile}),
            }
        }
    }
}

fn variant(step: &Step) -> Option<&'static str> {
    match (step.endpoint.variant.fips, step.endpoint.variant.dualstack) {
        (false, false) => None,
        (true, false) => Some("FIPS"),
        (false, true) => Some("dual-stack"),
        (true, true) => Some("FIPS, dual-stack"),
    }
}

fn code_source(plan: &CredentialPlan) -> &'static str {
    match plan.mfa.as_ref().map(|mfa| &mfa.code) {
        Some(CodeSource::Process { .. }) => "`mfa_process` gives the code",
        _ => "you are asked for the code",
    }
}

fn in_place_of_process(plan: &CredentialPlan) -> &'static str {
    match plan.mfa.as_ref().map(|mfa| &mfa.code) {
        Some(CodeSource::ChosenPrompt) => ", since the chosen `prompt` takes precedence over `mfa_process`",
        _ => "",
    }
}

fn state(shown: &Forecast<'_>, index: usize, step: &Step) -> String {
    if let Some(unused) = shown.resume.unused.iter().find(|unused| unused.step == index) {
        return match unused.why {
            WhyUnused::Expired => "cached, but expired".to_owned(),
            WhyUnused::ExpiresSoon { seconds_left } => format!("cached, but only {} are left", spoken_duration(seconds_left)),
            WhyUnused::MfaTooOld { seconds } => format!("cached, but its code is {} old", spoken_duration(seconds)),
            WhyUnused::ClockSetBack => "cached while the clock was ahead, so its expiration is unknown".to_owned(),
            WhyUnused::RenewalAsked => "cached, but you asked for a new one".to_owned(),
        };
    }
    match shown.of_use_until(step) {
        Some(until) => format!("cached, {} left", spoken_duration(until.seconds_since(shown.now))),
        None if shown.expiration(step).is_some_and(|expires| expires > shown.now) => "cached, but its code is too old".to_owned(),
        None => "not cached".to_owned(),
    }
}

fn verdict(shown: &Forecast<'_>) -> String {
    if shown.is_open() {
        return match &shown.after_long_term_key {
            Some(Ok(after_key)) => {
                format!("the command is run, then {}; if it returns a long-term key, {}", calls(shown), calls(after_key))
            }
            _ => format!("the command is run, then {}", calls(shown)),
        };
    }
    calls(shown.taken_up())
}

fn calls(shown: &Forecast<'_>) -> String {
    let calls = shown.plan.steps().len() - shown.resume.first_step_to_run();
    let code = if shown.asks_for_code() { "one code is needed" } else { "no code is needed" };
    match calls {
        0 => "no call to AWS, no code is needed".to_owned(),
        1 => format!("one call to AWS, {code}"),
        calls => format!("{calls} calls to AWS, {code}"),
    }
}
