//! Builds the SDK's configuration and runs its calls. Never looks for credentials itself, and never starts before the first call, since a
//! run that finds its session cached makes none.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_sts::config::{Credentials as SdkCredentials, SharedHttpClient};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_types::retry::RetryConfig;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret;
use tokio::runtime::Runtime;

use crate::config::client_settings::{CA_BUNDLE, CA_BUNDLE_VARIABLE, MAX_ATTEMPTS, MAX_ATTEMPTS_VARIABLE, RETRY_MODE, RETRY_MODE_VARIABLE};
use crate::model::{Credentials, ForeignText, Malformed, shown};
use crate::os::env::Environment;
use crate::os::{files, waiting};
use crate::plan::{Connection, RetryMode};
use crate::ports::{AwsFault, AwsFaultKind, CallSetting, Route};

use super::{fault, resolver};

/// How long one attempt may take: even with a slow proxy, no STS call takes this long.
pub(super) const ATTEMPT: Duration = Duration::from_secs(20);
/// How long all attempts together may take.
const OPERATION: Duration = Duration::from_mins(1);

/// How many files a call opens at once: for its event queue, certificates, names and connection.
const FILES: usize = 8;

/// A setting of how calls are made that cannot be used, and why.
pub(super) struct Unusable {
    setting: CallSetting,
    message: String,
}

impl Unusable {
    /// The same as a fault of this call, which was not made.
    pub(super) fn of(self, operation: &'static str) -> AwsFault {
        AwsFault {
            operation,
            kind: AwsFaultKind::Unusable(self.setting),
            message: ForeignText::of(&self.message),
            clock_ahead: None,
            endpoint: None,
        }
    }
}

/// The SDK, ready to be used; nothing is built before the first call.
pub struct AwsClients {
    said: Variables,
    runtime: OnceLock<Runtime>,
    /// One for each certificate bundle in use; `None`: the SDK's own.
    http: Mutex<Vec<(Option<PathBuf>, Option<SharedHttpClient>)>>,
}

/// What the environment says about how to call AWS.
struct Variables {
    retry_mode: Option<String>,
    max_attempts: Option<String>,
    ca_bundle: Option<PathBuf>,
}

impl AwsClients {
    #[must_use]
    pub fn new(env: &Environment) -> Self {
        let text = |name| env.text(name).map(str::to_owned);
        let said = Variables {
            retry_mode: text(RETRY_MODE_VARIABLE),
            max_attempts: text(MAX_ATTEMPTS_VARIABLE),
            ca_bundle: env.path(CA_BUNDLE_VARIABLE),
        };
        Self { said, runtime: OnceLock::new(), http: Mutex::default() }
    }

    /// The same, where this client makes every call.
    #[cfg(any(test, fuzzing))]
    pub(super) fn over(env: &Environment, http: SharedHttpClient) -> Self {
        Self { http: Mutex::new(vec![(None, Some(http))]), ..Self::new(env) }
    }

    /// Runs one call to its end on this thread.
    ///
    /// # Errors
    /// Those of the call, and when this process cannot open more files.
    pub(super) fn block_on<T>(&self, operation: &'static str, call: impl Future<Output = Result<T, AwsFault>>) -> Result<T, AwsFault> {
        self.runtime(operation)?.block_on(async {
            let mut call = pin!(call);
            if let Ok(answer) = tokio::time::timeout(waiting::patience(), &mut call).await {
                return answer;
            }
            waiting::tell(&format!("AWS to answer `{operation}`, for {} s at most", OPERATION.as_secs()));
            call.await
        })
    }

