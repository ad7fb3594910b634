//! The conditions a page is looked at under: size, colours, scripts, network, visibility, tabs.

use serde_json::json;
use thirtyfour::WindowHandle;

use super::Browser;

/// What a person's system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripting {
    On,
    Off,
}

/// A screen, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    pub width: u32,
    pub height: u32,
    pub scheme: Scheme,
    pub scripting: Scripting,
}

impl Screen {
    /// A screen of this size, light, with scripts.
    pub const fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            scheme: Scheme::Light,
            scripting: Scripting::On,
        }
    }

    /// 1280 × 800.
    pub const fn desktop() -> Self {
        Self::new(1280, 800)
    }

    /// 360 × 740, the narrowest that is promised.
    pub const fn phone() -> Self {
        Self::new(360, 740)
    }

    /// The same in dark.
    pub const fn dark(self) -> Self {
        Self {
            scheme: Scheme::Dark,
            ..self
        }
    }

    /// The same without scripts.
    pub const fn without_scripts(self) -> Self {
        Self {
            scripting: Scripting::Off,
            ..self
        }
    }

    /// For names of files.
    pub(super) fn label(self) -> String {
        let scheme = match self.scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        format!("{}-{scheme}", self.width)
    }
}

impl Browser {
    /// Changes size and colours while the page is open.
    pub async fn resize(&mut self, screen: Screen) {
        self.screen = screen;
        self.apply_screen().await;
    }

    /// Cuts the network, as a tunnel does.
    pub async fn go_offline(&self) {
        self.connect(json!(true)).await;
    }

    /// Gives the network back.
    pub async fn go_online(&self) {
        self.connect(json!(false)).await;
    }

    /// Lets no request through whose address matches; nothing blocks none.
    pub async fn block(&self, addresses: &[&str]) {
        let tools = self.driver().cdp();
        tools.send_raw("Network.enable", json!({})).await.unwrap();
        tools
            .send_raw("Network.setBlockedURLs", json!({ "urls": addresses }))
            .await
            .unwrap();
    }

    /// Answers for the person what pages ask to be allowed, such as `notifications`: `granted`, `denied`, or `prompt` for not yet.
    pub async fn answer_about(&self, what: &str, answer: &str) {
        let wanted = json!({ "permission": { "name": what }, "setting": answer });
        self.devtools("Browser.setPermission", wanted).await;
    }

    /// Turns scripts on or off for the pages that are opened from now on.
    pub async fn set_scripting(&mut self, scripting: Scripting) {
        self.screen.scripting = scripting;
        let off = json!({ "value": scripting == Scripting::Off });
        self.devtools("Emulation.setScriptExecutionDisabled", off).await;
    }

    /// Hides the page, as when another window covers it or the screen is locked.
    pub async fn hide(&self) {
        self.set_window_state("minimized").await;
        self.wait_until("document.visibilityState === 'hidden'").await;
    }

    /// Brings the page back into sight.
    pub async fn show(&self) {
        self.set_window_state("normal").await;
        self.wait_until("document.visibilityState === 'visible'").await;
    }

    /// Opens a second tab of the same person at a path and speaks to it from now on.
    ///
    /// It gets a window of its own: headless Chromium takes every tab of a window for visible.
    pub async fn open_tab(&self, path: &str) -> WindowHandle {
        let tab = self.driver().new_window().await.expect("a tab opens");
        self.switch_to(&tab).await;
        self.apply_screen().await;
        self.goto(path).await;
        tab
    }

    /// The tab that the verbs speak to.
    pub async fn tab(&self) -> WindowHandle {
        self.driver().window().await.expect("there is a tab")
    }

    /// Speaks to another tab from now on. Neither is hidden by that; see [`Browser::hide`].
    pub async fn switch_to(&self, tab: &WindowHandle) {
        let switched = self.driver().switch_to_window(tab.clone()).await;
        switched.expect("the tab is there");
    }

    async fn set_window_state(&self, state: &str) {
        let window = self.devtools("Browser.getWindowForTarget", json!({})).await;
        let bounds = json!({ "windowId": window["windowId"], "bounds": { "windowState": state } });
        self.devtools("Browser.setWindowBounds", bounds).await;
    }

    async fn connect(&self, offline: serde_json::Value) {
        self.devtools("Network.enable", json!({})).await;
        let conditions = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.devtools("Network.emulateNetworkConditions", conditions)
            .await;
    }

    pub(super) async fn apply_screen(&self) {
        let Screen {
            width,
            height,
            scheme,
            scripting,
        } = self.screen;
        self.set_viewport(width, height).await;
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        // Animations would make screenshots differ from run to run.
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features }))
            .await;
        let off = json!({ "value": scripting == Scripting::Off });
        self.devtools("Emulation.setScriptExecutionDisabled", off).await;
    }

    pub(super) async fn set_viewport(&self, width: u32, height: u32) {
        // A narrow screen is a telephone, which also asks whether the page says its viewport.
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }
}
