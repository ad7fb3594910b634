//! Opening a connection: TCP, greeting, EHLO, STARTTLS, AUTH. Tells what it found on the way, also when it fails.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rustls::CertificateError;
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::capabilities::Capabilities;
use super::failure::{CertificateProblem, Failure, Step, plain};
use super::reply::Reply;
use super::settings::{Security, Settings};
use super::sign_in;
use super::stream::{Encryption, Stream};
use super::wire::Wire;

/// What was found out while opening.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub address: Option<SocketAddr>,
    pub greeting: Option<String>,
    pub encryption: Option<Encryption>,
    pub capabilities: Capabilities,
    pub is_signed_in: bool,
}

/// Opens a connection that is ready for mail.
///
/// # Errors
/// With the first thing that stands in the way; `found` keeps what was learned before.
pub(super) async fn open(settings: &Settings, found: &mut Found) -> Result<Wire, Failure> {
    check(settings)?;
    let stream = connect(settings).await?;
    found.address = stream.peer_addr().ok();
    let mut wire = match settings.security {
        Security::Tls => Wire::new(encrypt(stream, settings).await?),
        Security::Plain | Security::StartTls => Wire::new(Stream::Plain(stream)),
    };
    found.encryption = wire.stream().encryption();
    found.greeting = Some(greeting(&mut wire, settings.command_timeout).await?);
    found.capabilities = introduce(&mut wire, settings).await?;
    if settings.security == Security::StartTls {
        wire = start_tls(wire, settings, &found.capabilities).await?;
        found.encryption = wire.stream().encryption();
        // RFC 3207 §4.2: what was said before encryption is forgotten.
        found.capabilities = introduce(&mut wire, settings).await?;
    }
    if let Some(credentials) = &settings.credentials {
        if !sign_in::is_safe(&wire, settings.plaintext_credentials) {
            return Err(Failure::UnsafeCredentials);
        }
        sign_in::sign_in(
            &mut wire,
            &found.capabilities,
            credentials,
            settings.command_timeout,
        )
        .await?;
        found.is_signed_in = true;
    }
    Ok(wire)
}

fn check(settings: &Settings) -> Result<(), Failure> {
    let name = &settings.helo_name;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Settings(
            "The name of this server cannot be empty or have spaces or letters beyond ASCII.",
        ));
    }
    if settings.host.is_empty() || settings.port == 0 {
        return Err(Failure::Settings("The mail server needs a name and a port."));
    }
    // RFC 4616 §2: NUL separates the parts.
    if settings
        .credentials
        .as_ref()
        .is_some_and(|credentials| credentials.user.contains('\0'))
    {
        return Err(Failure::Settings(
            "The user name has a character that user names cannot have.",
        ));
    }
    Ok(())
}

async fn connect(settings: &Settings) -> Result<TcpStream, Failure> {
    let addresses = addresses(settings).await?;
    let patience = settings.connect_timeout / u32::try_from(addresses.len().max(1)).unwrap_or(1);
    let mut failure = Failure::UnknownHost {
        host: settings.host.clone(),
    };
    for address in addresses {
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Small commands must not wait for the acknowledgement of the last ones. Slower without, not wrong.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => failure = unreachable(settings, &error),
            Err(_) => failure = Failure::TimedOut(Step::Connecting),
        }
    }
    Err(failure)
}

async fn addresses(settings: &Settings) -> Result<Vec<SocketAddr>, Failure> {
    let looked_up = timeout(
        settings.connect_timeout,
        lookup_host((settings.host.as_str(), settings.port)),
    )
    .await;
    match looked_up {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        Ok(Err(_)) => Err(Failure::UnknownHost {
            host: settings.host.clone(),
        }),
        Err(_) => Err(Failure::TimedOut(Step::Connecting)),
    }
}

fn unreachable(settings: &Settings, error: &io::Error) -> Failure {
    let (host, port) = (settings.host.clone(), settings.port);
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused { host, port },
        _ => Failure::Unreachable {
            host,
            port,
            why: plain(error),
        },
    }
}

