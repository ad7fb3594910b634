//! Pages and posts of senders, and the page every recipient reads.

use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web;

use crate::app::App;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::channels::messages::view::SanitisedHtml;
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{BroadcastId, MemberId};
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, Flash, Posted, Reply, RouteDef};

use super::audience::{self, Audience, FilterId};
use super::forms::{Beginning, BroadcastForm, ListQuery};
use super::model::{Broadcast, BroadcastState};
use super::pages::{
    Ask, FilterLine, FiltersPage, IndexPage, Line, NewPage, Outcome, PreviewPage, Refused, ShowPage, Tab,
    to_the_second,
};
use super::policy::{self, Listing, SENDERS, Sight};
use super::queries::{self, Wanted};
use super::{actions, log, receipts};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    let senders = Access::Roles(SENDERS);
    vec![
        get("/broadcasts", senders, Rate::Standard, index),
        post("/broadcasts", senders, Rate::Strict, create),
        get("/broadcasts/new", senders, Rate::Standard, new),
        post("/broadcasts/new", senders, Rate::Medium, again),
        get("/broadcasts/preview", senders, Rate::Standard, no_preview),
        post("/broadcasts/preview", senders, Rate::Medium, preview),
        get("/broadcasts/filters", senders, Rate::Standard, filters),
        post(
            "/broadcasts/filters/{filter}/deletion",
            senders,
            Rate::Medium,
            forget_filter,
        ),
        get("/broadcasts/{broadcast}", Access::Member, Rate::Standard, show),
        post(
            "/broadcasts/{broadcast}/cancellation",
            senders,
            Rate::Medium,
            cancel,
        ),
    ]
}

async fn index(me: Me, query: web::Query<ListQuery>) -> Reply {
    let query = query.into_inner();
    let page = me.tenant(move |tx, me| index_page(tx, me, &query)).await?;
    me.visit.page(&page)
}

fn index_page(tx: &mut TenantTx<'_>, me: &Me, query: &ListQuery) -> Result<IndexPage, AppError> {
    policy::may_send_at_all(me.roles)?;
    let listing = policy::listing(me, query.by.as_deref());
    let state: Option<BroadcastState> = query.state.as_deref().and_then(|word| word.parse().ok());
    let wanted = Wanted {
        author: (listing == Listing::Mine).then_some(me.member),
        state,
        before: query.before,
    };
    let mut rows = queries::page(tx, wanted)?;
    let most = usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let authors: Vec<MemberId> = rows.iter().map(|row| row.author_id).collect();
    let cards = tenancy::member_cards(tx, &authors)?;
    let by = if listing == Listing::Mine && policy::may_list_all(me) {
        "mine"
    } else {
        ""
    };
    let address = |state: Option<BroadcastState>, by: &str, before: Option<BroadcastId>| {
        let parts = [
            state.map(|state| format!("state={state}")),
            Some(format!("by={by}")).filter(|_| !by.is_empty()),
            before.map(|id| format!("before={id}")),
        ];
        let query: Vec<String> = parts.into_iter().flatten().collect();
        if query.is_empty() {
            "/broadcasts".to_owned()
        } else {
            format!("/broadcasts?{}", query.join("&"))
        }
    };
    let tab = |label: &'static str, of: Option<BroadcastState>| Tab {
        href: address(of, by, None),
        label,
        current: of == state,
    };
    let scope = |label: &'static str, of: Listing, by: &str| Tab {
        href: address(state, by, None),
        label,
        current: listing == of,
    };
    let name = |row: &Broadcast| match row.author_id == me.member {
        true => String::new(),
        false => cards
            .get(&row.author_id)
            .map(|card| card.name.clone())
            .unwrap_or_default(),
    };
    Ok(IndexPage {
        states: vec![
            tab("All", None),
            tab("Scheduled", Some(BroadcastState::Scheduled)),
            tab("Sent", Some(BroadcastState::Sent)),
            tab("Cancelled", Some(BroadcastState::Cancelled)),
        ],
        scopes: if policy::may_list_all(me) {
            vec![
                scope("Everyone’s", Listing::All, ""),
                scope("Mine", Listing::Mine, "mine"),
            ]
        } else {
            Vec::new()
        },
        older: rows
            .last()
            .filter(|_| more)
            .map(|last| address(state, by, Some(last.id)))
            .unwrap_or_default(),
        newest: query.before.map(|_| address(state, by, None)).unwrap_or_default(),
        lines: rows
            .iter()
            .map(|row| Line::of(row, &name(row), me.zone))
            .collect(),
        log: policy::may_audit(me).is_ok(),
        shell: me.shell(tx)?,
    })
}

