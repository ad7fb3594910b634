//! Signing in: RFC 4954, with PLAIN (RFC 4616) and the older LOGIN.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

use super::capabilities::Capabilities;
use super::failure::{Failure, Step};
use super::reply::Reply;
use super::settings::{Credentials, PlaintextCredentials};
use super::wire::Wire;

/// Signs in.
///
/// # Errors
/// When the server does not offer a way that is known here, or does not accept user and password.
pub(super) async fn sign_in(
    wire: &mut Wire,
    capabilities: &Capabilities,
    credentials: &Credentials,
    patience: Duration,
) -> Result<(), Failure> {
    if capabilities.offers("PLAIN") {
        return plain(wire, credentials, patience).await;
    }
    if capabilities.offers("LOGIN") {
        return login(wire, credentials, patience).await;
    }
    Err(Failure::SignInNotOffered {
        offered: capabilities.sign_in.clone(),
    })
}

/// Whether a password may be written to this connection.
pub(super) fn is_safe(wire: &Wire, rule: PlaintextCredentials) -> bool {
    let on_private_network = || wire.stream().peer().is_some_and(is_private);
    wire.stream().is_encrypted() || (rule == PlaintextCredentials::OnPrivateNetwork && on_private_network())
}

/// RFC 1918, RFC 3927, RFC 4193, RFC 4291: addresses that are not routed on the Internet.
pub(in crate::providers::mail) fn is_private(address: SocketAddr) -> bool {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

async fn plain(wire: &mut Wire, credentials: &Credentials, patience: Duration) -> Result<(), Failure> {
    let secret = format!("\0{}\0{}", credentials.user, credentials.password.expose_secret());
    let reply = say_secret(wire, "AUTH PLAIN ", &secret, patience).await?;
    signed_in(reply)
}

async fn login(wire: &mut Wire, credentials: &Credentials, patience: Duration) -> Result<(), Failure> {
    wire.outbox().extend_from_slice(b"AUTH LOGIN\r\n");
    wire.send(patience).await.map_err(Failure::at(Step::SigningIn))?;
    asked_for_more(wire.reply(patience).await.map_err(Failure::at(Step::SigningIn))?)?;
    asked_for_more(say_secret(wire, "", &credentials.user, patience).await?)?;
    signed_in(say_secret(wire, "", credentials.password.expose_secret(), patience).await?)
}

async fn say_secret<'a>(
    wire: &'a mut Wire,
    command: &str,
    secret: &str,
    patience: Duration,
) -> Result<&'a Reply, Failure> {
    let line = secrecy::SecretString::from(format!("{command}{}\r\n", STANDARD.encode(secret)));
    wire.outbox().extend_from_slice(line.expose_secret().as_bytes());
    let sent = wire.send(patience).await;
    wire.wipe_outbox();
    sent.map_err(Failure::at(Step::SigningIn))?;
    wire.reply(patience).await.map_err(Failure::at(Step::SigningIn))
}

fn asked_for_more(reply: &Reply) -> Result<(), Failure> {
    if reply.code == 334 {
        Ok(())
    } else {
        Err(refusal(reply))
    }
}

fn signed_in(reply: &Reply) -> Result<(), Failure> {
    if reply.is_positive() {
        Ok(())
    } else {
        Err(refusal(reply))
    }
}

/// RFC 4954 §6: 535 wrong credentials, 534 too weak a way, 454 and 432 for now, 538 encryption needed.
fn refusal(reply: &Reply) -> Failure {
    match reply.code {
        535 => Failure::WrongPassword(reply.clone()),
        _ => Failure::Rejected {
            step: Step::SigningIn,
            reply: reply.clone(),
        },
    }
}
