//! Adapters that lead a run in a circle, on for ever, or into a wait without end; and what says that everything is gone.

use std::time::Duration;

use entrepot_catalog::{Received, StartOptions};
use entrepot_domain::run::{RunScope, RunState};
use entrepot_queue::Outcome;
use entrepot_test_support::woocommerce::{Product, Store, serve};
use entrepot_tests::{App, SHOP, both_engines, hostile};
use serde_json::json;

const DAY: i64 = 24 * 60 * 60 * 1000;
const DELTA: RunScope = RunScope::ChangedSince(0);
fn sure_of(gone: i64) -> StartOptions {
    StartOptions { allow_mass_deletion: Some(gone), ..StartOptions::default() }
}

#[both_engines]
async fn a_run_that_never_would_end_is_ended(app: App) {
    let options = [("ENTREPOT_IMPORT_EMPTY_PAGES", "20"), ("ENTREPOT_IMPORT_MOST_ITEMS", "100")];
    let app = app.with(&options).await;
    hostile::install(&app).await;
    for (name, plan, code, words) in [
        ("same", json!({"pages": 1_000_000, "cursor": "same"}), "no-progress", "the very same page"),
        ("again", json!({"pages": 1_000_000, "cursor": "same", "items": 3}), "no-progress", "the very same page"),
        ("empty", json!({"pages": 1_000_000}), "no-progress", "20 pages in a row"),
        ("endless", json!({"pages": 1_000_000, "items": 10}), "too-many-items", "more than 100 items"),
        ("listing", json!({"pages": 1_000_000, "listed": 10}), "too-many-items", "more than 100 items"),
    ] {
        hostile::add(&app, name, plan).await;
        let run = hostile::import(&app, name).await;
        assert_eq!(run.state, RunState::Failed, "{name}: {run:?}");
        let why = run.failure.unwrap_or_default();
        assert!(why.contains(words) && why.contains("hostile"), "{name}: {why}");
        let letters =
            app.host.db.tenant(&app.host.tenant).letters(&Default::default(), "", 100).await.expect("answers");
        assert!(letters.iter().any(|letter| letter.id == run.run && letter.code == code), "{name}: {letters:?}");
    }
}

#[both_engines]
async fn nobody_waits_for_more_than_a_day(app: App) {
    hostile::install(&app).await;
    let years = 400 * 365 * DAY;
    for (name, plan) in [
        ("years", json!({"pages": 2, "items": 1, "wait": years})),
        ("for ever", json!({"pages": 2, "items": 1, "wait": u64::MAX})),
        ("slow down", json!({"items": 1, "failure": "rate-limited", "retry_after": u64::MAX})),
        ("slow down for years", json!({"items": 1, "failure": "rate-limited", "retry_after": years})),
    ] {
        hostile::add(&app, name, plan).await;
        let (cases, tenant) = (&app.host.app, &app.host.tenant);
        let run = cases
            .imports
            .start_import(tenant, name, RunScope::Full, StartOptions::default())
            .await
            .expect("starts")
            .run;
        let outcome = cases.imports.advance(tenant, &run).await.expect("advances");
        let Outcome::Later(wait) = outcome else { panic!("{name}: {outcome:?}") };
        assert!(wait > Duration::from_secs(86_000) && wait <= Duration::from_secs(86_400), "{name}: {wait:?}");
        let report = app.report(&run).await;
        let left = report.waits_until.map_or(0, |at| at - app.clock().now());
        assert!(left > DAY - 60_000 && left <= DAY, "{name}: {report:?}");
        assert!(report.failure.as_deref().is_some_and(|why| why.contains("a day or more")), "{name}: {report:?}");
    }
}

#[both_engines]
async fn a_delta_that_says_that_most_is_gone_asks(app: App) {
    hostile::install(&app).await;
    let channel = hostile::add(&app, "shop", json!({"items": 500})).await;
    assert_eq!(hostile::import(&app, "shop").await.created, 500);
    hostile::change(&app, "shop", json!({"items": 500, "deleted": 10})).await;
    let few = hostile::import_as(&app, "shop", DELTA).await;
    assert_eq!((few.state, few.deleted), (RunState::Completed, 10), "{few:?}");
    hostile::change(&app, "shop", json!({"items": 500, "deleted": 500})).await;
    let held = hostile::import_as(&app, "shop", DELTA).await;
    assert_eq!(
        (held.state, held.deleted, hostile::count(&app, &channel).await),
        (RunState::Incomplete, 0, 490),
        "{held:?}"
    );
    assert!(
        held.failure.as_deref().is_some_and(|why| why
            .contains("500 of 500 products are gone from the shop, with the 10 that were deleted within a day")
            && why.contains("--allow-mass-deletion")),
        "{held:?}"
    );
    let sure = hostile::import_with(&app, "shop", DELTA, sure_of(490)).await;
    assert_eq!(
        (sure.state, sure.deleted, hostile::count(&app, &channel).await),
        (RunState::Completed, 490, 0),
        "{sure:?}"
    );
}

