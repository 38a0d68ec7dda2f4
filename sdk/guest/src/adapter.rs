//! An adapter from its functions, so that nobody writes down how calls are handed on.

/// Makes the type, implements the capabilities by the functions that are named, and exports them.
///
/// Functions get the host first, where they need one, and everything else by reference: they are tested with a host of the test's own.
///
/// ```
/// use entrepot_guest::prelude::*;
///
/// fn check<T: Transport>(_: &T, _: &Channel) -> Result<Account, Error> {
///     Ok(Account { name: "Example".into(), url: None, currency: None, details: vec![], warnings: vec![] })
/// }
/// # fn page<T: Transport>(_: &T, _: &Channel, _: &PageRequest) -> Result<Page, Error> { Ok(entrepot_guest::paging::empty_page()) }
/// # fn items<T: Transport>(_: &T, _: &Channel, _: Option<&str>, _: &[String]) -> Result<Vec<RawItem>, Error> { Ok(vec![]) }
/// # fn product(_: &Channel, _: &RawItem) -> Result<model::Product, Error> { Err(Error::NotFound) }
///
/// entrepot_guest::adapter! {
///     /// The adapter of an example.
///     pub struct Example;
///     connection { check: check }
///     catalog { fetch_page: page, fetch_items: items, map_product: product }
/// }
/// assert!(Example::check(entrepot_guest::testing::channel("{}")).is_ok());
/// ```
///
/// `stock { fetch_stock }`, `webhooks { verify_webhook, subscribe, subscriptions, unsubscribe }`,
/// `listings { check_listing, push_listings, push_offers, end_listings, poll, poll_offers, find }` and with it
/// `taxonomy { categories, suggest, fields, choices }` are the others; [`listing`](crate::listing) has functions for what a marketplace does
/// not know. `orders` and `feed` are implemented by hand, and named in [`export!`](crate::export).
#[macro_export]
macro_rules! adapter {
    ($(#[$meta:meta])* $vis:vis struct $name:ident; $($capability:ident { $($function:ident: $path:path),+ $(,)? })+) => {
        $(#[$meta])*
        $vis struct $name;
        $($crate::__adapter_capability!($name $capability $($function: $path,)+);)+
        $crate::export!($name: $($capability),+);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __adapter_capability {
    ($name:ident connection check: $check:path,) => {
        impl $crate::Connection for $name {
            fn check(channel: $crate::types::Channel) -> Result<$crate::prelude::Account, $crate::types::Error> {
                $crate::log::panics();
                $check(&$crate::Host, &channel)
            }
        }
    };
    ($name:ident catalog fetch_page: $page:path, fetch_items: $items:path, map_product: $product:path,) => {
        impl $crate::Catalog for $name {
            fn fetch_page(
                channel: $crate::types::Channel,
                request: $crate::items::PageRequest,
            ) -> Result<$crate::items::Page, $crate::types::Error> {
                $crate::log::panics();
                $page(&$crate::Host, &channel, &request)
            }

            fn fetch_items(
                channel: $crate::types::Channel,
                context: Option<String>,
                ids: Vec<String>,
            ) -> Result<Vec<$crate::items::RawItem>, $crate::types::Error> {
                $crate::log::panics();
                $items(&$crate::Host, &channel, context.as_deref(), &ids)
            }

            fn map_product(
                channel: $crate::types::Channel,
                item: $crate::items::RawItem,
            ) -> Result<$crate::model::Product, $crate::types::Error> {
                $crate::log::panics();
                $product(&channel, &item)
            }
        }
    };
    ($name:ident stock fetch_stock: $stock:path,) => {
        impl $crate::Stock for $name {
            fn fetch_stock(
                channel: $crate::types::Channel,
                request: $crate::items::PageRequest,
            ) -> Result<$crate::stock::StockPage, $crate::types::Error> {
                $crate::log::panics();
                $stock(&$crate::Host, &channel, &request)
            }
        }
    };
    ($name:ident webhooks verify_webhook: $verify:path, subscribe: $subscribe:path, subscriptions: $subscriptions:path,
        unsubscribe: $unsubscribe:path,) => {
        impl $crate::Webhooks for $name {
            fn verify_webhook(
                channel: $crate::types::Channel,
                delivery: $crate::webhooks::Delivery,
            ) -> Result<$crate::webhooks::Verdict, $crate::types::Error> {
                $crate::log::panics();
                $verify(&$crate::Host, &channel, &delivery)
            }

            fn subscribe(
                channel: $crate::types::Channel,
                callback_url: String,
            ) -> Result<Vec<$crate::webhooks::Subscription>, $crate::types::Error> {
                $crate::log::panics();
                $subscribe(&$crate::Host, &channel, &callback_url)
            }

            fn subscriptions(
                channel: $crate::types::Channel,
            ) -> Result<Vec<$crate::webhooks::Subscription>, $crate::types::Error> {
                $crate::log::panics();
                $subscriptions(&$crate::Host, &channel)
            }

            fn unsubscribe(channel: $crate::types::Channel, ids: Vec<String>) -> Result<(), $crate::types::Error> {
                $crate::log::panics();
                $unsubscribe(&$crate::Host, &channel, &ids)
            }
        }
    };
    ($name:ident listings check_listing: $check:path, push_listings: $push:path, push_offers: $offers:path,
        end_listings: $end:path, poll: $poll:path, poll_offers: $poll_offers:path, find: $find:path,) => {
        impl $crate::Listings for $name {
            fn check_listing(
                channel: $crate::types::Channel,
                listing: $crate::listing::Listing,
                fields: Vec<$crate::taxonomy::Field>,
            ) -> $crate::listing::Checked {
                $crate::log::panics();
                $check(&channel, &listing, &fields)
            }

            fn push_listings(
                channel: $crate::types::Channel,
                listings: Vec<$crate::listing::Listing>,
            ) -> Result<Vec<$crate::listing::PushOutcome>, $crate::types::Error> {
                $crate::log::panics();
                $push(&$crate::Host, &channel, &listings)
            }

            fn push_offers(
                channel: $crate::types::Channel,
                offers: Vec<$crate::listing::Offer>,
            ) -> Result<Vec<$crate::listing::OfferOutcome>, $crate::types::Error> {
                $crate::log::panics();
                $offers(&$crate::Host, &channel, &offers)
            }

            fn end_listings(
                channel: $crate::types::Channel,
                listings: Vec<$crate::listing::Listing>,
                forget: bool,
            ) -> Result<Vec<$crate::listing::PushOutcome>, $crate::types::Error> {
                $crate::log::panics();
                $end(&$crate::Host, &channel, &listings, forget)
            }

            fn poll(
                channel: $crate::types::Channel,
                pending: Vec<String>,
            ) -> Result<Vec<$crate::listing::PushOutcome>, $crate::types::Error> {
                $crate::log::panics();
                $poll(&$crate::Host, &channel, &pending)
            }

            fn poll_offers(
                channel: $crate::types::Channel,
                pending: Vec<String>,
            ) -> Result<Vec<$crate::listing::OfferOutcome>, $crate::types::Error> {
                $crate::log::panics();
                $poll_offers(&$crate::Host, &channel, &pending)
            }

            fn find(
                channel: $crate::types::Channel,
                skus: Vec<String>,
            ) -> Result<Vec<(String, String)>, $crate::types::Error> {
                $crate::log::panics();
                $find(&$crate::Host, &channel, &skus)
            }
        }
    };
    ($name:ident taxonomy categories: $categories:path, suggest: $suggest:path, fields: $fields:path, choices: $choices:path,) => {
        impl $crate::Taxonomy for $name {
            fn categories(
                channel: $crate::types::Channel,
                parent: Option<String>,
            ) -> Result<Vec<$crate::taxonomy::Category>, $crate::types::Error> {
                $crate::log::panics();
                $categories(&$crate::Host, &channel, parent.as_deref())
            }

            fn suggest(
                channel: $crate::types::Channel,
                title: String,
                path: Vec<String>,
            ) -> Result<Vec<$crate::taxonomy::Category>, $crate::types::Error> {
                $crate::log::panics();
                $suggest(&$crate::Host, &channel, &title, &path)
            }

            fn fields(
                channel: $crate::types::Channel,
                category: Option<String>,
            ) -> Result<Vec<$crate::taxonomy::Field>, $crate::types::Error> {
                $crate::log::panics();
                $fields(&$crate::Host, &channel, category.as_deref())
            }

            fn choices(
                channel: $crate::types::Channel,
                name: String,
            ) -> Result<Vec<(String, String)>, $crate::types::Error> {
                $crate::log::panics();
                $choices(&$crate::Host, &channel, &name)
            }
        }
    };
    ($name:ident $capability:ident $($function:ident: $path:path,)+) => {
        compile_error!(concat!(
            "`", stringify!($capability), "` needs its functions in this order: connection { check }, catalog { fetch_page, \
             fetch_items, map_product }, stock { fetch_stock }, webhooks { verify_webhook, subscribe, subscriptions, unsubscribe }, \
             listings { check_listing, push_listings, push_offers, end_listings, poll, poll_offers, find }, taxonomy { categories, suggest, \
             fields, choices }"
        ));
    };
}
