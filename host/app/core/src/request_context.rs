use entrepot_domain::TenantId;

/// For whom something is done, and who asked. It comes with a request or a command, and is part of every call of a use case.
// See docs/decisions/0058-tenant-by-request.md
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// Whose rows are read and written.
    pub tenant: TenantId,
    /// For the record: who did it.
    pub actor: String,
}

impl RequestContext {
    pub fn new(tenant: TenantId, actor: impl Into<String>) -> Self {
        Self { tenant, actor: actor.into() }
    }
}
