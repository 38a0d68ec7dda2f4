//! Where mails go: to an SMTP server, or into files while there is none.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::text::Text;
use crate::{AccountError, AccountOptions};

/// For one answer of the server.
const TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct Mailer {
    from: Mailbox,
    transport: Transport,
}

enum Transport {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Files(PathBuf),
}

/// What became of a mail.
pub(crate) enum Sent {
    Yes,
    /// Not sent; later perhaps.
    NotYet(String),
    /// The server said no, and will again.
    Refused(String),
    /// The connection broke before the server said whether it had taken it.
    Unknown(String),
}

impl Mailer {
    pub(crate) fn new(options: &AccountOptions) -> Result<Self, AccountError> {
        let from = options.mail_from.parse().map_err(|_| {
            AccountError::Mail(format!(
                "mail.from (ENTREPOT_MAIL_FROM) is {:?}; use a form such as Entrepot <entrepot@example.com>",
                options.mail_from
            ))
        })?;
        let transport = match &options.smtp_url {
            Some(url) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose()).map_err(|_| {
                    // The address may hold a password: it is not repeated.
                    AccountError::Mail(
                        "mail.smtp_url (ENTREPOT_MAIL_SMTP_URL) cannot be used; write smtps://USER:PASSWORD@HOST, or \
                         smtp://USER:PASSWORD@HOST:587?tls=required"
                            .to_owned(),
                    )
                })?;
                Transport::Smtp(Box::new(builder.timeout(Some(TIMEOUT)).build()))
            }
            None => Transport::Files(options.mail_folder.clone()),
        };
        Ok(Self { from, transport })
    }

    /// Whether the server answers. The reason if not.
    pub(crate) async fn reach(&self) -> Result<(), String> {
        match &self.transport {
            Transport::Files(folder) => tokio::fs::create_dir_all(folder)
                .await
                .map_err(|error| format!("the folder {} cannot be made: {error}", folder.display())),
            Transport::Smtp(transport) => match transport.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("the mail server does not answer as one".to_owned()),
                Err(error) => Err(said(&error)),
            },
        }
    }

    pub(crate) async fn send(&self, recipient: &str, text: &Text) -> Sent {
        let message = match self.message(recipient, text) {
            Ok(message) => message,
            Err(why) => return Sent::Refused(why),
        };
        match &self.transport {
            Transport::Files(folder) => {
                let done = AsyncFileTransport::<Tokio1Executor>::new(folder).send(message).await;
                done.map_or_else(|error| Sent::NotYet(format!("the mail cannot be written: {error}")), |_| Sent::Yes)
            }
            Transport::Smtp(transport) => match transport.send(message).await {
                Ok(_) => Sent::Yes,
                Err(error) if error.is_permanent() => Sent::Refused(said(&error)),
                Err(error) if error.is_transient() => Sent::NotYet(said(&error)),
                Err(error) if error.is_client() || error.is_tls() => Sent::NotYet(said(&error)),
                Err(error) => Sent::Unknown(said(&error)),
            },
        }
    }

    fn message(&self, recipient: &str, text: &Text) -> Result<Message, String> {
        let to: Mailbox = recipient.parse().map_err(|error| format!("the address cannot be sent to: {error}"))?;
        let body = MultiPart::alternative_plain_html(text.plain(), text.html());
        let message = Message::builder().from(self.from.clone()).to(to).subject(text.subject.clone());
        // Not to be answered by machines (RFC 3834).
        let message = message.header(AutoSubmitted("auto-generated".to_owned()));
        message.multipart(body).map_err(|error| format!("the mail cannot be written: {error}"))
    }
}

/// With what is behind it.
fn said(error: &SmtpError) -> String {
    entrepot_domain::with_causes(error)
}

#[derive(Clone)]
struct AutoSubmitted(String);

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), self.0.clone())
    }
}
