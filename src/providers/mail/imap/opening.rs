//! Opening a connection: TCP, TLS, greeting, signing in.

use std::io;
use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::providers::mail::smtp::{Security, Stream, certificate_problem, is_private, plain};

use super::failure::{Failure, Step};
use super::settings::Settings;
use super::wire::{Refusal, Wire, spoken};

/// Opens a connection that is signed in.
///
/// # Errors
/// With the first thing that stands in the way.
pub(super) async fn open(settings: &Settings) -> Result<Wire, Failure> {
    let stream = connect(settings).await?;
    let mut wire = match settings.security {
        Security::Tls => Wire::new(encrypt(stream, settings).await?, settings.patience),
        Security::Plain | Security::StartTls => Wire::new(Stream::Plain(stream), settings.patience),
    };
    greeted(&mut wire).await?;
    let mut offers = offers(&mut wire).await?;
    if settings.security == Security::StartTls {
        wire = start_tls(wire, settings, &offers).await?;
        // RFC 3501, 6.2.1: what was said before encryption is forgotten.
        offers = self::offers(&mut wire).await?;
    }
    sign_in(&mut wire, settings, &offers).await?;
    Ok(wire)
}

/// As for mail servers, an organization's own network is reached: its mail server often stands there. Places at which only this machine's
/// surroundings answer, such as the metadata services of clouds, are not.
fn may_be_reached(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            !(ip.is_unspecified() || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast())
        }
        IpAddr::V6(ip) => !(ip.is_unspecified() || ip.is_unicast_link_local() || ip.is_multicast()),
    }
}

async fn connect(settings: &Settings) -> Result<TcpStream, Failure> {
    let looked_up = lookup_host((settings.host.as_str(), settings.port));
    let found: Vec<SocketAddr> = timeout(settings.patience, looked_up)
        .await
        .map_err(|_| Failure::TimedOut(Step::Connecting))?
        .map_err(|_| Failure::UnknownHost(settings.host.clone()))?
        .collect();
    let mut failure = match found.is_empty() {
        true => Failure::UnknownHost(settings.host.clone()),
        false => Failure::NoSuchPlace,
    };
    let reachable = found.into_iter().filter(|address| may_be_reached(address.ip()));
    for address in reachable.take(4) {
        match timeout(settings.patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = unreachable(settings, &error),
            Err(_) => failure = Failure::TimedOut(Step::Connecting),
        }
    }
    Err(failure)
}

fn unreachable(settings: &Settings, error: &io::Error) -> Failure {
    let host = settings.host.clone();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused {
            host,
            port: settings.port,
        },
        _ => Failure::Unreachable {
            host,
            why: plain(error),
        },
    }
}

async fn encrypt(stream: TcpStream, settings: &Settings) -> Result<Stream, Failure> {
    let name = settings.host.trim_end_matches('.').to_owned();
    let name = ServerName::try_from(name).map_err(|_| Failure::UnknownHost(settings.host.clone()))?;
    let handshake = TlsConnector::from(settings.trust.config()).connect(name, stream);
    match timeout(settings.patience, handshake).await {
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
        Some(rustls::Error::InvalidMessage(_)) => Failure::NotTls(port),
        Some(other) => Failure::Tls(other.to_string()),
        None => Failure::Lost {
            step: Step::Encrypting,
            why: plain(error),
        },
    }
}

/// RFC 3501, 7.1: `OK`, or `BYE` when it does not want to talk to us. `PREAUTH` knows us by something that we did not set.
async fn greeted(wire: &mut Wire) -> Result<(), Failure> {
    let greeting = wire.greeting().await?.line;
    let words = greeting.strip_prefix("* ").ok_or(Failure::NotImap)?;
    let (word, said) = words.split_once(' ').unwrap_or((words, ""));
    match word.to_ascii_uppercase().as_str() {
        "OK" => Ok(()),
        "BYE" => Err(Failure::Rejected {
            step: Step::Greeting,
            said: spoken(said),
        }),
        _ => Err(Failure::NotImap),
    }
}

/// What the server can do, in capital letters.
async fn offers(wire: &mut Wire) -> Result<Vec<String>, Failure> {
    let answers = wire
        .command(Step::Greeting, "CAPABILITY")
        .await
        .map_err(Refusal::at(Step::Greeting))?;
    let words = answers.iter().map(|one| one.line.to_ascii_uppercase());
    let offers = words.filter_map(|line| line.strip_prefix("* CAPABILITY ").map(str::to_owned));
    Ok(offers
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect())
}

fn has(offers: &[String], name: &str) -> bool {
    offers.iter().any(|offer| offer == name)
}

async fn start_tls(mut wire: Wire, settings: &Settings, offers: &[String]) -> Result<Wire, Failure> {
    if !has(offers, "STARTTLS") {
        return Err(Failure::StartTlsNotOffered);
    }
    wire.command(Step::StartingTls, "STARTTLS")
        .await
        .map_err(Refusal::at(Step::StartingTls))?;
    match wire.into_stream() {
        Some(Stream::Plain(stream)) => Ok(Wire::new(encrypt(stream, settings).await?, settings.patience)),
        _ => Err(Failure::NotImap),
    }
}

async fn sign_in(wire: &mut Wire, settings: &Settings, offers: &[String]) -> Result<(), Failure> {
    let is_safe = wire.stream().is_encrypted() || wire.stream().peer().is_some_and(is_private);
    if !is_safe {
        return Err(Failure::UnsafeCredentials);
    }
    let (user, password) = (&settings.user, settings.password.expose_secret());
    let answered = if has(offers, "AUTH=PLAIN") {
        // RFC 4616, in a line of its own, which every server with this offer reads (RFC 3501, 6.2.2).
        let secret = SecretString::from(STANDARD.encode(format!("\0{user}\0{password}")));
        let command = "AUTHENTICATE PLAIN";
        wire.command_with(Step::SigningIn, command, Some(secret.expose_secret()))
            .await
    } else if has(offers, "LOGINDISABLED") || !(is_quotable(user) && is_quotable(password)) {
        return Err(Failure::SignInNotOffered);
    } else {
        let command = SecretString::from(format!("LOGIN {} {}", quoted(user), quoted(password)));
        wire.command(Step::SigningIn, command.expose_secret()).await
    };
    match answered {
        Ok(_) => Ok(()),
        Err(Refusal::No(said)) => Err(Failure::WrongPassword(said)),
        Err(Refusal::Broken(failure)) => Err(failure),
    }
}

/// RFC 3501, 9: what may stand in a quoted string.
fn is_quotable(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
