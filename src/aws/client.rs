//! Builds the SDK's configuration and runs its calls. Never looks for credentials itself, and never starts before the first call, since a
//! run that finds its session cached makes none.

use std::cell::OnceCell;
use std::pin::pin;
use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_sts::config::{Credentials as SdkCredentials, SharedHttpClient};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_types::retry::RetryConfig;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret;
use tokio::runtime::Runtime;

use crate::model::{Credentials, Region};
use crate::os::env::Environment;
use crate::os::files;
use crate::ports::AwsFault;

use super::{fault, resolver};

/// How long one attempt may take: a slow proxy is slow, but no STS call takes this long.
const ATTEMPT: Duration = Duration::from_secs(20);
/// How long all attempts together may take.
const OPERATION: Duration = Duration::from_mins(1);

/// How many files a call opens at once: for its event queue, certificates, names and connection.
const FILES: usize = 8;

/// How long a person waits before they wonder what for.
const SILENCE: Duration = Duration::from_secs(5);

/// The SDK, ready to be used; nothing is built before the first call.
pub struct AwsClients<'a> {
    env: &'a Environment,
    runtime: OnceCell<Runtime>,
    http: OnceCell<Option<SharedHttpClient>>,
}

impl<'a> AwsClients<'a> {
    #[must_use]
    pub fn new(env: &'a Environment) -> Self {
        Self { env, runtime: OnceCell::new(), http: OnceCell::new() }
    }

    /// Runs one call to its end on this thread.
    ///
    /// # Errors
    /// Those of the call; and when the kernel gives this process no more files.
    pub(super) fn block_on<T>(&self, operation: &'static str, call: impl Future<Output = Result<T, AwsFault>>) -> Result<T, AwsFault> {
        self.runtime(operation)?.block_on(async {
            let mut call = pin!(call);
            if let Ok(answer) = tokio::time::timeout(SILENCE, &mut call).await {
                return answer;
            }
            tracing::warn!("AWS has not answered for {} s: waiting for up to {} s", SILENCE.as_secs(), OPERATION.as_secs());
            call.await
        })
    }

    /// What waits for answers. It needs an event queue of the kernel, which is a file.
    fn runtime(&self, operation: &'static str) -> Result<&Runtime, AwsFault> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        // The SDK ends the process where it cannot read the system's certificates.
        let no_file = |error: std::io::Error| fault::no_file(operation, &error);
        files::room_for(FILES).map_err(no_file)?;
        let built = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_file)?;
        Ok(self.runtime.get_or_init(|| built))
    }

    /// Builds what does not depend on the call.
    ///
    /// # Errors
    /// When `AWS_CA_BUNDLE`, `AWS_RETRY_MODE` or `AWS_MAX_ATTEMPTS` cannot be used, or the kernel gives this process no more files.
    pub(super) fn prepare(&self, operation: &'static str) -> Result<(), AwsFault> {
        self.runtime(operation)?;
        self.http_client().and_then(|_| self.retries()).map_err(|reason| fault::local(operation, reason)).map(|_| ())
    }

    /// The SDK's configuration: the region, and who signs. Where calls go has been planned, and sessions are cached under it: each client is
    /// told, so that the SDK does not find another place in the environment.
    ///
    /// Proxy, FIPS, dual-stack and user agent are read from the environment by the SDK, as every AWS tool does.
    ///
    /// # Errors
    /// When `AWS_CA_BUNDLE`, `AWS_RETRY_MODE` or `AWS_MAX_ATTEMPTS` cannot be used, in words.
    pub(super) async fn config(&self, region: &Region, signer: Option<&Credentials>) -> Result<SdkConfig, String> {
        // An empty file in place of the user's: profiles are read by `config/` alone.
        #[expect(deprecated, reason = "the replacement is in a crate of the SDK's internals")]
        let no_files = {
            use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
            ProfileFiles::builder().with_contents(ProfileFileKind::Config, "").build()
        };
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_config::Region::new(region.as_str().to_owned()))
            .profile_files(no_files)
            .retry_config(self.retries()?)
            .timeout_config(timeouts);
        if let Ok(name) = AppName::new(concat!("vault-", env!("CARGO_PKG_VERSION"))) {
            loader = loader.app_name(name);
        }
        if let Some(http) = self.http_client()? {
            loader = loader.http_client(http);
        }
        loader = match signer {
            Some(credentials) => loader.credentials_provider(SdkCredentials::new(
                credentials.key_id().as_str(),
                credentials.secret().expose_secret(),
                credentials.token().map(|token| token.expose_secret().to_owned()),
                None,
                "vault",
            )),
            None => loader.no_credentials(),
        };
        Ok(loader.load().await)
    }

    /// `AWS_RETRY_MODE` and `AWS_MAX_ATTEMPTS`: the SDK ends the process at a value that it does not know, such as the AWS CLI's `legacy`.
    fn retries(&self) -> Result<RetryConfig, String> {
        let config = match self.env.text("AWS_RETRY_MODE").map(str::to_ascii_lowercase).as_deref() {
            None | Some("standard" | "legacy") => RetryConfig::standard(),
            Some("adaptive") => RetryConfig::adaptive(),
            Some(other) => {
                return Err(format!("`AWS_RETRY_MODE` is `{}`, not `standard`, `adaptive` or `legacy`", other.escape_debug()));
            }
        };
        let Some(attempts) = self.env.text("AWS_MAX_ATTEMPTS") else { return Ok(config) };
        match attempts.trim().parse() {
            Ok(most @ 1..) => Ok(config.with_max_attempts(most)),
            _ => Err(format!("`AWS_MAX_ATTEMPTS` is `{}`, not a number from 1", attempts.escape_debug())),
        }
    }

    /// A client of our own only where the SDK's would not do: it does not read `AWS_CA_BUNDLE`, and asks the C library for names.
    fn http_client(&self) -> Result<Option<SharedHttpClient>, String> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        let client = match self.env.path("AWS_CA_BUNDLE") {
            None if !resolver::OWN => None,
            None => Some(client_trusting(TrustStore::default())?),
            Some(path) => {
                let bundle = files::read(&path).map_err(|error| format!("`AWS_CA_BUNDLE`: {error}"))?;
                check(&bundle).map_err(|fault| format!("`AWS_CA_BUNDLE`: {} {fault}", path.display()))?;
                let trust = TrustStore::empty().with_native_roots(true).with_pem_certificate(bundle);
                Some(client_trusting(trust).map_err(|error| format!("`AWS_CA_BUNDLE`: {error}"))?)
            }
        };
        Ok(self.http.get_or_init(|| client).clone())
    }
}

/// Whether the bundle holds certificates and nothing that only looks like one: the SDK takes it on trust, and panics over what is none.
fn check(bundle: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(bundle) {
        let certificate = certificate.map_err(|_| "is damaged: it is no text in PEM form".to_owned())?;
        roots.add(certificate).map_err(|_| format!("is damaged: certificate {} in it cannot be read", roots.len() + 1))?;
    }
    if roots.is_empty() { Err("holds no certificate in PEM form".to_owned()) } else { Ok(()) }
}

/// The SDK's own client but for whom it trusts and, in a static build, who resolves names.
fn client_trusting(trust: TrustStore) -> Result<SharedHttpClient, String> {
    let tls = TlsContext::builder().with_trust_store(trust).build().map_err(|error| error.to_string())?;
    let names = resolver::Resolver::new();
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(aws_sdk_sts::config::RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        names.finish(connector, Provider::Rustls(CryptoMode::AwsLc), tls.clone())
    }))
}
