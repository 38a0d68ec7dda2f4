//! From what a request shows to who asks.

use entrepot_domain::account::{Scope, TenantRole};
use entrepot_domain::{ApiKeyId, SessionId, TenantId, UserId};
use entrepot_store::people::api_keys::KeyPrincipal;
use entrepot_store::people::sessions::SessionPrincipal;

use crate::principal::{Person, host_roles, scopes_of_person};
use crate::sessions::{MAX_SESSION_MS, SESSION_MS};
use crate::tokens::{ApiKeyText, hashed};
use crate::{AccountError, Accounts, Principal, Who, access_token};

/// When a session or key was used last is written down so often, in milliseconds.
const SEEN_MS: i64 = 60_000;
const KEY_USED_MS: i64 = 5 * 60_000;

/// What a request shows.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// What a browser's cookie holds.
    Cookie(&'a str),
    /// An access token or an API key.
    Bearer(&'a str),
}

impl Accounts {
    /// `None`: it proves nobody, or not any more.
    pub async fn authenticate(&self, credential: Credential<'_>) -> Result<Option<Principal>, AccountError> {
        let now = self.now();
        match credential {
            Credential::Cookie(token) => {
                let session = self.db().session_by_token(&hashed(token), now).await?;
                Ok(session.map(|session| self.of_session(session)))
            }
            Credential::Bearer(token) => match ApiKeyText::parse(token) {
                Some(key) => self.of_key(&key).await,
                None => self.of_access_token(token).await,
            },
        }
    }

    /// Whether whoever was let in would still be: not signed out, disabled, or with less to do. A key is looked at when it is shown.
    pub async fn still_counts(&self, principal: &Principal) -> Result<bool, AccountError> {
        let Some(person) = principal.person() else { return Ok(true) };
        let Some(row) = self.db().session(person.session.as_str(), self.now()).await? else { return Ok(false) };
        let now = self.of_session(row);
        Ok(now.tenant == principal.tenant && principal.scopes.is_subset(&now.scopes))
    }

    async fn of_access_token(&self, token: &str) -> Result<Option<Principal>, AccountError> {
        let now = self.now();
        let issuer = &self.options().public_url;
        let Some((user, session)) = access_token::verify(self.services().keys(), issuer, token, now)? else {
            return Ok(None);
        };
        let session = self.db().session(session.as_str(), now).await?;
        Ok(session.filter(|session| session.user_id == user.as_str()).map(|session| self.of_session(session)))
    }

    fn of_session(&self, row: SessionPrincipal) -> Principal {
        self.note_seen(&row);
        let roles = host_roles(row.is_operator, row.is_reviewer);
        let role: Option<TenantRole> = row.role.as_deref().and_then(|role| role.parse().ok());
        let (visiting, second_factor) = (row.visiting == 1 && role.is_none(), row.second_factor == 1);
        let withheld = self.options().require_totp && !second_factor && !roles.is_empty();
        let scopes = scopes_of_person(&roles, role, visiting, withheld);
        // Whoever is a member no more, and no visitor, asks for nobody.
        let tenant = row.tenant_id.filter(|_| scopes.iter().any(|scope| scope.is_of_a_tenant()));
        let tenant_name = row.tenant_name.filter(|_| tenant.is_some());
        Principal {
            tenant: tenant.map(TenantId::from),
            actor: row.user_id.clone(),
            scopes,
            withheld,
            who: Who::Person(Person {
                user: UserId::from(row.user_id),
                session: SessionId::from(row.id),
                email: row.email,
                name: row.name,
                host_roles: roles,
                tenant_name,
                role,
                visiting,
                second_factor,
            }),
        }
    }

    /// Later, and not at all where the database has other things to do: nobody waits for it.
    fn note_seen(&self, row: &SessionPrincipal) {
        let now = self.now();
        if row.kind != "browser" || row.seen_at.abs_diff(now) < SEEN_MS as u64 {
            return;
        }
        let until = (now + SESSION_MS).min(row.created_at + MAX_SESSION_MS);
        let (db, id) = (self.db().clone(), row.id.clone());
        tokio::spawn(async move {
            let noted = async {
                let mut tx = db.begin().await?;
                tx.session_seen(&id, now, until).await?;
                tx.commit().await
            };
            if let Err(error) = noted.await {
                tracing::debug!(error = %error, "when a session was used was not written down");
            }
        });
    }

    async fn of_key(&self, key: &ApiKeyText) -> Result<Option<Principal>, AccountError> {
        let row = self.db().key_by_prefix(&key.prefix, self.now()).await?;
        let Some(row) = row.filter(|row| key.is_of(&row.secret_hash)) else { return Ok(None) };
        self.note_key_used(&row);
        let mut scopes: std::collections::BTreeSet<Scope> = row
            .scopes
            .0
            .iter()
            .filter_map(|scope| scope.parse().ok())
            .filter(|scope: &Scope| scope.is_for_keys())
            .collect();
        if row.made_by.is_some() {
            // No more than who made it may do today.
            let role = row.role.as_deref().and_then(|role| role.parse().ok());
            let may = scopes_of_person(&host_roles(row.is_operator, row.is_reviewer), role, false, false);
            scopes.retain(|scope| may.contains(scope));
        }
        Ok(Some(Principal {
            tenant: Some(TenantId::from(row.tenant_id)),
            actor: row.id.clone(),
            scopes,
            withheld: false,
            who: Who::Key(ApiKeyId::from(row.id)),
        }))
    }

    fn note_key_used(&self, row: &KeyPrincipal) {
        let now = self.now();
        if row.last_used_at.is_some_and(|at| at.abs_diff(now) < KEY_USED_MS as u64) {
            return;
        }
        let scoped = self.db().tenant(&TenantId::from(row.tenant_id.as_str()));
        let id = row.id.clone();
        tokio::spawn(async move {
            let noted = async {
                let mut tx = scoped.begin().await?;
                tx.api_key_used(&id).await?;
                tx.commit().await
            };
            if let Err(error) = noted.await {
                tracing::debug!(error = %error, "when a key was used was not written down");
            }
        });
    }
}
