//! `/preferences` and `/p/{link}`.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::app::App;
use crate::domains::consent::links::{Link, Opens};
use crate::domains::consent::model::{Action, Basis, Category, Channel, Method, TRANSACTIONAL};
use crate::domains::consent::policy::{self, Deciding};
use crate::domains::consent::queries::{self, Evidence, Said};
use crate::domains::consent::texts::{self, Wording};
use crate::domains::consent::{actions, scope_of, seen_by};
use crate::domains::identity::Me;
use crate::domains::people;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::crypto::KeyRing;
use crate::platform::db::TenantTx;
use crate::platform::mail::{Locale, say};
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Visit, Yes};

use super::forms::PreferencesForm;
use super::pages::{LinkedPreferencesPage, OwnPreferencesPage, Preferences};
use super::{copy, lost};
use crate::domains::consent::pages::{ended, in_tongue};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let own = vec![
        get("/preferences", Access::Member, Rate::Standard, show_own),
        post("/preferences", Access::Member, Rate::Medium, change_own),
        post(
            "/preferences/everything",
            Access::Member,
            Rate::Medium,
            leave_all_own,
        ),
        get("/p/{link}", Access::Public, Rate::Medium, show_linked),
        post("/p/{link}", Access::Public, Rate::Medium, change_linked).replayed(),
        post(
            "/p/{link}/everything",
            Access::Public,
            Rate::Medium,
            leave_all_linked,
        )
        .replayed(),
    ];
    [own, copy::routes(), lost::routes()]
        .into_iter()
        .flatten()
        .collect()
}

async fn own_page(
    me: &Me,
    app: &App,
    typed: Option<(PreferencesForm, FieldErrors)>,
) -> Result<OwnPreferencesPage, AppError> {
    let keys = app.keys.clone();
    me.tenant(move |tx, me| {
        let shell = me.shell(tx)?;
        let preferences = Preferences::read(tx, &keys, me.member, "/preferences".to_owned(), typed)?;
        Ok(OwnPreferencesPage { shell, preferences })
    })
    .await
}

async fn show_own(me: Me, app: web::Data<App>) -> Reply {
    let page = own_page(&me, &app, None).await?;
    me.visit.page(&page)
}

async fn change_own(
    me: Me,
    app: web::Data<App>,
    request: HttpRequest,
    posted: Posted<PreferencesForm>,
) -> Reply {
    let (form, typed) = (posted.form.clone(), posted.form);
    let (keys, seen) = (app.keys.clone(), seen_by(&request));
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let deciding = policy::for_oneself(tx.actor())?;
            let words = change(tx, &keys, &deciding, &form, &seen)?;
            Ok(Answer::see_other("/preferences").with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => {
            app.directory.forget_all();
            answer.reply(&me.visit)
        }
        Err(AppError::Invalid(errors)) => {
            let page = own_page(&me, &app, Some((typed, errors))).await?;
            me.visit.page_with(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn leave_all_own(me: Me, app: web::Data<App>, request: HttpRequest, posted: Posted<Yes>) -> Reply {
    let (keys, seen) = (app.keys.clone(), seen_by(&request));
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let deciding = policy::for_oneself(tx.actor())?;
            let words = leave_all(tx, &keys, &deciding, &seen)?;
            Ok(Answer::see_other("/preferences").with(Flash::done(words)))
        })
        .await?;
    answer.reply(&me.visit)
}

/// What the page of a link was asked with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LinkedQuery {
    /// What was done just now: `saved` or `left`.
    done: String,
}

async fn linked_page(
    app: &App,
    visit: &Visit,
    link: Link,
    text: &str,
    done: &str,
    typed: Option<(PreferencesForm, FieldErrors)>,
) -> Result<LinkedPreferencesPage, AppError> {
    let (keys, shell, action) = (app.keys.clone(), visit.shell(), format!("/p/{text}"));
    let done = match done {
        "saved" => "preferences-saved",
        "left" => "preferences-left",
        _ => "",
    };
    app.db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            policy::opens_preferences(&link)?;
            let preferences = Preferences::read(tx, &keys, link.member, action, typed)?;
            let mut shell = shell;
            shell.lang = preferences.locale.as_str();
            let notice = match done {
                "" => String::new(),
                id => preferences.say(id),
            };
            Ok(LinkedPreferencesPage {
                shell,
                preferences,
                notice,
            })
        })
        .await
}

async fn show_linked(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
    query: web::Query<LinkedQuery>,
) -> Reply {
    let link = match Link::read(&app.keys, &path, app.clock().now()) {
        Ok(link) => link,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let page = linked_page(&app, &visit, link, &path, &query.done, None).await?;
    visit.confidential_page(200, &page)
}

async fn change_linked(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
    posted: Posted<PreferencesForm>,
) -> Reply {
    let link = match Link::read(&app.keys, &path, app.clock().now()) {
        Ok(link) => link,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let (keys, seen, form, of) = (
        app.keys.clone(),
        seen_by(&request),
        posted.form.clone(),
        link.clone(),
    );
    let outcome = app
        .db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            let deciding = policy::opens_preferences(&of)?;
            change(tx, &keys, &deciding, &form, &seen)
        })
        .await;
    match outcome {
        Ok(_) => {
            app.directory.forget_all();
            visit.go(&format!("/p/{path}?done=saved"))
        }
        Err(AppError::Invalid(errors)) => {
            let page = linked_page(&app, &visit, link, &path, "", Some((posted.form, errors))).await?;
            visit.confidential_page(422, &page)
        }
        Err(error) => Err(error),
    }
}

