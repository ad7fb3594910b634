//! The way between a browser and the portal, and what can happen on it: a tunnel, a tower that is too far, a network that takes
//! everything and answers nothing. Browsers notice no difference to the real thing, their workers neither.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Clear,
    /// Nothing passes, and everybody notices at once.
    Cut,
    /// What is sent vanishes, and nobody hears that it does.
    Silent,
}

/// A way to a portal.
pub struct Tunnel {
    base: String,
    weather: watch::Sender<Weather>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    /// PUT requests that got through.
    puts: AtomicUsize,
    /// Answers to PUT requests that are still to be lost.
    to_lose: AtomicUsize,
}

impl Tunnel {
    /// A clear way to the portal at `base`.
    pub async fn to(base: &str) -> Self {
        let portal: SocketAddr = base.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (weather, seen) = watch::channel(Weather::Clear);
        let counts = Arc::new(Counts::default());
        let shared = counts.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, portal, seen.clone(), shared.clone()));
            }
        });
        Self {
            base: format!("http://{address}"),
            weather,
            counts,
        }
    }

    /// Where browsers find it.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The port alone, for other names of this machine.
    pub fn port(&self) -> &str {
        self.base.rsplit(':').next().unwrap()
    }

    /// Changes the weather, for connections that are open too.
    pub fn becomes(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Loses the next answer to a PUT: the portal has done it, and the browser never hears so.
    pub fn lose_an_answer(&self) {
        self.counts.to_lose.fetch_add(1, Ordering::SeqCst);
    }

    /// PUT requests that got through so far.
    pub fn puts(&self) -> usize {
        self.counts.puts.load(Ordering::SeqCst)
    }
}

async fn carry(
    mut near: TcpStream,
    portal: SocketAddr,
    mut weather: watch::Receiver<Weather>,
    counts: Arc<Counts>,
) {
    let Ok(mut far) = TcpStream::connect(portal).await else {
        return;
    };
    let (mut up, mut down) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut loses = false;
    loop {
        if *weather.borrow_and_update() == Weather::Cut {
            return;
        }
        tokio::select! {
            changed = weather.changed() => if changed.is_err() { return },
            read = near.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                if *weather.borrow() == Weather::Silent {
                    continue;
                }
                if up[..count].starts_with(b"PUT ") {
                    counts.puts.fetch_add(1, Ordering::SeqCst);
                    let one_less = |left: usize| left.checked_sub(1);
                    loses = counts.to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
                }
                if far.write_all(&up[..count]).await.is_err() { return }
            }
            read = far.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                if loses || *weather.borrow() != Weather::Clear { return }
                if near.write_all(&down[..count]).await.is_err() { return }
            }
        }
    }
}
