//! What each page needs of whoever looks at it, in one place.

use axum::http::Method;
use entrepot_domain::account::Scope;

/// The scope that a request needs.
pub(crate) fn needed(method: &Method, path: &str) -> Scope {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let mut parts = path.trim_start_matches('/').split('/');
    let (section, rest) = (parts.next().unwrap_or_default(), parts.collect::<Vec<_>>());
    match (section, rest.as_slice(), reads) {
        ("adapters", [] | [""], true) => Scope::ReadAdapters,
        ("adapters" | "audit", _, true) => Scope::ReadAudit,
        ("adapters", _, false) => Scope::WriteAdapters,
        ("channels", [_, "deliveries", ..], true) => Scope::ReadCatalog,
        // Who sees a form may send it.
        ("listings", ["new" | "plan"] | [_, "edit" | "category"], true) => Scope::WriteListings,
        ("channels", [_, "rule" | "adoption", ..], true) | ("listings", _, true) => Scope::ReadListings,
        ("channels", [_, "rule" | "adoption", ..], false) | ("listings", _, false) => Scope::WriteListings,
        ("channels", [_, "import"] | [_, "deliveries", ..], false) => Scope::WriteCatalog,
        ("channels", ["new", ..] | [_, "settings" | "remove"], _) | ("channels", _, false) => Scope::WriteChannels,
        ("channels" | "connections", _, true) => Scope::ReadChannels,
        ("members" | "api-keys", _, true) => Scope::ReadMembers,
        ("members" | "api-keys", _, false) => Scope::WriteMembers,
        ("tenants" | "me", ..) => Scope::Own,
        ("host", ["users", ..], true) => Scope::ReadUsers,
        ("host", ["users", ..], false) => Scope::WriteUsers,
        ("host", _, true) => Scope::ReadTenants,
        ("host", _, false) => Scope::WriteTenants,
        ("plan", ..) => Scope::ReadChannels,
        ("stock", _, true) => Scope::ReadStock,
        ("stock", _, false) => Scope::WriteStock,
        ("live", ["listings", ..], true) => Scope::ReadListings,
        ("products", [_, "list"], false) => Scope::WriteListings,
        // One's own, and of nobody's goods.
        ("products", ["views", ..], _) => Scope::ReadCatalog,
        (_, _, true) => Scope::ReadCatalog,
        (_, _, false) => Scope::WriteCatalog,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_need_what_the_api_needs() {
        for (path, get, post) in [
            ("/", Scope::ReadCatalog, Scope::WriteCatalog),
            ("/products/prd_1", Scope::ReadCatalog, Scope::WriteCatalog),
            ("/channels", Scope::ReadChannels, Scope::WriteChannels),
            ("/channels/new/etsy", Scope::WriteChannels, Scope::WriteChannels),
            ("/channels/chn_1/settings", Scope::WriteChannels, Scope::WriteChannels),
            ("/connections/cnn_1", Scope::ReadChannels, Scope::WriteCatalog),
            ("/channels/chn_1/import", Scope::ReadChannels, Scope::WriteCatalog),
            ("/channels/chn_1/schedules/full", Scope::ReadChannels, Scope::WriteChannels),
            ("/channels/chn_1/deliveries", Scope::ReadCatalog, Scope::WriteCatalog),
            ("/channels/chn_1/deliveries/replay", Scope::ReadCatalog, Scope::WriteCatalog),
            ("/adapters", Scope::ReadAdapters, Scope::WriteAdapters),
            ("/adapters/etsy", Scope::ReadAudit, Scope::WriteAdapters),
            ("/adapters/etsy/approve", Scope::ReadAudit, Scope::WriteAdapters),
            ("/listings", Scope::ReadListings, Scope::WriteListings),
            ("/listings/plan", Scope::WriteListings, Scope::WriteListings),
            ("/listings/new", Scope::WriteListings, Scope::WriteListings),
            ("/listings/lst_1", Scope::ReadListings, Scope::WriteListings),
            ("/listings/lst_1/edit", Scope::WriteListings, Scope::WriteListings),
            ("/listings/lst_1/category", Scope::WriteListings, Scope::WriteListings),
            ("/listings/lst_1/push", Scope::ReadListings, Scope::WriteListings),
            ("/listings/jobs/op_1", Scope::ReadListings, Scope::WriteListings),
            ("/live/listings/jobs/op_1", Scope::ReadListings, Scope::WriteCatalog),
            ("/channels/chn_1/rule", Scope::ReadListings, Scope::WriteListings),
            ("/channels/chn_1/rule/plan", Scope::ReadListings, Scope::WriteListings),
            ("/channels/chn_1/adoption", Scope::ReadListings, Scope::WriteListings),
            ("/stock", Scope::ReadStock, Scope::WriteStock),
            ("/stock/item", Scope::ReadStock, Scope::WriteStock),
            ("/products/prd_1/list", Scope::ReadCatalog, Scope::WriteListings),
            ("/products/views", Scope::ReadCatalog, Scope::ReadCatalog),
            ("/products/views/remove", Scope::ReadCatalog, Scope::ReadCatalog),
            ("/audit", Scope::ReadAudit, Scope::WriteCatalog),
            ("/members", Scope::ReadMembers, Scope::WriteMembers),
            ("/api-keys", Scope::ReadMembers, Scope::WriteMembers),
            ("/me", Scope::Own, Scope::Own),
            ("/me/second-factor", Scope::Own, Scope::Own),
            ("/host", Scope::ReadTenants, Scope::WriteTenants),
            ("/host/users", Scope::ReadUsers, Scope::WriteUsers),
            ("/plan", Scope::ReadChannels, Scope::ReadChannels),
            ("/audit/export", Scope::ReadAudit, Scope::WriteCatalog),
            ("/live/runs/run_1", Scope::ReadCatalog, Scope::WriteCatalog),
        ] {
            assert_eq!((needed(&Method::GET, path), needed(&Method::POST, path)), (get, post), "{path}");
        }
    }
}
