//! `/preferences/link`: a link to one's preferences, for who has no message at hand. It answers the same to everybody.

use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::domains::consent::links::{Link, Opens};
use crate::domains::consent::pages::in_tongue;
use crate::domains::consent::queries;
use crate::kernel::error::AppError;
use crate::kernel::validate::Check;
use crate::platform::db::SystemTask;
use crate::platform::mail::{self, Letter, Locale, Mailbox, say};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Posted, Reply, RouteDef, Shell, Visit};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/preferences/link", Access::Public, Rate::Standard, show),
        post("/preferences/link", Access::Public, Rate::Strict, send).replayed(),
    ]
}

/// `/preferences/link`
#[derive(Template)]
#[template(path = "consent/lost.html")]
struct LostPage {
    shell: Shell,
    locale: Locale,
    email: String,
    error: String,
    is_sent: bool,
}

impl LostPage {
    fn say(&self, id: &str) -> String {
        say(self.locale, id, &[])
    }
}

fn page(visit: &Visit, locale: Locale, email: String, error: String, is_sent: bool) -> LostPage {
    let mut shell = visit.shell();
    shell.lang = locale.as_str();
    LostPage {
        shell,
        locale,
        email,
        error,
        is_sent,
    }
}

async fn show(visit: Visit, request: HttpRequest) -> Reply {
    visit.page(&page(
        &visit,
        in_tongue(&request),
        String::new(),
        String::new(),
        false,
    ))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LostForm {
    email: String,
}

async fn send(app: web::Data<App>, visit: Visit, request: HttpRequest, posted: Posted<LostForm>) -> Reply {
    let locale = in_tongue(&request);
    let mut check = Check::default();
    let email = check.email("email", &posted.form.email);
    if check.finish(|| ()).is_err() {
        let error = say(locale, "lost-wrong", &[]);
        return visit.page_with(422, &page(&visit, locale, posted.form.email, error, false));
    }
    let (app, wanted) = (app.get_ref().clone(), email);
    app.db
        .clone()
        .system(SystemTask::SignIn, move |tx| post_links(tx, &app, &wanted))
        .await?;
    visit.page(&page(&visit, locale, String::new(), String::new(), true))
}

/// One letter for each organization that knows the address.
fn post_links(tx: &mut crate::platform::db::SystemTx<'_>, app: &App, email: &str) -> Result<(), AppError> {
    let now = tx.now();
    for found in queries::known_by_address(tx, email)? {
        let link = Link {
            org: found.org,
            member: found.member,
            opens: Opens::Preferences,
        };
        let address = format!("{}/p/{}", app.config.public_url, link.written(&app.keys, now));
        let to = Mailbox {
            name: found.name,
            email: email.to_owned(),
        };
        let values = [("organization", found.organization)];
        let letter = Letter::new(to, Locale::of(&found.locale), "preferences-link", &values)
            .action("preferences-link-action", address)
            .closing("preferences-link-closing", &[]);
        mail::post_as_system(tx, &app.config, &letter)?;
    }
    Ok(())
}
