//! A small HTTP/1.1 server (RFC 9112) that can fail the way networks fail: silence and cut connections,
//! before and after acting on a request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A running server; stops with the test.
pub struct Server {
    base: Url,
    inside: Arc<Mutex<Inside>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Inside {
    faults: VecDeque<Fault>,
    requests: Vec<Request>,
}

/// How a request goes wrong. Each fault serves for one request.
pub enum Fault {
    /// This is answered, and nothing is done.
    Answer(Reply),
    /// It is done, and nobody is told: the client has to give up by itself.
    SilenceAfterActing,
    /// It is done, and then the connection breaks.
    CutAfterActing,
    /// The connection breaks before anything is done.
    CutBeforeActing,
}

/// A request as it arrived; names of headers in lower case.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    pub fn field(&self, name: &str) -> Option<String> {
        let mut form = self.form().into_iter();
        form.find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl Reply {
    pub fn new(status: u16) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn json(status: u16, body: &Value) -> Reply {
        let mut reply = Reply::new(status).with("content-type", "application/json");
        reply.body = body.to_string().into_bytes();
        reply
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Reply {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

impl Server {
    /// Starts on a free port; `act` does what the service does.
    pub async fn start(act: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let inside = Arc::new(Mutex::new(Inside::default()));
        let (shared, act) = (inside.clone(), Arc::new(act));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (inside, act) = (shared.clone(), act.clone());
                tokio::spawn(async move { converse(stream, &inside, act.as_ref()).await });
            }
        });
        Server {
            base: base.parse().unwrap(),
            inside,
            task,
        }
    }

    pub fn base(&self) -> Url {
        self.base.clone()
    }

    /// The next request goes wrong like this; several queue up.
    pub fn next(&self, fault: Fault) {
        self.inside.lock().unwrap().faults.push_back(fault);
    }

    /// Everything that arrived, also what went wrong.
    pub fn requests(&self) -> Vec<Request> {
        self.inside.lock().unwrap().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(
    mut stream: TcpStream,
    inside: &Mutex<Inside>,
    act: &(dyn Fn(&Request) -> Reply + Send + Sync),
) {
    while let Some(request) = read(&mut stream).await {
        let fault = {
            let mut inside = inside.lock().unwrap();
            inside.requests.push(request.clone());
            inside.faults.pop_front()
        };
        let reply = match fault {
            None => act(&request),
            Some(Fault::Answer(reply)) => reply,
            Some(Fault::CutBeforeActing) => return,
            Some(Fault::CutAfterActing) => {
                act(&request);
                return;
            }
            Some(Fault::SilenceAfterActing) => {
                act(&request);
                // Until the other side hangs up.
                let _ = stream.read(&mut [0; 1]).await;
                return;
            }
        };
        if write(&mut stream, &reply).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut received = Vec::new();
    let end = loop {
        if let Some(at) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        more(stream, &mut received).await?;
    };
    let head = String::from_utf8(received[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, length)| length.parse().unwrap());
    let mut body = received.split_off(end + 4);
    while body.len() < length {
        more(stream, &mut body).await?;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body,
    })
}

async fn more(stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 16 * 1024];
    let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
    received.extend_from_slice(&piece[..read]);
    Some(())
}

async fn write(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {} Fake\r\ncontent-length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&reply.body).await
}
