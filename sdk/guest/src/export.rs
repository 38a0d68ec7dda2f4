//! The one line that makes a component of an adapter.

/// Exports the named capabilities of a type: `entrepot_guest::export!(WooCommerce: connection, catalog);`.
///
/// Capabilities are `connection`, `catalog`, `stock`, `webhooks`, `listings`, `orders` and `feed`; the type implements the trait
/// of each, and for `listings` that of `taxonomy`, too. On targets other than WebAssembly nothing is exported and only the traits are checked, so that an adapter
/// can be linked into tests and benchmarks.
#[macro_export]
macro_rules! export {
    ($adapter:ident: $($capability:ident),+ $(,)?) => {
        $($crate::__export_capability!($adapter $capability);)+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_capability {
    ($adapter:ident connection) => { $crate::__export_world!($adapter Connection connectable export_connectable); };
    ($adapter:ident catalog) => { $crate::__export_world!($adapter Catalog catalog_source export_catalog_source); };
    ($adapter:ident stock) => { $crate::__export_world!($adapter Stock stock_source export_stock_source); };
    ($adapter:ident webhooks) => { $crate::__export_world!($adapter Webhooks webhook_receiver export_webhook_receiver); };
    ($adapter:ident listings) => { $crate::__export_world!($adapter Listings listing_target export_listing_target); };
    // `listings` exports it, too: which goods can be sold where is one question.
    ($adapter:ident taxonomy) => { const _: fn() = || { fn implements<T: $crate::Taxonomy + $crate::Listings>() {} implements::<$adapter>(); }; };
    ($adapter:ident orders) => { $crate::__export_world!($adapter Orders order_source export_order_source); };
    ($adapter:ident feed) => { $crate::__export_world!($adapter FeedFormat feed_format export_feed_format); };
    ($adapter:ident $other:ident) => {
        compile_error!(concat!("no such capability: ", stringify!($other)));
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_world {
    ($adapter:ident $trait:ident $world:ident $export:ident) => {
        const _: fn() = || {
            fn implements<T: $crate::$trait>() {}
            implements::<$adapter>();
        };
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::$world::$export!($adapter with_types_in $crate::bindings::$world);
    };
}
