//! A real Chromium, driven through chromedriver, for the stories a person would tell.
//!
//! Every [`Browser`] is a person with a browser of their own: fresh profile, own cookies. Nothing
//! sleeps; every verb waits until it can be done. When a test fails, a screenshot and the page are
//! kept under `artifacts/`; whatever happens, no process is left behind (see `leash`).

mod launch;
mod look;
mod screen;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use url::Url;

use super::artefacts;
use super::client::Client;
use super::eventually::{PATIENCE, PAUSE};
use launch::Launched;

pub use look::{ConsoleError, Traffic};
pub use screen::{Scheme, Screen, Scripting};

/// A person's browser.
pub struct Browser {
    driver: WebDriver,
    base: Url,
    screen: Screen,
    test: String,
    launched: Launched,
}

impl Browser {
    /// Starts a browser for the portal at `base_url`.
    pub async fn open(base_url: &str, screen: Screen) -> Self {
        super::client::install_crypto();
        let launched = Launched::start().await;
        let driver = launched.session().await;
        let browser = Self {
            driver,
            base: Url::parse(base_url).expect("the base URL is one"),
            screen,
            test: artefacts::test_name(),
            launched,
        };
        browser.apply_screen().await;
        browser
    }

    /// Kills the browser without a word and starts it again: what was on the disk is all that is left.
    pub async fn kill_and_reopen(&mut self) {
        self.launched.kill_browser().await;
        let _ = self.driver.clone().leak();
        self.driver = self.launched.session().await;
        self.apply_screen().await;
    }

