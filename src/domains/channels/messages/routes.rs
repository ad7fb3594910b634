//! Pages and posts of a conversation.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::domains::channels::model::Place;
use crate::domains::channels::reading::queries as reading;
use crate::domains::channels::{attachments, policy, queries as channel_queries, sidebar};
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MessageId};
use crate::kernel::time::local_date_time;
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post, put};
use crate::platform::web::{Access, Answer, Posted, PostedFiles, Reply, RouteDef, page};

use super::actions::{self, Pin};
use super::forms::{DeleteForm, DraftForm, EditForm, MessageForm, ReactionForm, Since, Window};
use super::menu::Menu;
use super::model::{IdTaken, Message};
use super::pages::{self, DeletePage, Delta, EditPage, HistoryPage, PinsPage};
use super::posting::{self, Said};
use super::queries;
use super::view::{self, Frame, SanitisedHtml};

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get("/channels/{channel}", Access::Member, Rate::Standard, show),
        get("/channels/{channel}/since", Access::Member, Rate::Standard, since),
        get("/channels/{channel}/pins", Access::Member, Rate::Standard, pins),
        post(
            "/channels/{channel}/messages",
            Access::Member,
            Rate::Medium,
            create,
        ),
        put(
            "/channels/{channel}/draft",
            Access::Member,
            Rate::Standard,
            keep_draft,
        ),
        post(
            "/channels/{channel}/draft",
            Access::Member,
            Rate::Standard,
            keep_draft,
        ),
        get(
            "/channels/{channel}/messages/{message}/edit",
            Access::Member,
            Rate::Standard,
            edit_page,
        ),
        post(
            "/channels/{channel}/messages/{message}",
            Access::Member,
            Rate::Medium,
            edit,
        ),
        get(
            "/channels/{channel}/messages/{message}/history",
            Access::Member,
            Rate::Standard,
            history,
        ),
        get(
            "/channels/{channel}/messages/{message}/deletion",
            Access::Member,
            Rate::Standard,
            delete_page,
        ),
        post(
            "/channels/{channel}/messages/{message}/deletion",
            Access::Member,
            Rate::Medium,
            delete,
        ),
        post(
            "/channels/{channel}/messages/{message}/reactions",
            Access::Member,
            Rate::Medium,
            react,
        ),
        post(
            "/channels/{channel}/messages/{message}/pin",
            Access::Member,
            Rate::Medium,
            pin,
        ),
        post(
            "/channels/{channel}/messages/{message}/unpin",
            Access::Member,
            Rate::Medium,
            unpin,
        ),
    ]
}

type MessagePath = web::Path<(ChannelId, MessageId)>;

async fn show(me: Me, channel: web::Path<ChannelId>, window: web::Query<Window>) -> Reply {
    let (channel, window) = (*channel, window.into_inner());
    let page = me
        .tenant_keeping_plans(move |tx, me| {
            let place = channel_queries::my_place(tx, channel)?;
            let shell = me.shell(tx)?;
            pages::show(tx, me, shell, &place, &window, None)
        })
        .await?;
    me.visit.page(&page)
}

/// What changed since the revision a page knows: 204 for nothing, 200 with rows, 205 when the pane must be drawn anew,
/// 410 when the reader is no longer in the channel, 404 when nobody remembers that they were.
async fn since(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    query: web::Query<Since>,
) -> Reply {
    let (channel, rev) = (*channel, query.rev);
    if app.proofs.nothing_new(app.db.signals(), me.member, channel, rev) {
        return Ok(HttpResponse::NoContent().finish());
    }
    let was_inside = app.proofs.knew(me.member, channel);
    let (proven_rev, body) = me
        .tenant_keeping_plans(move |tx, me| {
            let place = match channel_queries::my_place(tx, channel) {
                Err(AppError::NotFound) if was_inside => return Err(AppError::Gone),
                place => place?,
            };
            let delta = delta(tx, me, &place, rev)?;
            Ok((place.channel.rev, delta))
        })
        .await?;
    // What was committed between looking at the place and at the messages is told with its revision; that the reader is inside
    // is known at the place's only.
    let now_rev = match &body {
        Changes::Rows { newest, .. } => proven_rev.max(*newest),
        Changes::Nothing | Changes::TooMany => proven_rev,
    };
    app.db.signals().raise(channel.0, now_rev);
    app.proofs.remember(me.member, channel, proven_rev);
    let mut answer = match &body {
        Changes::Nothing => HttpResponse::NoContent(),
        Changes::TooMany => HttpResponse::ResetContent(),
        Changes::Rows { .. } => HttpResponse::Ok(),
    };
    answer.insert_header(("X-Rev", now_rev.to_string()));
    Ok(match body {
        Changes::Rows {
            html,
            unread,
            mentions,
            ..
        } => answer
            .insert_header(("X-Unread", unread.to_string()))
            .insert_header(("X-Mentions", mentions.to_string()))
            .content_type("text/html; charset=utf-8")
            .body(html),
        _ => answer.finish(),
    })
}

