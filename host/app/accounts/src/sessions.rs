//! What a sign-in gives: a cookie for a browser, tokens for a program. How the tokens are renewed, and how a session ends.
// See docs/decisions/0062-refresh-tokens.md

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, Secret, SessionId, TenantId, UserId};
use entrepot_store::Tx;
use entrepot_store::people::memberships::MembershipRow;
use entrepot_store::people::sessions::{NewSession, SessionRow};
use entrepot_store::people::users::UserRow;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::tokens::{hashed, random_token};
use crate::{AccountError, Accounts, access_token};

const DAY_MS: i64 = 24 * 60 * 60_000;
/// A session that is not used for so long ends, and so does a refresh token.
pub(crate) const SESSION_MS: i64 = 7 * DAY_MS;
/// However much it is used, a session ends then.
pub(crate) const MAX_SESSION_MS: i64 = 30 * DAY_MS;
/// The same refresh token may come again for so long: two threads of a client, or one that did not get the answer.
const GRACE_MS: i64 = 10_000;
/// Characters of what a client calls itself.
const MAX_AGENT_LEN: usize = 200;

/// Who a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// A cookie.
    Browser,
    /// An access token and a refresh token.
    Api,
}

impl SessionKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Api => "api",
        }
    }
}

/// Who signs in, as the connection and its headers say.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub address: String,
    pub agent: String,
}

/// What comes of a sign-in.
#[derive(Debug)]
pub struct SignedIn {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub session: SessionId,
    /// `None`: choose one of those below.
    pub tenant: Option<TenantId>,
    pub tenants: Vec<MembershipRow>,
    /// An operator or reviewer who is so only with a second factor, and has none.
    pub second_factor_missing: bool,
    pub door: Door,
}

#[derive(Debug)]
pub enum Door {
    /// For the cookie of a browser.
    Browser(Secret),
    Api(Tokens),
}

/// Of a program.
#[derive(Debug)]
pub struct Tokens {
    pub access: String,
    /// Seconds for which the access token counts.
    pub access_seconds: i64,
    pub refresh: Secret,
    /// Seconds for which the refresh token counts.
    pub refresh_seconds: i64,
}

impl Accounts {
    /// Always another token than the browser had before: nobody can have laid one for it.
    pub(crate) async fn begin_session(
        &self,
        tx: &mut Tx,
        user: &UserRow,
        tenant: Option<&TenantId>,
        kind: SessionKind,
        second_factor: bool,
        client: &Client,
    ) -> Result<(SessionId, Door), AccountError> {
        let now = self.now();
        let (id, token, user_id) = (SessionId::make(now), random_token(), UserId::from(user.id.as_str()));
        let hash = hashed(token.expose());
        let agent: String = client.agent.chars().filter(|c| !c.is_control()).take(MAX_AGENT_LEN).collect();
        tx.insert_session(&NewSession {
            id: id.as_str(),
            token_hash: (kind == SessionKind::Browser).then_some(hash.as_str()),
            user: &user.id,
            tenant: tenant.map(TenantId::as_str),
            kind: kind.as_str(),
            second_factor,
            address: &client.address,
            agent: &agent,
            now,
            expires_at: now + SESSION_MS,
        })
        .await?;
        let door = match kind {
            SessionKind::Browser => Door::Browser(token),
            SessionKind::Api => {
                tx.insert_refresh_token(&hash, id.as_str(), now, now + SESSION_MS).await?;
                Door::Api(self.tokens(&user_id, &id, token, now + SESSION_MS)?)
            }
        };
        Ok((id, door))
    }

    fn tokens(
        &self,
        user: &UserId,
        session: &SessionId,
        refresh: Secret,
        until: Timestamp,
    ) -> Result<Tokens, AccountError> {
        let now = self.now();
        let access = access_token::sign(self.services().keys(), &self.options().public_url, user, session, now)?;
        let access_seconds = access_token::LIFETIME_MS / 1_000;
        Ok(Tokens { access, access_seconds, refresh, refresh_seconds: ((until - now).max(0) + 999) / 1_000 })
    }

