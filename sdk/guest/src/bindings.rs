//! What `wit/` becomes in Rust: the shared types and imports once, then each capability's world on top of them.
//!
//! A world's section that describes its exports travels in its `export_*` macro, so a component exports what the adapter
//! names in [`crate::export!`] and nothing else.

/// Types and imports that the worlds share. The world is made up for this: without exports, it adds none to a component.
pub mod imports {
    wit_bindgen::generate!({
        inline: "
            package entrepot:guest;
            world imports {
                import entrepot:adapter/types@0.1.1;
                import entrepot:adapter/model@0.1.1;
                import entrepot:adapter/exchange@0.1.1;
                import entrepot:adapter/items@0.1.1;
                import entrepot:adapter/log@0.1.1;
                import entrepot:adapter/http@0.1.1;
                import entrepot:adapter/files@0.1.1;
                import entrepot:adapter/keys@0.1.1;
            }
        ",
        path: "../../wit/0.1.1",
        world: "entrepot:guest/imports",
        generate_all,
        generate_unused_types: true,
        pub_export_macro: true,
        additional_derives: [PartialEq, Clone],
    });
}

/// Is this account usable?
pub mod connectable {
    wit_bindgen::generate!({
        world: "connectable",
        path: "../../wit/0.1.1",
        with: {
            "entrepot:adapter/types@0.1.1": crate::bindings::types,
            "entrepot:adapter/exchange@0.1.1": crate::bindings::exchange,
            "entrepot:adapter/log@0.1.1": crate::bindings::log,
            "entrepot:adapter/http@0.1.1": crate::bindings::http,
        },
        generate_unused_types: true,
        pub_export_macro: true,
        export_macro_name: "export_connectable",
        additional_derives: [PartialEq, Clone],
    });
}

/// Goods that come in.
pub mod catalog_source {
    wit_bindgen::generate!({
        world: "catalog-source",
        path: "../../wit/0.1.1",
        with: {
            "entrepot:adapter/types@0.1.1": crate::bindings::types,
            "entrepot:adapter/model@0.1.1": crate::bindings::model,
            "entrepot:adapter/items@0.1.1": crate::bindings::items,
            "entrepot:adapter/exchange@0.1.1": crate::bindings::exchange,
            "entrepot:adapter/log@0.1.1": crate::bindings::log,
            "entrepot:adapter/http@0.1.1": crate::bindings::http,
            "entrepot:adapter/files@0.1.1": crate::bindings::files,
        },
        generate_unused_types: true,
        pub_export_macro: true,
        export_macro_name: "export_catalog_source",
        additional_derives: [PartialEq, Clone],
    });
}

/// Stock alone.
pub mod stock_source {
    wit_bindgen::generate!({
        world: "stock-source",
        path: "../../wit/0.1.1",
        with: {
            "entrepot:adapter/types@0.1.1": crate::bindings::types,
            "entrepot:adapter/items@0.1.1": crate::bindings::items,
            "entrepot:adapter/exchange@0.1.1": crate::bindings::exchange,
            "entrepot:adapter/log@0.1.1": crate::bindings::log,
            "entrepot:adapter/http@0.1.1": crate::bindings::http,
        },
        generate_unused_types: true,
        pub_export_macro: true,
        export_macro_name: "export_stock_source",
        additional_derives: [PartialEq, Clone],
    });
}

/// What the marketplace tells by itself.
pub mod webhook_receiver {
    wit_bindgen::generate!({
        world: "webhook-receiver",
        path: "../../wit/0.1.1",
        with: {
            "entrepot:adapter/types@0.1.1": crate::bindings::types,
            "entrepot:adapter/items@0.1.1": crate::bindings::items,
            "entrepot:adapter/exchange@0.1.1": crate::bindings::exchange,
            "entrepot:adapter/log@0.1.1": crate::bindings::log,
            "entrepot:adapter/http@0.1.1": crate::bindings::http,
            "entrepot:adapter/keys@0.1.1": crate::bindings::keys,
        },
        generate_unused_types: true,
        pub_export_macro: true,
        export_macro_name: "export_webhook_receiver",
        additional_derives: [PartialEq, Clone],
    });
}

/// Goods that go out: what came with 0.2.0, over the interfaces that stayed as they were.
pub mod listing_target {
    wit_bindgen::generate!({
        world: "entrepot:adapter/listing-target@0.2.0",
        path: ["../../wit/0.1.1", "../../wit/0.2.0"],
        with: {
            "entrepot:adapter/types@0.1.1": crate::bindings::types,
            "entrepot:adapter/model@0.1.1": crate::bindings::model,
            "entrepot:adapter/items@0.1.1": crate::bindings::items,
            "entrepot:adapter/exchange@0.1.1": crate::bindings::exchange,
            "entrepot:adapter/log@0.1.1": crate::bindings::log,
            "entrepot:adapter/http@0.1.1": crate::bindings::http,
            "entrepot:adapter/files@0.1.1": crate::bindings::files,
        },
        generate_unused_types: true,
        pub_export_macro: true,
        export_macro_name: "export_listing_target",
        additional_derives: [PartialEq, Clone],
    });
}

/// Orders that come in, and what is done about them.
pub mod order_source {
    wit_bindgen::generate!({
        world: "order-source",
        path: "../../wit/0.1.1",
        with: {
            "entrepot:adapter/types@0.1.1": crate::bindings::types,
            "entrepot:adapter/items@0.1.1": crate::bindings::items,
            "entrepot:adapter/exchange@0.1.1": crate::bindings::exchange,
            "entrepot:adapter/log@0.1.1": crate::bindings::log,
            "entrepot:adapter/http@0.1.1": crate::bindings::http,
        },
        generate_unused_types: true,
        pub_export_macro: true,
        export_macro_name: "export_order_source",
        additional_derives: [PartialEq, Clone],
    });
}

/// Rows of a product feed.
pub mod feed_format {
    wit_bindgen::generate!({
        world: "feed-format",
        path: "../../wit/0.1.1",
        with: {
            "entrepot:adapter/types@0.1.1": crate::bindings::types,
            "entrepot:adapter/model@0.1.1": crate::bindings::model,
            "entrepot:adapter/log@0.1.1": crate::bindings::log,
        },
        generate_unused_types: true,
        pub_export_macro: true,
        export_macro_name: "export_feed_format",
        additional_derives: [PartialEq, Clone],
    });
}

pub use imports::entrepot::adapter::{exchange, files, http, items, keys, log, model, types};

pub use catalog_source::exports::entrepot::adapter::catalog::{self, Guest as Catalog};
pub use connectable::exports::entrepot::adapter::connection::{self, Guest as Connection};
pub use feed_format::exports::entrepot::adapter::feed::{self, Guest as FeedFormat};
pub use listing_target::entrepot::adapter0_2_0::{listing_types, media};
pub use listing_target::exports::entrepot::adapter0_2_0::listings::{self, Guest as Listings};
pub use listing_target::exports::entrepot::adapter0_2_0::taxonomy::{self, Guest as Taxonomy};
pub use order_source::exports::entrepot::adapter::orders::{self, Guest as Orders};
pub use stock_source::exports::entrepot::adapter::stock::{self, Guest as Stock};
pub use webhook_receiver::exports::entrepot::adapter::webhooks::{self, Guest as Webhooks};
