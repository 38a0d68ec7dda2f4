//! Who is asking a registry: nobody, a user, or whoever its token service gave a token to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oci_client::client::Client;
use oci_client::secrets::RegistryAuth;
use oci_client::token_cache::{RegistryOperation, RegistryTokenType};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::OciReference;
use crate::Credentials;

pub(super) enum Auth {
    Nobody,
    User(Credentials),
    Token(Zeroizing<String>),
}

impl Auth {
    pub(super) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let text = match self {
            Self::Nobody => return None,
            Self::User(Credentials { username, password }) => {
                let pair = Zeroizing::new(format!("{username}:{}", password.as_str()));
                Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
            }
            Self::Token(token) => Zeroizing::new(format!("Bearer {}", token.as_str())),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some((AUTHORIZATION, value))
    }

    /// For the library that pushes. It would ask the registry by itself where to get a token, and go wherever that says: with what it is
    /// given here it has no reason to.
    pub(super) async fn hand_over(&self, client: &Client, reference: &OciReference) -> RegistryAuth {
        match self {
            Self::Nobody => RegistryAuth::Anonymous,
            Self::Token(token) => RegistryAuth::Bearer(token.to_string()),
            Self::User(Credentials { username, password }) => {
                for operation in [RegistryOperation::Pull, RegistryOperation::Push] {
                    let basic = RegistryTokenType::Basic(username.clone(), password.to_string());
                    client.tokens.insert(&reference.0, operation, basic).await;
                }
                RegistryAuth::Basic(username.clone(), password.to_string())
            }
        }
    }
}
