//! One request to another machine, over HTTP or HTTPS, directly or through the proxy that the environment names. The hub and
//! the account that recordings are made of are reached by it; nothing else leaves this machine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Where companies name the certificates of the proxies that look into their traffic.
const MORE_CERTIFICATES: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/// Requests with bodies `B`; see the module.
#[derive(Debug, Clone)]
pub struct Transport<B> {
    direct: Client<HttpsConnector<HttpConnector>, B>,
    tls: ClientConfig,
    /// How long a connection may take.
    connect: Duration,
    /// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    proxies: Arc<Matcher>,
}

/// The certificates that the environment names, if they cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the certificates in `{}` cannot be used: {reason}\nhint: a file of certificates in PEM", .path.display())]
pub struct CertificateError {
    path: PathBuf,
    reason: String,
}

impl<B> Transport<B>
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + Unpin + 'static,
{
    /// `connect`: how long a connection may take.
    pub fn new(connect: Duration) -> Result<Self, CertificateError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let named = |name: &&str| std::env::var_os(name).filter(|path| !path.is_empty());
        if let Some(path) = MORE_CERTIFICATES.iter().find_map(named) {
            let refuse = |reason: String| CertificateError { path: path.clone().into(), reason };
            for certificate in CertificateDer::pem_file_iter(&path).map_err(|error| refuse(error.to_string()))? {
                let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
                // Old ones among them that cannot be used are no reason to use none.
                let _ = roots.add(certificate);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| CertificateError { path: "rustls".into(), reason: error.to_string() })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let direct = Client::builder(TokioExecutor::new()).build(secured(&tls, tcp(connect)));
        Ok(Self { direct, tls, connect, proxies: Arc::new(Matcher::from_env()) })
    }

    /// `Err` with the innermost cause, which says what happened; the outer ones say that something did.
    pub async fn send(&self, request: Request<B>) -> Result<Response<Incoming>, String> {
        // What is meant for this machine without TLS may hold a token, and must not leave it.
        let is_ours = request.uri().scheme_str() == Some("http") && request.uri().host().is_some_and(is_loopback);
        let answer = match self.proxies.intercept(request.uri()).filter(|_| !is_ours) {
            None => self.direct.request(request).await,
            Some(proxy) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), tcp(self.connect));
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                Client::builder(TokioExecutor::new()).build(secured(&self.tls, tunnel)).request(request).await
            }
        };
        answer.map_err(|error| reason(&error))
    }
}

/// Whether a host of an address is this machine itself.
pub fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn tcp(connect: Duration) -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(connect));
    tcp.set_nodelay(true);
    tcp
}

/// TLS over `connector` for `https`.
fn secured<C>(tls: &ClientConfig, connector: C) -> HttpsConnector<C> {
    HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http().enable_http1().wrap_connector(connector)
}

/// The innermost cause of an error.
pub fn reason(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
