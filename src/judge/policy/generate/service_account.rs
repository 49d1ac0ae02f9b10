//! `service-account`: a program's user with a list of actions, from known places alone. Never asks for MFA, which no program has.

use super::super::document::{Base, Effect, Operator, Statement};
use super::super::evaluate::Network;
use super::super::lint::is_private;
use super::bundle::{Bundle, Line, Named, To};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    pub from: From,
    pub group: String,
}

/// Where its requests come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// Public addresses and networks.
    pub addresses: Vec<String>,
    /// Ids of VPC endpoints.
    pub endpoints: Vec<String>,
}

impl From {
    /// An address or a network as it can be listed.
    ///
    /// # Errors
    /// When it is neither, is private, or has bits set beyond its length: such a condition would match nothing, or not what it seems.
    pub fn address(text: &str) -> Result<String, String> {
        let shown = text.escape_debug();
        let network = Network::parse(text).ok_or_else(|| format!("`{shown}` is not an address or a network, such as `203.0.113.0/24`"))?;
        if is_private(network.address) {
            return Err(format!("`{shown}` is private: AWS sees public addresses; for traffic over an endpoint, give `--vpc-endpoint`"));
        }
        if network.masked() != network {
            return Err(format!("`{shown}` has bits set beyond its length: did you mean `{}/{}`?", network.masked().address, network.bits));
        }
        Ok(text.to_owned())
    }
}

impl ServiceAccount {
    pub(super) fn bundle(&self) -> Bundle {
        let actions: Vec<_> = self.actions.iter().map(String::as_str).collect();
        let allow = Line::new(
            Statement::new("AllowListed", Effect::Allow, &actions).on(&self.resources),
            "What the program does, and nothing else.",
        );
        let elsewhere = Line::new(
            self.elsewhere(),
            "A leaked key does not work from anywhere else. ViaAWSService: when an AWS service acts for the program, the request comes from an address of AWS.",
        );
        Bundle {
            name: "ServiceAccount",
            about: vec![
                "The rights of one program: no console, no rights to manage credentials, and only from known places.".to_owned(),
                "Made by `vault policy service-account`, which proved it before it was printed.".to_owned(),
            ],
            group: Some(self.group.clone()),
            policies: vec![Named {
                name: "policy".to_owned(),
                id: "ServiceAccountPolicy".to_owned(),
                lines: vec![allow, elsewhere],
                to: To::Group,
            }],
            roles: Vec::new(),
            account: None,
            switches: Vec::new(),
        }
        .split()
    }

    /// Denies what comes from nowhere that is listed. A request over an endpoint has no address, and one over the internet no endpoint: both
    /// conditions hold where their key is missing, so that either place is enough.
    fn elsewhere(&self) -> Statement {
        let mut statement = Statement::new("DenyFromElsewhere", Effect::Deny, &["*"]).on(&["*"]);
        if !self.from.addresses.is_empty() {
            statement = statement.when(Operator::from(Base::NotIpAddress), "aws:SourceIp", &self.from.addresses);
        }
        if !self.from.endpoints.is_empty() {
            statement = statement.when(Operator::from(Base::StringNotEquals), "aws:SourceVpce", &self.from.endpoints);
        }
        statement.when(Operator::BOOL, "aws:ViaAWSService", &["false"])
    }
}
