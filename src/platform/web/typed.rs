//! What someone typed into a form that was refused: kept long enough to give it back to them.
//!
//! The body is read by the form extractor, which knows nothing of refusals. [`watch`] lets it read and keeps what passes
//! (chunks are shared, not copied, and no more of them than fit into a form), so that whoever paints the refusal can show
//! every field: of a session that had ended, a channel that was archived meanwhile, a database that is away.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpMessage, HttpRequest};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::{form, upload};

/// How a form spells its fields.
#[derive(Clone, Copy)]
enum Spelling {
    UrlEncoded,
    Multipart,
}

impl Spelling {
    fn of(request: &HttpRequest) -> Option<Self> {
        let kind = request.headers().get(CONTENT_TYPE)?.as_bytes();
        match kind {
            _ if request.method() != Method::POST => None,
            _ if kind.starts_with(b"application/x-www-form-urlencoded") => Some(Self::UrlEncoded),
            _ if kind.starts_with(b"multipart/form-data") => Some(Self::Multipart),
            _ => None,
        }
    }
}

/// The body of a form while it passes.
struct Passing {
    spelling: Spelling,
    rest: Payload,
    seen: Vec<Bytes>,
    /// Bytes that may still be kept: what is beyond is files, or refused for its size.
    room: usize,
}

impl Passing {
    fn keep(&mut self, chunk: &Bytes) {
        let kept = chunk.slice(..chunk.len().min(self.room));
        self.room -= kept.len();
        if !kept.is_empty() {
            self.seen.push(kept);
        }
    }
}

/// Left in the request's extensions, for the painter.
struct Watched(Rc<RefCell<Passing>>);

struct Tee(Rc<RefCell<Passing>>);

impl Stream for Tee {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut passing = self.0.borrow_mut();
        let polled = Pin::new(&mut passing.rest).poll_next(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            passing.keep(chunk);
        }
        polled
    }
}

/// Watches the body of `request` when it is a posted form. Extractors after this one read it as ever.
pub fn watch(request: &HttpRequest, payload: &mut Payload) {
    let Some(spelling) = Spelling::of(request) else {
        return;
    };
    let passing = Rc::new(RefCell::new(Passing {
        spelling,
        rest: Payload::take(payload),
        seen: Vec::new(),
        room: form::limit(request),
    }));
    *payload = Payload::Stream {
        payload: Box::pin(Tee(passing.clone())),
    };
    request.extensions_mut().insert(Watched(passing));
}

/// The fields of a form that was watched and refused, in order, without tokens and secrets; reads what is left of it. Bodies
/// that are too large or broken give nothing back; of files only the fields before them.
pub async fn fields(request: &HttpRequest) -> Vec<(String, String)> {
    let Some(Watched(passing)) = request.extensions_mut().remove::<Watched>() else {
        return Vec::new();
    };
    let (spelling, rest, seen) = {
        let mut passing = passing.borrow_mut();
        (
            passing.spelling,
            Payload::take(&mut passing.rest),
            std::mem::take(&mut passing.seen),
        )
    };
    let fields = match spelling {
        Spelling::UrlEncoded => url_encoded(request, &seen, rest).await,
        Spelling::Multipart => upload::text_fields(request, whole(seen, rest)).await,
    };
    fields
        .into_iter()
        .filter(|(name, value)| is_worth_keeping(name, value))
        .collect()
}

async fn url_encoded(request: &HttpRequest, seen: &[Bytes], rest: Payload) -> Vec<(String, String)> {
    let Ok(tail) = form::read(request, rest).await else {
        return Vec::new();
    };
    form::fields(&[seen.concat(), tail].concat()).unwrap_or_default()
}

/// The body from its beginning.
fn whole(seen: Vec<Bytes>, rest: Payload) -> Payload {
    Payload::Stream {
        payload: Box::pin(futures_util::stream::iter(seen.into_iter().map(Ok)).chain(rest)),
    }
}

/// Hidden bookkeeping and secrets are not shown again; everything a person wrote is.
fn is_worth_keeping(name: &str, value: &str) -> bool {
    let secret = ["password", "code", "token"]
        .iter()
        .any(|word| name.contains(word));
    let bookkeeping = name.starts_with('_')
        || matches!(name, "next" | "return_to" | "reply_to" | "attachment")
        || name.ends_with("_id");
    !secret && !bookkeeping && !value.trim().is_empty()
}
