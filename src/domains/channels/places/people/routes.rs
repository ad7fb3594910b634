//! Pages and posts about who is in a channel.

use actix_web::web;

use crate::app::App;
use crate::domains::channels::messages::routes::Empty;
use crate::domains::channels::model::ChannelRole;
use crate::domains::channels::places::actions::{my_place, other_owners};
use crate::domains::channels::places::pages::Head;
use crate::domains::channels::places::policy;
use crate::domains::channels::queries as channel_queries;
use crate::domains::channels::sidebar;
use crate::domains::identity::Me;
use crate::domains::tenancy;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::{ChannelId, MemberId};
use crate::platform::db::TenantTx;
use crate::platform::web::limits::Rate;
use crate::platform::web::routes::{get, post};
use crate::platform::web::{Access, Answer, ConfirmPage, Flash, Posted, Reply, RouteDef};

use super::actions;
use super::forms::{MembersQuery, MentionQuery, PickForm, Picker, RoleForm};
use super::pages::{AddPage, MembersPage, MentionsFragment};

/// What is typed to call everyone in a channel.
const EVERYONE: &str = "channel";

/// The routes.
pub fn routes() -> Vec<RouteDef> {
    vec![
        get(
            "/channels/{channel}/members",
            Access::Member,
            Rate::Standard,
            list,
        ),
        get(
            "/channels/{channel}/members/new",
            Access::Member,
            Rate::Standard,
            pick,
        ),
        post("/channels/{channel}/members", Access::Member, Rate::Medium, add),
        get(
            "/channels/{channel}/members/{member}/removal",
            Access::Member,
            Rate::Standard,
            ask_to_remove,
        ),
        post(
            "/channels/{channel}/members/{member}/removal",
            Access::Member,
            Rate::Medium,
            remove,
        ),
        post(
            "/channels/{channel}/members/{member}/role",
            Access::Member,
            Rate::Medium,
            appoint,
        ),
        get(
            "/channels/{channel}/people",
            Access::Member,
            Rate::Standard,
            to_mention,
        ),
    ]
}

type PersonPath = web::Path<(ChannelId, MemberId)>;

async fn list(me: Me, channel: web::Path<ChannelId>, query: web::Query<MembersQuery>) -> Reply {
    let channel = *channel;
    let page = me
        .tenant(move |tx, me| {
            let (place, standing) = my_place(tx, channel)?;
            let shell = me.shell(tx)?;
            MembersPage::read(tx, me, shell, (&place, standing), &query)
        })
        .await?;
    me.visit.page(&page)
}

async fn pick(me: Me, channel: web::Path<ChannelId>) -> Reply {
    let page = add_page(&me, *channel, PickForm::default(), FieldErrors::default()).await?;
    me.visit.page(&page)
}

async fn add_page(
    me: &Me,
    channel: ChannelId,
    form: PickForm,
    errors: FieldErrors,
) -> Result<AddPage, AppError> {
    me.tenant(move |tx, me| {
        let (place, standing) = my_place(tx, channel)?;
        policy::may_add(me, &place, standing, &[])?;
        let mut picker = Picker::read(tx, form, &[me.member])?;
        let found: Vec<MemberId> = picker.found.iter().map(|card| card.id).collect();
        let inside = channel_queries::those_inside(tx, channel, &found)?;
        picker.found.retain(|card| !inside.contains(&card.id));
        Ok(AddPage {
            head: Head::of(tx, me, &place)?,
            groups: sidebar::groups(tx, Some(channel))?,
            shell: me.shell(tx)?,
            picker,
            errors,
        })
    })
    .await
}

