//! Handing letters over: who carries them, one after the other until one does.

use std::collections::HashMap;

use lettre::message::Mailbox;
use tokio::task::JoinSet;

use crate::app::App;
use crate::domains::campaigns::providers;
use crate::domains::campaigns::sending::{Carrier, SentAs};
use crate::domains::campaigns::templates::model::Channel;
use crate::domains::consent;
use crate::kernel::error::AppError;
use crate::kernel::ids::{OrgId, ProviderId};
use crate::platform::db::{SystemTask, TenantScope};
use crate::platform::mail::{Lane, mime};
use crate::providers::Outcome as Answer;
use crate::providers::mail::smtp::{self, Body, Content, Encoding, Envelope, Outcome, Session, Unsent};
use crate::providers::mail::{Mail, MailProvider};
use crate::providers::{Refusal, Scope};

use super::queries::{self, Fate, InHand};

/// Letters that are taken in hand together.
const TOGETHER: i64 = 50;
/// The name of the installation's mail server in the outbox.
const OWN: &str = "the mail server of this installation";

/// What may carry the letters of one organization, in its order.
struct Ways {
    ways: Vec<Way>,
    /// Why there is none, though some are set up.
    trouble: Option<String>,
}

struct Way {
    /// None for the installation's own.
    provider: Option<ProviderId>,
    name: String,
    carrier: Carrier,
    /// As whom; as the letter says when none.
    from: Option<Mailbox>,
}

/// What one way did with a letter.
enum Done {
    /// That is what became of it.
    Settled(Fate),
    /// It carries nothing now, because of this; and whether a person has to mend it.
    Suffers(String, bool),
}

/// Takes what is due and sets it on its way, each organization's for itself; answers whether there may be more.
pub(super) async fn take(app: &App, lane: Lane, under_way: &mut JoinSet<()>) -> Result<bool, AppError> {
    let taken = app
        .db
        .system(SystemTask::Sending, move |tx| {
            Ok(queries::take(tx, lane, TOGETHER)?)
        })
        .await?;
    let is_full = i64::try_from(taken.len()).unwrap_or(TOGETHER) >= TOGETHER;
    let mut by_organization: HashMap<Option<OrgId>, Vec<InHand>> = HashMap::new();
    for letter in taken {
        let org = match letter.org {
            Some(org) => Some(org),
            // A new password belongs to no organization; any that knows the person may carry it.
            None => organization_of(app, &letter.recipient).await?,
        };
        by_organization.entry(org).or_default().push(letter);
    }
    for (org, letters) in by_organization {
        let app = app.clone();
        under_way.spawn(async move {
            if let Err(error) = of_one(&app, org, letters).await {
                tracing::warn!(error = error.told(), "letters could not be carried this time");
            }
        });
    }
    Ok(is_full)
}

async fn organization_of(app: &App, recipient: &str) -> Result<Option<OrgId>, AppError> {
    let address = recipient.to_lowercase();
    app.db
        .system(SystemTask::Sending, move |tx| {
            let known = consent::queries::known_by_address(tx, &address)?;
            Ok(known.first().map(|known| known.org))
        })
        .await
}

async fn of_one(app: &App, org: Option<OrgId>, letters: Vec<InHand>) -> Result<(), AppError> {
    let ways = ways(app, org).await?;
    let mut line = Line::default();
    // Ways that failed for one letter are not tried for the next: a server that does not answer takes its time each time.
    let mut suffering: HashMap<usize, String> = HashMap::new();
    for letter in letters {
        let fate = carried(app, org, &ways, (&mut line, &mut suffering), &letter).await?;
        if let Fate::PutOff(why) | Fate::GivenUp(why) = &fate {
            tracing::warn!(letter = %letter.id, why, "a letter has not left");
        }
        app.db
            .system(SystemTask::Sending, move |tx| {
                Ok(queries::settle(tx, &letter, &fate)?)
            })
            .await?;
    }
    line.close().await;
    Ok(())
}

