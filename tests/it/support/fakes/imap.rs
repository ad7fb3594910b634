//! A mailbox over IMAP (RFC 3501) on this machine: what a client for one inbox may say, with literals, partial fetches and flags.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::smtp::support::smtp_sink::{CertificateKind, SelfMade};

pub const USER: &str = "bounces@local.example";
/// With everything in it that has to be quoted.
pub const PASSWORD: &str = "pa\"ss\\word {3}";

/// A running mailbox; stops with the test.
pub struct FakeImap {
    address: SocketAddr,
    root: String,
    inside: Arc<Mutex<Inside>>,
    task: JoinHandle<()>,
}

struct Inside {
    uid_validity: u32,
    uid_next: u32,
    messages: Vec<Message>,
    /// Whether AUTHENTICATE PLAIN is offered; LOGIN always is.
    offers_plain: bool,
    /// Whether the next STORE is answered by a cut connection.
    cuts_store: bool,
    openings: u32,
}

struct Message {
    uid: u32,
    bytes: Vec<u8>,
    is_read: bool,
}

impl FakeImap {
    /// Starts a mailbox, unencrypted.
    pub async fn start() -> Self {
        Self::listen(None, String::new()).await
    }

    /// Starts a mailbox with TLS from the first byte, and signing in by AUTHENTICATE.
    pub async fn start_tls() -> Self {
        let made = SelfMade::new(CertificateKind::Good);
        let fake = Self::listen(Some(made.acceptor()), made.pem().to_owned()).await;
        fake.inside.lock().unwrap().offers_plain = true;
        fake
    }

    async fn listen(tls: Option<TlsAcceptor>, root: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Mutex::new(Inside {
            uid_validity: 7,
            uid_next: 1,
            messages: Vec::new(),
            offers_plain: false,
            cuts_store: false,
            openings: 0,
        }));
        let shared = inside.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, tls) = (shared.clone(), tls.clone());
                tokio::spawn(async move {
                    // A client that hangs up ends its conversation.
                    let _ = match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => converse(stream, &shared).await,
                            Err(error) => Err(error),
                        },
                        None => converse(stream, &shared).await,
                    };
                });
            }
        });
        Self {
            address,
            root,
            inside,
            task,
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate that a client must trust, as PEM.
    pub fn root_certificate(&self) -> &str {
        &self.root
    }

    /// Puts a message into the inbox; answers its number.
    pub fn deliver(&self, message: &str) -> u32 {
        let mut inside = self.inside.lock().unwrap();
        let uid = inside.uid_next;
        inside.uid_next += 1;
        inside.messages.push(Message {
            uid,
            bytes: message.replace('\n', "\r\n").into_bytes(),
            is_read: false,
        });
        uid
    }

    /// The numbers of messages that are marked as read.
    pub fn read(&self) -> Vec<u32> {
        let inside = self.inside.lock().unwrap();
        let read = inside.messages.iter().filter(|message| message.is_read);
        read.map(|message| message.uid).collect()
    }

    /// Numbers all messages anew, none of them read, as a server does that was set up again.
    pub fn renumber(&self) {
        let mut inside = self.inside.lock().unwrap();
        inside.uid_validity += 1;
        for message in &mut inside.messages {
            message.uid += 100;
            message.is_read = false;
        }
        inside.uid_next += 100;
    }

    /// Cuts the connection when messages are to be marked the next time.
    pub fn cut_next_store(&self) {
        self.inside.lock().unwrap().cuts_store = true;
    }

    /// How often the inbox was opened.
    pub fn openings(&self) -> u32 {
        self.inside.lock().unwrap().openings
    }
}

impl Drop for FakeImap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    inside: &Mutex<Inside>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"* OK [CAPABILITY IMAP4rev1] ready\r\n").await?;
    stream.flush().await?;
    let mut is_signed_in = false;
    loop {
        let Some(line) = heard(&mut stream).await? else {
            return Ok(());
        };
        let (tag, command) = line.split_once(' ').unwrap();
        if command == "AUTHENTICATE PLAIN" {
            stream.write_all(b"+ \r\n").await?;
            stream.flush().await?;
            let secret = heard(&mut stream).await?.unwrap_or_default();
            let secret = STANDARD.decode(secret).unwrap();
            is_signed_in = secret == format!("\0{USER}\0{PASSWORD}").into_bytes();
            stream.write_all(signed_in(tag, is_signed_in).as_bytes()).await?;
            stream.flush().await?;
            continue;
        }
        if let Some(login) = command.strip_prefix("LOGIN ") {
            is_signed_in = login == format!("{} {}", quoted(USER), quoted(PASSWORD));
            stream.write_all(signed_in(tag, is_signed_in).as_bytes()).await?;
            stream.flush().await?;
            continue;
        }
        let answer = answer(&mut inside.lock().unwrap(), tag, command, is_signed_in);
        match answer {
            Some(answer) => stream.write_all(&answer).await?,
            None => return Ok(()),
        }
        stream.flush().await?;
        if command == "LOGOUT" {
            return Ok(());
        }
    }
}

