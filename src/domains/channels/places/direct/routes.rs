//! Pages and posts that begin conversations.

use actix_web::{HttpRequest, web};

use crate::app::App;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::channels::places::people::forms::{PickForm, Picker};
use crate::domains::channels::sidebar;
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::MemberId;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::actions::{self, Begun};
use super::pages::{BeginPage, DirectPage};

/// The routes. `/direct/new` comes before `/direct/{member}`, which would take it.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/direct/new", Access::Member, Rate::Standard, pick),
        post("/direct", Access::Member, Rate::Medium, begin),
        get("/direct/{member}", Access::Member, Rate::Standard, ask),
        post("/direct/{member}", Access::Member, Rate::Medium, begin_with),
    ]
}

/// The address may carry people who are ticked already.
async fn pick(me: Me, request: HttpRequest) -> Reply {
    let form: PickForm = serde_html_form::from_str(request.query_string())
        .map_err(|cause| AppError::BadRequest(format!("The address is incomplete: {cause}.")))?;
    let page = pick_page(&me, form, FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn pick_page(me: &Me, form: PickForm, errors: FieldErrors) -> Result<DirectPage, AppError> {
    me.tenant(move |tx, me| {
        Ok(DirectPage {
            picker: Picker::read(tx, form, &[me.member])?,
            groups: sidebar::groups(tx, None)?,
            shell: me.shell(tx)?,
            errors,
        })
    })
    .await
}

async fn begin(me: Me, app: web::Data<App>, posted: Posted<PickForm>) -> Reply {
    let form = posted.form.clone();
    if form.only_finds() {
        let page = pick_page(&me, form, FieldErrors::default()).await?;
        return me.visit.page(&page);
    }
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let mut people = form.people(tx)?;
            people.push(tx.my_id()?);
            let title = if people.len() > 2 {
                form.name()?
            } else {
                String::new()
            };
            Ok(answer(actions::find_or_create(tx, &people, &title)?))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = pick_page(&me, posted.form, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(other) => Err(other),
    }
}

fn answer(begun: Begun) -> Answer {
    match begun {
        Begun::New(channel) => Answer::see_other(format!("/channels/{channel}")),
        Begun::Found(channel) => Answer::see_other(format!("/channels/{channel}")).with(Flash::done(
            "You already had a conversation with exactly these people. Here it is.",
        )),
    }
}

/// The conversation when there is one; else asks, because opening an address begins nothing.
async fn ask(me: Me, member: web::Path<MemberId>) -> Reply {
    let member = *member;
    refuse_oneself(&me, member)?;
    let asked = me
        .tenant(move |tx, me| {
            let person = tenancy::person(tx, member)?;
            if let Some(channel) = actions::find(tx, &[me.member, member]).map_err(unseen)? {
                return Ok(Err(channel));
            }
            Ok(Ok(BeginPage {
                groups: sidebar::groups(tx, None)?,
                name: person.card.name,
                action: format!("/direct/{member}"),
                back: format!("/people/{member}"),
                shell: me.shell(tx)?,
            }))
        })
        .await?;
    match asked {
        Ok(page) => me.visit.page(&page),
        Err(channel) => me.visit.go(&format!("/channels/{channel}")),
    }
}

async fn begin_with(
    me: Me,
    app: web::Data<App>,
    member: web::Path<MemberId>,
    posted: Posted<Empty>,
) -> Reply {
    let member = *member;
    refuse_oneself(&me, member)?;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let me = tx.my_id()?;
            let begun = actions::find_or_create(tx, &[me, member], "").map_err(unseen)?;
            Ok(Answer::see_other(format!("/channels/{}", begun.channel())))
        })
        .await?;
    answer.reply(&me.visit)
}

fn refuse_oneself(me: &Me, member: MemberId) -> Result<(), AppError> {
    match member == me.member {
        true => Err(AppError::Conflict(
            "A conversation needs somebody else.".to_owned(),
        )),
        false => Ok(()),
    }
}

/// An address that names somebody one may not know of is no form to be mended.
fn unseen(error: AppError) -> AppError {
    match error {
        AppError::Invalid(_) => AppError::NotFound,
        other => other,
    }
}