async fn ways(app: &App, org: Option<OrgId>) -> Result<Ways, AppError> {
    let mut known = Ways {
        ways: Vec::new(),
        trouble: None,
    };
    if let Some(org) = org {
        let scope = TenantScope::of_portal(org, "campaigns.post");
        let portal = app.clone();
        let (chosen, name) = app
            .db
            .tenant(&scope, move |tx| {
                let chosen = providers::in_use(tx, &portal, Channel::Email)?;
                Ok((chosen, consent::asker(tx)?.name))
            })
            .await?;
        for one in chosen {
            match one {
                Ok(chosen) if chosen.id.is_some() => known.ways.push(Way {
                    provider: chosen.id,
                    name: chosen.name,
                    carrier: chosen.carrier,
                    from: chosen.from.as_ref().and_then(|from| mailbox(from, &name)),
                }),
                Ok(_) => {}
                Err(why) => known.trouble = Some(why),
            }
        }
    }
    match providers::installations_own(app) {
        Ok(None) => {}
        Ok(Some(settings)) => known.ways.push(Way {
            provider: None,
            name: OWN.to_owned(),
            carrier: Carrier::Smtp(settings),
            from: None,
        }),
        Err(why) => known.trouble = Some(why),
    }
    Ok(known)
}

fn mailbox(from: &SentAs, organization: &str) -> Option<Mailbox> {
    let name = match from.name.is_empty() {
        true => organization,
        false => &from.name,
    };
    let address = from.address.parse().ok()?;
    Some(Mailbox::new(Some(name.to_owned()), address))
}

async fn carried(
    app: &App,
    org: Option<OrgId>,
    ways: &Ways,
    (line, suffering): (&mut Line, &mut HashMap<usize, String>),
    letter: &InHand,
) -> Result<Fate, AppError> {
    let mut trouble = ways.trouble.clone();
    for (index, way) in ways.ways.iter().enumerate() {
        if let Some(why) = suffering.get(&index) {
            trouble = Some(why.clone());
            continue;
        }
        let written = match &way.from {
            Some(from) => mime::readdressed(&letter.mime, from),
            None => letter.mime.clone(),
        };
        let done = match &way.carrier {
            Carrier::Smtp(settings) => line.send(index, settings, way, letter, &written).await,
            Carrier::Mail(provider, _) => over_http(app, provider.as_ref(), way, letter, &written).await,
            Carrier::Outbox | Carrier::Sms(_) => continue,
        };
        match done {
            Done::Settled(fate) => return Ok(fate),
            Done::Suffers(why, needs_a_person) => {
                stop_if_needed(app, org, way, &why, needs_a_person).await?;
                suffering.insert(index, why.clone());
                trouble = Some(why);
            }
        }
    }
    Ok(match trouble {
        Some(why) => Fate::PutOff(why),
        None => Fate::Kept,
    })
}

async fn stop_if_needed(
    app: &App,
    org: Option<OrgId>,
    way: &Way,
    why: &str,
    needs_a_person: bool,
) -> Result<(), AppError> {
    let (Some(org), Some(provider), true) = (org, way.provider, needs_a_person) else {
        return Ok(());
    };
    let (scope, why) = (TenantScope::of_portal(org, "campaigns.post"), why.to_owned());
    app.db
        .tenant(&scope, move |tx| providers::stop(tx, provider, &why))
        .await
}

/// A connection to the mail server that was last used.
#[derive(Default)]
struct Line {
    session: Option<(usize, Session)>,
}

