//! What law, carriers and mail providers ask: periods, hours, keywords, what texts cost, and mail that comes back.

mod area_codes;
mod bounces;
mod due;
mod expiry;
mod periods;
mod replies;
mod sms;
