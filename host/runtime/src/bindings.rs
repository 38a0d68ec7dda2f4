//! Made from the WIT by wasmtime: one module per capability, over the types of the first.

pub(crate) mod connectable {
    wasmtime::component::bindgen!({
        path: "../../wit/0.1.0",
        world: "connectable",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

pub(crate) mod catalog_source {
    wasmtime::component::bindgen!({
        path: "../../wit/0.1.0",
        world: "catalog-source",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "entrepot:adapter/types": super::connectable::entrepot::adapter::types,
            "entrepot:adapter/log": super::connectable::entrepot::adapter::log,
            "entrepot:adapter/exchange": super::connectable::entrepot::adapter::exchange,
            "entrepot:adapter/http": super::connectable::entrepot::adapter::http,
        },
    });
}

pub(crate) mod webhook_receiver {
    wasmtime::component::bindgen!({
        path: "../../wit/0.1.0",
        world: "webhook-receiver",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "entrepot:adapter/types": super::connectable::entrepot::adapter::types,
            "entrepot:adapter/log": super::connectable::entrepot::adapter::log,
            "entrepot:adapter/exchange": super::connectable::entrepot::adapter::exchange,
            "entrepot:adapter/http": super::connectable::entrepot::adapter::http,
            "entrepot:adapter/items": super::catalog_source::entrepot::adapter::items,
        },
    });
}

pub(crate) mod listing_target {
    wasmtime::component::bindgen!({
        path: "../../wit/0.1.0",
        world: "listing-target",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "entrepot:adapter/types": super::connectable::entrepot::adapter::types,
            "entrepot:adapter/log": super::connectable::entrepot::adapter::log,
            "entrepot:adapter/exchange": super::connectable::entrepot::adapter::exchange,
            "entrepot:adapter/http": super::connectable::entrepot::adapter::http,
            "entrepot:adapter/files": super::catalog_source::entrepot::adapter::files,
            "entrepot:adapter/model": super::catalog_source::entrepot::adapter::model,
        },
    });
}

pub(crate) use catalog_source::entrepot::adapter::{files, items, model};
pub(crate) use connectable::entrepot::adapter::{exchange, http, log, types};
pub(crate) use webhook_receiver::entrepot::adapter::keys;
pub(crate) use webhook_receiver::exports::entrepot::adapter::webhooks;