    /// New tokens for a refresh token, which counts no more. One that comes a second time, later than a client's own retry, was stolen, or
    /// the one in use was: its session ends.
    pub async fn refresh(&self, token: &str) -> Result<Tokens, AccountError> {
        let (now, hash) = (self.now(), hashed(token));
        let mut tx = self.db().begin().await?;
        let row = tx.refresh_token(&hash).await?.filter(|row| row.expires_at > now).ok_or(AccountError::Refresh)?;
        let session = tx.session(&row.session_id, now).await?.ok_or(AccountError::Refresh)?;
        let until = (now + SESSION_MS).min(session.created_at + MAX_SESSION_MS);
        let successors = self.successors(token)?;
        let (id, user) = (SessionId::from(session.id.as_str()), UserId::from(session.user_id.as_str()));
        let Some((next, next_hash)) = successors.first() else {
            return Err(AccountError::Internal("there is no master key".to_owned()));
        };
        if row.used_at.is_none() && tx.use_refresh_token(&hash, now, next_hash).await? {
            tx.insert_refresh_token(next_hash, id.as_str(), now, until).await?;
            tx.session_seen(id.as_str(), now, until).await?;
            tx.commit().await?;
            return self.tokens(&user, &id, next.clone(), until);
        }
        // Read again: somebody may have used it a moment ago.
        let row = tx.refresh_token(&hash).await?.ok_or(AccountError::Refresh)?;
        // The same answer as the first time, as long as nobody has gone on from it.
        let again = successors.into_iter().find(|(_, hash)| row.replaced_by.as_ref() == Some(hash));
        let soon = row.used_at.is_some_and(|at| now.abs_diff(at) <= GRACE_MS.unsigned_abs());
        if soon && let Some((token, hash)) = again {
            let successor = tx.refresh_token(&hash).await?.filter(|successor| successor.used_at.is_none());
            if let Some(successor) = successor {
                return self.tokens(&user, &id, token, successor.expires_at);
            }
        }
        tx.end_session(id.as_str(), user.as_str(), now, "reuse").await?;
        tx.commit().await?;
        tracing::warn!(session = %id, "a refresh token was used twice; its session is ended");
        Err(AccountError::Refresh)
    }

    /// What follows a refresh token, with its hash, under each master key: whoever asks twice gets the same.
    fn successors(&self, token: &str) -> Result<Vec<(Secret, String)>, AccountError> {
        let derived = self.services().keys().derive_each("refresh tokens")?;
        let of = |key: &[u8; 32]| {
            let mut mac =
                <Hmac<Sha256>>::new_from_slice(key).map_err(|error| AccountError::Internal(error.to_string()))?;
            mac.update(token.as_bytes());
            let next =
                base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, mac.finalize().into_bytes());
            let hash = hashed(&next);
            Ok((Secret::new(next), hash))
        };
        derived.iter().map(|(_, key)| of(key)).collect()
    }

    /// New access token for a session that goes on.
    pub fn access_token(&self, user: &UserId, session: &SessionId) -> Result<(String, i64), AccountError> {
        let access = access_token::sign(self.services().keys(), &self.options().public_url, user, session, self.now())?;
        Ok((access, access_token::LIFETIME_MS / 1_000))
    }

    /// Those that count, newest first.
    pub async fn sessions(&self, user: &UserId) -> Result<Vec<SessionRow>, AccountError> {
        Ok(self.db().sessions(user.as_str(), self.now()).await?)
    }

    /// Ends one of somebody's sessions.
    pub async fn end_session(&self, user: &UserId, session: &str) -> Result<(), AccountError> {
        let mut tx = self.db().begin().await?;
        if !tx.end_session(session, user.as_str(), self.now(), "sign-out").await? {
            return Err(AccountError::NotFound(format!(
                "you have no session {session:?}; GET /api/v1/me/sessions lists them"
            )));
        }
        Ok(tx.commit().await?)
    }

    /// Ends all of somebody's sessions but `except`. How many.
    pub async fn end_sessions(&self, user: &UserId, except: Option<&SessionId>) -> Result<u64, AccountError> {
        let mut tx = self.db().begin().await?;
        let except = except.map_or("", SessionId::as_str);
        let ended = tx.end_sessions(user.as_str(), except, self.now(), "sign-out").await?;
        tx.commit().await?;
        Ok(ended)
    }
}