#[both_engines]
async fn a_shop_that_shrinks_step_by_step_asks(app: App) {
    hostile::install(&app).await;
    let channel = hostile::add(&app, "shop", json!({"items": 100, "total": 100})).await;
    assert_eq!(hostile::import(&app, "shop").await.created, 100);
    let mut states = Vec::new();
    for left in [90, 80, 70, 60, 50] {
        hostile::change(&app, "shop", json!({"items": left, "total": left})).await;
        let run = hostile::import(&app, "shop").await;
        states.push((run.state, run.deleted));
    }
    let (deleted, held) = ((RunState::Completed, 10), (RunState::Incomplete, 0));
    assert_eq!(states, [deleted, deleted, deleted, held, held]);
    // Deliveries have no allowance of their own.
    assert_eq!(hostile::deliver(&app, &channel, json!({"id": "one", "deleted": ["item-0"]})).await, Received::Stored);
    hostile::work(&app, &channel).await;
    assert_eq!(hostile::count(&app, &channel).await, 70);
    let scoped = app.host.db.tenant(&app.host.tenant);
    assert_eq!(scoped.deliveries(&channel, "dead", "", 10).await.expect("answers").len(), 1);
    // The next day, the rest of the day before is let go.
    app.clock().advance(DAY + 1);
    let run = hostile::import(&app, "shop").await;
    assert_eq!((run.state, run.deleted), (RunState::Completed, 20), "{run:?}");
}

#[both_engines]
async fn a_small_shop_that_is_empty_all_at_once_asks(app: App) {
    hostile::install(&app).await;
    for (items, left, gone) in [(15, 0, 0), (1, 0, 0), (15, 7, 0), (15, 8, 7), (2, 1, 1)] {
        let name = format!("{items} to {left}");
        let channel = hostile::add(&app, &name, json!({"items": items, "total": items})).await;
        assert_eq!(hostile::import(&app, &name).await.created, items);
        hostile::change(&app, &name, json!({"items": left, "total": left})).await;
        let run = hostile::import(&app, &name).await;
        let state = if gone == 0 { RunState::Incomplete } else { RunState::Completed };
        assert_eq!(
            (run.state, run.deleted, hostile::count(&app, &channel).await),
            (state, gone, items - gone),
            "{name}: {run:?}"
        );
    }
}

#[both_engines]
async fn deliveries_that_say_that_most_is_gone_ask(app: App) {
    hostile::install(&app).await;
    let channel = hostile::add(&app, "shop", json!({"items": 50})).await;
    assert_eq!(hostile::import(&app, "shop").await.created, 50);
    let ids = |from: u32, to: u32| (from..to).map(|id| format!("item-{id}")).collect::<Vec<_>>();
    for (id, gone) in [("few", ids(0, 10)), ("more", ids(10, 20)), ("all", ids(20, 50))] {
        assert_eq!(hostile::deliver(&app, &channel, json!({"id": id, "deleted": gone})).await, Received::Stored);
        hostile::work(&app, &channel).await;
    }
    // Twenty of fifty may go in a day.
    assert_eq!(hostile::count(&app, &channel).await, 30);
    let scoped = app.host.db.tenant(&app.host.tenant);
    let dead = scoped.deliveries(&channel, "dead", "", 10).await.expect("answers");
    assert_eq!(dead.iter().map(|delivery| delivery.delivery_id.as_str()).collect::<Vec<_>>(), ["all"]);
    assert!(
        dead[0].failure.as_deref().is_some_and(|why| why.contains("50 of 50") && why.contains("--allow-mass-deletion")),
        "{dead:?}"
    );
    // The shop says the same, and somebody is sure.
    hostile::change(&app, "shop", json!({"items": 0, "total": 0})).await;
    assert_eq!(hostile::import(&app, "shop").await.state, RunState::Incomplete);
    let sure = hostile::import_with(&app, "shop", RunScope::Full, sure_of(30)).await;
    assert_eq!((sure.state, sure.deleted), (RunState::Completed, 30), "{sure:?}");
    assert!(scoped.deliveries(&channel, "dead", "", 10).await.expect("answers").is_empty(), "that is settled with it");
}

#[both_engines]
async fn a_delivery_that_tells_of_much_is_worked_on_in_parts(app: App) {
    hostile::install(&app).await;
    let channel = hostile::add(&app, "shop", json!({"answer": 300_000})).await;
    let changed: Vec<_> = (0..100).map(|id| format!("new-{id}")).collect();
    assert_eq!(hostile::deliver(&app, &channel, json!({"id": "much", "changed": changed})).await, Received::Stored);
    hostile::work(&app, &channel).await;
    let scoped = app.host.db.tenant(&app.host.tenant);
    let states: Vec<_> =
        scoped.deliveries(&channel, "", "", 10).await.expect("answers").into_iter().map(|d| d.state).collect();
    assert_eq!((states, hostile::count(&app, &channel).await), (vec!["done".to_owned()], 100));
    // What an adapter makes of a delivery has a size.
    let endless = json!({"id": "endless", "mode": "huge-event", "times": 20 << 20});
    assert_eq!(hostile::deliver(&app, &channel, endless).await, Received::Refused);
}

