//! What OAuth is asked for, in plain words.

use super::{ClientAuthentication, OAuth};

impl OAuth {
    /// One sentence for the person who approves it.
    pub fn in_words(&self) -> String {
        let renewed = if self.renews() { "gets and renews" } else { "gets" };
        let basic = if self.client_authentication == ClientAuthentication::Basic { " by HTTP Basic" } else { "" };
        let secret = match &self.client_secret {
            Some(template) => {
                format!(", authenticated{basic} with {}", template.names().collect::<Vec<_>>().join(", "))
            }
            None => String::new(),
        };
        let pkce = if self.pkce { " and the proof that it asked (PKCE)" } else { "" };
        let mut words = vec![
            format!("The host {renewed} access tokens at {}{secret}.", self.token_url),
            format!("Sellers agree at {}; what comes back is used with the state{pkce}.", self.authorize_url),
        ];
        if let Some(name) = &self.moved_by {
            words.push(format!(
                "A channel with the setting {name} goes to that address for both, with the same secrets."
            ));
        }
        if let Some(name) = &self.redirect_name {
            words.push(format!("The marketplace knows the address that browsers come back to by the setting {name}."));
        }
        if let Some(days) = self.refresh_days {
            words.push(format!("What a seller agreed to lasts for {days} days at the most."));
        }
        if !self.scopes.is_empty() {
            words.push(format!("Scopes: {}.", self.scopes.join(" ")));
        }
        if !self.optional_scopes.is_empty() {
            words.push(format!("Asked for and not needed: {}.", self.optional_scopes.join(" ")));
        }
        let implied =
            self.implied_scopes.iter().map(|(scope, implied)| format!("{scope} includes {}", implied.join(" ")));
        words.extend(implied.map(|line| format!("{line}.")));
        if let Some(application) = &self.application {
            let scopes =
                if application.scopes.is_empty() { "no scope".to_owned() } else { application.scopes.join(" ") };
            words.push(format!("It also gets and renews a token in the client's own name, with {scopes}."));
        }
        if !self.pass.is_empty() {
            words.push(format!("With the code it sends {} as the browser brings it.", self.pass.join(" ")));
        }
        if !self.code_parameters.is_empty() {
            let sent: Vec<_> = self.code_parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            words.push(format!("With the code it sends {}.", sent.join(" ")));
        }
        words.extend(self.callback.in_words());
        words.join(" ")
    }
}
