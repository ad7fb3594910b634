//! A person with a conversation open in a real browser.

use serde_json::json;
use thirtyfour::Key;

use super::browser::{Browser, Screen};
use super::portal::{Actor, Portal};

/// The channel that two people of the fixture share and nobody has written in.
pub const QUIET: &str = "Night shift";

/// A conversation on someone's screen.
pub struct Conversation {
    /// The browser, for everything that is not about messages.
    pub browser: Browser,
    /// The same person without a browser.
    pub actor: Actor,
    /// Where the channel is.
    pub path: String,
}

impl std::ops::Deref for Conversation {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Conversation {
    /// Signs someone in and opens a channel.
    pub async fn of(portal: &Portal, who: &str, channel: &str) -> Self {
        Self::on(portal, who, channel, Screen::desktop()).await
    }

    /// The same on another screen.
    pub async fn on(portal: &Portal, who: &str, channel: &str, screen: Screen) -> Self {
        let actor = portal.person(who).await;
        let path = format!("/channels/{}", portal.channel(channel));
        let browser = Browser::open(portal.base(), screen).await;
        browser.take_cookies_from(&actor).await;
        browser.goto(&path).await;
        browser.wait_for("[data-composer]").await;
        Self { browser, actor, path }
    }

    /// Types a message and presses Enter.
    pub async fn say(&self, text: &str) {
        self.browser.fill("#body", text).await;
        self.browser.type_into("#body", Key::Enter + "").await;
    }

    /// Waits until a message that the server has is on the screen exactly once.
    pub async fn wait_for_message(&self, text: &str) {
        let rows = "[...document.querySelectorAll('article[data-seq] .message__body')]";
        self.browser
            .wait_until(&format!(
                "{rows}.filter((body) => body.textContent.trim() === {text:?}).length === 1"
            ))
            .await;
    }

    /// Waits until the page has asked for news so many times more.
    pub async fn wait_for_polls(&self, more: u64) {
        let wanted = self.polls().await + more;
        self.browser
            .wait_until(&format!("{} >= {wanted}", asked("/since")))
            .await;
    }

    /// How often the page has asked for news.
    pub async fn polls(&self) -> u64 {
        self.browser.evaluate(&asked("/since")).await.as_u64().unwrap()
    }

    /// How often the page has told that something was read.
    pub async fn readings(&self) -> u64 {
        self.browser.evaluate(&asked("/reading")).await.as_u64().unwrap()
    }

    /// Opens the menu of a message and chooses from it.
    pub async fn choose_for(&self, text: &str, what: &str) {
        let find = format!(
            "[...document.querySelectorAll('article[data-seq]')].find((row) => row.querySelector('.message__body').textContent.trim() === {text:?})"
        );
        self.browser
            .evaluate(&format!(
                "{find}.querySelector('.message__tools :is([data-more], summary)').click()"
            ))
            .await;
        self.browser.press(what).await;
    }
}

fn asked(what: &str) -> String {
    format!(
        "performance.getEntriesByType('resource').filter((entry) => new URL(entry.name).pathname.endsWith({what:?})).length"
    )
}