async fn heard(stream: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let count = stream.read_line(&mut line).await?;
    Ok((count > 0).then(|| line.trim_end().to_owned()))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn signed_in(tag: &str, is_signed_in: bool) -> String {
    match is_signed_in {
        true => format!("{tag} OK signed in\r\n"),
        false => format!("{tag} NO [AUTHENTICATIONFAILED] Invalid credentials.\r\n"),
    }
}

/// What is said to a command; nothing for a cut connection.
fn answer(inside: &mut Inside, tag: &str, command: &str, is_signed_in: bool) -> Option<Vec<u8>> {
    let done = format!("{tag} OK done\r\n");
    let said = match command {
        "CAPABILITY" => {
            let more = if inside.offers_plain { " AUTH=PLAIN" } else { "" };
            format!("* CAPABILITY IMAP4rev1{more}\r\n{done}")
        }
        "LOGOUT" => format!("* BYE see you\r\n{done}"),
        _ if !is_signed_in => format!("{tag} BAD sign in first\r\n"),
        "SELECT INBOX" => {
            inside.openings += 1;
            format!(
                "* FLAGS (\\Seen)\r\n* {} EXISTS\r\n* OK [UIDVALIDITY {}] valid\r\n* OK [UIDNEXT {}] next\r\n{tag} OK [READ-WRITE] open\r\n",
                inside.messages.len(),
                inside.uid_validity,
                inside.uid_next
            )
        }
        _ => return other(inside, &done, command),
    };
    Some(said.into_bytes())
}

fn other(inside: &mut Inside, done: &str, command: &str) -> Option<Vec<u8>> {
    if let Some(what) = command.strip_prefix("UID SEARCH ") {
        let from = what
            .strip_prefix("UID ")
            .map(|range| range.trim_end_matches(":*"));
        let from: u32 = from.map_or(0, |from| from.parse().unwrap());
        let last = inside.messages.last().map(|message| message.uid);
        // The last message always belongs to `n:*` (RFC 3501, 6.4.8).
        let found = inside.messages.iter().map(|message| message.uid);
        let found = found.filter(|uid| *uid >= from || Some(*uid) == last);
        let found: Vec<String> = found.map(|uid| uid.to_string()).collect();
        return Some(format!("* SEARCH {}\r\n{done}", found.join(" ")).into_bytes());
    }
    if let Some(rest) = command.strip_prefix("UID FETCH ") {
        let (uid, what) = rest.split_once(' ').unwrap();
        let most: usize = what
            .strip_prefix("(UID BODY.PEEK[]<0.")
            .and_then(|rest| rest.strip_suffix(">)"))
            .unwrap()
            .parse()
            .unwrap();
        let uid: u32 = uid.parse().unwrap();
        let place = inside
            .messages
            .iter()
            .position(|message| message.uid == uid)
            .unwrap();
        let bytes = &inside.messages[place].bytes;
        let part = &bytes[..bytes.len().min(most)];
        let mut said = format!(
            "* {} FETCH (UID {uid} BODY[]<0> {{{}}}\r\n",
            place + 1,
            part.len()
        )
        .into_bytes();
        said.extend_from_slice(part);
        said.extend_from_slice(format!(")\r\n{done}").as_bytes());
        return Some(said);
    }
    let rest = command
        .strip_prefix("UID STORE ")
        .expect("a command that is known");
    if std::mem::take(&mut inside.cuts_store) {
        return None;
    }
    let (set, flags) = rest.split_once(' ').unwrap();
    assert_eq!(flags, "+FLAGS.SILENT (\\Seen)");
    let set: Vec<u32> = set.split(',').map(|uid| uid.parse().unwrap()).collect();
    let messages = inside.messages.iter_mut();
    for message in messages.filter(|message| set.contains(&message.uid)) {
        message.is_read = true;
    }
    Some(done.as_bytes().to_vec())
}
