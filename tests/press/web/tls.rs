//! Certificates of this run, made for whatever name a client asks for.
//!
//! Three names get a certificate that nobody should accept: `unknown-authority.example` (signed by somebody else),
//! `wrong-name.example` (made for another name) and `expired.example`.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub(super) struct Authority {
    resolver: Arc<Resolver>,
    acceptor: tokio_rustls::TlsAcceptor,
}

struct Resolver {
    trusted: CertifiedIssuer<'static, KeyPair>,
    stranger: CertifiedIssuer<'static, KeyPair>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resolver")
    }
}

impl Default for Authority {
    fn default() -> Authority {
        let resolver = Arc::new(Resolver {
            trusted: issuer("Stand-in web of one test run"),
            stranger: issuer("Nobody in particular"),
            made: Mutex::default(),
        });
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(resolver.clone());
        Authority { resolver, acceptor: Arc::new(config).into() }
    }
}

impl Authority {
    pub(super) fn pem(&self) -> String {
        self.resolver.trusted.pem()
    }

    pub(super) fn acceptor(&self) -> &tokio_rustls::TlsAcceptor {
        &self.acceptor
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        let mut made = self.made.lock().unwrap();
        Some(made.entry(name.clone()).or_insert_with(|| Arc::new(self.make(&name))).clone())
    }
}

impl Resolver {
    fn make(&self, name: &str) -> CertifiedKey {
        let names = match name {
            "wrong-name.example" => vec!["another-name.example".to_owned()],
            _ => vec![name.to_owned()],
        };
        let mut params = CertificateParams::new(names).expect("a host name");
        if name == "expired.example" {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let issuer = if name == "unknown-authority.example" { &self.stranger } else { &self.trusted };
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, issuer).expect("a certificate");
        let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signing = aws_lc_rs::sign::any_supported_type(&secret).expect("a key that can sign");
        CertifiedKey::new(vec![certificate.der().clone()], signing)
    }
}

fn issuer(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}
