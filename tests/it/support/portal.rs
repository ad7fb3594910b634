//! The portal itself: the real server over its own database, and the people who use it.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use sha2::{Digest, Sha256};
use waymark::app::App;
use waymark::boot;
use waymark::config::Config;
use waymark::demo::write;
use waymark::domains;
use waymark::kernel::ids::{ChannelId, MemberId, OrgId};
use waymark::kernel::time::{Clock, ShiftedClock};
use waymark::platform::bus::Dispatcher;
use waymark::platform::crypto::{KeyRing, hash_now};
use waymark::platform::jobs::Worker;
use waymark::server::{self, Duty, Running};

use super::client::Client;
use super::fixture;
use super::postgres::{TestDatabase, clone_template, template};

/// The migrations and the fixture are what a template is made of; a change to either makes another.
const FIXTURE: &str = include_str!("fixture.rs");

/// A running portal of one test's own.
pub struct Portal {
    /// What the server runs on, for looking behind it.
    pub app: App,
    /// Moves time.
    pub clock: Arc<ShiftedClock>,
    base: String,
    database: TestDatabase,
    running: Option<Running>,
    _data: tempfile::TempDir,
}

/// Someone signed in.
pub struct Actor {
    /// Their browser.
    pub client: Client,
    /// Their key in the fixture.
    pub key: String,
}

impl std::ops::Deref for Actor {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Actor {
    /// Signs somebody in through the form of whatever portal answers there.
    pub async fn sign_in(base: &str, key: &str, email: &str) -> Self {
        let client = Client::new(base);
        let page = client.get("/sign-in").await.expect_ok();
        page.form("main form")
            .set("email", email)
            .set("password", fixture::PASSWORD)
            .submit(&client)
            .await
            .expect_see_other("/");
        Self {
            client,
            key: key.to_owned(),
        }
    }
}

/// The secret of every test portal: roles belong to the server, so their passwords must be the same in all.
pub const SECRET: [u8; 32] = [7; 32];

/// The keys of that secret.
pub fn keys() -> KeyRing {
    KeyRing::new(SECRET)
}

impl Portal {
    /// A portal that answers people; events and jobs wait for [`Portal::settle`].
    pub async fn start() -> Self {
        Self::with(Duty::Web, |_| {}).await
    }

    /// A portal with workers, as `waymark serve` runs it.
    pub async fn live() -> Self {
        Self::with(Duty::Both, |_| {}).await
    }

    /// A portal with another configuration.
    pub async fn with(duty: Duty, change: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        // What runs here is the tests, which read no PDFs.
        waymark::providers::pdf::read_with(env!("CARGO_BIN_EXE_waymark").into());
        let (app, clock, database, data) = tokio::task::spawn_blocking(move || {
            let database = clone_template(&fixture_template());
            let data = tempfile::tempdir().unwrap();
            let mut config = Config {
                data: data.path().to_path_buf(),
                ..Config::default()
            };
            config.database.pool_size = 4;
            config.limits = waymark::config::Limits {
                standard: 60_000,
                medium: 60_000,
                strict: 60_000,
            };
            config.mail.outbox_page = true;
            change(&mut config);
            let clock = Arc::new(ShiftedClock::default());
            let url = database.url(&user_of(&database.admin_url()), "any");
            let app = boot::assemble(config, keys(), &url, clock.clone()).expect("the portal starts");
            (app, clock, database, data)
        })
        .await
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let running = server::start(&app, Some(listener), duty).expect("the server starts");
        let base = format!("http://{}", running.address.unwrap());
        Self {
            app,
            clock,
            base,
            database,
            running: Some(running),
            _data: data,
        }
    }

    /// Where it listens.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Someone who is not signed in.
    pub fn anyone(&self) -> Client {
        Client::new(&self.base)
    }

    /// A person of the fixture's first organization, signed in through the form.
    pub async fn person(&self, key: &str) -> Actor {
        self.sign_in(key, &format!("{key}@local.example")).await
    }

    /// A person of the other organization.
    pub async fn neighbour(&self, key: &str) -> Actor {
        self.sign_in(key, &format!("{key}@neighbour.example")).await
    }

