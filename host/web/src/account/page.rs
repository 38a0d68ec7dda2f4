//! The pages themselves.

use entrepot_accounts::Purpose;
use html_escape::{encode_double_quoted_attribute, encode_text};

pub(super) struct Page {
    title: &'static str,
    sentences: Vec<String>,
    /// Inside a form.
    fields: Option<String>,
}

const PASSWORD: &str = "<p><label>Password<br><input type=\"password\" name=\"password\" autocomplete=\"current-password\" maxlength=\"1024\" \
                        required></label></p>\n";
const NEW_PASSWORD: &str = "<p><label>New password, at least 10 characters<br><input type=\"password\" name=\"password\" \
                            autocomplete=\"new-password\" minlength=\"10\" maxlength=\"1024\" required></label></p>\n";
const NEWCOMER: &str = "<p><label>Your name<br><input name=\"name\" autocomplete=\"name\" maxlength=\"100\"></label></p>\n<p><label>A password, \
                        at least 10 characters<br><input type=\"password\" name=\"password\" autocomplete=\"new-password\" minlength=\"10\" \
                        maxlength=\"1024\"></label></p>\n";

impl Page {
    /// `why`: it was sent, and not taken.
    pub(super) fn form(purpose: Purpose, token: &str, why: Option<&str>) -> Self {
        let (title, sentence, fields, button) = match purpose {
            Purpose::Verify => {
                ("Confirm your address", "Give the password that you chose with your account.", PASSWORD, "Confirm")
            }
            Purpose::Reset => ("Choose a new password", "You are signed out everywhere.", NEW_PASSWORD, "Save"),
            Purpose::Invite => (
                "Accept the invitation",
                "If you have an account already, there is nothing to fill in. Otherwise say what others know you by, and choose a password.",
                NEWCOMER,
                "Accept",
            ),
            Purpose::Change => {
                ("Confirm your new address", "Your account has this address from then on.", "", "Confirm")
            }
        };
        let token = encode_double_quoted_attribute(token);
        let fields = format!(
            "<input type=\"hidden\" name=\"token\" value=\"{token}\">\n{fields}<p><button>{button}</button></p>\n"
        );
        let mut sentences = vec![sentence.to_owned()];
        sentences.extend(why.map(|why| format!("It was not taken: {why}.")));
        Self { title, sentences, fields: Some(fields) }
    }

    pub(super) fn done(purpose: Purpose) -> Self {
        let sentence = match purpose {
            Purpose::Verify => "Your account is ready. Sign in with your address and your password.",
            Purpose::Reset => "Your new password counts from now on. Sign in with it.",
            Purpose::Invite => "You belong to the tenant from now on. Sign in to work for it.",
            Purpose::Change => "Your account has the new address from now on.",
        };
        Self { title: "Done", sentences: vec![sentence.to_owned()], fields: None }
    }

    pub(super) fn over(why: &str) -> Self {
        Self { title: "This link is over", sentences: vec![format!("{why}.")], fields: None }
    }

    pub(super) fn html(&self) -> String {
        let title = self.title;
        // The form says where it comes from, and nobody else is told.
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"same-origin\">\n<title>{title} - Entrepot</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        );
        for sentence in &self.sentences {
            html.push_str(&format!("<p>{}</p>\n", encode_text(sentence)));
        }
        if let Some(fields) = &self.fields {
            html.push_str(&format!("<form method=\"post\">\n{fields}</form>\n"));
        }
        html.push_str("</main>\n</body>\n</html>\n");
        html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_holds_is_no_markup() {
        let page = Page::form(Purpose::Reset, "\"><script>alert(1)</script>", Some("<b>no</b>")).html();
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("<form method=\"post\">") && page.contains("name=\"password\""), "{page}");
    }
}
