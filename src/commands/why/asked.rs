//! What AWS itself tells of a refusal, asked with the credentials of the profile. Never fails: without an answer, the text alone counts.

use crate::app::obtain::obtain;
use crate::app::passphrase::AnyPassphrase;
use crate::app::prepare::{Prepared, prepare};
use crate::app::request::{self, SessionOptions};
use crate::app::{Context, Failure, failure, keystores, protect};
use crate::aws::RefusalClient;
use crate::judge::denial::{Said, Seen, SeenPolicy};
use crate::judge::policy::evaluate::Mfa;
use crate::model::{Credentials, Region};
use crate::plan::{CallKind, CredentialPlan, Service};
use crate::ports::{AwsFault, KeptRefusal, RefusalDetails, Route};
use crate::ui;

/// What AWS kept of the refused request, or what is in its encoded message.
pub fn ask(context: &Context, plan: &CredentialPlan, said: &Said) -> Option<Seen> {
    let encoded = said.encoded.as_deref().filter(|_| may_decode(plan));
    if encoded.is_none() && said.authorization_id.is_none() {
        if said.encoded.is_some() {
            ui::note("the encoded message is not decoded: a session of `GetSessionToken` cannot decode it, so name a profile with a role");
        }
        return None;
    }
    match asked(context, plan, said, encoded) {
        Ok(seen) => seen,
        Err(failure) => {
            ui::note(&format!("AWS gave no details, so vault judges by the text alone: {}", failure.message));
            None
        }
    }
}

/// In STS, a session of `GetSessionToken` may call `AssumeRole` and `GetCallerIdentity` alone.
fn may_decode(plan: &CredentialPlan) -> bool {
    plan.last_step().is_none_or(|step| step.call.kind() != CallKind::GetSessionToken)
}

fn asked(context: &Context, plan: &CredentialPlan, said: &Said, encoded: Option<&str>) -> Result<Option<Seen>, Failure> {
    let passphrase = AnyPassphrase { context, no_wait: false };
    let keystores = keystores::open(context, &passphrase)?;
    let prepared: Prepared = prepare(context, &keystores, plan.profile.clone(), &SessionOptions::default())?;
    protect::refuse(&prepared.plan, "vault does not use its session to ask AWS")?;
    let credentials: Credentials = obtain(context, &keystores, &prepared, None)?;
    let Some(step) = prepared.plan.last_step() else { return Ok(None) };
    let sts = Route::of(step);
    // AWS keeps the details in the region of the refusal alone.
    let region = said.authorization_id.as_ref().and_then(|(_, region)| Region::parse(region.as_deref()?).ok());
    let region = region.unwrap_or_else(|| sts.region.clone());
    let url = request::endpoint(&context.env, Service::IamToolbox)?;
    let toolbox = Route { region: &region, url: url.as_ref(), variant: sts.variant, connection: sts.connection };
    let client = RefusalClient { clients: context.clients(), signer: &credentials, sts, toolbox };
    if let Some(message) = encoded {
        return client.decoded(message).map(|document| Seen::of_decoded(&document)).map_err(|fault| refused(&fault));
    }
    let Some((id, _)) = &said.authorization_id else { return Ok(None) };
    let kept = client.kept(id).map_err(|fault| refused(&fault))?;
    let policies = policies(&client, id, &kept);
    Ok(Some(seen(kept, policies)))
}

/// More policies than this hardly ever decide together.
const MOST: usize = 5;

/// The policies that denied it. If none did, there is no statement to check.
fn policies(client: &RefusalClient<'_>, id: &str, kept: &KeptRefusal) -> Vec<SeenPolicy> {
    if kept.explicit_deny != Some(true) {
        return Vec::new();
    }
    let mut shown = Vec::new();
    for policy in kept.policies.iter().take(MOST) {
        match client.policy(id, &policy.uri) {
            Ok(document) => shown.push(SeenPolicy { name: policy.uri.clone(), sids: policy.sids.clone(), document }),
            Err(fault) => {
                ui::note(&format!("the policy that decided is not checked, because AWS did not show it: {}", failure::explained(&fault)));
            }
        }
    }
    shown
}

fn refused(fault: &AwsFault) -> Failure {
    Failure::new(failure::explained(fault))
}

fn seen(kept: KeptRefusal, policies: Vec<SeenPolicy>) -> Seen {
    Seen {
        mfa: Mfa::of_value(kept.mfa_present.as_deref()),
        explicit_deny: kept.explicit_deny,
        statements: kept.policies.into_iter().flat_map(|policy| policy.sids).collect(),
        action: kept.action,
        principal: None,
        policies,
    }
}
