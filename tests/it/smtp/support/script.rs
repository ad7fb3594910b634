//! A server that says exactly what it is told to, for answers no real server should give.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// One thing the server does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Says this, byte for byte.
    Say(Vec<u8>),
    /// Reads until this was read.
    Await(&'static str),
    /// Lets time pass.
    Pause(Duration),
}

/// Says this.
pub fn say(words: impl AsRef<[u8]>) -> Act {
    Act::Say(words.as_ref().to_vec())
}

/// Starts a server for one connection. After its acts it hangs up; its task gives everything it read.
pub async fn play(acts: Vec<Act>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let playing = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        act(stream, acts).await
    });
    (address, playing)
}

async fn act(mut stream: TcpStream, acts: Vec<Act>) -> String {
    let mut read = Vec::new();
    let mut answered = 0;
    for act in acts {
        match act {
            Act::Say(words) => stream.write_all(&words).await.unwrap(),
            Act::Pause(time) => sleep(time).await,
            Act::Await(mark) => loop {
                let unanswered = &read[answered..];
                if let Some(at) = memchr::memmem::find(unanswered, mark.as_bytes()) {
                    answered += at + mark.len();
                    break;
                }
                if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                    return String::from_utf8_lossy(&read).into_owned();
                }
            },
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}
