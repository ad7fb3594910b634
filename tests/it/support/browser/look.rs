//! Looking closely at a page: screenshots, accessibility, errors, layout, traffic.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::WebDriver;

use super::Browser;
use super::launch::Launched;
use crate::support::{artefacts, axe};

/// Elements wider than the screen, and whether the page scrolls sideways because of them.
const SIDEWAYS: &str = r#"(() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > room + 0.5);
  return ['page is ' + document.documentElement.scrollWidth + ' wide on a screen of ' + room,
          ...wide.slice(0, 8).map((element) => element.cloneNode(false).outerHTML.slice(0, 160))];
})()"#;

const TRAFFIC: &str = r#"(() => {
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const loading = entries.filter((entry) => entry.initiatorType !== 'fetch');
  return { requests: loading.length, bytes: loading.reduce((sum, entry) => sum + entry.transferSize, 0),
           addresses: entries.map((entry) => entry.name) };
})()"#;

/// Something the browser's console complained about.
#[derive(Debug, Clone)]
pub struct ConsoleError {
    /// `javascript`, `network`, `security`, `console-api` …
    pub source: String,
    pub message: String,
}

/// What loading the page cost, counted by the browser itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Traffic {
    /// Requests, the page itself included, and those answered from the cache too; not what scripts ask for afterwards.
    pub requests: usize,
    /// Bytes over the wire with headers; nothing for what came from the cache.
    pub bytes: u64,
    /// Everything that was asked for, by scripts too.
    pub addresses: Vec<String>,
}

impl Browser {
    /// Keeps a picture as `artifacts/screenshots/<test>/<name>-<width>-<scheme>.png`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let png = self
            .driver()
            .screenshot_as_png()
            .await
            .expect("a picture can be taken");
        let file = format!("{name}-{}.png", self.screen().label());
        artefacts::keep("screenshots", &self.test, &file, &png)
    }

    /// The same of the whole page, however long.
    pub async fn screenshot_whole(&self, name: &str) -> PathBuf {
        self.grow().await;
        let kept = self.screenshot(name).await;
        self.shrink().await;
        kept
    }

    /// Has axe look at the whole page, on a screen as tall as the page.
    pub async fn axe(&self) -> axe::Report {
        self.grow().await;
        let load = format!("{}\n;", axe::SOURCE);
        self.driver().execute(load, Vec::new()).await.expect("axe loads");
        let ran = self
            .driver()
            .execute_async(axe::RUN, Vec::new())
            .await
            .expect("axe runs");
        self.shrink().await;
        let result = ran.json().clone();
        assert!(result.get("error").is_none(), "axe failed: {}", result["error"]);
        serde_json::from_value(result).expect("axe answers as documented")
    }

    /// What the console complained about since the last time this was asked.
    pub async fn console_errors(&self) -> Vec<ConsoleError> {
        let log = self
            .driver()
            .browser_log()
            .await
            .expect("the console can be read");
        log.into_iter()
            .filter(|entry| entry.level == "SEVERE")
            .map(|entry| ConsoleError {
                source: entry.source.unwrap_or_default(),
                message: entry.message,
            })
            .collect()
    }

    /// # Panics
    /// When the console complained about anything.
    pub async fn expect_quiet_console(&self) {
        let errors = self.console_errors().await;
        assert!(errors.is_empty(), "the console complains: {errors:#?}");
    }

    /// # Panics
    /// When the page has to be scrolled sideways.
    pub async fn no_horizontal_scroll(&self) {
        let wide = self.evaluate(SIDEWAYS).await;
        assert_eq!(wide, json!([]), "scrolls sideways at {}", self.path().await);
    }

    /// What the page cost since it was opened.
    pub async fn traffic(&self) -> Traffic {
        serde_json::from_value(self.evaluate(TRAFFIC).await).expect("the browser counts")
    }

    /// Forgets everything cached, so that the next page is a first visit.
    pub async fn clear_cache(&self) {
        self.devtools("Network.clearBrowserCache", json!({})).await;
    }

    async fn grow(&self) {
        const TALLEST: u64 = 30_000;
        let height = self.evaluate("document.documentElement.scrollHeight").await;
        let height = height
            .as_u64()
            .unwrap_or(0)
            .clamp(self.screen().height.into(), TALLEST);
        let height = u32::try_from(height).unwrap();
        self.set_viewport(self.screen().width, height).await;
    }

    async fn shrink(&self) {
        self.set_viewport(self.screen().width, self.screen().height).await;
    }
}

/// Keeps what the browser shows while a failing test unwinds.
///
/// The test's own runtime is stuck in the panic, hence a thread and a runtime of their own.
pub fn keep_last_sight(launched: &Launched, driver: &WebDriver, test: &str) {
    let session = format!("{}/session/{}", launched.address(), driver.session_id());
    let test = test.to_owned();
    let looking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            if let Some(picture) = ask(&session, "screenshot").await {
                let png = base64::prelude::BASE64_STANDARD
                    .decode(picture)
                    .unwrap_or_default();
                let kept = artefacts::keep("screenshots", &test, "failed.png", &png);
                eprintln!("what the browser showed: {}", kept.display());
            }
            if let Some(source) = ask(&session, "source").await {
                artefacts::keep("failed-pages", &test, "browser.html", source.as_bytes());
            }
        });
    });
    // A second panic would only hide the first.
    let _ = looking.join();
}

async fn ask(session: &str, what: &str) -> Option<String> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build();
    let answer = client.ok()?.get(format!("{session}/{what}")).send().await.ok()?;
    let answer: Value = answer.json().await.ok()?;
    answer["value"].as_str().map(str::to_owned)
}
