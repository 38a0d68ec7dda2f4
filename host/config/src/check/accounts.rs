//! Options of accounts and mails.

use entrepot_domain::Secret;
use toml::Table;

use super::{Checker, text};
use crate::{AuthConfig, MailConfig};

impl Checker {
    pub(super) fn auth(&mut self, table: &Table) -> AuthConfig {
        let registration = text(table, "registration");
        if !["open", "invited"].contains(&registration.as_str()) {
            self.problem(format!(
                "auth.registration (ENTREPOT_AUTH_REGISTRATION) is {registration:?}; use open or invited"
            ));
        }
        AuthConfig {
            open_registration: registration == "open",
            require_totp: table.get("require_totp").and_then(toml::Value::as_bool).unwrap_or(false),
            attempts_per_minute: self.number(table, "auth.attempts_per_minute", 1, 1_000_000) as u32,
            hashing_at_once: self.number(table, "auth.hashing_at_once", 1, 256) as usize,
        }
    }

    pub(super) fn mail(&mut self, table: &Table) -> MailConfig {
        let (smtp_url, from) = (text(table, "smtp_url"), text(table, "from"));
        if !smtp_url.is_empty() && !["smtp://", "smtps://"].iter().any(|scheme| smtp_url.starts_with(scheme)) {
            // It may hold a password: it is not repeated.
            self.problem(
                "mail.smtp_url (ENTREPOT_MAIL_SMTP_URL) must begin with smtps:// or smtp://, as in smtps://USER:PASSWORD@HOST"
                    .into(),
            );
        }
        if !from.contains('@') {
            self.problem(format!(
                "mail.from (ENTREPOT_MAIL_FROM) is {from:?}; use a form such as Entrepot <entrepot@example.com>"
            ));
        }
        MailConfig { smtp_url: Some(smtp_url).filter(|url| !url.is_empty()).map(Secret::new), from }
    }
}
