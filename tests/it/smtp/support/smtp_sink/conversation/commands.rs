//! What the sink answers to each command.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;

use super::super::options::{Answer, Cut, DataWithoutRecipients, SinkEncryption, Who};
use super::{Conversation, Expecting, Mail};

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    pub(super) async fn answer(&mut self, line: &str) -> Option<()> {
        match self.expecting {
            Expecting::PlainSecret => return self.plain(line).await,
            Expecting::LoginUser => {
                self.login_user = decoded(line);
                self.expecting = Expecting::LoginPassword;
                return self.say("334 UGFzc3dvcmQ6").await;
            }
            Expecting::LoginPassword => {
                let user = std::mem::take(&mut self.login_user);
                return self.judge_account(&user, &decoded(line)).await;
            }
            Expecting::Command | Expecting::Body => {}
        }
        let verb = line.get(..4).unwrap_or(line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" if self.options.knows_ehlo => self.introduce().await,
            "HELO" => self.say("250 sink.test").await,
            "AUTH" => self.authenticate(line).await,
            "MAIL" => self.sender(line).await,
            "RCPT" => self.recipient(line).await,
            "DATA" => self.data().await,
            "RSET" => {
                self.shared.records.count(&self.shared.records.resets);
                self.mail = None;
                self.say("250 2.0.0 Forgotten").await
            }
            "NOOP" => self.say("250 2.0.0 Fine").await,
            "QUIT" => {
                self.shared.records.count(&self.shared.records.quits);
                self.say("221 2.0.0 Bye").await?;
                self.flush().await?;
                None
            }
            _ => self.say("500 5.5.1 Unknown command").await,
        }
    }

    pub(super) fn offers_start_tls(&self) -> bool {
        self.options.encryption == SinkEncryption::StartTls && !self.is_encrypted
    }

    async fn introduce(&mut self) -> Option<()> {
        let options = self.options.clone();
        let mut lines = vec!["sink.test greets you".to_owned()];
        lines.extend(options.pipelining.then(|| "PIPELINING".to_owned()));
        lines.extend(options.size_limit.map(|limit| format!("SIZE {limit}")));
        lines.extend(self.offers_start_tls().then(|| "STARTTLS".to_owned()));
        lines.extend(
            options
                .account
                .is_some()
                .then(|| format!("AUTH {}", options.sign_in_ways)),
        );
        if options.beyond_ascii {
            lines.extend(["8BITMIME".to_owned(), "SMTPUTF8".to_owned()]);
        }
        lines.push("ENHANCEDSTATUSCODES".to_owned());
        let last = lines.pop().unwrap();
        let mut reply: String = lines.iter().map(|line| format!("250-{line}\n")).collect();
        reply.push_str(&format!("250 {last}"));
        self.say(&reply).await
    }

    async fn authenticate(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ').skip(1);
        match (words.next().map(str::to_ascii_uppercase).as_deref(), words.next()) {
            (Some("PLAIN"), Some(secret)) => self.plain(secret).await,
            (Some("PLAIN"), None) => {
                self.expecting = Expecting::PlainSecret;
                self.say("334 ").await
            }
            (Some("LOGIN"), _) => {
                self.expecting = Expecting::LoginUser;
                self.say("334 VXNlcm5hbWU6").await
            }
            _ => self.say("504 5.5.4 Unknown way").await,
        }
    }

    async fn plain(&mut self, secret: &str) -> Option<()> {
        let secret = decoded(secret);
        let mut parts = secret.split('\0').skip(1);
        let (user, password) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.judge_account(user, password).await
    }

    async fn judge_account(&mut self, user: &str, password: &str) -> Option<()> {
        self.expecting = Expecting::Command;
        let account = self.options.account.clone();
        self.is_signed_in = account.is_some_and(|(name, secret)| name == user && secret == password);
        let reply = if self.is_signed_in {
            "235 2.7.0 Welcome"
        } else {
            "535 5.7.8 Wrong user or password"
        };
        self.say(reply).await
    }

    async fn sender(&mut self, line: &str) -> Option<()> {
        let number = self.shared.records.count(&self.shared.records.transactions);
        let cut = self.options.cuts.get(&number).copied();
        self.cut_at(cut, Cut::BeforeMail).await?;
        if self
            .options
            .farewell_after
            .is_some_and(|limit| self.accepted >= limit)
        {
            self.say("421 4.7.0 Enough for this connection").await?;
            self.flush().await?;
            return None;
        }
        if self.options.account.is_some() && !self.is_signed_in {
            return self.say("530 5.7.0 Sign in first").await;
        }
        if self.mail.is_some() {
            return self.say("503 5.5.1 One at a time").await;
        }
        let (sender, parameters) = path(line);
        if let Some(Answer::Path(reply)) = self.rule_for_sender(&sender) {
            return self.say(&reply).await;
        }
        if self
            .options
            .size_limit
            .zip(declared_size(&parameters))
            .is_some_and(|(limit, size)| size > limit)
        {
            return self.say("552 5.3.4 Too large").await;
        }
        let entered_data_at = SystemTime::UNIX_EPOCH;
        self.mail = Some(Mail {
            cut,
            sender,
            parameters,
            recipients: Vec::new(),
            entered_data_at,
        });
        self.say("250 2.1.0 Sender fine").await?;
        self.cut_at(cut, Cut::AfterMail).await
    }

    async fn recipient(&mut self, line: &str) -> Option<()> {
        let Some(cut) = self.mail.as_ref().map(|mail| mail.cut) else {
            return self.say("503 5.5.1 Sender first").await;
        };
        self.cut_at(cut, Cut::BeforeRecipient).await?;
        let (recipient, _) = path(line);
        match self.rule_for(&recipient) {
            Some(Answer::Path(reply)) => {
                self.say(&reply).await?;
                if reply.starts_with("421") {
                    self.flush().await?;
                    return None;
                }
                return self.cut_at(cut, Cut::AfterRecipient).await;
            }
            Some(Answer::Slow(wait)) => sleep(wait).await,
            _ => {}
        }
        if let Some(mail) = &mut self.mail {
            mail.recipients.push(recipient);
        }
        self.say("250 2.1.5 Recipient fine").await?;
        self.cut_at(cut, Cut::AfterRecipient).await
    }

    async fn data(&mut self) -> Option<()> {
        let options = self.options.clone();
        let Some(mail) = &mut self.mail else {
            return self.say("503 5.5.1 Sender first").await;
        };
        mail.entered_data_at = SystemTime::now();
        let (cut, recipient) = (mail.cut, mail.recipients.first().cloned());
        if recipient.is_none() && options.data_without_recipients == DataWithoutRecipients::Refused {
            return self.say("503 5.5.1 No valid recipients").await;
        }
        self.cut_at(cut, Cut::BeforeData).await?;
        if let Some(Answer::Data(reply)) = recipient.and_then(|recipient| self.rule_for(&recipient)) {
            return self.say(&reply).await;
        }
        self.expecting = Expecting::Body;
        self.searched = self.from;
        self.say("354 Go on").await?;
        self.cut_at(cut, Cut::AfterData).await
    }

    pub(super) fn rule_for(&self, recipient: &str) -> Option<Answer> {
        let (mailbox, domain) = recipient.rsplit_once('@')?;
        let fits = |who: &Who| match who {
            Who::Mailbox(name) => name == mailbox,
            Who::Domain(name) => name == domain,
            Who::Sender(_) => false,
        };
        self.options
            .rules
            .iter()
            .find(|rule| fits(&rule.who))
            .map(|rule| rule.answer.clone())
    }

    fn rule_for_sender(&self, sender: &str) -> Option<Answer> {
        let fits = |who: &Who| matches!(who, Who::Sender(name) if name == sender);
        self.options
            .rules
            .iter()
            .find(|rule| fits(&rule.who))
            .map(|rule| rule.answer.clone())
    }
}

fn path(line: &str) -> (String, String) {
    let inside = line.split_once('<').map(|(_, rest)| rest).unwrap_or_default();
    let (address, parameters) = inside.split_once('>').unwrap_or((inside, ""));
    (address.to_owned(), parameters.trim().to_owned())
}

fn declared_size(parameters: &str) -> Option<u64> {
    parameters
        .split(' ')
        .find_map(|word| word.strip_prefix("SIZE="))?
        .parse()
        .ok()
}

fn decoded(word: &str) -> String {
    String::from_utf8_lossy(&STANDARD.decode(word).unwrap_or_default()).into_owned()
}
