//! Announcing messages: MAIL, RCPT and DATA, in one group (RFC 2920 §3.1) or one by one.

use std::io::Write;

use super::super::envelope::{Encoding, Envelope};
use super::super::judgement::{self, Stage};
use super::super::outcome::{Outcome, Unsent};
use super::super::reply::Reply;
use super::Session;

/// What must be said before another message can be announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Debt {
    #[default]
    Nothing,
    /// A message was begun and did not come to its end: RSET.
    Reset,
    /// The server asks for the body of a message whose recipient it refused: a dot alone (RFC 2920 §3.1).
    LoneDot,
}

impl Debt {
    /// Writes it down and tells what it was, so that its answer can be read.
    pub fn pay(&mut self, outbox: &mut Vec<u8>) -> Self {
        outbox.extend_from_slice(match self {
            Self::Nothing => b"".as_slice(),
            Self::Reset => b"RSET\r\n",
            Self::LoneDot => b".\r\n",
        });
        std::mem::take(self)
    }
}

/// A message that was announced and whose answers are not read yet. Keeps its memory from message to message.
#[derive(Debug, Default)]
pub(super) struct Offer {
    is_made: bool,
    paid: Debt,
    sender: String,
    recipient: String,
}

impl Offer {
    pub fn is_made(&self) -> bool {
        self.is_made
    }

    pub fn is_for(&self, envelope: &Envelope<'_>) -> bool {
        self.sender == envelope.sender() && self.recipient == envelope.recipient()
    }

    pub fn forget(&mut self) {
        self.is_made = false;
    }

    fn note(&mut self, envelope: &Envelope<'_>, paid: Debt) {
        self.is_made = true;
        self.paid = paid;
        envelope.sender().clone_into(&mut self.sender);
        envelope.recipient().clone_into(&mut self.recipient);
    }
}

/// What the server says to an announced message.
#[derive(Debug)]
pub(super) enum Answer {
    /// It waits for the body.
    GoAhead,
    /// It does not; this became of the message.
    No(Outcome),
}

/// How a command was answered.
enum Heard {
    Yes,
    GoAhead,
    No(Outcome),
    Broken(Outcome),
}

impl Session {
    /// Announces a message unless it was announced before, and reads the answers.
    pub(super) async fn announce(&mut self, envelope: &Envelope<'_>) -> Answer {
        if !self.offer.is_made() && self.messages > 0 && !self.wire.is_quiet().await {
            self.close();
            return Answer::No(Outcome::NotSent { why: Unsent::Closed });
        }
        if !self.capabilities.pipelining {
            return self.announce_step_by_step(envelope).await;
        }
        if !self.offer.is_made() {
            self.write_offer(Some(envelope));
            if let Err(broken) = self.wire.send(self.command_timeout).await {
                return Answer::No(self.unsent(broken).await);
            }
        }
        self.answers().await
    }

    /// Announces the next message although this one failed, together with what the failure owes.
    pub(super) async fn announce_behind_failure(&mut self, next: Option<&Envelope<'_>>) {
        if !self.is_open {
            return;
        }
        self.write_offer(next);
        if self.offer.is_made() && self.wire.send(self.command_timeout).await.is_err() {
            self.close();
        }
    }

    /// Writes an announcement into the outbox, if it can be made here.
    pub(super) fn write_offer(&mut self, envelope: Option<&Envelope<'_>>) {
        let Some(envelope) = envelope else { return };
        if !self.capabilities.pipelining || !self.has_room() || self.obstacle(envelope, None).is_some() {
            return;
        }
        let paid = self.debt.pay(self.wire.outbox());
        self.write_mail(envelope);
        self.write_recipient(envelope);
        self.wire.outbox().extend_from_slice(b"DATA\r\n");
        self.offer.note(envelope, paid);
        self.messages += 1;
    }

