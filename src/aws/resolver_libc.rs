//! Leaves host names to the C library, as every dynamically linked program does. Never part of a static build: `resolver.rs` takes its
//! place there.

use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_http_client::{Connector, ConnectorBuilder};

#[derive(Debug, Clone)]
pub(super) struct Resolver;

/// Whether names are resolved here.
pub(super) const OWN: bool = false;

impl Resolver {
    pub(super) fn new() -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "the other resolver needs it")]
    pub(super) fn finish(&self, connector: ConnectorBuilder, provider: Provider, tls: TlsContext) -> Connector {
        connector.tls_provider(provider).tls_context(tls).build()
    }
}