impl Line {
    async fn send(
        &mut self,
        index: usize,
        settings: &smtp::Settings,
        way: &Way,
        letter: &InHand,
        written: &[u8],
    ) -> Done {
        let sender = way.from.as_ref().map(|from| from.email.to_string());
        let Some(sender) = sender.or_else(|| mime::sender(written)) else {
            return Done::Settled(Fate::GivenUp("It has no sender.".to_owned()));
        };
        let content = Content {
            size: u64::try_from(written.len()).ok(),
            encoding: match written.is_ascii() {
                true => Encoding::SevenBit,
                false => Encoding::EightBit,
            },
        };
        let (envelope, body) = match (
            Envelope::new(&sender, &letter.recipient, content),
            Body::checked(written),
        ) {
            (Ok(envelope), Ok(body)) => (envelope, body),
            (Err(cause), _) => return Done::Settled(Fate::GivenUp(cause.to_string())),
            (_, Err(cause)) => return Done::Settled(Fate::GivenUp(cause.to_string())),
        };
        // A second time when the connection had been closed in the meantime.
        let mut why = String::new();
        for _ in 0..2 {
            let session = match self.open(index, settings).await {
                Ok(session) => session,
                Err(suffers) => return suffers,
            };
            match session.deliver(&envelope, body, None).await {
                Outcome::NotSent {
                    why: Unsent::TurnedAway(reply),
                } => {
                    return Done::Suffers(
                        format!("The mail server does not take mail from us: {reply}."),
                        true,
                    );
                }
                Outcome::NotSent { why: unsent } if unsent.is_worth_retrying() => {
                    why = unsent.to_string();
                    self.session = None;
                }
                Outcome::NotSent { why } => return Done::Settled(Fate::GivenUp(why.to_string())),
                Outcome::Accepted { .. } => return Done::Settled(Fate::Left(way.name.clone())),
                Outcome::Deferred { reply, .. } => return Done::Settled(Fate::PutOff(reply.to_string())),
                Outcome::Refused { reply, .. } => return Done::Settled(Fate::GivenUp(reply.to_string())),
                Outcome::InDoubt { why } => return Done::Settled(Fate::PutOff(why.to_string())),
            }
        }
        Done::Suffers(why, false)
    }

    async fn open(&mut self, index: usize, settings: &smtp::Settings) -> Result<&mut Session, Done> {
        let usable = self
            .session
            .take()
            .filter(|(known, session)| *known == index && session.is_usable());
        let session = match usable {
            Some((_, session)) => session,
            None => Session::open(settings).await.map_err(|failure| {
                let is_passing =
                    failure.is_temporary() || matches!(failure, smtp::Failure::UnknownHost { .. });
                Done::Suffers(failure.to_string(), !is_passing)
            })?,
        };
        Ok(&mut self.session.insert((index, session)).1)
    }

    async fn close(self) {
        if let Some((_, session)) = self.session {
            session.quit().await;
        }
    }
}

async fn over_http(
    app: &App,
    provider: &dyn MailProvider,
    way: &Way,
    letter: &InHand,
    written: &[u8],
) -> Done {
    let opened = mime::open(written);
    let part = |kind: &str| {
        let found = opened.parts.iter().find(|part| part.kind == kind);
        found.map(|part| part.text.clone()).unwrap_or_default()
    };
    let Some(from) = &way.from else {
        return Done::Settled(Fate::GivenUp("The provider has no sender.".to_owned()));
    };
    let travels = |name: &str| {
        ["List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let mail = Mail {
        id: letter.id,
        from_name: from.name.clone().unwrap_or_default(),
        from_address: from.email.to_string(),
        to_name: String::new(),
        to_address: letter.recipient.clone(),
        reply_to: None,
        subject: letter.subject.clone(),
        html: part("text/html"),
        text: part("text/plain"),
        headers: opened
            .headers
            .iter()
            .filter(|(name, _)| travels(name))
            .cloned()
            .collect(),
    };
    match provider.send(&mail, app.clock().now()).await.outcome {
        Answer::Accepted { .. } => Done::Settled(Fate::Left(way.name.clone())),
        Answer::Deferred {
            why,
            scope: Scope::Provider,
            ..
        } => Done::Suffers(why, false),
        Answer::Deferred { why, .. } | Answer::InDoubt { why } => Done::Settled(Fate::PutOff(why)),
        Answer::Refused {
            why,
            kind: Refusal::BadAddress | Refusal::OptedOut | Refusal::Content | Refusal::Other,
            code,
        } => Done::Settled(Fate::GivenUp(format!("{why} ({code})"))),
        Answer::Credentials { why } => Done::Suffers(why, true),
    }
}