async fn new(me: Me, query: web::Query<Beginning>) -> Reply {
    form_page(&me, 200, query.form(), FieldErrors::default()).await
}

/// Back from the preview to the form, with everything typed.
async fn again(me: Me, posted: Posted<BroadcastForm>) -> Reply {
    form_page(&me, 200, posted.form, FieldErrors::default()).await
}

async fn no_preview(me: Me) -> Reply {
    me.visit.go("/broadcasts/new")
}

async fn form_page(me: &Me, status: u16, form: BroadcastForm, errors: FieldErrors) -> Reply {
    let page = me
        .tenant(move |tx, me| {
            let choices = audience::choices(tx)?;
            Ok(NewPage::of(me.shell(tx)?, form, errors, &choices, me.zone))
        })
        .await?;
    me.visit.page_with(status, &page)
}

async fn preview(me: Me, app: web::Data<App>, posted: Posted<BroadcastForm>) -> Reply {
    preview_page(&me, &app, posted.form, FieldErrors::default(), None).await
}

/// The preview, with what is wrong or why it must wait; the form when there is nothing to show.
async fn preview_page(
    me: &Me,
    app: &web::Data<App>,
    form: BroadcastForm,
    errors: FieldErrors,
    retry_after: Option<u64>,
) -> Reply {
    let (typed, config, status) = (form.clone(), app.config.clone(), status_of(&errors, retry_after));
    let page = me
        .tenant(move |tx, me| {
            let preview = actions::preview(tx, &config.broadcasts, form.parse(me.zone)?.new)?;
            let wait = retry_after.map(|seconds| actions::wait_in_words(seconds, tx.now(), me.zone));
            Ok(PreviewPage::of(
                me.shell(tx)?,
                form,
                Refused { errors, wait },
                preview,
                config.broadcasts.cancel_seconds,
                me.zone,
            ))
        })
        .await;
    let mut response = match page {
        Ok(page) => me.visit.page_with(status, &page)?,
        Err(AppError::Invalid(errors)) => return form_page(me, 422, typed, errors).await,
        Err(other) => return Err(other),
    };
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

fn status_of(errors: &FieldErrors, retry_after: Option<u64>) -> u16 {
    match retry_after {
        Some(_) => 429,
        None if errors.is_empty() => 200,
        None => 422,
    }
}

async fn create(me: Me, app: web::Data<App>, posted: Posted<BroadcastForm>) -> Reply {
    let (form, config, zone) = (posted.form.clone(), app.config.clone(), me.zone);
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let wish = form.parse(zone)?;
            let rule = wish.new.audience.clone();
            let broadcast = actions::create(tx, &config.broadcasts, wish.new)?;
            if let (Some(name), Audience::Filter(rule)) = (wish.save_as, rule) {
                audience::save(tx, &broadcast, &name, &rule)?;
            }
            let when = to_the_second(broadcast.send_at, tx.now(), zone);
            Ok(Answer::see_other(broadcast.path())
                .with(Flash::done(format!("It goes out {when}. You can still cancel."))))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) if !errors.of("confirm").is_empty() => {
            preview_page(&me, &app, posted.form, errors, None).await
        }
        Err(AppError::Invalid(errors)) => form_page(&me, 422, posted.form, errors).await,
        Err(AppError::RateLimited { retry_after }) => {
            preview_page(&me, &app, posted.form, FieldErrors::default(), Some(retry_after)).await
        }
        Err(other) => Err(other),
    }
}

async fn show(me: Me, id: web::Path<BroadcastId>) -> Reply {
    let id = *id;
    let page = me.tenant(move |tx, me| show_page(tx, me, id)).await?;
    me.visit.page(&page)
}

