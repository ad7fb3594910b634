//! A mail server that takes everything, remembers what it took, and misbehaves on demand. Real SMTP over real sockets.

mod certificate;
mod conversation;
mod options;
mod records;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use conversation::converse;
use records::Records;

pub use certificate::{CertificateKind, SelfMade};
pub use options::{
    Answer, Cut, DataWithoutRecipients, Keep, Replies, Rule, SinkEncryption, SinkOptions, Who,
};
pub use records::{Counters, Received};

/// A running sink. Stops when dropped.
pub struct SmtpSink {
    shared: Arc<Shared>,
    address: SocketAddr,
    root: String,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    options: Mutex<Arc<SinkOptions>>,
    records: Records,
    acceptor: TlsAcceptor,
}

impl SmtpSink {
    /// Starts a sink on a free port of the loopback interface.
    pub async fn start(options: SinkOptions) -> Self {
        let made = SelfMade::new(options.certificate);
        let shared = Arc::new(Shared {
            options: Mutex::new(Arc::new(options)),
            records: Records::default(),
            acceptor: made.acceptor(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let listening = Some(tokio::spawn(listen(listener, shared.clone())));
        Self {
            shared,
            address,
            root: made.pem().to_owned(),
            listening,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate that a client must trust, as PEM.
    pub fn root_certificate(&self) -> &str {
        &self.root
    }

    /// Changes the switches for connections that are opened from now on.
    pub fn change(&self, change: impl FnOnce(&mut SinkOptions)) {
        let mut options = self.shared.options.lock().unwrap();
        let mut changed = SinkOptions::clone(&options);
        change(&mut changed);
        *options = Arc::new(changed);
    }

    /// Cuts every connection and listens no more. What was received is kept.
    pub async fn stop(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
            let _ = listening.await;
        }
    }

    /// Listens again, on the same port.
    pub async fn restart(&mut self) {
        self.stop().await;
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(self.address).unwrap();
        let listener = socket.listen(1_024).unwrap();
        self.listening = Some(tokio::spawn(listen(listener, self.shared.clone())));
    }

    /// Everything accepted so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.shared.records.received()
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        self.shared.records.counters()
    }

    /// Waits until no connection is open.
    pub async fn wait_until_idle(&self) {
        self.shared.records.wait_until_idle().await;
    }

    /// Waits until this many messages were accepted.
    pub async fn wait_for(&self, messages: u64) {
        self.shared.records.wait_for(messages).await;
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let _ = stream.set_nodelay(true);
                connections.spawn(converse(stream, shared.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
