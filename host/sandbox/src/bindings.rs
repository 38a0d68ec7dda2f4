//! Made from the WIT by wasmtime: one module per capability, over the types of the first that has them.
//!
//! The newest version of each interface is enough: what was built for an earlier one of the same compatible line is linked to it.

/// A world, and the interfaces that an earlier module has already.
macro_rules! world {
    ($module:ident = $world:tt $(, $interface:tt of $earlier:ident :: $name:ident)*) => {
        pub(crate) mod $module {
            wasmtime::component::bindgen!({
                path: "../../wit/0.1.1",
                world: $world,
                imports: { default: async | trappable },
                exports: { default: async },
                with: { $($interface: super::$earlier::entrepot::adapter::$name,)* },
            });
        }
    };
}

world!(connectable = "connectable");

world!(catalog_source = "catalog-source",
    "entrepot:adapter/types" of connectable::types,
    "entrepot:adapter/log" of connectable::log,
    "entrepot:adapter/exchange" of connectable::exchange,
    "entrepot:adapter/http" of connectable::http);

world!(stock_source = "stock-source",
    "entrepot:adapter/types" of connectable::types,
    "entrepot:adapter/log" of connectable::log,
    "entrepot:adapter/exchange" of connectable::exchange,
    "entrepot:adapter/http" of connectable::http,
    "entrepot:adapter/items" of catalog_source::items);

world!(webhook_receiver = "webhook-receiver",
    "entrepot:adapter/types" of connectable::types,
    "entrepot:adapter/log" of connectable::log,
    "entrepot:adapter/exchange" of connectable::exchange,
    "entrepot:adapter/http" of connectable::http,
    "entrepot:adapter/items" of catalog_source::items);

/// What came with 0.2.0, over the interfaces that stayed as they were.
pub(crate) mod listing_target {
    wasmtime::component::bindgen!({
        path: ["../../wit/0.1.1", "../../wit/0.2.0"],
        world: "entrepot:adapter/listing-target@0.2.0",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "entrepot:adapter/types@0.1.1": super::connectable::entrepot::adapter::types,
            "entrepot:adapter/log@0.1.1": super::connectable::entrepot::adapter::log,
            "entrepot:adapter/exchange@0.1.1": super::connectable::entrepot::adapter::exchange,
            "entrepot:adapter/http@0.1.1": super::connectable::entrepot::adapter::http,
            "entrepot:adapter/files@0.1.1": super::catalog_source::entrepot::adapter::files,
            "entrepot:adapter/items@0.1.1": super::catalog_source::entrepot::adapter::items,
            "entrepot:adapter/model@0.1.1": super::catalog_source::entrepot::adapter::model,
        },
    });
}

pub(crate) use catalog_source::entrepot::adapter::{files, items, model};
pub(crate) use connectable::entrepot::adapter::{exchange, http, log, types};
pub(crate) use listing_target::entrepot::adapter0_2_0::{listing_types, media};
pub(crate) use listing_target::exports::entrepot::adapter0_2_0::{listings, taxonomy};
pub(crate) use stock_source::exports::entrepot::adapter::stock;
pub(crate) use webhook_receiver::entrepot::adapter::keys;
pub(crate) use webhook_receiver::exports::entrepot::adapter::webhooks;