    /// Reads the answers to an announcement made in one group.
    pub(super) async fn answers(&mut self) -> Answer {
        self.offer.forget();
        if let Some(outcome) = self.settle(self.offer.paid).await {
            return Answer::No(outcome);
        }
        let sender = match self.hear(Stage::Sender).await {
            Heard::Broken(outcome) => return Answer::No(outcome),
            heard => heard,
        };
        let recipient = match (self.hear(Stage::Recipient).await, &sender) {
            (Heard::Broken(_), Heard::No(outcome)) => return Answer::No(outcome.clone()),
            (Heard::Broken(outcome), _) => return Answer::No(outcome),
            (heard, _) => heard,
        };
        let data = self.hear(Stage::Data).await;
        self.conclude(sender, recipient, data)
    }

    /// Puts the three answers together.
    fn conclude(&mut self, sender: Heard, recipient: Heard, data: Heard) -> Answer {
        match (sender, recipient, data) {
            (Heard::Yes, Heard::Yes, Heard::GoAhead) => self.go_ahead(),
            (Heard::Yes, Heard::No(outcome), Heard::GoAhead)
            | (Heard::No(outcome), Heard::No(_), Heard::GoAhead) => self.decline(outcome, Debt::LoneDot),
            (Heard::No(outcome), Heard::No(_), Heard::No(_)) => self.decline(outcome, Debt::Nothing),
            (Heard::No(outcome), _, Heard::No(_))
            | (Heard::Yes, Heard::No(outcome), Heard::No(_))
            | (Heard::Yes, Heard::Yes, Heard::No(outcome)) => self.decline(outcome, Debt::Reset),
            // A recipient without a sender: a dot alone could deliver an empty message. Or the connection broke.
            (Heard::No(outcome), _, _) | (_, Heard::No(outcome), _) => {
                self.close();
                Answer::No(outcome)
            }
            (_, _, Heard::Broken(outcome)) => Answer::No(outcome),
            _ => Answer::No(self.out_of_step("It mixed up the answers to MAIL, RCPT and DATA.")),
        }
    }

    /// The message has failed and the session goes on, unless it is the session that the server does not like.
    fn decline(&mut self, outcome: Outcome, debt: Debt) -> Answer {
        self.debt = debt;
        match outcome {
            Outcome::Refused { reply, .. } if is_about_the_session(&reply) => {
                self.close();
                Answer::No(Outcome::NotSent {
                    why: Unsent::TurnedAway(reply),
                })
            }
            outcome => Answer::No(outcome),
        }
    }

    /// Without PIPELINING: each command waits for its answer.
    async fn announce_step_by_step(&mut self, envelope: &Envelope<'_>) -> Answer {
        self.messages += 1;
        let paid = self.debt.pay(self.wire.outbox());
        if paid != Debt::Nothing
            && let Err(outcome) = self.say().await
        {
            return Answer::No(outcome);
        }
        if let Some(outcome) = self.settle(paid).await {
            return Answer::No(outcome);
        }
        self.write_mail(envelope);
        match self.ask(Stage::Sender).await {
            Heard::Yes => {}
            Heard::No(outcome) => return self.decline(outcome, Debt::Nothing),
            Heard::Broken(outcome) => return Answer::No(outcome),
            Heard::GoAhead => return Answer::No(self.out_of_step("It answered MAIL with 354.")),
        }
        self.write_recipient(envelope);
        match self.ask(Stage::Recipient).await {
            Heard::Yes => {}
            Heard::No(outcome) => return self.decline(outcome, Debt::Reset),
            Heard::Broken(outcome) => return Answer::No(outcome),
            Heard::GoAhead => return Answer::No(self.out_of_step("It answered RCPT with 354.")),
        }
        self.wire.outbox().extend_from_slice(b"DATA\r\n");
        match self.ask(Stage::Data).await {
            Heard::GoAhead => self.go_ahead(),
            Heard::No(outcome) => self.decline(outcome, Debt::Reset),
            Heard::Broken(outcome) => Answer::No(outcome),
            Heard::Yes => Answer::No(self.out_of_step("It answered DATA without 354.")),
        }
    }

    /// The body may follow, unless the server has already said more: that would be taken for the answer to the dot.
    fn go_ahead(&mut self) -> Answer {
        if !self.wire.has_unread() {
            return Answer::GoAhead;
        }
        Answer::No(self.out_of_step("It answered more often than it was asked."))
    }

