//! The messages of one campaign: its words compiled once, written for one person at a time.

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use lettre::message::Mailbox;

use crate::app::App;
use crate::domains::campaigns::content::{
    self, Compiled, Links, Organization, Recipient, RenderError, RenderedParts, Sender, SenderDetails, Stamp,
    message_digest, render_mail, render_parts,
};
use crate::domains::campaigns::mailbox;
use crate::domains::campaigns::model::Campaign;
use crate::domains::campaigns::templates;
use crate::domains::campaigns::tracking::{Tracked, What};
use crate::domains::consent;
use crate::domains::consent::links::{Link, Opens};
use crate::domains::consent::model::Channel as ContactChannel;
use crate::kernel::error::AppError;
use crate::kernel::ids::{DeliveryId, MemberId, OrgId};
use crate::platform::crypto::Signer;
use crate::platform::db::TenantTx;

/// The variable that leads to a message in a browser.
const ONLINE: &str = "links.view_online";

/// From whom a campaign's messages are.
#[derive(Debug, Clone)]
pub struct SentAs {
    pub name: String,
    pub address: String,
    pub reply_to: String,
    /// Where failures are reported to; empty for the address itself.
    pub return_path: String,
}

impl SentAs {
    /// The sender of the envelope, to whom failures are reported (RFC 5321, 4.4).
    pub fn returned_to(&self) -> &str {
        match self.return_path.as_str() {
            "" => &self.address,
            path => path,
        }
    }
}

/// What one campaign says.
pub struct Letters {
    compiled: Compiled,
    sender: Sender,
    /// From whom they are, and to whom failures are reported.
    pub from: SentAs,
    /// How the way out by mail begins, when there is one.
    way_out: Option<String>,
    domain: String,
    portal: String,
    org: OrgId,
    channel: ContactChannel,
    category: String,
    fill: HashMap<String, String>,
    is_tracked: bool,
    /// Whether the words lead to the message in a browser.
    says_online: bool,
    links: Signer,
    tracked: Signer,
}

/// One person, as letters see them.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub delivery: DeliveryId,
    pub bucket: chrono::NaiveDate,
    pub member: MemberId,
    pub name: &'a str,
    pub address: &'a str,
    pub locale: &'a str,
    pub phone: Option<&'a str>,
    /// What the template's own variables say for them alone.
    pub values: Option<&'a Values>,
}

/// What a template's own variables say, by the names that templates use.
pub type Values = HashMap<String, String>;

struct Known<'a> {
    name: &'a str,
    phone: Option<&'a str>,
    own: Option<&'a Values>,
    fill: &'a HashMap<String, String>,
}

impl content::Values for Known<'_> {
    fn value(&self, path: &str) -> Option<&str> {
        let name = self.name.trim();
        match path {
            "member.first_name" => name.split_whitespace().next(),
            "member.last_name" => name.split_once(char::is_whitespace).map(|(_, last)| last.trim()),
            "member.phone" => self.phone,
            _ => self
                .own
                .and_then(|own| own.get(path))
                .or_else(|| self.fill.get(path))
                .map(String::as_str),
        }
    }
}

impl Letters {
    /// Reads what a campaign says.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the words do not compile any more.
    pub fn read(
        tx: &mut TenantTx<'_>,
        app: &App,
        campaign: &Campaign,
        from: Option<SentAs>,
    ) -> Result<Self, AppError> {
        Self::read_with(tx, app, campaign, "", from)
    }

