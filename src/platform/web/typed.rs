//! What someone typed into a form that could not be taken: kept long enough to give it back to them.
//!
//! The body is read by the form extractor, which knows nothing of sessions and limits. [`Watched`] lets it read and keeps what passes
//! (chunks are shared, not copied), so that a refusal can still show every field. Of a large file only the beginning is kept: fields come
//! before files, and gigabytes must not stay in memory while they pass.

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
use futures_util::Stream;

use super::{form, upload};

/// Most bytes of a body that are kept while it passes.
const MOST_KEPT: usize = 4 * 1024 * 1024;

/// The fields of a refused form, in order, without tokens and secrets. In the request's extensions for the painter.
#[derive(Debug, Clone)]
pub struct Typed(pub Vec<(String, String)>);

/// The body of a posted form while it passes through; nothing for other requests.
pub struct Watched(Option<Rc<RefCell<Passing>>>);

struct Passing {
    rest: Payload,
    seen: Vec<Bytes>,
    /// Bytes in `seen`.
    kept: usize,
    /// Whether more passed than is kept.
    is_partial: bool,
    /// Once the fields are being kept, the form extractor beside us waits: the request ends with our refusal.
    is_kept: bool,
}

struct Tee(Rc<RefCell<Passing>>);

impl Stream for Tee {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut passing = self.0.borrow_mut();
        if passing.is_kept {
            return Poll::Pending;
        }
        let polled = Pin::new(&mut passing.rest).poll_next(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            passing.note(chunk);
        }
        polled
    }
}

impl Passing {
    fn note(&mut self, chunk: &Bytes) {
        // Never again after the first gap: what is kept is a beginning.
        self.is_partial |= self.kept + chunk.len() > MOST_KEPT;
        if !self.is_partial {
            self.kept += chunk.len();
            self.seen.push(chunk.clone());
        }
    }
}

impl Watched {
    /// Watches the body of `request` when it is a posted form. Extractors after this one read it as ever.
    pub fn body(request: &HttpRequest, payload: &mut Payload) -> Self {
        if request.method() != Method::POST || Kind::of(request).is_none() {
            return Self(None);
        }
        let passing = Rc::new(RefCell::new(Passing {
            rest: payload.take(),
            seen: Vec::new(),
            kept: 0,
            is_partial: false,
            is_kept: false,
        }));
        *payload = Payload::Stream {
            payload: Box::pin(Tee(passing.clone())),
        };
        Self(Some(passing))
    }

    /// Reads what is left and keeps the fields with the request. Bodies that are too large or broken keep nothing.
    pub async fn keep(self, request: &HttpRequest) {
        let Some(passing) = self.0 else { return };
        let (rest, seen, is_partial) = {
            let mut passing = passing.borrow_mut();
            passing.is_kept = true;
            let seen = std::mem::take(&mut passing.seen);
            (passing.rest.take(), seen, passing.is_partial)
        };
        let fields = match Kind::of(request) {
            Some(Kind::Urlencoded) if is_partial => return,
            Some(Kind::Urlencoded) => match form::read(request, rest).await {
                Ok(tail) => form::fields(&[seen.concat(), tail].concat()).unwrap_or_default(),
                Err(_) => return,
            },
            // What is missing in between is of a file, which is passed over.
            Some(Kind::Multipart) => upload::texts(request, seen, rest).await,
            None => return,
        };
        Typed::keep(request, &fields);
    }
}

/// How a form is written.
#[derive(Clone, Copy)]
enum Kind {
    Urlencoded,
    Multipart,
}

impl Kind {
    fn of(request: &HttpRequest) -> Option<Self> {
        let kind = request.headers().get(CONTENT_TYPE)?.as_bytes();
        let is = |name: &[u8]| kind.starts_with(name);
        if is(b"application/x-www-form-urlencoded") {
            return Some(Self::Urlencoded);
        }
        is(b"multipart/form-data").then_some(Self::Multipart)
    }
}

impl Typed {
    /// Keeps with the request what its form said, should it be refused.
    pub fn keep(request: &HttpRequest, fields: &[(String, String)]) {
        let written = fields
            .iter()
            .filter(|(name, value)| is_worth_keeping(name, value));
        request.extensions_mut().insert(Self(written.cloned().collect()));
    }
}

/// Hidden bookkeeping and secrets are not shown again; everything a person wrote is.
fn is_worth_keeping(name: &str, value: &str) -> bool {
    let secret = ["password", "code", "token"]
        .iter()
        .any(|word| name.contains(word));
    let bookkeeping = name.starts_with('_')
        || matches!(name, "next" | "return_to" | "intent" | "then" | "seen")
        || name.ends_with("_id");
    // Numbers, ids and single short words are choices, which the form makes again; sentences and names are not.
    let chosen =
        value.parse::<f64>().is_ok() || value.parse::<uuid::Uuid>().is_ok() || value.chars().count() < 3;
    !secret && !bookkeeping && !chosen && !value.trim().is_empty()
}
