//! What the configuration leads to: the secret, storage, mail, the address.

use std::net::SocketAddr;

use super::Finding;
use crate::config::Config;
use crate::domains::campaigns::providers;
use crate::domains::notifications::pushing::introducing;
use crate::platform::crypto::KeyRing;
use crate::platform::storage;
use crate::providers::mail::smtp;

pub fn secret(config: &Config, keys: &anyhow::Result<Option<KeyRing>>) -> Finding {
    match keys {
        Ok(Some(_)) => Finding::Good("secret.key is there and private".to_owned()),
        Err(cause) => Finding::Wrong(format!("{cause:#}")),
        Ok(None) if config.data.join("postgres").exists() => Finding::Wrong(
            "secret.key is missing, but the database beside it was made with it. Restore secret.key from a backup.".to_owned(),
        ),
        Ok(None) => Finding::Good("none yet: `waymark serve` makes secret.key; keep a copy of it".to_owned()),
    }
}

/// Writes, reads and removes an object. A folder that is not there yet is left so.
pub fn storage(config: &Config) -> Finding {
    let is_local = config.storage.provider == "local";
    if is_local && !config.data.join("objects").exists() {
        return Finding::Good("nothing was uploaded yet: the folder is made then".to_owned());
    }
    let check = || -> anyhow::Result<String> {
        let storage = storage::open(&config.storage, &config.data)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(storage.check())?;
        Ok(storage.describe())
    };
    let help = match is_local {
        true => "Change the owner of the folder objects in the data folder",
        false => {
            "Check storage.endpoint, bucket, region and the two keys, and what they may do in the bucket"
        }
    };
    match check() {
        Ok(place) => Finding::Good(format!("{place}: an object was written, read and removed")),
        Err(cause) => Finding::Wrong(format!("{cause:#}. {help}.")),
    }
}

pub fn mail(config: &Config, listen: SocketAddr) -> Finding {
    let Ok(from) = config.mail.from.parse::<lettre::message::Mailbox>() else {
        return Finding::Wrong(format!(
            "mail.from is {}, which is no sender. Write it like Waymark <portal@example.org>.",
            config.mail.from
        ));
    };
    if config.public_url.is_empty() && !listen.ip().is_loopback() {
        return Finding::Wrong(format!(
            "links in mail would lead to http://{listen}. Set public_url to the address people use."
        ));
    }
    if config.mail.outbox_page {
        return Finding::Worth(
            "mail.outbox_page is on: whoever is at this machine can read reset links at /outbox. Switch it off when real people sign in."
                .to_owned(),
        );
    }
    if config.mail.server.is_empty() {
        return Finding::Worth(format!(
            "letters from {} leave through the providers of their organization; mail.server is not set, so where there is none they \
             stay in the outbox, and `waymark admin reset-link EMAIL` prints a reset link",
            from.email
        ));
    }
    mail_server(config)
}

/// Signs in at the mail server of the installation, without sending.
fn mail_server(config: &Config) -> Finding {
    let check = || -> anyhow::Result<smtp::CheckReport> {
        let settings = providers::own_server(&config.mail.server).map_err(anyhow::Error::msg)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(runtime.block_on(smtp::check(&settings)))
    };
    match check() {
        Ok(report) => match report.failure {
            None => Finding::Good("the mail server lets us in".to_owned()),
            Some(failure) => Finding::Wrong(format!("mail.server: {failure}")),
        },
        Err(cause) => Finding::Wrong(format!("{cause:#}")),
    }
}

/// Looks whether push services could write to somebody about this portal, and asks none of them.
pub fn push(config: &Config) -> Finding {
    let is_here = config.push.hosts.iter().any(|host| host == "127.0.0.1");
    match introducing::subject(config) {
        Err(cause) => Finding::Wrong(format!(
            "nothing can be pushed to browsers: {cause:#}. Set public_url or mail.from."
        )),
        Ok(_) if is_here => Finding::Worth(
            "push.hosts lets pushes go to this machine. Take 127.0.0.1 out of it when real people sign in.".to_owned(),
        ),
        Ok(_) if !config.is_https() => Finding::Worth(
            "browsers show push on https only, or on this machine: set public_url to the https address people use"
                .to_owned(),
        ),
        Ok(_) => Finding::Good("the key for browsers comes from secret.key; requests go out to the push services of browser makers".to_owned()),
    }
}

pub fn address(config: &Config, listen: SocketAddr) -> Finding {
    match config.public_url.as_str() {
        "" if listen.ip().is_loopback() => Finding::Worth(
            "public_url is not set: only this machine reaches the portal, at the address it listens on"
                .to_owned(),
        ),
        "" => Finding::Wrong(format!(
            "the portal listens on {listen} and public_url is not set, so cookies are not marked Secure. \
             Put a proxy that speaks TLS before it and set public_url to its https address."
        )),
        url if config.is_https() => Finding::Good(url.to_owned()),
        url => Finding::Worth(format!("{url} is not https: cookies are not marked Secure")),
    }
}
