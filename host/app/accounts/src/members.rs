//! Who belongs to a tenant.

use entrepot_core::plans::room_for_member_in;
use entrepot_domain::account::TenantRole;
use entrepot_domain::email::EmailAddress;
use entrepot_domain::{Id, TenantId, UserId};
use entrepot_store::people::memberships::MemberRow;
use serde_json::{Map, json};

use crate::links::Purpose;
use crate::{AccountError, Accounts};

/// Whom to ask into a tenant, as what.
#[derive(Clone, Copy, Debug)]
pub struct Invitation<'a> {
    pub email: &'a str,
    pub role: TenantRole,
    /// For the record, and as the mail says it.
    pub by: &'a str,
    pub by_name: &'a str,
}

fn no_member(user: &str) -> AccountError {
    AccountError::NotFound(format!("there is no member {user:?} in this tenant; GET /api/v1/members lists them"))
}

fn last_owner() -> AccountError {
    AccountError::Conflict("this is the last owner of the tenant: make somebody else owner first".to_owned())
}

impl Accounts {
    pub async fn members(&self, tenant: &TenantId, after: &str, limit: i64) -> Result<Vec<MemberRow>, AccountError> {
        Ok(self.db().tenant(tenant).members(after, limit).await?)
    }

    /// An account without a password is made where there is none; the mail has a link to accept with. Asking again sends another mail.
    pub async fn invite(&self, tenant: &TenantId, invitation: Invitation<'_>) -> Result<MemberRow, AccountError> {
        let email = EmailAddress::parse(invitation.email)?;
        let row = self.tenant(tenant.as_str()).await?;
        let now = self.now();
        let scoped = self.db().tenant(tenant);
        let mut tx = scoped.begin().await?;
        tx.hold_members().await?;
        let local = email.as_str().split('@').next().unwrap_or_default().to_owned();
        tx.raw().insert_user(UserId::make(now).as_str(), email.as_str(), &local, None, now).await?;
        let user =
            tx.raw().user_by_email(email.as_str()).await?.ok_or_else(|| AccountError::no_user(email.as_str()))?;
        match tx.member(&user.id).await? {
            Some(member) if member.accepted_at.is_some() => {
                return Err(AccountError::Conflict(format!("{email} is a member already; change the role instead")));
            }
            Some(_) => {}
            None => {
                let used = tx.count_members().await?;
                room_for_member_in(&mut tx, used).await?;
            }
        }
        tx.put_member(&user.id, invitation.role.as_str(), invitation.by, None).await?;
        let mut data = Map::new();
        data.insert("tenant_id".to_owned(), row.id.clone().into());
        data.insert("tenant".to_owned(), row.name.into());
        data.insert("by".to_owned(), invitation.by_name.into());
        self.enqueue_mail(tx.raw(), email.as_str(), "invite", &data).await?;
        let details = json!({"tenant": row.id, "user": user.id, "role": invitation.role});
        self.record(tx.raw(), invitation.by, "member invited", &details).await?;
        tx.commit().await?;
        self.member(tenant, &user.id).await
    }

    pub async fn member(&self, tenant: &TenantId, user: &str) -> Result<MemberRow, AccountError> {
        self.db().tenant(tenant).member(user).await?.ok_or_else(|| no_member(user))
    }

    /// A link proves the address, and is enough to belong to the tenant. Who has no password yet gives one with it.
    pub async fn accept_invitation(
        &self,
        token: &str,
        name: Option<&str>,
        password: Option<&str>,
    ) -> Result<(), AccountError> {
        let row = self.of_link(Purpose::Invite, token).await?;
        let tenant: TenantId = row.tenant_id.clone().ok_or(AccountError::Link)?.into();
        let user = self.db().user(&row.user_id).await?.ok_or(AccountError::Link)?;
        let hash = match (user.verified_at, password) {
            // A password of an account that was never proved may be anybody's.
            (None, None) => {
                return Err(AccountError::Refused("choose a password: give it with the link".to_owned()));
            }
            (None, Some(given)) => {
                let password = entrepot_domain::password::check(given, &EmailAddress::parse(&row.email)?)?;
                let turn = self.hasher().queue()?;
                Some(self.hasher().hash(&turn, password).await?)
            }
            (Some(_), _) => None,
        };
        let now = self.now();
        let mut tx = self.db().tenant(&tenant).begin().await?;
        tx.hold_members().await?;
        self.use_link(tx.raw(), token, now).await?;
        // The plan may have become a smaller one meanwhile.
        if tx.member(&user.id).await?.is_some_and(|member| member.accepted_at.is_none()) {
            let used = tx.count_accepted().await?;
            room_for_member_in(&mut tx, used).await?;
        }
        if !tx.accept_membership(&user.id).await? {
            return Err(AccountError::Link);
        }
        if let Some(hash) = &hash {
            tx.raw().set_password(&user.id, hash).await?;
            if let Some(name) = name {
                tx.raw().set_user_name(&user.id, crate::register::check_name(name)?).await?;
            }
        }
        tx.raw().verify_user(&user.id, now).await?;
        let details = json!({"tenant": tenant, "user": user.id});
        self.record(tx.raw(), &user.id, "invitation accepted", &details).await?;
        Ok(tx.commit().await?)
    }

    /// A tenant keeps an owner.
    pub async fn change_role(
        &self,
        tenant: &TenantId,
        user: &str,
        role: TenantRole,
        by: &str,
    ) -> Result<MemberRow, AccountError> {
        let mut tx = self.db().tenant(tenant).begin().await?;
        tx.hold_members().await?;
        let before = tx.member(user).await?.ok_or_else(|| no_member(user))?;
        tx.set_member_role(user, role.as_str()).await?;
        if before.role == TenantRole::Owner.as_str() && tx.count_owners().await? == 0 {
            return Err(last_owner());
        }
        let details = json!({"tenant": tenant, "user": user, "role": role, "before": before.role});
        self.record(tx.raw(), by, "role changed", &details).await?;
        tx.commit().await?;
        self.member(tenant, user).await
    }

    /// Out of the tenant, at once. A tenant keeps an owner.
    pub async fn remove_member(&self, tenant: &TenantId, user: &str, by: &str) -> Result<(), AccountError> {
        let mut tx = self.db().tenant(tenant).begin().await?;
        tx.hold_members().await?;
        let before = tx.member(user).await?.ok_or_else(|| no_member(user))?;
        tx.remove_member(user).await?;
        if before.role == TenantRole::Owner.as_str() && before.accepted_at.is_some() && tx.count_owners().await? == 0 {
            return Err(last_owner());
        }
        self.record(tx.raw(), by, "member removed", &json!({"tenant": tenant, "user": user})).await?;
        Ok(tx.commit().await?)
    }
}
