//! Roles of people, and what they and keys may do.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As it is stored, typed and shown.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    let known = Self::ALL.iter().map(|known| known.as_str()).collect::<Vec<_>>().join(", ");
                    format!("{text:?} is none of {known}")
                })
            }
        }
    };
}

words! {
    /// What somebody is to the host.
    HostRole {
        /// Installs and approves adapters, makes tenants, looks after accounts.
        Operator = "operator",
        /// Reads what adapters may do and did, and nothing of sellers.
        Reviewer = "reviewer",
    }
}

words! {
    /// What somebody is to a tenant.
    TenantRole {
        /// Everything that belongs to the tenant, its members and keys too.
        Owner = "owner",
        /// Channels and catalogue.
        Seller = "seller",
        /// Reads.
        Viewer = "viewer",
    }
}

words! {
    /// One thing that a request may do. Routes name the one they need; roles and API keys have some.
    Scope {
        /// One's own account.
        Own = "me",
        /// Adapters: which there are, and what they ask for.
        ReadAdapters = "adapters:read",
        /// Install, approve, roll back and revoke adapters.
        WriteAdapters = "adapters:write",
        /// The audit log, and what adapters did.
        ReadAudit = "audit:read",
        /// Channels, and whether they work.
        ReadChannels = "channels:read",
        /// Connect, change, test and remove channels, and their schedules.
        WriteChannels = "channels:write",
        /// Products, links, runs, deliveries, dead letters, operations.
        ReadCatalog = "catalog:read",
        /// Import, link, replay.
        WriteCatalog = "catalog:write",
        /// Listings, and what became of them.
        ReadListings = "listings:read",
        /// Put goods on sale, change and end them.
        WriteListings = "listings:write",
        /// Stock that is counted here, and its movements.
        ReadStock = "stock:read",
        /// Count and move stock, add locations.
        WriteStock = "stock:write",
        /// Who belongs to the tenant, and which keys it has.
        ReadMembers = "members:read",
        /// Invite and remove members, make and revoke keys.
        WriteMembers = "members:write",
        /// Which tenants there are.
        ReadTenants = "tenants:read",
        /// Make, change, remove and enter tenants.
        WriteTenants = "tenants:write",
        /// All accounts of the host.
        ReadUsers = "users:read",
        /// Add, disable and reset accounts.
        WriteUsers = "users:write",
    }
}

impl HostRole {
    /// What it may do.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Operator => &[
                Scope::Own,
                Scope::ReadAdapters,
                Scope::WriteAdapters,
                Scope::ReadAudit,
                Scope::ReadTenants,
                Scope::WriteTenants,
                Scope::ReadUsers,
                Scope::WriteUsers,
            ],
            Self::Reviewer => &[Scope::Own, Scope::ReadAdapters, Scope::ReadAudit],
        }
    }
}

impl TenantRole {
    /// What it may do in its tenant.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Owner => &[
                Scope::Own,
                Scope::ReadAdapters,
                Scope::ReadChannels,
                Scope::WriteChannels,
                Scope::ReadCatalog,
                Scope::WriteCatalog,
                Scope::ReadListings,
                Scope::WriteListings,
                Scope::ReadStock,
                Scope::WriteStock,
                Scope::ReadMembers,
                Scope::WriteMembers,
            ],
            Self::Seller => &[
                Scope::Own,
                Scope::ReadAdapters,
                Scope::ReadChannels,
                Scope::WriteChannels,
                Scope::ReadCatalog,
                Scope::WriteCatalog,
                Scope::ReadListings,
                Scope::WriteListings,
                Scope::ReadStock,
                Scope::WriteStock,
            ],
            Self::Viewer => &[
                Scope::Own,
                Scope::ReadAdapters,
                Scope::ReadChannels,
                Scope::ReadCatalog,
                Scope::ReadListings,
                Scope::ReadStock,
            ],
        }
    }
}

impl Scope {
    /// It is about the rows of a tenant: a request needs one.
    pub const fn is_of_a_tenant(self) -> bool {
        matches!(
            self,
            Self::ReadChannels
                | Self::WriteChannels
                | Self::ReadCatalog
                | Self::WriteCatalog
                | Self::ReadListings
                | Self::WriteListings
                | Self::ReadStock
                | Self::WriteStock
                | Self::ReadMembers
                | Self::WriteMembers
        )
    }

    /// What an API key may be given. Accounts are for people alone: a key that could make keys or members would outlive its revocation.
    pub const fn is_for_keys(self) -> bool {
        !matches!(self, Self::Own | Self::WriteMembers | Self::WriteUsers | Self::WriteTenants)
    }

    /// The roles that have it, for messages.
    pub fn roles(self) -> Vec<&'static str> {
        let host = HostRole::ALL.iter().filter(|role| role.scopes().contains(&self)).map(|role| role.as_str());
        let tenant = TenantRole::ALL.iter().filter(|role| role.scopes().contains(&self)).map(|role| role.as_str());
        host.chain(tenant).collect()
    }
}

/// What somebody of these roles may do.
pub fn scopes_of(host: &[HostRole], tenant: Option<TenantRole>) -> BTreeSet<Scope> {
    let of_host = host.iter().flat_map(|role| role.scopes());
    of_host.chain(tenant.iter().flat_map(|role| role.scopes())).copied().chain([Scope::Own]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_as_they_are_written() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(*scope));
        }
        assert!("admin".parse::<HostRole>().expect_err("none").contains("operator, reviewer"));
    }

    #[test]
    fn roles_of_the_host_reach_no_tenant() {
        for role in HostRole::ALL {
            assert!(role.scopes().iter().all(|scope| !scope.is_of_a_tenant()), "{role}");
        }
        let reviewer = scopes_of(&[HostRole::Reviewer], None);
        assert!(reviewer.contains(&Scope::ReadAudit) && !reviewer.contains(&Scope::ReadCatalog));
        assert!(!scopes_of(&[], Some(TenantRole::Viewer)).contains(&Scope::WriteCatalog));
        assert_eq!(Scope::WriteMembers.roles(), ["owner"]);
    }
}
