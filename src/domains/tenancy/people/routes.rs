//! Pages and posts about people.

use actix_web::web;

use crate::app::App;
use crate::domains::identity::Me;
use crate::domains::{PERSON_ALIAS, PERSON_LINKS};
use crate::kernel::actor::Role;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef, Yes};

use super::actions;
use super::forms::{PeopleQuery, RolesForm};
use super::pages::{PeoplePage, PersonPage, RolesPage, StandingPage};
use super::policy::Standing;
use super::queries;

const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/people", Access::Member, Rate::Standard, list),
        get("/people/{member}", Access::Member, Rate::Standard, show),
        get("/people/{member}/roles", ADMINS, Rate::Standard, roles),
        post("/people/{member}/roles", ADMINS, Rate::Medium, change_roles),
        get(
            "/people/{member}/suspension",
            ADMINS,
            Rate::Standard,
            ask_to_suspend,
        ),
        post("/people/{member}/suspension", ADMINS, Rate::Medium, suspend),
        get(
            "/people/{member}/restoration",
            ADMINS,
            Rate::Standard,
            ask_to_restore,
        ),
        post("/people/{member}/restoration", ADMINS, Rate::Medium, restore),
        get(
            "/people/{member}/departure",
            ADMINS,
            Rate::Standard,
            ask_to_note_departure,
        ),
        post("/people/{member}/departure", ADMINS, Rate::Medium, note_departure),
    ]
}

type MemberPath = web::Path<MemberId>;

async fn list(me: Me, query: web::Query<PeopleQuery>) -> Reply {
    let query = query.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let shell = me.shell(tx)?;
            PeoplePage::read(tx, shell, me, &query)
        })
        .await?;
    me.visit.page(&page)
}

async fn show(me: Me, member: MemberPath) -> Reply {
    let shown = me
        .tenant(move |tx, me| {
            if let Some(now) = PERSON_ALIAS(tx, *member)? {
                // Who does not know of the kept person learns nothing of the record that was given up.
                queries::person(tx, now)?;
                return Ok(Err(now));
            }
            let shell = me.shell(tx)?;
            PersonPage::read(tx, shell, me, *member, PERSON_LINKS).map(Ok)
        })
        .await?;
    match shown {
        Ok(page) => me.visit.page(&page),
        Err(now) => me.visit.go(&format!("/people/{now}")),
    }
}

async fn roles(me: Me, member: MemberPath) -> Reply {
    let page = roles_page(&me, *member, None, FieldErrors::default(), String::new()).await?;
    me.visit.page(&page)
}

async fn roles_page(
    me: &Me,
    member: MemberId,
    typed: Option<RolesForm>,
    errors: FieldErrors,
    warning: String,
) -> Result<RolesPage, AppError> {
    me.tenant(move |tx, me| {
        let person = actions::administered(tx, member)?;
        Ok(RolesPage::new(
            me.shell(tx)?,
            person,
            typed.as_ref(),
            errors,
            warning,
        ))
    })
    .await
}

async fn change_roles(me: Me, app: web::Data<App>, member: MemberPath, posted: Posted<RolesForm>) -> Reply {
    let (member, form) = (*member, posted.form);
    let (typed, inside) = (form.clone(), app.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let person = actions::change_roles(tx, &inside, member, &form.parse()?)?;
            let notice = Flash::done(format!("The roles of {} have changed.", person.card.name));
            Ok(Answer::see_other(format!("/people/{member}")).with(notice))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = roles_page(&me, member, Some(typed), errors, String::new()).await?;
            me.visit.page_with(422, &page)
        }
        Err(AppError::Conflict(warning)) => {
            let page = roles_page(&me, member, None, FieldErrors::default(), warning).await?;
            me.visit.page_with(409, &page)
        }
        Err(error) => Err(error),
    }
}

async fn ask(me: Me, member: MemberId, standing: Standing) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let person = actions::administered(tx, member)?;
            Ok(StandingPage {
                shell: me.shell(tx)?,
                card: person.card,
                words: standing.words(),
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn change(
    me: Me,
    app: web::Data<App>,
    member: MemberId,
    posted: Posted<Yes>,
    standing: Standing,
) -> Reply {
    let inside = app.clone();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let person = actions::change_standing(tx, &inside, member, standing)?;
            let notice = Flash::done(format!("{} {}", person.card.name, standing.words().done));
            Ok(Answer::see_other(format!("/people/{member}")).with(notice))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn ask_to_suspend(me: Me, member: MemberPath) -> Reply {
    ask(me, *member, Standing::Suspend).await
}

async fn suspend(me: Me, app: web::Data<App>, member: MemberPath, posted: Posted<Yes>) -> Reply {
    change(me, app, *member, posted, Standing::Suspend).await
}

async fn ask_to_restore(me: Me, member: MemberPath) -> Reply {
    ask(me, *member, Standing::Restore).await
}

async fn restore(me: Me, app: web::Data<App>, member: MemberPath, posted: Posted<Yes>) -> Reply {
    change(me, app, *member, posted, Standing::Restore).await
}

async fn ask_to_note_departure(me: Me, member: MemberPath) -> Reply {
    ask(me, *member, Standing::Leave).await
}

async fn note_departure(me: Me, app: web::Data<App>, member: MemberPath, posted: Posted<Yes>) -> Reply {
    change(me, app, *member, posted, Standing::Leave).await
}
