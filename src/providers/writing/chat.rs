//! Any service that answers `/chat/completions` as OpenAI does: hosted ones, and those that run on a machine of one's own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Ask, Exchange, Writer, checked};
use crate::providers::http::{self, Answer, Http, Unanswered};
use crate::providers::outcome::words;
use crate::providers::reach::{Guard, Reach};
use crate::providers::{Check, NoClient, Patience};

/// Models take their time. Whoever waits longer is better served by the draft there is.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(45),
};
/// Tokens of an answer; a draft of the longest kind has about five hundred.
const MOST_TOKENS: u32 = 900;

/// How far requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaching {
    /// As far as everything that somebody typed.
    Guarded(Reach),
    /// To an address that whoever runs this portal named in its configuration.
    Named,
}

/// A service and how to reach it.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// What `/chat/completions` is below, such as `https://api.openai.com/v1`.
    pub base: Url,
    pub model: String,
    /// May be empty, where none is asked for.
    pub key: SecretString,
    pub reaching: Reaching,
}

/// A client of one service.
#[derive(Debug, Clone)]
pub struct Chat {
    http: Http,
    settings: ChatSettings,
}

/// What a draft comes in: this and nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    message: String,
}

impl Chat {
    /// A client. It goes through no proxy, which would look names up by itself.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn new(settings: ChatSettings) -> Result<Self, NoClient> {
        // An error says that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut begun = reqwest::Client::builder().no_proxy();
        if let Reaching::Guarded(reach) = settings.reaching {
            begun = begun.dns_resolver(Arc::new(Guard::new(reach)));
        }
        Ok(Self {
            http: Http::new(begun, PATIENCE)?,
            settings,
        })
    }

    /// What is sent: words, and nothing that could be called.
    fn body(&self, instructions: &str, facts: &str) -> Value {
        json!({
            "model": self.settings.model,
            "messages": [
                { "role": "system", "content": instructions },
                { "role": "user", "content": facts },
            ],
            "response_format": { "type": "json_object" },
            "temperature": 0.4,
            "max_tokens": MOST_TOKENS,
        })
    }

    async fn send(&self, body: &Value) -> Result<Answer, String> {
        if let Reaching::Guarded(reach) = self.settings.reaching {
            // Numbers are no names, so the guard of names is not asked about them.
            reach
                .read(self.settings.base.as_str())
                .map_err(|why| why.to_string())?;
        }
        let url = http::below(&self.settings.base, "/chat/completions");
        let mut request = self.http.post(url).json(body);
        let key = self.settings.key.expose_secret();
        if !key.is_empty() {
            request = request.bearer_auth(key);
        }
        match http::send(request, &self.settings.key).await {
            Ok(answer) => Ok(answer),
            Err(Unanswered::NeverSent(why) | Unanswered::Unknown(why)) => Err(format!("{why}.")),
        }
    }
}

#[async_trait]
impl Writer for Chat {
    async fn write(&self, ask: &Ask) -> Exchange {
        let body = self.body(&ask.instructions, &ask.facts);
        let prompt = serde_json::to_string_pretty(&body).unwrap_or_default();
        match self.send(&body).await {
            Ok(answer) => Exchange {
                prompt,
                draft: draft(&answer).and_then(|message| checked(&message, &ask.placeholders)),
                answer: answer.body,
            },
            Err(why) => Exchange {
                prompt,
                answer: String::new(),
                draft: Err(why),
            },
        }
    }

    async fn check(&self) -> Check {
        let body = self.body(
            "Answer with a JSON object that has one field, message, and nothing else.",
            "Say in one sentence that the connection works.",
        );
        let answer = match self.send(&body).await {
            Ok(answer) => answer,
            Err(why) => return Check::Unknown { why },
        };
        match (answer.status.as_u16(), draft(&answer)) {
            (401 | 403, _) => Check::Wrong {
                why: "The key is not accepted.".to_owned(),
            },
            (404, _) => Check::Wrong {
                why: "There is no such model, or nothing of the kind at this address.".to_owned(),
            },
            (_, Ok(said)) => Check::Good {
                note: Some(words(&said)),
            },
            (_, Err(why)) => Check::Wrong { why },
        }
    }
}

/// The message in an answer, which is looked at in every detail.
fn draft(answer: &Answer) -> Result<String, String> {
    let status = answer.status.as_u16();
    if status != 200 {
        let said = answer.json();
        let said = said
            .pointer("/error/message")
            .and_then(Value::as_str)
            .unwrap_or_default();
        return Err(match said {
            "" => format!("It answered with error {status}."),
            said => format!("It answered with error {status}: {}", words(said)),
        });
    }
    let said: Value = serde_json::from_str(&answer.body)
        .map_err(|_| "Its answer is no JSON, or did not come whole.".to_owned())?;
    let choice = said
        .pointer("/choices/0")
        .ok_or_else(|| "Its answer has no choices.".to_owned())?;
    let calls = choice.pointer("/message/tool_calls").and_then(Value::as_array);
    if calls.is_some_and(|calls| !calls.is_empty())
        || choice
            .pointer("/message/function_call")
            .is_some_and(|call| !call.is_null())
    {
        return Err("It asked to use a tool. It has none.".to_owned());
    }
    if choice.get("finish_reason").and_then(Value::as_str) == Some("length") {
        return Err("Its answer broke off.".to_owned());
    }
    let content = choice
        .pointer("/message/content")
        .and_then(Value::as_str)
        .ok_or_else(|| "Its answer has no words.".to_owned())?;
    let draft: Draft = serde_json::from_str(content.trim())
        .map_err(|_| "Its answer is not the object that was asked for.".to_owned())?;
    Ok(draft.message)
}
