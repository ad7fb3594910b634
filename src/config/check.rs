//! What a configuration may say. Every problem is told at once, by its key.

use std::ops::RangeInclusive;

use tracing_subscriber::EnvFilter;
use url::Url;

use super::{
    Broadcasts, Config, Database, Limits, Log, Mail, Messages, Push, Sessions, Storage, Web, Writing,
};
use crate::kernel::actor::Role;
use crate::providers::mail::smtp::Address;

/// Upper bounds are generous; they keep dates and sizes within what can be computed with.
const DAYS: RangeInclusive<i64> = 1..=3_650;
const ATTEMPTS: RangeInclusive<i64> = 1..=1_000_000;
const COUNTS: RangeInclusive<i64> = 0..=1_000_000;
const GIGABYTE: usize = 1024 * 1024 * 1024;

/// Problems by key.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn refuse(&mut self, wrong: bool, key: &str, message: &str) {
        if wrong {
            self.0.push(format!("{key}: {message}"));
        }
    }

    fn within<T: PartialOrd + std::fmt::Display>(&mut self, key: &str, value: &T, range: &RangeInclusive<T>) {
        if !range.contains(value) {
            let (least, most) = (range.start(), range.end());
            self.0
                .push(format!("{key}: must be from {least} to {most}, and is {value}"));
        }
    }
}

impl Config {
    /// Everything that is wrong with it, a line each.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Problems::default();
        if !self.public_url.is_empty() {
            let usable = Url::parse(&self.public_url)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
            let message = "must be a web address such as https://portal.example.org";
            problems.refuse(!usable, "public_url", message);
        }
        self.database.check(&mut problems);
        self.web.check(&mut problems);
        self.sessions.check(&mut problems);
        self.limits.check(&mut problems);
        self.broadcasts.check(&mut problems);
        self.storage.check(&mut problems);
        self.mail.check(&mut problems);
        self.messages.check(&mut problems);
        self.push.check(&mut problems);
        self.writing.check(&mut problems);
        self.log.check(&mut problems);
        problems.0
    }
}

impl Database {
    fn check(&self, problems: &mut Problems) {
        let usable = self.url.is_empty()
            || Url::parse(&self.url).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"));
        let message = "must look like postgres://owner:password@host/database";
        problems.refuse(!usable, "database.url", message);
        problems.within("database.pool_size", &self.pool_size, &(1..=200));
    }
}

impl Web {
    fn check(&self, problems: &mut Problems) {
        problems.within("web.workers", &self.workers, &(1..=64));
        problems.within("web.body_limit", &self.body_limit, &(16 * 1024..=GIGABYTE));
        problems.within("web.upload_limit", &self.upload_limit, &(1024..=64 * GIGABYTE));
        problems.within("web.media_limit", &self.media_limit, &(1024..=64 * GIGABYTE));
        problems.within(
            "web.archive_limit",
            &self.archive_limit,
            &(1024..=1024 * GIGABYTE),
        );
        problems.within("web.drain_seconds", &self.drain_seconds, &(0..=7));
    }
}

impl Sessions {
    fn check(&self, problems: &mut Problems) {
        problems.within("sessions.idle_days", &self.idle_days, &DAYS);
        problems.within("sessions.absolute_days", &self.absolute_days, &DAYS);
        let message = "must not be more than sessions.absolute_days";
        problems.refuse(self.idle_days > self.absolute_days, "sessions.idle_days", message);
        problems.within(
            "sessions.invitation_hours",
            &self.invitation_hours,
            &(1..=24 * 366),
        );
        problems.within("sessions.reset_minutes", &self.reset_minutes, &(1..=7 * 24 * 60));
        problems.within(
            "sessions.attempts_per_account",
            &self.attempts_per_account,
            &ATTEMPTS,
        );
        problems.within(
            "sessions.attempts_per_address",
            &self.attempts_per_address,
            &ATTEMPTS,
        );
    }
}

impl Messages {
    fn check(&self, problems: &mut Problems) {
        // CASL, S.C. 2010, c. 23, s. 25: it may be asked for three years whether a message was lawful.
        let message = "must be 0, to keep them for good, or from 36 to 1200";
        let wrong = self.log_months != 0 && !(36..=1_200).contains(&self.log_months);
        problems.refuse(wrong, "messages.log_months", message);
    }
}

impl Limits {
    fn check(&self, problems: &mut Problems) {
        for (key, value) in [
            ("limits.standard", self.standard),
            ("limits.medium", self.medium),
            ("limits.strict", self.strict),
        ] {
            problems.within(key, &value, &(1..=1_000_000));
        }
    }
}

impl Broadcasts {
    fn check(&self, problems: &mut Problems) {
        problems.within(
            "broadcasts.cancel_seconds",
            &self.cancel_seconds,
            &(0..=24 * 3_600),
        );
        for (section, counts) in [
            ("broadcasts.hourly", &self.hourly),
            ("broadcasts.daily", &self.daily),
        ] {
            for (role, count) in counts {
                let key = format!("{section}.{role}");
                let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
                let message = format!("is no role; roles are {}", known.join(", "));
                problems.refuse(role.parse::<Role>().is_err(), &key, &message);
                problems.within(&key, count, &COUNTS);
            }
        }
    }
}

impl Storage {
    fn check(&self, problems: &mut Problems) {
        let message = "must be local or s3";
        let known = matches!(self.provider.as_str(), "local" | "s3");
        problems.refuse(!known, "storage.provider", message);
        if self.provider != "s3" {
            return;
        }
        let message = "must be the web address of the S3 service";
        problems.refuse(Url::parse(&self.endpoint).is_err(), "storage.endpoint", message);
        for (key, value) in [
            ("storage.bucket", &self.bucket),
            ("storage.region", &self.region),
            ("storage.access_key", &self.access_key),
            ("storage.secret_key", &self.secret_key),
        ] {
            problems.refuse(value.is_empty(), key, "is missing, and s3 needs it");
        }
    }
}

impl Mail {
    fn check(&self, problems: &mut Problems) {
        let wrong = self.from.parse::<lettre::message::Mailbox>().is_err();
        problems.refuse(wrong, "mail.from", "must look like Waymark <portal@example.org>");
        if let Err(problem) = Address::read(&self.server) {
            problems.refuse(!self.server.is_empty(), "mail.server", &problem);
        }
    }
}

impl Writing {
    fn check(&self, problems: &mut Problems) {
        for address in &self.addresses {
            let is_address = Url::parse(address)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            let message = format!("{address} must look like http://10.0.0.5:11434");
            problems.refuse(!is_address, "writing.addresses", &message);
        }
    }
}

impl Push {
    fn check(&self, problems: &mut Problems) {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        for host in &self.hosts {
            let name = host.strip_prefix("*.").unwrap_or(host);
            let is_name = !name.is_empty() && name.bytes().all(is_plain);
            let message = format!("{host} must look like push.example.org or *.push.example.org");
            problems.refuse(!is_name, "push.hosts", &message);
        }
    }
}

impl Log {
    fn check(&self, problems: &mut Problems) {
        if let Err(cause) = EnvFilter::try_new(&self.filter) {
            let message = format!("must look like info,waymark=debug ({cause})");
            problems.refuse(true, "log.filter", &message);
        }
    }
}
