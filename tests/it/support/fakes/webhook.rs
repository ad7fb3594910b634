//! Reports on their way to the portal: signed, delivered, repeated, out of order.

use url::Url;

/// A signed report, ready to be posted.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Webhook {
    /// Posts it, as often as it takes to get a 2xx but no more than `attempts` times, and returns the last
    /// status.
    pub async fn deliver(&self, to: &Url, attempts: usize) -> u16 {
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let mut status = 0;
        for _ in 0..attempts {
            let mut request = client.post(to.clone()).body(self.body.clone());
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
            status = request.send().await.unwrap().status().as_u16();
            if (200..300).contains(&status) {
                break;
            }
        }
        status
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The last first, and each twice: what every provider warns of.
pub fn disordered(reports: &[Webhook]) -> Vec<Webhook> {
    let backwards = reports.iter().rev();
    backwards
        .flat_map(|report| [report.clone(), report.clone()])
        .collect()
}