async fn greeting(wire: &mut Wire, patience: Duration) -> Result<String, Failure> {
    let reply = wire.reply(patience).await.map_err(Failure::at(Step::Greeting))?;
    if reply.is_positive() {
        Ok(reply.text.clone())
    } else {
        Err(Failure::TurnedAway(reply.clone()))
    }
}

/// RFC 5321 §3.2: EHLO, and HELO for servers that do not know it.
async fn introduce(wire: &mut Wire, settings: &Settings) -> Result<Capabilities, Failure> {
    let reply = ask(
        wire,
        &["EHLO ", &settings.helo_name],
        settings.command_timeout,
        Step::Introducing,
    )
    .await?;
    if reply.is_positive() {
        return Ok(Capabilities::read(&reply.text));
    }
    if !reply.is_permanent() {
        return Err(Failure::Rejected {
            step: Step::Introducing,
            reply: reply.clone(),
        });
    }
    let reply = ask(
        wire,
        &["HELO ", &settings.helo_name],
        settings.command_timeout,
        Step::Introducing,
    )
    .await?;
    if reply.is_positive() {
        return Ok(Capabilities::default());
    }
    Err(Failure::Rejected {
        step: Step::Introducing,
        reply: reply.clone(),
    })
}

async fn start_tls(
    mut wire: Wire,
    settings: &Settings,
    capabilities: &Capabilities,
) -> Result<Wire, Failure> {
    if !capabilities.start_tls {
        return Err(Failure::StartTlsNotOffered);
    }
    let reply = ask(
        &mut wire,
        &["STARTTLS"],
        settings.command_timeout,
        Step::StartingTls,
    )
    .await?;
    if !reply.is_positive() {
        return Err(Failure::Rejected {
            step: Step::StartingTls,
            reply: reply.clone(),
        });
    }
    // Anything after the reply was put there by somebody in between, to be taken for the encrypted server's words.
    if wire.has_unread() {
        return Err(Failure::NotSmtp(
            "It spoke before encryption had begun.".to_owned(),
        ));
    }
    match wire.into_stream() {
        Stream::Plain(stream) => Ok(Wire::new(encrypt(stream, settings).await?)),
        Stream::Encrypted(_) | Stream::Closed => Err(Failure::StartTlsNotOffered),
    }
}

async fn ask<'a>(
    wire: &'a mut Wire,
    command: &[&str],
    patience: Duration,
    step: Step,
) -> Result<&'a Reply, Failure> {
    for part in command {
        wire.outbox().extend_from_slice(part.as_bytes());
    }
    wire.outbox().extend_from_slice(b"\r\n");
    wire.send(patience).await.map_err(Failure::at(step))?;
    wire.reply(patience).await.map_err(Failure::at(step))
}

async fn encrypt(stream: TcpStream, settings: &Settings) -> Result<Stream, Failure> {
    let host = settings.host.trim_end_matches('.').to_owned();
    let name = ServerName::try_from(host)
        .map_err(|_| Failure::Settings("The name of the mail server cannot be in a certificate."))?;
    let handshake = TlsConnector::from(settings.trust.config()).connect(name, stream);
    match timeout(settings.connect_timeout, handshake).await {
        Ok(Ok(stream)) => Ok(Stream::Encrypted(Box::new(stream))),
        Ok(Err(error)) => Err(handshake_failure(&error, settings.port)),
        Err(_) => Err(Failure::TimedOut(Step::Encrypting)),
    }
}

fn handshake_failure(error: &io::Error, port: u16) -> Failure {
    let cause = error
        .get_ref()
        .and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(problem)) => {
            Failure::Certificate(certificate_problem(problem))
        }
        Some(rustls::Error::InvalidMessage(_)) => Failure::NotTls { port },
        Some(other) => Failure::Tls(other.to_string()),
        None => Failure::Lost {
            step: Step::Encrypting,
            why: plain(error),
        },
    }
}

pub(in crate::providers::mail) fn certificate_problem(error: &CertificateError) -> CertificateProblem {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateProblem::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::OtherName
        }
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::Revoked => CertificateProblem::Revoked,
        // The TLS library has no variant of its own for this one.
        other if other.to_string().contains("CaUsedAsEndEntity") => CertificateProblem::AuthorityAsServer,
        other => CertificateProblem::Other(other.to_string()),
    }
}