fn show_page(tx: &mut TenantTx<'_>, me: &Me, id: BroadcastId) -> Result<ShowPage, AppError> {
    let (broadcast, sight) = actions::seen_by_me(tx, id)?;
    let receipt = receipts::queries::mine(tx, id)?;
    let author = tenancy::member_cards(tx, &[broadcast.author_id])?
        .remove(&broadcast.author_id)
        .ok_or(AppError::NotFound)?;
    let at = broadcast.sent_at.unwrap_or(broadcast.send_at);
    Ok(ShowPage {
        path: broadcast.path(),
        from: author.name,
        initials: author.initials,
        hue: author.hue,
        audience: broadcast.audience_label.clone(),
        time: machine(at),
        moment: local_date_time(at, me.zone),
        state: broadcast.state.label(),
        tone: super::pages::tone(broadcast.state),
        ask: ask(receipt.as_ref(), &broadcast, me),
        beacon: receipt.is_some_and(|receipt| receipt.seen_at.is_none()),
        waits: waits(tx, &broadcast, sight, me),
        cancelled: cancelled(tx, &broadcast, me)?,
        outcome: outcome(tx, &broadcast, sight)?,
        requires_ack: broadcast.requires_ack,
        oversees: sight.oversees && policy::may_send_at_all(me.roles).is_ok(),
        body: SanitisedHtml::from_storage(broadcast.body_html),
        title: broadcast.title,
        shell: me.shell(tx)?,
    })
}

fn ask(receipt: Option<&receipts::Receipt>, broadcast: &Broadcast, me: &Me) -> Ask {
    match receipt {
        None => Ask::Nothing,
        Some(receipt) => match (broadcast.requires_ack, receipt.acknowledged_at, receipt.seen_at) {
            (true, Some(moment), _) => Ask::Done(format!(
                "You confirmed this on {}",
                local_date_time(moment, me.zone)
            )),
            (true, None, _) => Ask::Acknowledge,
            (false, _, None) => Ask::Seen,
            (false, _, Some(_)) => Ask::Nothing,
        },
    }
}

fn waits(tx: &TenantTx<'_>, broadcast: &Broadcast, sight: Sight, me: &Me) -> Option<String> {
    let when = to_the_second(broadcast.send_at, tx.now(), me.zone);
    let people = super::pages::of_people_alone(i64::from(broadcast.recipient_count));
    let waiting = broadcast.state == BroadcastState::Scheduled && sight.oversees;
    waiting.then(|| format!("This will be sent {when} to about {people}. Until then you can cancel it."))
}

fn cancelled(tx: &mut TenantTx<'_>, broadcast: &Broadcast, me: &Me) -> Result<Option<String>, AppError> {
    let Some(at) = broadcast.cancelled_at else {
        return Ok(None);
    };
    let at = local_date_time(at, me.zone);
    Ok(Some(match log::queries::reason_of(tx, broadcast.id)? {
        Some(reason) => format!("Not sent on {at}. {reason} Nobody received it."),
        None => format!("Cancelled on {at}, before it was sent. Nobody received it."),
    }))
}

fn outcome(tx: &mut TenantTx<'_>, broadcast: &Broadcast, sight: Sight) -> Result<Option<Outcome>, AppError> {
    if broadcast.state != BroadcastState::Sent || !sight.oversees {
        return Ok(None);
    }
    let nudgeable = if broadcast.requires_ack {
        receipts::queries::nudgeable(tx, broadcast)?
    } else {
        0
    };
    Ok(Some(Outcome::of(
        receipts::queries::figures(tx, broadcast.id)?,
        nudgeable,
    )))
}

async fn cancel(me: Me, app: web::Data<App>, id: web::Path<BroadcastId>, posted: Posted<Empty>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let broadcast = actions::cancel(tx, id)?;
            Ok(Answer::see_other(broadcast.path()).with(Flash::done("Cancelled. Nobody received it.")))
        })
        .await;
    match answer {
        Err(AppError::Conflict(reason)) => me
            .visit
            .go_with(&format!("/broadcasts/{id}"), Flash::problem(reason)),
        answer => answer?.reply(&me.visit),
    }
}

async fn filters(me: Me) -> Reply {
    let page = me
        .tenant(|tx, me| {
            let mut filters = Vec::new();
            for filter in audience::choices(tx)?.filters {
                filters.push(FilterLine {
                    forget: format!("/broadcasts/filters/{}/deletion", filter.id),
                    meets: audience::in_words(tx, &filter.rule)?,
                    shared: format!("Offered to everyone with the role {}", filter.shared_with.label()),
                    name: filter.name,
                });
            }
            Ok(FiltersPage {
                filters,
                shell: me.shell(tx)?,
            })
        })
        .await?;
    me.visit.page(&page)
}

async fn forget_filter(me: Me, app: web::Data<App>, id: web::Path<FilterId>, posted: Posted<Empty>) -> Reply {
    let id = *id;
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let name = audience::forget(tx, id)?;
            Ok(Answer::see_other("/broadcasts/filters").with(Flash::done(format!(
                "The filter “{name}” is gone. Broadcasts made with it are not changed."
            ))))
        })
        .await?;
    answer.reply(&me.visit)
}
