//! Logs and metrics. Logs carry ids, routes and durations; never names, addresses or texts.

use std::io::IsTerminal;
use std::sync::OnceLock;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people at a terminal.
    Text,
}

/// Starts logging to standard error. `filter` is a `tracing` directive such as `info,waymark=debug`.
pub fn start_logging(format: LogFormat, filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text => builder.with_target(false).compact().try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was already started");
    }
}

/// What `/metrics` shows.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Seconds per request by method, route pattern and status class.
    pub requests: HistogramVec,
    /// Refusals by the rate limiter, by class.
    pub rate_limited: IntCounterVec,
    /// Gauges set when scraped: pool connections, backlog.
    pub gauges: IntGaugeVec,
}

/// The process's metrics.
pub fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| {
        Metrics::new().unwrap_or_else(|cause| {
            tracing::error!(%cause, "metrics are off");
            Metrics::silent()
        })
    })
}

impl Metrics {
    fn new() -> prometheus::Result<Self> {
        let this = Self::parts()?;
        this.registry.register(Box::new(this.requests.clone()))?;
        this.registry.register(Box::new(this.rate_limited.clone()))?;
        this.registry.register(Box::new(this.gauges.clone()))?;
        Ok(this)
    }

    fn parts() -> prometheus::Result<Self> {
        let buckets = vec![
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
        ];
        let requests =
            HistogramOpts::new("waymark_http_request_seconds", "Time to answer a request").buckets(buckets);
        Ok(Self {
            registry: Registry::new(),
            requests: HistogramVec::new(requests, &["method", "route", "status"])?,
            rate_limited: IntCounterVec::new(
                Opts::new("waymark_rate_limited_total", "Requests refused with 429"),
                &["class"],
            )?,
            gauges: IntGaugeVec::new(Opts::new("waymark_state", "Connections and backlog"), &["what"])?,
        })
    }

    #[expect(
        clippy::expect_used,
        reason = "fixed names and labels; proven by every scrape in the tests"
    )]
    fn silent() -> Self {
        Self::parts().expect("metric names are valid")
    }

    /// The text format Prometheus reads.
    pub fn text(&self) -> String {
        let mut buffer = Vec::new();
        match TextEncoder::new().encode(&self.registry.gather(), &mut buffer) {
            Ok(()) => String::from_utf8_lossy(&buffer).into_owned(),
            Err(_) => String::new(),
        }
    }
}
