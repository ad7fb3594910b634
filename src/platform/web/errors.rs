//! Painting errors: as a page, as a fragment beside what was being done, or as problem+json (RFC 9457).

use std::future::Future;
use std::pin::Pin;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;

use crate::config::Config;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::text::capitalised;

use super::observe::{self, RequestId};
use super::problem::{self, name};
use super::shell::Shell;
use super::typed::Typed;
use super::visit::Visit;
use super::{headers, page};

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What is answered when nothing could paint it: status and sentence.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code())
            .content_type("text/plain; charset=utf-8")
            .body(self.to_string());
        say_how(self, &mut response);
        response
    }
}

/// Seconds after which a part that is away is asked for again.
const AWAY_FOR: u64 = 3;

/// Says to programs what would work: when to come back, where waiting helps (RFC 9110, 10.2.3), or which methods (10.2.1).
fn say_how(error: &AppError, response: &mut HttpResponse) {
    let (name, value) = match error {
        AppError::RateLimited { retry_after } => (RETRY_AFTER, (*retry_after).into()),
        AppError::Unavailable => (RETRY_AFTER, AWAY_FOR.into()),
        AppError::WrongMethod { allowed } => match HeaderValue::from_str(&allowed.join(", ")) {
            Ok(allowed) => (ALLOW, allowed),
            Err(_) => return,
        },
        _ => return,
    };
    response.headers_mut().insert(name, value);
}

/// The frame of a member's pages, left with a request whose error is to be shown inside it.
struct Framed(Shell);

/// Draws the frame around pages of the member who sent a request; none when nobody is signed in.
pub type Framing = fn(HttpRequest) -> Pin<Box<dyn Future<Output = Option<Shell>>>>;

/// Keeps people who are signed in inside the portal when something goes wrong: draws the frame for the painter, who comes
/// too late to know the session.
///
/// # Errors
/// Passes on what the inner service answers.
pub async fn frame<B: MessageBody + 'static>(
    framing: web::Data<Framing>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let response = next.call(request).await?;
    let error = response.response().error();
    let is_theirs = error
        .and_then(|error| error.as_error::<AppError>())
        .is_some_and(|error| !matches!(error.status(), 401 | 429 | 500..));
    let request = response.request();
    if is_theirs && !request.path().starts_with("/api") && !Visit::of(request).partial {
        let shell = framing(request.clone()).await;
        if let Some(shell) = shell {
            request.extensions_mut().insert(Framed(shell));
        }
    }
    Ok(response)
}

/// Paints the error of an answer, and logs the cause of unexpected ones once.
///
/// # Errors
/// Those of middlewares further in that lost their request, such as a session that cannot be read; they are painted too.
pub async fn paint<B: MessageBody + 'static>(
    config: web::Data<Config>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let visit = Visit::of(request.request());
    let response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => return Err(lost(&visit, &config, &error)),
    };
    let status = response.status();
    let Some(error) = response.response().error() else {
        return Ok(response);
    };
    let painted = match error.as_error::<AppError>() {
        Some(error) => painted(response.request(), error),
        None if status == StatusCode::NOT_FOUND => painted(response.request(), &AppError::NotFound),
        None if status.is_client_error() => painted(
            response.request(),
            &AppError::BadRequest(sentence(&error.to_string())),
        ),
        None => painted(
            response.request(),
            &AppError::Unexpected(anyhow::anyhow!("{error}")),
        ),
    };
    Ok(response.into_response(painted))
}

fn sentence(cause: &str) -> String {
    format!("The request can't be read: {}.", cause.trim_end_matches('.'))
}