    /// Reads the answer to what was owed.
    async fn settle(&mut self, paid: Debt) -> Option<Outcome> {
        if paid == Debt::Nothing {
            return None;
        }
        let reply = match self.wire.reply(self.command_timeout).await {
            Ok(reply) => reply,
            Err(broken) => return Some(self.unsent(broken).await),
        };
        if reply.is_farewell() {
            let outcome = judgement::failure(Stage::Sender, reply);
            self.close();
            return outcome;
        }
        // A message without recipients may be refused or taken; RSET can only be agreed to.
        let fits = reply.is_positive() || (paid == Debt::LoneDot && !(300..400).contains(&reply.code));
        let shown = (!fits).then(|| reply.to_string());
        shown.map(|shown| self.out_of_step(&shown))
    }

    async fn ask(&mut self, stage: Stage) -> Heard {
        match self.say().await {
            Ok(()) => self.hear(stage).await,
            Err(outcome) => Heard::Broken(outcome),
        }
    }

    async fn say(&mut self) -> Result<(), Outcome> {
        match self.wire.send(self.command_timeout).await {
            Ok(()) => Ok(()),
            Err(broken) => Err(self.unsent(broken).await),
        }
    }

    async fn hear(&mut self, stage: Stage) -> Heard {
        if !self.is_open {
            return Heard::Broken(Outcome::NotSent { why: Unsent::Closed });
        }
        let heard = match self.wire.reply(self.command_timeout).await {
            Ok(reply) => understand(stage, reply),
            Err(broken) => Heard::Broken(Outcome::NotSent { why: broken.into() }),
        };
        if matches!(heard, Heard::Broken(_)) {
            self.close();
        }
        heard
    }

    fn out_of_step(&mut self, why: &str) -> Outcome {
        self.close();
        Outcome::NotSent {
            why: Unsent::Garbled(why.to_owned()),
        }
    }

    fn write_mail(&mut self, envelope: &Envelope<'_>) {
        let content = envelope.content();
        let size = content.size.filter(|_| self.capabilities.size);
        let says_eight_bit = content.encoding != Encoding::SevenBit && self.capabilities.eight_bit;
        let outbox = self.wire.outbox();
        write_path(outbox, b"MAIL FROM:<", envelope.sender());
        if let Some(size) = size {
            // Writing into memory does not fail.
            let _ = write!(outbox, " SIZE={size}");
        }
        if says_eight_bit {
            outbox.extend_from_slice(b" BODY=8BITMIME");
        }
        if envelope.needs_utf8() {
            outbox.extend_from_slice(b" SMTPUTF8");
        }
        outbox.extend_from_slice(b"\r\n");
    }

    fn write_recipient(&mut self, envelope: &Envelope<'_>) {
        write_path(self.wire.outbox(), b"RCPT TO:<", envelope.recipient());
        self.wire.outbox().extend_from_slice(b"\r\n");
    }
}

fn write_path(outbox: &mut Vec<u8>, command: &[u8], address: &str) {
    outbox.extend_from_slice(command);
    outbox.extend_from_slice(address.as_bytes());
    outbox.push(b'>');
}

/// RFC 5321 §4.2.3, RFC 4954 §6: the server does not know the command, finds it out of order, or wants us to sign in. That
/// says nothing about the message.
fn is_about_the_session(reply: &Reply) -> bool {
    matches!(reply.code, 500 | 502 | 503 | 530 | 535 | 538)
}

/// What a reply means at its place.
fn understand(stage: Stage, reply: &Reply) -> Heard {
    if reply.is_farewell() {
        return judgement::failure(stage, reply).map_or(Heard::Yes, Heard::Broken);
    }
    if let Some(outcome) = judgement::failure(stage, reply) {
        return Heard::No(outcome);
    }
    match (stage, reply.code) {
        (Stage::Data, 354) => Heard::GoAhead,
        (Stage::Sender | Stage::Recipient, 200..300) => Heard::Yes,
        _ => Heard::Broken(Outcome::NotSent {
            why: Unsent::Garbled(reply.to_string()),
        }),
    }
}
