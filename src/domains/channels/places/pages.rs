//! The pages about channels: yours, those you can join, a new one, what is set about one.

use askama::Template;
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use crate::domains::channels::export::policy::may_export;
use crate::domains::channels::model::{
    Channel, ChannelType, HistoryRule, JoinRule, NotifyLevel, Place, PostPolicy,
};
use crate::domains::channels::queries as channel_queries;
use crate::domains::channels::sidebar::{self, Group};
use crate::domains::tenancy::{self, Context};
use crate::kernel::actor::{Member, Role};
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::time::{local_clock, local_date_time};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::actions;
use super::forms::ChannelForm;
use super::model::{Mute, Settings, Standing, is_for_good};
use super::policy::{self, Conversation};

/// Contexts offered to somebody who may make a channel for any.
const MOST_CONTEXTS: i64 = 500;

/// The head of every page about one channel.
pub struct Head {
    /// Its address.
    pub path: String,
    /// Its name, or the others' names.
    pub title: String,
    /// Icon of its kind.
    pub icon: &'static str,
    /// How many people, in words.
    pub people: String,
    /// Whether it is a conversation of people instead of a channel of a context.
    pub direct: bool,
    /// Whether it is archived.
    pub archived: bool,
}

impl Head {
    /// The head of a place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(tx: &mut TenantTx<'_>, me: &Member, place: &Place) -> Result<Self, AppError> {
        let channel = &place.channel;
        let direct = channel.kind == ChannelType::Direct;
        let title = match channel.title.is_empty() {
            true => channel_queries::direct_name(tx, channel.id, me.member)?,
            false => channel.title.clone(),
        };
        Ok(Self {
            path: format!("/channels/{}", channel.id),
            title,
            icon: sidebar::icon(channel.kind),
            people: in_people(channel.member_count.into()),
            direct,
            archived: channel.archived_at.is_some(),
        })
    }
}

/// `1 person`, `48 people`.
pub fn in_people(count: i64) -> String {
    match count {
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    }
}

/// The list of channels beside a page, for a script that keeps it up to date.
#[derive(Template)]
#[template(path = "channels/places/side.html")]
pub struct SideFragment {
    /// Channel list.
    pub groups: Vec<Group>,
}

/// One choice of several.
pub struct Choice {
    /// What the form sends.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
    /// What it means.
    pub hint: &'static str,
    /// Whether it is chosen.
    pub checked: bool,
}

/// The choices of a channel's form.
pub struct Choices {
    /// Who may write.
    pub post_policy: Vec<Choice>,
    /// How people come in.
    pub join_rule: Vec<Choice>,
    /// What newcomers see.
    pub history_rule: Vec<Choice>,
}

impl Choices {
    /// The choices as a form has them.
    pub fn of(form: &ChannelForm) -> Self {
        let posting = PostPolicy::ALL.iter().map(|one| {
            let hint = match one {
                PostPolicy::Everyone => "",
                PostPolicy::Leaders => {
                    "Moderators, owners, communicators and admins write; everyone reads and reacts."
                }
            };
            choice(one.as_str(), one.label(), hint, &form.post_policy)
        });
        let joining = JoinRule::ALL.iter().map(|one| {
            let hint = match one {
                JoinRule::Context => {
                    "Who belongs to the group is in the channel, and leaves it with the group."
                }
                JoinRule::Open => "Everyone in the organization but sponsors finds it under Browse.",
                JoinRule::Invitation => "Owners and moderators add people. Nobody else knows of it.",
            };
            choice(one.as_str(), one.label(), hint, &form.join_rule)
        });
        let reading = HistoryRule::ALL.iter().map(|one| {
            let hint = match one {
                HistoryRule::Everything => "",
                HistoryRule::FromJoining => "What was written before stays unseen for them, also in search.",
            };
            choice(one.as_str(), one.label(), hint, &form.history_rule)
        });
        Self {
            post_policy: posting.collect(),
            join_rule: joining.collect(),
            history_rule: reading.collect(),
        }
    }
}

fn choice(value: &'static str, label: &'static str, hint: &'static str, chosen: &str) -> Choice {
    Choice {
        value,
        label,
        hint,
        checked: value == chosen,
    }
}

/// A context a channel can be made for.
pub struct ContextChoice {
    /// Id.
    pub id: String,
    /// `Team: Depot north`.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// `/channels/new`
#[derive(Template)]
#[template(path = "channels/places/new.html")]
pub struct NewPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// What it can be made for; empty when the member leads nothing.
    pub contexts: Vec<ContextChoice>,
    /// What was typed.
    pub form: ChannelForm,
    /// The choices.
    pub choices: Choices,
    /// What was wrong.
    pub errors: FieldErrors,
}