    /// Reads what a campaign says, with this subject unless it is empty.
    ///
    /// # Errors
    /// As [`Letters::read`].
    pub fn read_with(
        tx: &mut TenantTx<'_>,
        app: &App,
        campaign: &Campaign,
        subject: &str,
        from: Option<SentAs>,
    ) -> Result<Self, AppError> {
        let template = campaign
            .template_id
            .ok_or_else(|| AppError::Conflict("Choose a template first.".to_owned()))?;
        let kept = templates::queries::template(tx, template)?;
        let version = match campaign.version_id {
            Some(id) => templates::queries::version_by_id(tx, id)?,
            None => templates::queries::version(tx, template, kept.current_version)?,
        };
        let words = templates::model::Words::read(version.draft)?.with_subject(subject);
        let compiled = templates::actions::compiled(&words, kept.channel, version.purpose, &app.config)
            .map_err(|_| {
                AppError::Conflict("What the template says can't be sent. Open it to see why.".to_owned())
            })?;
        let asker = consent::asker(tx)?;
        let portals = portals_own(&app.config.mail.from)?;
        // A number sends texts; what is written in a mail's headers is made of an address.
        let from = from.filter(|_| campaign.channel == templates::model::Channel::Email);
        let from = from.unwrap_or(SentAs {
            name: String::new(),
            address: portals,
            reply_to: String::new(),
            return_path: String::new(),
        });
        let from = SentAs {
            name: [&campaign.from_name, &from.name, &asker.name]
                .into_iter()
                .find(|name| !name.is_empty())
                .cloned()
                .unwrap_or_default(),
            reply_to: match campaign.reply_to.is_empty() {
                true => from.reply_to,
                false => campaign.reply_to.clone(),
            },
            address: from.address,
            return_path: from.return_path,
        };
        let portal = match app.config.public_url.trim_end_matches('/') {
            "" => "http://localhost".to_owned(),
            known => known.to_owned(),
        };
        let postal: Vec<&str> = asker
            .postal_address
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let organization = Organization::new([
            ("name", asker.name.clone()),
            ("postal_address", postal.join(", ")),
            ("email", from.address.clone()),
            ("website", portal.clone()),
        ]);
        let feedback = format!("{}:{}:{}:waymark", campaign.id, tx.org(), kept.category);
        let details = SenderDetails {
            name: &from.name,
            address: &from.address,
            reply_to: Some(from.reply_to.as_str()).filter(|to| !to.is_empty()),
            list: None,
            feedback_id: Some(&feedback),
            organization: &organization,
        };
        let sender = Sender::new(&details).map_err(|cause| AppError::Unexpected(cause.into()))?;
        let domain = from
            .address
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain)
            .to_owned();
        let fill = campaign.fill.as_object().into_iter().flatten();
        let fill =
            fill.filter_map(|(name, value)| Some((format!("vars.{name}"), value.as_str()?.to_owned())));
        Ok(Self {
            says_online: compiled.variables().contains(&ONLINE),
            compiled,
            sender,
            domain,
            way_out: mailbox::way_out(tx)?,
            from,
            portal,
            org: tx.org(),
            channel: crate::domains::campaigns::audience::contact_channel(campaign.channel),
            category: kept.category,
            fill: fill.filter(|(_, value)| !value.trim().is_empty()).collect(),
            is_tracked: campaign.is_tracked,
            links: Link::signer(&app.keys),
            tracked: Tracked::signer(&app.keys),
        })
    }

    /// The kind of messages it belongs to.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// Whether the words say this variable.
    pub fn say(&self, path: &str) -> bool {
        self.compiled.variables().contains(&path)
    }

    /// A text of theirs with what is the same for all readers in place of its variables.
    pub fn to_all(&self, text: &str) -> String {
        content::filled_in(text, |path| {
            if path.starts_with("organization.") {
                return self.sender.organization.value(path).map(str::to_owned);
            }
            let own = path.starts_with("vars.");
            let given = self.fill.get(path).map(String::as_str);
            let said = given.or_else(|| self.compiled.fallback(path));
            said.filter(|_| own).map(str::to_owned)
        })
    }

    /// What was compiled.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// Writes the whole mail for one person into `out`; answers its SHA-256.
    ///
    /// # Errors
    /// When a value is missing, an address cannot stand in a header, or the template does too much.
    pub fn mail(
        &self,
        reader: &Reader<'_>,
        now: DateTime<Utc>,
        out: &mut Vec<u8>,
    ) -> Result<[u8; 32], RenderError> {
        let message_id = self.message_id(reader.delivery);
        let stamp = Stamp {
            message_id: &message_id,
            date: now,
        };
        self.for_reader(reader, now, |recipient, links| {
            render_mail(&self.compiled, &self.sender, recipient, links, &stamp, out)
        })?;
        Ok(message_digest(out))
    }

    /// The id under which mail programs know a message; the same for every attempt.
    pub fn message_id(&self, delivery: DeliveryId) -> String {
        format!("{delivery}@{}", self.domain)
    }

    /// What one person gets, in parts.
    ///
    /// # Errors
    /// As [`Letters::mail`].
    pub fn parts(&self, reader: &Reader<'_>, now: DateTime<Utc>) -> Result<RenderedParts, RenderError> {
        self.for_reader(reader, now, |recipient, links| {
            render_parts(&self.compiled, &self.sender, recipient, links)
        })
    }

    /// What one person gets, to be looked at by somebody else: links to leave and to preferences lead to the looker's own, counted links
    /// straight to where they point, and nothing is counted.
    ///
    /// # Errors
    /// As [`Letters::mail`].
    pub fn looked_at(&self, reader: &Reader<'_>) -> Result<RenderedParts, RenderError> {
        let known = self.known(reader);
        let recipient = recipient(reader, &known);
        let own = format!("{}/preferences", self.portal);
        let nowhere = |_: u32, _: &mut String| {};
        let plain = Links {
            unsubscribe_https: Some(&own),
            unsubscribe_mailto: None,
            preferences: Some(&own),
            view_online: Some(&own),
            tracked: &nowhere,
            open_pixel: None,
        };
        let straight = |index: u32, address: &mut String| {
            let leads_to = self.compiled.destination(index, &self.sender, &recipient, &plain);
            address.push_str(&leads_to.unwrap_or_default());
        };
        let links = Links {
            tracked: &straight,
            ..plain
        };
        render_parts(&self.compiled, &self.sender, &recipient, &links)
    }

    fn known<'a>(&'a self, reader: &Reader<'a>) -> Known<'a> {
        Known {
            name: reader.name,
            phone: reader.phone,
            own: reader.values,
            fill: &self.fill,
        }
    }

    /// The ways to leave for one person: where the link leads, and the address of a mail that does the same.
    pub fn leaving(&self, reader: &Reader<'_>, now: DateTime<Utc>) -> (String, Option<String>) {
        let token = self.leaving_token(reader, now);
        let by_mail = self
            .way_out
            .as_ref()
            .map(|begin| [begin.as_str(), token.as_str()].concat());
        ([self.portal.as_str(), "/u/", token.as_str()].concat(), by_mail)
    }

    /// One token for all ways out: it opens leaving, and nothing else.
    fn leaving_token(&self, reader: &Reader<'_>, now: DateTime<Utc>) -> String {
        let opens = Opens::Leaving {
            channel: self.channel,
            category: self.category.clone(),
            message: Some(reader.delivery.0),
        };
        let link = Link {
            org: self.org,
            member: reader.member,
            opens,
        };
        link.signed(&self.links, now)
    }

    /// Where a counted link leads for one person.
    pub fn destination(&self, index: u32, reader: &Reader<'_>, now: DateTime<Utc>) -> Option<String> {
        self.for_reader(reader, now, |recipient, links| {
            self.compiled.destination(index, &self.sender, recipient, links)
        })
    }

    fn for_reader<T>(
        &self,
        reader: &Reader<'_>,
        now: DateTime<Utc>,
        work: impl FnOnce(&Recipient<'_>, &Links<'_>) -> T,
    ) -> T {
        let known = self.known(reader);
        let recipient = recipient(reader, &known);
        let (leaving, leaving_mailto) = self.leaving(reader, now);
        let preferences = Link {
            org: self.org,
            member: reader.member,
            opens: Opens::Preferences,
        };
        let preferences = format!("{}/p/{}", self.portal, preferences.signed(&self.links, now));
        let online = self
            .says_online
            .then(|| self.tracked_address("v", reader, What::Online));
        let pixel = self
            .is_tracked
            .then(|| self.tracked_address("o", reader, What::Open));
        let nowhere = |_: u32, _: &mut String| {};
        let plain = Links {
            unsubscribe_https: Some(&leaving),
            unsubscribe_mailto: leaving_mailto.as_deref(),
            preferences: Some(&preferences),
            view_online: online.as_deref(),
            tracked: &nowhere,
            open_pixel: pixel.as_deref(),
        };
        // Each stands in the text and in the HTML.
        let clicks: Vec<OnceLock<String>> = vec![OnceLock::new(); self.compiled.links().len()];
        let address = |index: u32, address: &mut String| match self.is_tracked {
            true => {
                let link = u16::try_from(index).unwrap_or(u16::MAX);
                let made = || self.tracked_address("t", reader, What::Click(link));
                match clicks.get(usize::from(link)) {
                    Some(kept) => address.push_str(kept.get_or_init(made)),
                    None => address.push_str(&made()),
                }
            }
            false => {
                let leads_to = self.compiled.destination(index, &self.sender, &recipient, &plain);
                address.push_str(&leads_to.unwrap_or_default());
            }
        };
        let links = Links {
            tracked: &address,
            ..plain
        };
        work(&recipient, &links)
    }

    fn tracked_address(&self, path: &str, reader: &Reader<'_>, what: What) -> String {
        let tracked = Tracked {
            org: self.org,
            bucket: reader.bucket,
            delivery: reader.delivery,
            what,
        };
        let mut address = String::with_capacity(self.portal.len() + 80);
        address.push_str(&self.portal);
        address.push('/');
        address.push_str(path);
        address.push('/');
        tracked.append_to(&self.tracked, &mut address);
        address
    }
}

fn recipient<'a>(reader: &Reader<'a>, known: &'a Known<'a>) -> Recipient<'a> {
    Recipient {
        name: reader.name,
        address: reader.address,
        locale: reader.locale,
        values: known,
    }
}

/// The bare address that the portal's own mail is from.
fn portals_own(from: &str) -> Result<String, AppError> {
    let mailbox: Mailbox = from
        .parse()
        .map_err(|cause: lettre::address::AddressError| AppError::Unexpected(cause.into()))?;
    Ok(mailbox.email.to_string())
}
