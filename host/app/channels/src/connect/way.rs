//! How a seller connects: what an adapter was granted says which way it is.

use entrepot_adapters::Generation;
use entrepot_domain::Secret;
use entrepot_policy::{Connect, OAuth, SettingProblem};

use entrepot_core::AppError;

#[derive(Clone, Copy)]
pub(super) enum Way<'a> {
    /// The browser brings a code back, for tokens (OAuth 2).
    Code(&'a OAuth),
    /// The shop posts keys.
    Keys(&'a Connect),
}

impl<'a> Way<'a> {
    pub(super) fn of(generation: &'a Generation) -> Result<Self, AppError> {
        match (&generation.grant.oauth, &generation.grant.connect) {
            (Some(oauth), _) => Ok(Self::Code(oauth)),
            (None, Some(connect)) => Ok(Self::Keys(connect)),
            (None, None) => Err(AppError::NoOAuth(generation.manifest.name.clone())),
        }
    }

    /// The secrets that come by it.
    pub(super) fn coming(self) -> Vec<&'a str> {
        match self {
            Self::Code(oauth) => oauth.tokens().to_vec(),
            Self::Keys(connect) => connect.secrets.keys().map(String::as_str).collect(),
        }
    }

    /// The secrets that it takes.
    pub(super) fn needed(self) -> Vec<&'a str> {
        match self {
            Self::Code(oauth) => oauth.client_secrets(),
            Self::Keys(_) => Vec::new(),
        }
    }

    /// Of those given before.
    pub(super) fn check_secrets(
        self,
        generation: &Generation,
        given: &[(String, Secret)],
    ) -> Result<(), Vec<SettingProblem>> {
        let given = given.iter().map(|(name, secret)| (name.as_str(), secret));
        match self {
            Self::Code(oauth) => generation.manifest.check_secrets_before_tokens(oauth, given),
            Self::Keys(connect) => generation.manifest.check_secrets_before_keys(connect, given),
        }
    }
}