enum Changes {
    Nothing,
    TooMany,
    Rows {
        html: String,
        unread: i64,
        mentions: i64,
        /// The newest revision among them.
        newest: i64,
    },
}

fn delta(tx: &mut TenantTx<'_>, me: &Me, place: &Place, rev: i64) -> Result<Changes, AppError> {
    if rev < place.channel.purged_rev {
        return Ok(Changes::TooMany);
    }
    let mut messages = queries::changed_since(tx, place.channel.id, place.membership.visible_from_seq, rev)?;
    if messages.is_empty() {
        return Ok(Changes::Nothing);
    }
    if messages.len() > usize::try_from(queries::DELTA).unwrap_or(usize::MAX) {
        return Ok(Changes::TooMany);
    }
    let newest = messages.iter().map(|message| message.rev).max().unwrap_or(rev);
    messages.sort_by_key(|message| message.seq);
    let totals = reading::totals(tx)?;
    Ok(Changes::Rows {
        html: rows_html(tx, &Frame::of(me, place), &messages)?,
        unread: totals.waiting(),
        mentions: totals.mentions,
        newest,
    })
}

fn rows_html(tx: &mut TenantTx<'_>, frame: &Frame<'_>, messages: &[Message]) -> Result<String, AppError> {
    let rows = view::rows(tx, frame, messages)?;
    page::render(&Delta { rows })
}

/// The answer to a change of one message: its row for open pages, its place in the conversation for others.
///
/// # Errors
/// [`AppError::NotFound`] outside the channel.
pub fn changed(
    tx: &mut TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    message: &Message,
) -> Result<Answer, AppError> {
    if !me.visit.partial {
        return Ok(Answer::see_other(format!(
            "/channels/{channel}?at={}#m-{}",
            message.seq, message.id
        )));
    }
    let place = channel_queries::my_place(tx, channel)?;
    let frame = Frame::of(me, &place);
    Ok(Answer::fragment(rows_html(
        tx,
        &frame,
        std::slice::from_ref(message),
    )?))
}

/// Files that come with the message are taken in first; what is wrong with one keeps the text and the others.
async fn create(
    me: Me,
    app: web::Data<App>,
    channel: web::Path<ChannelId>,
    posted: PostedFiles<MessageForm>,
) -> Reply {
    let PostedFiles {
        mut form,
        files,
        mut refused,
        key,
    } = posted;
    let channel = *channel;
    let taken = attachments::intake::take(&app, &me.scope(), channel, form.id(key)?.0, files).await?;
    form.attachment
        .extend(taken.files.iter().map(|file| file.id.to_string()));
    refused.extend(taken.refused);
    let (visitor, typed) = (me.clone(), form.clone());
    if !refused.is_empty() {
        let mut errors = FieldErrors::default();
        errors.add("files", refused.join(" "));
        return not_sent(&me, channel, typed, errors).await;
    }
    // Not kept under the idempotency key: the message's own id makes it happen once, and its row is drawn as it is now.
    let outcome = app
        .db
        .tenant(&me.scope().keeping_plans(), move |tx| {
            // A script makes an id for each message. Without one, a page the browser had kept sends the id of its last message.
            let taken = match visitor.visit.partial {
                true => IdTaken::Refuse,
                false => IdTaken::PostAnew,
            };
            posting::post(tx, channel, &form.parse(key, taken)?)
        })
        .await;
    match outcome {
        Ok(said) => answer_to(&me, &app, channel, said).await,
        Err(AppError::Invalid(errors)) => not_sent(&me, channel, typed, errors).await,
        Err(other) => Err(other),
    }
}

