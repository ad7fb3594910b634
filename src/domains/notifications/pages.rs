//! The page of what somebody was told of.

use askama::Template;
use chrono_tz::Tz;

use crate::app::App;
use crate::domains::identity::Me;
use crate::kernel::error::{AppError, FieldErrors};
use crate::kernel::ids::NotificationId;
use crate::kernel::time::{local_date_time, machine};
use crate::platform::db::TenantTx;
use crate::platform::web::Shell;

use super::devices::forms::DeviceForm;
use super::devices::pages::OnThisDevice;
use super::model::{Kind, PushState, Reason, State};
use super::queries::{self, Due};

/// Lines on a page.
const PAGE: i64 = 50;

/// `/inbox/notifications`
#[derive(Template)]
#[template(path = "notifications/list.html")]
pub struct NotificationsPage {
    pub shell: Shell,
    pub push: OnThisDevice,
    pub lines: Vec<Line>,
    /// Where the newest are, when these are not they.
    pub start: String,
    pub next: String,
}

/// One notification.
pub struct Line {
    pub icon: &'static str,
    pub title: String,
    /// Where it is; empty when it is gone.
    pub href: String,
    pub machine: String,
    pub when: String,
    pub mail: Fate,
    /// Nothing where push was switched on nowhere when it happened.
    pub push: Option<Fate>,
}

/// What became of telling it in one way.
pub struct Fate {
    pub state: &'static str,
    /// How the state looks: a tone of badges.
    pub tone: &'static str,
    pub why: String,
}

impl NotificationsPage {
    /// Reads it; what was typed about a device and refused is shown again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(
        tx: &mut TenantTx<'_>,
        app: &App,
        me: &Me,
        before: Option<NotificationId>,
        typed: Option<(DeviceForm, FieldErrors)>,
    ) -> Result<Self, AppError> {
        let mut found = queries::page(tx, me.member, before, PAGE + 1)?;
        let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let has_more = found.len() > most;
        found.truncate(most);
        let next = found.last().filter(|_| has_more);
        Ok(Self {
            shell: me.shell(tx)?,
            push: OnThisDevice::read(tx, app, me.member, me.zone, typed)?,
            next: next.map_or_else(String::new, |last| {
                format!("/inbox/notifications?before={}", last.id)
            }),
            start: match before {
                Some(_) => "/inbox/notifications".to_owned(),
                None => String::new(),
            },
            lines: found.iter().map(|one| Line::of(one, me.zone)).collect(),
        })
    }
}

impl Line {
    fn of(one: &Due, zone: Tz) -> Self {
        let author = match one.author.as_str() {
            "" => "Somebody",
            known => known,
        };
        let place = match one.channel.as_str() {
            "" => "a channel",
            known => known,
        };
        let (icon, title) = match one.kind {
            Kind::Mention => ("at-sign", format!("{author} mentioned you in {place}")),
            Kind::Everyone => ("at-sign", format!("{author} called everyone in {place}")),
            Kind::Direct => ("message-circle", format!("{author} wrote to you")),
            Kind::Broadcast => (
                "megaphone",
                match one.title.as_str() {
                    "" => format!("{author} sent a broadcast"),
                    title => title.to_owned(),
                },
            ),
            Kind::Certificate => ("graduation-cap", format!("Your certificate: {}", one.title)),
            Kind::Answer => ("clipboard-list", format!("Your coach answered “{}”", one.title)),
        };
        Self {
            icon,
            title,
            href: match one.is_gone {
                true => String::new(),
                false => one.path(),
            },
            machine: machine(one.at),
            when: local_date_time(one.at, zone),
            mail: by_mail(one, zone),
            push: one.push_state.map(|state| by_push(one, state, zone)),
        }
    }
}

fn by_mail(one: &Due, zone: Tz) -> Fate {
    let moment = |at| local_date_time(at, zone);
    let (tone, why) = match (one.state, one.settled_at) {
        (State::Told, Some(at)) => ("positive", moment(at)),
        (State::NotTold, _) => {
            let why = Reason::of(&one.reason).map_or("", Reason::label);
            ("", format!("because {why}"))
        }
        (State::Waiting | State::Gathering | State::Told, _) => {
            ("", format!("decided after {}", moment(one.due_at)))
        }
    };
    Fate {
        state: one.state.label(),
        tone,
        why,
    }
}

fn by_push(one: &Due, state: PushState, zone: Tz) -> Fate {
    let moment = |at: Option<_>| at.map(|at| local_date_time(at, zone)).unwrap_or_default();
    let (tone, why) = match state {
        PushState::Told => ("positive", moment(one.push_settled_at)),
        PushState::NotTold => {
            let why = Reason::of(&one.push_reason).map_or("", Reason::label_of_push);
            ("", format!("because {why}"))
        }
        PushState::OnItsWay => ("", format!("since {}", moment(one.pushed_at))),
        PushState::Waiting => ("", format!("decided after {}", moment(one.push_due_at))),
    };
    Fate {
        state: state.label(),
        tone,
        why,
    }
}
