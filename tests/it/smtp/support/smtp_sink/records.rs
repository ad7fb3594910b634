//! What the sink remembers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use tokio::sync::watch;

/// A message that was accepted.
#[derive(Debug, Clone)]
pub struct Received {
    /// Number of the connection, from 0.
    pub connection: u64,
    /// The envelope.
    pub sender: String,
    pub recipients: Vec<String>,
    /// Parameters of MAIL, as sent.
    pub parameters: String,
    /// The Message-ID header without its brackets.
    pub message_id: Option<String>,
    /// Bytes of the message, dots unstuffed.
    pub size: usize,
    /// When DATA was read.
    pub entered_data_at: SystemTime,
    /// When the final dot was read.
    pub arrived_at: SystemTime,
    /// The message, dots unstuffed; with `Keep::Bytes` only.
    pub bytes: Option<Vec<u8>>,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    pub connections: u64,
    /// Sessions that were encrypted.
    pub encrypted: u64,
    /// MAIL commands.
    pub transactions: u64,
    /// Accepted messages.
    pub messages: u64,
    pub resets: u64,
    /// Final dots without a body.
    pub lone_dots: u64,
    pub quits: u64,
    /// Reads from the network that brought something: with small messages, flights.
    pub reads: u64,
}

pub struct Records {
    received: Mutex<Vec<Received>>,
    messages: watch::Sender<u64>,
    open: watch::Sender<u64>,
    pub connections: AtomicU64,
    pub encrypted: AtomicU64,
    pub transactions: AtomicU64,
    pub resets: AtomicU64,
    pub lone_dots: AtomicU64,
    pub quits: AtomicU64,
    pub reads: AtomicU64,
}

impl Default for Records {
    fn default() -> Self {
        Self {
            received: Mutex::default(),
            messages: watch::channel(0).0,
            open: watch::channel(0).0,
            connections: AtomicU64::default(),
            encrypted: AtomicU64::default(),
            transactions: AtomicU64::default(),
            resets: AtomicU64::default(),
            lone_dots: AtomicU64::default(),
            quits: AtomicU64::default(),
            reads: AtomicU64::default(),
        }
    }
}

impl Records {
    /// Adds one and tells how many there were before.
    pub fn count(&self, counter: &AtomicU64) -> u64 {
        counter.fetch_add(1, Ordering::Relaxed)
    }

    pub fn add(&self, message: Option<Received>) {
        if let Some(message) = message {
            self.received.lock().unwrap().push(message);
        }
        self.messages.send_modify(|messages| *messages += 1);
    }

    /// Notes a connection that is open for as long as the answer lives.
    pub fn opened(&self) -> Open<'_> {
        self.open.send_modify(|open| *open += 1);
        Open(&self.open)
    }

    pub async fn wait_until_idle(&self) {
        // The sender lives as long as we do.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn counters(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            connections: read(&self.connections),
            encrypted: read(&self.encrypted),
            transactions: read(&self.transactions),
            messages: *self.messages.borrow(),
            resets: read(&self.resets),
            lone_dots: read(&self.lone_dots),
            quits: read(&self.quits),
            reads: read(&self.reads),
        }
    }

    pub async fn wait_for(&self, wanted: u64) {
        // The sender lives as long as we do.
        let _ = self
            .messages
            .subscribe()
            .wait_for(|messages| *messages >= wanted)
            .await;
    }
}

/// An open connection.
pub struct Open<'a>(&'a watch::Sender<u64>);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}
