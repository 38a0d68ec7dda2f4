//! Goods that are linked with what stands at the marketplace already.

use entrepot_core::RequestContext;
use entrepot_listings::NewListing;
use entrepot_test_support::{bigcommerce, woocommerce};
use entrepot_tests::linking::{accept, at_least, import};
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};

#[both_engines]
async fn one_product_there_is_one_listing(app: App) {
    let goods = catalogue(3);
    let stores = [bigcommerce::Store::from_seed(&goods), bigcommerce::Store::from_seed(&goods)];
    let target = woocommerce::Store::from_seed(&goods);
    let shops =
        (Marketplace::bigcommerce(&stores[0]), Marketplace::bigcommerce(&stores[1]), Marketplace::woocommerce(&target));
    let named = [("one", &shops.0), ("two", &shops.1), ("target", &shops.2)];
    let (app, channels) = app.connect_each(&named).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    for (channel, _) in named {
        import(&app, channel).await;
    }
    for of in ["one", "two"] {
        let batch = cases.links.propose_links(tenant, of, &["target".into()], "ann").await.expect("a batch").batch;
        accept(&app, tenant, &batch, &at_least(0)).await;
        cases.links.apply_links(tenant, &batch, "ann").await.expect("applied");
    }
    let (context, scoped) = (RequestContext::new(tenant.clone(), "ann"), app.host.db.tenant(tenant));
    let mut refused = 0;
    for channel in &channels[..2] {
        for stored in scoped.products_of(channel, "", 10).await.expect("products") {
            let new = NewListing { channel: "target".into(), product: stored.id.to_string(), ..NewListing::default() };
            match cases.listings.create(&context, new).await {
                Ok(id) => {
                    let made = cases.listings.show(tenant, id.as_ref()).await.expect("a report");
                    assert!(made.external_id.is_some(), "{made:?}");
                }
                Err(error) => {
                    assert!(error.to_string().contains("listed already: lst_"), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(refused, 3, "the same goods of the other shop");
}
