//! What was given up, of whichever kind, in one place; tried again one by one, by a filter, or all.

use entrepot_catalog::{Replay, Replayed, StartOptions};
use entrepot_domain::run::{RunScope, RunState};
use entrepot_policy::{Approval, Narrowing};
use entrepot_store::dead_letters::{Letter, LetterFilter};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Product, Seed, Store, serve};
use entrepot_tests::webhooks::{shop, web_server, work};
use entrepot_tests::{App, Marketplace, SHOP, Scrape, adapters_folder, both_engines, version};

async fn letters(app: &App, filter: LetterFilter) -> Vec<Letter> {
    app.host.db.tenant(&app.host.tenant).letters(&filter, "", 1_000).await.expect("letters")
}

async fn replay(app: &App, filter: LetterFilter) -> Replayed {
    let replay = Replay { filter, ..Replay::default() };
    app.host.app.dead_letters.replay(&app.host.tenant, &replay, "ann").await.expect("replayed")
}

fn of(kind: &str) -> LetterFilter {
    LetterFilter { kind: kind.into(), ..LetterFilter::default() }
}

#[both_engines]
async fn items_deliveries_and_runs_are_in_one_place_and_go_on_from_there(app: App) {
    let app = app.with(&[("ENTREPOT_IMPORT_ATTEMPTS", "2")]).await;
    let shop = shop(&app, 30).await;
    let ids = shop.store.product_ids();
    assert_eq!(letters(&app, LetterFilter::default()).await, []);

    // An item without a title, and a run that the shop refuses.
    shop.store.update(ids[0], |product| product.name = "".into());
    assert_eq!(app.import().await.dead_letters, 1);
    shop.server.inject(Matcher::any(), Fault::Status(400));
    let failed = app.import().await;
    assert_eq!(failed.state, RunState::Failed, "{failed:?}");
    shop.server.heal();

    let all = letters(&app, LetterFilter::default()).await;
    let kinds: Vec<&str> = all.iter().map(|letter| letter.kind.as_str()).collect();
    assert_eq!(kinds, ["item", "run"], "{all:#?}");
    for letter in &all {
        assert!(!letter.reason.is_empty() && letter.attempts > 0 && letter.adapter_id == "woocommerce", "{letter:?}");
        let content = app.host.db.tenant(&app.host.tenant).letter_content(letter).await.expect("answers");
        assert!(content.is_some_and(|content| content.is_object()), "{letter:?}");
    }
    let item = &letters(&app, of("item")).await[0];
    assert_eq!((item.class.as_str(), item.version.as_deref()), ("data", Some("0.1.0")), "{item:?}");
    let run = &letters(&app, of("run")).await[0];
    assert_eq!((run.id.as_str(), run.subject.as_str()), (failed.run.as_str(), "full"), "{run:?}");

    let shown = Scrape::of(&app.host).await;
    let given_up = |kind| shown.sum("entrepot_dead_letters", &[("kind", kind)]);
    assert_eq!((given_up("item"), given_up("delivery"), given_up("run")), (1.0, 0.0, 1.0));
    let reasons = app.host.db.dead_letter_reasons().await.expect("reasons");
    let reasons: Vec<_> = reasons.iter().map(|of| (of.kind.as_str(), of.code.as_str(), of.number)).collect();
    assert_eq!(reasons, [("item", item.code.as_str(), 1), ("run", run.code.as_str(), 1)]);

    let done = replay(&app, of("run")).await;
    assert_eq!((done.runs, done.replayed), (1, 0), "{done:?}");
    assert_eq!(app.carry(&app.run().await.run_id()).await.state, RunState::Completed);
    assert_eq!(letters(&app, of("run")).await, []);

    let done = replay(&app, LetterFilter { ids: vec![item.id.clone()], ..LetterFilter::default() }).await;
    assert_eq!((done.replayed, done.mended, done.failed), (1, 0, 1), "the shop has not given it a title: {done:?}");
    shop.store.update(ids[0], |product| product.name = "Mended".into());
    app.import().await;
    assert_eq!(letters(&app, LetterFilter::default()).await, []);
}