    async fn sign_in(&self, key: &str, email: &str) -> Actor {
        Actor::sign_in(&self.base, key, email).await
    }

    /// Does what events and jobs are waiting for, until nothing is.
    pub async fn settle(&self) {
        let app = self.app.clone();
        tokio::task::spawn_blocking(move || {
            let dispatcher = Dispatcher::new(app.db.clone(), app.register.subscribers.clone());
            let worker = Worker::new(app.db.clone(), domains::jobs(&app));
            for _ in 0..200 {
                if dispatcher.round().unwrap() + worker.round().unwrap() == 0 {
                    return;
                }
            }
            panic!("events and jobs do not come to an end");
        })
        .await
        .unwrap();
    }

    /// Lets time pass; nothing sleeps.
    pub fn pass(&self, delta: TimeDelta) {
        self.clock.advance(delta);
        self.app.sessions.forget_all();
        self.app.directory.forget_all();
    }

    /// A value from the database, read as its owner.
    pub fn look(&self, sql: &str) -> String {
        look_at(&self.owner_url(), sql)
    }

    /// Changes the database behind the portal's back, as its owner.
    pub fn force(&self, sql: &str) {
        PgConnection::establish(&self.owner_url())
            .unwrap()
            .batch_execute(sql)
            .unwrap();
    }

    /// The database with its owner's login.
    pub fn owner_url(&self) -> String {
        self.database.url(&user_of(&self.database.admin_url()), "any")
    }

    /// A channel of the fixture by its title.
    pub fn channel(&self, title: &str) -> ChannelId {
        self.look(&format!(
            "SELECT id FROM channels WHERE title = '{title}' ORDER BY created_at LIMIT 1"
        ))
        .parse()
        .unwrap()
    }

    /// A member of the first organization by key.
    pub fn member(&self, key: &str) -> MemberId {
        self.look(&format!("SELECT m.id FROM members m JOIN organizations o ON o.id = m.org_id WHERE o.slug = 'local' AND m.handle = '{key}'")).parse().unwrap()
    }

    /// An organization by slug.
    pub fn organization(&self, slug: &str) -> OrgId {
        self.look(&format!("SELECT id FROM organizations WHERE slug = '{slug}'"))
            .parse()
            .unwrap()
    }

    /// Stops taking requests and waits for what runs.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

/// The user name in a URL.
pub fn user_of(url: &str) -> String {
    url::Url::parse(url).unwrap().username().to_owned()
}

/// A database with both organizations of the fixture, to be cloned.
pub fn fixture_template() -> super::postgres::Template {
    let mut hash = Sha256::new();
    hash.update(FIXTURE);
    let mut folders: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    for folder in folders {
        hash.update(std::fs::read(folder.join("up.sql")).unwrap());
    }
    let hash: String = hash
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    template(&hash, write_fixture)
}

/// Fills an empty database, given by its owner's URL.
pub fn write_fixture(url: &str) {
    boot::prepare(url, &keys()).expect("migrations run");
    let clock: Arc<dyn Clock> = Arc::new(ShiftedClock::default());
    let app = boot::assemble(Config::default(), keys(), url, clock).expect("the fixture can be written");
    let password = hash_now(fixture::PASSWORD).unwrap();
    let now = Utc::now();
    for plan in [fixture::local(now), fixture::neighbour(now)] {
        write::organization(&app, &plan, &password, now).expect("the fixture fits the tables");
    }
}

/// A value from a database, read as its owner.
pub fn look_at(url: &str, sql: &str) -> String {
    #[derive(QueryableByName)]
    struct Value {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let mut conn = PgConnection::establish(url).unwrap();
    let value: Value = diesel::sql_query(format!("SELECT coalesce(({sql})::text, '') AS value"))
        .get_result(&mut conn)
        .unwrap();
    value.value
}

/// Form fields of a message that a script would send.
pub fn message(body: &str, id: uuid::Uuid) -> HashMap<&'static str, String> {
    HashMap::from([("body", body.to_owned()), ("client_id", id.to_string())])
}
