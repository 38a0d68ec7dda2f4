//! For which tenant a session asks.
// See docs/decisions/0060-principals.md

use entrepot_domain::TenantId;
use entrepot_domain::account::{HostRole, Scope};
use serde_json::json;

use crate::principal::Person;
use crate::{AccountError, Accounts, Principal};

/// Characters of a reason.
const MAX_REASON_LEN: usize = 500;

impl Accounts {
    /// To a tenant that the person is a member of. An operator enters any other with a reason, and the log says so.
    pub async fn switch_tenant(
        &self,
        principal: &Principal,
        person: &Person,
        tenant: &str,
        reason: Option<&str>,
    ) -> Result<TenantId, AccountError> {
        let memberships = self.db().memberships(person.user.as_str()).await?;
        let own = memberships.iter().find(|of| of.tenant_id == tenant || of.tenant == tenant);
        if let Some(own) = own {
            let mut tx = self.db().begin().await?;
            tx.set_session_tenant(person.session.as_str(), &own.tenant_id, false).await?;
            tx.commit().await?;
            return Ok(own.tenant_id.as_str().into());
        }
        let operator = person.host_roles.contains(&HostRole::Operator) && principal.may(Scope::WriteTenants);
        if !operator {
            return Err(AccountError::no_tenant(tenant));
        }
        let row = self.db().tenant_row(tenant).await?.ok_or_else(|| AccountError::no_tenant(tenant))?;
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty()).ok_or_else(|| {
            AccountError::Refused(format!(
                "you are no member of {:?}: an operator enters a tenant with a `reason`, which is written into the audit log",
                row.name
            ))
        })?;
        if reason.chars().count() > MAX_REASON_LEN {
            return Err(AccountError::Refused(format!("the reason has more than {MAX_REASON_LEN} characters")));
        }
        let mut tx = self.db().begin().await?;
        tx.set_session_tenant(person.session.as_str(), &row.id, true).await?;
        let details = json!({"tenant": row.id, "session": person.session, "reason": reason});
        self.record(&mut tx, &principal.actor, "tenant entered", &details).await?;
        tx.commit().await?;
        Ok(row.id.into())
    }
}
