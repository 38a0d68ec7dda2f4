//! Mails: a row in the transaction of what they tell of, sent later by whichever host is first.
// See docs/decisions/0063-mail-outbox.md

mod text;
mod transport;

use std::time::Duration;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, MailId};
use entrepot_metrics::Metric;
use entrepot_store::Tx;
use entrepot_store::people::mails::MailRow;
use serde_json::{Map, Value};

use crate::links::Purpose;
use crate::{AccountError, Accounts};

pub(crate) use transport::Mailer;

use text::Text;
use transport::Sent;

/// Mails looked at in one turn.
const BATCH_SIZE: i64 = 20;
/// First wait after a failure; doubled with each, up to a quarter of an hour.
const BACKOFF_MS: i64 = 15_000;
const MAX_BACKOFF_MS: i64 = 15 * 60_000;
/// After which a mail is given up.
const MAX_AGE_MS: i64 = 3 * 24 * 60 * 60_000;
/// Sending takes less; whoever has not ended by then is dead.
const SENDING_MS: i64 = 10 * 60_000;

/// Mails that others can ask for, to one mailbox.
const MOST_AN_HOUR: i64 = 10;
const HOUR_MS: i64 = 60 * 60_000;

/// In whose name, or whether for an account at all, is not known.
fn is_asked_for(template: &str) -> bool {
    matches!(template, "register" | "reset" | "invite" | "change")
}

/// What a row turns into when its time has come.
enum Made {
    Mail(Text),
    /// There is nobody to be told anything.
    Nobody,
}

impl Accounts {
    pub(crate) async fn enqueue_mail(
        &self,
        tx: &mut Tx,
        recipient: &str,
        template: &str,
        data: &Map<String, Value>,
    ) -> Result<(), AccountError> {
        let now = self.now();
        // Anybody may ask for mails to an address that they know. Its reader has some of them, and is left alone then.
        if is_asked_for(template) && tx.count_mails_since(recipient, now - HOUR_MS).await? >= MOST_AN_HOUR {
            tracing::warn!(template, "a mail is left out: its mailbox got {MOST_AN_HOUR} within an hour");
            return Ok(());
        }
        self.services().metrics().add(Metric::Mails, &["queued"], 1);
        Ok(tx.insert_mail(MailId::make(now).as_str(), recipient, template, data, now).await?)
    }

    /// That something was changed.
    pub(crate) async fn notify(&self, tx: &mut Tx, recipient: &str, what: &str) -> Result<(), AccountError> {
        self.enqueue_mail(tx, recipient, what, &Map::new()).await
    }

    /// Sends what is due. How many were sent.
    pub async fn send_mails(&self) -> Result<u64, AccountError> {
        let mut sent = 0;
        let now = self.now();
        let doubted = self.db().doubt_mails(now - SENDING_MS, now).await?;
        if doubted > 0 {
            tracing::warn!(
                mails = doubted,
                "a host ended while it sent mails; whether they arrived is not known, and they are not sent again"
            );
        }
        for mail in self.db().due_mails(now, BATCH_SIZE).await? {
            // Before anything of it is claimed: while the server is away, nothing is in doubt.
            if let Err(why) = self.mailer().reach().await {
                self.wait(&mail, &why).await?;
                continue;
            }
            sent += u64::from(self.send(&mail).await?);
        }
        Ok(sent)
    }

    /// Where nobody else has it, it waits for another time.
    async fn wait(&self, mail: &MailRow, why: &str) -> Result<(), AccountError> {
        let now = self.now();
        let mut tx = self.db().begin().await?;
        if tx.claim_mail(&mail.id, mail.tries, now).await? {
            self.put_off(&mut tx, mail, why, now).await?;
        }
        tx.commit().await?;
        tracing::warn!(mail = mail.id, error = why, "a mail was not sent; it is tried again");
        Ok(())
    }

    async fn put_off(&self, tx: &mut Tx, mail: &MailRow, why: &str, now: Timestamp) -> Result<(), AccountError> {
        if now - mail.created_at > MAX_AGE_MS {
            return Ok(tx.end_mail(&mail.id, "failed", Some(why), now).await?);
        }
        let doubled = BACKOFF_MS.saturating_mul(1 << mail.tries.clamp(0, 10));
        Ok(tx.mail_waits(&mail.id, now + doubled.min(MAX_BACKOFF_MS), why).await?)
    }

