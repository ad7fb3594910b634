//! Stylesheet, scripts and icons, from inside the binary: hashed names, compressed, cached for ever.

use std::path::PathBuf;

use actix_web::http::header::{AcceptEncoding, CACHE_CONTROL, ContentEncoding, Encoding, Header as _, VARY};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::kernel::error::AppError;

use super::Reply;
use super::limits::Rate;
use super::routes::{Access, RouteDef, get};

#[path = "../../../build/join.rs"]
mod join;

/// One served file.
struct Asset {
    logical: &'static str,
    url: &'static str,
    mime: &'static str,
    pattern: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// How an asset can be answered.
static ENCODINGS: [Encoding; 3] = [
    Encoding::Known(ContentEncoding::Identity),
    Encoding::Known(ContentEncoding::Gzip),
    Encoding::Known(ContentEncoding::Brotli),
];

/// The address of an asset by its logical name, such as `css/app.css`. Unknown names answer an address that is 404.
pub fn url(logical: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.logical == logical)
        .map_or("/a/missing", |asset| asset.url)
}

/// The route that serves them.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/a/{name}", Access::Public, Rate::Unlimited, serve),
        get("/favicon.ico", Access::Public, Rate::Unlimited, favicon),
    ]
}

async fn serve(request: HttpRequest, name: web::Path<String>) -> Reply {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.url.ends_with(&format!("/{name}")))
        .ok_or(AppError::NotFound)?;
    if let Some(root) = live_root() {
        let bytes = join::read(&root, asset.pattern).map_err(|_| AppError::NotFound)?;
        return Ok(HttpResponse::Ok()
            .content_type(asset.mime)
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(bytes));
    }
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(asset.mime)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"));
    let accepted = AcceptEncoding::parse(&request).ok();
    let best = accepted.and_then(|accepted| accepted.negotiate(ENCODINGS.iter()));
    Ok(match best {
        Some(Encoding::Known(coding @ ContentEncoding::Brotli)) => {
            answer.insert_header(coding).body(asset.brotli)
        }
        Some(Encoding::Known(coding @ ContentEncoding::Gzip)) => {
            answer.insert_header(coding).body(asset.gzip)
        }
        _ => answer.body(asset.plain),
    })
}

async fn favicon() -> Reply {
    Ok(HttpResponse::PermanentRedirect()
        .insert_header(("Location", url("favicon.svg")))
        .finish())
}

/// With `WAYMARK_LIVE_ASSETS` naming the `static` folder, files are read anew at each request: no rebuild for a style.
fn live_root() -> Option<PathBuf> {
    if cfg!(debug_assertions) {
        std::env::var_os("WAYMARK_LIVE_ASSETS").map(PathBuf::from)
    } else {
        None
    }
}