impl NewPage {
    /// The form with the contexts the member may choose.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        me: &Member,
        shell: Shell,
        form: ChannelForm,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let contexts = contexts_for(tx, me)?.into_iter().map(|context| ContextChoice {
            label: format!("{}: {}", context.kind.label(), context.name),
            chosen: form.context == context.id.to_string(),
            id: context.id.to_string(),
        });
        Ok(Self {
            contexts: contexts.collect(),
            groups: sidebar::groups(tx, None)?,
            choices: Choices::of(&form),
            form,
            errors,
            shell,
        })
    }
}

/// The contexts a member may make channels for: those they lead, for admins every open one.
///
/// # Errors
/// When the database fails.
pub fn contexts_for(tx: &mut TenantTx<'_>, me: &Member) -> Result<Vec<Context>, AppError> {
    if me.roles.has(Role::Admin) {
        return tenancy::open_contexts(tx, MOST_CONTEXTS);
    }
    if me.roles.sponsor_only() {
        return Ok(Vec::new());
    }
    let mine = tenancy::contexts_of(tx, me.member)?;
    Ok(mine
        .into_iter()
        .filter(|belonging| belonging.is_leader)
        .map(|belonging| belonging.context)
        .collect())
}

/// A line of what is known about a channel.
pub struct Fact {
    /// What.
    pub term: &'static str,
    /// How it is.
    pub value: String,
}

/// What the reader may do with a channel.
pub struct Powers {
    /// Change what is set.
    pub change: bool,
    /// Archive it.
    pub archive: bool,
    /// Open it again.
    pub unarchive: bool,
    /// Leave it.
    pub leave: bool,
    /// Set how long messages are kept.
    pub retain: bool,
    /// Take the messages along as a file.
    pub export: bool,
}

/// `/channels/{channel}/settings`
#[derive(Template)]
#[template(path = "channels/places/settings.html")]
pub struct SettingsPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Head.
    pub head: Head,
    /// What it is for.
    pub about: String,
    /// What is known.
    pub facts: Vec<Fact>,
    /// The context, when it has one: address and name.
    pub context: Option<(String, String)>,
    /// What the reader may do.
    pub powers: Powers,
    /// What was typed.
    pub form: ChannelForm,
    /// The choices.
    pub choices: Choices,
    /// What was wrong.
    pub errors: FieldErrors,
    /// How it stands now, when somebody else saved first.
    pub meanwhile: Vec<Fact>,
}

impl SettingsPage {
    /// What is known about a channel, and the form for who may change it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        me: &Member,
        shell: Shell,
        here: (&Place, Standing),
        typed: Option<(ChannelForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let (place, standing) = here;
        let stored = Settings::of(&place.channel);
        let (mut form, errors) = typed.unwrap_or_else(|| (ChannelForm::of(&stored), FieldErrors::default()));
        let overtaken = !errors.of("mark").is_empty();
        form.mark = if overtaken { stored.mark() } else { form.mark };
        let context = match place.channel.context_id {
            Some(context) => Some(tenancy::context(tx, context)?),
            None => None,
        };
        Ok(Self {
            head: Head::of(tx, me, place)?,
            groups: sidebar::groups(tx, Some(place.channel.id))?,
            about: place.channel.description.clone(),
            facts: facts(&place.channel, me.zone),
            powers: powers(
                me,
                place,
                standing,
                context.as_ref(),
                actions::conversation(tx, place)?,
            ),
            context: context.map(|context| (format!("/contexts/{}", context.id), context.name)),
            choices: Choices::of(&form),
            meanwhile: if overtaken { words_of(&stored) } else { Vec::new() },
            form,
            errors,
            shell,
        })
    }
}

fn powers(
    me: &Member,
    place: &Place,
    standing: Standing,
    context: Option<&Context>,
    conversation: Conversation,
) -> Powers {
    Powers {
        change: policy::may_change(me, place, standing).is_ok(),
        archive: policy::may_archive(me, place, standing).is_ok(),
        unarchive: context.is_some_and(|context| policy::may_unarchive(me, place, standing, context).is_ok()),
        leave: conversation != Conversation::OneToOne && !place.membership.follows_context,
        retain: me.roles.any(&[Role::Admin, Role::PrivacyOfficer]),
        export: may_export(me, place).is_ok(),
    }
}

