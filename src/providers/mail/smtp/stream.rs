//! The bytes under the conversation: a TCP connection, encrypted or not.

use std::io::{self, IoSlice};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// How a connection turned out to be encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// Version of TLS, for example "TLS 1.3".
    pub protocol: String,
    /// Its cipher suite, for example "TLS13_AES_256_GCM_SHA384".
    pub cipher: String,
}

/// A connection. Once closed it stays closed.
pub(in crate::providers::mail) enum Stream {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
    Closed,
}

impl Stream {
    pub async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into).await,
            Self::Encrypted(stream) => stream.read(into).await,
            Self::Closed => Err(closed()),
        }
    }

    /// Hands over some of the two pieces, in order, and tells how many bytes. On a plain connection an error means that
    /// none went out: the kernel takes bytes or reports an error, never both.
    pub async fn write_two(&mut self, first: &[u8], second: &[u8]) -> io::Result<usize> {
        let written = match self {
            Self::Plain(stream) => {
                stream
                    .write_vectored(&[IoSlice::new(first), IoSlice::new(second)])
                    .await?
            }
            Self::Encrypted(stream) => {
                stream
                    .write(if first.is_empty() { second } else { first })
                    .await?
            }
            Self::Closed => return Err(closed()),
        };
        if written == 0 {
            Err(io::ErrorKind::WriteZero.into())
        } else {
            Ok(written)
        }
    }

    /// Pushes out what encryption still holds back.
    pub async fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Encrypted(stream) => stream.flush().await,
            Self::Closed => Err(closed()),
        }
    }

    /// Says goodbye in TLS and TCP.
    pub async fn shut_down(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown().await,
            Self::Encrypted(stream) => stream.shutdown().await,
            Self::Closed => Ok(()),
        }
    }

    /// Whether a failed write may have sent some of its bytes all the same, as TLS can.
    pub fn may_send_and_fail(&self) -> bool {
        matches!(self, Self::Encrypted(_))
    }

    pub fn is_encrypted(&self) -> bool {
        matches!(self, Self::Encrypted(_))
    }

    pub fn peer(&self) -> Option<SocketAddr> {
        match self {
            Self::Plain(stream) => stream.peer_addr().ok(),
            Self::Encrypted(stream) => stream.get_ref().0.peer_addr().ok(),
            Self::Closed => None,
        }
    }

    pub fn encryption(&self) -> Option<Encryption> {
        let Self::Encrypted(stream) = self else {
            return None;
        };
        let (_, session) = stream.get_ref();
        let protocol = session
            .protocol_version()
            .and_then(|version| version.as_str().map(readable));
        let cipher = session
            .negotiated_cipher_suite()
            .and_then(|suite| suite.suite().as_str());
        Some(Encryption {
            protocol: protocol.unwrap_or_else(|| "TLS".to_owned()),
            cipher: cipher.unwrap_or("unknown").to_owned(),
        })
    }
}

/// "TLSv1_3" as people write it.
fn readable(version: &str) -> String {
    version.replacen("TLSv", "TLS ", 1).replace('_', ".")
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the connection is closed")
}
