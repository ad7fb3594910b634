//! What browsers send about devices.

use serde::Deserialize;

use crate::kernel::error::FieldErrors;
use crate::kernel::validate::Check;
use crate::providers::push::{PushHosts, Subscription};

use super::model::{Browser, Facts};

/// A browser in which push is switched on; all but the name comes from its script (Push API, `PushSubscription.toJSON`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeviceForm {
    pub name: String,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
}

impl DeviceForm {
    /// What was meant. Who writes no name gets `usual`.
    ///
    /// # Errors
    /// Every problem at once.
    pub fn parse(&self, usual: &str, hosts: &PushHosts) -> Result<Facts, FieldErrors> {
        let mut check = Check::default();
        let typed = check.line("name", "Name", &self.name, 0, 80);
        let browser = Browser {
            endpoint: self.endpoint.trim().to_owned(),
            public_key: self.p256dh.trim().to_owned(),
            auth: self.auth.trim().to_owned(),
        };
        if let Err(why) = tested(&browser, hosts) {
            check.refuse_when(true, "endpoint", &why);
        }
        let name = match typed.is_empty() {
            true => usual.chars().take(80).collect(),
            false => typed,
        };
        check.finish(|| Facts { name, browser })
    }
}

/// What a service worker sends when the push service gave its browser another address.
#[derive(Debug, Clone, Deserialize)]
pub struct Renewal {
    /// The former address.
    pub old: String,
    pub subscription: Written,
}

/// A subscription as browsers write it.
#[derive(Debug, Clone, Deserialize)]
pub struct Written {
    pub endpoint: String,
    pub keys: Keys,
}

/// Its keys.
#[derive(Debug, Clone, Deserialize)]
pub struct Keys {
    pub p256dh: String,
    pub auth: String,
}

impl Renewal {
    /// What was meant.
    ///
    /// # Errors
    /// What is wrong with the subscription.
    pub fn parse(&self, hosts: &PushHosts) -> Result<Browser, FieldErrors> {
        let browser = Browser {
            endpoint: self.subscription.endpoint.clone(),
            public_key: self.subscription.keys.p256dh.clone(),
            auth: self.subscription.keys.auth.clone(),
        };
        let mut check = Check::default();
        if let Err(why) = tested(&browser, hosts) {
            check.refuse_when(true, "endpoint", &why);
        }
        check.finish(|| browser)
    }
}

fn tested(browser: &Browser, hosts: &PushHosts) -> Result<(), String> {
    if browser.endpoint.is_empty() {
        return Err(
            "The browser gave no address for push. Load the page again and try once more.".to_owned(),
        );
    }
    Subscription::new(&browser.endpoint, &browser.public_key, &browser.auth, hosts)
        .map(|_| ())
        .map_err(|why| format!("This browser can’t be used for push. {why}."))
}
