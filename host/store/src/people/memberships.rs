//! Who belongs to which tenant.

use entrepot_domain::clock::Timestamp;

use crate::{Db, Scoped, ScopedTx, StoreError};

/// A member of a tenant, or somebody who is invited. Of the account of somebody who has not accepted, nothing is said.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MemberRow {
    pub user_id: String,
    pub email: String,
    pub name: String,
    /// owner, seller, viewer
    pub role: String,
    pub invited_by: String,
    pub invited_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
}

/// A tenant that somebody is a member of.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MembershipRow {
    pub tenant_id: String,
    pub tenant: String,
    pub role: String,
}

macro_rules! members {
    ($rest:literal) => {
        concat!(
            "SELECT m.user_id, u.email, CASE WHEN m.accepted_at IS NULL THEN '' ELSE u.name END AS name, m.role, m.invited_by, m.invited_at, \
             m.accepted_at, CASE WHEN m.accepted_at IS NULL THEN NULL ELSE u.disabled_at END AS disabled_at FROM memberships m \
             JOIN users u ON u.id = m.user_id WHERE m.tenant_id = $1 ",
            $rest
        )
    };
}
const LIST: &str = members!("AND m.user_id > $2 ORDER BY m.user_id LIMIT $3");
const FIND: &str = members!("AND m.user_id = $2");
/// Of tenants in use.
const OF_USER: &str = "SELECT m.tenant_id, t.name AS tenant, m.role FROM memberships m JOIN tenants t ON t.id = m.tenant_id \
    WHERE m.user_id = $1 AND m.accepted_at IS NOT NULL AND t.state = 'active' ORDER BY t.name, t.id";
const PUT: &str = "INSERT INTO memberships (tenant_id, user_id, role, invited_by, invited_at, accepted_at) VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, accepted_at = COALESCE(memberships.accepted_at, excluded.accepted_at)";
const ACCEPT: &str =
    "UPDATE memberships SET accepted_at = COALESCE(accepted_at, $3) WHERE tenant_id = $1 AND user_id = $2";
const SET_ROLE: &str = "UPDATE memberships SET role = $3 WHERE tenant_id = $1 AND user_id = $2";
const REMOVE: &str = "DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2";
const COUNT: &str = "SELECT COUNT(*) FROM memberships WHERE tenant_id = $1";
const ACCEPTED: &str = "SELECT COUNT(*) FROM memberships WHERE tenant_id = $1 AND accepted_at IS NOT NULL";
const OWNERS: &str = "SELECT COUNT(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.tenant_id = $1 AND m.role = 'owner' \
    AND m.accepted_at IS NOT NULL AND u.disabled_at IS NULL";
/// Whoever changes who belongs to a tenant waits for others who do.
const HOLD: &str = "UPDATE tenants SET state = state WHERE id = $1";

impl Db {
    /// Those that somebody has accepted, of tenants in use.
    pub async fn memberships(&self, user: &str) -> Result<Vec<MembershipRow>, StoreError> {
        Ok(read_all!(self, MembershipRow, OF_USER, user)?)
    }
}

impl Scoped {
    /// Ordered by the user's id; `after` is the last one of the previous page.
    pub async fn members(&self, after: &str, limit: i64) -> Result<Vec<MemberRow>, StoreError> {
        Ok(read_all!(self, MemberRow, LIST, self.tenant().as_str(), after, limit)?)
    }

    /// Members, and those who are invited.
    pub async fn count_members(&self) -> Result<i64, StoreError> {
        Ok(read_optional!(self, (i64,), COUNT, self.tenant().as_str())?.map_or(0, |(count,)| count))
    }

    pub async fn member(&self, user: &str) -> Result<Option<MemberRow>, StoreError> {
        Ok(read_optional!(self, MemberRow, FIND, self.tenant().as_str(), user)?)
    }
}

impl ScopedTx {
    /// Nobody else changes who belongs to the tenant before the transaction ends.
    pub async fn hold_members(&mut self) -> Result<(), StoreError> {
        execute!(&mut self.tx, HOLD, self.tenant.as_str())?;
        Ok(())
    }

    pub async fn member(&mut self, user: &str) -> Result<Option<MemberRow>, StoreError> {
        Ok(tx_optional!(&mut self.tx, MemberRow, FIND, self.tenant.as_str(), user)?)
    }

    /// Invited, or a member at once where `accepted_at` says so. Whoever is there already has another role from now on.
    pub async fn put_member(
        &mut self,
        user: &str,
        role: &str,
        invited_by: &str,
        accepted_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        execute!(&mut self.tx, PUT, tenant, user, role, invited_by, now, accepted_at)?;
        Ok(())
    }

    /// False: they are not invited any more.
    pub async fn accept_membership(&mut self, user: &str) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        Ok(execute!(&mut self.tx, ACCEPT, tenant, user, now)? == 1)
    }

    pub async fn set_member_role(&mut self, user: &str, role: &str) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, SET_ROLE, self.tenant.as_str(), user, role)? == 1)
    }

    pub async fn remove_member(&mut self, user: &str) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, REMOVE, self.tenant.as_str(), user)? == 1)
    }

    /// Members, and those who are invited.
    pub async fn count_members(&mut self) -> Result<i64, StoreError> {
        Ok(tx_optional!(&mut self.tx, (i64,), COUNT, self.tenant.as_str())?.map_or(0, |(count,)| count))
    }

    /// Members alone.
    pub async fn count_accepted(&mut self) -> Result<i64, StoreError> {
        Ok(tx_optional!(&mut self.tx, (i64,), ACCEPTED, self.tenant.as_str())?.map_or(0, |(count,)| count))
    }

    /// Owners that can sign in.
    pub async fn count_owners(&mut self) -> Result<i64, StoreError> {
        Ok(tx_optional!(&mut self.tx, (i64,), OWNERS, self.tenant.as_str())?.map_or(0, |(count,)| count))
    }
}
