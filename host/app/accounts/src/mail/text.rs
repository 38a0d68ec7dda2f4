//! What mails say, plain and as HTML.

use std::fmt::Write;

use entrepot_domain::Secret;
use html_escape::{encode_double_quoted_attribute, encode_text};

const FRAME: &str = include_str!("../../templates/mail.html");

/// One mail.
pub(crate) struct Text {
    pub(crate) subject: String,
    paragraphs: Vec<String>,
    /// What it is called, and where it leads.
    link: Option<(&'static str, Secret)>,
    /// Below the link.
    last: String,
}

impl Text {
    fn new(subject: &str, paragraphs: &[&str], link: Option<(&'static str, Secret)>, last: &str) -> Self {
        let paragraphs = paragraphs.iter().map(|&paragraph| paragraph.to_owned()).collect();
        Self { subject: subject.to_owned(), paragraphs, link, last: last.to_owned() }
    }

    pub(crate) fn verify(host: &str, link: Secret) -> Self {
        Self::new(
            "Confirm your e-mail address",
            &[&format!(
                "Somebody asked for an account on {host} with this address. If it was you, open this link within a day, and give \
                the password that you chose:"
            )],
            Some(("Confirm the address", link)),
            "If it was not you, leave this mail alone: without the link there is no account.",
        )
    }

    pub(crate) fn known(host: &str) -> Self {
        Self::new(
            "You have an account already",
            &[&format!("Somebody asked for an account on {host} with this address, and there is one already.")],
            None,
            "If it was you, sign in, or reset your password. If it was not, there is nothing to do: nothing was changed.",
        )
    }

    pub(crate) fn reset(host: &str, link: Secret) -> Self {
        Self::new(
            "Choose a new password",
            &[&format!(
                "Somebody asked for a new password for your account on {host}. If it was you, open this link within an hour:"
            )],
            Some(("Choose a new password", link)),
            "If it was not you, leave this mail alone: your password stays as it is.",
        )
    }

    pub(crate) fn welcome(host: &str, link: Secret) -> Self {
        Self::new(
            "Your account",
            &[&format!(
                "An operator made an account for you on {host}. Open this link within an hour, and choose a password:"
            )],
            Some(("Choose a password", link)),
            "If the link is over, ask for a new password on the host.",
        )
    }

    pub(crate) fn invite(host: &str, tenant: &str, by: &str, link: Secret) -> Self {
        Self::new(
            &format!("You are invited to {tenant}"),
            &[&format!("{by} invites you to {tenant} on {host}. To accept, open this link within seven days:")],
            Some(("Accept the invitation", link)),
            "If you do not want to, leave this mail alone.",
        )
    }

    pub(crate) fn change(host: &str, link: Secret) -> Self {
        Self::new(
            "Confirm your new e-mail address",
            &[&format!(
                "This is to be the address of an account on {host}. If that is what you asked for, open this link within a day:"
            )],
            Some(("Confirm the address", link)),
            "If it is not, leave this mail alone: nothing is changed.",
        )
    }

    /// That something was changed; `what` as the outbox names it.
    pub(crate) fn notice(host: &str, what: &str) -> Self {
        let (subject, said) = match what {
            "password_changed" => (
                "Your password was changed",
                "The password of your account was changed, and other sessions were signed out.",
            ),
            "email_changed" => (
                "Your e-mail address was changed",
                "Your account has another e-mail address from now on. This one leads nowhere.",
            ),
            "totp_removed" => {
                ("Your second factor was removed", "Your account can be signed in to with the password alone.")
            }
            _ => (
                "Your account was reset",
                "An operator reset your account: its sessions and its second factor ended, and a new password is to be chosen.",
            ),
        };
        Self::new(
            subject,
            &[said, &format!("The host is {host}.")],
            None,
            "If you know nothing of it, ask an operator of the host at once.",
        )
    }

    pub(crate) fn plain(&self) -> String {
        let mut text = self.paragraphs.join("\n\n");
        if let Some((_, link)) = &self.link {
            let _ = write!(text, "\n\n{}", link.expose());
        }
        let _ = writeln!(text, "\n\n{}", self.last);
        text
    }

    pub(crate) fn html(&self) -> String {
        let mut body: String =
            self.paragraphs.iter().map(|paragraph| format!("<p>{}</p>\n", encode_text(paragraph))).collect();
        if let Some((name, link)) = &self.link {
            let address = link.expose();
            let (attribute, shown) = (encode_double_quoted_attribute(address), encode_text(address));
            let _ = writeln!(
                body,
                "<p><a href=\"{attribute}\" style=\"color: #1d5fbf; font-weight: 600\">{name}</a></p>\n<p>{shown}</p>"
            );
        }
        let _ = write!(body, "<p>{}</p>", encode_text(&self.last));
        FRAME.replace("{{subject}}", &encode_text(&self.subject)).replace("{{body}}", &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text() {
        let link = Secret::new("https://host.example/account/invite?token=abc");
        let text = Text::invite("https://host.example", "<script>alert(1)</script>", "\"Eve\" & Co", link);
        let html = text.html();
        assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("href=\"https://host.example/account/invite?token=abc\""), "{html}");
        let plain = text.plain();
        assert!(plain.contains("\n\nhttps://host.example/account/invite?token=abc\n\n"), "{plain}");
    }

    #[test]
    fn notices_differ() {
        let subjects: Vec<String> = ["password_changed", "email_changed", "totp_removed", "account_reset"]
            .iter()
            .map(|what| Text::notice("https://host.example", what).subject)
            .collect();
        let different: std::collections::BTreeSet<&String> = subjects.iter().collect();
        assert_eq!(different.len(), subjects.len());
    }
}