    /// The runtime that waits for answers. It needs an event queue from the kernel, which is a file.
    fn runtime(&self, operation: &'static str) -> Result<&Runtime, AwsFault> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        // The SDK ends the process if it cannot read the system's certificates.
        let no_file = |error: std::io::Error| fault::no_file(operation, &error);
        files::room_for(FILES).map_err(no_file)?;
        let built = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_file)?;
        Ok(self.runtime.get_or_init(|| built))
    }

    /// Builds what a call over this connection needs.
    ///
    /// # Errors
    /// When one of its settings cannot be used, or this process cannot open more files.
    pub(super) fn prepare(&self, operation: &'static str, connection: &Connection) -> Result<(), AwsFault> {
        self.runtime(operation)?;
        self.http_client(connection).and_then(|_| self.retries(connection)).map_err(|fault| fault.of(operation)).map(|_| ())
    }

    /// The SDK's configuration: the route, and who signs. The plan decides where calls go, and sessions are cached under that: each client
    /// gets the endpoint, so that the SDK does not find another one in the environment.
    ///
    /// Proxy and user agent are read from the environment by the SDK, as every AWS tool does.
    ///
    /// # Errors
    /// When a setting of the connection cannot be used.
    pub(super) async fn config(&self, route: &Route<'_>, signer: Option<&Credentials>) -> Result<SdkConfig, Unusable> {
        // An empty file instead of the user's: only `config/` reads profiles.
        #[expect(deprecated, reason = "the replacement is in a crate of the SDK's internals")]
        let no_files = {
            use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
            ProfileFiles::builder().with_contents(ProfileFileKind::Config, "").build()
        };
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_config::Region::new(route.region.as_str().to_owned()))
            // The SDK refuses both together with an explicit endpoint.
            .use_fips(route.variant.fips && route.url.is_none())
            .use_dual_stack(route.variant.dualstack && route.url.is_none())
            .profile_files(no_files)
            .retry_config(self.retries(route.connection)?)
            .timeout_config(timeouts);
        if let Ok(name) = AppName::new(concat!("vault-", env!("CARGO_PKG_VERSION"))) {
            loader = loader.app_name(name);
        }
        if let Some(http) = self.http_client(route.connection)? {
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

    /// `AWS_RETRY_MODE` and `AWS_MAX_ATTEMPTS`, else what the profile says: the SDK ends the process for a value that it does not know, such
    /// as the AWS CLI's `legacy`.
    fn retries(&self, connection: &Connection) -> Result<RetryConfig, Unusable> {
        let mode = said(self.said.retry_mode.as_deref(), RETRY_MODE_VARIABLE, RETRY_MODE, RetryMode::parse)?;
        let config = match mode.or(connection.retry_mode) {
            None | Some(RetryMode::Standard) => RetryConfig::standard(),
            Some(RetryMode::Adaptive) => RetryConfig::adaptive(),
        };
        let most = said(self.said.max_attempts.as_deref(), MAX_ATTEMPTS_VARIABLE, MAX_ATTEMPTS, Connection::attempts)?;
        Ok(match most.or(connection.max_attempts) {
            Some(most) => config.with_max_attempts(most),
            None => config,
        })
    }

    /// Our own client only where the SDK's is not enough: it does not read `AWS_CA_BUNDLE`, and asks the C library to resolve names.
    fn http_client(&self, connection: &Connection) -> Result<Option<SharedHttpClient>, Unusable> {
        let bundle = self.bundle(connection);
        let mut http = self.http.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = http.iter().find(|(known, _)| *known == bundle) {
            return Ok(client.clone());
        }
        let client = client_for(bundle.as_deref()).map_err(|reason| self.unusable_bundle(connection, &reason))?;
        http.push((bundle, client.clone()));
        Ok(client)
    }

    /// What makes a single call that is none of the SDK's, over the same proxies and with the same trust.
    pub(super) fn connector(&self, connection: &Connection) -> Result<Connector, Unusable> {
        let built = trust_in(self.bundle(connection).as_deref())
            .and_then(|trust| Ok(finished(ConnectorBuilder::default(), &resolver::Resolver::new(), tls(trust)?)));
        built.map_err(|reason| self.unusable_bundle(connection, &reason))
    }

    /// The file of the certificates to trust as well.
    fn bundle(&self, connection: &Connection) -> Option<PathBuf> {
        let of_profile = || connection.ca_bundle.as_ref().map(|said| PathBuf::from(&said.value));
        self.said.ca_bundle.clone().or_else(of_profile)
    }

    fn unusable_bundle(&self, connection: &Connection, reason: &str) -> Unusable {
        let of_profile = connection.ca_bundle.as_ref().filter(|_| self.said.ca_bundle.is_none());
        let whose = match of_profile {
            Some(said) => format!("`{CA_BUNDLE}` of profile `{}` ({})", said.profile, said.origin),
            None => format!("`{CA_BUNDLE_VARIABLE}`"),
        };
        let setting = CallSetting { variable: CA_BUNDLE_VARIABLE, key: CA_BUNDLE, in_profile: of_profile.is_some() };
        Unusable { setting, message: format!("{whose}: {reason}") }
    }
}

