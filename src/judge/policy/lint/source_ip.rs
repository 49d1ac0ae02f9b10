//! `source-ip`: conditions on the caller's address that shut out AWS's own services, or match no address.

use std::net::IpAddr;

use super::super::document::{Base, Effect, Operator, Statement, Test};
use super::super::evaluate::Network;
use super::cases::mfa_cases;
use super::finding::{Finding, Id};
use super::subject::Subject;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined() {
        for (block, test) in statement.tests().filter(|(_, test)| test.asks("aws:SourceIp")) {
            found.extend(private(statement, test));
            found.extend(host_bits(statement, test));
            found.extend(no_network(statement, test));
            found.extend(services(statement, test));
            found.extend(endpoint(statement, block.operator, test));
        }
    }
}

/// Addresses that no request has when it reaches AWS over the internet.
pub(in super::super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.octets()[0] == 100 && (64..128).contains(&v4.octets()[1])
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn private(statement: &Statement, test: &Test) -> Option<Finding> {
    let of = |text: &str| Network::parse(text).filter(|network| network.bits > 0 && is_private(network.address));
    let value = test.values.iter().find(|value| of(&value.value).is_some())?;
    let message = format!(
        "`{}` is a private range: AWS sees the public address of a request, and over a VPC endpoint `aws:SourceIp` is not there at all",
        value.value
    );
    let fix = "name public addresses, or use `aws:VpcSourceIp` together with `aws:SourceVpc` for traffic over an endpoint";
    Some(Finding::new(Id::SourceIp, statement, value.span, message, fix).effect(mfa_cases(statement)))
}

fn host_bits(statement: &Statement, test: &Test) -> Option<Finding> {
    let of = |text: &str| Network::parse(text).filter(|network| network.address.is_ipv6() && network.masked() != *network);
    let (value, network) = test.values.iter().find_map(|value| Some((value, of(&value.value)?)))?;
    let masked = format!("{}/{}", network.masked().address, network.bits);
    let message = format!("`{}` has bits set beyond its length: as an IPv6 network, it matches no address", value.value);
    let fix = format!("write `{masked}`");
    let mut corrected = statement.clone();
    for other in corrected.conditions.iter_mut().flat_map(|block| &mut block.tests).flat_map(|test| &mut test.values) {
        if let Some(network) = of(&other.value) {
            other.value = format!("{}/{}", network.masked().address, network.bits);
        }
    }
    Some(Finding::new(Id::SourceIp, statement, value.span, message, fix).effect(mfa_cases(statement)).corrected(corrected))
}

fn no_network(statement: &Statement, test: &Test) -> Option<Finding> {
    let value = test.values.iter().find(|value| !value.value.contains("${") && Network::parse(&value.value).is_none())?;
    let message = format!("`{}` is neither an address nor a network: it matches nothing", value.value);
    let fix = "write an address or a network, such as `203.0.113.0/24`";
    Some(Finding::new(Id::SourceIp, statement, value.span, message, fix).effect(mfa_cases(statement)))
}

fn services(statement: &Statement, test: &Test) -> Option<Finding> {
    let handled = statement.tests().any(|(_, other)| other.asks("aws:ViaAWSService") || other.asks("aws:CalledVia"));
    if statement.effect != Effect::Deny || handled {
        return None;
    }
    let message = "what an AWS service does on a user's behalf comes from an address of AWS: this `Deny` also stops, for example, \
                   CloudFormation and Athena";
    let fix = "add `\"Bool\": {\"aws:ViaAWSService\": \"false\"}` to the condition";
    Some(Finding::new(Id::SourceIp, statement, test.key.span, message, fix).effect(mfa_cases(statement)).corrected(statement.clone().when(
        Operator::BOOL,
        "aws:ViaAWSService",
        &["false"],
    )))
}

/// An address and an endpoint, both asked for: no request has both.
fn endpoint(statement: &Statement, operator: Operator, test: &Test) -> Option<Finding> {
    let wants = |operator: Operator| !operator.base.is_negated() && !operator.if_exists && operator.base != Base::Null;
    let of_vpc = |test: &Test| ["aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"].iter().any(|key| test.asks(key));
    let both = wants(operator) && statement.tests().any(|(block, other)| of_vpc(other) && wants(block.operator));
    let message =
        "a request over a VPC endpoint has no `aws:SourceIp`, and one over the internet has no endpoint: both together match nothing";
    let fix = "write two statements, one for addresses and one for the endpoint";
    both.then(|| Finding::new(Id::SourceIp, statement, test.key.span, message, fix).effect(mfa_cases(statement)))
}