    /// The value of a JavaScript promise.
    pub async fn promised(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; Promise.resolve({expression}).then(done, (problem) => done(`failed: ${{problem}}`));"
        );
        let answer = self.driver.execute_async(script, Vec::new()).await;
        answer
            .unwrap_or_else(|error| panic!("{expression}: {error}"))
            .json()
            .clone()
    }

    /// What thirtyfour offers beyond the verbs here.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// The folder that everything of this browser lives in; its processes name it.
    pub fn folder(&self) -> &std::path::Path {
        self.launched.folder()
    }

    /// How the screen was chosen.
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Takes over the cookies of a client that has signed in, which is quicker than signing in again.
    pub async fn take_cookies_from(&self, client: &Client) {
        for (name, value) in client.cookies() {
            let secure = name.starts_with("__Host-") || name.starts_with("__Secure-");
            let cookie = json!({
                "name": name, "value": value, "url": self.base.as_str(), "httpOnly": true, "secure": secure,
            });
            let answer = self.devtools("Network.setCookie", cookie).await;
            assert_eq!(answer["success"], true, "the browser refused the cookie {name}");
        }
    }

    /// Opens a path, or a full URL.
    pub async fn goto(&self, path: &str) {
        let url = self.base.join(path).expect("the path makes a URL");
        self.driver.goto(url.as_str()).await.expect("the page opens");
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page loads again");
    }

    /// The path and query that the address bar shows.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("there is an address");
        url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
    }

    /// Waits until the address bar shows a path that begins so.
    pub async fn wait_for_path(&self, prefix: &str) {
        self.wait(&format!("to be at {prefix}"), async || {
            let path = self.path().await;
            path.starts_with(prefix).then_some(()).ok_or(format!("at {path}"))
        })
        .await;
    }

    /// Empties a field and types into it. The field is named by its label or by a selector.
    pub async fn fill(&self, field: &str, text: &str) {
        self.wait(&format!("to fill {field:?}"), async || {
            let element = self.field(field).await?;
            element.clear().await.map_err(explain)?;
            element.send_keys(text).await.map_err(explain)
        })
        .await;
    }

    /// Types into a field as it is, or presses keys in it: `Key::Enter + ""`, `Key::Control + "a"`.
    pub async fn type_into(&self, field: &str, keys: impl Into<TypingData>) {
        let keys = keys.into();
        let element = self
            .wait(&format!("to type into {field:?}"), async || {
                self.field(field).await
            })
            .await;
        element.send_keys(keys).await.expect("keys can be typed");
    }

    /// Presses keys wherever the focus is.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        let element = self
            .driver
            .active_element()
            .await
            .expect("something has the focus");
        element.send_keys(keys.into()).await.expect("keys can be typed");
    }

    /// Chooses from a drop-down list by what the option says.
    pub async fn choose(&self, field: &str, option: &str) {
        let quoted = xpath_string(option);
        self.wait(&format!("to choose {option:?} in {field:?}"), async || {
            let list = self.field(field).await?;
            let by = By::XPath(format!(".//option[normalize-space()={quoted}]"));
            let option = list.find(by).await.map_err(explain)?;
            option.click().await.map_err(explain)
        })
        .await;
    }

    /// Puts a file of the disk into a file field.
    pub async fn attach(&self, field: &str, file: &std::path::Path) {
        let file = file.canonicalize().expect("the file is there");
        let element = self
            .wait(&format!("to attach to {field:?}"), async || {
                self.field(field).await
            })
            .await;
        element
            .send_keys(file.display().to_string())
            .await
            .expect("the file is taken");
    }

    /// Presses the button, link, tab, check box or summary that is called so.
    pub async fn press(&self, name: &str) {
        self.wait(&format!("to press {name:?}"), async || {
            let element = self.pressable(name).await?;
            match element.click().await {
                Ok(()) => Ok(()),
                // The driver calls in view what a bar covers; a person scrolls.
                Err(error) => {
                    let _ = element.scroll_into_view().await;
                    Err(explain(error))
                }
            }
        })
        .await;
    }

    /// Presses what a selector finds.
    pub async fn press_css(&self, css: &str) {
        self.wait(&format!("to press {css}"), async || {
            let element = self.driver.find(By::Css(css)).await.map_err(explain)?;
            match element.click().await {
                Ok(()) => Ok(()),
                Err(error) => {
                    let _ = element.scroll_into_view().await;
                    Err(explain(error))
                }
            }
        })
        .await;
    }

    /// What a person reads on the page.
    pub async fn text(&self) -> String {
        self.try_text().await.unwrap_or_default()
    }

    /// Waits until a person can read this.
    pub async fn wait_for_text(&self, text: &str) {
        self.wait(&format!("to read {text:?}"), async || {
            let shown = self.try_text().await?;
            shown
                .contains(text)
                .then_some(())
                .ok_or_else(|| format!("the page reads: {shown}"))
        })
        .await;
    }

    /// Waits until a person can no longer read this.
    pub async fn wait_for_no_text(&self, text: &str) {
        self.wait(&format!("{text:?} to go away"), async || {
            let shown = self.try_text().await?;
            (!shown.contains(text))
                .then_some(())
                .ok_or_else(|| format!("the page reads: {shown}"))
        })
        .await;
    }

    /// Waits until a selector finds something that is shown.
    pub async fn wait_for(&self, css: &str) -> WebElement {
        self.wait(&format!("to see {css}"), async || {
            let element = self.driver.find(By::Css(css)).await.map_err(explain)?;
            let shown = element.is_displayed().await.map_err(explain)?;
            shown
                .then_some(element)
                .ok_or_else(|| "it is there but not shown".to_owned())
        })
        .await
    }

    /// How many elements a selector finds.
    pub async fn count(&self, css: &str) -> usize {
        self.driver
            .find_all(By::Css(css))
            .await
            .expect("the page can be searched")
            .len()
    }

    /// Waits until a JavaScript expression is true.
    pub async fn wait_until(&self, condition: &str) {
        let script = format!("return Boolean({condition});");
        self.wait(&format!("{condition} to be true"), async || {
            let answer = self
                .driver
                .execute(script.as_str(), Vec::new())
                .await
                .map_err(explain)?;
            let holds = answer.json().as_bool().unwrap_or(false);
            holds.then_some(()).ok_or_else(|| "it is false".to_owned())
        })
        .await;
    }

    /// The value of a JavaScript expression.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        let answer = self.driver.execute(script, Vec::new()).await;
        answer
            .unwrap_or_else(|error| panic!("{expression}: {error}"))
            .json()
            .clone()
    }

    /// Puts a finger on the screen, moves it or lifts it (`touchStart`, `touchMove`, `touchEnd`), at this place of the window.
    pub async fn finger(&self, kind: &str, at: Option<(f64, f64)>) {
        let points: Vec<Value> = at.iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
        self.devtools(
            "Input.dispatchTouchEvent",
            json!({ "type": kind, "touchPoints": points }),
        )
        .await;
    }

    async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    async fn try_text(&self) -> Result<String, String> {
        let body = self.driver.find(By::Tag("body")).await.map_err(explain)?;
        let text = body.text().await.map_err(explain)?;
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    async fn field(&self, field: &str) -> Result<WebElement, String> {
        let label = xpath_string(field);
        let named = format!(
            "//*[self::input or self::textarea or self::select][\
               @id = //label[normalize-space() = {label}]/@for \
               or ancestor::label[normalize-space(text()) = {label}] \
               or @aria-label = {label} or @placeholder = {label}]"
        );
        for by in [By::XPath(named), By::Css(field)] {
            // A label is rarely a selector: an error here only means that it is none.
            if let Ok(Some(element)) = self.driver.find_all(by).await.map(first) {
                return Ok(element);
            }
        }
        Err("no such field".to_owned())
    }

    async fn pressable(&self, name: &str) -> Result<WebElement, String> {
        let name = xpath_string(name);
        let by = By::XPath(format!(
            "//*[self::button or self::a or self::summary or self::label or @role='button' or @role='tab' \
               or @role='menuitem'][normalize-space() = {name} or @aria-label = {name}] \
             | //input[@type='submit' or @type='button'][@value = {name}]"
        ));
        let found = self.driver.find_all(by).await.map_err(explain)?;
        for element in found {
            if element.is_displayed().await.unwrap_or(false) {
                return Ok(element);
            }
        }
        Err("nothing shown is called so".to_owned())
    }

    /// Tries until it works; the last reason is told when it never does.
    async fn wait<T>(&self, what: &str, mut attempt: impl AsyncFnMut() -> Result<T, String>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let reason = match attempt().await {
                Ok(done) => return done,
                Err(reason) => reason,
            };
            assert!(
                Instant::now() < deadline,
                "waited {PATIENCE:?} in vain {what}: {reason}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            look::keep_last_sight(&self.launched, &self.driver, &self.test);
        }
        // The leash ends the browser; asking it to quit first would only take longer.
        let _ = self.driver.clone().leak();
    }
}

/// How long a single command to the browser may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

fn first<T>(found: Vec<T>) -> Option<T> {
    found.into_iter().next()
}

fn explain(error: WebDriverError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// A string in XPath 1.0, which knows no escapes.
fn xpath_string(text: &str) -> String {
    match text.contains('\'') {
        false => format!("'{text}'"),
        true => format!("concat('{}')", text.replace('\'', "', \"'\", '")),
    }
}
