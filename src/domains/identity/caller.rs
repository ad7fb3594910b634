//! Who calls the API: a personal token, or a session of our own pages.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};

use crate::app::App;
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, Denied};
use crate::platform::crypto;
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::web::client::Client;
use crate::platform::web::limits::{Caller as Counted, Limiter, Rate};
use crate::platform::web::{Visit, csrf};

use super::directory::Known;
use super::me;

/// Who sent this API request, and what their token allows.
#[derive(Clone)]
pub struct Caller {
    app: web::Data<App>,
    known: Arc<Known>,
    /// The scopes of the token; a session may do what its member may.
    scopes: Option<Arc<[String]>>,
    /// The request.
    pub visit: Visit,
}

impl std::ops::Deref for Caller {
    type Target = Member;
    fn deref(&self) -> &Member {
        &self.known.member
    }
}

impl Caller {
    /// The scope of this request's transactions.
    pub fn scope(&self) -> TenantScope {
        TenantScope::of_member(self.known.member.clone(), self.visit.request)
    }

    /// Whether the token has `scope`, such as `channels:read`.
    ///
    /// # Errors
    /// [`AppError::Denied`] naming the scope that is missing.
    pub fn require(&self, scope: &str) -> Result<(), AppError> {
        match &self.scopes {
            Some(scopes) if !scopes.iter().any(|held| held == scope) => {
                Err(Denied::because(format!("This token lacks the scope {scope}.")).into())
            }
            _ => Ok(()),
        }
    }

    /// Reads `work` in one transaction of this member. For writes use [`crate::platform::db::Db::once`].
    ///
    /// # Errors
    /// What `work` answers.
    pub async fn tenant<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TenantTx<'_>, &Caller) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let caller = self.clone();
        self.app
            .db
            .tenant(&self.scope(), move |tx| work(tx, &caller))
            .await
    }
}

impl FromRequest for Caller {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = request
                .app_data::<web::Data<App>>()
                .cloned()
                .ok_or(AppError::Unavailable)?;
            let (known, scopes) = match request.headers().get(AUTHORIZATION) {
                Some(value) => by_token(&app, &request, value.to_str().unwrap_or_default()).await?,
                None => (by_session(&request).await?, None),
            };
            if known.must_enrol {
                return Err(Denied::because("This organization asks people with your roles for a second factor. Set it up at /me/security first.").into());
            }
            Ok(Self {
                visit: Visit::of(&request),
                app,
                known,
                scopes,
            })
        })
    }
}

type Allowed = (Arc<Known>, Option<Arc<[String]>>);

async fn by_token(app: &App, request: &HttpRequest, header: &str) -> Result<Allowed, AppError> {
    let token = header
        .strip_prefix("Bearer ")
        .map(str::trim)
        .filter(|token| token.starts_with("wm_") && token.len() < 100);
    let bearer = match token {
        Some(token) => app.directory.bearer(crypto::digest(token)).await?,
        None => None,
    };
    // What was remembered may have expired meanwhile.
    let bearer = bearer.filter(|bearer| bearer.expires_at.is_none_or(|at| at > app.clock().now()));
    let known = match &bearer {
        Some(bearer) => app.directory.look_up(bearer.user, bearer.org).await?,
        None => None,
    };
    match (known, bearer) {
        (Some(known), Some(bearer)) => Ok((known, Some(bearer.scopes))),
        _ => Err(refused(request)),
    }
}

/// A wrong token is counted strictly for its address, so that nobody tries many.
fn refused(request: &HttpRequest) -> AppError {
    let counted = Counted::Address(Client::of(request).address);
    let verdict = request
        .app_data::<web::Data<Limiter>>()
        .map(|limiter| limiter.count(Rate::Strict, counted));
    match verdict {
        Some(Err(limited)) => limited,
        _ => AppError::SignInRequired,
    }
}

/// A browser sends its cookie wherever a page points it, so changes need the token of our own pages as well. Compared before
/// anything is waited for: nobody else's document is even read.
async fn by_session(request: &HttpRequest) -> Result<Arc<Known>, AppError> {
    if !me::has_session(request) {
        return Err(AppError::SignInRequired);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        csrf::verify_header(request)?;
    }
    me::known_by_session(request).await
}
