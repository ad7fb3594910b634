//! Forms as browsers send them.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::kernel::error::AppError;

use super::csrf;
use super::idempotency::RequestKey;
use super::typed::Typed;

/// A form without fields of its own: a question answered with yes.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct Yes {}

/// A posted form whose token was right. Handlers of posts take this (or one of its sisters for JSON and uploads), so a
/// route that forgets the token does not compile into one that works.
pub struct Posted<T> {
    /// What was sent.
    pub form: T,
    /// Key and fingerprint, for [`super::idempotency`].
    pub key: RequestKey,
}

impl<T: DeserializeOwned + 'static> FromRequest for Posted<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let body = read(&request, payload).await?;
            let fields = fields(&body)?;
            Typed::keep(&request, &fields);
            let value = |name: &str| {
                fields
                    .iter()
                    .find(|(field, _)| field == name)
                    .map_or("", |(_, value)| value.as_str())
            };
            match request.headers().contains_key(csrf::HEADER) {
                true => csrf::verify_header(&request)?,
                false => csrf::verify(&request, value("_csrf"))?,
            }
            let key = RequestKey::from_parts(&request, value("_key"), fingerprint(&request, &fields))?;
            let form = serde_html_form::from_bytes(&body)
                .map_err(|cause| AppError::BadRequest(format!("The form is incomplete: {cause}.")))?;
            Ok(Self { form, key })
        })
    }
}

/// Reads a body up to the configured limit.
///
/// # Errors
/// [`AppError::TooLarge`] beyond it.
pub async fn read(request: &HttpRequest, mut payload: Payload) -> Result<Vec<u8>, AppError> {
    let limit = request
        .app_data::<web::Data<Config>>()
        .map_or(256 * 1024, |config| config.web.body_limit);
    let too_large = || {
        AppError::TooLarge(format!(
            "That is too large: at most {} kB fit into one form.",
            limit / 1024
        ))
    };
    let announced = request
        .headers()
        .get("content-length")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        drain(&mut payload).await;
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(1024).min(limit));
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|cause| AppError::BadRequest(format!("The request broke off: {cause}.")))?;
        if body.len() + chunk.len() > limit {
            drain(&mut payload).await;
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads and drops what a browser is still sending (within reason), so that it gets to read our answer.
async fn drain(payload: &mut Payload) {
    let mut dropped = 0_usize;
    while let Some(Ok(chunk)) = payload.next().await {
        dropped += chunk.len();
        if dropped > 8 * 1024 * 1024 {
            return;
        }
    }
}

/// All fields of a urlencoded body, in order.
///
/// # Errors
/// [`AppError::BadRequest`] when a name or value is not UTF-8.
pub fn fields(body: &[u8]) -> Result<Vec<(String, String)>, AppError> {
    let decode = |bytes: &[u8]| {
        let spaced: Vec<u8> = bytes
            .iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect();
        let text = percent_decode(&spaced)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned);
        text.map_err(|_| {
            AppError::BadRequest(
                "The form contains text that is not valid UTF-8. Nothing was changed.".to_owned(),
            )
        })
    };
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            Ok((decode(name)?, decode(value.get(1..).unwrap_or_default())?))
        })
        .collect()
}

/// What was asked, without the token: the same key may not be used for something else.
pub(super) fn fingerprint(request: &HttpRequest, fields: &[(String, String)]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(request.method().as_str());
    hash.update(request.path());
    for (name, value) in fields
        .iter()
        .filter(|(name, _)| name != "_csrf" && name != "_key")
    {
        hash.update(name);
        hash.update([0]);
        hash.update(value);
        hash.update([0]);
    }
    hash.finalize().into()
}
