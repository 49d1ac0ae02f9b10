//! Resolves host names in a static build, where the C library would have to load name-service plug-ins. Never asks the C library.

use std::sync::OnceLock;

use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use hickory_resolver::TokioResolver;

/// Names as `/etc/hosts` and the servers of `/etc/resolv.conf` know them. Both are read at the first question.
#[derive(Clone)]
pub(super) struct Resolver(OnceLock<TokioResolver>);

/// Whether names are resolved here.
pub(super) const OWN: bool = true;

impl Resolver {
    pub(super) fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(super) fn finish(&self, connector: ConnectorBuilder, provider: Provider, tls: TlsContext) -> Connector {
        connector.tls_provider(provider).tls_context(tls).build_with_resolver(self.clone())
    }

    fn ready(&self) -> Result<&TokioResolver, ResolveDnsError> {
        if let Some(resolver) = self.0.get() {
            return Ok(resolver);
        }
        let resolver = TokioResolver::builder_tokio().and_then(|builder| builder.build()).map_err(ResolveDnsError::new)?;
        Ok(self.0.get_or_init(|| resolver))
    }
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Resolver")
    }
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let found = self.ready()?.lookup_ip(name).await.map_err(ResolveDnsError::new)?;
            Ok(found.iter().collect())
        })
    }
}
