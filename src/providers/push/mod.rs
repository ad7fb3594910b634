//! Push notifications to browsers (RFC 8030), which need no account anywhere: the portal makes its own key
//! and talks with the browser maker's push service.

mod hosts;
mod payload;
mod subscription;
mod vapid;
mod web_push;

pub use hosts::PushHosts;
pub use payload::{LONGEST_PAYLOAD, PayloadError, SALT, encrypt, encrypt_with};
pub use subscription::{BadSubscription, Subscription};
pub use vapid::{VapidKeys, VapidSubject};
pub use web_push::{PushMessage, PushOutcome, Topic, Urgency, WebPush};