    async fn send(&self, mail: &MailRow) -> Result<bool, AccountError> {
        let now = self.now();
        let mut tx = self.db().begin().await?;
        if !tx.claim_mail(&mail.id, mail.tries, now).await? {
            return Ok(false);
        }
        let Made::Mail(text) = self.make(&mut tx, mail).await? else {
            tx.end_mail(&mail.id, "dropped", None, now).await?;
            tx.commit().await?;
            return Ok(false);
        };
        // From here on it is known that it may have been sent.
        tx.commit().await?;
        let outcome = self.mailer().send(&mail.recipient, &text).await;
        let (now, mut tx) = (self.now(), self.db().begin().await?);
        match &outcome {
            Sent::Yes => tx.end_mail(&mail.id, "sent", None, now).await?,
            Sent::NotYet(why) => self.put_off(&mut tx, mail, why, now).await?,
            Sent::Refused(why) => tx.end_mail(&mail.id, "failed", Some(why), now).await?,
            Sent::Unknown(why) => tx.end_mail(&mail.id, "in_doubt", Some(why), now).await?,
        }
        let word = match &outcome {
            Sent::Yes => "sent",
            Sent::NotYet(_) => "later",
            Sent::Refused(_) => "failed",
            Sent::Unknown(_) => "in_doubt",
        };
        self.services().metrics().add(Metric::Mails, &[word], 1);
        tx.commit().await?;
        let sent = matches!(outcome, Sent::Yes);
        match outcome {
            Sent::Yes => tracing::info!(mail = mail.id, template = mail.template, "mail sent"),
            Sent::NotYet(why) => tracing::warn!(mail = mail.id, error = why, "a mail was not sent; it is tried again"),
            Sent::Refused(why) => tracing::warn!(mail = mail.id, error = why, "a mail was refused and is given up"),
            Sent::Unknown(why) => {
                tracing::warn!(
                    mail = mail.id,
                    error = why,
                    "whether a mail was sent is not known; it is not sent again"
                );
            }
        }
        Ok(sent)
    }

    /// Its text, with a link that is made now.
    async fn make(&self, tx: &mut Tx, mail: &MailRow) -> Result<Made, AccountError> {
        let text = |name: &str| mail.data.0.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let host = &self.options().public_url;
        let user = tx.user_by_email(&mail.recipient).await?.filter(|user| user.disabled_at.is_none());
        Ok(match (mail.template.as_str(), user) {
            ("register", Some(user)) if user.verified_at.is_some() => Made::Mail(Text::known(host)),
            ("register", Some(user)) => {
                Made::Mail(Text::verify(host, self.link(tx, Purpose::Verify, &user.id, &user.email, None).await?))
            }
            ("reset", Some(user)) => {
                Made::Mail(Text::reset(host, self.link(tx, Purpose::Reset, &user.id, &user.email, None).await?))
            }
            ("welcome", Some(user)) => {
                Made::Mail(Text::welcome(host, self.link(tx, Purpose::Reset, &user.id, &user.email, None).await?))
            }
            ("invite", Some(user)) => {
                let tenant = text("tenant_id");
                let link = self.link(tx, Purpose::Invite, &user.id, &user.email, Some(&tenant)).await?;
                Made::Mail(Text::invite(host, &text("tenant"), &text("by"), link))
            }
            // Somebody else's address, or nobody's but theirs.
            ("change", other) => match tx.user(&text("user")).await?.filter(|user| user.disabled_at.is_none()) {
                Some(user) if other.is_none() => Made::Mail(Text::change(
                    host,
                    self.link(tx, Purpose::Change, &user.id, &mail.recipient, None).await?,
                )),
                _ => Made::Nobody,
            },
            ("password_changed" | "email_changed" | "totp_removed" | "account_reset", _) => {
                Made::Mail(Text::notice(host, &mail.template))
            }
            _ => Made::Nobody,
        })
    }

    /// How often to look.
    pub const MAIL_POLL: Duration = Duration::from_secs(2);
}