fn facts(channel: &Channel, zone: Tz) -> Vec<Fact> {
    let mut facts = Vec::new();
    if channel.kind != ChannelType::Direct {
        facts.push(Fact {
            term: "Who writes",
            value: channel.post_policy.label().to_owned(),
        });
        facts.push(Fact {
            term: "Who comes in",
            value: channel.join_rule.label().to_owned(),
        });
        facts.push(Fact {
            term: "Newcomers see",
            value: channel.history_rule.label().to_owned(),
        });
    }
    facts.push(Fact {
        term: "Messages are kept",
        value: kept_for(channel),
    });
    facts.push(Fact {
        term: "Made",
        value: local_date_time(channel.created_at, zone),
    });
    if let Some(archived) = channel.archived_at {
        facts.push(Fact {
            term: "Archived",
            value: local_date_time(archived, zone),
        });
    }
    facts
}

fn kept_for(channel: &Channel) -> String {
    match (channel.legal_hold, channel.retention_days) {
        (true, _) => "All of them, under a legal hold".to_owned(),
        (false, Some(1)) => "For 1 day".to_owned(),
        (false, Some(days)) => format!("For {days} days"),
        (false, None) => "For as long as the organization keeps them".to_owned(),
    }
}

fn words_of(settings: &Settings) -> Vec<Fact> {
    vec![
        Fact {
            term: "Title",
            value: settings.title.clone(),
        },
        Fact {
            term: "Description",
            value: settings.description.clone(),
        },
        Fact {
            term: "Who writes",
            value: settings.post_policy.label().to_owned(),
        },
        Fact {
            term: "Who comes in",
            value: settings.join_rule.label().to_owned(),
        },
        Fact {
            term: "Newcomers see",
            value: settings.history_rule.label().to_owned(),
        },
    ]
}

/// Says why something is not done here, and where it is.
#[derive(Template)]
#[template(path = "channels/places/explained.html")]
pub struct ExplainedPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Heading.
    pub title: String,
    /// Why, and what else can be done.
    pub text: String,
    /// Where that is: address and words.
    pub ways: Vec<(String, String)>,
}

/// `/channels/{channel}/notifications`
#[derive(Template)]
#[template(path = "channels/places/notifications.html")]
pub struct NotificationsPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Head.
    pub head: Head,
    /// Levels.
    pub levels: Vec<Choice>,
    /// Until when it is muted, in words; empty when it is not.
    pub muted: String,
    /// For how long it can be muted.
    pub mutes: Vec<Choice>,
    /// What was wrong.
    pub errors: FieldErrors,
}

impl NotificationsPage {
    /// The form as things are.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        me: &Member,
        shell: Shell,
        place: &Place,
        errors: FieldErrors,
    ) -> Result<Self, AppError> {
        let muted = place.membership.muted_until.filter(|_| place.is_muted(tx.now()));
        let chosen = if muted.is_some() { "keep" } else { "off" };
        let mutes = Mute::CHOICES
            .iter()
            .map(|(_, word, label)| choice(word, label, "", chosen));
        let levels = NotifyLevel::ALL.iter().map(|level| {
            choice(
                level.as_str(),
                level.label(),
                hint_of(*level),
                place.membership.notify.as_str(),
            )
        });
        Ok(Self {
            head: Head::of(tx, me, place)?,
            groups: sidebar::groups(tx, Some(place.channel.id))?,
            levels: levels.collect(),
            muted: muted
                .map(|until| muted_in_words(until, me.zone))
                .unwrap_or_default(),
            mutes: mutes.collect(),
            errors,
            shell,
        })
    }
}

const fn hint_of(level: NotifyLevel) -> &'static str {
    match level {
        NotifyLevel::All => "A number in the list for everything you have not read.",
        NotifyLevel::Mentions => "A grey dot for messages, a number for mentions of you or everyone.",
        NotifyLevel::None => "A grey dot for messages. Mentions wait in your inbox.",
        NotifyLevel::Hidden => "It is not in your list. You find it under Archived and hidden.",
    }
}

fn muted_in_words(until: DateTime<Utc>, zone: Tz) -> String {
    match is_for_good(until) {
        true => "Muted until you turn it back on".to_owned(),
        false => format!("Muted until {}", local_date_time(until, zone)),
    }
}

/// A moment beside a line of a list: the clock today, else the day.
pub fn short_moment(moment: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (local, today) = (moment.with_timezone(&zone), now.with_timezone(&zone));
    if local.date_naive() == today.date_naive() {
        return local_clock(moment, zone);
    }
    let pattern = if local.year() == today.year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    local.format(pattern).to_string()
}