/// Left in a request's extensions by a refusal that a browser should be led around: to the page where its cause is mended.
#[derive(Debug, Clone, Copy)]
pub struct Detour(pub &'static str);

fn painted(request: &HttpRequest, error: &AppError) -> HttpResponse {
    if let AppError::Unexpected(cause) = error {
        tracing::error!(request.id = %RequestId::of(request), cause = format!("{cause:#}"), "unexpected");
    }
    let visit = Visit::of(request);
    let mut response = if is_program(request) {
        problem::of(request.path(), RequestId::of(request), error)
    } else {
        page_or_part(request, &visit, error)
    };
    say_how(error, &mut response);
    response
}

/// Whether whoever asks wants JSON: programs, and scripts of ours that say so.
fn is_program(request: &HttpRequest) -> bool {
    let accepted = request.headers().get("accept").map(HeaderValue::as_bytes);
    request.path().starts_with("/api") || accepted == Some(b"application/json".as_slice())
}

/// The answer to a request that no longer exists, with the headers that it can get nowhere else.
fn lost(visit: &Visit, config: &Config, error: &actix_web::Error) -> actix_web::Error {
    let known = error.as_error::<AppError>().unwrap_or_else(|| {
        tracing::error!(request.id = %visit.request, %error, "a request failed before its handler");
        &AppError::Unavailable
    });
    let drawn = match visit.path.starts_with("/api") {
        true => Ok(problem::of(&visit.path, visit.request, known)),
        false if visit.partial => part(visit, known),
        false => whole(visit, known, None, (Vec::new(), None)),
    };
    let mut response = drawn.unwrap_or_else(|_| known.error_response());
    say_how(known, &mut response);
    headers::add(response.headers_mut(), config);
    observe::sign(response.headers_mut(), visit.request);
    InternalError::from_response(known.to_string(), response).into()
}

/// A link on an error page.
pub struct ErrorLink {
    href: String,
    label: &'static str,
}

/// What an error page says, in the frame of a member's pages or in that of visitors.
struct ErrorText {
    shell: Shell,
    status: u16,
    title: &'static str,
    what_happened: String,
    what_to_do: &'static str,
    links: Vec<ErrorLink>,
    typed: Vec<TypedField>,
}

#[derive(Template)]
#[template(path = "errors/gate.html")]
struct GatePage {
    error: ErrorText,
    shell: Shell,
}

#[derive(Template)]
#[template(path = "errors/page.html")]
struct MemberPage {
    error: ErrorText,
    shell: Shell,
}

#[derive(Template)]
#[template(path = "errors/_part.html")]
struct ErrorPart {
    status: u16,
    what_happened: String,
    fields: FieldErrors,
    request_id: String,
}

fn page_or_part(request: &HttpRequest, visit: &Visit, error: &AppError) -> HttpResponse {
    // Who typed something is not led away from it.
    let typed = typed(request);
    let detour = request.extensions().get::<Detour>().map(|detour| detour.0);
    if let Some(to) = detour.filter(|_| typed.is_empty()) {
        return visit.go(to).unwrap_or_else(|_| error.error_response());
    }
    let signed_out = matches!(error, AppError::SignInRequired);
    if signed_out && !visit.partial && !is_post(request) {
        return visit
            .go(&sign_in_address(&visit.path))
            .unwrap_or_else(|_| error.error_response());
    }
    let drawn = match visit.partial {
        true => part(visit, error),
        false if signed_out => signed_out_page(request, visit, typed),
        false => {
            let framed = request.extensions_mut().remove::<Framed>();
            let came_from = came_from(request).filter(|_| is_post(request));
            whole(visit, error, framed, (typed, came_from))
        }
    };
    drawn.unwrap_or_else(|_| error.error_response())
}

fn is_post(request: &HttpRequest) -> bool {
    request.method() == actix_web::http::Method::POST
}

fn sign_in_address(next: &str) -> String {
    format!(
        "/sign-in?next={}",
        percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC)
    )
}

/// A field of a form that could not be sent.
struct TypedField {
    label: String,
    value: String,
    rows: usize,
}

#[derive(Template)]
#[template(path = "errors/signed_out.html")]
struct SignedOutPage {
    shell: Shell,
    sign_in: String,
    typed: Vec<TypedField>,
}

