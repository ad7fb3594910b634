//! A certificate made on the spot.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// What the certificate is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateKind {
    /// For localhost and 127.0.0.1, valid.
    Good,
    /// For another name.
    OtherName,
    /// For the right names, but that of an authority.
    Authority,
    /// Ran out in 2001.
    Expired,
}

pub struct SelfMade {
    certificate: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl SelfMade {
    pub fn new(kind: CertificateKind) -> Self {
        let names = match kind {
            CertificateKind::OtherName => vec!["elsewhere.test".to_owned()],
            CertificateKind::Good | CertificateKind::Authority | CertificateKind::Expired => {
                vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
            }
        };
        let mut params = CertificateParams::new(names).unwrap();
        if kind == CertificateKind::Expired {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        if kind == CertificateKind::Authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key,
        }
    }

    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}