/// The value of a variable, parsed.
fn said<T>(
    text: Option<&str>,
    variable: &'static str,
    key: &'static str,
    parse: impl FnOnce(&str) -> Result<T, Malformed>,
) -> Result<Option<T>, Unusable> {
    let fault = |fault: Malformed| Unusable {
        setting: CallSetting { variable, key, in_profile: false },
        message: format!("`{variable}` is {fault}"),
    };
    text.map(parse).transpose().map_err(fault)
}

/// A client that also trusts the certificates of the bundle; `None`: the SDK's own does.
fn client_for(bundle: Option<&Path>) -> Result<Option<SharedHttpClient>, String> {
    if bundle.is_none() && !resolver::OWN {
        return Ok(None);
    }
    client_trusting(trust_in(bundle)?).map(Some)
}

/// The certificates of the system, and those of the bundle.
fn trust_in(bundle: Option<&Path>) -> Result<TrustStore, String> {
    let Some(path) = bundle else { return Ok(TrustStore::default()) };
    let bundle = files::read(path).map_err(|error| error.to_string())?;
    check(&bundle).map_err(|fault| format!("{} {fault}", shown(path)))?;
    Ok(TrustStore::empty().with_native_roots(true).with_pem_certificate(bundle))
}

/// Checks that the bundle holds only valid certificates: the SDK does not check, and panics if one is invalid.
fn check(bundle: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(bundle) {
        let certificate = certificate.map_err(|_| "is damaged: it is not PEM text".to_owned())?;
        roots.add(certificate).map_err(|_| format!("is damaged: certificate {} in it cannot be read", roots.len() + 1))?;
    }
    if roots.is_empty() { Err("contains no PEM certificate".to_owned()) } else { Ok(()) }
}

/// The same client as the SDK's, except for whom it trusts and, in a static build, who resolves names.
fn client_trusting(trust: TrustStore) -> Result<SharedHttpClient, String> {
    let (tls, names) = (tls(trust)?, resolver::Resolver::new());
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(aws_sdk_sts::config::RuntimeComponents::sleep_impl));
        finished(connector, &names, tls.clone())
    }))
}

fn tls(trust: TrustStore) -> Result<TlsContext, String> {
    TlsContext::builder().with_trust_store(trust).build().map_err(|error| error.to_string())
}

/// The connector, which uses the proxies from the environment.
fn finished(mut connector: ConnectorBuilder, names: &resolver::Resolver, tls: TlsContext) -> Connector {
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    names.finish(connector, Provider::Rustls(CryptoMode::AwsLc), tls)
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::retry::RetryMode as Mode;

    use super::*;

    #[test]
    fn the_environment_then_the_profile_say_how_calls_are_tried_again() {
        let adaptive = Connection { retry_mode: Some(RetryMode::Adaptive), max_attempts: Some(7), ..Connection::default() };
        for (variables, connection, expected) in [
            (["", ""], Connection::default(), (Mode::Standard, 3)),
            (["", ""], adaptive.clone(), (Mode::Adaptive, 7)),
            (["legacy", ""], adaptive.clone(), (Mode::Standard, 7)),
            (["", "2"], adaptive, (Mode::Adaptive, 2)),
            (["ADAPTIVE", "2"], Connection::default(), (Mode::Adaptive, 2)),
        ] {
            let [mode, most] = variables;
            let env = Environment::of([("AWS_RETRY_MODE", mode), ("AWS_MAX_ATTEMPTS", most)]);
            let config = AwsClients::new(&env).retries(&connection).unwrap_or_else(|error| panic!("{}", error.message));
            assert_eq!((config.mode(), config.max_attempts()), expected, "{variables:?} {connection:?}");
        }
    }
}
