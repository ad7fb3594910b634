//! A server with just enough pages to try the harness on.

use actix_web::cookie::Cookie;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::json;

const GOOD: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Good page</title>
<link rel="icon" href="data:,"><style>body { background: #fff; color: #111 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #fff } }</style></head>
<body><main><h1>Good page</h1><p id="script">Scripts are off</p>
<noscript><p>You can do everything without scripts.</p></noscript>
<form action="/echo" method="post"><label for="name">Your name</label>
<input id="name" name="name" autocomplete="name"><label>Team <select name="team"><option value="a">Alpha</option>
<option value="b">Beta</option></select></label><button>Send it</button></form>
<button type="button" id="ask">Ask the server</button><p id="answer" role="status"></p></main>
<script src="/script.js"></script></body></html>"#;

const BAD: &str = r#"<!doctype html><html lang="en"><head><title>Bad page</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>Bad page</h1><img src="data:," width="900" height="10"><p style="color:#ccc;background:#fff">Faint</p>
<input name="nameless"></main><script>throw new Error('broken on purpose')</script></body></html>"#;

const SCRIPT: &str = "
document.getElementById('script').textContent = 'Scripts are on';
document.getElementById('ask').addEventListener('click', async () => {
  const answer = document.getElementById('answer');
  try { answer.textContent = await (await fetch('/word')).text(); }
  catch (error) { answer.textContent = 'No network'; }
});";

const FORMS: &str = r#"<!doctype html><title>Forms</title><h1>Forms</h1><p hidden>A secret</p>
<form id="all" action="/echo?from=forms" method="post" hx-post="/partial">
<input type="hidden" name="token" value="t&amp;1"><input name="word" value="before">
<input name="off" value="x" disabled><fieldset disabled><input name="fenced" value="x"></fieldset>
<input type="checkbox" name="news" checked><input type="checkbox" name="days" value="mo"><input type="checkbox" name="days" value="tu" checked>
<input type="radio" name="size" value="s" checked><input type="radio" name="size" value="l">
<select name="team"><option>Alpha</option><option value="b">Beta</option></select>
<select name="tags" multiple><option value="1" selected>One</option><option value="2">Two</option></select>
<textarea name="note">
first
second</textarea><button name="do" value="save">Save</button><button name="do" value="drop" formaction="/drop">Drop</button></form>
<input name="outside" value="in" form="all">
<form id="search" action="/echo"><input name="q"></form>
<form id="upload" action="/echo" method="post" enctype="multipart/form-data"><input name="title"><input type="file" name="file"><button>Upload</button></form>
<a href="/hop">Onward</a>"#;

/// Starts the server and returns its address.
pub async fn start() -> String {
    let server = HttpServer::new(|| {
        App::new()
            .route("/good", web::get().to(|| page(GOOD)))
            .route("/bad", web::get().to(|| page(BAD)))
            .route("/forms", web::get().to(|| page(FORMS)))
            .route(
                "/script.js",
                web::get().to(|| async { HttpResponse::Ok().content_type("text/javascript").body(SCRIPT) }),
            )
            .route("/word", web::get().to(|| async { "A word from the server" }))
            .route("/sign-in", web::post().to(sign_in))
            .route("/me", web::get().to(me))
            .route("/hop", web::get().to(|| async { see_other("/hop2") }))
            .route("/hop2", web::get().to(|| async { see_other("/me") }))
            .route("/api/notes", web::post().to(api))
            .default_service(web::to(echo))
    })
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    format!("http://{address}/")
}

async fn page(html: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::html()).body(html)
}

fn see_other(target: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, target))
        .finish()
}

async fn sign_in() -> HttpResponse {
    let mut answer = see_other("/me");
    let cookie = Cookie::build("session", "ada").http_only(true).path("/").finish();
    answer.add_cookie(&cookie).unwrap();
    answer
}

async fn me(request: HttpRequest) -> HttpResponse {
    match request.cookie("session") {
        Some(session) => HttpResponse::Ok().body(format!("<h1>Hello {}</h1>", session.value())),
        None => HttpResponse::Forbidden().body("<h1>Who are you?</h1>"),
    }
}

/// Says back what was asked: the line, the headers, the body.
async fn echo(request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut said = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        said += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    }
    said += &String::from_utf8_lossy(&body);
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(said)
}

async fn api(request: HttpRequest, body: web::Json<serde_json::Value>) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match header("authorization") {
        Some("Bearer good") => HttpResponse::Created().json(json!({
            "note": *body, "key": header("idempotency-key"), "cookie": header("cookie"),
        })),
        _ => HttpResponse::Unauthorized()
            .content_type("application/problem+json")
            .body(json!({ "type": "https://example.org/problems/unauthorized", "status": 401 }).to_string()),
    }
}
