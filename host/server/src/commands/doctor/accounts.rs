//! Who may sign in, and whether their mails go out.

use anyhow::Result;

use super::Checks;
use crate::host::Host;
use crate::output::count;

/// A mail that waits for longer waits for something that is broken.
const LATE_MAIL: i64 = 15 * 60_000;

pub(super) async fn examine(host: &Host, checks: &mut Checks) -> Result<()> {
    match host.app.accounts.has_operator().await? {
        true => checks.fine("accounts", "there is an operator"),
        false => checks.note(
            "accounts",
            "nobody can sign in as an operator yet: entrepot user add EMAIL --role operator. Programs need a key: entrepot api-key create",
        ),
    }
    let (mails, now) = (host.app.accounts.mail_counts().await?, host.db.clock().now());
    if mails.oldest_at > 0 && now - mails.oldest_at > LATE_MAIL {
        checks.fault(
            "mails",
            format!(
                "{} for longer than {} minutes: is the mail server away? See mail.smtp_url, and the log",
                count(mails.waiting, "mail waits", "mails wait"),
                LATE_MAIL / 60_000
            ),
        );
    }
    let lost = mails.failed + mails.in_doubt;
    if lost > 0 {
        checks.note(
            "mails",
            format!(
                "{} refused by the mail server, and of {} nobody knows whether they arrived; they are not sent again, and whoever misses one \
                 asks for another",
                count(mails.failed, "mail was", "mails were"),
                mails.in_doubt
            ),
        );
    }
    if host.config.mail.smtp_url.is_none() {
        checks.note(
            "mails",
            format!("no mail server is set: mails are files in {}", host.config.mail_folder().display()),
        );
    }
    Ok(())
}
