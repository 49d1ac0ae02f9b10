//! The table of places that a program may call from. Never about a person.

use std::net::Ipv4Addr;

use super::super::super::document::Policy;
use super::super::super::evaluate::{Context, Mfa, Network, Request, example, names_action};
use super::super::service_account::ServiceAccount;
use super::{ACCOUNT, Mismatch, Proof, allowed, request};

/// An address that belongs to nobody (RFC 5737), unless the policy lists it.
const NOBODYS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 254);

pub(super) fn service_account(wanted: &ServiceAccount, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let identity: Vec<_> = documents.iter().map(|(_, policy)| policy).collect();
    let mut proof = Proof::default();
    // An address of the network itself; a key that is not there for what comes over an endpoint.
    let there = |context: Context| match (wanted.from.addresses.first(), wanted.from.endpoints.first()) {
        (Some(network), _) => context.with("aws:SourceIp", network.split('/').next().unwrap_or_default()),
        (None, Some(endpoint)) => context.with("aws:SourceVpce", endpoint),
        (None, None) => context,
    };
    let elsewhere = |context: Context| context.with("aws:SourceIp", &NOBODYS.to_string());
    let is_listed = |address: &String| Network::parse(address).is_some_and(|network| network.has(NOBODYS.into()));
    for action in wanted.actions.iter().map(|pattern| pattern.replace(['*', '?'], "x")) {
        for pattern in &wanted.resources {
            for mfa in Mfa::ALL {
                let mut request = request(partition, &action, String::new(), mfa);
                let (resource, context) = example(pattern, &request.context);
                (request.resource, request.context) = (resource.clone(), context);
                let ask = |context: Context| {
                    let request = Request { context, ..request.clone() };
                    allowed(&identity, &request)
                };
                let plain = request.context.clone().with("aws:ViaAWSService", "false");
                let label = format!("`{action}` on `{resource}`");
                proof.row(format!("{label} from a listed place"), mfa, ask(there(plain.clone())), true)?;
                if !wanted.from.addresses.iter().any(is_listed) {
                    proof.row(format!("{label} from elsewhere"), mfa, ask(elsewhere(plain.clone())), false)?;
                }
                let by_service = elsewhere(plain).with("aws:ViaAWSService", "true");
                proof.row(format!("{label} by a service"), mfa, ask(by_service), true)?;
            }
        }
    }
    let unlisted = request(partition, "iam:CreateAccessKey", format!("arn:{partition}:iam::{ACCOUNT}:user/some-user"), Mfa::True);
    let named = wanted.actions.iter().any(|pattern| names_action(pattern, "iam:CreateAccessKey"));
    if !named {
        let request = Request { context: there(unlisted.context.clone().with("aws:ViaAWSService", "false")), ..unlisted };
        let is_allowed = allowed(&identity, &request);
        proof.row("`iam:CreateAccessKey`".to_owned(), Mfa::True, is_allowed, false)?;
    }
    Ok(proof)
}
