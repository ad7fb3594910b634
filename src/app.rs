//! Everything a handler, job or subscriber may need, made once at the start.

use std::sync::Arc;

use crate::config::Config;
use crate::kernel::actor::Member;
use crate::kernel::error::AppError;
use crate::kernel::time::Clock;
use crate::platform::bus::{EventType, Subscriber};
use crate::platform::crypto::{KeyRing, Passwords};
use crate::platform::db::{Db, TenantTx};
use crate::platform::storage::Storage;
use crate::platform::web::session::Sessions;
use crate::platform::web::shell::{self, OrganizationChoice, Person};
use crate::platform::web::{NavItem, RouteInfo, Shell, Visit};

/// Adds a domain's places to the navigation of a member, with their counts.
pub type Navigation = fn(&mut TenantTx<'_>, &Member) -> Result<Vec<NavItem>, AppError>;

/// The portal, as its parts see it.
#[derive(Clone)]
pub struct App {
    /// The doors to the database.
    pub db: Db,
    /// What the operator set.
    pub config: Arc<Config>,
    /// Derived keys.
    pub keys: KeyRing,
    /// Password hashing.
    pub passwords: Passwords,
    /// The session store.
    pub sessions: Sessions,
    /// Members behind sessions, remembered for seconds.
    pub directory: Arc<crate::domains::identity::Directory>,
    /// Proofs that let "nothing new" be answered from memory.
    pub proofs: Arc<crate::domains::channels::live::Proofs>,
    /// Where the bytes of attachments and exports are.
    pub storage: Arc<dyn Storage>,
    /// What the domains registered.
    pub register: Arc<Register>,
}

/// What the domains contribute, one line each in [`crate::domains`].
pub struct Register {
    /// Every route.
    pub routes: Vec<RouteInfo>,
    /// Every subscriber.
    pub subscribers: Vec<Subscriber>,
    /// Every declared event.
    pub events: Vec<EventType>,
    /// Navigation, in order.
    pub navigation: Vec<Navigation>,
}

impl Register {
    /// Whether this build has a page at `path`.
    pub fn answers(&self, path: &str) -> bool {
        let fits = |pattern: &str| {
            let (wanted, given) = (pattern.split('/'), path.split('/'));
            wanted.clone().count() == given.clone().count()
                && wanted
                    .zip(given)
                    .all(|(want, have)| want == have || want.starts_with('{'))
        };
        self.routes
            .iter()
            .any(|route| route.method == "GET" && fits(route.path))
    }
}

impl App {
    /// The present moment.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.db.clock()
    }

    /// The shell around a signed-in member's page, with counts of this transaction.
    ///
    /// # Errors
    /// When a count cannot be read.
    pub fn shell(
        &self,
        tx: &mut TenantTx<'_>,
        visit: &Visit,
        me: &Member,
        organizations: &[OrganizationChoice],
    ) -> Result<Shell, AppError> {
        let mut nav = Vec::new();
        for places in &self.register.navigation {
            nav.extend(places(tx, me)?);
        }
        let here = visit.path.split('?').next().unwrap_or("/");
        let best = nav
            .iter()
            .map(|item| item.href)
            .filter(|href| is_under(here, href))
            .max_by_key(|href| href.len());
        for item in &mut nav {
            item.current = Some(item.href) == best;
        }
        let person = Person {
            member_id: me.member.to_string(),
            name: me.name.clone(),
            initials: shell::initials(&me.name),
            hue: shell::hue(me.member.0),
            org_name: me.org_name.clone(),
            roles: me.roles.labels(),
            organizations: organizations.to_vec(),
            unread_label: nav
                .iter()
                .find(|item| item.href == "/inbox")
                .and_then(|item| item.badge.clone()),
        };
        Ok(Shell {
            person: Some(person),
            nav,
            ..visit.shell()
        })
    }
}

fn is_under(here: &str, href: &str) -> bool {
    here == href || here.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
}
