//! JSON that a page of ours wrote long before it is sent, perhaps days, and perhaps sends from a worker that has no page.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::kernel::error::AppError;

use super::{api, csrf, form};

/// Such a body. No token could still be fresh, so where it comes from is proved by what browsers alone write (see
/// [`csrf::verify_origin`]); what is done once is known by the id in its address.
pub struct Deferred<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Deferred<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            csrf::verify_origin(&request)?;
            let bytes = form::read(&request, payload).await?;
            serde_json::from_slice(&bytes)
                .map(Self)
                .map_err(|cause| api::unreadable(&cause))
        })
    }
}
