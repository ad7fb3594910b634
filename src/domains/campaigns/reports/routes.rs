//! `/hooks/{organization}/{provider}`: where providers report.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::campaigns::policy::{self, LOG_READERS};
use crate::domains::campaigns::providers::model::{Kind, Provider};
use crate::domains::campaigns::providers::queries as providers;
use crate::domains::identity::Me;
use crate::kernel::error::AppError;
use crate::kernel::ids::{MemberId, OrgId, ProviderId};
use crate::platform::db::{TenantScope, TenantTx};
use crate::platform::web::form;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Reply, RouteDef, Visit};
use crate::providers::webhooks::{
    ProviderEvent, TwilioContent, TwilioSecrets, Unverified, inbound_sms, resend_event, sendgrid_events,
    sms_status, verify_sendgrid, verify_standard, verify_twilio,
};

use super::actions;
use super::pages::TextsPage;

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        post(
            "/hooks/{organization}/{provider}",
            Access::Public,
            Rate::Standard,
            report,
        ),
        post(
            "/hooks/{organization}/{provider}/texts",
            Access::Public,
            Rate::Standard,
            text,
        ),
        get(
            "/people/{member}/texts",
            Access::Roles(LOG_READERS),
            Rate::Standard,
            texts,
        ),
    ]
}

/// What somebody texted, for who may look at what they were sent.
async fn texts(me: Me, member: web::Path<MemberId>) -> Reply {
    let member = *member;
    let page = me
        .tenant(move |tx, me| {
            policy::may_read_log(tx.actor())?;
            let shell = me.shell(tx)?;
            TextsPage::read(tx, shell, me.zone, member)
        })
        .await?;
    me.visit.confidential_page(200, &page)
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct To {
    organization: OrgId,
    provider: ProviderId,
}

/// A request as signatures are made over it.
struct Asked {
    url: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Asked {
    async fn read(app: &App, request: &HttpRequest, body: web::Payload) -> Result<Self, AppError> {
        let headers = request.headers().iter();
        let headers = headers
            .filter_map(|(name, value)| Some((name.as_str().to_lowercase(), value.to_str().ok()?.to_owned())))
            .collect();
        Ok(Self {
            url: format!("{}{}", app.config.public_url.trim_end_matches('/'), request.uri()),
            query: request.query_string().to_owned(),
            headers,
            body: form::read(request, body.into_inner()).await?,
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

fn scope(visit: &Visit, to: To) -> TenantScope {
    TenantScope::of_portal(to.organization, "campaigns.reports").correlated(visit.request)
}

async fn report(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    to: web::Path<To>,
    body: web::Payload,
) -> Reply {
    let to = to.into_inner();
    let asked = Asked::read(&app, &request, body).await?;
    let portal = app.get_ref().clone();
    app.db
        .tenant(&scope(&visit, to), move |tx| {
            let provider = providers::provider(tx, to.provider)?;
            for event in events(tx, &portal, &provider, &asked)? {
                actions::heed(tx, &portal, &provider, &event)?;
            }
            Ok(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A text message that somebody sent; the answer is one to them, or none.
async fn text(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    to: web::Path<To>,
    body: web::Payload,
) -> Reply {
    let to = to.into_inner();
    let asked = Asked::read(&app, &request, body).await?;
    let portal = app.get_ref().clone();
    let answer = app
        .db
        .tenant(&scope(&visit, to), move |tx| {
            let provider = providers::provider(tx, to.provider)?;
            if provider.kind != Kind::Twilio {
                return Err(AppError::NotFound);
            }
            verify(&portal, &provider, &asked, tx.now())?;
            let sms = inbound_sms(&asked.body).map_err(|error| AppError::BadRequest(error.to_string()))?;
            actions::answer(tx, &provider, &sms)
        })
        .await?;
    let body = match answer {
        Some(words) => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message>{}</Message></Response>",
            escaped(&words)
        ),
        None => "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>".to_owned(),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .body(body))
}

fn escaped(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Believes a report by its signature; for anybody else there is no such address.
fn verify(
    app: &App,
    provider: &Provider,
    asked: &Asked,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<String, AppError> {
    let header = |name: &str| asked.header(name);
    let checked: Result<String, Unverified> = match provider.kind {
        Kind::Smtp => return Err(AppError::NotFound),
        Kind::Twilio => {
            let secrets = TwilioSecrets {
                auth_token: provider.secret(&app.keys)?,
                shared_key: None,
            };
            verify_twilio(&secrets, &asked.url, header, TwilioContent::Form(&asked.body))
                .map(|()| String::new())
        }
        Kind::SendGrid => {
            let key = provider.webhook_secret(&app.keys)?;
            verify_sendgrid(secrecy::ExposeSecret::expose_secret(&key), header, &asked.body)
                .map(|()| String::new())
        }
        Kind::Resend => {
            let secret = provider.webhook_secret(&app.keys)?;
            verify_standard(&[secret], header, &asked.body, now).map(|delivery| delivery.id)
        }
    };
    checked.map_err(|why| {
        tracing::warn!(provider = %provider.id, %why, "a report was not believed");
        AppError::NotFound
    })
}

fn events(
    tx: &mut TenantTx<'_>,
    app: &App,
    provider: &Provider,
    asked: &Asked,
) -> Result<Vec<ProviderEvent>, AppError> {
    let now = tx.now();
    let delivery = verify(app, provider, asked, now)?;
    let unreadable = |error: crate::providers::webhooks::BadEvent| AppError::BadRequest(error.to_string());
    Ok(match provider.kind {
        Kind::Smtp => Vec::new(),
        Kind::Twilio => {
            let token = asked.header("i-twilio-idempotency-token");
            sms_status(&asked.body, &asked.query, token, now)
                .map_err(unreadable)?
                .into_iter()
                .collect()
        }
        Kind::SendGrid => {
            let all = sendgrid_events(&asked.body).map_err(unreadable)?;
            all.into_iter()
                .filter_map(|event| {
                    event
                        .inspect_err(|error| tracing::warn!(provider = %provider.id, %error, "a part of a report could not be read"))
                        .ok()
                })
                .collect()
        }
        Kind::Resend => resend_event(&delivery, &asked.body)
            .map_err(unreadable)?
            .into_iter()
            .collect(),
    })
}