#[both_engines]
async fn a_delivery_that_was_given_up_is_worked_on_again(app: App) {
    let app = app.with(&[("ENTREPOT_IMPORT_ATTEMPTS", "1")]).await;
    let shop = shop(&app, 10).await;
    let (web, id) = (web_server(&app.host), shop.store.product_ids()[2]);
    // It went and came back: what came is not believed, the shop is asked, and has an error.
    shop.store.trash(id);
    web.deliver_all(&shop).await;
    work(&app.host, &shop.channel).await;
    shop.store.untrash(id);
    shop.server.inject(Matcher::any(), Fault::Status(500));
    web.deliver_all(&shop).await;
    work(&app.host, &shop.channel).await;
    shop.server.heal();
    let dead = letters(&app, of("delivery")).await;
    let shown = Scrape::of(&app.host).await;
    assert_eq!(shown.sum("entrepot_dead_letters", &[("kind", "delivery")]), dead.len() as f64);
    assert!(!dead.is_empty() && dead.iter().all(|letter| letter.class == "marketplace"), "{dead:#?}");
    assert_eq!(replay(&app, LetterFilter { class: "data".into(), ..of("") }).await, Replayed::default());
    let done = replay(&app, LetterFilter { class: "marketplace".into(), ..of("delivery") }).await;
    assert_eq!(done.deliveries, dead.len() as u64, "{done:?}");
    work(&app.host, &shop.channel).await;
    assert_eq!(letters(&app, LetterFilter::default()).await, []);
    assert_eq!(app.products().await.len(), 10);
}

#[both_engines]
async fn a_channel_that_cannot_be_used_does_not_keep_the_others_waiting(app: App) {
    let stores = [5, 6].map(|seed| Store::generate(Seed { products: 5, variable_share: 0.0, seed }));
    let shops = stores.each_ref().map(Marketplace::woocommerce);
    let (app, ids) = app.connect_each(&[(SHOP, &shops[0]), ("second", &shops[1])]).await;
    for (store, channel) in stores.iter().zip([SHOP, "second"]) {
        store.update(store.product_ids()[0], |product| product.name = "".into());
        let (full, options) = (RunScope::Full, StartOptions::default());
        let started =
            app.host.app.imports.start_import(&app.host.tenant, channel, full, options).await.expect("it starts");
        assert_eq!(app.carry(&started.run).await.dead_letters, 1);
    }
    // As after a restore with another master key.
    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
    tx.put_secret(&ids[0], "consumer_key", b"no sealed secret").await.expect("written");
    tx.commit().await.expect("written");
    let done = replay(&app, LetterFilter::default()).await;
    assert_eq!((done.replayed, done.failed, done.problems.len()), (1, 1, 1), "{done:?}");
    assert!(done.problems[0].starts_with(&format!("{SHOP}: ")), "{done:?}");
    let alone = Replay { channel: Some(SHOP.into()), ..Replay::default() };
    app.host
        .app
        .dead_letters
        .replay(&app.host.tenant, &alone, "ann")
        .await
        .expect_err("there is nothing else to be done");
    assert_eq!(letters(&app, of("item")).await.len(), 2);
}

#[both_engines]
async fn what_a_version_failed_on_is_mapped_again_by_the_next_without_asking_the_shop(app: App) {
    // The version that is in use first cannot map at all.
    let store = Store::generate(Seed { products: 25, variable_share: 0.0, seed: 9 });
    store.insert(Product::simple("").priced("1.00"));
    let server = serve(&store);
    let admission = app.host.app.services.admission();
    let broken = version("0.0.9");
    admission.install(broken, "test").await.expect("installs");
    admission.approve("woocommerce", &Narrowing::default(), "test").await.expect("approved");
    app.add(&server.base_url, &store.key(), &[]).await.expect("added");
    let first = app.import().await;
    assert_eq!((first.created, first.dead_letters), (25, 1), "{first:?}");
    let old = LetterFilter { adapter: "woocommerce".into(), version: "0.0.9".into(), ..of("item") };
    assert_eq!(letters(&app, old.clone()).await.len(), 1);

    let bytes = std::fs::read(adapters_folder().join("woocommerce.wasm")).expect("the built adapter");
    admission.install(bytes, "test").await.expect("installs");
    admission.approve("woocommerce", Approval::default(), "test").await.expect("approved");
    assert_eq!(app.host.app.dead_letters.mappable(&app.host.tenant, "woocommerce").await.expect("counted"), 1);
    let before = server.log().total();
    let again = Replay { filter: old.clone(), without_fetching: true, ..Replay::default() };
    let done = app.host.app.dead_letters.replay(&app.host.tenant, &again, "ann").await.expect("replayed");
    assert_eq!((done.replayed, done.left), (1, 0), "{done:?}");
    assert_eq!(server.log().total(), before, "the shop was not asked");
    assert_eq!(letters(&app, old).await, [], "the one that failed again failed under the new version");
    assert_eq!(app.host.app.dead_letters.mappable(&app.host.tenant, "woocommerce").await.expect("counted"), 0);
}
