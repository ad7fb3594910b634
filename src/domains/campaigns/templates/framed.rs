//! Mail inside a page, with the pictures of the library it shows.

use actix_web::HttpResponse;

use crate::domains::campaigns::images::Address;
use crate::platform::web::framed;

pub use crate::platform::web::framed::allow_frames;

/// The document inside the frame.
pub fn document(html: String) -> HttpResponse {
    framed::document(with_own_images(&html))
}

/// Images of the library by their path alone: whoever looks may have come by another address than mail goes out with.
fn with_own_images(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut pieces = html.split("src=\"");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push_str("src=\"");
        let (address, rest) = piece.split_once('"').unwrap_or((piece, ""));
        let path = address.find("/i/").and_then(|at| address.get(at..));
        match path.filter(|path| Address::of_path(path).is_some()) {
            Some(path) => out.push_str(path),
            None => out.push_str(address),
        }
        if piece.len() > address.len() {
            out.push('"');
            out.push_str(rest);
        }
    }
    out
}