async fn leave_all_linked(
    app: web::Data<App>,
    visit: Visit,
    request: HttpRequest,
    path: web::Path<String>,
    _posted: Posted<Yes>,
) -> Reply {
    let link = match Link::read(&app.keys, &path, app.clock().now()) {
        Ok(link) => link,
        Err(broken) => return ended(&visit, in_tongue(&request), broken),
    };
    let (keys, seen, of) = (app.keys.clone(), seen_by(&request), link.clone());
    app.db
        .tenant(&scope_of(&link, visit.request), move |tx| {
            let deciding = policy::opens_preferences(&of)?;
            leave_all(tx, &keys, &deciding, &seen)
        })
        .await?;
    visit.go(&format!("/p/{path}?done=left"))
}

/// What was said with one box.
struct Ticking<'a> {
    locale: Locale,
    statement: &'a str,
    seen: &'a Evidence,
    address: String,
}

impl Ticking<'_> {
    fn said(
        &self,
        tx: &mut TenantTx<'_>,
        channel: Channel,
        category: &Category,
        action: Action,
    ) -> Result<Said, AppError> {
        let name = match action {
            Action::Withdraw => "preferences/withdraw",
            _ => "preferences/grant",
        };
        let text = Wording::of_box(name, self.locale, self.statement, category, channel).kept(tx)?;
        Ok(Said {
            channel,
            category: category.key.clone(),
            action,
            basis: (action == Action::Grant).then_some(Basis::Express),
            method: Method::Preferences,
            text: Some(text),
            effective_at: tx.now(),
            expires_at: None,
            answers: None,
            evidence: Evidence {
                address: self.address.clone(),
                ..self.seen.clone()
            },
        })
    }
}

/// Does what the form says; answers what to tell about it.
fn change(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    deciding: &Deciding,
    form: &PreferencesForm,
    seen: &Evidence,
) -> Result<String, AppError> {
    let member = deciding.member();
    queries::lock(tx, member)?;
    let locale = texts::locale_of(tx, member)?;
    let situation = actions::situation(tx, keys, member)?;
    let wishes = form.parse(locale, tx.now(), situation.pauses.paused_until)?;
    let statement = texts::statement(tx, locale)?;
    let mut said = Vec::new();
    let mut returned = Vec::new();
    for category in texts::categories(tx, locale)? {
        if category.key == TRANSACTIONAL {
            continue;
        }
        for channel in Channel::ALL {
            let is_wanted = wishes.on.contains(&(*channel, category.key.clone()));
            let is_on = situation.standing(*channel, &category.key).is_allowed();
            let action = match (is_on, is_wanted) {
                (false, true) => Action::Grant,
                (true, false) => Action::Withdraw,
                _ => continue,
            };
            let address = actions::addresses(tx, member, *channel)?
                .into_iter()
                .next()
                .unwrap_or_default();
            let ticking = Ticking {
                locale,
                statement: &statement,
                seen,
                address,
            };
            said.push(ticking.said(tx, *channel, &category, action)?);
            if action == Action::Grant && !returned.contains(channel) {
                returned.push(*channel);
            }
        }
    }
    actions::write_down(tx, deciding, &said)?;
    for channel in returned {
        actions::come_back(tx, keys, deciding, channel)?;
    }
    actions::set_manner(tx, deciding, &wishes.manner)?;
    Ok(say(Locale::of(&wishes.manner.locale), "preferences-saved", &[]))
}

/// Takes everything back; answers what to tell about it.
fn leave_all(
    tx: &mut TenantTx<'_>,
    keys: &KeyRing,
    deciding: &Deciding,
    seen: &Evidence,
) -> Result<String, AppError> {
    let member = deciding.member();
    let locale = texts::locale_of(tx, member)?;
    let body = format!(
        "{}\n\n{}",
        say(locale, "preferences-everything-about", &[]),
        texts::statement(tx, locale)?
    );
    let wording = Wording {
        name: "preferences/everything",
        locale,
        body,
    };
    let (text, now) = (wording.kept(tx)?, tx.now());
    let address = people::reach(tx, member)?.email.unwrap_or_default();
    let evidence = Evidence {
        address,
        ..seen.clone()
    };
    actions::leave_everything(tx, keys, deciding, |channel| Said {
        channel,
        category: String::new(),
        action: Action::Withdraw,
        basis: None,
        method: Method::Preferences,
        text: Some(text),
        effective_at: now,
        expires_at: None,
        answers: None,
        evidence: evidence.clone(),
    })?;
    Ok(say(locale, "preferences-left", &[]))
}

/// The link to the preferences page of somebody.
pub fn link_to(keys: &KeyRing, tx: &TenantTx<'_>, member: crate::kernel::ids::MemberId) -> String {
    Link {
        org: tx.org(),
        member,
        opens: Opens::Preferences,
    }
    .written(keys, tx.now())
}