/// The message's row, drawn after it was posted: while it is posted, everybody who writes there waits.
async fn answer_to(me: &Me, app: &App, channel: ChannelId, said: Said) -> Reply {
    if !me.visit.partial {
        let id = said.message().id;
        return Answer::see_other(format!("/channels/{channel}?latest#m-{id}")).reply(&me.visit);
    }
    if let Said::Now(fresh) = &said
        && let Some(row) = view::plain_new_row(me, fresh, app.clock().now())
    {
        return Answer::fragment(page::render(&Delta { rows: vec![row] })?).reply(&me.visit);
    }
    let answer = me.tenant_keeping_plans(move |tx, me| match said {
        Said::Now(fresh) => {
            let frame = Frame::of_new(me, &fresh.place);
            Ok(Answer::fragment(rows_html(
                tx,
                &frame,
                std::slice::from_ref(&fresh.message),
            )?))
        }
        Said::Before(message) => changed(tx, me, channel, &message),
    });
    answer.await?.reply(&me.visit)
}

/// The conversation again, with what was typed and why it was not sent.
async fn not_sent(me: &Me, channel: ChannelId, typed: MessageForm, errors: FieldErrors) -> Reply {
    if me.visit.partial {
        return Err(AppError::Invalid(errors));
    }
    let page = me
        .tenant(move |tx, me| {
            let place = channel_queries::my_place(tx, channel)?;
            let shell = me.shell(tx)?;
            pages::show(
                tx,
                me,
                shell,
                &place,
                &Window {
                    latest: Some(String::new()),
                    ..Window::default()
                },
                Some((typed, errors)),
            )
        })
        .await?;
    me.visit.page_with(422, &page)
}

async fn keep_draft(me: Me, channel: web::Path<ChannelId>, posted: Posted<DraftForm>) -> Reply {
    let (channel, form) = (*channel, posted.form);
    me.tenant(move |tx, _| actions::keep_draft(tx, channel, &form.body, form.reply_to.parse().ok()))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn edit_page(me: Me, path: MessagePath) -> Reply {
    let (channel, id) = path.into_inner();
    let page = me
        .tenant(move |tx, me| editing(tx, me, channel, id, None))
        .await?;
    me.visit.page(&page)
}

/// The form that changes a message, with its text or with what was typed and what is wrong with that.
fn editing(
    tx: &mut TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    id: MessageId,
    typed: Option<(String, FieldErrors)>,
) -> Result<EditPage, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    policy::may_edit(me, &place, &message, tx.now())?;
    let (body, errors) = match typed {
        Some(typed) => typed,
        None => (queries::source(tx, channel, message.seq)?, FieldErrors::default()),
    };
    Ok(EditPage {
        shell: me.shell(tx)?,
        back: format!("/channels/{channel}?at={}#m-{id}", message.seq),
        action: format!("/channels/{channel}/messages/{id}"),
        version: queries::versions(tx, channel, message.seq)?,
        body,
        errors,
    })
}

async fn edit(me: Me, app: web::Data<App>, path: MessagePath, posted: Posted<EditForm>) -> Reply {
    let (channel, id) = path.into_inner();
    let (new, visitor) = (posted.form.text(), me.clone());
    let typed = posted.form.body;
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let message = actions::edit(tx, channel, id, &new)?;
            changed(tx, &visitor, channel, &message)
        })
        .await;
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| editing(tx, me, channel, id, Some((typed, errors))))
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

async fn history(me: Me, path: MessagePath) -> Reply {
    let (channel, id) = path.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let place = channel_queries::my_place(tx, channel)?;
            let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
            let mut versions: Vec<_> = queries::history(tx, channel, message.seq)?
                .into_iter()
                .map(|(html, at)| {
                    (
                        format!("Until {}", local_date_time(at, me.zone)),
                        SanitisedHtml::from_storage(html),
                    )
                })
                .collect();
            if message.deleted_at.is_none() {
                versions.push(("Now".to_owned(), SanitisedHtml::from_storage(message.body_html)));
            }
            versions.reverse();
            Ok(HistoryPage {
                shell: me.shell(tx)?,
                back: format!("/channels/{channel}?at={}#m-{id}", message.seq),
                versions,
            })
        })
        .await?;
    me.visit.page(&page)
}

