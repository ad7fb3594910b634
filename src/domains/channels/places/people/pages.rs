//! What the pages about people of a channel print.

use askama::Template;

use crate::domains::channels::model::{ChannelRole, ChannelType, JoinRule, Place};
use crate::domains::channels::places::model::Standing;
use crate::domains::channels::places::pages::Head;
use crate::domains::channels::places::policy;
use crate::domains::channels::policy as channel_policy;
use crate::domains::channels::sidebar::{self, Group};
use crate::kernel::actor::Member;
use crate::kernel::error::{AppError, FieldErrors};
use crate::platform::db::TenantTx;
use crate::platform::web::{Shell, shell};

use super::actions;
use super::forms::{MembersQuery, Picker};
use super::queries::{self, After, Inside};

/// A person of the channel.
pub struct PersonLine {
    /// Their id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Handle, without `@`.
    pub handle: String,
    /// A line about them.
    pub headline: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u16,
    /// `Owner`, `Moderator`, or empty.
    pub badge: &'static str,
    /// Whether they can't use the portal now.
    pub suspended: bool,
    /// Whether it is the reader.
    pub me: bool,
    /// Channel roles the reader may give them: word and label.
    pub roles: Vec<(&'static str, &'static str)>,
    /// Whether the reader may put them out.
    pub removable: bool,
    /// Whether the reader may pause their writing.
    pub silenceable: bool,
}

/// What the reader may do with people of this channel.
struct Powers {
    appoints: bool,
    silences: bool,
    looks_after: bool,
    manages: bool,
}

/// `/channels/{channel}/members`
#[derive(Template)]
#[template(path = "channels/places/members.html")]
pub struct MembersPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Head.
    pub head: Head,
    /// Whom is looked for.
    pub q: String,
    /// Who looks after the channel; on the first page only.
    pub looking_after: Vec<PersonLine>,
    /// A page of people.
    pub people: Vec<PersonLine>,
    /// Address of the next page; empty when there is none.
    pub next: String,
    /// Address of the first page; empty on it.
    pub start: String,
    /// Whether the reader may add people here.
    pub can_add: bool,
    /// Address of the group that decides who is in the channel; empty when none does.
    pub group: String,
    /// Address of a new conversation with one more person; empty in channels.
    pub extend: String,
}

impl MembersPage {
    /// A page of a channel's people.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        me: &Member,
        shell: Shell,
        here: (&Place, Standing),
        query: &MembersQuery,
    ) -> Result<Self, AppError> {
        let (place, standing) = here;
        let (channel, q) = (
            place.channel.id,
            query.q.trim().chars().take(80).collect::<String>(),
        );
        let after = After {
            name: query.name.clone(),
            id: query.after.parse().ok(),
        };
        let mut people = match q.is_empty() {
            true => queries::page(tx, channel, &after)?,
            false => actions::search(tx, channel, &q)?,
        };
        let page = usize::try_from(queries::PAGE).unwrap_or(usize::MAX);
        let more = q.is_empty() && people.len() > page;
        people.truncate(page);
        let first = after.id.is_none() && q.is_empty();
        let direct = place.channel.kind == ChannelType::Direct;
        let keepers = if first && !direct {
            queries::looking_after(tx, channel)?
        } else {
            Vec::new()
        };
        let powers = powers(me, place, standing);
        let head = Head::of(tx, me, place)?;
        Ok(Self {
            next: people
                .last()
                .filter(|_| more)
                .map(|last| address(&head.path, last))
                .unwrap_or_default(),
            start: if first {
                String::new()
            } else {
                format!("{}/members", head.path)
            },
            extend: if direct {
                extended(&people, me)
            } else {
                String::new()
            },
            looking_after: keepers
                .into_iter()
                .map(|person| line(me, &powers, person))
                .collect(),
            people: people
                .into_iter()
                .map(|person| line(me, &powers, person))
                .collect(),
            can_add: powers.looks_after && place.channel.join_rule != JoinRule::Context,
            group: group(place),
            groups: sidebar::groups(tx, Some(channel))?,
            head,
            q,
            shell,
        })
    }
}

fn group(place: &Place) -> String {
    match (place.channel.join_rule, place.channel.context_id) {
        (JoinRule::Context, Some(context)) => format!("/contexts/{context}"),
        _ => String::new(),
    }
}

fn powers(me: &Member, place: &Place, standing: Standing) -> Powers {
    let looks_after = policy::may_look_after(me, place, standing).is_ok();
    let manages = policy::may_change(me, place, standing).is_ok();
    Powers {
        appoints: looks_after && manages,
        silences: channel_policy::may_moderate(me, place).is_ok(),
        looks_after,
        manages,
    }
}

fn line(me: &Member, powers: &Powers, person: Inside) -> PersonLine {
    let is_me = person.id == me.member;
    let owner = person.role == ChannelRole::Owner;
    let others = ChannelRole::ALL
        .iter()
        .filter(|role| powers.appoints && **role != person.role);
    PersonLine {
        roles: others.map(|role| (role.as_str(), words_for(*role))).collect(),
        silenceable: powers.silences && !is_me && !owner,
        removable: powers.looks_after && !is_me && !person.follows_context && (!owner || powers.manages),
        badge: match person.role {
            ChannelRole::Member => "",
            role => role.label(),
        },
        initials: shell::initials(&person.name),
        hue: shell::hue(person.id.0),
        suspended: !person.active,
        me: is_me,
        id: person.id.to_string(),
        name: person.name,
        handle: person.handle,
        headline: person.headline,
    }
}

const fn words_for(role: ChannelRole) -> &'static str {
    match role {
        ChannelRole::Member => "Make plain member",
        ChannelRole::Moderator => "Make moderator",
        ChannelRole::Owner => "Make owner",
    }
}

fn address(path: &str, last: &Inside) -> String {
    let name = percent_encoding::utf8_percent_encode(&last.sort_name, percent_encoding::NON_ALPHANUMERIC);
    format!("{path}/members?name={name}&after={}", last.id)
}

/// A new conversation starts with the others of this one ticked.
fn extended(people: &[Inside], me: &Member) -> String {
    let others = people.iter().filter(|person| person.id != me.member);
    let picked: Vec<String> = others.map(|person| format!("person={}", person.id)).collect();
    format!("/direct/new?{}", picked.join("&"))
}

/// `/channels/{channel}/members/new`
#[derive(Template)]
#[template(path = "channels/places/add_people.html")]
pub struct AddPage {
    /// The frame.
    pub shell: Shell,
    /// Channel list.
    pub groups: Vec<Group>,
    /// Head.
    pub head: Head,
    /// The picker.
    pub picker: Picker,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// People to mention, for the composer's list.
#[derive(Template)]
#[template(path = "channels/places/mentions.html")]
pub struct MentionsFragment {
    /// The people.
    pub people: Vec<PersonLine>,
    /// `calls 47 people` when everyone can be called; empty when that was not begun to be typed.
    pub everyone: String,
}

impl MentionsFragment {
    /// People as options; `everyone` is how many `@channel` calls.
    pub fn of(me: &Member, people: Vec<Inside>, everyone: Option<i64>) -> Self {
        let nothing = Powers {
            appoints: false,
            looks_after: false,
            manages: false,
            silences: false,
        };
        Self {
            people: people
                .into_iter()
                .map(|person| line(me, &nothing, person))
                .collect(),
            everyone: everyone.map(calls).unwrap_or_default(),
        }
    }
}

fn calls(others: i64) -> String {
    match others {
        1 => "calls 1 person".to_owned(),
        others => format!("calls {others} people"),
    }
}
