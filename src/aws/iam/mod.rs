//! IAM, through one client for all its calls: each family of them is in its own file. Never decides which calls are made.

mod devices;
mod keys;
mod report;

use tokio::sync::OnceCell;

use crate::model::Credentials;
use crate::ports::{AwsFault, Route};

use super::AwsClients;
use super::client::Unusable;
use super::fault::{secrets_of, without};
use super::reply::Reply;

/// The longest report that is read, in bytes: one of 150,000 users.
const REPORT: usize = 64 << 20;

/// IAM with these credentials and over this route; the client is built with the first call.
pub struct IamClient<'a> {
    clients: &'a AwsClients,
    signer: Credentials,
    route: Route<'a>,
    /// Of the calls so far.
    reply: Reply,
    client: OnceCell<aws_sdk_iam::Client>,
}

impl<'a> IamClient<'a> {
    #[must_use]
    pub fn new(clients: &'a AwsClients, signer: Credentials, route: Route<'a>) -> Self {
        Self { clients, signer, route, client: OnceCell::new(), reply: Reply::new() }
    }

    /// The same for credential reports, which have a line for each user and come in one answer.
    #[must_use]
    pub fn for_reports(clients: &'a AwsClients, signer: Credentials, route: Route<'a>) -> Self {
        Self { reply: Reply::up_to(REPORT), ..Self::new(clients, signer, route) }
    }

    async fn client(&self) -> Result<&aws_sdk_iam::Client, Unusable> {
        self.client
            .get_or_try_init(|| async {
                let config = self.clients.config(&self.route, Some(&self.signer)).await?;
                let mut own = aws_sdk_iam::config::Builder::from(&config).interceptor(self.reply.clone());
                own.set_endpoint_url(self.route.url.map(ToString::to_string));
                Ok(aws_sdk_iam::Client::from_conf(own.build()))
            })
            .await
    }

    /// Makes one call, and removes secrets from its error.
    fn call<T>(&self, operation: &'static str, call: impl AsyncFnOnce(&aws_sdk_iam::Client) -> Result<T, AwsFault>) -> Result<T, AwsFault> {
        let answer = self.clients.block_on(operation, async {
            let client = self.client().await.map_err(|fault| fault.of(operation))?;
            call(client).await
        });
        answer.map_err(|fault| without(secrets_of(&self.signer), fault).at(self.route.url))
    }
}
