//! What one request looks like before anyone knows who sent it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::DynTemplate;
use uuid::Uuid;

use super::observe::RequestId;
use super::shell::{Flash, Shell, form_key};
use super::{csrf, flash, page};
use crate::config::Config;
use crate::kernel::error::AppError;
use crate::platform::web::Reply;

/// Cookie holding the chosen theme.
pub const THEME_COOKIE: &str = "waymark_theme";

/// One request: theme, token, id, and whether only a part of a page is wanted.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Id of the request.
    pub request: Uuid,
    /// Path with query.
    pub path: String,
    /// Whether htmx or our own script wants a fragment.
    pub partial: bool,
    /// Whether people reach the portal over HTTPS.
    pub https: bool,
    theme: &'static str,
    csrf: String,
    flash: Option<Flash>,
}

impl Visit {
    /// Reads the request.
    pub fn of(request: &HttpRequest) -> Self {
        let chosen = request
            .cookie(THEME_COOKIE)
            .map(|cookie| cookie.value().to_owned());
        let theme = ["light", "dark"]
            .into_iter()
            .find(|theme| chosen.as_deref() == Some(*theme))
            .unwrap_or("system");
        let partial = request
            .headers()
            .get("HX-Request-Type")
            .is_some_and(|kind| kind.as_bytes() == b"partial");
        let path = request
            .uri()
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string);
        Self {
            request: RequestId::of(request),
            path,
            partial,
            https: request
                .app_data::<web::Data<Config>>()
                .is_some_and(|config| config.is_https()),
            theme,
            csrf: csrf::token(request),
            flash: flash::peek(request),
        }
    }

    /// The shell of a page nobody needs to be signed in for.
    pub fn shell(&self) -> Shell {
        Shell {
            theme: self.theme,
            lang: "en",
            csrf: self.csrf.clone(),
            key: form_key(),
            path: self.path.clone(),
            request_id: self.request.to_string(),
            flash: self.flash.clone(),
            person: None,
            nav: Vec::new(),
            javascript: true,
        }
    }

    /// A page with status 200. Takes the notice away that it has shown.
    ///
    /// # Errors
    /// When the template fails.
    pub fn page(&self, template: &dyn DynTemplate) -> Reply {
        self.page_with(200, template)
    }

    /// A page with another status, such as 422 for a form that came back.
    ///
    /// # Errors
    /// When the template fails.
    pub fn page_with(&self, status: u16, template: &dyn DynTemplate) -> Reply {
        let mut response = page::html(status, template)?;
        if self.flash.is_some() && !self.partial {
            flash::clear(&mut response);
        }
        Ok(response)
    }

    /// A page about somebody that no browser keeps, not even for going back: phones are lent and lost.
    ///
    /// # Errors
    /// When the template fails.
    pub fn confidential_page(&self, status: u16, template: &dyn DynTemplate) -> Reply {
        let mut response = self.page_with(status, template)?;
        let no_store = HeaderValue::from_static("no-store");
        response.headers_mut().insert(CACHE_CONTROL, no_store);
        Ok(response)
    }

    /// 303 to another page with a notice; for fragments an empty answer that tells htmx to go there.
    ///
    /// # Errors
    /// None today; a `Reply` so that handlers can end with it.
    pub fn go_with(&self, to: &str, notice: Flash) -> Reply {
        let mut response = self.redirect(to);
        flash::put(&mut response, &notice, self.https);
        Ok(response)
    }

    /// 303 to another page.
    ///
    /// # Errors
    /// As [`Visit::go_with`].
    pub fn go(&self, to: &str) -> Reply {
        Ok(self.redirect(to))
    }

    fn redirect(&self, to: &str) -> HttpResponse {
        if self.partial {
            return HttpResponse::Ok().insert_header(("HX-Redirect", to)).finish();
        }
        HttpResponse::SeeOther().insert_header(("Location", to)).finish()
    }
}

impl FromRequest for Visit {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
