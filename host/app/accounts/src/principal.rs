use std::collections::BTreeSet;

use entrepot_domain::account::{HostRole, Scope, TenantRole, scopes_of};
use entrepot_domain::{ApiKeyId, SessionId, TenantId, UserId};

/// Who asks, for whom, and what they may do.
#[derive(Clone, Debug)]
pub struct Principal {
    /// For whom; `None`: for no tenant.
    pub tenant: Option<TenantId>,
    /// For the record: an id, so that a person who is erased leaves no name behind.
    pub actor: String,
    pub scopes: BTreeSet<Scope>,
    /// Roles of the host that do not count, for they need a second factor.
    pub withheld: bool,
    pub who: Who,
}

#[derive(Clone, Debug)]
pub enum Who {
    /// Signed in.
    Person(Person),
    /// A program.
    Key(ApiKeyId),
}

#[derive(Clone, Debug)]
pub struct Person {
    pub user: UserId,
    pub session: SessionId,
    pub email: String,
    pub name: String,
    pub host_roles: Vec<HostRole>,
    /// What the tenant is called.
    pub tenant_name: Option<String>,
    /// In the tenant.
    pub role: Option<TenantRole>,
    /// An operator in a tenant that they are no member of.
    pub visiting: bool,
    pub second_factor: bool,
}

impl Principal {
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// `None`: a key asks.
    pub fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(person) => Some(person),
            Who::Key(_) => None,
        }
    }
}

/// What an operator may do in a tenant that they entered: what a seller may, and nothing about its members and keys.
const VISITOR: TenantRole = TenantRole::Seller;

/// What a person may do, by their roles.
pub(crate) fn scopes_of_person(
    host: &[HostRole],
    role: Option<TenantRole>,
    visiting: bool,
    withheld: bool,
) -> BTreeSet<Scope> {
    let host = if withheld { &[] } else { host };
    let visits = visiting && host.contains(&HostRole::Operator);
    scopes_of(host, role.or(visits.then_some(VISITOR)))
}

pub(crate) fn host_roles(is_operator: i64, is_reviewer: i64) -> Vec<HostRole> {
    let mut roles = Vec::new();
    if is_operator == 1 {
        roles.push(HostRole::Operator);
    }
    if is_reviewer == 1 {
        roles.push(HostRole::Reviewer);
    }
    roles
}
