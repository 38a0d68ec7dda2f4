//! What is kept of a person, handed over or erased.

use entrepot_store::audit::AuditRow;
use entrepot_store::people::users::UserRow;
use serde_json::{Value, json};

use crate::tokens::hashed;
use crate::{AccountError, Accounts};

impl Accounts {
    /// Everything that is kept of somebody, by id or e-mail address. No hash and no sealed value is part of it.
    pub async fn export_person(&self, subject: &str) -> Result<Value, AccountError> {
        let row = self.user(subject).await?;
        let db = self.db();
        let tenants: Vec<Value> = db
            .memberships(&row.id)
            .await?
            .into_iter()
            .map(|of| json!({"tenant": of.tenant_id, "name": of.tenant, "role": of.role}))
            .collect();
        let sessions: Vec<Value> = db
            .kept_sessions(&row.id)
            .await?
            .into_iter()
            .map(|of| {
                json!({"id": of.id, "kind": of.kind, "address": of.address, "agent": of.agent, "created_at": of.created_at, "seen_at": of.seen_at})
            })
            .collect();
        let keys: Vec<Value> = db
            .keys_made_by(&row.id)
            .await?
            .into_iter()
            .map(|of| json!({"id": of.id, "name": of.name, "prefix": of.prefix, "scopes": of.scopes.0, "created_at": of.created_at}))
            .collect();
        let mails: Vec<Value> = db
            .mails_to(&row.email)
            .await?
            .into_iter()
            .map(|of| json!({"id": of.id, "template": of.template, "data": of.data.0, "state": of.state, "created_at": of.created_at}))
            .collect();
        let views = db.views_of(&row.id).await?;
        let log: Vec<Value> = self.log_of(&row.id).await?;
        Ok(json!({
            "account": {
                "id": row.id, "email": row.email, "name": row.name, "verified_at": row.verified_at, "disabled_at": row.disabled_at,
                "created_at": row.created_at, "operator": row.is_operator == 1, "reviewer": row.is_reviewer == 1,
                "second_factor": row.totp.is_some(),
            },
            "tenants": tenants, "sessions": sessions, "api_keys": keys, "mails": mails, "saved_views": views, "audit_log": log,
        }))
    }

    /// Entries of the audit log that somebody made, or that are about them.
    async fn log_of(&self, user: &str) -> Result<Vec<Value>, AccountError> {
        let (mut found, mut after) = (Vec::new(), 0);
        loop {
            let page: Vec<AuditRow> = self.db().audit_page(after).await?;
            let Some(last) = page.last() else { return Ok(found) };
            after = last.seq;
            let theirs = page.into_iter().filter(|entry| entry.actor == user || entry.details.contains(user));
            found.extend(theirs.map(|entry| {
                let details: Value = serde_json::from_str(&entry.details).unwrap_or_default();
                json!({"seq": entry.seq, "at": entry.at, "actor": entry.actor, "action": entry.action, "details": details})
            }));
        }
    }

    /// Gone, with everything that names the person: account, roles, memberships, sessions, tokens, mails. What they did stays in the log, under
    /// an id that leads nowhere. Their id.
    pub async fn erase_person(&self, subject: &str, by: &str) -> Result<String, AccountError> {
        let row = self.user(subject).await?;
        self.erase(&row, by).await?;
        Ok(row.id)
    }

    pub(crate) async fn erase(&self, row: &UserRow, by: &str) -> Result<(), AccountError> {
        self.is_not_the_last_owner(row).await?;
        let mut tx = self.db().begin().await?;
        if row.is_operator == 1 && row.disabled_at.is_none() && tx.count_operators().await? <= 1 {
            return Err(AccountError::Conflict(
                "this is the last operator of the host: make somebody else operator first (entrepot user add EMAIL --role operator)"
                    .to_owned(),
            ));
        }
        tx.forget_mails_to(&row.email).await?;
        tx.forget_maker(&row.id).await?;
        tx.clear_sign_in_failures(&hashed(&row.email)).await?;
        tx.delete_user(&row.id).await?;
        self.record(&mut tx, by, "account deleted", &json!({"user": row.id})).await?;
        Ok(tx.commit().await?)
    }

    async fn is_not_the_last_owner(&self, row: &UserRow) -> Result<(), AccountError> {
        for membership in self.db().memberships(&row.id).await?.iter().filter(|of| of.role == "owner") {
            let scoped = self.db().tenant(&membership.tenant_id.as_str().into());
            // Tried, and not kept.
            let mut tx = scoped.begin().await?;
            tx.hold_members().await?;
            tx.remove_member(&row.id).await?;
            if tx.count_owners().await? == 0 {
                return Err(AccountError::Conflict(format!(
                    "this is the last owner of {:?}: make somebody else owner, or have an operator remove the tenant, and then delete the account",
                    membership.tenant
                )));
            }
        }
        Ok(())
    }
}