#[both_engines]
async fn what_the_shop_has_more_of_than_was_seen_is_not_complete(app: App) {
    hostile::install(&app).await;
    let channel = hostile::add(&app, "shop", json!({"items": 35})).await;
    let run = hostile::import(&app, "shop").await;
    assert_eq!((run.state, run.declared), (RunState::Completed, None), "nobody said how many there are");
    // Listed ids are no total of the shop's.
    hostile::change(&app, "shop", json!({"listed": 10, "total": 35})).await;
    let short = hostile::import(&app, "shop").await;
    assert_eq!(
        (short.state, short.declared, short.fetched, short.deleted),
        (RunState::Incomplete, Some(35), 10, 0),
        "{short:?}"
    );
    assert_eq!(hostile::count(&app, &channel).await, 45);
}

#[both_engines]
async fn a_channel_whose_verification_breaks_waits_for_itself(app: App) {
    hostile::install(&app).await;
    let bad = hostile::add(&app, "bad", json!({"items": 1})).await;
    let good = hostile::add(&app, "good", json!({"items": 1})).await;
    let (slow, begun) = (json!({"mode": "loop", "id": "x"}), std::time::Instant::now());
    let breaking: Vec<_> = (0..10).map(|_| hostile::deliver(&app, &bad, slow.clone())).collect();
    let breaking = futures_util::future::join_all(breaking);
    let working = async {
        for number in 0..10 {
            let taken = hostile::deliver(&app, &good, json!({"id": number.to_string()})).await;
            assert_eq!(taken, Received::Stored);
        }
    };
    // Each of the neighbour's is taken at once: none is told to come later. How fast is for benchmarks.
    let (answers, ()) = tokio::join!(breaking, working);
    let later = answers.iter().filter(|answer| matches!(answer, Received::Later(wait) if wait.as_secs() > 20)).count();
    let refused = answers.iter().filter(|answer| **answer == Received::Refused).count();
    assert!(later > 0 && later + refused == 10, "{answers:?}");
    assert!(begun.elapsed() < Duration::from_secs(60), "each is stopped soon: {:?}", begun.elapsed());
    assert!(matches!(hostile::deliver(&app, &bad, json!({"id": "y"})).await, Received::Later(_)), "it is left alone");
    let app = app.with(&[]).await;
    assert!(
        matches!(hostile::deliver(&app, &bad, json!({"id": "y"})).await, Received::Later(_)),
        "also after a restart"
    );
    assert_eq!(hostile::deliver(&app, &good, json!({"id": "z"})).await, Received::Stored);
    let (_, doctor) = entrepot_tests::Entrepot::new(app.environment.clone()).json(&["doctor"]);
    assert!(doctor.to_string().contains("stopped on delivery after delivery"), "{doctor}");
    let refused = app.host.db.tenant(&app.host.tenant).refused(&bad).await.expect("the list");
    assert!(refused.iter().any(|row| row.kind == "not_verified"), "{refused:?}");
    app.clock().advance(11 * 60_000);
    let app = app.with(&[]).await;
    assert_eq!(hostile::deliver(&app, &bad, json!({"id": "y"})).await, Received::Stored, "not for ever");
}

#[both_engines]
async fn prices_are_never_in_two_currencies_side_by_side(app: App) {
    let store = Store::empty();
    for number in 0..5 {
        store.insert(Product::simple(&format!("product {number}")).priced("19.999"));
    }
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    assert_eq!(app.import().await.dead_letters, 5, "more decimals than cents");
    // What is kept is mapped again when settings change, whether or not anything changed in the shop.
    let set = async |rounding: &str| {
        let settings = [("price_rounding".to_owned(), rounding.into())].into_iter().collect();
        app.host.app.channels.set_channel(&app.host.tenant, SHOP, settings, Vec::new()).await.expect("set");
    };
    set("half-up").await;
    let delta = RunScope::ChangedSince(app.clock().now() + 60_000);
    let run = app.import_with(delta, StartOptions::default()).await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 5, 0), "{run:?}");
    set("refuse").await;
    let run = app.import().await;
    assert_eq!((run.state, run.dead_letters, run.drift.updated), (RunState::Completed, 5, 0), "{run:?}");
    set("half-up").await;
    assert_eq!(app.import().await.updated, 5);
    assert_eq!(app.import().await.unchanged, 5, "and then it is the same");
    // Another currency: one product changes, and all of them have the new one.
    store.configure(|options| options.currency = "EUR".into());
    store.update(store.product_ids()[0], |product| product.name = "changed".into());
    let run = app.import_with(DELTA, StartOptions::default()).await;
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    assert!(run.failure.as_deref().is_some_and(|why| why.contains("EUR")), "{run:?}");
    let full = app.run().await;
    assert_eq!((full.scope(), app.carry(&full.run_id()).await.state), (RunScope::Full, RunState::Completed));
    let currencies: Vec<_> =
        app.products().await.iter().map(|p| p.variants[0].price.clone().expect("a price").currency).collect();
    assert_eq!(currencies, ["EUR"; 5]);
}
