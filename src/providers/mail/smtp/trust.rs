//! Whose certificates are believed.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The certificate authorities that are believed, and the TLS sessions that can be resumed. Cheap to clone.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

/// An own root certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The root certificate cannot be read: {0}.")]
pub struct BadRoot(String);

impl Trust {
    /// The public authorities that Mozilla believes.
    ///
    /// # Errors
    /// Only when the TLS library was built without its ciphers.
    pub fn public() -> Result<Self, BadRoot> {
        Self::of(public_roots())
    }

    /// The public ones and the certificates in a PEM text, for an own relay.
    ///
    /// # Errors
    /// When the text holds no certificate or a broken one.
    pub fn public_and(pem: &str) -> Result<Self, BadRoot> {
        let mut roots = public_roots();
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| BadRoot(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| BadRoot(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(BadRoot("it holds no certificate".to_owned()));
        }
        Self::of(roots)
    }

    pub(in crate::providers::mail) fn config(&self) -> Arc<ClientConfig> {
        self.0.clone()
    }

    fn of(roots: RootCertStore) -> Result<Self, BadRoot> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| BadRoot(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Trust")
    }
}

fn public_roots() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}