async fn add(me: Me, app: web::Data<App>, channel: web::Path<ChannelId>, posted: Posted<PickForm>) -> Reply {
    let (channel, form) = (*channel, posted.form.clone());
    if form.only_finds() {
        let page = add_page(&me, channel, form, FieldErrors::default()).await?;
        return me.visit.page(&page);
    }
    let outcome = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            channel_queries::my_place(tx, channel)?;
            let people = form.people(tx)?;
            let words = match actions::add(tx, channel, &people)? {
                0 => "Everyone you chose was in already.".to_owned(),
                1 => "1 person was added.".to_owned(),
                new => format!("{new} people were added."),
            };
            Ok(Answer::see_other(format!("/channels/{channel}/members")).with(Flash::done(words)))
        })
        .await;
    match outcome {
        Ok(answer) => answer.reply(&me.visit),
        Err(AppError::Invalid(errors)) => {
            let page = add_page(&me, channel, posted.form, errors).await?;
            me.visit.page_with(422, &page)
        }
        Err(other) => Err(other),
    }
}

async fn ask_to_remove(me: Me, path: PersonPath) -> Reply {
    let (channel, member) = path.into_inner();
    let page = me
        .tenant(move |tx, me| {
            let (place, standing) = my_place(tx, channel)?;
            let target = channel_queries::place_of(tx, channel, member)?.membership;
            let others = other_owners(tx, channel, member)?;
            policy::may_remove(me, &place, standing, &target, others)?;
            let name = name_of(tx, member)?;
            let head = Head::of(tx, me, &place)?;
            Ok(ConfirmPage {
                shell: me.shell(tx)?,
                title: format!("Remove {name} from {}?", head.title),
                text: format!("{name} loses sight of this channel at once. What they wrote stays."),
                action: format!("{}/members/{member}/removal", head.path),
                verb: "Remove",
                cancel: format!("{}/members", head.path),
            })
        })
        .await?;
    me.visit.page(&page)
}

fn name_of(tx: &mut TenantTx<'_>, member: MemberId) -> Result<String, AppError> {
    let cards = tenancy::member_cards(tx, &[member])?;
    Ok(cards
        .get(&member)
        .map(|card| card.name.clone())
        .unwrap_or_default())
}

async fn remove(me: Me, app: web::Data<App>, path: PersonPath, posted: Posted<Empty>) -> Reply {
    let (channel, member) = path.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            actions::remove(tx, channel, member)?;
            let words = format!("{} is no longer in this channel.", name_of(tx, member)?);
            Ok(Answer::see_other(format!("/channels/{channel}/members")).with(Flash::done(words)))
        })
        .await?;
    answer.reply(&me.visit)
}

async fn appoint(me: Me, app: web::Data<App>, path: PersonPath, posted: Posted<RoleForm>) -> Reply {
    let (channel, member) = path.into_inner();
    let answer = app
        .db
        .once(&me.scope(), posted.key, move |tx| {
            let role = posted.form.parse()?;
            actions::appoint(tx, channel, member, role)?;
            let name = name_of(tx, member)?;
            let words = match role {
                ChannelRole::Owner => format!("{name} owns this channel now."),
                ChannelRole::Moderator => format!("{name} moderates this channel now."),
                ChannelRole::Member => format!("{name} is a plain member now."),
            };
            Ok(Answer::see_other(format!("/channels/{channel}/members")).with(Flash::done(words)))
        })
        .await?;
    answer.reply(&me.visit)
}

/// People whom the composer could mean, as options of its list.
async fn to_mention(me: Me, channel: web::Path<ChannelId>, query: web::Query<MentionQuery>) -> Reply {
    let (channel, text) = (*channel, query.into_inner().q);
    let part = me
        .tenant(move |tx, me| {
            channel_queries::my_place(tx, channel)?;
            let text: String = text.trim().chars().take(40).collect();
            let people = actions::to_mention(tx, channel, &text)?;
            let others = channel_queries::member_count(tx, channel)? - 1;
            let begun = EVERYONE.starts_with(&text.to_lowercase());
            Ok(MentionsFragment::of(
                me,
                people,
                (begun && others > 0).then_some(others),
            ))
        })
        .await?;
    me.visit.page(&part)
}