/// The path of the page that a form was sent from, as its browser says.
fn came_from(request: &HttpRequest) -> Option<String> {
    let referer = request.headers().get("referer")?.to_str().ok()?;
    Some(url::Url::parse(referer).ok()?.path().to_owned())
}

/// A form came from someone whose session had ended: what they typed is given back, and the way to the page it came from.
fn signed_out_page(request: &HttpRequest, visit: &Visit, typed: Vec<TypedField>) -> super::Reply {
    let came_from = came_from(request).unwrap_or_else(|| "/".to_owned());
    let page = SignedOutPage {
        shell: visit.shell(),
        sign_in: sign_in_address(&came_from),
        typed,
    };
    page::html(401, &page)
}

/// What the refused form said, to be copied.
fn typed(request: &HttpRequest) -> Vec<TypedField> {
    let kept = request
        .extensions()
        .get::<Typed>()
        .map(|typed| typed.0.clone())
        .unwrap_or_default();
    let field = |(name, value): (String, String)| TypedField {
        label: in_words(&name),
        rows: value.lines().count().clamp(1, 16),
        value,
    };
    kept.into_iter().map(field).collect()
}

/// `display_name` as `Display name`. A name that is made of an id, such as that of a question, says nothing.
fn in_words(name: &str) -> String {
    let own = name
        .split_once('-')
        .filter(|(_, id)| id.parse::<uuid::Uuid>().is_ok());
    match own {
        Some(_) => "What you wrote".to_owned(),
        None => capitalised(&name.replace(['_', '-'], " ")),
    }
}

fn part(visit: &Visit, error: &AppError) -> super::Reply {
    let fields = if let AppError::Invalid(errors) = error {
        errors.clone()
    } else {
        FieldErrors::default()
    };
    let part = ErrorPart {
        status: error.status(),
        what_happened: error.to_string(),
        fields,
        request_id: visit.request.to_string(),
    };
    let mut response = page::html(error.status(), &part)?;
    for (name, value) in [("hx-retarget", "[data-toasts]"), ("hx-reswap", "beforeend")] {
        response.headers_mut().insert(
            actix_web::http::header::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    Ok(response)
}

fn whole(
    visit: &Visit,
    error: &AppError,
    framed: Option<Framed>,
    (typed, came_from): (Vec<TypedField>, Option<String>),
) -> super::Reply {
    let shell = framed.map(|framed| framed.0);
    let back = came_from.map(|href| ErrorLink {
        href,
        label: "Back to where you were",
    });
    let home = [("/", "Go to the start page"), ("/help", "Open the help pages")];
    let home = home.map(|(href, label)| ErrorLink {
        href: href.to_owned(),
        label,
    });
    let text = ErrorText {
        shell: visit.shell(),
        status: error.status(),
        title: name(error).1,
        what_happened: error.to_string(),
        what_to_do: advice(error),
        links: back.into_iter().chain(home).collect(),
        typed,
    };
    match shell {
        Some(shell) => page::html(text.status, &MemberPage { shell, error: text }),
        None => page::html(
            text.status,
            &GatePage {
                shell: visit.shell(),
                error: text,
            },
        ),
    }
}

const fn advice(error: &AppError) -> &'static str {
    match error {
        AppError::BadRequest(_) | AppError::Invalid(_) | AppError::TooLarge(_) => {
            "Go back, change what is named above, and send it again."
        }
        AppError::SignInRequired => "Sign in and you come back to this page.",
        AppError::Denied(_) => {
            "If you think you should be able to do this, ask an admin of your organization."
        }
        AppError::NotFound | AppError::Gone | AppError::WrongMethod { .. } => {
            "Check the address, or start from the page you came from."
        }
        AppError::Conflict(_) => "Reload the page to see how things stand, then try again.",
        AppError::RateLimited { .. } => "Nothing was changed by this request.",
        AppError::Unexpected(_) => {
            "It has been written to the log. Try again; if it keeps happening, tell an admin the number below."
        }
        AppError::Unavailable => "Reload this page in a few seconds.",
    }
}