fn deletion(
    tx: &mut TenantTx<'_>,
    me: &Me,
    channel: ChannelId,
    id: MessageId,
    reason: String,
    errors: FieldErrors,
) -> Result<DeletePage, AppError> {
    let place = channel_queries::my_place(tx, channel)?;
    let message = queries::by_id(tx, channel, id, place.membership.visible_from_seq)?;
    let as_moderator = policy::may_delete(me, &place, &message)?.as_moderator;
    let back = format!("/channels/{channel}?at={}#m-{id}", message.seq);
    let row = view::row(tx, me, &place, &message)?;
    let action = format!("/channels/{channel}/messages/{id}/deletion");
    Ok(DeletePage {
        shell: me.shell(tx)?,
        back,
        action,
        row,
        as_moderator,
        reason,
        errors,
    })
}

async fn delete_page(me: Me, path: MessagePath) -> Reply {
    let (channel, id) = path.into_inner();
    let page = me
        .tenant(move |tx, me| deletion(tx, me, channel, id, String::new(), FieldErrors::default()))
        .await?;
    me.visit.page(&page)
}

async fn delete(me: Me, app: web::Data<App>, path: MessagePath, posted: Posted<DeleteForm>) -> Reply {
    let (channel, id) = path.into_inner();
    let (reason, visitor) = (posted.form.reason.clone(), me.clone());
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let message = actions::delete(tx, channel, id, &reason)?;
            changed(tx, &visitor, channel, &message)
        })
        .await;
    match outcome {
        Err(AppError::Invalid(errors)) if !me.visit.partial => {
            let page = me
                .tenant(move |tx, me| deletion(tx, me, channel, id, posted.form.reason, errors))
                .await?;
            me.visit.page_with(422, &page)
        }
        outcome => outcome?.reply(&me.visit),
    }
}

async fn react(me: Me, app: web::Data<App>, path: MessagePath, posted: Posted<ReactionForm>) -> Reply {
    let (channel, id) = path.into_inner();
    let visitor = me.clone();
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        let message = actions::react(tx, channel, id, &posted.form.emoji)?;
        changed(tx, &visitor, channel, &message)
    });
    answer.await?.reply(&me.visit)
}

/// Nothing but the token and the key.
#[derive(serde::Deserialize)]
pub struct Empty {}

async fn pin(me: Me, app: web::Data<App>, path: MessagePath, posted: Posted<Empty>) -> Reply {
    set_pin(me, app, path, posted, Pin::On).await
}

async fn unpin(me: Me, app: web::Data<App>, path: MessagePath, posted: Posted<Empty>) -> Reply {
    set_pin(me, app, path, posted, Pin::Off).await
}

async fn set_pin(me: Me, app: web::Data<App>, path: MessagePath, posted: Posted<Empty>, on: Pin) -> Reply {
    let (channel, id) = path.into_inner();
    let visitor = me.clone();
    let scope = me.scope();
    let answer = app.db.once(&scope, posted.key, move |tx| {
        let message = actions::pin(tx, channel, id, on)?;
        changed(tx, &visitor, channel, &message)
    });
    answer.await?.reply(&me.visit)
}

async fn pins(me: Me, channel: web::Path<ChannelId>) -> Reply {
    let channel = *channel;
    let page = me
        .tenant(move |tx, me| {
            let place = channel_queries::my_place(tx, channel)?;
            let pinned: Vec<Message> = queries::pinned(tx, channel, place.membership.visible_from_seq)?
                .into_iter()
                .map(|(message, _)| message)
                .collect();
            let rows = view::rows(tx, &Frame::of(me, &place), &pinned)?;
            let title = if place.channel.title.is_empty() {
                channel_queries::direct_name(tx, channel, me.member)?
            } else {
                place.channel.title.clone()
            };
            Ok(PinsPage {
                shell: me.shell(tx)?,
                groups: sidebar::groups(tx, Some(channel))?,
                title,
                back: format!("/channels/{channel}"),
                rows,
                menu: Menu::pattern(),
            })
        })
        .await?;
    me.visit.page(&page)
}
