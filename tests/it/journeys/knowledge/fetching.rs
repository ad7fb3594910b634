//! Where nothing is fetched from.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use waymark::providers::pages::{Pages, Written};
use waymark::providers::reach::{Found, Names, Reach};

use crate::support::fakes::server::{Reply, Server};

async fn refused(pages: &Pages, address: &str) -> String {
    pages.fetch(address).await.expect_err(address).to_string()
}

#[tokio::test]
async fn no_clothes_make_an_inner_address_an_outer_one() {
    let pages = Pages::new(Reach::Public).unwrap();
    for host in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a00:1::]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "localhost",
    ] {
        let why = refused(&pages, &format!("https://{host}/latest/meta-data")).await;
        assert!(why.contains("private network"), "{host}: {why}");
    }
    for address in [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
    ] {
        refused(&pages, address).await;
    }
}

#[tokio::test]
async fn no_redirect_leads_inside() {
    let server = Server::start(|request| {
        let to = match request.path.as_str() {
            "/metadata" => "http://169.254.169.254/latest",
            "/mapped" => "https://[::ffff:10.0.0.1]/",
            "/number" => "https://167772161/",
            "/file" => "file:///etc/passwd",
            "/plain" => "http://93.184.215.14/",
            "/round" => "/round",
            "/nowhere" => return Reply::new(302),
            "/on" => "/end",
            _ => {
                let mut reply = Reply::new(200).with("content-type", "text/plain");
                reply.body = b"The end".to_vec();
                return reply;
            }
        };
        Reply::new(302).with("location", to)
    })
    .await;
    let pages = Pages::new(Reach::AndThisMachine).unwrap();
    let at = |path: &str| server.base().join(path).unwrap().to_string();
    for path in ["/metadata", "/mapped", "/number"] {
        let why = refused(&pages, &at(path)).await;
        assert!(why.contains("private network"), "{path}: {why}");
    }
    for path in ["/file", "/plain", "/round", "/nowhere"] {
        refused(&pages, &at(path)).await;
    }
    let fetched = pages.fetch(&at("/on")).await.unwrap();
    assert_eq!((fetched.url.path(), fetched.text.as_str()), ("/end", "The end"));
}

/// Names that lead outside when they are first asked for, and inside ever after.
#[derive(Debug)]
struct Rebinding {
    asked: AtomicUsize,
    first: Vec<SocketAddr>,
    then: SocketAddr,
}

impl Names for Rebinding {
    fn look_up<'a>(&'a self, _: &'a str) -> Found<'a> {
        let is_first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        let found = if is_first {
            self.first.clone()
        } else {
            vec![self.then]
        };
        Box::pin(async move { Ok(found) })
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_beside_or_after_outside_is_refused() {
    let server = Server::start(|_| Reply::new(200)).await;
    let inside: SocketAddr = server.base().socket_addrs(|| None).unwrap()[0];
    let outside: SocketAddr = "93.184.215.14:443".parse().unwrap();
    let url = format!("https://rebinding.example:{}/", inside.port());
    for (first, asked) in [(vec![outside, inside], 0), (vec![outside], 1)] {
        let names = Arc::new(Rebinding {
            asked: AtomicUsize::new(asked),
            first,
            then: inside,
        });
        let pages = Pages::asking(Reach::Public, names.clone()).unwrap();
        let why = refused(&pages, &url).await;
        assert!(why.contains("private network"), "{why}");
        // Looked up once for each connection, and connected to only what that told.
        assert_eq!(names.asked.load(Ordering::SeqCst), asked + 1);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn only_pages_of_text_of_bearable_size_are_read() {
    let server = Server::start(|request| {
        let (kind, body) = match request.path.as_str() {
            "/latin" => ("text/html; charset=iso-8859-1", b"<p>caf\xe9</p>".to_vec()),
            "/said-inside" => (
                "text/html",
                b"<meta charset=\"windows-1252\"><p>\x93caf\xe9\x94</p>".to_vec(),
            ),
            "/markdown" => ("text/markdown", b"# Words".to_vec()),
            "/pdf" => ("application/pdf", b"%PDF".to_vec()),
            "/picture" => ("image/png", b"x".to_vec()),
            "/large" => ("text/plain", vec![b'x'; 6 * 1024 * 1024]),
            "/closed" => return Reply::new(403),
            _ => return Reply::new(500),
        };
        let mut reply = Reply::new(200).with("content-type", kind);
        reply.body = body;
        reply
    })
    .await;
    let pages = Pages::new(Reach::AndThisMachine).unwrap();
    let at = |path: &str| server.base().join(path).unwrap().to_string();
    assert!(pages.fetch(&at("/latin")).await.unwrap().text.contains("café"));
    assert!(
        pages
            .fetch(&at("/said-inside"))
            .await
            .unwrap()
            .text
            .contains("“café”")
    );
    assert_eq!(
        pages.fetch(&at("/markdown")).await.unwrap().written,
        Written::Plain
    );
    for (path, why) in [
        ("/pdf", "add it here as a PDF"),
        ("/picture", "no page of text"),
        ("/large", "larger than 5 MB"),
        ("/closed", "not open to everybody"),
        ("/broken", "error 500"),
    ] {
        let said = refused(&pages, &at(path)).await;
        assert!(said.contains(why), "{path}: {said}");
    }
}
